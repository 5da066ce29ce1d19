"""Log lines: one per event, with a stable `action` and ids; never a token, never somebody's words."""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from storage.database import fault_of

_TOKEN = re.compile(r"\d{5,}:[A-Za-z0-9_-]{20,}")


def redact(text: str) -> str:
    """The text without anything that looks like a bot token."""
    return _TOKEN.sub("<token>", text)


def places_of(error: BaseException) -> str:
    """What failed and where, causes first. Never an exception's words: a name that is no number is somebody's name.

    Except those of a database or a system that is in trouble itself: "disk full" is nobody's word.
    """
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = f"{places_of(earlier)}\n\n" if earlier is not None else ""
    words = _words_of(error)
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    return f"{before}{''.join(traceback.format_tb(error.__traceback__))}{name}{f': {words}' if words else ''}"


def _words_of(error: BaseException) -> str:
    if isinstance(error, OperationalError | InterfaceError):
        return fault_of(error)
    if isinstance(error, OSError) and not isinstance(error, DBAPIError):
        return error.strerror or ""
    return ""


def _exception(exc_info: structlog.typing.ExcInfo) -> str:
    return places_of(exc_info[1])


def configure_logs(form: Literal["console", "json"], *secrets: str) -> None:
    """Send every log line, ours and the libraries', through one formatter that takes secrets out."""

    def without_secrets(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for key, value in event.items():
            if isinstance(value, str):
                for secret in secrets:
                    if secret:
                        value = value.replace(secret, "<secret>")
                event[key] = redact(value)
        return event

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_exception),
        without_secrets,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # These log addresses (which carry the token), or a line for each tick.
    for name in ("httpx", "httpcore", "telegram", "apscheduler", "aiohttp.access", "uvicorn", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
