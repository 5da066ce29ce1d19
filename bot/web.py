"""The web server: Telegram's webhook, `/healthz` for the operator's watch and `/metrics` for Prometheus."""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import structlog
import uvicorn
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot import metrics
from bot.receiver import Receiver, is_update
from bot.settings import Settings
from storage.database import Database

log = structlog.get_logger()

LARGEST_BODY = 1024 * 1024
SECRET_HEADER = "x-telegram-bot-api-secret-token"


@dataclass(frozen=True)
class Health:
    """How the bot is, in plain words."""

    ready: bool
    details: dict[str, Any]


def make_app(
    settings: Settings,
    receiver: Receiver,
    database: Database,
    health: Callable[[Session], Health],
    now: Callable[[], datetime],
) -> Starlette:
    """The web application. The webhook's path exists only where a webhook is set."""

    async def webhook(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), settings.effective_webhook_secret.encode()):
            return PlainTextResponse("forbidden", 403)
        body = await _bounded_body(request)
        if body is None:
            return PlainTextResponse("too large", 413)
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            return PlainTextResponse("not JSON", 400)
        if not is_update(update):
            return PlainTextResponse("not an update", 400)
        try:
            await receiver.deliver(update)
        except Exception as error:
            # Not stored, so not acknowledged: Telegram delivers it again.
            receiver.troubles.strike(error)
            log.exception("an update could not be stored", action="webhook.failed")
            return PlainTextResponse("try again", 503)
        return PlainTextResponse("ok")

    async def healthz(_request: Request) -> Response:
        try:
            state = await database.run(health)
        except Exception as error:
            return JSONResponse({"live": True, "ready": False, "database": type(error).__name__}, 503)
        return JSONResponse({"live": True, "ready": state.ready} | state.details, 200 if state.ready else 503)

    async def live(_request: Request) -> Response:
        # That this is answered is all it says: a database that is away is no reason to start the process anew.
        return JSONResponse({"live": True})

    async def figures(_request: Request) -> Response:
        try:
            queues = await database.run(lambda session: metrics.look_at_queues(session, now()))
        except Exception as error:
            log.warning("the queues could not be read", action="metrics.failed", error=type(error).__name__)
            queues = None
        return Response(metrics.exposition(queues, now()), media_type=metrics.CONTENT_TYPE)

    routes = [
        Route("/healthz", healthz),
        Route("/healthz/ready", healthz),
        Route("/healthz/live", live),
        Route("/metrics", figures),
    ]
    if settings.webhook_url:
        routes.append(Route(urlsplit(settings.webhook_url).path or "/", webhook, methods=["POST"]))
    return Starlette(routes=routes)


async def _bounded_body(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


class Server(uvicorn.Server):
    """uvicorn beside the bot's other parts: signals are the program's, not the server's."""

    def __init__(self, app: Starlette, host: str, port: int) -> None:
        super().__init__(uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False, lifespan="off"))

    def install_signal_handlers(self) -> None:
        """Leave signals to the program."""
