"""How reports stand, and the on-time figures, against cases worked by hand (handbook §3, §5.4)."""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

import pytest

from schedules.periods import Period
from schedules.standing import OnTime, Standing, on_time_of, once_per_company, states_between
from storage.exemptions import record_exemption
from storage.kinds import ReportKind, ReportState
from storage.people import Person, PersonId, PersonState
from storage.ratios import format_rate
from tests.schedules.office import Office, at

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
DAY = timedelta(days=1)


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    office = Office(database_url)
    yield office
    office.database.close()


@pytest.fixture
def wang(office: Office) -> PersonId:
    return office.manager("王芳", office.company("杭州甲"))


def standings(
    office: Office, kind: ReportKind, first: date, last: date, now: str, person: PersonId | None = None
) -> list[Standing]:
    with office.work() as session:
        return states_between(session, kind, first, last, at(now), [person] if person is not None else None)


def opens_each_day(office: Office, first: date, last: date) -> None:
    while first <= last:
        office.tick(f"{first} 00:00")
        first += DAY


def test_november_2026(office: Office, wang: PersonId) -> None:
    """S21: 21 working days, 19 on time, 1 late, 1 missing, one voluntary Sunday daily."""
    opens_each_day(office, *NOVEMBER)
    worked = [s.first_day for s in standings(office, ReportKind.daily, *NOVEMBER, "2026-11-30 23:00")]
    assert len(worked) == 21
    for day in worked[:19]:
        office.files(wang, Period.daily(day), f"{day} 19:00")
    office.files(wang, Period.daily(worked[19]), f"{worked[20]} 09:00")
    office.files(wang, Period.daily(date(2026, 11, 15)), "2026-11-15 12:00")
    states = standings(office, ReportKind.daily, *NOVEMBER, "2026-12-10 12:00")
    figures = on_time_of(states)
    assert figures == OnTime(required=21, on_time=19, late=1, missing=1, exempt=0, extra=1)
    assert (figures.rate, figures.submission_rate) == (Fraction(19, 21), Fraction(20, 21))
    assert format_rate(figures.on_time, figures.required) == "19/21 = 90.4%"
    assert format_rate(figures.on_time + figures.late, figures.required) == "20/21 = 95.2%"
    assert [s.state for s in states if s.first_day == worked[20]] == [ReportState.missing]


def test_a_daily_is_pending_then_overdue_then_missing(office: Office, wang: PersonId) -> None:
    office.tick("2026-11-09 00:00")
    day = date(2026, 11, 9)
    seen = [
        (s.state, s.overdue, s.counts)
        for now in ("2026-11-10 07:59", "2026-11-10 08:00", "2026-11-16 23:59", "2026-11-17 00:00")
        for s in standings(office, ReportKind.daily, day, day, now)
    ]
    pending, missing = ReportState.pending, ReportState.missing
    assert seen == [(pending, False, False), (pending, True, True), (pending, True, True), (missing, True, True)]


def test_leave_is_in_no_denominator(office: Office, wang: PersonId) -> None:
    """P4: on leave Monday to Wednesday."""
    office.leave(wang, date(2026, 11, 9), date(2026, 11, 11))
    opens_each_day(office, date(2026, 11, 8), date(2026, 11, 14))
    office.files(wang, Period.daily(date(2026, 11, 12)), "2026-11-12 19:00")
    states = standings(office, ReportKind.daily, date(2026, 11, 8), date(2026, 11, 14), "2026-11-16 09:00")
    assert [(s.first_day.day, s.state.value, s.on_leave) for s in states] == [
        (9, "exempt", True),
        (10, "exempt", True),
        (11, "exempt", True),
        (12, "on_time", False),
        (13, "pending", False),
    ]
    assert on_time_of(states) == OnTime(required=2, on_time=1, late=0, missing=1, exempt=3, extra=0)
    (week,) = standings(office, ReportKind.weekly, date(2026, 11, 8), date(2026, 11, 8), "2026-11-16 09:00")
    assert week.overdue


