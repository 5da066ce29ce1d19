"""A town with a long history, made from a seed: the large database that figures and the clock are measured on.

`python -m tests.benchmarks.large_town FILE [--share 100]` writes one: 100 companies, 1,000 managers and five years, or
a hundredth of that history for the same people. Obligations are written by the product's own code and reports follow
from them; hires, their events and their orders agree with each other as if they had been recorded one by one.
"""

import argparse
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlmodel import Session, SQLModel, col, insert, select

from bot.clock import SystemClock
from schedules.obligations import open_obligations
from schedules.periods import ZONE, instant
from schedules.planner import PART as PLANNER
from schedules.tallying import STRETCHES, tally_closed_cohorts, tally_what_is_past
from storage.database import Database
from storage.follow_up import RideAlong
from storage.groups import Group, beat
from storage.hire_state import close_of
from storage.kinds import ReportState
from storage.migration import upgrade
from storage.orders import Order
from storage.people import Company, CompanyId, Membership, Person, PersonId, PersonState, Role
from storage.problems import Problem
from storage.reports import Obligation, Report, ReportVersion
from storage.roster import Cohort, EventKind, Hire, HireEvent, Stage
from storage.tallies import CohortTally, Tally
from storage.trainings import TrainingSession

NOW = datetime(2026, 11, 26, 10, 0, tzinfo=ZONE).astimezone(UTC)
FIRST_ACCOUNT = 10_000
ADMIN_ACCOUNT = 9_000
GROUP = -1_000_000
DAY = timedelta(days=1)
ROWS_AT_ONCE = 5000
BODY = {
    "status": "working",
    "in_training": 12,
    "trial": {"on_trial": 3, "passed": 1, "failed": 0},
    "sessions": [],
    "plan": "明天陪访两位新人",
}
FEEDBACK = "先问清客户的需求，再做产品演示，语速放慢一些"


