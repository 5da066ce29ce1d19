"""A month with the clock: 10 companies, 30 managers, leave, make-up days and two outages.

Mid-September to mid-October 2026: the make-up Sunday of 20 September, the make-up Saturday of 10 October, two holidays.
The reference knows nothing of the planner: it walks the handbook's table (§3) person by person, reminder by reminder.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import pytest
from sqlmodel import col, select

from schedules.periods import Period
from storage.kinds import ReportKind
from storage.outbox import OutboxMessage
from storage.people import Company, PersonId, Role
from tests.schedules.office import ZONE, Office, at, local

SEED = 20260914
FIRST, LAST = date(2026, 9, 14), date(2026, 10, 14)
DAY = timedelta(days=1)
NAMED = ("00:00", "07:00", "08:00", "08:05", "09:00", "09:30", "18:00", "20:00", "21:30", "22:00")
QUIET = ("06:30", "07:30", "08:30", "12:00", "15:00", "18:05", "20:05", "23:30")
BEATS = sorted(time.fromisoformat(beat) for beat in NAMED + QUIET)
"""When the planner ticks on each day: at all times the handbook names, and at some at which it has nothing to say."""
OUTAGES = [
    (at("2026-09-22 06:30"), at("2026-09-23 06:30")),
    # Over the daily deadline at 08:00 and the board at 08:05.
    (at("2026-09-29 07:30"), at("2026-09-29 08:30")),
]
HOLIDAYS = {date(2026, 9, 25) + i * DAY for i in range(3)} | {date(2026, 10, 1) + i * DAY for i in range(7)}
MAKE_UP = {date(2026, 9, 20), date(2026, 10, 10)}
SIX_DAYS = 9
"""The company that works on Saturdays."""

Stage = tuple[str, str]
"""Period key (with the company of a company's report) and name of the reminder."""


def works(day: date, company: int) -> bool:
    """Whether a company works on a day, written down by hand."""
    if day in MAKE_UP:
        return True
    if day in HOLIDAYS:
        return False
    return day.weekday() < (6 if company == SIX_DAYS else 5)


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE)


def is_up(when: datetime) -> bool:
    return not any(start <= when < end for start, end in OUTAGES)


def up_from(when: datetime) -> datetime:
    """When what is due at a moment can be done."""
    return next((end for start, end in OUTAGES if start <= when < end), when)


@dataclass
class Manager:
    number: int
    companies: list[int]
    joined: date = FIRST - 40 * DAY
    reachable: bool = True
    away: list[tuple[date, date]] = field(default_factory=list)
    person: PersonId | None = None

    def is_away(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.away)

    @property
    def company(self) -> int:
        return self.companies[0]