def test_leave_through_the_week_or_on_the_due_day_excuses_the_weekly(office: Office, wang: PersonId) -> None:
    li, zhao = (office.manager(n, office.company(n)) for n in ("李娜", "赵敏"))
    office.leave(wang, date(2026, 11, 9), date(2026, 11, 13))
    office.leave(li, date(2026, 11, 14), date(2026, 11, 15))
    office.leave(zhao, date(2026, 11, 9), date(2026, 11, 12))
    office.tick("2026-11-08 00:00")
    states = standings(office, ReportKind.weekly, date(2026, 11, 8), date(2026, 11, 8), "2026-11-16 09:00")
    assert {s.person_id: s.state.value for s in states} == {wang: "exempt", li: "exempt", zhao: "pending"}


def test_leave_noted_afterwards_takes_a_late_daily_out(office: Office, wang: PersonId) -> None:
    office.tick("2026-11-09 00:00")
    day = date(2026, 11, 9)
    office.files(wang, Period.daily(day), "2026-11-10 10:00")
    assert standings(office, ReportKind.daily, day, day, "2026-11-11 09:00")[0].state == ReportState.late
    office.leave(wang, day, day)
    assert standings(office, ReportKind.daily, day, day, "2026-11-11 09:00")[0].state == ReportState.extra


def test_unannounced_days_are_outside_every_figure(office: Office, wang: PersonId) -> None:
    li = office.manager("李娜", office.company("杭州乙"))
    office.tick("2026-12-30 00:00")
    day = date(2026, 12, 30)
    office.files(wang, Period.daily(day), "2026-12-30 19:00")
    states = standings(office, ReportKind.daily, day, day, "2027-01-20 09:00")
    assert {s.person_id: (s.state.value, s.counts) for s in states} == {
        wang: ("on_time", False),
        li: ("unannounced", False),
    }
    assert on_time_of(states) == OnTime(0, 0, 0, 0, 0, 0, unannounced=2)
    assert on_time_of(states).rate is None


def test_what_nobody_owed_is_extra(office: Office, wang: PersonId) -> None:
    """Joined in the middle of the week and handed the weekly in anyway."""
    li = office.manager("李娜", office.company("杭州乙"), since=date(2026, 11, 11))
    opens_each_day(office, date(2026, 11, 8), date(2026, 11, 14))
    office.files(li, Period.weekly_of(date(2026, 11, 8)), "2026-11-13 12:00")
    states = standings(office, ReportKind.weekly, date(2026, 11, 8), date(2026, 11, 8), "2026-11-13 13:00")
    assert {s.person_id: s.state.value for s in states} == {wang: "pending", li: "extra"}


def test_who_was_deactivated_owes_nothing_that_fell_due_later(office: Office, wang: PersonId) -> None:
    opens_each_day(office, date(2026, 11, 8), date(2026, 11, 10))
    with office.work() as session:
        person = session.get_one(Person, wang)
        person.state, person.active_until = PersonState.deactivated, date(2026, 11, 10)
    daily = standings(office, ReportKind.daily, date(2026, 11, 9), date(2026, 11, 10), "2026-11-12 09:00")
    assert [(s.first_day.day, s.state.value, s.overdue) for s in daily] == [(9, "pending", True), (10, "exempt", False)]


def test_a_company_counts_once(office: Office) -> None:
    company = office.company("杭州甲")
    wang, li = office.manager("王芳", company), office.manager("李娜", company)
    office.tick("2026-11-20 00:00")
    month = date(2026, 12, 1)
    office.files(wang, Period.plan_for(month), "2026-11-21 12:00", company)
    states = standings(office, ReportKind.plan, month, month, "2026-11-27 09:00")
    assert {s.person_id: s.state.value for s in states} == {wang: "on_time", li: "on_time"}
    assert on_time_of(once_per_company(states)).required == 1


def test_a_company_owes_what_one_of_its_managers_is_excused_from(office: Office) -> None:
    company = office.company("杭州甲")
    wang, li = office.manager("王芳", company), office.manager("李娜", company)
    office.tick("2026-11-20 00:00")
    month = date(2026, 12, 1)
    with office.work() as session:
        record_exemption(session, wang, ReportKind.plan, month, month, "新来的", li, at("2026-11-20 09:00"))
    office.files(li, Period.plan_for(month), "2026-11-21 12:00", company)
    states = standings(office, ReportKind.plan, month, month, "2026-11-27 09:00")
    assert {s.person_id: s.state.value for s in states} == {wang: "extra", li: "on_time"}
    assert on_time_of(once_per_company(states)) == OnTime(1, 1, 0, 0, 0, 0)
