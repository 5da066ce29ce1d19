"""What one local day holds for a calendar: the periods that can be handed in, and when each is reminded of.

Pure and worked out once per day, calendar and rules; every tick of that day reads it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from schedules.calendars import CalendarSettings
from schedules.deadlines import (
    DEADLINES,
    DeadlineRules,
    Due,
    due_of,
    dues_open_at,
    dues_opening_between,
    next_to_open,
)
from schedules.ladder import Stage, stages_of
from schedules.periods import Period, local_day, start_of
from schedules.working_days import ONE_DAY, days_between

INSTANT = timedelta(microseconds=1)
"""The smallest step of time: turns `<` into `<=`."""


@dataclass(frozen=True)
class Entry:
    """One period with its reminders."""

    due: Due
    stages: tuple[Stage, ...]

    @property
    def period(self) -> Period:
        """What the report is about."""
        return self.due.period

    @property
    def appears_at(self) -> datetime:
        """When somebody first hears of it: as it opens, or before that where a holiday lies between."""
        return min(self.due.opens_at, self.stages[0].at) if self.stages else self.due.opens_at


@lru_cache(maxsize=1024)
def entries_of_day(settings: CalendarSettings, rules: DeadlineRules, day: date) -> tuple[Entry, ...]:
    """Every period of which some moment between appearing and the deadline lies in this local day."""
    calendar = settings.calendar
    start, end = start_of(day, rules.zone), start_of(day + ONE_DAY, rules.zone)
    dues = [
        *dues_open_at(start, calendar, rules),
        *dues_opening_between(start, end, calendar, rules),
        *(next_to_open(kind, start, calendar, rules) for kind in DEADLINES),
    ]
    entries = (entry_of(due.period, settings, rules) for due in dues)
    appearing = {entry.period: entry for entry in entries if entry.appears_at < end}
    return tuple(sorted(appearing.values(), key=lambda entry: (entry.due.late_from, entry.period)))


@lru_cache(maxsize=4096)
def entry_of(period: Period, settings: CalendarSettings, rules: DeadlineRules) -> Entry:
    """One period as this calendar and these rules see it."""
    due = due_of(period, settings.calendar, rules)
    return Entry(due, stages_of(due, settings.calendar, rules))


def entries_between(
    settings: CalendarSettings, rules: DeadlineRules, start: datetime, end: datetime
) -> Sequence[Entry]:
    """Every period of the local days from `start` to `end`, each once, in the order of the days."""
    found: dict[Period, Entry] = {}
    for day in days_between(local_day(start, rules.zone), local_day(end, rules.zone)):
        for entry in entries_of_day(settings, rules, day):
            found.setdefault(entry.period, entry)
    return list(found.values())
