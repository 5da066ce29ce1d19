"""Reminders as a manager reads them, their buttons, and what admins are told (handbook §3)."""

from datetime import date

import pytest

from handlers.reminding import reminders
from schedules.planner import TickResult, tick
from storage.outbox import OutboxMessage, OutboxState
from storage.people import PersonState, Role
from storage.reports import Leave, Report
from tests.chat import Phone, World
from tests.seed import put_on_post


def check_in(person: Phone) -> Phone:
    """Fill the check-in that is open, up to the confirming card."""
    return person.taps("上班").says("两场陪访")


def restart_and_receive(world: World) -> None:
    """Start the bot anew and take in what waited at Telegram, answering nothing yet."""
    world.restart()

    async def receive() -> None:
        await world.receiver.remember()
        await world.receiver.take(await world.telegram.call("getUpdates", {}), backlog=True)

    world.loop.run_until_complete(receive())


def plans(world: World) -> TickResult:
    """Let the planner tick without sending anything."""
    with world.database.transaction() as session:
        return tick(session, world.clock.now(), world.surroundings.zone)


def test_the_evening_reminder_and_its_button_lead_to_a_saved_check_in(world: World) -> None:
    world.clock.to("2026-11-09 10:00")
    wang = world.manager("王芳")
    world.clock.to("2026-11-09 20:00")
    world.tick()
    assert "日报 11/9 周一：11/10 周二 08:00 前" in wang.last.text
    assert wang.last.buttons == ["日报 11/09"]

    check_in(wang.taps("日报 11/09")).taps("确认")
    (report,) = world.all_of(Report)
    assert (report.first_day, report.state) == (date(2026, 11, 9), "on_time")
    wang.forgets()
    world.clock.to("2026-11-10 07:00")
    world.tick()
    assert wang.heard == []


def test_one_message_lists_everything_that_is_still_owed(world: World) -> None:
    """S12: weekly and monthly fall due together, and a daily is missing besides."""
    world.clock.to("2026-02-27 10:00")
    wang = world.manager("王芳")
    world.tick()
    world.clock.to("2026-02-28 18:00")
    wang.forgets()
    world.tick()
    (said,) = wang.heard
    assert said.text.splitlines()[1:6] == [
        "• 周报 02/22–02/28：2/28 周六 24:00 前",
        "• 月报 2026-02（含销售技能总结）：2/28 周六 24:00 前",
        "• 日报 2/27 周五：时间已过，仍可补交",
        "稍后还有：日报 2/28 周六（3/1 周日 08:00 前）",
        "草稿已按您的记录整理好，请过目后再提交。",
    ]
    assert said.buttons == ["周报 02/22–02/28", "月报 2026-02", "日报 02/27"]


def test_what_falls_due_within_a_week_is_mentioned_and_nothing_later(world: World) -> None:
    world.clock.to("2026-11-09 10:00")
    wang = world.manager("王芳")
    world.clock.to("2026-11-09 20:00")
    world.tick()
    assert wang.last.text.splitlines()[2:] == ["稍后还有：周报 11/08–11/14（11/14 周六 24:00 前）"]
    assert "月报 2026-11" in wang.says("待交").last.text


def test_on_the_first_the_order_rate_comes_with_its_computed_draft(world: World) -> None:
    world.clock.to("2026-10-31 10:00")
    wang = world.manager("王芳", ("杭州甲", "杭州乙"))
    put_on_post(world, "杭州甲", "9月一期", ["张伟", "李娜"], date(2026, 9, 7))
    world.tick()
    world.clock.to("2026-11-01 09:30")
    world.tick()
    said = wang.last
    reminder, first, second = said.text.split("\n\n")
    assert reminder.splitlines()[1:3] == [
        "• 出单率报送 2026-10 · 杭州甲：11/4 周三 24:00 前",
        "• 出单率报送 2026-10 · 杭州乙：11/4 周三 24:00 前",
    ]
    assert first.splitlines()[0] == "出单率报送 2026-10 · 杭州甲"
    assert "9月一期：出单率 0/2 = 0.0%，平均出单水平 0/2 = 0.00" in first
    assert "零报送" in second
    assert said.buttons[:2] == ["出单率报送 2026-10 杭州甲", "出单率报送 2026-10 杭州乙"]


def test_on_saturday_the_weekly_comes_with_its_draft_and_at_night_without(world: World) -> None:
    world.clock.to("2026-11-08 10:00")
    wang = world.manager("王芳", "杭州甲")
    put_on_post(world, "杭州甲", "11月一期", ["张伟", "李娜"], date(2026, 11, 2))
    world.tick()
    world.clock.to("2026-11-14 18:00")
    world.tick()
    assert "\n\n周报 11/08–11/14\n新人出单\n" in wang.last.text
    assert "尚未陪访：张伟, 李娜" in wang.last.text
    world.clock.to("2026-11-14 22:00")
    world.tick()
    assert "新人出单" not in wang.last.text


def test_a_draft_too_long_for_the_message_is_left_to_its_button(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "MAX_MESSAGE", 300)
    world.clock.to("2026-11-08 10:00")
    wang = world.manager("王芳")
    world.tick()
    world.clock.to("2026-11-14 18:00")
    world.tick()
    assert wang.last.text.endswith("草稿已按您的记录整理好，请过目后再提交。")
    assert wang.last.buttons[0] == "周报 11/08–11/14"


