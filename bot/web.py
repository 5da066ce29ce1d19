"""The web server: Telegram's webhook, `/healthz` for the operator's watch and `/metrics` for Prometheus.

aiohttp's, which calls Telegram as well. Measured: an update costs half of what it does with uvicorn and Starlette.
"""

import asyncio
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiohttp.web import Application, AppRunner, Request, Response, TCPSite, json_response
from sqlmodel import Session

from bot import metrics
from bot.receiver import Receiver, is_update
from bot.settings import Settings
from storage.database import Database

log = structlog.get_logger()

LARGEST_BODY = 1024 * 1024
GOODBYE = 5.0
"""Seconds."""
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
) -> Application:
    """The web application. The webhook's path exists only where a webhook is set."""

    async def webhook(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), settings.effective_webhook_secret.encode()):
            return Response(text="forbidden", status=403)
        # One that is too large is refused here.
        body = await request.read()
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            return Response(text="not JSON", status=400)
        if not is_update(update):
            return Response(text="not an update", status=400)
        try:
            await receiver.deliver(update)
        except Exception as error:
            # Not stored, so not acknowledged: Telegram delivers it again.
            receiver.troubles.strike(error)
            log.exception("an update could not be stored", action="webhook.failed")
            return Response(text="try again", status=503)
        return Response(text="ok")

    async def healthz(_request: Request) -> Response:
        try:
            state = await database.run(health)
        except Exception as error:
            return json_response({"live": True, "ready": False, "database": type(error).__name__}, status=503)
        return json_response({"live": True, "ready": state.ready} | state.details, status=200 if state.ready else 503)

    async def live(_request: Request) -> Response:
        # That this is answered is all it says: a database that is away is no reason to start the process anew.
        return json_response({"live": True})

    async def figures(_request: Request) -> Response:
        try:
            queues = await database.run(lambda session: metrics.look_at_queues(session, now()))
        except Exception as error:
            log.warning("the queues could not be read", action="metrics.failed", error=type(error).__name__)
            queues = None
        return Response(body=metrics.exposition(queues, now()), headers={"Content-Type": metrics.CONTENT_TYPE})

    app = Application(client_max_size=LARGEST_BODY)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/healthz/ready", healthz)
    app.router.add_get("/healthz/live", live)
    app.router.add_get("/metrics", figures)
    if settings.webhook_url:
        app.router.add_post(urlsplit(settings.webhook_url).path or "/", webhook)
    return app


async def serve(app: Application, host: str, port: int, stopping: asyncio.Event) -> None:
    """Serve until told to stop; what is under way then has a few seconds. Raises OSError when the port is taken."""
    runner = AppRunner(app, access_log=None, shutdown_timeout=GOODBYE)
    await runner.setup()
    try:
        await TCPSite(runner, host, port).start()
        await stopping.wait()
    finally:
        await runner.cleanup()
