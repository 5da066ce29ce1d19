"""The roster by one line, as people type it without tapping their way (handbook §6)."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from storage.orders import Order
from storage.roster import Cohort, Hire, Stage
from tests.chat import Phone, World

MARCH_2 = date(2026, 3, 2)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """The bot on 30 November 2026, months after what is entered."""
    with closing(World(tmp_path, now="2026-11-30 10:00")) as world:
        yield world


@pytest.fixture
def wang(world: World) -> Phone:
    """A manager with a class of four in training since February."""
    wang = world.manager("王芳", "杭州甲")
    wang.says("新批次 3月一期 2026-02-16").taps("确认")
    wang.says("名册 3月一期\n张伟、李娜、王强、赵敏").taps("确认")
    return wang


def on_post(world: World) -> dict[str, date | None]:
    """Of each hire, since when."""
    return {hire.name: hire.on_post for hire in world.all_of(Hire)}


def test_a_cohort_begins_with_its_name_and_date(world: World, wang: Phone) -> None:
    (cohort,) = world.all_of(Cohort)
    assert (cohort.name, cohort.starts_on) == ("3月一期", date(2026, 2, 16))


@pytest.mark.parametrize(
    ("typed", "left_out"),
    [
        ("上岗 全部 2026-03-02", ()),
        ("名册 上岗 3月一期 2026年3月2日", ("张伟", "李娜", "王强", "赵敏")),
        ("上岗 3月一期 全部 2026-03-02", ()),
        ("/roster on-post all 2026-03-02", ()),
        ("上岗 除了王强 2026-03-02", ("王强",)),
        ("上岗：张伟、李娜、王强　２０２６－０３－０２", ("赵敏",)),
    ],
)
def test_on_post_by_one_line(world: World, wang: Phone, typed: str, left_out: tuple[str, ...]) -> None:
    wang.says(typed)
    if len(left_out) == 4:
        wang.taps("全部")
        left_out = ()
    wang.taps("考试和陪练都通过").taps("确认")
    assert on_post(world) == {n: None if n in left_out else MARCH_2 for n in ("张伟", "李娜", "王强", "赵敏")}


def test_a_date_typed_at_the_question_or_at_the_card_is_the_on_post_date(world: World, wang: Phone) -> None:
    wang.says("上岗 全部").says("2026-03-01")
    assert "都通过了吗" in wang.last.text
    wang.taps("考试和陪练都通过")
    assert "上岗日期：3/1 周日" in wang.last.text
    wang.says("2026-12-24")
    assert "未来" in wang.last.text
    wang.says("2026-03-02").taps("确认")
    assert set(on_post(world).values()) == {MARCH_2}


def test_two_dates_in_one_message_are_not_mixed_up(world: World, wang: Phone) -> None:
    wang.says("上岗\n张伟 3/2\n李娜 3/4")
    assert "一次只登记一个日期" in wang.last.text
    assert set(on_post(world).values()) == {None}


def test_leaving_with_date_and_reason(world: World, wang: Phone) -> None:
    wang.says("上岗 全部 2026-03-02").taps("考试和陪练都通过").taps("确认")
    wang.says("离职 张伟 李娜 2026-03-11 个人原因")
    assert "张伟: 第10天离职: 分子不变, 分母不变" in wang.last.text
    wang.taps("确认")
    left = [hire for hire in world.all_of(Hire) if hire.stage is Stage.left]
    assert {(hire.name, str(hire.last_day), hire.left_reason) for hire in left} == {
        ("张伟", "2026-03-11", "个人原因"),
        ("李娜", "2026-03-11", "个人原因"),
    }


def test_a_last_day_is_corrected_without_asking_for_the_reason_again(world: World, wang: Phone) -> None:
    wang.says("上岗 全部 2026-03-02").taps("考试和陪练都通过").taps("确认")
    wang.says("离职 张伟 3/15 另有工作").taps("确认")
    wang.taps("更正离职日期")
    assert "最后工作日是哪天" in wang.last.text
    wang.says("3/12")
    assert "张伟: 第11天离职" in wang.last.text
    assert "原因：另有工作" in wang.last.text
    wang.taps("确认")
    (left,) = [hire for hire in world.all_of(Hire) if hire.stage is Stage.left]
    assert left.last_day == date(2026, 3, 12)


def test_eliminated_with_a_reason(world: World, wang: Phone) -> None:
    wang.says("淘汰 王强 2/20 考试未通过").taps("确认")
    (out,) = [hire for hire in world.all_of(Hire) if hire.stage is Stage.eliminated]
    assert (out.name, str(out.last_day), out.left_reason) == ("王强", "2026-02-20", "考试未通过")


def test_a_command_word_is_never_taken_for_a_name(world: World, wang: Phone) -> None:
    wang.says("添加新人")
    assert "添加谁" in wang.last.text
    wang.says("日报")
    assert "上班、休息还是请假" in wang.last.text
    assert len(world.all_of(Hire)) == 4


def test_a_block_of_another_kind_is_taken_for_what_its_first_line_says(world: World, wang: Phone) -> None:
    wang.says("上岗 全部 2026-03-02").taps("考试和陪练都通过").taps("确认")
    wang.says("离职 张伟")
    wang.says("出单\n日期: 2026-03-20\n李娜 1\n王强 2")
    assert "已录入，共 3 单" in wang.texts
    assert len(world.all_of(Order)) == 2


@pytest.mark.parametrize(
    "typed", ["名册 3月一期 钱七、孙八", "添加新人 3月一期 钱七 孙八", "名册 添加 一期\n钱七\n孙八"]
)
def test_people_are_added_to_a_cohort_in_one_line(world: World, wang: Phone, typed: str) -> None:
    wang.says(typed).taps("确认")
    assert [hire.name for hire in world.all_of(Hire)][4:] == ["钱七", "孙八"]


def test_what_is_known_of_one_hire_is_changed_in_one_line(world: World, wang: Phone) -> None:
    wang.says("新批次 4月一期 2026-03-16").taps("确认")
    wang.says("换批次 赵敏 4月一期").taps("确认")
    wang.says("上岗 张伟 李娜 2026-03-02").taps("考试和陪练都通过").taps("确认")
    wang.says("更正上岗日期 张伟 2026-03-04").taps("确认")
    wang.says("改名 李娜 李小娜").taps("确认")
    wang.says("离职 张伟 3/10 个人原因").taps("确认")
    wang.says("重新入职 张伟 3/12").taps("确认")
    hires = {hire.name: hire for hire in world.all_of(Hire)}
    assert set(hires) == {"张伟", "李小娜", "王强", "赵敏"}
    assert (hires["赵敏"].cohort_id, hires["张伟"].on_post) == (2, date(2026, 3, 4))
    assert hires["张伟"].stage is Stage.on_post


def test_after_going_on_post_nobody_changes_the_cohort(world: World, wang: Phone) -> None:
    wang.says("上岗 张伟 2026-03-02").taps("考试和陪练都通过").taps("确认")
    wang.says("换批次 张伟 4月一期")
    assert "目前不能这样登记：张伟" in wang.last.text
    assert "换批次" not in wang.last.buttons


def test_six_months_after_going_on_post_the_manager_says_if_somebody_earns(world: World, wang: Phone) -> None:
    wang.says("上岗 张伟 2026-05-30").taps("考试和陪练都通过").taps("确认")
    wang.says("上岗 李娜 2026-05-31").taps("考试和陪练都通过").taps("确认")
    wang.says("名册 张伟")
    assert "上岗满六个月，有收入了吗：未登记" in wang.last.text
    wang.taps("还没有收入").taps("有收入")
    assert "上岗满六个月，有收入了吗：是" in wang.last.text
    assert "六个月时有收入" in wang.says("履历 张伟").last.text
    world.clock.to("2026-11-30 11:00")
    assert "有收入" in wang.says("名册 李娜").last.buttons, "31 May is six months ago on the last of November"
    world.clock.to("2026-11-29 11:00")
    assert "有收入" not in wang.says("名册 李娜").last.buttons