def test_the_last_call_is_gentle(world: World) -> None:
    world.clock.to("2026-11-09 10:00")
    wang = world.manager("王芳", language="en")
    world.tick()
    world.clock.to("2026-11-10 07:00")
    world.tick()
    assert wang.last.text.splitlines()[:2] == [
        "⏰ Just in case it slipped by: your daily report is not here yet.",
        "• Daily report Mon 11/9: by Tue 11/10 08:00",
    ]


def test_a_report_that_came_in_before_sending_is_not_asked_for(world: World) -> None:
    """P5: the reminder is planned, the report comes, the reminder is dropped."""
    world.clock.to("2026-11-09 10:00")
    wang = world.manager("王芳")
    world.tick()
    check_in(wang.says("日报"))
    world.clock.to("2026-11-09 20:00")
    assert plans(world).reminders == 1
    wang.taps("确认")
    (reminder,) = [m for m in world.all_of(OutboxMessage) if m.kind == "reminder"]
    assert reminder.state in (OutboxState.dropped, OutboxState.sent)
    assert "温馨提醒" not in wang.texts


def test_a_reminder_planned_for_somebody_who_then_went_on_leave_or_away_is_dropped(world: World) -> None:
    world.clock.to("2026-11-09 10:00")
    wang, li = world.manager("王芳"), world.manager("李娜")
    world.clock.to("2026-11-09 20:00")
    assert plans(world).reminders == 2
    away, gone, day = world.stored(wang).id, world.stored(li), date(2026, 11, 9)
    assert away is not None
    with world.database.transaction() as session:
        session.add(Leave(person_id=away, first_day=day, last_day=day, recorded_at=world.clock.now()))
        session.merge(gone).state = PersonState.deactivated
    world.settle()
    assert wang.heard == []
    assert li.heard == []
    assert {m.state for m in world.all_of(OutboxMessage)} == {OutboxState.dropped}


def test_on_days_not_announced_times_are_an_estimate(world: World) -> None:
    world.clock.to("2026-12-30 10:00")
    wang = world.manager("王芳")
    world.clock.to("2026-12-30 20:00")
    world.tick()
    assert "预计 12/31 周四 08:00 前（假期未公布" in wang.last.text


def test_a_press_of_07_58_answered_after_an_outage_is_on_time_and_nobody_is_listed_for_it(world: World) -> None:
    """P3 and P5: down from 07:00 to 09:30; one board at once, without the one who pressed in time."""
    world.clock.to("2026-11-09 10:00")
    wang, li = world.manager("王芳"), world.manager("李娜")
    group = world.group(wang, li)
    world.tick()
    world.clock.to("2026-11-10 06:55")
    check_in(wang.says("日报"))
    world.tick()
    world.clock.to("2026-11-10 07:58")
    wang.taps("确认", settle=False)
    li.forgets()

    world.clock.to("2026-11-10 09:30")
    restart_and_receive(world)
    assert world.tick().posts == 0, "the board waits for what was said before it"
    assert world.tick().posts == 1
    (report,) = world.all_of(Report)
    assert report.state == "on_time"
    (board,) = world.heard_in(group)
    assert board.text.splitlines() == [
        "📋 日报 11/9 周一",
        "已交：1/2 = 50.0%",
        "按时：1/2 = 50.0%",
        "✅ 按时 (1)：王芳",
        "⏳ 待交 (1)：李娜",
    ]
    assert li.heard == [], "no stale last call"
    world.tick()
    assert len(world.heard_in(group)) == 1


def test_what_an_outage_held_up_rings_no_phone_at_night(world: World) -> None:
    world.clock.to("2026-11-09 10:00")
    world.manager("王芳")
    world.tick()
    world.clock.to("2026-11-10 03:00")
    world.tick()
    calls = [c for c in world.stand_in.journal.calls(ok=True) if c.method == "sendMessage"]
    assert calls[-1].params["disable_notification"] == "true"
    world.clock.to("2026-11-10 07:00")
    world.tick()
    calls = [c for c in world.stand_in.journal.calls(ok=True) if c.method == "sendMessage"]
    assert "disable_notification" not in calls[-1].params


def test_admins_hear_of_the_calendar_of_people_out_of_reach_and_of_an_outage(world: World) -> None:
    world.clock.to("2026-11-09 08:30")
    world.manager("王芳")
    shy = world.manager("李娜")
    admin = world.admin()
    hidden = world.stored(shy)
    with world.database.transaction() as session:
        session.merge(hidden).reachable = False
    world.tick()
    world.clock.to("2026-11-10 09:00")
    world.tick()
    assert "2027 年的放假安排还没有载入" in admin.texts
    assert "有 1 位经理收不到我的消息和提醒：李娜" in admin.texts
    assert "有 2 条提醒未能发出" in admin.texts
    assert world.stored(admin).role is Role.admin


def test_forged_buttons_start_nothing(world: World) -> None:
    wang = world.manager("王芳", "杭州甲")
    world.manager("李娜", "杭州乙")
    wang.says("/due")
    message_id = wang.heard[-1].message.message_id
    for data, answer in (
        ("go:daily:never", "按钮已失效"),
        ("go:plan:2026-12:2", "不归您负责"),
        ("go", "按钮已失效"),
        ("go:weekly:2026-11-24", "按钮已失效"),
    ):
        assert answer in wang.presses(message_id, data).toast
    wang.presses(message_id, "go:daily:2026-10-01")
    assert "只能补交最近7天" in wang.last.text
