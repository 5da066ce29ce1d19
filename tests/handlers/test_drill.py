"""Practice drills 陪练: time, people and content, three ticks, and problems that are carried into the next one."""

from datetime import date

from storage.follow_up import Drill
from storage.people import Role
from tests.chat import Phone, World
from tests.seed import put_on_post

NAMES = ["张伟", "李娜", "王强"]


def office(world: World) -> Phone:
    """王芳 with three people on post."""
    wang = world.manager("王芳", "杭州甲")
    put_on_post(world, "杭州甲", "11月一期", NAMES, date(2026, 11, 16))
    return wang


def drill_of(world: World) -> Drill:
    """The only drill."""
    (drill,) = world.all_of(Drill)
    assert isinstance(drill, Drill)
    return drill


def test_a_drill_by_buttons_and_its_problems_at_the_next_one(world: World) -> None:
    wang = office(world)
    wang.says("陪练").taps("14:00").taps("张伟").taps("李娜").taps("完成").taps("CRM操作").taps("一坐二演示三订单")
    wang.taps("完成").taps("两人演练").taps("纠正并示范").taps("完成")
    wang.says("介绍总是超过两分钟").taps("部分人要再练")
    (people,) = [line for line in wang.last.text.splitlines() if line.startswith("人员")]
    assert all(part in people for part in ("张伟", "李娜", "2"))
    assert "王强" not in people
    wang.taps("确认")
    assert "陪练已登记：11/23 周一，2人" in wang.last.text

    drill = drill_of(world)
    assert (drill.day, drill.starts, drill.content) == (date(2026, 11, 23), "14:00", "crm,three_steps")
    assert (drill.acted_out, drill.commented, drill.corrected) == (True, False, True)
    assert (drill.common_problems, drill.result, len(drill.hires)) == ("介绍总是超过两分钟", "partly", 2)

    wang.forgets().says("陪练")
    assert "上次陪练（11/23 周一）的共性问题：介绍总是超过两分钟" in wang.texts
    wang.taps("09:00").taps("11月一期").taps("完成").taps("sales kits").taps("完成").taps("跳过").taps("跳过")
    wang.taps("都会了")
    assert all(name in wang.last.text for name in NAMES)
    assert "介绍总是超过两分钟" in wang.last.text, "the card carries it, too"


def test_a_drill_as_one_block_and_typed_answers(world: World) -> None:
    wang = office(world)
    wang.says(
        "陪练\n日期: 11/20\n开始时间: 下午2点\n人员: 张伟、王强\n内容: CRM操作，其他\n其他内容: 打电话\n结果: 声音太小"
    )
    wang.says("确认")
    drill = drill_of(world)
    assert (drill.day, drill.starts, drill.content) == (date(2026, 11, 20), "14:00", "crm,other:打电话")
    assert (drill.result, drill.acted_out, drill.common_problems) == ("声音太小", False, "")

    wang.taps("✏️").taps("修改").taps("结果").says("都会了").taps("确认")
    drill = drill_of(world)
    assert drill.result == "good"
    assert [version["result"] for version in drill.versions] == ["声音太小"]
    wang.says("陪练 列表")
    assert "11/20 周五 14:00 · " in wang.last.text
    assert "张伟" in wang.last.text
    assert "打电话" in wang.last.text


def test_what_cannot_be_taken_gets_one_friendly_sentence(world: World) -> None:
    wang = office(world)
    wang.says("陪练").says("随便")
    assert "时间" in wang.last.text
    wang.says("14:00").taps("完成")
    assert "请至少选" in wang.last.text
    wang.says("赵六")
    assert "赵六" in wang.last.text
    assert world.all_of(Drill) == []


def test_people_of_two_companies_are_two_drills(world: World) -> None:
    wang = world.manager("王芳", ("杭州甲", "宁波乙"))
    put_on_post(world, "杭州甲", "一期", ["张伟"], date(2026, 11, 16))
    put_on_post(world, "宁波乙", "二期", ["李娜"], date(2026, 11, 16))
    wang.says("陪练").says("14:00").says("张伟 李娜")
    assert "请每家公司分别登记" in wang.last.text
    wang.says("李娜").says("CRM操作").says("跳过").says("跳过").says("都会了").says("确认")
    assert drill_of(world).company_id == 2


def test_with_nobody_on_the_roster_there_is_nothing_to_fill(world: World) -> None:
    wang = world.manager("王芳", "杭州甲")
    wang.says("陪练")
    assert "/roster" in wang.last.text


def test_a_drill_of_another_company_stays_closed(world: World) -> None:
    wang = office(world)
    wang.says("陪练\n时间: 9:00\n人员: 张伟\n内容: CRM\n结果: 好").says("确认")
    li, viewer = world.manager("李强", "宁波乙"), world.person("总经理", Role.viewer, "杭州甲")
    put_on_post(world, "宁波乙", "二期", ["赵六"], date(2026, 11, 16))
    li.says("陪练").says("9:00").says("张伟")
    assert "张伟 · 第" not in li.last.text
    assert "人员：" not in li.last.text
    li.says("取消").taps("放弃")
    li.presses(li.last.message.message_id, "drill_edit:1")
    assert "不是您可以修改的" in li.last.text
    viewer.says("/drill")
    assert "/drill" in viewer.last.text
    assert viewer.last.buttons == []
    assert drill_of(world).versions == []


def test_in_english(world: World) -> None:
    manager = world.manager("Wang", "杭州甲", language="en")
    put_on_post(world, "杭州甲", "11月一期", NAMES, date(2026, 11, 16))
    manager.says("drill\nStarts at: 14:00\nWho took part: 张伟\nContent: CRM, sales kits\nResult: good")
    assert "Result: Everybody can do it" in manager.last.text
    manager.says("confirm")
    assert "Drill saved: Mon 11/23, 1 person." in manager.last.text
