"""Every row of the table of deadlines (handbook §3), through chat: when somebody is asked, and from when it is late.

Driven elsewhere as well, and not repeated here:

    which day a daily belongs to, back-filling    tests/handlers/test_check_in.py
    leave: not asked, in no denominator           tests/handlers/test_leave.py, test_scenarios.py (P4)
    weekly and monthly on the same instant        test_scenarios.py (S12), tests/handlers/test_reminders.py
    one message with everything that is owed      tests/handlers/test_reminders.py
    strict reading of the 25th and the 5th        tests/handlers/test_settings.py
    forum: admins after 75 and 90 days            tests/handlers/test_forum.py
    an outage: nobody late, nothing stale         tests/end_to_end/test_over_http.py, tests/handlers/test_reminders.py
    a roster or calendar that changes             tests/handlers/test_calendar.py, tests/schedules/test_obligations.py
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from storage.kinds import ReportKind, ReportState
from storage.reports import Report
from tests.chat import Phone, World
from tests.scenarios.classroom import check_in

DAY = timedelta(days=1)
BEATS = sorted([time(hour) for hour in (0, *range(6, 24))] + [time(8, 30), time(9, 30), time(21, 30)])


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """The bot; each test says on which day it begins."""
    with closing(World(tmp_path)) as world:
        yield world


def asked_for(world: World, manager: Phone, word: str, first: str, last: str) -> list[str]:
    """When a manager who hands everything else in at once is asked for one kind of report, as "11-27 18:00"."""
    asked: list[str] = []
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        for beat in BEATS:
            world.clock.to(f"{datetime.combine(day, beat):%Y-%m-%d %H:%M}")
            heard = len(manager.heard)
            world.tick()
            asked += [f"{day:%m-%d} {beat:%H:%M}" for said in manager.heard[heard:] if f"• {word}" in said.text]
            if beat == time(8, 30):
                hand_in_the_rest(manager, word)
        day += DAY
    return asked


def hand_in_the_rest(manager: Phone, word: str) -> None:
    """Whatever /due lists apart from one kind, as the buttons beneath it offer it."""
    manager.says("/due")
    for label in manager.last.buttons:
        if label.startswith(word):
            continue
        manager.says("/due").taps(label)
        if label.startswith("日报"):
            manager.taps("上班").says("陪访两位新人").taps("确认")
        elif label.startswith("下月培训计划"):
            while any(each.startswith("＋ ") for each in manager.last.buttons):
                manager.taps("＋ ")
            manager.taps("就这些").says("无").taps("提交")
        elif label.startswith("出单率"):
            manager.taps("确认报送")
        else:
            manager.says("本月练了开场白和异议处理").taps("提交")


@pytest.mark.parametrize(
    ("first", "last", "moments"),
    [
        # Monday and Tuesday: the evening, and the last call of the next morning.
        ("2026-11-23", "2026-11-24", ["11-23 20:00", "11-24 07:00", "11-24 20:00"]),
        # Friday: the next day is a rest day, so that the last call is the same evening.
        ("2026-11-27", "2026-11-29", ["11-27 20:00", "11-27 21:30"]),
        # The last day before National Day; then nobody is asked until the 8th.
        ("2026-09-30", "2026-10-08", ["09-30 20:00", "09-30 21:30", "10-08 20:00"]),
        # A make-up Saturday is a working day, and the Sunday after it is not.
        ("2026-10-10", "2026-10-11", ["10-10 20:00", "10-10 21:30"]),
    ],
)
def test_daily_reminders(world: World, first: str, last: str, moments: list[str]) -> None:
    world.clock.to(f"{first} 00:00")
    wang = world.manager("王芳", since=first)
    assert asked_for(world, wang, "日报", first, last) == moments


@pytest.mark.parametrize(
    ("first", "last", "moments"),
    [
        ("2026-11-22", "2026-11-30", ["11-28 18:00", "11-28 22:00"]),
        # Saturday 3 October is a statutory holiday: also on the last working day of the week.
        ("2026-09-27", "2026-10-04", ["09-30 18:00", "10-03 18:00", "10-03 22:00"]),
        # The week of Spring Festival has no working day and is waived.
        ("2026-02-15", "2026-02-22", []),
    ],
)
def test_weekly_reminders(world: World, first: str, last: str, moments: list[str]) -> None:
    world.clock.to(f"{first} 00:00")
    wang = world.manager("王芳", since=first)
    assert asked_for(world, wang, "周报", first, last) == moments
    if moments:
        (draft,) = {said.text for said in wang.heard if "草稿" in said.text and "• 周报" in said.text} or {""}
        assert draft, "at 18:00 the draft is ready"


@pytest.mark.parametrize(
    ("since", "first", "last", "moments"),
    [
        ("2026-11-01", "2026-11-25", "2026-12-01", ["11-27 18:00", "11-30 18:00", "11-30 22:00"]),
        # The last working day of February 2026 is a make-up Saturday.
        ("2026-02-01", "2026-02-26", "2026-03-01", ["02-27 18:00", "02-28 18:00", "02-28 22:00"]),
    ],
)
def test_monthly_reminders(world: World, since: str, first: str, last: str, moments: list[str]) -> None:
    """The sales-skill summary goes with it."""
    world.clock.to(f"{first} 00:00")
    wang = world.manager("王芳", since=since)
    assert asked_for(world, wang, "月报", first, last) == moments
    assert "• 月报" in wang.texts


@pytest.mark.parametrize(
    ("first", "last", "moments"),
    [
        ("2026-11-18", "2026-11-26", ["11-20 09:30", "11-23 09:30", "11-24 18:00", "11-25 18:00"]),
        # 24 and 25 January 2026 are a weekend: also on Friday the 23rd, the last working day before.
        ("2026-01-18", "2026-01-26", ["01-20 09:30", "01-23 09:30", "01-23 18:00", "01-24 18:00", "01-25 18:00"]),
    ],
)
def test_plan_reminders(world: World, first: str, last: str, moments: list[str]) -> None:
    world.clock.to(f"{first} 00:00")
    wang = world.manager("王芳", since=first)
    assert asked_for(world, wang, "下月培训计划", first, last) == moments


@pytest.mark.parametrize(
    ("first", "last", "moments"),
    [
        ("2026-11-01", "2026-11-06", ["11-01 09:30", "11-03 09:30", "11-04 18:00", "11-05 18:00"]),
        # 1 to 7 October are holidays: also on 30 September, before it opens.
        ("2026-09-30", "2026-10-06", ["09-30 18:00", "10-01 09:30", "10-03 09:30", "10-04 18:00", "10-05 18:00"]),
    ],
)
def test_order_rate_reminders(world: World, first: str, last: str, moments: list[str]) -> None:
    world.clock.to(f"{first} 00:00")
    wang = world.manager("王芳", since=first)
    assert asked_for(world, wang, "出单率报送", first, last) == moments


@pytest.mark.parametrize(
    ("opened", "last_second", "late_from", "kind"),
    [
        ("2026-11-24 07:00", "2026-11-24 07:59:59", "2026-11-24 08:00:00", ReportKind.daily),
        ("2026-11-28 20:00", "2026-11-28 23:59:59", "2026-11-29 00:00:00", ReportKind.weekly),
        ("2026-11-30 20:00", "2026-11-30 23:59:59", "2026-12-01 00:00:00", ReportKind.monthly),
        ("2026-11-30 20:00", "2026-11-30 23:59:59", "2026-12-01 00:00:00", ReportKind.skills_mail),
        ("2026-11-25 20:00", "2026-11-25 23:59:59", "2026-11-26 00:00:00", ReportKind.plan),
        ("2026-11-05 20:00", "2026-11-05 23:59:59", "2026-11-06 00:00:00", ReportKind.order_rate),
    ],
)
def test_the_last_second_is_on_time_and_the_next_is_late(
    world: World, opened: str, last_second: str, late_from: str, kind: ReportKind
) -> None:
    world.clock.to(opened)
    people = {
        ReportState.on_time: world.manager("王芳", "杭州甲", since="2026-11-01"),
        ReportState.late: world.manager("李强", "温州乙", since="2026-11-01"),
    }
    for phone in people.values():
        match kind:
            case ReportKind.daily:
                phone.says("日报").taps("上班").says("陪访两位新人")
            case ReportKind.plan:
                phone.says("下月计划")
                for _ in range(5):
                    phone.taps("＋")
                phone.taps("就这些").says("无")
            case ReportKind.order_rate:
                phone.says("出单率报送")
            case ReportKind.skills_mail:
                phone.says("技能总结").says("本月练了开场白和异议处理")
            case _:
                phone.says("周报" if kind is ReportKind.weekly else "月报").says("照计划")
    for moment, phone in zip((last_second, late_from), people.values(), strict=True):
        world.clock.to(moment)
        phone.taps({ReportKind.daily: "确认", ReportKind.order_rate: "确认报送"}.get(kind, "提交"))
    states = {report.person_id: report.state for report in world.all_of(Report) if report.kind is kind}
    assert states == {world.stored(phone).id: state for state, phone in people.items()}


def test_a_daily_of_a_rest_day_is_extra_and_in_no_denominator(world: World) -> None:
    world.clock.to("2026-11-20 18:00")
    wang, admin = world.manager("王芳", since="2026-11-20"), world.admin()
    world.tick()
    check_in(wang)
    world.clock.to("2026-11-22 18:00")
    world.tick()
    check_in(wang)
    assert "额外" in wang.last.text
    world.clock.to("2026-11-23 09:00")
    world.tick()
    assert "日报：按时 1/1 = 100.0%" in admin.says("/stats 王芳 2026-11").last.text


def test_missing_after_seven_days_of_back_filling(world: World) -> None:
    """Back-filling is possible for seven days and is late; after that it is missing, and an admin can file it."""
    world.clock.to("2026-11-16 12:00")
    wang, li = world.manager("王芳", "杭州甲", since="2026-11-16"), world.manager("李强", "杭州甲", since="2026-11-16")
    world.tick()
    block = "日报\n日期: 11/16\n在训: 0\n试岗: 0/0/0\n计划: 补交"
    world.clock.to("2026-11-23 23:59")
    wang.says(block).taps("确认")
    assert "晚交" in wang.last.text
    world.clock.to("2026-11-24 00:00")
    li.says(block)
    assert "只能补交最近 7 天" in li.last.text or "只能补交最近7天" in li.texts.replace(" ", "")
    assert [report.person_id for report in world.all_of(Report)] == [world.stored(wang).id]


def test_the_first_submission_decides_and_versions_change_no_state(world: World) -> None:
    world.clock.to("2026-11-23 18:00")
    wang = world.manager("王芳", since="2026-11-23")
    check_in(wang)
    world.clock.to("2026-11-24 12:00")
    wang.says("日报\n日期: 11/23\n在训: 4\n试岗: 0/0/0\n计划: 改为集中培训").taps("确认")
    (report,) = world.all_of(Report)
    assert (report.version, report.state) == (2, ReportState.on_time)
    assert report.body["in_training"] == 4


@pytest.mark.parametrize(
    ("moment", "words", "subject"),
    [
        ("2026-11-23 18:00", "日报", "日报-杜玉璇-261123"),
        ("2026-11-28 18:00", "周报", "周报-杜玉璇-261128"),
        ("2026-11-30 18:00", "月报", "月报-杜玉璇-261130"),
    ],
)
def test_the_subject_has_the_real_name_and_the_last_day(world: World, moment: str, words: str, subject: str) -> None:
    world.clock.to(moment)
    du = world.manager("杜玉璇")
    if words == "日报":
        check_in(du)
    else:
        du.says(words).says("照计划").taps("提交")
    (report,) = world.all_of(Report)
    assert report.subject == subject
