"""/due: what is owed and until when, over several companies, and what comes next."""

from storage.conversations import Conversation
from storage.people import Company
from storage.reports import Leave
from tests.chat import World


def test_several_companies_are_told_apart(world: World) -> None:
    world.clock.to("2026-11-23 10:00")
    wang = world.manager("王芳", ("杭州甲", "杭州乙"))
    world.tick()
    wang.says("/due")
    lines = wang.last.text.splitlines()
    assert lines == [
        "待提交",
        "• 下月培训计划 2026-12 · 杭州甲：11/24 周二 24:00 前",
        "• 下月培训计划 2026-12 · 杭州乙：11/24 周二 24:00 前",
        "接下来",
        "• 日报 11/23 周一：11/24 周二 08:00 前",
        "• 周报 11/22–11/28：11/28 周六 24:00 前",
        "• 月报 2026-11（含销售技能总结）：11/30 周一 24:00 前",
    ]
    assert wang.last.buttons[:2] == ["下月培训计划 2026-12 杭州甲", "下月培训计划 2026-12 杭州乙"]
    wang.taps("2026-12 杭州乙")
    (filling,) = world.all_of(Conversation)
    companies = {company.name: company.id for company in world.all_of(Company)}
    assert filling.state["values"]["company_id"] == companies["杭州乙"]


def test_on_the_target_day_the_time_from_which_it_is_late_is_told(world: World) -> None:
    world.clock.to("2026-11-25 10:00")
    wang = world.manager("王芳", "杭州甲")
    world.tick()
    wang.says("待交")
    assert "下月培训计划 2026-12 · 杭州甲：11/25 周三 24:00 前" in wang.last.text


def test_nothing_owed_is_said_kindly(world: World) -> None:
    viewer = world.admin()
    viewer.says("/due")
    assert viewer.last.text == "👍 目前没有待提交的报告。"


def test_what_leave_excuses_is_not_listed(world: World) -> None:
    world.clock.to("2026-11-09 10:00")
    wang = world.manager("王芳")
    world.tick()
    with world.database.transaction() as session:
        person = world.stored(wang)
        assert person.id is not None
        session.add(
            Leave(
                person_id=person.id,
                first_day=world.clock.today,
                last_day=world.clock.today,
                recorded_at=world.clock.now(),
            )
        )
    wang.says("/due")
    assert "日报" not in wang.last.text
    assert "周报 11/08–11/14" in wang.last.text
