"""The edge cases of handbook §5.2 that belong to the roster, and the steps of training, driven by chat."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from storage.order_book import record_orders
from storage.order_rules import OrderEntry
from storage.people import Company
from storage.roster import Cohort, EventKind, Hire, HireEvent, Stage
from storage.roster_rules import Recording
from tests.chat import Phone, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, now="2026-03-01 10:00")
    yield world
    world.close()


@pytest.fixture
def wang(world: World) -> Phone:
    """A manager with a cohort of four, two of them on post since 1 March."""
    wang = world.manager("王芳")
    wang.says("/roster new 一期").taps("确认")
    wang.says("名册 一期\n张伟 3/1\n李娜 3/1\n王强\n赵敏").taps("确认")
    return wang


def hire(world: World, name: str) -> Hire:
    found: list[Hire] = [h for h in world.all_of(Hire) if h.name == name]
    return found[-1]


def last_event(world: World, name: str) -> HireEvent:
    number = hire(world, name).id
    event: HireEvent = [e for e in world.all_of(HireEvent) if e.hire_id == number][-1]
    return event


def sell(world: World, name: str, day: str) -> None:
    number = hire(world, name).id
    assert number is not None
    with world.database.transaction() as session:
        told = Recording(None, world.clock.now(), world.clock.today)
        record_orders(session, [OrderEntry(number, 1, date.fromisoformat(day))], told, "given")


def test_leaving_on_day_12_with_an_order_takes_one_from_the_numerator(world: World, wang: Phone) -> None:
    world.clock.to("2026-03-12 18:00")
    sell(world, "张伟", "2026-03-05")
    wang.says("/roster 张伟").taps("离职").taps("今天").taps("个人原因")
    assert "张伟: 第12天离职: 分子减1, 分母不变" in wang.last.text
    assert "已有的出单仍计入平均出单水平" in wang.last.text
    wang.taps("确认")
    assert "张伟: 第12天离职: 分子减1, 分母不变" in wang.last.text
    assert hire(world, "张伟").last_day == date(2026, 3, 12)


@pytest.mark.parametrize(("last_day", "said"), [("3/30", "第30天离职: 分子减1"), ("3/31", "第31天离职: 分子不变")])
def test_the_last_day_decides_up_to_day_30(world: World, wang: Phone, last_day: str, said: str) -> None:
    sell(world, "张伟", "2026-03-01")
    world.clock.to("2026-04-02 09:00")
    wang.says("/roster 张伟").taps("离职").taps("今天").taps("个人原因").says(f"最后工作日: {last_day}")
    assert said in wang.last.text


def test_leaving_in_training_touches_no_rate_and_is_not_an_elimination(world: World, wang: Phone) -> None:
    wang.says("/roster 王强").taps("离职").taps("主动离职").taps("今天").taps("个人原因")
    assert "上岗前离职，不影响出单率" in wang.last.text
    wang.taps("确认")
    assert hire(world, "王强").stage is Stage.left
    wang.says("/roster 赵敏").taps("离职").taps("淘汰").taps("今天")
    assert "计入培训淘汰" in wang.last.text
    wang.taps("确认")
    assert hire(world, "赵敏").stage is Stage.eliminated


def test_a_leaving_by_mistake_is_taken_back_at_once(world: World, wang: Phone) -> None:
    wang.says("/roster 张伟").taps("离职").taps("今天").taps("个人原因").taps("确认")
    assert hire(world, "张伟").stage is Stage.left
    wang.taps("↩ 撤销（人还在）")
    assert hire(world, "张伟").stage is Stage.on_post
    assert last_event(world, "张伟").kind is EventKind.rejoined
    assert "张伟 · 第1/30天" in wang.last.text


def test_an_old_undo_button_undoes_nothing_new(world: World, wang: Phone) -> None:
    wang.says("/roster 张伟").taps("离职").taps("今天").taps("个人原因").taps("确认")
    message = wang.last.message.message_id
    wang.taps("↩ 撤销（人还在）")
    wang.presses(message, f"ro:undo:{hire(world, '张伟').id}:2026-03-01")
    assert "没有可以撤销的内容了" in wang.toast
    assert hire(world, "张伟").stage is Stage.on_post


def test_leaving_before_an_order_or_before_the_post_is_refused(world: World, wang: Phone) -> None:
    world.clock.to("2026-03-12 18:00")
    sell(world, "张伟", "2026-03-10")
    wang.says("/roster 张伟").taps("离职").taps("今天").taps("个人原因").says("最后工作日: 3/9").taps("确认")
    assert "在 3/10 周二 还有出单" in wang.last.text
    wang.says("最后工作日: 2/27")
    assert "最后工作日不能更早" in wang.last.text
    assert hire(world, "张伟").stage is Stage.on_post


def test_rejoining_inside_the_window_is_the_same_episode(world: World, wang: Phone) -> None:
    world.clock.to("2026-03-10 18:00")
    wang.says("/roster 离职 张伟 3/8").taps("个人原因").taps("确认")
    world.clock.to("2026-03-20 09:00")
    wang.says("/roster 张伟").taps("重新入职")
    assert "时间不延长，仍到 3/30 周一 为止" in wang.last.text
    wang.taps("确认")
    assert len([h for h in world.all_of(Hire) if h.name == "张伟"]) == 1
    assert hire(world, "张伟").closes_on == date(2026, 3, 30)
    assert hire(world, "张伟").last_day is None


def test_rejoining_after_the_window_is_a_new_episode(world: World, wang: Phone) -> None:
    world.clock.to("2026-03-10 18:00")
    wang.says("/roster 离职 张伟 3/8").taps("个人原因").taps("确认")
    wang.says("/roster new 二期").taps("确认")
    world.clock.to("2026-04-20 09:00")
    wang.says("/roster 张伟").taps("重新入职").taps("二期")
    assert "在所选批次重新开始，原批次仍记为离职" in wang.last.text
    wang.taps("确认")
    old, new = (h for h in world.all_of(Hire) if h.name == "张伟")
    assert (old.stage, old.last_day) == (Stage.left, date(2026, 3, 8))
    assert new.cohort_id != old.cohort_id
    assert new.on_post is None


def test_moving_before_the_post_and_not_after(world: World, wang: Phone) -> None:
    wang.says("/roster new 二期").taps("确认")
    wang.says("/roster 王强").taps("换批次").taps("二期")
    assert "在哪个批次上岗，就计入哪个批次" in wang.last.text
    wang.taps("确认")
    second = next(c.id for c in world.all_of(Cohort) if c.name == "二期")
    assert hire(world, "王强").cohort_id == second
    assert "换批次" not in wang.says("/roster 张伟").last.buttons
    wang.presses(wang.last.message.message_id, f"ro:move:{hire(world, '张伟').id}")
    wang.taps("二期").taps("确认")
    assert "已上岗" in wang.last.text
    assert hire(world, "张伟").cohort_id != second


def test_correcting_the_on_post_date_says_what_changes(world: World, wang: Phone) -> None:
    sell(world, "张伟", "2026-03-01")
    world.clock.to("2026-03-08 09:00")
    wang.says("/roster 张伟").taps("更正上岗日期").says("3/4")
    assert "30天由 3/1 周日–3/30 周一 改为 3/4 周三–4/2 周四" in wang.last.text
    assert "期内出单：1 → 0" in wang.last.text
    assert "有 1 笔出单早于这一天" in wang.last.text
    wang.taps("确认")
    assert hire(world, "张伟").closes_on == date(2026, 4, 2)
    assert "期外出单：1（保留，不计入）" in wang.last.text


@pytest.mark.parametrize("typed", ["2026-03-09", "明天"])
def test_no_on_post_date_in_the_future(world: World, wang: Phone, typed: str) -> None:
    world.clock.to("2026-03-08 09:00")
    wang.says("/roster 张伟").taps("更正上岗日期").says(typed)
    assert "未来" in wang.last.text
    assert hire(world, "张伟").on_post == date(2026, 3, 1)


def test_absent_from_the_exam_and_again_from_the_make_up(world: World, wang: Phone) -> None:
    wang.says("/roster 王强").taps("考试/陪练/试岗").taps("请假缺考").taps("生病")
    assert "需要补考：王强" in wang.last.text
    wang.taps("确认")
    assert "待补考" in wang.last.text
    world.clock.to("2026-03-04 10:00")
    wang.taps("考试/陪练/试岗").taps("请假缺考").says("还没好")
    assert "补考也缺席，按0分计：王强" in wang.last.text
    wang.taps("确认")
    assert "考试未通过" in wang.last.text
    wang.taps("考试/陪练/试岗").taps("考试通过").taps("＋ 分数").says("85分").taps("确认")
    assert hire(world, "王强").exam_passed
    assert "考试通过，85 分" in wang.says("/history 王强").last.text


def test_a_failed_exam_keeps_the_post_closed(world: World, wang: Phone) -> None:
    wang.says("/roster 一期").taps("考试/陪练/试岗").taps("考试未通过").taps("王强").taps("确认")
    wang.says("/roster 一期").taps("考试/陪练/试岗").taps("陪练通过").taps("全部（2 人）").taps("确认")
    assert hire(world, "王强").drill_passed
    wang.says("/roster 上岗 王强")
    assert "都通过了吗" in wang.last.text


def test_trial_post_before_or_after_training_as_the_company_has_it(world: World, wang: Phone) -> None:
    wang.says("/roster 一期").taps("考试/陪练/试岗")
    labels = wang.last.buttons
    assert labels.index("考试通过") < labels.index("开始试岗")
    wang.taps("取消")
    with world.database.transaction() as session:
        session.get_one(Company, 1).trial_when = "before_training"
    wang.says("/roster 一期").taps("考试/陪练/试岗")
    labels = wang.last.buttons
    assert labels.index("开始试岗") < labels.index("考试通过")
    wang.taps("开始试岗").taps("全部（2 人）").taps("确认")
    assert "试岗 2" in wang.last.text
    wang.taps("考试/陪练/试岗").taps("试岗通过").taps("王强").taps("确认")
    wang.says("/roster 赵敏").taps("考试/陪练/试岗").taps("试岗未通过").taps("确认")
    assert hire(world, "王强").trial_passed is True
    assert hire(world, "赵敏").stage is Stage.failed


def test_going_on_post_from_the_trial_passes_it(world: World, wang: Phone) -> None:
    wang.says("/roster 王强").taps("考试/陪练/试岗").taps("开始试岗").taps("确认")
    wang.taps("上岗").taps("考试和陪练都通过")
    assert "以下人员记为试岗通过：王强" in wang.last.text
    wang.taps("确认")
    assert (hire(world, "王强").trial_passed, hire(world, "王强").stage) == (True, Stage.on_post)


def test_a_name_is_corrected_and_the_former_one_kept(world: World, wang: Phone) -> None:
    wang.says("/roster 张伟").taps("改姓名").says("13800138000")
    assert "电话" in wang.last.text
    wang.says("张玮").taps("确认")
    assert hire(world, "张玮").on_post == date(2026, 3, 1)
    assert "改姓名，原名：张伟" in wang.says("/history 张玮").last.text


def test_the_history_names_who_recorded_what(world: World, wang: Phone) -> None:
    text = wang.says("/history 张伟").last.text
    assert "1. 3/1 入职: 一期 (王芳, 3/1 10:00)" in text
    assert "5. 3/1 上岗 (王芳, 3/1 10:00)" in text
    assert "没有找到“李四”" in wang.says("/history 李四").last.text
    assert "请带上姓名" in wang.says("/history").last.text


def test_month_complete_follows_from_the_date(world: World, wang: Phone) -> None:
    world.clock.to("2026-03-30 12:00")
    assert "张伟 · 第30/30天" in wang.says("/roster 一期").last.text
    world.clock.to("2026-03-31 00:00")
    assert "张伟 · 满月" in wang.says("/roster 一期").last.text
    assert "满月 2" in wang.last.text


def test_somebody_who_gave_notice_is_still_there(world: World, wang: Phone) -> None:
    wang.says("/roster 张伟").taps("离职").taps("今天").taps("个人原因").says("最后工作日: 3/6").taps("确认")
    assert "新人 2" in wang.says("/roster 一期").last.text
    assert "张伟 · 3/6后离职" in wang.last.text
    world.clock.to("2026-03-07 08:00")
    assert "新人 1 · 离职 1" in wang.says("/roster 一期").last.text
