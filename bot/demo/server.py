"""The stand-in as a server: the Bot API over HTTP, on loopback."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.demo.bodies import read_params
from bot.demo.control import control_routes
from bot.demo.refusal import ConnectionDroppedError, GarbledAnswerError, RefusedError
from bot.demo.telegram import Telegram
from bot.demo.webhook import deliver_to_webhook

CurrentTelegram = Callable[[], Telegram]
_LOCAL_NAMES = ["127.0.0.1", "localhost", "[::1]", "testserver"]


class _MethodCall:
    """`/bot<token>/<method>`, as an ASGI application: only so can it hang up without an answer."""

    def __init__(self, telegram: CurrentTelegram) -> None:
        self._telegram = telegram

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        token, method = str(request.path_params["token"]), str(request.path_params["method"])
        response: Response
        try:
            params = await read_params(request)
            status, body = await self._telegram().answer(token, method, params.values, params.files)
            response = JSONResponse(body, status)
        except RefusedError as refused:
            response = JSONResponse(refused.as_answer(), refused.status)
        except GarbledAnswerError as garbled:
            response = Response(garbled.body, 200, media_type="text/html")
        except ConnectionDroppedError:
            await _hang_up(receive, send)
            return
        await response(scope, receive, send)


async def _hang_up(receive: Receive, send: Send) -> None:
    # ASGI has no word for this, so the transport is taken from uvicorn; elsewhere an answer breaks off.
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
        await asyncio.sleep(0.01)
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
    await send({"type": "http.response.body", "body": b'{"ok":'})


def bot_api_routes(telegram: CurrentTelegram) -> list[BaseRoute]:
    """The addresses a bot uses: methods and file downloads."""

    async def download(request: Request) -> Response:
        current = telegram()
        if request.path_params["token"] != current.token:
            return JSONResponse(RefusedError(401, "Unauthorized").as_answer(), 401)
        stored = current.world.files.at(request.path_params["path"])
        if stored is None:
            return JSONResponse(RefusedError(404, "Not Found").as_answer(), 404)
        return Response(stored.content, media_type="application/octet-stream")

    return [
        Route("/file/bot{token:str}/{path:path}", download),
        Route("/bot{token:str}/{method:str}", _MethodCall(telegram), methods=["GET", "POST"]),
    ]


def stand_in_app(telegram: CurrentTelegram, more: list[BaseRoute] | None = None) -> Starlette:
    """The whole server: Bot API, the people's side under `/demo`, and what the demo adds."""
    return Starlette(
        routes=[*bot_api_routes(telegram), *control_routes(telegram), *(more or [])],
        # A page elsewhere must not reach this server under a name of its own.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_LOCAL_NAMES)],
    )


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Signals belong to the program that listens.
        yield


@asynccontextmanager
async def listening(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve an application while the block runs; says its address, such as "http://127.0.0.1:49152".

    Port 0 takes a free one. OSError when the port is taken.
    """
    with socket.create_server((host, port)) as listener:
        config = uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
        server = _Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await server.ready.wait()
            yield f"http://{host}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


@asynccontextmanager
async def running_stand_in(telegram: Telegram, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """A stand-in on a port, webhook delivery included, while the block runs; says its address."""
    courier = asyncio.create_task(deliver_to_webhook(lambda: telegram))
    try:
        async with listening(stand_in_app(lambda: telegram), host, port) as address:
            yield address
            telegram.close()
    finally:
        courier.cancel()
        await asyncio.gather(courier, return_exceptions=True)
