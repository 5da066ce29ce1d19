"""Counted on-time figures against every record judged alone, in offices where everything there is has happened."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, delete, select, update

from schedules.calendars import deadline_rules, load_calendars
from schedules.deadlines import due_of
from schedules.obligations import is_company_kind
from schedules.periods import Period, first_days
from schedules.punctuality import dailies_by_person, on_time_due
from schedules.standing import lacking_between, on_time_of, states_between
from storage.kinds import ReportKind, ReportState
from storage.people import CompanyId, Person, PersonId, PersonState
from storage.reports import Leave, Obligation, Report
from storage.tallies import keep_tallies, untallied
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
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counted_figures_are_those_of_every_record_judged_alone(
    offices: dict[str, Office], chance: Random, on: str
) -> None:
    with Session(offices[on].database.engine, expire_on_commit=False) as session:
        fill(session, chance)
        session.flush()
        compare(session, chance)
        session.rollback()


@given(chance=st.randoms(use_true_random=False), on=st.sampled_from(["sqlite", "sqlite", "postgres"]))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_tally_never_outlives_what_it_counted(offices: dict[str, Office], chance: Random, on: str) -> None:
    with Session(offices[on].database.engine, expire_on_commit=False) as session:
        fill(session, chance)
        for _ in range(2):
            for kind in ReportKind:
                days = first_days(kind, FIRST, LAST)
                missing = [day for day in untallied(session, kind, days) if chance.random() < 0.8]
                assert keep_tallies(session, kind, missing, is_company_kind(kind))
            for _ in range(chance.randrange(4)):
                change(session, chance)
            compare(session, chance)
        session.rollback()


def change(session: Session, chance: Random) -> None:
    """What is counted changes, one row or many at a time."""
    session.flush()
    report = chance.choice(session.exec(select(Report)).all() or [None])
    obligation = chance.choice(session.exec(select(Obligation)).all() or [None])
    leave = chance.choice(session.exec(select(Leave)).all() or [None])
    match chance.randrange(10):
        case 0:
            fill(session, chance)
        case 1 if report is not None:
            session.delete(report)
        case 2 if report is not None:
            report.state = chance.choice(IN)
        case 3 if report is not None and report.kind is ReportKind.daily:
            report.first_day = report.last_day = LAST + chance.randrange(1, 400) * DAY
        case 4 if obligation is not None:
            session.delete(obligation)
        case 5 if obligation is not None:
            obligation.late_from += timedelta(days=1)
        case 6:
            session.exec(update(Obligation).where(col(Obligation.first_day) > some_day(chance)).values(waived=True))
        case 7 if leave is not None:
            leave.cancelled_at = at("2026-11-01")
        case 8 if leave is not None:
            leave.first_day, leave.last_day = some_day(chance), LAST
        case 9:
            session.exec(delete(Report).where(col(Report.first_day) > some_day(chance)))
        case _:
            pass
    session.flush()


def compare(session: Session, chance: Random) -> None:
    """Every figure, of everybody, of some people and of some companies, at some moment."""
    now, rules = at(chance.choice(NOWS)) + timedelta(seconds=chance.choice([0, -1])), deadline_rules(session)
    some_people = chance.sample(PEOPLE, chance.randrange(len(PEOPLE)))
    some_companies = chance.sample(COMPANIES, 2)
    for kind in ReportKind:
        slow = slow_standings(session, kind, now, rules)
        for people in (None, some_people):
            for companies in (None, some_companies):
                period = chance.choice(PERIODS)
                fast = on_time_due(session, kind, period, now, rules, people, companies)
                assert fast == slow_on_time(kind, slow, period, people, companies), (kind, period, now)
            by_row = states_between(session, kind, FIRST, LAST, now, people, rules)
            expected = [
                each for each in slow if each.first_day <= LAST and (people is None or each.person_id in people)
            ]
            assert Counter((s.person_id, s.first_day, s.company_id, s.state, s.is_in, s.overdue) for s in by_row) == (
                Counter((s.person_id, s.first_day, s.company_id, s.state, s.is_in, s.overdue) for s in expected)
            )
            if kind is ReportKind.daily:
                assert dailies_by_person(session, FIRST, LAST, now, rules, people) == {
                    each: on_time_of(own for own in by_row if own.person_id == each)
                    for each in {own.person_id for own in by_row}
                }
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
        owed = {(o.kind, o.first_day) for o in session.exec(select(Obligation)).all()}
        sent = {(r.kind, r.first_day) for r in session.exec(select(Report)).all()}
        for period in sorted({Period.of(kind, some_day(chance)) for _ in range(chance.randrange(12))}):
            if (kind, period.first) in owed | sent:
                continue
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
