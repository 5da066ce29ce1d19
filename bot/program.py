"""The bot, put together: receiver → inbox → worker → outbox → sender, and the clock beside them."""

import asyncio
import contextlib
import signal
from datetime import timedelta
from typing import IO, Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from telegram.error import BadRequest, EndPointNotFound, InvalidToken, TelegramError

from bot.alone import hold_alone
from bot.clock import Clock
from bot.clockwork import Clockwork
from bot.leading import Leadership, poll_in_turn
from bot.pacing import Pace
from bot.receiver import ALLOWED_UPDATES, Receiver, TokenRefused
from bot.sender import Sender
from bot.settings import Settings
from bot.shared_pace import SharedPace
from bot.telegram_http import Telegram, make_bot
from bot.watch import MOST_REFUSALS, STALE_POLL, pause, watch_polling, watch_webhook
from bot.worker import Worker
from bot.workshop import Workshops
from handlers.menus import plan_menus
from handlers.turn import Surroundings
from schedules.planner import PART as PLANNER
from storage import inbox, outbox
from storage.database import Database, fault_of
from storage.groups import Heartbeat
from storage.migration import DatabaseIsNewer, upgrade
from storage.retention import set_keep_days

log = structlog.get_logger()

STALE_TICK = timedelta(minutes=1)
"""A planner, in this process or another, that has not ticked for so long and three ticks is not ready."""

EXIT_FAULT = 1
EXIT_TOKEN = 3
EXIT_DATABASE = 5
"""4 is `bot.watch.EXIT_STALE`."""


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
    except (SQLAlchemyError, OSError) as error:
        return _without_database(error)
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
    except BadRequest as error:
        log.error("Telegram refuses a call the bot depends on", action="start.refused", error=str(error))
        return EXIT_FAULT
    except SQLAlchemyError as error:
        return _without_database(error)
    finally:
        await bot.shutdown()
        with contextlib.suppress(TelegramError, RuntimeError):
            for request in (bot.request,):
                await request.shutdown()
        database.close()
        log.info("stopped", action="bot.stopped")


def _without_database(error: Exception) -> int:
    log.error("the database cannot be used (BOT_DATABASE_URL)", action="database.away", error=fault_of(error))
    return EXIT_DATABASE


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
        await pause(stopping, min(0.5 * 2 ** min(failures + refusals, 6), 30))
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
    shared_pace = None if database.is_sqlite else _shared_pace(settings)
    workshops = Workshops.in_processes()
    sender = Sender(database, clock, telegram, surroundings, pace, settings.mailer, shared_pace, workshops)
    worker = Worker(database, clock, telegram, surroundings, sender.wake)
    receiver = Receiver(database, clock, worker.wake)
    clockwork = Clockwork(database, clock, surroundings, settings.tick_seconds, sender.wake, receiver.caught_up)

    def prepare(session: Session) -> None:
        if shared_pace is None:
            outbox.release_leases(session)
        else:
            # Holds other processes that start just now back until this one is through.
            shared_pace.prepare(session)
        set_keep_days(session, settings.keep_days, clock.now())
        plan_menus(session, clock.now(), surroundings)

    await database.run(prepare)

    parts: list[asyncio.Task[Any]] = [
        asyncio.create_task(sender.run(stopping), name="sender"),
        asyncio.create_task(worker.run(stopping), name="worker"),
        asyncio.create_task(clockwork.run(stopping), name="planner"),
    ]
    if settings.webhook_url:
        serving = _serve_webhook(settings, receiver, telegram, stopping)
        parts.append(asyncio.create_task(serving, name="receiver"))
    else:
        polling = _poll(settings, receiver, telegram, database, clock, stopping)
        parts.append(asyncio.create_task(polling, name="receiver"))
        parts.append(asyncio.create_task(watch_polling(receiver, stopping), name="watchdog"))
    if settings.web_address is not None:
        parts.append(asyncio.create_task(_serve(settings, receiver, database, clock, stopping), name="web"))

    stopped = asyncio.create_task(stopping.wait(), name="stop")
    done, _ = await asyncio.wait({stopped, *parts}, return_when=asyncio.FIRST_COMPLETED)
    # A part that ends by itself has failed: the others stop too, and the exit code says so.
    stopping.set()
    results = await asyncio.gather(*parts, return_exceptions=True)
    await workshops.close()
    code = 0
    for part, result in zip(parts, results, strict=True):
        if isinstance(result, TokenRefused | BadRequest):
            raise result
        if isinstance(result, BaseException):
            log.error("a part failed", action="part.failed", part=part.get_name(), exc_info=result)
            code = EXIT_FAULT
        elif isinstance(result, int) and result:
            code = result
    if stopped not in done and code == 0:
        code = EXIT_FAULT
    return code


