"""Composed reports: the draft, what is added, the subject, the state, versions, and the order-rate submission."""

from datetime import date

import pytest

from schedules import order_rate
from storage.kinds import ReportKind, ReportState
from storage.order_book import record_orders, refund
from storage.order_rules import OrderEntry
from storage.orders import Order
from storage.reports import OrderRateSnapshot, Report
from storage.roster import HireId
from storage.roster_rules import Recording
from tests.chat import World
from tests.seed import put_on_post


def sell(world: World, hire_id: int, day: date, quantity: int = 1) -> None:
    """Orders of a hire."""
    with world.database.transaction() as session:
        recording = Recording(by=None, now=world.clock.now(), today=world.clock.today)
        record_orders(session, [OrderEntry(HireId(hire_id), quantity, day)], recording, batch=f"{hire_id}-{day}")


def only_report(world: World, kind: ReportKind) -> Report:
    """The one report of a kind."""
    (report,) = [r for r in world.all_of(Report) if r.kind is kind]
    assert isinstance(report, Report)
    return report


def test_a_weekly_report_is_drafted_completed_and_sent_with_the_handbooks_subject(world: World) -> None:
    wang = world.manager("王芳", "杭州甲")
    put_on_post(world, "杭州甲", "11月一期", ["张伟", "李娜"], date(2026, 11, 16))
    world.clock.to("2026-11-28 17:00")

    wang.says("周报")
    assert "出单率 0/2 = 0.0% (进行中)" in wang.texts
    assert "尚未陪访：张伟, 李娜" in wang.texts
    wang.says("下周两场回炉\n一次抽查").taps("提交")

    assert "周报-王芳-261128" in wang.last.text
    assert "按时" in wang.last.text
    report = only_report(world, ReportKind.weekly)
    assert report.state is ReportState.on_time
    assert "下周两场回炉" in report.text
    assert "张伟" not in report.text, "who was not visited yet is the author's alone"


def test_24_00_is_late_and_one_second_before_is_not(world: World) -> None:
    """S12: weekly and monthly both end on Saturday 28 February 2026, a make-up working day."""
    world.clock.to("2026-02-28 12:00")
    early, late = world.manager("王芳"), world.manager("李强")
    for person in (early, late):
        person.says("周报").says("照计划")
        person.says("月报").says("照计划")

    world.clock.to("2026-02-28 23:59:59")
    early.taps("提交")
    early.taps("继续")
    early.taps("提交")
    world.clock.to("2026-03-01 00:00:00")
    late.taps("提交")
    late.taps("继续")
    late.taps("提交")

    states = {(r.person_id, r.kind): r.state for r in world.all_of(Report)}
    assert {state for (_, _), state in states.items()} == {ReportState.on_time, ReportState.late}
    for person, state in ((early, ReportState.on_time), (late, ReportState.late)):
        number = world.stored(person).id
        assert states[number, ReportKind.weekly] is state
        assert states[number, ReportKind.monthly] is state


def test_a_change_is_a_version_and_changes_no_state(world: World) -> None:
    wang = world.manager("王芳")
    world.clock.to("2026-11-28 17:00")
    wang.says("周报").says("照计划").taps("提交")
    world.clock.to("2026-11-29 09:00")

    wang.taps("修改")
    wang.says("下一步计划: 另有安排")
    wang.taps("提交")

    report = only_report(world, ReportKind.weekly)
    assert (report.version, report.state) == (2, ReportState.on_time)
    wang.taps("查看")
    wang.taps("第 1 版")
    assert "照计划" in wang.last.text


def test_nothing_closed_is_a_nil_return_with_one_tap(world: World) -> None:
    wang = world.manager("王芳")
    world.clock.to("2026-12-03 10:00")
    wang.says("出单率报送")
    assert "零报送" in wang.last.text
    wang.taps("确认报送")
    assert only_report(world, ReportKind.order_rate).state is ReportState.on_time
    assert world.all_of(OrderRateSnapshot)[0].lines == []


def test_a_submitted_figure_stays_and_the_next_submission_lists_the_correction(world: World) -> None:
    """Handbook §5.2: 已提交 …, 现值 … (更正: 退单1)."""
    wang = world.manager("王芳", "杭州甲")
    hires = put_on_post(world, "杭州甲", "10月一期", ["张伟", "李娜"], date(2026, 10, 10))
    assert hires[0].id is not None
    sell(world, hires[0].id, date(2026, 10, 20))
    world.clock.to("2026-12-02 10:00")
    wang.says("出单率报送")
    assert "10月一期：出单率 1/2 = 50.0%" in wang.last.text
    wang.taps("确认报送")

    world.clock.forward(minutes=5)
    with world.database.transaction() as session:
        order = session.get_one(Order, 1)
        recording = Recording(by=None, now=world.clock.now(), today=world.clock.today)
        refund(session, order, 1, world.clock.today, "客户取消", recording)
    wang.says("出单率报送")
    assert "已提交 1/2, 现值 0/2 (更正: 退单1)" in wang.last.text
    world.clock.to("2027-01-04 10:00")
    wang.says("出单率报送")
    assert "10月一期: 已提交 1/2, 现值 0/2 (更正: 退单1)" in wang.last.text
    wang.taps("确认报送")
    world.clock.to("2027-02-03 10:00")
    wang.says("出单率报送")
    assert "更正" not in wang.last.text, "a correction is listed once"


