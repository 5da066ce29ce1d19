"""Spot checks 抽查: with written feedback, which counts for coverage from ten characters (handbook §5.4, §6)."""

from datetime import date

from storage.coverage import current_coverage
from storage.follow_up import SpotCheck
from storage.people import CompanyId
from tests.chat import Phone, World
from tests.seed import put_on_post


def office(world: World) -> Phone:
    """王芳 with two people on post."""
    wang = world.manager("王芳", "杭州甲")
    put_on_post(world, "杭州甲", "11月一期", ["张伟", "李娜"], date(2026, 11, 16))
    return wang


def checked(world: World) -> tuple[int, int]:
    """Numerator and denominator of the spot-check coverage of today."""
    with world.session() as session:
        now = current_coverage(session, [CompanyId(1)], world.clock.today)
        return now.checked, now.stayed


def test_feedback_counts_from_ten_characters(world: World) -> None:
    wang = office(world)
    wang.says("抽查").taps("张伟").taps("基本功").taps("一般").says("流程熟悉要多问话")
    assert "8" in wang.last.text
    assert "10" in wang.last.text
    assert world.all_of(SpotCheck) == []
    assert checked(world) == (0, 2)

    wang.says("流程熟悉还要多问客户").taps("确认")
    assert "抽查已登记：张伟" in wang.last.text
    (check,) = world.all_of(SpotCheck)
    assert (check.topic, check.result, len(check.feedback)) == ("basics", "fair", 10)
    assert checked(world) == (1, 2)

    wang.says("/checkin").taps("上班").says("两家陪访")
    assert "抽查 1" in wang.last.text


def test_as_one_block_then_changed_with_versions_kept(world: World) -> None:
    wang = office(world)
    wang.says("抽查\n新人: 李娜\n日期: 昨天\n抽查内容: 制度\n结果: 不合格\n反馈: 考勤制度记错了，已当面讲解").taps(
        "确认"
    )
    (check,) = world.all_of(SpotCheck)
    assert (check.day, check.topic, check.result) == (date(2026, 11, 22), "rules", "poor")
    wang.taps("✏️").taps("修改").taps("结果").taps("一般").taps("确认")
    (check,) = world.all_of(SpotCheck)
    assert (check.result, [v["result"] for v in check.versions]) == ("fair", ["poor"])
    wang.taps("我的抽查")
    assert "李娜 · 制度规范，一般" in wang.last.text


def test_days_outside_the_window_are_kept_and_said_so(world: World) -> None:
    wang = office(world)
    wang.says("抽查\n新人: 张伟\n日期: 11/10\n内容: 促销\n结果: 好\n反馈: 促销政策三条都答对了，很好")
    assert "不计入覆盖率" in wang.last.text
    wang.taps("确认")
    assert checked(world) == (0, 2)


def test_only_people_of_ones_own_companies(world: World) -> None:
    wang, li = office(world), world.manager("李强", "宁波乙")
    put_on_post(world, "宁波乙", "二期", ["赵六"], date(2026, 11, 16))
    wang.says("抽查\n新人: 张伟\n内容: 基本功\n结果: 好\n反馈: 流程熟悉还要多问客户").taps("确认")
    li.says("抽查").says("张伟")
    assert "没有找到" in li.last.text or "张伟" in li.last.text
    assert "基本功" not in li.last.buttons
    conversation = li.last.message.message_id
    li.presses(conversation, "f:1:1:option:1")
    li.presses(conversation, "f:2:1:option:1")
    li.presses(conversation, "spot_edit:1")
    assert len(world.all_of(SpotCheck)) == 1
    assert world.all_of(SpotCheck)[0].versions == []


def test_a_phone_number_is_not_kept(world: World) -> None:
    wang = office(world)
    wang.says("抽查").taps("张伟").taps("基本功").taps("好").says("请回访客户 13800138000 并记录")
    assert "电话" in wang.last.text
    assert world.all_of(SpotCheck) == []
