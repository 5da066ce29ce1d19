"""What happened in a simulated year, written down beside the bot, and counted slowly: nothing of the product is used.

Moments are local and without a zone. Rosters and orders are the slow reference's, day 0 being the first of the year.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import chinese_calendar  # type: ignore[import-untyped]  # it brings no types

from tests.storage.slow_reference import Figure, Person, Reference, Sale

DAY = timedelta(days=1)
KINDS = {
    "daily": "日报",
    "weekly": "周报",
    "monthly": "月报",
    "plan": "下月培训计划",
    "order_rate": "出单率报送",
    "skills_mail": "销售技能总结",
}
OF_COMPANIES = ("plan", "order_rate")


def works(day: date) -> bool:
    """Whether a day is worked; Monday to Friday beyond the years the library knows."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def is_announced(day: date) -> bool:
    """Whether the calendar of a day is certain: next year's notice may still change the last three days of a year."""
    return day < date(2026, 12, 29)


def month_end(first: date) -> date:
    """The last day of a month."""
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def last_workday(first: date) -> date:
    """The last working day of a month."""
    day = month_end(first)
    while not works(day):
        day -= DAY
    return day


@dataclass(frozen=True)
class Task:
    """One report somebody owes: what the bot calls it, when it opens, on which day it is due, when it is late."""

    kind: str
    key: str
    first: date
    opens: date
    due_day: date
    late: datetime

    @property
    def days(self) -> list[date]:
        """The days it speaks of, for those kinds that leave can excuse as a whole."""
        length = {"daily": 1, "weekly": 7}.get(self.kind, 0)
        last = month_end(self.first) if not length else self.first + (length - 1) * DAY
        return [self.first + place * DAY for place in range((last - self.first).days + 1)]


def tasks_between(first: date, last: date) -> Iterator[Task]:
    """Everything that falls due on a day from first to last, from the handbook's table (§3)."""
    midnight = time(0)
    day = first - 40 * DAY
    while day <= last + DAY:
        if works(day) and first <= day <= last:
            yield Task("daily", f"daily:{day}", day, day, day, datetime.combine(day + DAY, time(8)))
        saturday = day + 6 * DAY
        if day.weekday() == 6 and first <= saturday <= last and any(works(day + n * DAY) for n in range(7)):
            late = datetime.combine(saturday + DAY, midnight)
            yield Task("weekly", f"weekly:{day}", day, day, saturday, late)
        if day.day == 1:
            end = last_workday(day)
            if first <= end <= last:
                for kind in ("monthly", "skills_mail"):
                    yield Task(kind, f"{kind}:{day:%Y-%m}", day, day, end, datetime.combine(end + DAY, midnight))
            fifth, before = day.replace(day=5), (day - DAY).replace(day=1)
            if first <= fifth <= last:
                late = datetime.combine(fifth + DAY, midnight)
                yield Task("order_rate", f"order_rate:{before:%Y-%m}", before, day, fifth, late)
            due, planned = day.replace(day=25), month_end(day) + DAY
            if first <= due <= last:
                late = datetime.combine(due + DAY, midnight)
                yield Task("plan", f"plan:{planned:%Y-%m}", planned, day.replace(day=20), due, late)
        day += DAY


@dataclass
class ManagerBook:
    """What one manager did."""

    name: str
    company: str
    joined: date
    away: list[tuple[date, date]] = field(default_factory=list)
    sent: dict[str, datetime] = field(default_factory=dict)
    """When each of the own reports came in first, by its key."""

    def is_away(self, day: date) -> bool:
        """On leave."""
        return any(first <= day <= last for first, last in self.away)

    def owes(self, task: Task) -> bool:
        """Joined before it opened, and not excused by leave."""
        if self.joined > task.opens:
            return False
        if task.kind == "daily":
            return not self.is_away(task.first)
        if self.is_away(task.due_day):
            return False
        return task.kind in OF_COMPANIES or not all(self.is_away(day) for day in task.days if works(day))


@dataclass
class CompanyBook:
    """A company's roster and orders, and the reports of the company."""

    name: str
    start: date
    reference: Reference = field(default_factory=Reference)
    cohorts: list[str] = field(default_factory=list)
    hires: dict[str, Person] = field(default_factory=dict)
    sales: dict[str, list[Sale]] = field(default_factory=dict)
    sent: dict[str, datetime] = field(default_factory=dict)

    def number(self, day: date) -> int:
        """A day as the reference counts."""
        return (day - self.start).days

    def figure(self, cohort: str, as_of: date) -> Figure:
        """The figures of a cohort at the end of a day."""
        return self.reference.figure(self.cohorts.index(cohort), self.number(as_of))

    def closed_in(self, month: date, today: date) -> dict[str, Figure]:
        """The cohorts that closed in a month and before today, as they are today."""
        days = range(self.number(month), self.number(month_end(month)) + 1)
        found = {name: self.figure(name, today) for name in self.cohorts}
        return {
            name: figure
            for name, figure in found.items()
            if figure.closes_on is not None and figure.closes_on in days and self.number(today) > figure.closes_on
        }

    def running_at(self, month: date, today: date) -> dict[str, Figure]:
        """The cohorts in progress at the end of a month, or today, as they were then."""
        as_of = min(month_end(month), today)
        closed, found = self.closed_in(month, today), {name: self.figure(name, as_of) for name in self.cohorts}
        return {
            name: figure
            for name, figure in found.items()
            if figure.on_post and (figure.closes_on or 0) >= self.number(as_of) and name not in closed
        }


@dataclass
class Ledger:
    """Everybody's book."""

    companies: dict[str, CompanyBook] = field(default_factory=dict)
    managers: list[ManagerBook] = field(default_factory=list)

    def punctuality(self, kind: str, month: date, now: datetime, company: str | None = None) -> tuple[int, int, int]:
        """On time, late, required: of the reports that fall due in a month, as they stand at a moment."""
        on_time = late = required = 0
        for task in tasks_between(month, month_end(month)):
            if task.kind != kind or not is_announced(task.due_day):
                continue
            for sent in self._owed(task, company):
                if sent is None and now < task.late:
                    continue
                required += 1
                on_time += sent is not None and sent < task.late
                late += sent is not None and sent >= task.late
        return on_time, late, required

    def _owed(self, task: Task, company: str | None) -> Iterator[datetime | None]:
        """When each owed report of a task came in; a company's report is one."""
        owing = [m for m in self.managers if m.owes(task) and company in (None, m.company)]
        if task.kind in OF_COMPANIES:
            for name in dict.fromkeys(manager.company for manager in owing):
                yield self.companies[name].sent.get(task.key)
        else:
            for manager in owing:
                yield manager.sent.get(task.key)
