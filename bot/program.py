"""The bot, put together: receiver → inbox → worker → outbox → sender, and the clock beside them."""

import asyncio
import contextlib
import fcntl
import signal
from datetime import timedelta
from typing import IO, Any

import structlog
from sqlmodel import Session
from telegram.error import BadRequest, EndPointNotFound, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.clock import Clock
from bot.clockwork import Clockwork
from bot.pacing import Pace
from bot.receiver import ALLOWED_UPDATES, Receiver, TokenRefused
from bot.sender import Sender
from bot.settings import Settings
from bot.telegram_http import Telegram, make_bot
from bot.web import Health, Server, make_app
from bot.worker import Worker
from handlers.menus import plan_menus
from handlers.turn import Surroundings
from storage import inbox, outbox
from storage.database import Database
from storage.migration import DatabaseIsNewer, upgrade

log = structlog.get_logger()

STALE_POLL = timedelta(minutes=5)
BEAT_SECONDS = 15.0

EXIT_FAULT = 1
EXIT_TOKEN = 3
EXIT_STALE = 4


async def run_bot(settings: Settings, clock: Clock) -> int:
    """Run until a signal says stop; the exit code: 0, or non-zero with the reason in the log.

    The database is brought up to date first. Updates are fetched by polling, or delivered to the webhook where
    BOT_WEBHOOK_URL is set.
    """
    try:
        upgrade(settings.database_url)
    except DatabaseIsNewer as error:
        log.error(str(error), action="database.newer")
        return EXIT_FAULT
    database = Database(settings.database_url)
    if not _take_alone(settings):
        log.error("another process already runs on this SQLite file", action="database.taken")
        return EXIT_FAULT
    bot = make_bot(settings.token.get_secret_value(), settings.api_url)
    telegram = Telegram(bot)
    stopping = asyncio.Event()
    _stop_on_signals(stopping)
    try:
        me = await _introduce(telegram, bot, stopping)
        if me is None:
            return 0
        surroundings = Surroundings(
            zone=settings.zone,
            language=settings.language,
            bot_id=me["id"],
            bot_username=me["username"],
            admin_ids=settings.admins,
        )
        log.info("started", action="bot.started", username=me["username"], webhook=bool(settings.webhook_url))
        return await _work(settings, clock, database, telegram, surroundings, stopping)
    except TokenRefused:
        log.error("Telegram does not accept BOT_TOKEN", action="token.refused")
        return EXIT_TOKEN
    finally:
        await bot.shutdown()
        with contextlib.suppress(TelegramError, RuntimeError):
            for request in (bot.request,):
                await request.shutdown()
        database.close()
        log.info("stopped", action="bot.stopped")


async def _introduce(telegram: Telegram, bot: Any, stopping: asyncio.Event) -> dict[str, Any] | None:
    """Who the bot is at Telegram; waits while the network is away. None when told to stop meanwhile."""
    refusals = failures = 0
    while not stopping.is_set():
        try:
            await bot.initialize()
            me: dict[str, Any] = await telegram.call("getMe", {})
            return me
        except (InvalidToken, EndPointNotFound):
            refusals += 1
            if refusals >= 3:
                raise TokenRefused from None
        except (TelegramError, OSError) as error:
            failures += 1
            log.warning("Telegram cannot be reached", action="start.waiting", times=failures, error=str(error))
        await _sleep(stopping, min(0.5 * 2 ** min(failures + refusals, 6), 30))
    return None


