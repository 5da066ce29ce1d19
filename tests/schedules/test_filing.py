"""Handing reports in: what decides the state, and what only adds a version (handbook §3)."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlmodel import col, select

from schedules.calendars import deadline_rules
from schedules.deadlines import checkin_day
from schedules.filing import file_report, required_missing_days
from schedules.periods import Period
from storage.groups import Preference
from storage.kinds import ReportState
from storage.people import CompanyId, Person, PersonId
from storage.reports import Report, ReportVersion
from tests.schedules.office import Office, at

PLAN = Period.plan_for(date(2026, 12, 1))


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    office = Office(database_url)
    yield office
    office.database.close()


@pytest.fixture
def company(office: Office) -> CompanyId:
    return office.company("杭州甲")


@pytest.fixture
def wang(office: Office, company: CompanyId) -> PersonId:
    return office.manager("王芳", company)


@pytest.mark.parametrize(
    ("sent", "strict", "state"),
    [
        ("2026-11-25 10:00", False, ReportState.on_time),
        ("2026-11-25 10:00", True, ReportState.late),
        ("2026-11-24 23:59:59", True, ReportState.on_time),
        ("2026-11-26 00:00", False, ReportState.late),
        ("2026-11-26 00:00", True, ReportState.late),
    ],
)
@pytest.mark.parametrize("planner_ran", [True, False])
def test_the_plan_for_december(
    office: Office, company: CompanyId, wang: PersonId, sent: str, strict: bool, state: str, planner_ran: bool
) -> None:
    """S24."""
    with office.work() as session:
        session.add(Preference(name="before_is_strict", value=strict, changed_at=at("2026-11-01")))
    if planner_ran:
        office.tick("2026-11-20 00:00")
    assert office.files(wang, PLAN, sent, company).state == state


def test_a_deadline_changed_meanwhile_takes_effect_from_the_next_period(
    office: Office, company: CompanyId, wang: PersonId
) -> None:
    office.tick("2026-11-20 00:00")
    with office.work() as session:
        session.add(Preference(name="before_is_strict", value=True, changed_at=at("2026-11-21")))
    assert office.files(wang, PLAN, "2026-11-25 10:00", company).state == ReportState.on_time


@pytest.mark.parametrize(
    ("sent", "state"),
    [("2026-11-10 07:59:59", ReportState.on_time), ("2026-11-10 08:00:00", ReportState.late)],
)
def test_exactly_at_the_deadline_is_late(office: Office, wang: PersonId, sent: str, state: str) -> None:
    office.tick("2026-11-09 00:00")
    assert office.files(wang, Period.daily(date(2026, 11, 9)), sent).state == state


def test_the_first_submission_decides_and_later_ones_are_versions(office: Office, wang: PersonId) -> None:
    first = office.files(wang, Period.daily(date(2026, 11, 9)), "2026-11-09 18:00")
    assert first.subject == "日报-王芳-261109"
    with office.work() as session:
        again = file_report(
            session,
            session.get_one(Person, wang),
            Period.daily(date(2026, 11, 9)),
            at("2026-11-12 10:00"),
            {"note": "better"},
            text="better",
        )
        assert (again.id, again.version, again.state) == (first.id, 2, ReportState.on_time)
        assert (again.sent_at, again.body) == (at("2026-11-09 18:00"), {"note": "better"})
        versions = session.exec(select(ReportVersion).order_by(col(ReportVersion.version))).all()
        assert [(v.version, v.body["note"], v.text) for v in versions] == [(1, "x", ""), (2, "better", "better")]


def test_a_daily_for_a_rest_day_or_a_day_of_leave_is_extra(office: Office, wang: PersonId) -> None:
    sunday = Period.daily(date(2026, 11, 8))
    assert office.files(wang, sunday, "2026-11-08 18:00").state == ReportState.extra
    office.leave(wang, date(2026, 11, 9), date(2026, 11, 9))
    assert office.files(wang, Period.daily(date(2026, 11, 9)), "2026-11-09 18:00").state == ReportState.extra


def test_leave_on_the_day_it_falls_due_takes_the_sting_out_of_a_late_report(office: Office, wang: PersonId) -> None:
    week = Period.weekly_of(date(2026, 11, 8))
    office.leave(wang, date(2026, 11, 13), date(2026, 11, 14))
    assert office.files(wang, week, "2026-11-16 09:00").state == ReportState.extra
    other = office.manager("李娜", office.company("杭州乙"))
    office.leave(other, date(2026, 11, 13), date(2026, 11, 14))
    assert office.files(other, week, "2026-11-12 18:00").state == ReportState.on_time


def test_any_manager_hands_a_company_report_in_for_all(office: Office, company: CompanyId, wang: PersonId) -> None:
    li = office.manager("李娜", company)
    office.tick("2026-11-20 00:00")
    first = office.files(li, PLAN, "2026-11-21 10:00", company)
    second = office.files(wang, PLAN, "2026-11-27 10:00", company)
    assert (second.id, second.version, second.person_id) == (first.id, 2, li)
    assert second.state == ReportState.on_time
    with office.work() as session:
        assert len(session.exec(select(Report)).all()) == 1


def test_a_company_report_needs_its_company(office: Office, wang: PersonId) -> None:
    with pytest.raises(ValueError, match="say which"):
        office.files(wang, PLAN, "2026-11-21 10:00")


def test_nobody_is_late_on_a_day_that_is_not_announced(office: Office, wang: PersonId) -> None:
    provisional, assumed = Period.daily(date(2026, 12, 30)), Period.daily(date(2027, 3, 1))
    assert office.files(wang, provisional, "2026-12-31 09:00").state == ReportState.unannounced
    assert office.files(wang, assumed, "2027-03-02 09:00").state == ReportState.unannounced
    assert office.files(wang, Period.daily(date(2027, 3, 2)), "2027-03-03 07:00").state == ReportState.on_time


def test_which_days_a_check_in_may_be_for(office: Office, wang: PersonId) -> None:
    """Friday on a Monday morning after a missed Friday; a day on leave is not asked for."""
    for day in range(2, 17):
        office.tick(f"2026-11-{day:02} 00:00")
    office.files(wang, Period.daily(date(2026, 11, 12)), "2026-11-12 20:00")
    office.leave(wang, date(2026, 11, 11), date(2026, 11, 11))
    with office.work() as session:
        person = session.get_one(Person, wang)
        missing = required_missing_days(session, person, at("2026-11-16 07:30"))
        assert [day.day for day in missing] == [9, 10, 13]
        rules = deadline_rules(session)
        assert checkin_day(at("2026-11-16 07:30"), missing, rules).day == date(2026, 11, 13)
        assert checkin_day(at("2026-11-16 08:00"), missing, rules).asks == (date(2026, 11, 16), date(2026, 11, 13))


def test_the_days_of_an_outage_are_known_before_the_planner_ticks(office: Office, wang: PersonId) -> None:
    office.tick("2026-11-09 12:00")
    with office.work() as session:
        person = session.get_one(Person, wang)
        missing = required_missing_days(session, person, at("2026-11-12 07:30"))
    assert [day.day for day in missing] == [9, 10, 11]
