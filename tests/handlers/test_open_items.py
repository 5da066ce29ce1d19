"""What is open comes back until it is closed, once a working day, in one message (handbook §6)."""

from datetime import date

import pytest

from schedules.planner import tick
from storage.follow_up import RideAlong
from storage.outbox import OutboxMessage, OutboxState
from storage.people import Company
from storage.reports import Leave
from tests.chat import ZONE, Phone, World
from tests.seed import put_on_post

HEADING = "早上好！以下事项还没有完成"


def office(world: World, **more: str) -> Phone:
    """王芳 with 张伟 on post, on Monday 2026-11-23."""
    wang = world.manager("王芳", "杭州甲", **more)
    put_on_post(world, "杭州甲", "11月一期", ["张伟"], date(2026, 11, 16))
    return wang


def accompany(world: World, wang: Phone, next_step_on: str = "11/25") -> RideAlong:
    """A ride-along whose next step has a date."""
    wang.says(
        "陪访\n新人: 张伟\n时段: 上午\n方式: 你干我看\n家数: 3\n客户: 陌拜\n优点: 开场自然大方\n"
        f"改进: 先问需求再演示产品吧\n下一步: 复盘两分钟介绍\n下一步日期: {next_step_on}"
    ).says("确认")
    ride = world.all_of(RideAlong)[-1]
    assert isinstance(ride, RideAlong)
    return ride


def three_open(world: World) -> Phone:
    """A next step of Wednesday, a problem and a session without summary, all of Monday."""
    wang = office(world)
    accompany(world, wang)
    wang.says("问题\n内容: 早上CRM系统很慢\n类别: 其他").says("确认")
    wang.says("培训记录\n类型: 回炉\n主题: 促单技巧\n时间: 9:00-9:30\n应到: 12\n实到: 11").says("确认")
    return wang


def told(phone: Phone) -> list[str]:
    """The morning messages."""
    return [said.text for said in phone.heard if HEADING in said.text]


def test_one_message_a_working_day_until_everything_is_closed(world: World) -> None:
    wang = three_open(world)
    world.passes_to("2026-11-24 09:25", minutes=30)
    assert told(wang) == []
    world.passes_to("2026-11-24 20:00")
    (only_the_summary,) = told(wang)
    assert "1. ✍️ 11/23 周一 促单技巧：缺小结" in only_the_summary
    assert "复盘" not in only_the_summary, "its date has not come"
    assert "CRM" not in only_the_summary, "two days have not passed"

    world.passes_to("2026-11-25 20:00", minutes=30)
    *_, text = told(wang)
    assert len(told(wang)) == 2
    assert text.splitlines()[1:] == [
        "1. ⏳ 11/25 周三 张伟：复盘两分钟介绍",
        "2. ✍️ 11/23 周一 促单技巧：缺小结",
    ]
    world.passes_to("2026-11-26 20:00", minutes=30)
    *_, text = told(wang)
    assert "2. ❓ 问题 #1：早上CRM系统很慢" in text
    assert len(told(wang)) == 3

    wang.taps("1 ✅ 完成")
    assert "已完成" in wang.toast
    assert "复盘" not in wang.last.text
    wang.taps("1 ❓ #1").taps("✅ 关闭").says("宽带已更换").taps("确认")
    wang.says("待办").taps("1 ✍️ 补小结").says("每人演练了两次促单，效果不错").taps("确认")
    wang.says("/todo")
    assert "没有待办事项" in wang.last.text
    wang.forgets()
    world.passes_to("2026-12-01 20:00", minutes=60)
    assert told(wang) == []


def test_days_off_and_leave_are_left_in_peace(world: World) -> None:
    wang = three_open(world)
    with world.database.transaction() as session:
        person_id = world.stored(wang).id
        assert person_id is not None
        for day in (24, 25):
            session.add(
                Leave(
                    person_id=person_id,
                    first_day=date(2026, 11, day),
                    last_day=date(2026, 11, day),
                    recorded_at=world.clock.now(),
                )
            )
    for off in ("11-24", "11-25", "11-28", "11-29"):
        world.clock.to(f"2026-{off} 09:30")
        world.tick()
        assert told(wang) == [], off
    world.clock.to("2026-11-30 09:30")
    world.tick()
    assert len(told(wang)) == 1


def test_a_company_that_works_on_saturdays_is_asked_on_saturdays(world: World) -> None:
    wang = three_open(world)
    with world.database.transaction() as session:
        session.get_one(Company, 1).work_week = "mon_sat"
    world.clock.to("2026-11-28 09:30")
    world.tick()
    assert len(told(wang)) == 1