async def _serve(
    settings: Settings, receiver: Receiver, database: Database, clock: Clock, stopping: asyncio.Event
) -> None:
    # A bot that polls may have no web server, and starts without what it is made of.
    from bot.web import Health, make_app, serve

    def health(session: Session) -> Health:
        now = clock.now()
        waiting, owed = inbox.oldest_open(session), outbox.oldest_due(session, now)
        heard, planner = receiver.last_good_at, session.get(Heartbeat, PLANNER)
        planned = planner.at if planner is not None else None
        details = {
            "oldest_update_seconds": (now - waiting).total_seconds() if waiting else 0,
            "oldest_message_seconds": (now - owed).total_seconds() if owed else 0,
            "updates_aside": inbox.count_updates(session, inbox.InboxState.aside),
            "last_heard_from_telegram": heard.isoformat() if heard else None,
            "planner_last_tick": planned.isoformat() if planned else None,
        }
        stale_tick = STALE_TICK + timedelta(seconds=3 * settings.tick_seconds)
        hears = heard is not None and now - heard < STALE_POLL
        return Health(hears and planned is not None and now - planned < stale_tick, details)

    assert settings.web_address is not None
    await serve(make_app(settings, receiver, database, health, clock.now), *settings.web_address, stopping)


def _webhook(settings: Settings) -> dict[str, Any]:
    return {
        "url": settings.webhook_url,
        "secret_token": settings.effective_webhook_secret,
        "allowed_updates": ALLOWED_UPDATES,
        "max_connections": 40,
    }


async def _serve_webhook(settings: Settings, receiver: Receiver, telegram: Telegram, stopping: asyncio.Event) -> None:
    await receiver.remember()

    async def set_webhook() -> None:
        await _insist(telegram, stopping, "setWebhook", _webhook(settings))

    await set_webhook()
    receiver.caught_up.set()
    await watch_webhook(receiver, telegram, settings.webhook_url, set_webhook, stopping)


async def _poll(
    settings: Settings,
    receiver: Receiver,
    telegram: Telegram,
    database: Database,
    clock: Clock,
    stopping: asyncio.Event,
) -> None:
    await _insist(telegram, stopping, "deleteWebhook", {})
    if database.is_sqlite:
        await receiver.poll(telegram, stopping)
    else:
        await poll_in_turn(receiver, telegram, database, clock, Leadership(settings.database_url), stopping)


def _shared_pace(settings: Settings) -> SharedPace:
    return SharedPace(
        settings.messages_per_second, settings.messages_per_second_per_chat, settings.messages_per_minute_per_group
    )


async def _insist(telegram: Telegram, stopping: asyncio.Event, method: str, params: dict[str, Any]) -> None:
    """Make a call that the start depends on, again and again while the network is away.

    Raises TokenRefused when Telegram does not accept the token, BadRequest when it will not take the call.
    """
    failures = refusals = 0
    while not stopping.is_set():
        try:
            await telegram.call(method, params)
            return
        except BadRequest:
            raise
        except (InvalidToken, EndPointNotFound):
            refusals += 1
            if refusals >= MOST_REFUSALS:
                raise TokenRefused from None
        except TelegramError as error:
            failures += 1
            log.warning("Telegram cannot be reached", action="start.waiting", method=method, error=str(error))
        await pause(stopping, min(0.5 * 2 ** min(failures + refusals, 6), 30))


_held: list[IO[str]] = []
"""Lock files, open for as long as the process lives: the system lets go of them even after SIGKILL."""


def _take_alone(settings: Settings) -> bool:
    """Make sure that one process works on a SQLite file: leases and pacing are this process's own there."""
    path = settings.sqlite_path
    if path is None:
        return True
    lock = hold_alone(path)
    if lock is None:
        return False
    _held.append(lock)
    return True


def _stop_on_signals(stopping: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, RuntimeError):
            loop.add_signal_handler(name, stopping.set)