@dataclass(frozen=True)
class Size:
    """How large a town is; the defaults are the large database."""

    companies: int = 100
    managers: int = 1000
    days: int = 5 * 365
    hires_per_cohort: int = 20
    days_between_cohorts: float = 36.5
    """Fifty cohorts of a company in five years."""
    orders_per_hire: int = 10
    ride_alongs_per_hire: int = 2

    def with_history(self, share: int) -> "Size":
        """The same people with so small a part of the history."""
        return Size(self.companies, self.managers, self.days // share)


def build(database: Database, size: Size, *, now: datetime = NOW, seed: int = 1) -> None:
    """Fill an empty database. The same seed gives the same town."""
    chance = random.Random(seed)
    today = today_of(now)
    first = today - size.days * DAY
    with database.transaction() as session:
        settle_people(session, size, first)
    month = first
    while month < today:
        end = min(month + 31 * DAY, today)
        # The last stretch ends now: what opens later today does so at a tick.
        until = now if end == today else instant(end, time(0), ZONE)
        with database.transaction() as session:
            open_obligations(session, until, since=instant(month, time(0), ZONE) - timedelta(seconds=1))
        month = end
    with database.transaction() as session:
        _hand_in_reports(session, now)
    with database.transaction() as session:
        _fill_roster(session, size, first, today, chance)
    with database.transaction() as session:
        _follow_up(session, first, today)
    with database.transaction() as session:
        session.add(Group(chat_id=GROUP, title="培训经理群", language="zh", linked_at=now))
        beat(session, PLANNER, now)
    tally(database, now)
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")


def tally(database: Database, now: datetime) -> None:
    """Count the periods and cohorts that are over, as the planner's ticks have done by then."""
    counted, before = 0, -1
    while counted != before:
        with database.transaction() as session:
            tally_what_is_past(session, now)
            for minute in range(STRETCHES):
                tally_closed_cohorts(session, now + minute * timedelta(minutes=1))
            numbers = [
                session.exec(select(sql.func.count()).select_from(table)).one() for table in (Tally, CohortTally)
            ]
            before, counted = counted, sum(numbers)


def today_of(now: datetime | None = None) -> date:
    """The local date; of the wall clock for bots that run in real time."""
    return (now or SystemClock().now()).astimezone(ZONE).date()


def settle_people(session: Session, size: Size, first: date) -> None:
    """Companies, managers who look after them from the first day on, and an admin."""
    begun = instant(first, time(0), ZONE) - DAY
    for n in _numbers(size.companies):
        session.add(Company(id=CompanyId(n), name=f"公司{n:03}", region="华东", created_at=begun))
    people = [(n, FIRST_ACCOUNT + n, f"经理{n:04}", Role.manager) for n in _numbers(size.managers)]
    for number, account, name, role in [*people, (size.managers + 1, ADMIN_ACCOUNT, "管理员", Role.admin)]:
        session.add(
            Person(
                id=PersonId(number),
                telegram_id=account,
                real_name=name,
                role=role,
                state=PersonState.active,
                language="zh",
                reachable=True,
                created_at=begun,
                active_from=first,
            )
        )
    session.flush()
    session.add_all(
        Membership(person_id=PersonId(n), company_id=CompanyId(1 + n % size.companies), since=first)
        for n in _numbers(size.managers)
    )


def _hand_in_reports(session: Session, now: datetime) -> None:
    """Of a hundred reports ninety come in time, six late and four never; what is not due yet mostly waits."""
    number = (col(Obligation.id) * 7919) % 100
    for_company = (
        sql.select(sql.func.min(col(Obligation.id)))
        .where(col(Obligation.company_key) > 0)
        .group_by(col(Obligation.kind), col(Obligation.first_day), col(Obligation.company_key))
    )
    chosen = sql.select(
        col(Obligation.kind),
        col(Obligation.first_day),
        col(Obligation.last_day),
        col(Obligation.person_id),
        col(Obligation.company_id),
        col(Obligation.company_key),
        sql.case((number < 90, col(Obligation.opens_at)), else_=col(Obligation.late_from)),
        sql.case((number < 90, ReportState.on_time.value), else_=ReportState.late.value),
        sql.literal("日报"),
        sql.literal(1),
        sql.literal(BODY, sql.JSON()),
        sql.literal("上班；明天陪访两位新人"),
    ).where(
        ~col(Obligation.waived),
        number < 96,
        col(Obligation.late_from) <= now,
        sql.or_(col(Obligation.company_key) == 0, col(Obligation.id).in_(for_company)),
    )
    names = ["kind", "first_day", "last_day", "person_id", "company_id", "company_key", "sent_at", "state"]
    session.connection().execute(
        insert(Report).from_select([*names, "subject", "version", "body", "text"], chosen, include_defaults=False)
    )
    versions = sql.select(col(Report.id), sql.literal(1), col(Report.sent_at), col(Report.body), col(Report.text))
    session.connection().execute(
        insert(ReportVersion).from_select(
            ["report_id", "version", "sent_at", "body", "text"], versions, include_defaults=False
        )
    )


def _fill_roster(session: Session, size: Size, first: date, today: date, chance: random.Random) -> None:
    managers: dict[int, list[int]] = {}
    for person_id, company_id in session.exec(select(Membership.person_id, Membership.company_id)):
        managers.setdefault(company_id, []).append(person_id)
    roster = _Roster(size, today, chance)
    for company in _numbers(size.companies):
        for day in _openings(size, first, today, chance):
            roster.add_cohort(company, day, managers.get(company, [1]))
        roster.write(session)


def _openings(size: Size, first: date, today: date, chance: random.Random) -> Iterator[date]:
    """The days on which a company's cohorts begin their training."""
    day = first + chance.uniform(0, min(size.days_between_cohorts, size.days)) * DAY
    while day < today:
        yield day
        day += size.days_between_cohorts * DAY


def _follow_up(session: Session, first: date, today: date) -> None:
    """A training session a week of each manager, with its summary, and a problem a month, answered the next day and
    closed after three; nothing of it is open today."""
    managers = session.exec(select(Membership.person_id, Membership.company_id)).all()
    days = [first + number * DAY for number in range((today - first).days - 3)]
    for day in days[::7]:
        session_told = {"day": day, "kind": "refresher", "topic": "产品知识", "starts": "09:00", "ends": "10:30"}
        counted = {"expected": 12, "present": 11, "summary": "大家学会了新产品的要点和讲法", "recorded_at": _at(day)}
        rows = [{"company_id": company, "person_id": person} | session_told | counted for person, company in managers]
        _insert(session, TrainingSession, rows)
    for day in days[::30]:
        told = {
            "category": "skills",
            "text": "客户觉得价格偏高",
            "suggestion": "",
            "reported_on": day,
            "closing_note": "",
        }
        moments = {
            "reported_on": day,
            "recorded_at": _at(day),
            "answered_at": _at(day + DAY),
            "closed_at": _at(day + 3 * DAY),
        }
        rows = [{"company_id": company, "person_id": person} | told | moments for person, company in managers]
        _insert(session, Problem, rows)


class _Roster:
    """The rows of hires as they are made."""

    def __init__(self, size: Size, today: date, chance: random.Random) -> None:
        self._size, self._today, self._chance = size, today, chance
        self._cohort = self._hire = 0
        self._rows: dict[type[SQLModel], list[dict[str, Any]]] = {}

    def write(self, session: Session) -> None:
        """Insert what was made since the last time."""
        for table in (Cohort, Hire, HireEvent, Order, RideAlong):
            _insert(session, table, self._rows.pop(table, []))

    def add_cohort(self, company: int, day: date, managers: Sequence[int]) -> None:
        """One class, whose training takes ten days, and its hires."""
        self._cohort += 1
        on_post = day + 10 * DAY
        self._add(
            Cohort,
            {
                "company_id": company,
                "name": f"{day:%y年%m月}{self._cohort}期",
                "planned_size": self._size.hires_per_cohort,
                "starts_on": day,
                "ends_on": on_post - DAY,
                "created_at": _at(day),
            },
        )
        for _ in range(self._size.hires_per_cohort):
            self._hire += 1
            self._add_hire(company, self._cohort, day, on_post, managers)

    def _add(self, table: type[SQLModel], row: dict[str, Any]) -> None:
        self._rows.setdefault(table, []).append(row)

    def _add_hire(self, company: int, cohort: int, starts: date, on_post: date, managers: Sequence[int]) -> None:
        """One hire: hired, trained, on post, perhaps left; with orders and ride-alongs of the window."""
        number, manager = self._hire, self._chance.choice(managers)
        is_on_post = on_post <= self._today
        closes = close_of(on_post)
        left = on_post + self._chance.randrange(5, 40) * DAY if self._chance.random() < 0.15 else None
        last_day = left if is_on_post and left is not None and left < self._today else None
        story = [(EventKind.hired, starts), (EventKind.training_started, starts)]
        if is_on_post:
            story += [
                (EventKind.exam_passed, on_post - 2 * DAY),
                (EventKind.drill_passed, on_post - DAY),
                (EventKind.trial_started, on_post - DAY),
                (EventKind.trial_passed, on_post - DAY),
                (EventKind.on_post, on_post),
            ]
        if last_day is not None:
            story.append((EventKind.left, last_day))
        stage = Stage.left if last_day else Stage.on_post if is_on_post else Stage.in_training
        self._add(
            Hire,
            {
                "company_id": company,
                "cohort_id": cohort,
                "name": f"新人{number:06}",
                "created_at": _at(starts),
                "stage": stage,
                "on_post": on_post if is_on_post else None,
                "closes_on": closes if is_on_post else None,
                "last_day": last_day,
                "left_reason": "个人发展" if last_day else "",
                "trained": True,
                "exam_passed": is_on_post,
                "drill_passed": is_on_post,
                "trial_passed": True if is_on_post else None,
            },
        )
        for kind, day in story:
            event = {"hire_id": number, "kind": kind, "day": day, "note": "", "cohort_id": cohort}
            self._add(HireEvent, event | {"recorded_by": manager, "recorded_at": _at(day)})
        if is_on_post:
            self._follow(number, company, manager, on_post, min(last_day or self._today, self._today))

    def _follow(self, hire: int, company: int, manager: int, on_post: date, until: date) -> None:
        days = (until - on_post).days + 1
        own = {"company_id": company, "hire_id": hire}
        for _ in range(self._size.orders_per_hire):
            day = on_post + self._chance.randrange(min(days, 120)) * DAY
            order = {"day": day, "quantity": 1, "refunded": 0, "tag": "", "batch": ""}
            self._add(Order, own | order | {"recorded_by": manager, "recorded_at": _at(day)})
        for _ in range(self._size.ride_alongs_per_hire):
            day = on_post + self._chance.randrange(min(days, 30)) * DAY
            visit = {"day": day, "part_of_day": "morning", "mode": "you_do", "visits": 3, "customer_kinds": "cold"}
            words = {"scores": {}, "did_well": "开场自然亲切", "to_improve": FEEDBACK, "versions": []}
            due = day + 7 * DAY
            step = {"next_step": "再陪访一次", "next_step_on": due}
            done = {"next_step_closed_at": _at(due) if due <= self._today else None}
            self._add(RideAlong, own | visit | words | step | done | {"person_id": manager, "recorded_at": _at(day)})


def _insert(session: Session, table: type[SQLModel], rows: Iterable[Mapping[str, Any]]) -> None:
    waiting = iter(rows)
    while chunk := [dict(row) for row in islice(waiting, ROWS_AT_ONCE)]:
        session.connection().execute(insert(table), chunk)


def _at(day: date) -> datetime:
    return instant(day, time(18), ZONE)


def _numbers(most: int) -> range:
    return range(1, most + 1)


def main() -> None:
    """Write a town into a new SQLite file."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.large_town", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--share", type=int, default=1, help="100: a hundredth of the history")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    url = f"sqlite:///{arguments.file}"
    upgrade(url)
    database = Database(url)
    build(database, Size().with_history(arguments.share), seed=arguments.seed)
    database.close()


if __name__ == "__main__":
    main()
