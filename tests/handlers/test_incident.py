"""Incidents: complaints 投诉 and breaches of the rules 违规, which the monthly report lists."""

from datetime import date

from storage.problems import Incident
from tests.chat import World


def test_the_word_says_already_which_it_is(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("投诉").says("约好的拜访没有去").taps("跳过").taps("确认")
    wang.says("违规：新人代打卡一次\n处理：已谈话提醒").taps("确认")
    first, second = world.all_of(Incident)
    assert (first.kind, first.text, first.handling) == ("complaint", "约好的拜访没有去", "")
    assert (second.kind, second.text, second.handling) == ("breach", "新人代打卡一次", "已谈话提醒")
    assert second.day == date(2026, 11, 23)


def test_the_handling_is_added_later_and_the_monthly_report_lists_it(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("/incident").taps("投诉").says("约好的拜访没有去").taps("跳过").taps("确认")
    assert "随时补充" in wang.last.text
    wang.taps("全部记录")
    assert "待处理" in wang.last.text
    wang.taps("✏️").taps("修改").taps("处理").says("当天道歉并上门").taps("确认")
    assert world.all_of(Incident)[0].handling == "当天道歉并上门"
    world.clock.to("2026-11-30 17:00")
    wang.says("月报")
    assert "约好的拜访没有去" in wang.texts


def test_wrong_input(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("/incident").says("表扬")
    assert "表扬" in wang.last.text
    wang.taps("违规").says("太短")
    assert "5" in wang.last.text
    wang.says("客户 13800138000 来电投诉态度")
    assert "电话" in wang.last.text
    assert world.all_of(Incident) == []


def test_other_companies_incidents_stay_closed(world: World) -> None:
    wang, li = world.manager("王芳", "杭州甲"), world.manager("李强", "宁波乙")
    wang.says("投诉").says("约好的拜访没有去").taps("跳过").taps("确认")
    li.says("投诉 列表")
    assert "没有投诉或违规记录" in li.last.text
    li.presses(li.last.message.message_id, "incident_edit:1")
    assert "约好的拜访" not in li.texts


def test_with_several_companies_it_is_asked_which(world: World) -> None:
    wang = world.manager("王芳", ("杭州甲", "宁波乙"))
    wang.says("投诉\n经过: 约好的拜访没有去\n公司: 宁波乙").taps("确认")
    assert world.all_of(Incident)[0].company_id == 2
