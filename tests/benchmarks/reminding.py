"""Ten thousand reminders due at once: how long the planner needs to write them down."""

import tempfile
import time

from schedules.planner import tick
from storage.database import Database
from storage.migration import upgrade
from tests.benchmarks.asking import ZONE, utc
from tests.benchmarks.large_town import Size, settle_people
from tests.benchmarks.report import Figure, at_most, told

PEOPLE = 10_000
BEFORE, DUE = "2026-11-26 19:59", "2026-11-26 20:00"
"""The evening reminder of the daily check-in (handbook §3)."""


def measure() -> list[Figure]:
    """The tick that finds everybody's reminder due, and the one after it."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/bot.db")
        upgrade(database.url)
        with database.transaction() as session:
            settle_people(session, Size(companies=1000, managers=PEOPLE), utc(BEFORE).date())
        seconds: list[float] = []
        planned = 0
        for moment in (BEFORE, DUE, DUE):
            started = time.perf_counter()
            with database.transaction() as session:
                planned = max(planned, tick(session, utc(moment), ZONE).reminders)
            seconds.append(time.perf_counter() - started)
        database.close()
    return [
        told("reminding", "reminders planned by one tick", planned, ""),
        at_most("reminding", "planning them", seconds[1], "s", 2.0),
        told("reminding", "the tick after it", seconds[2] * 1000, "ms"),
    ]
