"""Who owes what from when, and how a changed calendar moves it (handbook §3, §4)."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from schedules.calendars import ALTERNATING_ANCHOR, load_calendars, rest_weekdays
from schedules.obligations import open_obligations, recompute_future
from schedules.periods import Period
from storage.kinds import ReportKind
from storage.people import Company, Membership, Person, PersonId, PersonState
from storage.reports import Obligation
from tests.schedules.office import Office, at, local

DAY = timedelta(days=1)


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    office = Office(database_url)
    yield office
    office.database.close()


@pytest.fixture
def wang(office: Office) -> PersonId:
    return office.manager("王芳", office.company("杭州甲"))


def opens(office: Office, when: str, since: str | None = None) -> int:
    with office.work() as session:
        return open_obligations(session, at(when), since=at(since) if since else None)


def owed(office: Office, kind: ReportKind, person: PersonId | None = None) -> list[Obligation]:
    with office.work() as session:
        query = select(Obligation).where(Obligation.kind == kind).order_by(col(Obligation.first_day))
        return [o for o in session.exec(query).all() if person is None or o.person_id == person]


def test_dailies_around_national_day_2026(office: Office, wang: PersonId) -> None:
    """S14."""
    day = date(2026, 9, 24)
    while day <= date(2026, 10, 12):
        opens(office, f"{day} 00:00")
        day += DAY
    dailies = owed(office, ReportKind.daily)
    september, october = (9, (24, 28, 29, 30)), (10, (8, 9, 10, 12))
    assert [o.first_day for o in dailies] == [
        date(2026, 9, 23),
        *(date(2026, month, d) for month, days in (september, october) for d in days),
    ]
    due = {o.first_day: local(o.due_at) for o in dailies}
    assert due[date(2026, 9, 30)] == "2026-10-01 08:00"


def test_what_is_owed_is_written_once(office: Office, wang: PersonId) -> None:
    # Monday: the day, its week and its month.
    assert opens(office, "2026-11-09 00:00") == 1 + 1 + 2
    assert opens(office, "2026-11-09 00:00") == 0
    assert opens(office, "2026-11-09 23:59") == 0
    assert opens(office, "2026-11-10 00:00") == 1


def test_after_an_outage_every_period_since_is_caught_up_on(office: Office, wang: PersonId) -> None:
    opens(office, "2026-11-09 12:00")
    opens(office, "2026-11-23 12:00")
    assert [o.first_day.day for o in owed(office, ReportKind.daily)] == [9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 23]
    assert [o.first_day.day for o in owed(office, ReportKind.weekly)] == [8, 15, 22]
    assert [o.first_day for o in owed(office, ReportKind.plan)] == [date(2026, 12, 1)]


def test_a_very_long_outage_is_caught_up_on_in_part(office: Office, wang: PersonId) -> None:
    opens(office, "2026-01-05 12:00")
    opens(office, "2026-11-23 12:00")
    assert [o.first_day for o in owed(office, ReportKind.daily)][1] == date(2026, 9, 23)


def test_history_can_be_brought_in(office: Office, wang: PersonId) -> None:
    opens(office, "2026-11-23 12:00", since="2026-10-31 23:59")
    assert len(owed(office, ReportKind.daily)) == 16
    assert [o.first_day for o in owed(office, ReportKind.monthly)] == [date(2026, 11, 1)]


def test_who_joins_in_the_middle_owes_from_the_next_period(office: Office, wang: PersonId) -> None:
    company = office.company("杭州乙")
    li = office.manager("李娜", company, since=date(2026, 11, 11))
    for day in range(9, 16):
        opens(office, f"2026-11-{day:02} 00:00")
    opens(office, "2026-12-01 00:00")
    assert [o.first_day.day for o in owed(office, ReportKind.daily, li)][:3] == [11, 12, 13]
    assert [o.first_day.day for o in owed(office, ReportKind.weekly, li)][:2] == [15, 22]
    assert [o.first_day.month for o in owed(office, ReportKind.monthly, li)] == [12]
    # The submission about November opens on 1 December: whoever is in office then owes it.
    assert [o.first_day.month for o in owed(office, ReportKind.order_rate, li)] == [11]


def test_who_left_owes_nothing_new(office: Office, wang: PersonId) -> None:
    opens(office, "2026-11-09 00:00")
    with office.work() as session:
        session.get_one(Person, wang).state = PersonState.deactivated
    assert opens(office, "2026-11-10 00:00") == 0


def test_company_reports_are_owed_for_each_company_looked_after(office: Office, wang: PersonId) -> None:
    other, former = office.company("杭州乙"), office.company("杭州丙")
    with office.work() as session:
        session.add(Membership(person_id=wang, company_id=other, since=date(2026, 3, 1)))
        session.add(Membership(person_id=wang, company_id=former, since=date(2026, 3, 1), until=date(2026, 11, 20)))
    opens(office, "2026-11-20 00:00")
    first = owed(office, ReportKind.plan)[0].company_id
    assert [o.company_id for o in owed(office, ReportKind.plan)] == [first, other]
    # Thursday's can still be handed in when the planner first looks.
    assert [(o.first_day.day, o.company_id) for o in owed(office, ReportKind.daily)] == [(19, None), (20, None)]


def test_a_week_without_a_working_day_is_waived(office: Office, wang: PersonId) -> None:
    # 1 to 7 October are holidays; make the rest of that week one too.
    for day in (4, 5, 6, 7, 8, 9, 10):
        office.sets_day(date(2026, 10, day), works=False, when="2026-09-01")
    opens(office, "2026-10-04 00:00")
    (week,) = owed(office, ReportKind.weekly)
    assert (week.first_day, week.waived, week.waived_reason) == (date(2026, 10, 4), True, "no_workday")


def test_a_new_calendar_moves_what_is_ahead_and_leaves_the_past(office: Office, wang: PersonId) -> None:
    """December 2026 ends provisionally; the notice then makes the 31st a day off."""
    opens(office, "2026-12-01 00:00")
    before = {o.kind: o for o in owed(office, ReportKind.monthly)}[ReportKind.monthly]
    assert (local(before.due_at), before.certainty) == ("2027-01-01 00:00", "provisional")
    opens(office, "2026-12-29 10:00")
    office.sets_day(date(2026, 12, 31), works=False, when="2026-12-29 10:00")
    office.sets_day(date(2026, 12, 29), works=False, when="2026-12-29 10:00")
    office.sets_day(date(2026, 12, 30), works=True, when="2026-12-29 10:00")
    with office.work() as session:
        assert recompute_future(session, at("2026-12-29 10:00")) > 0
    after = owed(office, ReportKind.monthly)[0]
    assert (local(after.due_at), after.certainty) == ("2026-12-31 00:00", "official")
    today = owed(office, ReportKind.daily)[-1]
    assert (today.first_day, today.waived) == (date(2026, 12, 29), True)
    yesterday = owed(office, ReportKind.daily)[-2]
    assert (yesterday.first_day, yesterday.waived, yesterday.certainty) == (date(2026, 12, 28), False, "official")


def test_a_deadline_that_would_lie_behind_stays_where_it_was(office: Office, wang: PersonId) -> None:
    opens(office, "2026-11-30 00:00")
    office.sets_day(date(2026, 11, 30), works=False, when="2026-11-30 12:00")
    with office.work() as session:
        recompute_future(session, at("2026-11-30 12:00"))
    (month,) = owed(office, ReportKind.monthly)
    assert local(month.due_at) == "2026-12-01 00:00"


def test_the_planner_notices_a_changed_calendar_by_itself(office: Office, wang: PersonId) -> None:
    office.tick("2026-11-09 10:00")
    office.sets_day(date(2026, 11, 9), works=False, when="2026-11-09 11:00")
    office.tick("2026-11-09 20:00")
    assert office.messages() == []


def test_companies_with_the_same_settings_share_a_calendar(office: Office) -> None:
    five, six = office.company("甲"), office.company("乙", "mon_sat")
    alternating, same = office.company("丙", "alternating"), office.company("丁")
    broken = office.company("戊", "never")
    office.sets_day(date(2026, 11, 9), works=False, when="2026-11-01", company=same)
    with office.work() as session:
        session.get_one(Company, broken).rest_days = "1,2,3,4,5,6,7"
        session.flush()
        calendars = load_calendars(session)
    assert calendars.of(broken) == calendars.of(five)
    assert len(calendars.distinct()) == 4
    saturday = ALTERNATING_ANCHOR + 14 * DAY
    worked = {c: calendars.of(c).calendar.is_workday(saturday) for c in (five, six, alternating)}
    assert worked == {five: False, six: True, alternating: True}
    assert not calendars.of(alternating).calendar.is_workday(saturday + 7 * DAY)
    assert not calendars.of(same).calendar.is_workday(date(2026, 11, 9))


@pytest.mark.parametrize(
    ("written", "days"), [("6,7", {6, 7}), ("", set()), (" 1 , 7 ", {1, 7}), ("1,2,3,4,5,6,7", set()), ("8", set())]
)
def test_rest_weekdays(written: str, days: set[int]) -> None:
    assert rest_weekdays(written) == days


def test_periods_of_obligations_are_the_declared_ones(office: Office, wang: PersonId) -> None:
    opens(office, "2026-11-20 00:00")
    with office.work() as session:
        rows = session.exec(select(Obligation)).all()
    assert {Period.of(o.kind, o.first_day).last for o in rows} == {o.last_day for o in rows}
