"""The reminder ladder: the table of handbook §3 row by row, outages, and where stages may lie."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.deadlines import DeadlineRules, due_of
from schedules.ladder import Stage, dues_to_remind_at, missed_stages, newest_stage, stages_of
from schedules.periods import Period
from schedules.working_days import Override, WorkCalendar, WorkWeek
from storage.kinds import ReportKind

PLAIN = WorkCalendar()
MON_SAT = WorkCalendar(work_week=WorkWeek.mon_sat)
LENIENT = DeadlineRules()
STRICT = DeadlineRules(before_is_strict=True)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(written: str) -> datetime:
    """An instant written as the clock on a Shanghai wall shows it."""
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)


def stages(key: str, calendar: WorkCalendar = PLAIN, rules: DeadlineRules = LENIENT) -> tuple[Stage, ...]:
    return stages_of(due_of(Period.from_key(key), calendar, rules), calendar, rules)


def shown(found: tuple[Stage, ...]) -> list[str]:
    return [f"{stage.name} {stage.at.astimezone(SHANGHAI):%m-%d %H:%M}" for stage in found]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("daily:2026-11-23", ["evening 11-23 20:00", "last-call 11-24 07:00"]),
        ("daily:2026-11-27", ["evening 11-27 20:00", "last-call 11-27 21:30"]),
        ("daily:2026-11-28", []),
        ("daily:2026-09-30", ["evening 09-30 20:00", "last-call 09-30 21:30"]),
        ("daily:2026-10-09", ["evening 10-09 20:00", "last-call 10-10 07:00"]),  # a make-up Saturday follows
        ("daily:2026-10-10", ["evening 10-10 20:00", "last-call 10-10 21:30"]),
        (
            "daily:2026-12-31",
            ["evening 12-31 20:00", "last-call 01-01 07:00"],
        ),  # an estimate, sent all the same
        ("weekly:2026-11-22", ["draft 11-28 18:00", "last-call 11-28 22:00"]),
        ("weekly:2026-09-27", ["before-holiday 09-30 18:00", "draft 10-03 18:00", "last-call 10-03 22:00"]),
        ("weekly:2026-02-15", []),
        ("weekly:2026-10-04", ["draft 10-10 18:00", "last-call 10-10 22:00"]),
        ("monthly:2026-11", ["day-before 11-27 18:00", "evening 11-30 18:00", "last-call 11-30 22:00"]),
        ("monthly:2026-02", ["day-before 02-27 18:00", "evening 02-28 18:00", "last-call 02-28 22:00"]),
        ("monthly:2025-01", ["day-before 01-26 18:00", "evening 01-27 18:00", "last-call 01-27 22:00"]),
        ("skills_mail:2026-11", ["day-before 11-27 18:00", "evening 11-30 18:00", "last-call 11-30 22:00"]),
        (  # 24th and 25th are a Tuesday and a Wednesday
            "plan:2026-12",
            ["opening 11-20 09:30", "midway 11-23 09:30", "eve 11-24 18:00", "last-call 11-25 18:00"],
        ),
        (  # 24th and 25th are a Saturday and a Sunday
            "plan:2026-11",
            [
                "opening 10-20 09:30",
                "midway 10-23 09:30",
                "workday-before 10-23 18:00",
                "eve 10-24 18:00",
                "last-call 10-25 18:00",
            ],
        ),
        (  # the 25th is a Saturday: the working day before is the eve itself
            "plan:2026-08",
            ["opening 07-20 09:30", "midway 07-23 09:30", "eve 07-24 18:00", "last-call 07-25 18:00"],
        ),
        (  # the 24th is a Sunday
            "plan:2026-06",
            [
                "opening 05-20 09:30",
                "workday-before 05-22 18:00",
                "midway 05-23 09:30",
                "eve 05-24 18:00",
                "last-call 05-25 18:00",
            ],
        ),
        (
            "order_rate:2026-10",
            ["draft 11-01 09:30", "midway 11-03 09:30", "eve 11-04 18:00", "last-call 11-05 18:00"],
        ),
        (  # 4 and 5 July are a weekend
            "order_rate:2026-06",
            [
                "draft 07-01 09:30",
                "midway 07-03 09:30",
                "workday-before 07-03 18:00",
                "eve 07-04 18:00",
                "last-call 07-05 18:00",
            ],
        ),
        (  # all of National Day: announced on the last working day before it opens
            "order_rate:2026-09",
            [
                "workday-before 09-30 18:00",
                "draft 10-01 09:30",
                "midway 10-03 09:30",
                "eve 10-04 18:00",
                "last-call 10-05 18:00",
            ],
        ),
    ],
)
def test_the_table_of_reminders(key: str, expected: list[str]) -> None:
    assert shown(stages(key)) == expected


def test_a_company_that_works_on_saturdays() -> None:
    assert shown(stages("daily:2026-11-27", MON_SAT)) == ["evening 11-27 20:00", "last-call 11-28 07:00"]
    assert shown(stages("daily:2026-11-28", MON_SAT)) == ["evening 11-28 20:00", "last-call 11-28 21:30"]
    assert "workday-before 10-23 18:00" not in shown(stages("plan:2026-11", MON_SAT)), "the 24th is worked"


def test_the_strict_reading_leaves_nothing_for_the_day_itself() -> None:
    assert shown(stages("plan:2026-12", rules=STRICT))[-1] == "eve 11-24 18:00"
    assert shown(stages("order_rate:2026-10", rules=STRICT))[-1] == "eve 11-04 18:00"


def test_which_stages_come_with_a_draft() -> None:
    drafts = {
        key: [stage.name for stage in stages(key) if stage.with_draft]
        for key in (
            "daily:2026-11-23",
            "weekly:2026-09-27",
            "monthly:2026-11",
            "order_rate:2026-10",
            "plan:2026-12",
        )
    }
    assert drafts == {
        "daily:2026-11-23": [],
        "weekly:2026-09-27": ["draft"],
        "monthly:2026-11": [],
        "order_rate:2026-10": ["draft"],
        "plan:2026-12": [],
    }


def test_two_deadlines_on_one_instant_have_their_stages_on_the_same_instants() -> None:
    month, week = stages("monthly:2026-02"), stages("weekly:2026-02-22")
    assert [stage.at for stage in month[1:]] == [stage.at for stage in week]
    assert week[-1].until == month[-1].until == datetime(2026, 2, 28, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "name"),
    [
        ("2026-11-23 19:59:59", None),
        ("2026-11-23 20:00", "evening"),
        ("2026-11-24 06:59:59", "evening"),
        ("2026-11-24 07:00", "last-call"),
        ("2026-11-24 07:59:59", "last-call"),
        ("2026-11-24 08:00", None),  # never after the deadline
    ],
)
def test_only_the_newest_stage_is_of_use(now: str, name: str | None) -> None:
    stage = newest_stage(stages("daily:2026-11-23"), local(now))
    assert (stage.name if stage else None) == name


def test_a_last_call_moved_to_the_evening_is_not_caught_up_on_the_rest_day() -> None:
    friday = stages("daily:2026-11-27")
    assert newest_stage(friday, local("2026-11-27 23:59")) == friday[-1]
    assert newest_stage(friday, local("2026-11-28 00:00")) is None
    assert newest_stage(friday, local("2026-11-28 07:30")) is None


def test_an_outage_over_the_deadline_leaves_nothing_to_send_and_one_stage_missed() -> None:
    monday = stages("daily:2026-11-23")
    back = local("2026-11-24 09:30")
    assert newest_stage(monday, back) is None
    assert [stage.name for stage in missed_stages(monday, local("2026-11-24 06:59"), back)] == ["last-call"]


def test_an_outage_of_two_days_sends_the_newest_and_counts_the_others() -> None:
    plan = stages("plan:2026-12")
    last_tick, back = local("2026-11-22 12:00"), local("2026-11-24 19:00")
    newest = newest_stage(plan, back)
    assert newest is not None
    assert newest.name == "eve"
    assert [stage.name for stage in missed_stages(plan, last_tick, back)] == ["midway"]
    assert missed_stages(plan, back, back) == ()


def test_a_submission_due_in_a_holiday_is_announced_before_it_opens() -> None:
    def kinds_at(written: str) -> list[str]:
        return [due.period.key for due in dues_to_remind_at(local(written), PLAIN, LENIENT)]

    assert "order_rate:2026-09" not in kinds_at("2026-09-30 17:59")
    assert "order_rate:2026-09" in kinds_at("2026-09-30 18:00")
    assert "order_rate:2026-09" not in kinds_at("2026-10-01 00:00"), "nobody is woken at midnight"
    assert "order_rate:2026-09" in kinds_at("2026-10-01 09:30")


def test_who_is_reminded_of_what_on_a_tuesday_night() -> None:
    found = dues_to_remind_at(local("2026-11-24 22:00"), PLAIN, LENIENT)
    assert [due.period.key for due in found] == ["daily:2026-11-24", "plan:2026-12"]


closed_february = {date(2026, 2, n): Override(date(2026, 2, n), n == 13) for n in range(1, 29)}
calendars = st.sampled_from(
    [
        PLAIN,
        MON_SAT,
        WorkCalendar(work_week=WorkWeek.alternating, alternating_anchor=date(2026, 1, 10)),
        WorkCalendar(rest_days=frozenset({1, 2, 3, 4, 5})),
        WorkCalendar(company_overrides=closed_february),
    ]
)


@given(
    st.sampled_from(ReportKind),
    st.dates(date(2004, 1, 1), date(2030, 12, 31)),
    calendars,
    st.sampled_from([LENIENT, STRICT]),
)
def test_stages_rise_without_overlap_inside_the_time_a_report_is_open(
    kind: ReportKind, day: date, calendar: WorkCalendar, rules: DeadlineRules
) -> None:
    due = due_of(Period.of(kind, day), calendar, rules)
    found = stages_of(due, calendar, rules)
    assert bool(found) is due.required
    assert len({stage.name for stage in found}) == len(found)
    edges = [edge for stage in found for edge in (stage.at, stage.until)]
    assert edges == sorted(edges)
    for stage in found:
        assert stage.at < stage.until <= due.late_from
        if stage.name in ("workday-before", "day-before"):
            assert stage.at >= due.opens_at or stage.until <= due.opens_at
        else:
            assert stage.at >= due.opens_at


@given(
    st.sampled_from(ReportKind),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.lists(st.timedeltas(timedelta(0), timedelta(days=9)), min_size=2, max_size=12),
)
def test_whatever_the_ticks_a_stage_goes_out_or_is_missed(kind: ReportKind, day: date, steps: list[timedelta]) -> None:
    due = due_of(Period.of(kind, day), PLAIN, LENIENT)
    found = stages_of(due, PLAIN, LENIENT)
    start = due.late_from - timedelta(days=10)
    ticks = [start, *sorted(start + step for step in steps), due.missing_from]
    sent: set[Stage] = set()
    missed: set[Stage] = set()
    for last_tick, now in pairwise(ticks):
        newest = newest_stage(found, now)
        sent |= {newest} if newest else set()
        missed |= set(missed_stages(found, last_tick, now))
    assert not sent & missed
    assert sent | missed >= {stage for stage in found if stage.at > start}