def test_what_begins_during_the_day_waits_for_the_next_morning(world: World) -> None:
    wang = office(world)
    world.clock.to("2026-11-24 10:00")
    world.tick()
    accompany(world, wang, "今天")
    world.passes_to("2026-11-24 20:00", minutes=30)
    assert told(wang) == []
    world.passes_to("2026-11-25 09:30", minutes=30)
    assert len(told(wang)) == 1


def test_what_was_closed_before_it_is_sent_is_not_asked_for(world: World) -> None:
    wang = office(world)
    ride = accompany(world, wang)
    world.clock.to("2026-11-25 09:30")
    with world.database.transaction() as session:
        tick(session, world.clock.now(), ZONE)
    with world.database.transaction() as session:
        session.get_one(RideAlong, ride.id).next_step_closed_at = world.clock.now()
    world.settle()
    assert told(wang) == []
    (planned,) = [row for row in world.all_of(OutboxMessage) if row.kind == "open_items"]
    assert planned.key == f"open-items:2026-11-25:person {world.stored(wang).id}"
    assert planned.state is OutboxState.dropped


@pytest.mark.parametrize(("moment", "messages"), [("2026-11-25 15:00", 1), ("2026-11-25 21:00", 0)])
def test_after_an_outage_it_still_comes_by_day(world: World, moment: str, messages: int) -> None:
    wang = office(world)
    accompany(world, wang)
    world.clock.to("2026-11-24 20:00")
    world.tick()
    world.clock.to(moment)
    world.tick()
    assert len(told(wang)) == messages


def test_a_next_step_gets_a_new_date_and_comes_back_on_it(world: World) -> None:
    wang = office(world)
    accompany(world, wang)
    world.clock.to("2026-11-25 09:30")
    world.tick()
    wang.taps("📅 改日期").says("今天")
    assert "最早" in wang.last.text
    wang.taps("11/28 周六").taps("确认")
    assert "已改到 11/28 周六" in wang.last.text
    (ride,) = world.all_of(RideAlong)
    assert ride.next_step_on == date(2026, 11, 28)
    assert [version["next_step_on"] for version in ride.versions] == ["2026-11-25"]
    wang.taps("查看待办")
    assert "没有待办事项" in wang.last.text
    assert "之后还有 1 个下一步，最近的在 11/28 周六" in wang.last.text
    world.clock.to("2026-11-30 09:30")
    world.tick()
    assert len(told(wang)) == 2


def test_progress_lets_a_problem_rest_for_two_days(world: World) -> None:
    wang = office(world)
    wang.says("问题\n内容: 早上CRM系统很慢\n类别: 其他").says("确认")
    wang.taps("＋ 方案").says("换一条宽带").taps("王芳").taps("确认")
    world.clock.to("2026-11-25 18:00")
    wang.says("/todo")
    assert "问题 #1" in wang.last.text
    wang.says("/problem 1").taps("进度").taps("25%").taps("跳过").taps("确认")
    wang.says("/todo")
    assert "没有待办事项" in wang.last.text
    assert "另有 1 个问题在跟进中" in wang.last.text
    world.passes_to("2026-11-27 12:00", minutes=60)
    assert told(wang) == []
    world.clock.to("2026-11-30 09:30")
    world.tick()
    assert len(told(wang)) == 1


def test_only_managers_and_only_their_own(world: World) -> None:
    wang, li = three_open(world), world.manager("李强", "宁波乙")
    colleague, admin = world.manager("陈静", "杭州甲"), world.admin()
    world.clock.to("2026-11-26 09:30")
    world.tick()
    assert len(told(wang)) == 1
    assert told(li) == told(admin) == []
    (of_the_company,) = told(colleague)
    assert "CRM系统很慢" in of_the_company
    assert "复盘" not in of_the_company
    assert "促单" not in of_the_company

    li.says("/todo")
    message = li.last.message.message_id
    for data in ("todo:done:1:0", "todo:later:1", "todo:page:7", "todo:x", "todo:done:99"):
        li.presses(message, data)
    colleague.presses(colleague.last.message.message_id, "todo:done:1:0")
    assert "不是您的" in colleague.toast
    assert world.all_of(RideAlong)[0].next_step_closed_at is None
    wang.taps("1 ✅ 完成")
    wang.presses(wang.last.message.message_id, "todo:done:1:0")
    assert "已经完成了" in wang.toast


def test_a_long_list_is_paged_and_spoken_in_english(world: World) -> None:
    wang = office(world, language="en")
    for _ in range(10):
        accompany(world, wang)
    world.clock.to("2026-11-25 09:30")
    world.tick()
    assert "Good morning! This is still open:" in wang.last.text
    assert "8. ⏳ Wed 11/25 张伟" in wang.last.text
    assert "9. ⏳" not in wang.last.text
    wang.taps("2/2")
    assert "10. ⏳" in wang.last.text
    wang.taps("10 ✅ Done")
    assert "9. ⏳" in wang.last.text
    assert "10. ⏳" not in wang.last.text