async def _work(
    settings: Settings,
    clock: Clock,
    database: Database,
    telegram: Telegram,
    surroundings: Surroundings,
    stopping: asyncio.Event,
) -> int:
    pace = Pace(
        settings.messages_per_second, settings.messages_per_second_per_chat, settings.messages_per_minute_per_group
    )
    sender = Sender(database, clock, telegram, surroundings, pace, settings.mailer)
    worker = Worker(database, clock, telegram, surroundings, sender.wake)
    receiver = Receiver(database, clock, worker.wake)
    clockwork = Clockwork(database, clock, surroundings, settings.tick_seconds, sender.wake, receiver.caught_up)

    if database.is_sqlite:
        await database.run(outbox.release_leases)
    await database.run(lambda session: plan_menus(session, clock.now(), surroundings))

    def health(session: Session) -> Health:
        now = clock.now()
        waiting, owed = inbox.oldest_open(session), outbox.oldest_due(session, now)
        heard = receiver.last_good_at
        details = {
            "oldest_update_seconds": (now - waiting).total_seconds() if waiting else 0,
            "oldest_message_seconds": (now - owed).total_seconds() if owed else 0,
            "updates_aside": inbox.count_updates(session, inbox.InboxState.aside),
            "last_heard_from_telegram": heard.isoformat() if heard else None,
        }
        return Health(heard is not None and now - heard < STALE_POLL, details)

    parts: list[asyncio.Task[Any]] = [
        asyncio.create_task(sender.run(stopping), name="sender"),
        asyncio.create_task(worker.run(stopping), name="worker"),
        asyncio.create_task(clockwork.run(stopping), name="planner"),
    ]
    if settings.webhook_url:
        await receiver.remember()
        await _insist(telegram, stopping, "setWebhook", _webhook(settings))
        receiver.caught_up.set()
        parts.append(asyncio.create_task(_beat(receiver, stopping), name="heartbeat"))
    else:
        await _insist(telegram, stopping, "deleteWebhook", {})
        parts.append(asyncio.create_task(receiver.poll(telegram, stopping), name="receiver"))
        parts.append(asyncio.create_task(_watch(receiver, stopping), name="watchdog"))
    server = None
    if settings.web_address is not None:
        server = Server(make_app(settings, receiver, database, health), *settings.web_address)
        parts.append(asyncio.create_task(server.serve(), name="web"))

    stopped = asyncio.create_task(stopping.wait(), name="stop")
    done, _ = await asyncio.wait({stopped, *parts}, return_when=asyncio.FIRST_COMPLETED)
    # A part that ends by itself has failed: the others stop too, and the exit code says so.
    stopping.set()
    if server is not None:
        server.should_exit = True
    results = await asyncio.gather(*parts, return_exceptions=True)
    code = 0
    for part, result in zip(parts, results, strict=True):
        if isinstance(result, TokenRefused):
            raise result
        if isinstance(result, BaseException):
            log.error("a part failed", action="part.failed", part=part.get_name(), exc_info=result)
            code = EXIT_FAULT
        elif isinstance(result, int) and result:
            code = result
    if stopped not in done and code == 0:
        code = EXIT_FAULT
    return code


def _webhook(settings: Settings) -> dict[str, Any]:
    return {
        "url": settings.webhook_url,
        "secret_token": settings.effective_webhook_secret,
        "allowed_updates": ALLOWED_UPDATES,
        "max_connections": 40,
    }


async def _insist(telegram: Telegram, stopping: asyncio.Event, method: str, params: dict[str, Any]) -> None:
    """Make a call that the start depends on, again and again while the network is away."""
    failures = 0
    while not stopping.is_set():
        try:
            await telegram.call(method, params)
            return
        except (RetryAfter, NetworkError) as error:
            if isinstance(error, BadRequest):
                raise
            failures += 1
            log.warning("Telegram cannot be reached", action="start.waiting", method=method, error=str(error))
        await _sleep(stopping, min(0.5 * 2 ** min(failures, 6), 30))


async def _sleep(stopping: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)


async def _beat(receiver: Receiver, stopping: asyncio.Event) -> None:
    """While a webhook is served, quiet hours are not an outage: note that the bot was there."""
    while not stopping.is_set():
        await receiver.take([])
        await _sleep(stopping, BEAT_SECONDS)


async def _watch(receiver: Receiver, stopping: asyncio.Event) -> int:
    """Stop the process when no poll has succeeded for long: a supervisor starts it anew. 0 when told to stop."""
    loop = asyncio.get_running_loop()
    seen, seen_at = receiver.last_good_at, loop.time()
    while not stopping.is_set():
        await _sleep(stopping, BEAT_SECONDS)
        if receiver.last_good_at != seen:
            seen, seen_at = receiver.last_good_at, loop.time()
        elif loop.time() - seen_at > STALE_POLL.total_seconds():
            log.error("no updates could be fetched for minutes", action="poll.stale", minutes=STALE_POLL.seconds // 60)
            return EXIT_STALE
    return 0


_held: list[IO[str]] = []
"""Lock files, open for as long as the process lives: the system lets go of them even after SIGKILL."""


def _take_alone(settings: Settings) -> bool:
    """Make sure that one process works on a SQLite file: leases and pacing are this process's own there."""
    path = settings.sqlite_path
    if path is None:
        return True
    lock = path.with_name(path.name + ".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return False
    _held.append(lock)
    return True


def _stop_on_signals(stopping: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, RuntimeError):
            loop.add_signal_handler(name, stopping.set)
