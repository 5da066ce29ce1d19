"""Of several processes on one PostgreSQL one fetches updates; when it dies another takes over.

The leader holds an advisory lock for as long as its connection lives. A process that freezes loses the connection
after `SILENCE`: the server closes it. All of them answer, send and plan (`bot.worker`, `bot.sender`, `bot.clockwork`).
"""

import asyncio
import contextlib

import structlog
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from bot.clock import Clock
from bot.receiver import PART, Receiver
from bot.telegram_http import Telegram
from storage.database import Database
from storage.groups import Heartbeat

log = structlog.get_logger()

LEADER_LOCK = 7_226_321
ASK_SECONDS = 2.0
"""How often the others ask for the lock, and the leader makes sure that it still has it."""
SILENCE = 15
"""Seconds after which the server gives a silent leader up."""


class Leadership:
    """The lock, and the connection it lives in."""

    def __init__(self, url: str) -> None:
        connect = {
            "connect_timeout": 10,
            "tcp_user_timeout": SILENCE * 1000,
            "options": f"-c idle_session_timeout={SILENCE}s",
        }
        self._engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=connect)
        self._connection: Connection | None = None

    async def hold(self) -> bool:
        """Take the lock, or make sure of it; False when another process has it or the database is away."""
        return await asyncio.to_thread(self._hold)

    async def let_go(self) -> None:
        """Leave it to the others."""
        await asyncio.to_thread(self._close)

    def _hold(self) -> bool:
        try:
            if self._connection is not None:
                self._connection.execute(text("SELECT 1"))
                return True
            self._connection = self._engine.connect()
            taken = self._connection.execute(text("SELECT pg_try_advisory_lock(:number)"), {"number": LEADER_LOCK})
            if taken.scalar_one():
                return True
        except SQLAlchemyError as error:
            log.warning("the leader's lock cannot be asked for", action="leader.unknown", error=type(error).__name__)
        self._close()
        return False

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(SQLAlchemyError):
                connection.invalidate()
            with contextlib.suppress(SQLAlchemyError):
                connection.close()


async def poll_in_turn(
    receiver: Receiver,
    telegram: Telegram,
    database: Database,
    clock: Clock,
    leadership: Leadership,
    stopping: asyncio.Event,
) -> None:
    """Fetch updates while this process leads; until then watch the one that does. Raises TokenRefused."""
    started = clock.now()
    try:
        while not stopping.is_set():
            if await leadership.hold():
                log.info("this process fetches updates", action="leader.taken")
                await _lead(receiver, telegram, leadership, stopping)
            else:
                with contextlib.suppress(SQLAlchemyError):
                    heard = await database.run(_last_heard)
                    if heard is not None and heard.at > started:
                        # What the leader hears, all have heard.
                        receiver.last_good_at = heard.at
                        receiver.caught_up.set()
                await _wait(stopping, ASK_SECONDS)
    finally:
        await leadership.let_go()


async def _lead(receiver: Receiver, telegram: Telegram, leadership: Leadership, stopping: asyncio.Event) -> None:
    ending = asyncio.Event()
    polling = asyncio.create_task(receiver.poll(telegram, ending))
    try:
        while not stopping.is_set() and not polling.done():
            await _wait(stopping, ASK_SECONDS)
            if not await leadership.hold():
                log.warning("another process may fetch updates now", action="leader.lost")
                break
    finally:
        ending.set()
        await polling


def _last_heard(session: Session) -> Heartbeat | None:
    return session.get(Heartbeat, PART)


async def _wait(stopping: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)