def test_at_24_00_on_the_5th_the_figures_are_locked_by_the_clock(world: World) -> None:
    world.manager("王芳", "杭州甲")
    put_on_post(world, "杭州甲", "10月一期", ["张伟"], date(2026, 10, 10))
    world.clock.to("2026-12-05 23:59")
    world.tick()
    assert world.all_of(OrderRateSnapshot) == []
    world.clock.to("2026-12-06 00:00")
    world.tick()
    (snapshot,) = world.all_of(OrderRateSnapshot)
    assert snapshot.confirmed_by is None
    assert [line["on_post"] for line in snapshot.lines] == [1]


def test_the_clock_locks_many_companies_a_few_at_a_time_and_each_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_rate, "LOCKED_AT_ONCE", 2)
    for name in ("杭州甲", "温州乙", "宁波丙", "苏州丁"):
        world.manager(f"经理{name}", name)
        put_on_post(world, name, "10月一期", ["张伟"], date(2026, 10, 10))
    world.manager("钱进", "无锡戊")
    locked: list[int] = []
    for moment in ("2026-12-06 00:00", "2026-12-06 00:01", "2026-12-06 00:02", "2026-12-06 00:03"):
        world.clock.to(moment)
        world.tick()
        locked.append(len(world.all_of(OrderRateSnapshot)))
    assert locked == [2, 4, 4, 4]
    assert len({snapshot.company_id for snapshot in world.all_of(OrderRateSnapshot)}) == 4


def test_the_plan_wants_every_week(world: World) -> None:
    """S24: sent on 2026-11-25 it is on time (lenient); an empty week is an error."""
    wang = world.manager("王芳", "杭州甲")
    world.clock.to("2026-11-25 10:00")
    wang.says("下月计划")
    for _ in range(4):
        wang.taps("＋")
    wang.taps("就这些")
    assert "还没有安排" in wang.last.text
    assert world.all_of(Report) == []
    wang.taps("＋ 5.").taps("就这些").says("无").taps("提交")
    assert only_report(world, ReportKind.plan).state is ReportState.on_time


def test_a_company_that_is_not_ones_own_cannot_be_reported_for(world: World) -> None:
    wang = world.manager("王芳", "杭州甲")
    world.manager("李强", "宁波乙")
    wang.says("/report")
    message = wang.last.message.message_id
    wang.presses(message, "report:start:order_rate:2026-10:2")
    assert world.all_of(Report) == []
    assert "确认报送" not in wang.last.buttons


def test_a_period_behind_the_word_chooses_the_report(world: World) -> None:
    wang = world.manager("王芳", "杭州甲")
    world.clock.to("2026-11-24 10:00")
    for typed, subject in (
        ("周报 上周", "周报-王芳-261121"),
        ("/report 周报 11/15", "周报-王芳-261121"),
        ("/monthly 10月", "月报-王芳-261031"),
        ("weekly", "周报-王芳-261128"),
    ):
        wang.says(typed)
        assert subject in wang.texts
        assert "已为您保留" not in wang.last.text, "nothing was filled in yet"
        wang.says("取消").forgets()


def test_the_monthly_holds_every_section_of_the_handbook(world: World) -> None:
    """Handbook §7: skills summary, plan against actual, KPI card, next month's plan, corrections."""
    world.clock.to("2026-10-25 10:00")
    wang = world.manager("王芳", "杭州甲")
    zhao, *_ = put_on_post(world, "杭州甲", "9月批", ["赵一", "钱二"], date(2026, 9, 3))
    sell(world, zhao.id or 0, date(2026, 9, 10))
    wang.says("/plan 11月").says("第一周 入职 11/2-11/6 杭州 张老师 12")
    for week in "2345":
        wang.taps(f"＋ {week}.")
    wang.taps("就这些").says("无").taps("提交")
    world.clock.to("2026-11-05 10:00")
    wang.says("出单率报送").taps("确认报送")
    wang.says("/session\n类型: 入职\n主题: 产品知识\n时间: 9-11\n应到: 12\n实到: 11\n小结: 产品知识讲完并考试了").says(
        "确认"
    )
    world.clock.forward(minutes=5)
    wang.says("退单").taps("赵一").says("客户退货").taps("确认")
    world.clock.to("2026-11-24 10:00")

    wang.forgets().says("月报")

    for line in (
        "销售技能总结\n还没有交",
        "计划与实际\n入职：计划 1 场 12 人，实际 1 场 11 人次",
        "合计：0.0 / 85 (另15分待确认)",
        "下月培训计划 2026-12\n还没有交",
        "9月批: 已提交 1/2, 现值 0/2 (更正: 退单1)",
    ):
        assert line in wang.texts, line
    wang.says("下月两场回炉").taps("提交")
    text = only_report(world, ReportKind.monthly).text
    assert "计划与实际" in text
    assert "85" not in text, "the KPI card is for the author's eyes"
