"""Deadlines: S12, S14 and S24 of the scenarios, the edges of every interval, and what nobody is late for."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.deadlines import (
    DEADLINES,
    CheckinDay,
    DeadlineRules,
    Due,
    Owner,
    SubjectDate,
    WaivedReason,
    checkin_day,
    due_of,
    dues_open_at,
    dues_opening_between,
    dues_overdue_at,
    judge,
    next_to_open,
    report_subject,
    required_days_within_reach,
    state_without_report,
)
from schedules.periods import Period
from schedules.working_days import Certainty, Override, WorkCalendar, WorkWeek
from storage.kinds import ReportKind, ReportState
from storage.obligations import LONGEST_GRACE

PLAIN = WorkCalendar()
LENIENT = DeadlineRules()
STRICT = DeadlineRules(before_is_strict=True)
SECOND = timedelta(seconds=1)


def local(written: str) -> datetime:
    """An instant written as the clock on a Shanghai wall shows it."""
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def due(period: Period, calendar: WorkCalendar = PLAIN, rules: DeadlineRules = LENIENT) -> Due:
    return due_of(period, calendar, rules)


def daily(written: str, calendar: WorkCalendar = PLAIN) -> Due:
    return due(Period.daily(date.fromisoformat(written)), calendar)


def test_s12_monthly_and_weekly_of_february_2026_fall_on_the_same_instant() -> None:
    month, week = due(Period.monthly_of(date(2026, 2, 1))), due(Period.weekly_of(date(2026, 2, 28)))
    assert (week.period.first, week.period.last) == (date(2026, 2, 22), date(2026, 2, 28))
    end = datetime(2026, 2, 28, 16, tzinfo=UTC)
    for one in (month, week):
        assert one.late_from == one.due_at == end
        assert judge(end - SECOND, one) is ReportState.on_time
        assert judge(end, one) is ReportState.late


def test_s14_dailies_around_national_day_2026() -> None:
    days = [date(2026, 9, 24) + timedelta(days=n) for n in range(19)]
    required = [f"{day:%m-%d}" for day in days if due(Period.daily(day)).required]
    assert required == ["09-24", "09-28", "09-29", "09-30", "10-08", "10-09", "10-10", "10-12"]
    assert daily("2026-09-30").late_from == local("2026-10-01 08:00")
    assert daily("2026-10-01").waived_reason is WaivedReason.no_workday


@pytest.mark.parametrize(
    ("sent", "rules", "state"),
    [
        ("2026-11-24 23:59:59", STRICT, ReportState.on_time),
        ("2026-11-25 00:00", STRICT, ReportState.late),
        ("2026-11-25 10:00", LENIENT, ReportState.on_time),
        ("2026-11-25 10:00", STRICT, ReportState.late),
        ("2026-11-25 23:59:59", LENIENT, ReportState.on_time),
        ("2026-11-26 00:00", LENIENT, ReportState.late),
        ("2026-11-26 00:00", STRICT, ReportState.late),
    ],
)
def test_s24_plan_for_december(sent: str, rules: DeadlineRules, state: ReportState) -> None:
    assert judge(local(sent), due(Period.plan_for(date(2026, 12, 1)), rules=rules)) is state


@pytest.mark.parametrize(
    ("period", "opens", "target", "late", "missing"),
    [
        ("daily:2026-11-23", "11-23 00:00", "11-24 08:00", "11-24 08:00", "12-01 00:00"),
        ("daily:2026-11-27", "11-27 00:00", "11-28 08:00", "11-28 08:00", "12-05 00:00"),
        ("weekly:2026-11-22", "11-22 00:00", "11-29 00:00", "11-29 00:00", "12-06 00:00"),
        ("monthly:2026-11", "11-01 00:00", "12-01 00:00", "12-01 00:00", "12-08 00:00"),
        ("monthly:2026-05", "05-01 00:00", "05-30 00:00", "05-30 00:00", "06-06 00:00"),
        ("skills_mail:2026-05", "05-01 00:00", "05-30 00:00", "05-30 00:00", "06-06 00:00"),
        ("plan:2026-12", "11-20 00:00", "11-25 00:00", "11-26 00:00", "12-03 00:00"),
        ("order_rate:2026-10", "11-01 00:00", "11-05 00:00", "11-06 00:00", "11-13 00:00"),
    ],
)
def test_the_table_of_deadlines(period: str, opens: str, target: str, late: str, missing: str) -> None:
    found = due(Period.from_key(period))
    instants = (found.opens_at, found.due_at, found.late_from, found.missing_from)
    assert instants == tuple(local(f"2026-{written}") for written in (opens, target, late, missing))
    assert all(moment.tzinfo is UTC for moment in instants)
    assert found.required
    assert found.certainty is Certainty.official


def test_strict_reading_of_the_fifth() -> None:
    found = due(Period.order_rate_for(date(2026, 10, 1)), rules=STRICT)
    assert found.due_at == found.late_from == local("2026-11-05 00:00")


def test_plan_for_january_and_order_rate_of_december_cross_the_year() -> None:
    assert due(Period.plan_for(date(2026, 1, 1))).opens_at == local("2025-12-20 00:00")
    assert due(Period.order_rate_for(date(2025, 12, 1))).late_from == local("2026-01-06 00:00")


@pytest.mark.parametrize(
    ("sent", "state"),
    [
        ("2026-11-23 20:00", ReportState.on_time),
        ("2026-11-24 07:59:59", ReportState.on_time),
        ("2026-11-24 08:00:00", ReportState.late),
        ("2026-11-30 23:00", ReportState.late),
    ],
)
def test_exactly_eight_is_late(sent: str, state: ReportState) -> None:
    assert judge(local(sent), daily("2026-11-23")) is state


def test_a_daily_on_a_rest_day_is_extra_and_owed_by_nobody() -> None:
    sunday = daily("2026-11-22")
    assert judge(local("2026-11-22 20:00"), sunday) is ReportState.extra
    assert judge(local("2026-11-24 20:00"), sunday) is ReportState.extra
    assert state_without_report(local("2026-12-24 20:00"), sunday) is ReportState.exempt
    assert not sunday.counts


def test_leave_waives_what_was_required() -> None:
    away = daily("2026-11-23").waived(WaivedReason.leave)
    assert (away.required, away.waived_reason, away.counts) == (False, WaivedReason.leave, False)
    assert state_without_report(local("2026-12-24 20:00"), away) is ReportState.exempt


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2026-11-24 07:00", ReportState.pending),
        ("2026-11-30 23:59:59", ReportState.pending),
        ("2026-12-01 00:00:00", ReportState.missing),
    ],
)
def test_missing_begins_when_back_filling_ends(now: str, state: ReportState) -> None:
    assert state_without_report(local(now), daily("2026-11-23")) is state


def test_a_week_without_a_working_day_is_waived() -> None:
    festival = due(Period.weekly_of(date(2026, 2, 18)))
    assert (festival.period.first, festival.period.last) == (date(2026, 2, 15), date(2026, 2, 21))
    assert (festival.required, festival.waived_reason) == (False, WaivedReason.no_workday)
    assert due(Period.weekly_of(date(2026, 10, 1))).required, "three days of it are worked"


def test_a_working_saturday_belongs_to_the_daily_of_that_company() -> None:
    assert daily("2026-11-28", WorkCalendar(work_week=WorkWeek.mon_sat)).required
    alternating = WorkCalendar(work_week=WorkWeek.alternating, alternating_anchor=date(2026, 11, 28))
    assert daily("2026-11-28", alternating).required
    assert not daily("2026-12-05", alternating).required
    # October 2026 ends on a Saturday.
    october = Period.monthly_of(date(2026, 10, 1))
    assert due(october).late_from == local("2026-10-31 00:00")
    assert due(october, WorkCalendar(work_week=WorkWeek.mon_sat)).late_from == local("2026-11-01 00:00")
    assert due(october, alternating).late_from == local("2026-11-01 00:00")


@pytest.mark.parametrize(
    ("period", "certainty"),
    [
        ("daily:2026-12-28", Certainty.official),
        ("daily:2026-12-29", Certainty.provisional),
        ("daily:2026-12-31", Certainty.provisional),
        ("daily:2027-01-04", Certainty.assumed),
        ("weekly:2026-12-20", Certainty.official),
        ("weekly:2026-12-27", Certainty.assumed),
        ("monthly:2026-11", Certainty.official),
        ("monthly:2026-12", Certainty.provisional),
        ("skills_mail:2026-12", Certainty.provisional),
        ("monthly:2027-01", Certainty.assumed),
        ("plan:2027-01", Certainty.official),
        ("plan:2027-02", Certainty.assumed),
        ("order_rate:2026-11", Certainty.official),
        ("order_rate:2026-12", Certainty.assumed),
    ],
)
def test_nobody_is_late_or_missing_where_the_calendar_is_unsure(period: str, certainty: Certainty) -> None:
    found = due(Period.from_key(period))
    assert found.certainty is certainty
    assert found.required
    assert found.counts is (certainty is Certainty.official)
    after_deadline, after_all = judge(found.late_from, found), state_without_report(found.missing_from, found)
    if certainty is Certainty.official:
        assert (after_deadline, after_all) == (ReportState.late, ReportState.missing)
    else:
        assert (after_deadline, after_all) == (ReportState.unannounced, ReportState.unannounced)
    assert judge(found.late_from - SECOND, found) is ReportState.on_time
    assert state_without_report(found.missing_from - SECOND, found) is ReportState.pending


def test_loading_the_next_year_moves_a_future_deadline_and_makes_it_official() -> None:
    holiday = {date(2026, 12, 31): Override(date(2026, 12, 31), False, "元旦")}
    loaded = WorkCalendar(overrides=holiday, announced_years=frozenset({2027}))
    december = due(Period.monthly_of(date(2026, 12, 1)), loaded)
    assert (december.late_from, december.certainty) == (local("2026-12-31 00:00"), Certainty.official)


def test_everything_open_on_a_day_the_most_urgent_first() -> None:
    now = local("2026-11-25 07:30")
    assert [one.period.key for one in dues_open_at(now, PLAIN, LENIENT)] == [
        "daily:2026-11-24",
        "plan:2026-12",
        "daily:2026-11-25",
        "weekly:2026-11-22",
        "monthly:2026-11",
        "skills_mail:2026-11",
    ]


def test_what_is_late_can_still_be_handed_in_for_a_week() -> None:
    overdue = [one.period.key for one in dues_overdue_at(local("2026-11-09 08:00"), PLAIN, LENIENT)]
    assert [key for key in overdue if key.startswith("daily")] == [f"daily:2026-11-{day:02}" for day in range(2, 9)]
    assert "weekly:2026-11-01" in overdue
    assert "order_rate:2026-10" in overdue
    assert "monthly:2026-10" not in overdue, "due on Friday the 30th, out of reach since the 7th"


def test_dues_opening_in_an_interval_include_its_start_and_not_its_end() -> None:
    start, end = local("2026-11-01 00:00"), local("2026-11-02 00:00")
    assert [one.period.key for one in dues_opening_between(start, end, PLAIN, LENIENT)] == [
        "daily:2026-11-01",
        "monthly:2026-11",
        "order_rate:2026-10",
        "skills_mail:2026-11",
        "weekly:2026-11-01",
    ]
    assert dues_opening_between(start + SECOND, end, PLAIN, LENIENT) == []


def test_the_next_to_open_is_not_open_yet() -> None:
    now = local("2026-11-19 23:59:59")
    assert next_to_open(ReportKind.plan, now, PLAIN, LENIENT).period.key == "plan:2026-12"
    assert next_to_open(ReportKind.plan, now + SECOND, PLAIN, LENIENT).period.key == "plan:2027-01"


def test_who_owes_what() -> None:
    assert set(DEADLINES) == set(ReportKind)
    assert {kind for kind, one in DEADLINES.items() if one.owner is Owner.company} == {
        ReportKind.plan,
        ReportKind.order_rate,
    }


SENT = DeadlineRules(subject_date=SubjectDate.sent)


@pytest.mark.parametrize(
    ("word", "name", "period", "sent_on", "rules", "subject"),
    [
        ("周报", "杜玉璇", "weekly:2007-07-15", "2007-07-18", SENT, "周报-杜玉璇-070718"),
        ("周报", "王芳", "weekly:2026-11-22", "2026-11-27", LENIENT, "周报-王芳-261128"),
        ("日报", " 欧阳 \u3000娜娜\n", "daily:2026-11-23", "2026-11-24", LENIENT, "日报-欧阳娜娜-261123"),
        ("月报", "王芳", "monthly:2026-10", "2026-10-30", LENIENT, "月报-王芳-261031"),
        ("月报", "王芳", "monthly:2026-10", "2026-10-30", SENT, "月报-王芳-261030"),
    ],
)
def test_subject(word: str, name: str, period: str, sent_on: str, rules: DeadlineRules, subject: str) -> None:
    about = Period.from_key(period)
    assert DEADLINES[about.kind].subject_word == word
    assert report_subject(word, name, about, date.fromisoformat(sent_on), rules) == subject


FRIDAY, MONDAY, TUESDAY = date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 24)


@pytest.mark.parametrize(
    ("sent", "missing", "expected"),
    [
        ("2026-11-24 07:59:59", [MONDAY], CheckinDay(MONDAY)),
        ("2026-11-24 07:59:59", [], CheckinDay(TUESDAY)),
        ("2026-11-24 07:59:59", [TUESDAY], CheckinDay(TUESDAY)),
        ("2026-11-24 08:00:00", [], CheckinDay(TUESDAY)),
        ("2026-11-24 08:00:00", [TUESDAY], CheckinDay(TUESDAY)),
        ("2026-11-24 08:00:00", [MONDAY], CheckinDay(TUESDAY, (TUESDAY, MONDAY))),
        ("2026-11-23 07:30", [FRIDAY], CheckinDay(FRIDAY)),  # Monday morning after a missed Friday
        ("2026-11-23 09:00", [FRIDAY], CheckinDay(MONDAY, (MONDAY, FRIDAY))),
        ("2026-11-24 07:30", [FRIDAY, MONDAY], CheckinDay(MONDAY)),
        ("2026-11-24 21:00", [MONDAY, FRIDAY, TUESDAY], CheckinDay(TUESDAY, (TUESDAY, MONDAY))),
        ("2026-11-27 21:00", [FRIDAY], CheckinDay(date(2026, 11, 27), (date(2026, 11, 27), FRIDAY))),
        ("2026-11-28 07:00", [FRIDAY], CheckinDay(date(2026, 11, 28))),  # eight days ago: out of reach
        ("2026-11-24 00:00", [MONDAY], CheckinDay(MONDAY)),
    ],
)
def test_which_day_a_check_in_belongs_to(sent: str, missing: list[date], expected: CheckinDay) -> None:
    assert checkin_day(local(sent), missing, LENIENT) == expected


def test_days_within_reach_of_a_check_in() -> None:
    assert required_days_within_reach(local("2026-10-12 09:00"), PLAIN, LENIENT) == [
        date(2026, 10, 8),
        date(2026, 10, 9),
        date(2026, 10, 10),
    ]


def test_another_zone_and_another_hour() -> None:
    rules = DeadlineRules(daily_due=time(9), zone=ZoneInfo("UTC"))
    assert due(Period.daily(MONDAY), rules=rules).late_from == datetime(2026, 11, 24, 9, tzinfo=UTC)


instants = st.timedeltas(timedelta(0), timedelta(days=1_800)).map(
    lambda since: datetime(2024, 1, 1, tzinfo=UTC) + since
)
rulebooks = st.sampled_from([LENIENT, STRICT, DeadlineRules(daily_due=time(9, 30), backfill_days=3)])
calendars = st.sampled_from(
    [
        PLAIN,
        WorkCalendar(work_week=WorkWeek.mon_sat),
        WorkCalendar(rest_days=frozenset({1, 2, 3, 4, 5})),
        WorkCalendar(company_overrides={date(2026, 2, n): Override(date(2026, 2, n), False) for n in range(1, 29)}),
    ]
)
kinds = st.sampled_from(ReportKind)


@given(kinds, st.dates(date(2004, 1, 1), date(2030, 12, 31)), calendars, rulebooks)
def test_dues_rise_with_their_periods(
    kind: ReportKind, day: date, calendar: WorkCalendar, rules: DeadlineRules
) -> None:
    period = Period.of(kind, day)
    this, following = due_of(period, calendar, rules), due_of(period.next(), calendar, rules)
    for one in (this, following):
        assert one.opens_at < one.due_at <= one.late_from < one.missing_from
        assert one.late_from < one.due_at + LONGEST_GRACE
    assert this.opens_at < following.opens_at
    assert this.due_at < following.due_at
    assert this.late_from < following.late_from
    assert this.missing_from < following.missing_from


@given(instants, calendars, rulebooks)
def test_open_and_overdue_are_what_a_plain_search_finds(
    now: datetime, calendar: WorkCalendar, rules: DeadlineRules
) -> None:
    nearby = {Period.of(kind, (now + timedelta(days=n)).date()) for kind in ReportKind for n in range(-80, 41, 1)}
    everything = [due_of(period, calendar, rules) for period in nearby]
    assert {one.period for one in dues_open_at(now, calendar, rules)} == {
        one.period for one in everything if one.opens_at <= now < one.late_from
    }
    assert {one.period for one in dues_overdue_at(now, calendar, rules)} == {
        one.period for one in everything if one.late_from <= now < one.missing_from
    }


@given(instants, st.lists(st.timedeltas(timedelta(0), timedelta(days=40)), min_size=2, max_size=4))
def test_every_due_opens_in_exactly_one_of_adjoining_intervals(now: datetime, steps: list[timedelta]) -> None:
    cuts = sorted(now + step for step in steps)
    pieces = [one.period for a, b in pairwise(cuts) for one in dues_opening_between(a, b, PLAIN, LENIENT)]
    assert sorted(pieces) == sorted(one.period for one in dues_opening_between(cuts[0], cuts[-1], PLAIN, LENIENT))
