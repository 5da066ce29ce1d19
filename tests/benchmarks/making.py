"""Pictures and workbooks of the large database: how long they take, what memory, and who waits meanwhile.

The bot runs as a process of its own on a copy. While it makes a file, a manager asks for something small again and
again, and the event loop is knocked at: an address that is answered without the database.
"""

import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlmodel import col, select

from bot.workshop import DRAWING_IDLE
from handlers.figures.cohort import CARD
from handlers.keyboards import button_data
from storage.database import Database
from storage.roster import Cohort
from tests.benchmarks.crowd import Crowd
from tests.benchmarks.large_town import ADMIN_ACCOUNT, FIRST_ACCOUNT, NOW, today_of
from tests.benchmarks.processes import Running, bot_settings, free_port, running, until_ready
from tests.benchmarks.report import Figure, at_most, told
from tests.benchmarks.wire import Wire

PICTURES = 7
MANAGER = FIRST_ACCOUNT + 5
KNOCKS, LOOKS, QUESTIONS = 0.02, 0.1, 0.5
"""Seconds between two knocks at the event loop, two looks at the memory, an answer and the next small question: what is
measured should have the machine to itself.
"""
SLOWEST_PICTURE, SLOWEST_WORKBOOK, LONGEST_BLOCK = 400.0, 10.0, 50.0
MOST_MEMORY = 150.0
"""MiB above what was there before."""
PATIENCE = 300.0
GIVEN_BACK = DRAWING_IDLE + 5
"""Seconds after which the memory must have been given back."""


@dataclass
class _Meanwhile:
    """What was seen while a file was made."""

    memory_before: float
    cpu_before: float
    cpu: float = 0.0
    """Seconds of processor time, of every process."""
    most_memory: float = 0.0
    memory_after: float = 0.0
    blocks: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    is_over: bool = False


class _Bot:
    """The bot, and what is needed to watch it."""

    def __init__(self, wire: Wire, crowd: Crowd, process: Running, port: int) -> None:
        self._wire, self._crowd, self._process, self._port = wire, crowd, process, port

    async def asks(self, account: int, text: str) -> float:
        """Seconds from a message to the first call that answers it."""
        await self._crowd.say(self._wire, account, text)
        return self._crowd.seconds[-1]

    async def asks_for_picture(self, cohort: int) -> float:
        """Seconds from the press of a cohort's button to the card."""
        await self._crowd.press(self._wire, ADMIN_ACCOUNT, 1, button_data(CARD, cohort))
        return self._crowd.seconds[-1]

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[_Meanwhile]:
        """Look at memory, event loop and a small answer until the block ends, and at the memory once more later."""
        seen = _Meanwhile(self._process.family_memory_mib(), self._process.cpu_seconds())
        watching = [asyncio.create_task(each) for each in (self._look(seen), self._knock(seen), self._wait(seen))]
        try:
            yield seen
        finally:
            seen.is_over = True
            seen.cpu = self._process.cpu_seconds() - seen.cpu_before
        await asyncio.gather(*watching)
        await asyncio.sleep(GIVEN_BACK)
        seen.memory_after = self._process.family_memory_mib()

    async def _look(self, seen: _Meanwhile) -> None:
        while not seen.is_over:
            seen.most_memory = max(seen.most_memory, self._process.family_memory_mib())
            await asyncio.sleep(LOOKS)

    async def _knock(self, seen: _Meanwhile) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        while not seen.is_over:
            started = time.perf_counter()
            writer.write(b"GET /healthz/live HTTP/1.1\r\nHost: bot\r\n\r\n")
            await reader.readuntil(b"}")
            seen.blocks.append(time.perf_counter() - started)
            await asyncio.sleep(KNOCKS)

    async def _wait(self, seen: _Meanwhile) -> None:
        while not seen.is_over:
            seen.waits.append(await self.asks(MANAGER, "/me"))
            await asyncio.sleep(QUESTIONS)


@asynccontextmanager
async def _bot_on(database: Path) -> AsyncIterator[_Bot]:
    crowd, port = Crowd(patience=PATIENCE), free_port()
    async with Wire(crowd.hears) as wire:
        with running("bot", "run", environment=bot_settings(wire, database, port=port)) as process:
            await until_ready(wire)
            # What fell due since the database was made is said first.
            await crowd.until_quiet(5.0)
            yield _Bot(wire, crowd, process, port)


async def measure(large: Path) -> list[Figure]:
    """Both kinds of file, from the message that asks for one to the call that brings it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        shutil.copy(large, copy)
        cohorts = _cohorts(copy)
        async with _bot_on(copy) as bot:
            await bot.asks(MANAGER, "/me")
            # What fell due since the database was made has been planned and said by then.
            await asyncio.sleep(20)
            async with bot.watched() as idle:
                await asyncio.sleep(5)
            async with bot.watched() as drawn:
                first, *pictures = [await bot.asks_for_picture(each) for each in cohorts]
            async with bot.watched() as written:
                workbook = await bot.asks(ADMIN_ACCOUNT, f"/export {_last_year()}")
    return [
        *_waits("nothing made", idle),
        told("making", "the first picture of a cohort", first * 1000, "ms"),
        at_most("making", "a picture of a cohort", statistics.median(pictures) * 1000, "ms", SLOWEST_PICTURE),
        *_costs("pictures", drawn),
        at_most("making", "the year's workbook for every company", workbook, "s", SLOWEST_WORKBOOK),
        *_costs("workbook", written),
    ]


def _costs(what: str, seen: _Meanwhile) -> list[Figure]:
    return [
        told("making", f"{what}: processor time, small answers included", seen.cpu, "s"),
        *_waits(what, seen),
        at_most(
            "making", f"{what}: most memory above before", seen.most_memory - seen.memory_before, "MiB", MOST_MEMORY
        ),
        told("making", f"{what}: memory kept", seen.memory_after - seen.memory_before, "MiB"),
    ]


def _waits(what: str, seen: _Meanwhile) -> list[Figure]:
    return [
        at_most("making", f"{what}: event loop, longest wait", max(seen.blocks) * 1000, "ms", LONGEST_BLOCK),
        told("making", f"{what}: a small answer, median", statistics.median(seen.waits) * 1000, "ms"),
        told("making", f"{what}: a small answer, longest", max(seen.waits) * 1000, "ms"),
    ]


def _cohorts(database: Path) -> Sequence[int]:
    """Cohorts whose windows are over, with orders to draw."""
    opened = Database(f"sqlite:///{database}")
    with opened.transaction() as session:
        before = date.fromordinal(today_of(NOW).toordinal() - 60)
        query = select(Cohort.id).where(col(Cohort.starts_on) < before).order_by(col(Cohort.starts_on).desc())
        found = [each for each in session.exec(query.limit(PICTURES)) if each is not None]
    opened.close()
    return found


def _last_year() -> int:
    return today_of(NOW).year - 1
