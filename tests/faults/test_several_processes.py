"""Several processes on one PostgreSQL: one rate limit, one that polls and one that takes over.

Killed under load: see tests/crash.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from telegram import InputFile

from bot.pacing import Pace
from bot.sender import Sender
from bot.shared_pace import SharedPace
from bot.telegram_http import READ_TIMEOUT, Telegram, make_bot
from storage.database import Database
from storage.migration import upgrade
from storage.outbox import OutboxState, count_messages, say
from storage.people import Role
from tests.chat import Phone, StillClock, World
from tests.crash.postgres import Fleet
from tests.faults.conftest import Measured

TAKE_OVER = 20.0
"""Seconds within which another process must fetch updates after the leader was killed."""


def seconds_until_said(world: Fleet, phone: Phone, words: str) -> float:
    """Wait for an answer; how long it took."""
    began = time.monotonic()
    world.await_text(phone.telegram_id, words, TAKE_OVER)
    return time.monotonic() - began


def test_when_the_process_that_polls_is_killed_another_takes_over(
    tmp_path: Path, postgres_url: str, measured: Measured
) -> None:
    world = Fleet(tmp_path, postgres_url, now="2026-12-01 10:00", webhook=False, processes=2)
    try:
        wang = world.person("王芳", Role.viewer)
        world.start()
        wang.says("/me")
        took = []
        for number in range(2):
            world.kill_one(number)
            wang.forgets()
            world.asks(wang, "/me")
            took.append(seconds_until_said(world, wang, "王芳"))
            if number == 0:
                # Up again before the other is killed.
                world.start_one(number)
                world.await_introduction(number)
        measured("until another process polls", max(took))
        assert world.stop_all() == [0]
    finally:
        world.close()


class Recorder(Telegram):
    """Notes when something would have been sent, and to whom."""

    def __init__(self) -> None:
        super().__init__(make_bot("1:x", "http://127.0.0.1:9"))
        self.sent: list[tuple[float, int]] = []
        self._more = asyncio.Condition()

    async def wait_for(self, number: int) -> None:
        """Until so many were sent."""
        async with self._more:
            await self._more.wait_for(lambda: len(self.sent) >= number)

    async def call(
        self,
        method: str,
        params: Mapping[str, Any],
        *,
        timeout: float = READ_TIMEOUT,
        file: InputFile | None = None,
        file_field: str = "",
    ) -> Any:
        """Take it at once."""
        self.sent.append((time.monotonic(), int(params["chat_id"])))
        async with self._more:
            self._more.notify_all()
        return {"message_id": len(self.sent)}


@pytest.fixture
def two_databases(postgres_url: str) -> Iterator[tuple[Database, Database]]:
    """The same PostgreSQL as two processes see it."""
    upgrade(postgres_url)
    both = (Database(postgres_url), Database(postgres_url))
    yield both
    for database in both:
        database.close()


def most_within(moments: list[float], seconds: float) -> int:
    """The most that happened within any stretch of so many seconds."""
    return max(sum(begin <= moment < begin + seconds for moment in moments) for begin in moments)


async def test_two_senders_keep_one_rate_limit_between_them(
    two_databases: tuple[Database, Database], world: World
) -> None:
    per_second, messages = 20, 60
    busy = 7
    clock, telegram = StillClock(), Recorder()
    with two_databases[0].transaction() as session:
        for number in range(messages):
            chat = busy if number % 10 == 0 else 1000 + number
            say(session, chat, "sendMessage", {"chat_id": chat, "text": "x"}, clock.now())
    stopping = asyncio.Event()
    senders = []
    for database in two_databases:
        shared = SharedPace(per_second, 2, 60)
        await database.run(shared.prepare)
        own = Pace(1e9, 1e9, 1e9)
        senders.append(Sender(database, clock, telegram, world.surroundings, own, None, shared))
    running = [asyncio.create_task(sender.run(stopping)) for sender in senders]
    await asyncio.wait_for(telegram.wait_for(messages), 20)
    stopping.set()
    await asyncio.gather(*running)

    moments = [moment for moment, _ in telegram.sent]
    assert len(moments) == messages, "all are sent, each once"
    assert most_within(moments, 1.0) <= 1.2 * per_second
    assert moments[-1] - moments[0] >= (messages - per_second) / per_second - 0.2
    to_busy = [moment for moment, chat in telegram.sent if chat == busy]
    assert most_within(to_busy, 1.0) <= 3 + 2 + 1
    with two_databases[0].transaction() as session:
        assert count_messages(session, OutboxState.open) == 0
