"""What the figures cost on the large database, against one with a hundredth of its history."""

import statistics
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from schedules.planner import tick
from storage.database import Database
from storage.migration import upgrade
from tests.benchmarks.asking import ZONE, Asking, Cost, utc
from tests.benchmarks.large_town import ADMIN_ACCOUNT, FIRST_ACCOUNT, NOW, Size, build, tally
from tests.benchmarks.report import Figure, at_most, told

TIMES = 7
HUNDREDTH = 100
SLOWEST_ANSWER, SLOWEST_TICK = 50.0, 100.0
"""Milliseconds."""
CATCH_UP = 50
"""Ticks that find the rest of what is due."""
MANAGER = FIRST_ACCOUNT + 5


def questions(asking: Asking) -> Mapping[str, Callable[[], Cost]]:
    """What is asked, by name."""
    asked: dict[str, Callable[[], Cost]] = {}
    for who, account in (("manager", MANAGER), ("admin", ADMIN_ACCOUNT)):
        for text in ("/stats", "/cohort", "/missing", "/trend"):
            asked[f"{who} {text}"] = partial(asking.says, account, text)
    midnight, evening = (Asking(asking.database, utc(moment)) for moment in ("2026-11-27 00:00", "2026-11-26 20:00"))
    return asked | {
        "board": partial(asking.posts_board, "daily:2026-11-25"),
        "tick": asking.ticks,
        "tick that opens a day": midnight.ticks,
        "tick that reminds of a day": evening.ticks,
    }


def measure(large: Path) -> list[Figure]:
    """For every question: median time here and there, the slowest, and SQLite's own instructions as a ratio."""
    with tempfile.TemporaryDirectory() as folder:
        small = Database(f"sqlite:///{folder}/small.db")
        upgrade(small.url)
        build(small, Size().with_history(HUNDREDTH))
        upgrade(f"sqlite:///{large}")
        big = Database(f"sqlite:///{large}")
        tally(big, NOW)
        for database in (big, small):
            _catch_up(database)
        figures: list[Figure] = []
        here, there = questions(Asking(big, NOW)), questions(Asking(small, NOW))
        for name, ask in here.items():
            costs, others = [ask() for _ in range(TIMES)], [there[name]() for _ in range(TIMES)]
            slowest = max(cost.seconds for cost in costs) * 1000
            ratio = _median(costs) / _median(others)
            work = (costs[-1].instructions + 1) / (others[-1].instructions + 1)
            most = SLOWEST_TICK if name.startswith("tick") else SLOWEST_ANSWER
            figures += [
                at_most("figures", f"{name}: large against a hundredth", ratio, "×", 2.0),
                told("figures", f"{name}: SQLite's instructions, the same", work, "×"),
                at_most("figures", f"{name}: slowest of {TIMES}", slowest, "ms", most),
            ]
        small.close()
        big.close()
    return figures


def _catch_up(database: Database) -> None:
    """Let ticks do what is due, as they have in a bot that runs: last month is locked a few companies at a time."""
    for _ in range(CATCH_UP):
        with database.transaction() as session:
            tick(session, NOW, ZONE)


def _median(costs: list[Cost]) -> float:
    return statistics.median(cost.seconds for cost in costs)
