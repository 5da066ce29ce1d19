"""Slow work off the event loop: drawing a picture, gathering and writing a workbook.

In a process of its own, so that neither the loop nor the threads that answer people wait for the interpreter, and so
that the memory is given back. It is started by the first piece of work, does one after the other, and ends when it has
had nothing to do for a while, or with the bot.
"""

import asyncio
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import structlog

log = structlog.get_logger()

Result = TypeVar("Result")

LENGTH = 8
"""Bytes that tell how long the pickle behind them is."""
LONGEST_WORK = 300.0
"""Seconds after which a piece of work is given up."""
DRAWING_IDLE, GATHERING_IDLE = 60.0, 5.0
"""Seconds without work after which the process ends: importing what pictures are drawn with takes a second or two."""
GATHERING_NICE = 5
"""How far the gathering gives way to whatever else runs on the machine: answering people comes first."""
_ROOT = Path(__file__).resolve().parents[1]


class WorkFailed(Exception):
    """A piece of work could not be done: the kind of error and its words."""


class Workshop(Protocol):
    """Where slow work is done."""

    async def do(self, work: Callable[[], Result]) -> Result:
        """What the work returns. Raises WorkFailed."""

    async def close(self) -> None:
        """Give up what is under way."""


class ThreadWorkshop:
    """In a thread of this process: for tests."""

    async def do(self, work: Callable[[], Result]) -> Result:
        """What the work returns. Raises WorkFailed."""
        try:
            return await asyncio.to_thread(work)
        except Exception as error:
            raise WorkFailed(f"{type(error).__name__}: {error}") from error

    async def close(self) -> None:
        """Nothing is left to give up."""


class ProcessWorkshop:
    """In a process of its own (`bot.workshop_process`): the work and its result have to be picklable."""

    def __init__(self, idle_seconds: float, nice: int = 0) -> None:
        self._idle_seconds = idle_seconds
        self._nice = nice
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._end: asyncio.TimerHandle | None = None

    async def do(self, work: Callable[[], Result]) -> Result:
        """What the work returns. Raises WorkFailed."""
        try:
            pickled = pickle.dumps(work)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise WorkFailed(f"cannot be handed over: {error}") from error
        async with self._turn:
            if self._end is not None:
                self._end.cancel()
            try:
                async with asyncio.timeout(LONGEST_WORK):
                    result: Result = await self._exchange(pickled)
                    return result
            except (TimeoutError, EOFError, OSError) as error:
                self._kill()
                raise WorkFailed(f"the process that does it: {type(error).__name__}") from error
            except asyncio.CancelledError:
                # Its answer would be taken for the next one's.
                self._kill()
                raise
            finally:
                self._end = asyncio.get_running_loop().call_later(self._idle_seconds, self._let_end)

    async def close(self) -> None:
        """Give up what is under way."""
        if self._end is not None:
            self._end.cancel()
        process = self._process
        self._kill()
        if process is not None:
            await process.wait()

    async def _exchange(self, work: bytes) -> Result:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await _start(self._nice)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(len(work).to_bytes(LENGTH) + work)
        await process.stdin.drain()
        length = int.from_bytes(await process.stdout.readexactly(LENGTH))
        is_done, result, where = pickle.loads(await process.stdout.readexactly(length))
        if not is_done:
            log.error("slow work failed", action="workshop.failed", error=result.partition(":")[0], where=where)
            raise WorkFailed(result)
        made: Result = result
        return made

    def _let_end(self) -> None:
        """It ends when there is nothing more to read."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None

    def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
        self._process = None


@dataclass(frozen=True)
class Workshops:
    """One for pictures and small files, one for what is gathered for seconds: a card does not wait for a workbook."""

    drawing: Workshop
    gathering: Workshop

    @classmethod
    def in_processes(cls) -> "Workshops":
        """Processes of their own, none of which runs yet."""
        return cls(ProcessWorkshop(DRAWING_IDLE), ProcessWorkshop(GATHERING_IDLE, GATHERING_NICE))

    @classmethod
    def in_threads(cls) -> "Workshops":
        """Threads of this process."""
        return cls(ThreadWorkshop(), ThreadWorkshop())

    async def close(self) -> None:
        """Give up what is under way."""
        await self.drawing.close()
        await self.gathering.close()


async def _start(nice: int) -> Process:
    # The token and the passwords are none of its business; where the database is comes with the work.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BOT_")}
    paths = [str(_ROOT), *filter(None, [environment.get("PYTHONPATH")])]
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "bot.workshop_process",
        str(nice),
        stdin=PIPE,
        stdout=PIPE,
        env=environment | {"PYTHONPATH": os.pathsep.join(paths)},
    )
