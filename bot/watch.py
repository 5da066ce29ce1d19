"""Watching that updates still come in: by polling the age of the last answer, by webhook what Telegram says of it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from telegram.error import EndPointNotFound, InvalidToken, TelegramError

from bot.receiver import Receiver, TokenRefused
from bot.telegram_http import Telegram

log = structlog.get_logger()

STALE_POLL = timedelta(minutes=5)
BEAT_SECONDS = 15.0
ASK_EVERY = 4
"""Beats between two questions to Telegram about the webhook."""
MOST_REFUSALS = 5

EXIT_STALE = 4


async def watch_polling(receiver: Receiver, stopping: asyncio.Event) -> int:
    """Stop the process when no poll has succeeded for long: a supervisor starts it anew. 0 when told to stop."""
    loop = asyncio.get_running_loop()
    seen, seen_at = receiver.last_good_at, loop.time()
    while not stopping.is_set():
        await pause(stopping, BEAT_SECONDS)
        if receiver.last_good_at != seen:
            seen, seen_at = receiver.last_good_at, loop.time()
        elif loop.time() - seen_at > STALE_POLL.total_seconds():
            log.error("no updates could be fetched for minutes", action="poll.stale", minutes=STALE_POLL.seconds // 60)
            return EXIT_STALE
    return 0


async def watch_webhook(
    receiver: Receiver,
    telegram: Telegram,
    url: str,
    set_again: Callable[[], Awaitable[None]],
    stopping: asyncio.Event,
    beat_seconds: float = BEAT_SECONDS,
) -> None:
    """While a webhook is served, quiet hours are not an outage: note that the bot was there.

    Every minute Telegram is asked whether it still has the webhook, which is set again if not; admins hear of a time in
    which it did not answer. Raises TokenRefused when Telegram keeps refusing the token.
    """
    beats = refusals = 0
    while not stopping.is_set():
        beats += 1
        try:
            if beats % ASK_EVERY == 0 or refusals:
                refusals = await _ask(receiver, telegram, url, set_again, refusals)
            await receiver.take([])
        except SQLAlchemyError as error:
            receiver.troubles.strike(error)
            log.warning("the database is away", action="beat.failed", error=type(error).__name__)
        await pause(stopping, beat_seconds)


async def _ask(
    receiver: Receiver, telegram: Telegram, url: str, set_again: Callable[[], Awaitable[None]], refusals: int
) -> int:
    try:
        told: Any = await telegram.call("getWebhookInfo", {})
    except (InvalidToken, EndPointNotFound):
        log.warning("getWebhookInfo was refused", action="webhook.refused", times=refusals + 1)
        if refusals + 1 >= MOST_REFUSALS:
            raise TokenRefused from None
        return refusals + 1
    except TelegramError as error:
        log.warning("Telegram cannot be reached", action="webhook.unknown", error=str(error))
        receiver.out_of_reach.strike(error)
        return refusals
    await receiver.in_reach()
    if isinstance(told, dict) and told.get("url") != url:
        log.warning("Telegram had lost the webhook; setting it again", action="webhook.set_again")
        await set_again()
    return 0


async def pause(stopping: asyncio.Event, seconds: float) -> None:
    """Wait, but no longer than until the program is told to stop."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)
