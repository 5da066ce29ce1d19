"""Counted on-time figures against every record judged alone, in offices where everything there is has happened."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from schedules.calendars import deadline_rules, load_calendars
from schedules.deadlines import due_of
from schedules.obligations import is_company_kind
from schedules.periods import Period
from schedules.punctuality import on_time_due
from schedules.standing import lacking_between, states_between
from storage.kinds import ReportKind, ReportState
from storage.people import CompanyId, Person, PersonId, PersonState
from storage.reports import Leave, Obligation, Report
from tests import postgres
from tests.schedules.office import Office, at
from tests.schedules.slow_standing import slow_on_time, slow_standings

FIRST, LAST = date(2026, 9, 20), date(2026, 12, 31)
DAY = timedelta(days=1)
NOWS = (
    "2026-10-01 00:00",
    "2026-10-31 23:59",
    "2026-11-10 08:00",
    "2026-11-26 10:00",
    "2026-12-01 00:00",
    "2027-03-01",
)
IN = (ReportState.on_time, ReportState.on_time, ReportState.late, ReportState.extra, ReportState.unannounced)
PERIODS = (
    Period.monthly_of(date(2026, 11, 1)),
    Period.monthly_of(date(2026, 10, 1)),
    Period.weekly_of(date(2026, 11, 12)),
    Period.daily(date(2026, 11, 10)),
)


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory, postgres_server: str) -> Iterator[dict[str, Office]]:
    """One office on each database, with three companies and five managers; what a test writes is rolled back."""
    with postgres.empty_database(postgres_server) as url:
        made = {"sqlite": Office(f"sqlite:///{tmp_path_factory.mktemp('office')}/bot.db"), "postgres": Office(url)}
        for office in made.values():
            companies = [office.company(name, week) for name, week in WEEKS.items()]
            for place, name in enumerate("王李赵钱孙"):
                office.manager(name, companies[place % 3], companies[(place + 1) % 3])
        yield made
        for office in made.values():
            office.database.close()


WEEKS = {"杭州甲": "mon_fri", "杭州乙": "mon_sat", "杭州丙": "mon_fri"}
PEOPLE = [PersonId(number) for number in range(1, 6)]
COMPANIES = [CompanyId(number) for number in range(1, 4)]


@given(chance=st.randoms(use_true_random=False), on=st.sampled_from(["sqlite", "sqlite", "postgres"]))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counted_figures_are_those_of_every_record_judged_alone(
    offices: dict[str, Office], chance: Random, on: str
) -> None:
    with Session(offices[on].database.engine, expire_on_commit=False) as session:
        fill(session, chance)
        session.flush()
        compare(session, chance)
        session.rollback()


def compare(session: Session, chance: Random) -> None:
    """Every figure, of everybody, of some people and of some companies, at some moment."""
    now, rules = at(chance.choice(NOWS)) + timedelta(seconds=chance.choice([0, -1])), deadline_rules(session)
    some_people = chance.sample(PEOPLE, chance.randrange(len(PEOPLE)))
    some_companies = chance.sample(COMPANIES, 2)
    for kind in ReportKind:
        slow = slow_standings(session, kind, now, rules)
        for people in (None, some_people):
            for companies in (None, some_companies):
                for period in PERIODS:
                    fast = on_time_due(session, kind, period, now, rules, people, companies)
                    assert fast == slow_on_time(kind, slow, period, people, companies), (kind, period, now)
            by_row = states_between(session, kind, FIRST, LAST, now, people, rules)
            expected = [each for each in slow if people is None or each.person_id in people]
            assert Counter((s.person_id, s.first_day, s.company_id, s.state, s.is_in, s.overdue) for s in by_row) == (
                Counter((s.person_id, s.first_day, s.company_id, s.state, s.is_in, s.overdue) for s in expected)
            )
            lacking = lacking_between(session, kind, FIRST, LAST, now, rules, people)
            assert lacking == [each for each in by_row if each.is_owed and not each.is_in]


def fill(session: Session, chance: Random) -> None:
    """Obligations, reports, leave and departures of every kind."""
    for person_id in PEOPLE:
        if chance.random() < 0.25:
            person = session.get_one(Person, person_id)
            person.state = PersonState.deactivated
            person.active_until = chance.choice([None, some_day(chance)])
            session.add(person)
        for _ in range(chance.choice([0, 0, 1, 3])):
            day = some_day(chance)
            session.add(
                Leave(
                    person_id=person_id,
                    first_day=day,
                    last_day=day + chance.choice([0, 1, 4, 10, 40]) * DAY,
                    recorded_at=at("2026-09-01"),
                    cancelled_at=chance.choice([None, None, at("2026-09-02")]),
                )
            )
    for kind in ReportKind:
        for period in {Period.of(kind, some_day(chance)) for _ in range(chance.randrange(12))}:
            for company_id in COMPANIES if is_company_kind(kind) else (None,):
                owe(session, chance, period, company_id)


def owe(session: Session, chance: Random, period: Period, company_id: CompanyId | None) -> None:
    """A period of one company, or of everybody's own: who owes it, and what came in, owed or not."""
    due = due_of(period, load_calendars(session).of(company_id).calendar, deadline_rules(session))
    shift = chance.choice([timedelta(0), timedelta(0), timedelta(hours=3)])
    certainty = chance.choice(["official", "official", "official", "provisional", "assumed"])
    senders = []
    for person_id in PEOPLE:
        of: dict[str, Any] = {
            "kind": period.kind,
            "first_day": period.first,
            "last_day": period.last,
            "person_id": person_id,
            "company_id": company_id,
            "company_key": company_id or 0,
        }
        if chance.random() < 0.7:
            waived = chance.random() < 0.15
            times: dict[str, Any] = {
                "opens_at": due.opens_at,
                "due_at": due.due_at + shift,
                "late_from": due.late_from + shift,
            }
            session.add(Obligation(**of, **times, certainty=certainty, waived=waived))
        if chance.random() < 0.6:
            senders.append(of)
    # A company's report is sent by one of its managers for all of them.
    for of in senders[:1] if company_id is not None else senders:
        session.add(Report(**of, sent_at=sent_at(due.due_at, chance), state=chance.choice(IN), body={}))


def some_day(chance: Random) -> date:
    return date(2026, 10, 1) + chance.randrange(75) * DAY


def sent_at(due_at: datetime, chance: Random) -> datetime:
    return due_at + timedelta(hours=chance.randrange(-30, 30))
