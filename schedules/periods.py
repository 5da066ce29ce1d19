"""The stretches of days that reports are about, and how local days become instants (handbook §3).

Days are local dates, both ends included. Instants are aware and in UTC. 24:00 of a day is 00:00 of the next.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Self
from zoneinfo import ZoneInfo

from schedules.working_days import ONE_DAY, last_day_of_month
from storage.kinds import ReportKind

__all__ = ["ZONE", "Period", "ReportKind", "Year", "first_days", "instant", "local_day", "start_of"]

ZONE = ZoneInfo("Asia/Shanghai")
"""One zone for all of China, no summer time."""

_BY_DAY = frozenset({ReportKind.daily, ReportKind.weekly})
"""Named by their first day; all other periods are months and named by the month."""


def instant(day: date, at: time, zone: ZoneInfo = ZONE) -> datetime:
    """The instant, in UTC, at which the clock on the wall shows this time of this local day."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def start_of(day: date, zone: ZoneInfo = ZONE) -> datetime:
    """00:00 of the local day, in UTC; it is also 24:00 of the day before."""
    return instant(day, time(0), zone)


def local_day(moment: datetime, zone: ZoneInfo = ZONE) -> date:
    """The local date at an instant. Raises `ValueError` for an instant without a time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"an instant needs a time zone: {moment.isoformat()}")
    return moment.astimezone(zone).date()


@dataclass(frozen=True, order=True)
class Period:
    """What one report is about. Periods of one kind follow each other without gap or overlap.

    A plan's period is the month that is planned, an order-rate submission's the month that is reported.
    Raises `ValueError` for days that are no period of the kind.
    """

    kind: ReportKind
    first: date
    last: date

    def __post_init__(self) -> None:
        if (self.first, self.last) != _bounds(self.kind, self.first):
            raise ValueError(f"{self.first} to {self.last} is no period of a {self.kind} report")

    @classmethod
    def of(cls, kind: ReportKind, day: date) -> Self:
        """The period of this kind that contains the day."""
        return cls(kind, *_bounds(kind, day))

    @classmethod
    def daily(cls, day: date) -> Self:
        """The one day."""
        return cls.of(ReportKind.daily, day)

    @classmethod
    def weekly_of(cls, day: date) -> Self:
        """The week of this day, Sunday to Saturday: not the ISO week."""
        return cls.of(ReportKind.weekly, day)

    @classmethod
    def monthly_of(cls, day: date) -> Self:
        """The calendar month of this day."""
        return cls.of(ReportKind.monthly, day)

    @classmethod
    def plan_for(cls, month: date) -> Self:
        """The training plan for the month this day is in."""
        return cls.of(ReportKind.plan, month)

    @classmethod
    def order_rate_for(cls, month: date) -> Self:
        """The order-rate submission about the month this day is in."""
        return cls.of(ReportKind.order_rate, month)

    @classmethod
    def skills_mail_of(cls, day: date) -> Self:
        """The sales-skill mail of the month this day is in."""
        return cls.of(ReportKind.skills_mail, day)

    @classmethod
    def from_key(cls, key: str) -> Self:
        """Read back what `key` wrote. Raises `ValueError` for anything else."""
        word, _, written = key.partition(":")
        kind = ReportKind(word)
        period = cls.of(kind, date.fromisoformat(written if kind in _BY_DAY else f"{written}-01"))
        if period.key != key:
            raise ValueError(f"not the key of a period: {key!r}")
        return period

    @property
    def key(self) -> str:
        """A stable name such as `daily:2026-11-23`, `weekly:2026-11-22` (its Sunday), `plan:2026-12`."""
        return f"{self.kind}:{self.first.isoformat() if self.kind in _BY_DAY else self.label}"

    @property
    def label(self) -> str:
        """What people read, in any language: `11/23`, `11/22–11/28`, `2026-11`."""
        if self.kind is ReportKind.daily:
            return f"{self.first:%m/%d}"
        if self.kind is ReportKind.weekly:
            return f"{self.first:%m/%d}–{self.last:%m/%d}"
        return f"{self.first:%Y-%m}"

    def previous(self) -> Self:
        """The period just before."""
        return self.of(self.kind, self.first - ONE_DAY)

    def next(self) -> Self:
        """The period just after."""
        return self.of(self.kind, self.last + ONE_DAY)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Year:
    """A calendar year: a workbook can be about it, no report is."""

    number: int

    @classmethod
    def from_key(cls, key: str) -> Self:
        """Read back what `key` wrote. Raises `ValueError` for anything else."""
        year = cls(int(key.removeprefix("year:")))
        if year.key != key:
            raise ValueError(f"not the key of a year: {key!r}")
        return year

    @property
    def first(self) -> date:
        """1 January."""
        return date(self.number, 1, 1)

    @property
    def last(self) -> date:
        """31 December."""
        return date(self.number, 12, 31)

    @property
    def key(self) -> str:
        """A stable name: `year:2026`."""
        return f"year:{self.number}"

    @property
    def label(self) -> str:
        """What people read, in any language: `2026`."""
        return str(self.number)

    def __contains__(self, day: date) -> bool:
        return day.year == self.number


@lru_cache(maxsize=256)
def first_days(kind: ReportKind, first: date, last: date) -> tuple[date, ...]:
    """The days from first to last on which a period of the kind begins, in order."""
    if kind is ReportKind.daily:
        return tuple(first + place * ONE_DAY for place in range((last - first).days + 1))
    days: list[date] = []
    period = Period.of(kind, last)
    while period.first >= first:
        days.append(period.first)
        period = period.previous()
    return tuple(reversed(days))


def _bounds(kind: ReportKind, day: date) -> tuple[date, date]:
    if kind is ReportKind.daily:
        return day, day
    if kind is ReportKind.weekly:
        sunday = day - day.isoweekday() % 7 * ONE_DAY
        return sunday, sunday + 6 * ONE_DAY
    return day.replace(day=1), last_day_of_month(day.year, day.month)
