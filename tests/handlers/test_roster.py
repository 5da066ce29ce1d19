"""The roster by chat: cohorts, hires, going on post, leaving, and what the figures make of it (handbook §5, §6)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from storage.cohort_figures import CohortFigures, figures_of_companies
from storage.order_book import record_orders
from storage.order_rules import OrderEntry
from storage.ratios import format_level, format_rate
from storage.roster import Cohort, EventKind, Hire, HireEvent, Stage
from storage.roster_rules import Recording
from tests.chat import Phone, World

NAMES = [f"{surname}{given}" for surname in "张李王赵" for given in "伟娜强敏静"]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, now="2026-02-20 10:00")
    yield world
    world.close()


def new_cohort(phone: Phone, name: str = "") -> None:
    phone.says(f"/roster new {name}".strip())
    if not name:
        phone.taps("2026年")
    phone.taps("确认")


def hire(world: World, name: str) -> Hire:
    found: list[Hire] = [h for h in world.all_of(Hire) if h.name == name]
    return found[-1]


def kinds_of(world: World, name: str) -> list[EventKind]:
    number = hire(world, name).id
    return [event.kind for event in world.all_of(HireEvent) if event.hire_id == number]


def figures(world: World, on: str) -> list[CohortFigures]:
    with world.session() as session:
        return figures_of_companies(session, [h.company_id for h in world.all_of(Cohort)], date.fromisoformat(on))


def sell(world: World, name: str, day: str, quantity: int = 1) -> None:
    """Orders are recorded by their own command; here they are given."""
    number = hire(world, name).id
    assert number is not None
    with world.database.transaction() as session:
        told = Recording(None, world.clock.now(), world.clock.today)
        record_orders(session, [OrderEntry(number, quantity, date.fromisoformat(day))], told, "given")


def trained_class(world: World, phone: Phone) -> None:
    """S1 up to 2 March: 20 in training, 2 eliminated, 18 on post."""
    new_cohort(phone)
    phone.taps("添加新人").says("\n".join(f"{n}. {name}" for n, name in enumerate(NAMES, 1))).taps("确认")
    phone.taps("考试/陪练/试岗").taps("淘汰").says("张伟 李娜").taps("确认")
    world.clock.to("2026-03-02 09:00")
    phone.taps("上岗").taps("全部（18 人）").taps("考试和陪练都通过").taps("确认")


def test_s1_from_the_class_to_the_figures(world: World) -> None:
    wang = world.manager("王芳")
    trained_class(world, wang)
    assert "新人 18 · 淘汰 2" in wang.last.text

    world.clock.to("2026-03-11 18:00")
    wang.says("/roster 离职 王强 赵伟 赵娜").taps("今天").taps("个人原因")
    assert "王强: 第10天离职: 分子不变, 分母不变" in wang.last.text
    wang.taps("确认")

    world.clock.to("2026-03-31 20:00")
    stayers = [h.name for h in world.all_of(Hire) if h.stage is Stage.on_post]
    for name, quantity in zip(stayers, [1] * 9 + [2, 2, 4], strict=False):
        sell(world, name, "2026-03-20", quantity)

    (of_class,) = figures(world, "2026-04-01")
    assert format_rate(of_class.ordered_and_stayed, of_class.on_post) == "12/18 = 66.6%"
    assert format_level(of_class.orders, of_class.on_post) == "17/18 = 0.94"
    assert format_rate(of_class.on_post, of_class.started) == "18/20 = 90.0%"
    assert format_rate(of_class.eliminated, of_class.started) == "2/20 = 10.0%"
    assert format_rate(of_class.stayed, of_class.on_post) == "15/18 = 83.3%"
    assert of_class.closes_on == date(2026, 3, 31)
    assert not of_class.interim


def test_a_company_enters_those_already_on_post_in_one_go(world: World) -> None:
    wang = world.manager("王芳")
    new_cohort(wang, "2月一期")
    wang.says("名册 2月一期\n张伟 2/2\n李娜 2026-02-09\n王强、赵敏")
    card = wang.last.text
    assert "2/2 上岗 (1): 张伟" in card
    assert "2/9 上岗 (1): 李娜" in card
    assert "在训 (2): 王强、赵敏" in card
    assert "已上岗的人员，考试和陪练记为通过" in card
    assert "一个班一般不少于 10 人，加上这些共 4 人" in card
    wang.taps("确认")
    assert "张伟 · 第19/30天" in wang.last.text
    assert hire(world, "张伟").on_post == date(2026, 2, 2)
    assert kinds_of(world, "张伟") == [
        EventKind.hired,
        EventKind.training_started,
        EventKind.exam_passed,
        EventKind.drill_passed,
        EventKind.on_post,
    ]
    assert kinds_of(world, "王强") == [EventKind.hired, EventKind.training_started]


def test_a_small_class_is_no_matter_for_those_already_on_post(world: World) -> None:
    wang = world.manager("王芳")
    new_cohort(wang)
    wang.says("名册 批次\n张伟 2/2\n李娜 2/9")
    assert "不少于" not in wang.last.text


def test_nothing_is_saved_before_it_is_confirmed(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("/roster").taps("新批次").taps("2026年2月批次")
    assert world.all_of(Cohort) == []
    wang.taps("确认").taps("添加新人").says("张伟")
    assert world.all_of(Hire) == []
    wang.taps("取消").taps("放弃")
    assert world.all_of(Hire) == []


def test_a_cohort_has_its_facts_and_can_be_changed(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("/roster").taps("新批次").taps("2026年2月批次")
    assert "2026年2月批次" in wang.last.text
    wang.taps("＋ 班主任").says("李老师").taps("＋ 计划人数").says("约8人")
    assert "一个班一般不少于 10 人，目前计划 8 人" in wang.last.text
    wang.taps("＋ 区域").says("浙北").taps("确认")
    assert "浙北 · 班主任 李老师 · 计划 8 人" in wang.last.text
    wang.taps("修改批次").says("批次: 二月一期").taps("确认")
    (cohort,) = world.all_of(Cohort)
    assert (cohort.name, cohort.planned_size, cohort.region) == ("二月一期", 8, "浙北")


def test_the_second_cohort_of_a_month_is_numbered(world: World) -> None:
    wang = world.manager("王芳")
    new_cohort(wang)
    new_cohort(wang)
    assert [c.name for c in world.all_of(Cohort)] == ["2026年2月批次", "2026年2月批次2"]
    wang.says("/roster new 2026年2月批次").taps("确认")
    assert "公司已有同名批次" in wang.last.text


def test_a_class_that_begins_later_is_not_in_training_yet(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("/roster").taps("新批次").says("三月批").says("3/2").taps("确认")
    wang.taps("添加新人").says("张伟 李娜").taps("确认")
    assert "张伟 · 未开训" in wang.last.text
    world.clock.to("2026-03-02 09:00")
    wang.taps("考试/陪练/试岗").taps("开始培训").taps("全部（2 人）").taps("确认")
    assert "在训 2" in wang.last.text
    assert hire(world, "张伟").trained


def test_a_name_the_company_has_already_is_asked_about(world: World) -> None:
    wang = world.manager("王芳")
    new_cohort(wang)
    wang.taps("添加新人").says("张伟").taps("确认")
    wang.taps("添加新人").says("张伟 李娜")
    assert "有些姓名名册里已经有了" in wang.last.text
    wang.taps("不添加：张伟")
    assert "名册里已有：张伟 · 在训" in wang.last.text
    wang.taps("确认")
    assert sorted(h.name for h in world.all_of(Hire)) == ["张伟", "李娜"]
    wang.taps("添加新人").says("张伟").taps("同名不同人").taps("确认")
    assert sorted(h.name for h in world.all_of(Hire)) == ["张伟", "张伟", "李娜"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("13800138000", "请不要写电话号码"),
        ("一二三四五六七八九十一二三四五六七八九十一", "姓名超过 20 个字"),
        ("张伟 2026-02-21", "还没到"),
        ("张伟 2010-01-01", "太早了"),
        ("张伟 13/45", "不是能识别的日期"),
        ("张伟 上岗", "缺少上岗日期"),
        ("张伟 离职", "缺少最后工作日"),
        ("张伟 2/10 离职 2/3", "早于上岗日期"),
        ("张伟 2/10 淘汰", "没有上岗日期"),
        ("，、", "没有读到姓名"),
    ],
)
def test_wrong_names_are_refused_with_what_to_do(world: World, typed: str, said: str) -> None:
    wang = world.manager("王芳")
    new_cohort(wang)
    wang.taps("添加新人").says(typed)
    assert said in wang.last.text
    assert world.all_of(Hire) == []


def test_good_lines_go_on_and_wrong_ones_are_named(world: World) -> None:
    wang = world.manager("王芳")
    new_cohort(wang)
    wang.taps("添加新人").says("张伟\n李娜 2026-12-31\n王强")
    assert "未计入“李娜 2026-12-31”" in wang.last.text
    wang.taps("确认")
    assert [h.name for h in world.all_of(Hire)] == ["张伟", "王强"]


def test_a_name_with_markup_is_shown_as_it_is(world: World) -> None:
    wang = world.manager("王芳")
    new_cohort(wang)
    name = "<b>=1+1&"
    wang.taps("添加新人").says(name)
    assert f"在训 (1): {name}" in wang.last.text
    wang.taps("确认")
    assert f"1. {name} · 在训" in wang.last.text
    wang.taps(name)
    assert wang.last.text.startswith(f"{name} · 在训")
    wang.taps("离职").taps("主动离职").taps("今天").taps("个人原因").taps("确认")
    wang.says(f"/history {name}")
    assert f"履历 · {name}" in wang.last.text


def test_several_are_switched_on_one_by_one(world: World) -> None:
    wang = world.manager("王芳")
    new_cohort(wang)
    wang.taps("添加新人").says("张伟 李娜 王强 赵敏").taps("确认")
    wang.taps("上岗").taps("选多人…").taps("张伟").taps("赵敏").taps("完成").taps("考试和陪练都通过").taps("确认")
    assert [h.name for h in world.all_of(Hire) if h.on_post] == ["张伟", "赵敏"]
    wang.taps("上岗").says("除了王强").taps("考试和陪练都通过").taps("确认")
    assert [h.name for h in world.all_of(Hire) if h.on_post] == ["张伟", "李娜", "赵敏"]


def test_a_whole_class_is_on_post_in_four_taps_and_the_date_can_be_typed(world: World) -> None:
    wang = world.manager("王芳")
    new_cohort(wang)
    wang.taps("添加新人").says("张伟 李娜").taps("确认")
    wang.taps("上岗").taps("全部").taps("考试和陪练都通过").says("日期 2/16").taps("确认")
    assert {h.on_post for h in world.all_of(Hire)} == {date(2026, 2, 16)}


def test_only_those_who_passed_go_on_post(world: World) -> None:
    wang = world.manager("王芳")
    new_cohort(wang)
    wang.taps("添加新人").says("张伟 李娜").taps("确认")
    wang.says("/roster 张伟").taps("考试/陪练/试岗").taps("考试陪练都通过").taps("确认")
    wang.says("/roster 批次").taps("上岗").taps("全部").taps("只上岗已通过的 1 人")
    assert "暂不上岗：李娜" in wang.last.text
    wang.taps("确认")
    assert [h.name for h in world.all_of(Hire) if h.on_post] == ["张伟"]


def test_the_gate_opens_for_an_admin_with_a_reason_only(world: World) -> None:
    wang, admin = world.manager("王芳"), world.admin()
    new_cohort(wang)
    wang.taps("添加新人").says("张伟").taps("确认").taps("上岗")
    wang.taps("张伟")
    assert not any("特批" in label for label in wang.last.buttons)
    wang.says("特批上岗（写明原因）")
    assert hire(world, "张伟").on_post is None
    admin.says("/roster 张伟").taps("上岗").taps("特批上岗").says("有两年经验").taps("确认")
    assert hire(world, "张伟").on_post == date(2026, 2, 20)
    assert "管理员特批上岗：有两年经验" in admin.last.text
    assert not hire(world, "张伟").exam_passed


def test_who_goes_on_post_much_later_may_belong_to_the_next_cohort(world: World) -> None:
    wang = world.manager("王芳")
    new_cohort(wang, "一期")
    wang.taps("添加新人").says("张伟 李娜").taps("确认")
    wang.says("/roster 上岗 张伟").taps("考试和陪练都通过").taps("确认")
    new_cohort(wang, "二期")
    world.clock.to("2026-03-08 09:00")
    wang.says("/roster 上岗 李娜").taps("考试和陪练都通过")
    assert "还算这个批次吗" in wang.last.text
    wang.taps("二期").taps("确认")
    cohorts = {c.id: c.name for c in world.all_of(Cohort)}
    assert cohorts[hire(world, "李娜").cohort_id] == "二期"
    assert EventKind.moved in kinds_of(world, "李娜")


def test_fifteen_days_later_is_the_same_cohort(world: World) -> None:
    wang = world.manager("王芳")
    new_cohort(wang)
    wang.taps("添加新人").says("张伟 李娜").taps("确认")
    wang.says("/roster 上岗 张伟").taps("考试和陪练都通过").taps("确认")
    world.clock.to("2026-03-07 09:00")
    wang.says("/roster 上岗 李娜").taps("考试和陪练都通过")
    assert "还算这个批次吗" not in wang.last.text


def test_typed_words_open_what_they_name(world: World) -> None:
    wang = world.manager("王芳")
    new_cohort(wang, "11月一期")
    wang.taps("添加新人").says("张伟 张伟明").taps("确认")
    assert wang.says("/roster 11月一期").last.text.startswith("11月一期 · 杭州甲")
    assert wang.says("名册 张伟明").last.text.startswith("张伟明 · 在训")
    assert wang.says("/roster 张伟").last.text.startswith("张伟 · 在训")
    assert wang.says("/roster 张").last.buttons == ["张伟 · 在训", "张伟明 · 在训"]
    assert "没有叫“李四”的批次或新人" in wang.says("/roster 李四").last.text
    assert "没有找到“李四”" in wang.says("/roster 上岗 李四").last.text


def test_pasted_names_without_a_cohort_begin_one(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("名册\n张伟\n李娜")
    assert "请先建一个批次" in wang.texts
    wang.says("一期").taps("确认").says("名册\n张伟\n李娜").taps("确认")
    assert [h.name for h in world.all_of(Hire)] == ["张伟", "李娜"]


def test_a_long_cohort_is_paged_and_every_button_fits(world: World) -> None:
    wang = world.manager("王芳")
    new_cohort(wang)
    wang.taps("添加新人").says("\n".join(f"新{'甲乙丙丁戊己庚辛壬癸'[n // 10]}{n:03d}" for n in range(90))).taps("确认")
    assert "2/6 ›" in wang.last.buttons
    wang.taps("2/6 ›")
    assert "16. " in wang.last.text
    wang.taps("上岗").taps("全部（90 人）").taps("考试和陪练都通过").taps("确认")
    assert len([h for h in world.all_of(Hire) if h.on_post]) == 90


def test_the_roster_in_english(world: World) -> None:
    jane = world.manager("Jane Wang", language="en")
    jane.says("/roster").taps("New cohort").says("Spring").taps("Confirm").taps("Add hires").says(
        "Li Na\nZhang Wei 2/2"
    ).taps("Confirm")
    assert "Zhang Wei · day 19/30" in jane.last.text
    jane.says("/roster left Zhang Wei").taps("Today").taps("Own wish")
    assert "Zhang Wei: leaves on day 19: numerator unchanged, denominator unchanged" in jane.last.text


def test_the_forms_of_the_help_can_be_sent_as_they_are(world: World) -> None:
    world.clock.to("2026-11-23 10:00")
    wang = world.manager("王芳")
    wang.says("/help roster")
    wang.says("名册 新批次\n批次: 11月一期\n开班日期: 11/2\n计划人数: 20\n班主任: 李娜").taps("确认")
    (cohort,) = world.all_of(Cohort)
    assert (cohort.name, cohort.starts_on, cohort.planned_size) == ("11月一期", date(2026, 11, 2), 20)
    wang.says("名册 11月一期\n李娜\n张伟 11/2").taps("确认")
    wang.says("名册 考试 李娜").taps("考试陪练都通过").taps("确认")
    wang.says("名册 上岗 李娜 11/2").taps("确认")
    assert {h.on_post for h in world.all_of(Hire)} == {date(2026, 11, 2)}
    wang.says("名册 离职 李娜 11/20").taps("个人原因").taps("确认")
    assert hire(world, "李娜").last_day == date(2026, 11, 20)


def test_eliminating_by_one_line(world: World) -> None:
    wang = world.manager("王芳")
    new_cohort(wang)
    wang.taps("添加新人").says("张伟 李娜 王强").taps("确认")
    wang.says("/roster 淘汰 张伟 李娜").taps("确认")
    assert [h.stage for h in world.all_of(Hire)] == [Stage.eliminated, Stage.eliminated, Stage.in_training]


def test_a_half_filled_form_goes_on_after_a_restart(world: World) -> None:
    wang = world.manager("王芳")
    new_cohort(wang)
    wang.taps("添加新人").says("张伟 李娜")
    world.restart()
    wang.taps("确认")
    assert [h.name for h in world.all_of(Hire)] == ["张伟", "李娜"]
    wang.presses(wang.last.message.message_id, "f:1:1:confirm")
    assert len(world.all_of(Hire)) == 2


def test_usual_ways_are_short(world: World) -> None:
    """Messages and taps, the command included: a class of 20 from nothing to on post."""
    wang = world.manager("王芳")
    steps = 0

    def does(said: str = "", tapped: str = "") -> None:
        nonlocal steps
        steps += 1
        wang.says(said) if said else wang.taps(tapped)

    does(said="/roster")
    does(tapped="新批次")
    does(tapped="2026年2月批次")
    does(tapped="确认")
    assert steps == 4
    does(tapped="添加新人")
    does(said="\n".join(NAMES))
    does(tapped="确认")
    assert len(world.all_of(Hire)) == 20
    does(tapped="上岗")
    does(tapped="全部")
    does(tapped="考试和陪练都通过")
    does(tapped="确认")
    assert all(h.on_post for h in world.all_of(Hire))
    assert steps == 11
    before = steps
    does(said="/roster 张伟")
    does(tapped="离职")
    does(tapped="今天")
    does(tapped="个人原因")
    does(tapped="确认")
    assert hire(world, "张伟").stage is Stage.left
    assert steps - before == 5


def test_as_many_long_names_as_a_message_holds_are_echoed_whole(world: World) -> None:
    wang = world.manager("王芳")
    new_cohort(wang)
    names = [f"欧阳{'慕容上官司马诸葛东方'[n % 10] * 14}&{n:03d}" for n in range(190)]
    wang.taps("添加新人").forgets().says("\n".join(names))
    assert all(name in wang.texts for name in names)
    wang.taps("确认")
    assert [h.name for h in world.all_of(Hire)] == names


def test_more_than_can_be_added_at_once_is_said(world: World) -> None:
    wang = world.manager("王芳")
    new_cohort(wang)
    wang.taps("添加新人").says("\n".join(f"新甲{n}" for n in range(201)))
    assert "一次最多添加 200 人" in wang.last.text


def test_s18_undecided_trials_are_not_counted(world: World) -> None:
    wang = world.manager("王芳")
    new_cohort(wang)
    names = [f"{surname}{given}" for surname in "张李王赵孙" for given in "伟娜强敏静"]
    wang.taps("添加新人").says("\n".join(names)).taps("确认")
    wang.taps("考试/陪练/试岗").taps("开始试岗").taps("全部（25 人）").taps("确认")
    wang.taps("考试/陪练/试岗").taps("试岗通过").says(" ".join(names[:19])).taps("确认")
    wang.taps("考试/陪练/试岗").taps("试岗未通过").says(" ".join(names[19:22])).taps("确认")
    (of_class,) = figures(world, "2026-02-20")
    assert of_class.trial_undecided == 3
    assert format_rate(of_class.trial_passed, of_class.trial_passed + of_class.trial_failed) == "19/22 = 86.3%"