def make_managers(chance: random.Random) -> list[Manager]:
    managers = [Manager(n, [n // 3]) for n in range(30)]
    managers[0].companies = [0, SIX_DAYS]
    managers[4].joined = date(2026, 9, 24)
    managers[8].reachable = False
    managers[11].away = [(date(2026, 9, 28), date(2026, 9, 30))]
    managers[12].away = [(date(2026, 9, 20), date(2026, 9, 26))]
    managers[28].away = [(date(2026, 10, 5), date(2026, 10, 9))]
    for manager in chance.sample(managers[13:27], 5):
        first = FIRST + chance.randrange(25) * DAY
        manager.away = [(first, first + chance.randrange(3) * DAY)]
    return managers


@dataclass
class Task:
    """Something one manager owes, and its reminders, worked out by hand."""

    manager: Manager
    period: Period
    key: str
    company: int | None
    opens: datetime
    due: datetime
    late: datetime
    due_day: date
    stages: list[tuple[str, datetime]]


def tasks_of(manager: Manager) -> Iterator[Task]:
    """The handbook's table (§3), for one manager."""
    own = manager.company
    for offset in range((LAST - FIRST).days + 12):
        day = FIRST - 7 * DAY + offset * DAY
        if works(day, own) and manager.joined <= day:
            last_call = moment(day + DAY, 7) if works(day + DAY, own) else moment(day, 21, 30)
            stages = [("evening", moment(day, 20)), ("last-call", last_call)]
            due = moment(day + DAY, 8)
            yield Task(manager, Period.daily(day), f"daily:{day}", None, moment(day, 0), due, due, day, stages)
        if day.weekday() == 6 and manager.joined <= day:
            week = [day + i * DAY for i in range(7)]
            worked = [d for d in week if works(d, own)]
            if worked:
                saturday = week[6]
                stages = [("draft", moment(saturday, 18)), ("last-call", moment(saturday, 22))]
                if saturday in HOLIDAYS:
                    stages.insert(0, ("before-holiday", moment(worked[-1], 18)))
                due = moment(saturday + DAY, 0)
                period, key = Period.weekly_of(day), f"weekly:{day}"
                yield Task(manager, period, key, None, moment(day, 0), due, due, saturday, stages)
    for year, month in ((2026, 9), (2026, 10)):
        start = date(year, month, 1)
        if manager.joined <= start:
            end = date(year, month + 1, 1) - DAY
            last_workday = next(end - i * DAY for i in range(31) if works(end - i * DAY, own))
            before = next(d for d in back(last_workday) if works(d, own))
            stages = [
                ("day-before", moment(before, 18)),
                ("evening", moment(last_workday, 18)),
                ("last-call", moment(last_workday, 22)),
            ]
            due = moment(last_workday + DAY, 0)
            key = f"monthly:{year}-{month:02}"
            yield Task(manager, Period.monthly_of(start), key, None, moment(start, 0), due, due, last_workday, stages)
    for company in manager.companies:
        if manager.joined <= date(2026, 9, 20):
            yield _plan(manager, company)
        yield _order_rate(manager, company)


def _plan(manager: Manager, company: int) -> Task:
    # 25 September is a holiday; 24 is a working day, and the last one before.
    stages = [
        ("opening", moment(date(2026, 9, 20), 9, 30)),
        ("midway", moment(date(2026, 9, 23), 9, 30)),
        ("eve", moment(date(2026, 9, 24), 18)),
        ("last-call", moment(date(2026, 9, 25), 18)),
    ]
    target, late = moment(date(2026, 9, 25), 0), moment(date(2026, 9, 26), 0)
    period, opens = Period.plan_for(date(2026, 10, 1)), moment(date(2026, 9, 20), 0)
    return Task(manager, period, "plan:2026-10", company, opens, target, late, date(2026, 9, 25), stages)


def _order_rate(manager: Manager, company: int) -> Task:
    # 1 to 5 October are holidays: announced on 30 September, before it opens.
    stages = [
        ("workday-before", moment(date(2026, 9, 30), 18)),
        ("draft", moment(date(2026, 10, 1), 9, 30)),
        ("midway", moment(date(2026, 10, 3), 9, 30)),
        ("eve", moment(date(2026, 10, 4), 18)),
        ("last-call", moment(date(2026, 10, 5), 18)),
    ]
    target, late = moment(date(2026, 10, 5), 0), moment(date(2026, 10, 6), 0)
    period, opens = Period.order_rate_for(date(2026, 9, 1)), moment(date(2026, 10, 1), 0)
    return Task(manager, period, "order_rate:2026-09", company, opens, target, late, date(2026, 10, 5), stages)


def back(day: date) -> Iterator[date]:
    while True:
        day -= DAY
        yield day


def is_excused(task: Task) -> bool:
    manager = task.manager
    if task.period.kind is ReportKind.daily:
        return manager.is_away(task.period.first)
    if manager.is_away(task.due_day):
        return True
    if task.company is not None:
        return False
    days = [task.period.first + i * DAY for i in range((task.period.last - task.period.first).days + 1)]
    return all(manager.is_away(d) for d in days if works(d, manager.company))


def decide_reports(chance: random.Random, tasks: list[Task]) -> list[tuple[datetime, Task]]:
    """When each report is sent: most before a reminder, some between, some late, some never."""
    sent: list[tuple[datetime, Task]] = []
    for task in tasks:
        start, end = max(task.opens, moment(FIRST, 0)), task.late
        if end <= start or chance.random() < 0.25:
            continue
        if task.company is not None and chance.random() < 0.6:
            continue
        late_by = timedelta(hours=20) if chance.random() < 0.15 else timedelta()
        when = start + (end - start) * chance.random() + late_by
        # Off the planner's beat, so that before and after are clear.
        when = when.replace(minute=when.minute // 5 * 5 + 2, second=30, microsecond=0)
        if when.date() <= LAST:
            sent.append((when, task))
    return sorted(sent, key=lambda entry: entry[0])


def expected_messages(
    tasks: list[Task], sent: list[tuple[datetime, Task]]
) -> tuple[dict[tuple[int, datetime], set[Stage]], int]:
    """Which reminders each manager gets in one message at which moment, and how many were missed."""
    first_sent: dict[tuple[str, int], datetime] = {}
    for when, task in sent:
        owner = -1 - task.company if task.company is not None else task.manager.number
        known = first_sent.get((task.key, owner))
        if known is None or when < known:
            first_sent[task.key, owner] = when
    expected: dict[tuple[int, datetime], set[Stage]] = {}
    missed = 0
    for task in tasks:
        owner = -1 - task.company if task.company is not None else task.manager.number
        came = first_sent.get((task.key, owner))
        ordered = sorted(task.stages, key=lambda stage: stage[1])
        ends = [start for _, start in ordered[1:]] + [task.late]
        for (name, start), end in zip(ordered, ends, strict=True):
            if start < task.opens:
                end = min(end, task.opens)
            if task.period.kind is ReportKind.daily and (start.hour, start.minute) == (21, 30):
                end = min(end, moment(start.date() + DAY, 0))
            if not moment(FIRST, 0) <= start < moment(LAST + DAY, 0):
                continue
            given = up_from(start)
            away = task.manager.is_away(given.astimezone(ZONE).date()) or task.manager.is_away(start.date())
            if away or is_excused(task) or not task.manager.reachable:
                continue
            if given >= end:
                missed += came is None or came >= start
                continue
            if came is not None and came <= given:
                continue
            label = task.key if task.company is None else f"{task.key}@{task.company}"
            expected.setdefault((task.manager.number, given), set()).add((label, name))
    return expected, missed


def expected_boards(tasks: list[Task]) -> dict[str, datetime]:
    """Every required report's board: at 08:05 of the next morning, a week's at 09:00, or as soon as the bot is back."""
    boards: dict[str, datetime] = {}
    for task in tasks:
        if task.period.kind in (ReportKind.daily, ReportKind.weekly, ReportKind.monthly) and not is_excused(task):
            posted = moment(task.due_day + DAY, *((9, 0) if task.period.kind is ReportKind.weekly else (8, 5)))
            known = boards.get(f"board:{task.key}")
            boards[f"board:{task.key}"] = posted if known is None else max(known, posted)
    window = (moment(FIRST, 0), moment(LAST + DAY, 0))
    return {key: up_from(posted) for key, posted in boards.items() if window[0] <= posted < window[1]}


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    office = Office(database_url)
    yield office
    office.database.close()


def simulate(office: Office, managers: list[Manager], sent: list[tuple[datetime, Task]]) -> int:
    """The month at the planner's beat, with the outages; how many reminders it says were missed."""
    companies = [office.company(f"公司{n}", "mon_sat" if n == SIX_DAYS else "mon_fri") for n in range(10)]
    office.group()
    office.manager("管理员", role=Role.admin)
    for m in managers:
        own = [companies[c] for c in m.companies]
        m.person = office.manager(f"经理{m.number}", *own, since=m.joined, reachable=m.reachable)
        for first, last in m.away:
            office.leave(m.person, first, last)
    waiting = list(sent)
    missed = 0
    for now in beats():
        if is_up(now):
            while waiting and waiting[0][0] <= now:
                when, task = waiting.pop(0)
                company = companies[task.company] if task.company is not None else None
                assert task.manager.person is not None
                office.files(task.manager.person, task.period, when, company)
            missed += office.tick(now).missed
            office.sends_everything(now)
    return missed


def beats() -> Iterator[datetime]:
    """When the planner ticks; once before the month, so that it opens under its eyes."""
    yield moment(FIRST, 0) - timedelta(minutes=5)
    for offset in range((LAST - FIRST).days + 1):
        yield from (moment(FIRST + offset * DAY, beat.hour, beat.minute) for beat in BEATS)


def test_a_month_of_reminders_and_boards(office: Office) -> None:
    chance = random.Random(SEED)
    managers = make_managers(chance)
    tasks = [task for manager in managers for task in tasks_of(manager)]
    sent = decide_reports(chance, tasks)
    missed = simulate(office, managers, sent)
    expected, expected_missed = expected_messages(tasks, sent)

    with office.work() as session:
        rows = list(session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))).all())
    number = {m.person: m.number for m in managers}
    companies = {c.id: n for n, c in enumerate(_companies(office))}
    actual: dict[tuple[int, datetime], set[Stage]] = {}
    for row in (r for r in rows if r.kind == "reminder" and not r.error.startswith("part of")):
        told = (number[row.content["person_id"]], row.created_at.astimezone(ZONE))
        assert told not in actual, f"two messages at once: {told}"
        actual[told] = {
            (r["period"] + (f"@{companies[r['company']]}" if r["company"] else ""), r["stage"])
            for r in row.content["reminders"]
        }
    planned = {key: what for key, what in actual.items() if key[1] >= moment(FIRST, 0)}
    assert [(k, sorted(v)) for k, v in sorted(planned.items())] == [(k, sorted(v)) for k, v in sorted(expected.items())]
    assert missed == expected_missed
    twice = [key for key, count in Counter(r.key for r in rows if r.key).items() if count > 1]
    assert twice == []

    posts = [r for r in rows if r.kind in ("board", "weekly_state") and r.key and r.created_at >= moment(FIRST, 0)]
    new_posts = {r.key: local(r.created_at) for r in posts if r.key and ":edit:" not in r.key}
    assert new_posts == {key: local(posted) for key, posted in expected_boards(tasks).items()}
    slots = Counter(r.slot for r in rows if r.chat_id < 0 and r.key and ":edit:" not in r.key)
    assert set(slots.values()) == {1}
    assert [r.content for r in rows if r.kind == "companies"] == [{"month": "2026-09-01", "language": "zh"}]


def _companies(office: Office) -> list[Company]:
    with office.work() as session:
        return list(session.exec(select(Company).order_by(col(Company.id))).all())
