"""From `run` to the first getUpdates, and the memory then: with an empty database and with the large one."""

import shutil
import statistics
import tempfile
import time
from pathlib import Path

from storage.migration import upgrade
from tests.benchmarks.crowd import Crowd
from tests.benchmarks.processes import bot_settings, running, until_ready
from tests.benchmarks.report import Figure, at_most
from tests.benchmarks.wire import Wire


async def _start(database: Path) -> tuple[float, float]:
    async with Wire(Crowd().hears) as wire:
        started = time.monotonic()
        with running("bot", "run", environment=bot_settings(wire, database, webhook=False)) as process:
            await until_ready(wire)
            return wire.first_asked_at - started, process.memory_mib()


async def measure(large: Path | None, rounds: int) -> list[Figure]:
    """Medians over the rounds."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.db"
        upgrade(f"sqlite:///{empty}")
        # The first start after an installation compiles; those that count come after it.
        await _start(empty)
        found = [await _start(empty) for _ in range(rounds)]
        seconds, memory = (statistics.median(column) for column in zip(*found, strict=True))
        figures = [
            at_most("starting", "run to the first getUpdates, empty database", seconds, "s", 1.5),
            at_most("starting", "memory then", memory, "MiB", 120),
        ]
        if large is not None:
            copy = Path(folder) / "large.db"
            shutil.copy(large, copy)
            await _start(copy)
            again = [(await _start(copy))[0] for _ in range(rounds)]
            figures.append(at_most("starting", "the same, large database", statistics.median(again), "s", 2.0))
    return figures
