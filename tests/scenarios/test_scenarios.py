"""Every scenario with an exact answer, by its number, through chat: what is typed and tapped, and what is read.

Rosters come in by `/roster`, orders by 出单, leavers by 离职; figures are read from /cohort, /stats, the group's card,
the draft and the submission. Nothing is written past the chat. Driven elsewhere as well:

    over HTTP   tests/end_to_end/test_scenarios_over_http.py (S1, S2, S3, S5, S7, P4, P5, P6 as they stand here)
    S3, P1, P6  tests/handlers/test_orders.py            S12, S24  tests/handlers/test_report.py
    S1, S18     tests/handlers/test_roster.py            P2        tests/handlers/test_check_in.py (in process) and
    S14         tests/schedules/test_obligations.py                tests/end_to_end/test_over_http.py (SIGKILL)
    P4          tests/handlers/test_leave.py             P3        tests/end_to_end/test_over_http.py
    P5          tests/handlers/test_check_in.py
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from storage.kinds import ReportKind, ReportState
from storage.orders import Order
from storage.reports import Obligation, Report
from tests.chat import Phone, World
from tests.scenarios.classroom import (
    begins_class,
    check_in,
    drop,
    enters_on_post,
    leave,
    names_of,
    puts_on_post,
    refund,
    sell,
)

ODD = "<b>=1+1&"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """The bot on 9 February 2026."""
    with closing(World(tmp_path, now="2026-02-09 09:00")) as world:
        yield world


def spring_class(world: World, wang: Phone) -> list[str]:
    """S1 up to 11 March: 20 trainees, 2 eliminated, 18 on post on 2 March. Those on post."""
    trainees = names_of(20)
    begins_class(wang, "3月一期", trainees)
    wang.says(f"名册 淘汰 {' '.join(trainees[:2])}").taps("确认")
    world.clock.to("2026-03-02 09:00")
    puts_on_post(wang, trainees[2:])
    assert "新人 18 · 淘汰 2" in wang.last.text
    return trainees[2:]


def stayers_sell(world: World, wang: Phone, hires: list[str]) -> None:
    """Of the 15 who stay, 12 have orders: nine have 1, two have 2, one has 4."""
    world.clock.to("2026-03-25 18:00")
    sell(wang, dict(zip(hires[3:15], [1] * 9 + [2, 2, 4], strict=True)), "3/20")
    assert "共 17 单" in wang.last.text


def test_s1_three_leavers_without_orders(world: World) -> None:
    wang = world.manager("王芳", "杭州甲")
    group = world.group(wang)
    hires = spring_class(world, wang)
    world.clock.to("2026-03-11 18:00")
    leave(wang, hires[:3], "3/11")
    assert "第10天离职: 分子不变, 分母不变" in wang.last.text
    stayers_sell(world, wang, hires)

    world.clock.to("2026-03-31 23:59")
    assert "出单率 12/18 = 66.6% (进行中)" in wang.says("/cohort").last.text
    world.clock.to("2026-04-01 00:00")
    card = wang.says("/cohort").last

    for shown in (
        "出单率 12/18 = 66.6%\n",
        "平均出单水平 17/18 = 0.94\n",
        "培训通过率 18/20 = 90.0%\n",
        "淘汰率 2/20 = 10.0%\n",
        "留存率 15/18 = 83.3%\n",
        "新人期 2026-03-02 – 2026-03-31\n",
        "状态 最终",
    ):
        assert shown in card.text
    assert card.has_picture

    admin = world.admin()
    assert "合计出单率 12/18 = 66.6%" in admin.says("/stats 2026-03").last.text
    world.clock.to("2026-04-01 08:59")
    world.tick()
    assert not any(said.has_picture for said in world.heard_in(group)), "the card comes at 09:00"
    world.clock.to("2026-04-01 09:00")
    world.tick()
    (posted,) = [said for said in world.heard_in(group) if said.has_picture]
    assert "出单率 12/18 = 66.6%\n" in posted.text
    wang.says("出单率报送")
    assert "3月一期：出单率 12/18 = 66.6%，平均出单水平 17/18 = 0.94" in wang.last.text
    for wrong in ("12/15", "80.0%", "66.7%"):
        assert wrong not in wang.texts + admin.texts


def test_s2_two_of_the_leavers_had_sold(world: World) -> None:
    wang = world.manager("王芳", "杭州甲")
    hires = spring_class(world, wang)
    world.clock.to("2026-03-06 18:00")
    sell(wang, {hires[0]: 1, hires[1]: 1})
    world.clock.to("2026-03-11 18:00")
    leave(wang, hires[:3], "3/11")
    assert f"{hires[0]}: 第10天离职: 分子减1, 分母不变" in wang.last.text
    assert f"{hires[2]}: 第10天离职: 分子不变, 分母不变" in wang.last.text
    stayers_sell(world, wang, hires)
    world.clock.to("2026-04-02 10:00")

    card = wang.says("/cohort 3月一期").last.text
    submission = wang.says("出单率报送").last.text

    assert "出单率 12/18 = 66.6%\n" in card
    assert "平均出单水平 19/18 = 1.05\n" in card
    assert "3月一期：出单率 12/18 = 66.6%，平均出单水平 19/18 = 1.05" in submission
    assert "14/18" not in wang.texts.replace("期内出单", "")


def test_s3_an_order_of_day_31_is_kept_and_told(world: World) -> None:
    wang = world.manager("王芳", "杭州甲")
    li = world.manager("李强", "杭州甲")
    world.clock.to("2026-03-01 09:00")
    begins_class(wang, "两人")
    enters_on_post(wang, "两人", "3/1", ["张伟", "李娜"])

    world.clock.to("2026-03-30 18:00")
    wang.says("出单 张伟 1")
    assert "第30/30天" in wang.last.text
    world.clock.to("2026-03-31 18:00")
    li.says("出单 李娜 1")

    assert "第31天" in li.last.text
    assert "不计入" in li.last.text
    assert len(world.all_of(Order)) == 2, "it is kept"
    card = li.says("/cohort").last.text
    assert "出单率 1/2 = 50.0%\n" in card
    assert "平均出单水平 1/2 = 0.50\n" in card


def test_s5_staggered_starts(world: World) -> None:
    wang, admin = world.manager("王芳", "杭州甲"), world.admin()
    people = names_of(18)
    first, second, third = people[:10], people[10:15], people[15:]
    world.clock.to("2026-04-06 09:00")
    begins_class(wang, "4月批", people)
    puts_on_post(wang, first)
    world.clock.to("2026-04-09 09:00")
    puts_on_post(wang, second)
    world.clock.to("2026-04-13 09:00")
    puts_on_post(wang, third)
    world.clock.to("2026-05-06 10:00")
    sell(wang, dict.fromkeys([*first[:7], *second[:3], *third[:1]], 1), "4/20")

    card = wang.says("/cohort").last.text
    assert "出单率 11/18 = 61.1% (进行中)" in card
    assert "2026-04-06 – 2026-05-12" in card
    assert "4月批: 11/18 = 61.1% (进行中)" in admin.says("/stats").last.text

    world.clock.to("2026-05-08 18:00")
    wang.says(f"出单 {second[3]} 1")
    assert "第30/30天" in wang.last.text
    world.clock.to("2026-05-12 23:59")
    assert "12/18 = 66.6% (进行中)" in wang.says("/cohort").last.text
    world.clock.to("2026-05-13 18:00")
    wang.says(f"出单 {third[1]} 1")
    assert "第31天" in wang.last.text
    assert "出单率 12/18 = 66.6%\n" in wang.says("/cohort").last.text

    world.clock.to("2026-05-31 10:00")
    assert "12/18" not in wang.says("出单率报送").last.text, "the submission of April, due on 5 May"
    drop(wang)
    world.clock.to("2026-06-04 10:00")
    submission = wang.says("出单率报送").last.text
    assert "4月批：出单率 12/18 = 66.6%" in submission
    assert "周期 2026-05，截止 6/4 周四 24:00" in submission, "the strict reading of “by 5 June” is what is asked for"
    wang.taps("确认报送")
    (kept,) = [r for r in world.all_of(Report) if r.kind is ReportKind.order_rate]
    assert (kept.first_day, kept.state) == (date(2026, 5, 1), ReportState.on_time)


def test_s7_cohorts_that_close_in_one_month_are_pooled(world: World) -> None:
    wang, li, admin = world.manager("王芳", "杭州甲"), world.manager("李强", "温州乙"), world.admin()
    world.clock.to("2026-03-20 09:00")
    people = names_of(26)
    for manager, cohort, hires, sellers in (
        (wang, "大班", people[:18], 12),
        (wang, "小班", people[18:22], 1),
        (li, "小班", people[22:26], 1),
    ):
        begins_class(manager, cohort)
        enters_on_post(manager, cohort, "3/2", hires)
        sell(manager, dict.fromkeys(hires[:sellers], 1), "3/20")
    world.clock.to("2026-04-02 10:00")

    submission = wang.says("出单率报送").last.text
    assert "大班：出单率 12/18 = 66.6%" in submission
    assert "小班：出单率 1/4 = 25.0%" in submission
    assert "13/22 = 59.0%" in submission
    assert "合计出单率 13/22 = 59.0%" in wang.says("/stats 2026-03").last.text
    assert "1. 杭州甲: 13/22 = 59.0%" in admin.says("/rank 2026-03").last.text
    assert "合计出单率 14/26 = 53.8%" in admin.says("/stats 2026-03").last.text
    assert "合计出单率 1/4 = 25.0%" in li.says("/stats 2026-03").last.text


def test_s12_weekly_and_monthly_are_due_on_the_same_instant(world: World) -> None:
    early, late = world.manager("王芳"), world.manager("李强")
    world.clock.to("2026-02-28 20:00")
    for person in (early, late):
        for words in ("周报", "月报"):
            person.says(words)
            assert any("24:00" in said.text or "00:00" in said.text for said in person.heard)
            person.says("照计划")
    world.clock.to("2026-02-28 23:59:59")
    early.taps("提交").taps("继续").taps("提交")
    world.clock.to("2026-03-01 00:00:00")
    late.taps("提交").taps("继续").taps("提交")

    states = {(r.kind, r.person_id, r.state) for r in world.all_of(Report)}
    kinds = (ReportKind.weekly, ReportKind.monthly)
    mine = {
        (kind, world.stored(person).id, state)
        for kind in kinds
        for person, state in ((early, "on_time"), (late, "late"))
    }
    assert states == mine
    assert early.texts.count("已提交：按时") == late.texts.count("已提交：晚交") == 2


def test_s14_dailies_around_national_day_2026(world: World) -> None:
    """A board for each day that was required, and none for the others."""
    world.clock.to("2026-09-23 23:00")
    wang = world.manager("王芳", since="2026-09-24")
    group = world.group(wang)
    world.tick()
    required = [date(2026, 9, day) for day in (24, 28, 29, 30)] + [date(2026, 10, day) for day in (8, 9, 10, 12)]

    day = date(2026, 9, 24)
    while day <= date(2026, 10, 13):
        for time in ("07:00", "08:05", "20:00", "21:30"):
            world.clock.to(f"{day} {time}")
            world.tick()
        day += timedelta(1)

    owed = sorted(o.first_day for o in world.all_of(Obligation) if o.kind is ReportKind.daily)
    assert [day for day in owed if day <= date(2026, 10, 12)] == required
    boards = [said.text.splitlines()[0] for said in world.heard_in(group) if "日报" in said.text.splitlines()[0]]
    assert len(boards) == len(required)
    for day, heading in zip(required, boards, strict=True):
        assert f"{day.month}/{day.day} " in heading


def test_s14_the_daily_of_30_september_is_due_on_1_october_at_8(world: World) -> None:
    world.clock.to("2026-09-30 12:00")
    early, late = world.manager("王芳", since="2026-09-30"), world.manager("李强", since="2026-09-30")
    world.tick()
    for person in (early, late):
        person.says("日报").taps("上班").says("放假")
    world.clock.to("2026-10-01 07:59:59")
    early.taps("确认")
    world.clock.to("2026-10-01 08:00:00")
    late.taps("确认")
    assert {(r.person_id, r.first_day.isoformat(), r.state.value) for r in world.all_of(Report)} == {
        (world.stored(early).id, "2026-09-30", "on_time"),
        (world.stored(late).id, "2026-09-30", "late"),
    }


def test_s18_undecided_trials_are_not_counted(world: World) -> None:
    wang = world.manager("王芳", "杭州甲")
    people = names_of(25)
    begins_class(wang, "试岗批", people)
    wang.taps("考试/陪练/试岗").taps("开始试岗").taps("全部（25 人）").taps("确认")
    world.clock.to("2026-02-16 18:00")
    wang.says("/roster 试岗批").taps("考试/陪练/试岗").taps("试岗通过").says(" ".join(people[:19])).taps("确认")
    wang.taps("考试/陪练/试岗").taps("试岗未通过").says(" ".join(people[19:22])).taps("确认")

    card = wang.says("/cohort").last.text

    assert "试岗通过率 19/22 = 86.3% (3人待定)" in card
    assert "出单率 — (无人上岗)" in card
    assert "0/0" not in card


def test_s21_a_november_of_dailies(world: World) -> None:
    """21 working days: the 10th comes in late, the 17th never, and one on Sunday the 8th is extra."""
    world.clock.to("2026-10-31 12:00")
    wang, admin = world.manager("王芳", "杭州甲", since="2026-11-01"), world.admin()
    world.tick()
    for number in range(1, 31):
        day = date(2026, 11, number)
        if number == 11:
            world.clock.to("2026-11-11 08:00:00")
            wang.says("日报")
            wang.taps("11/10").taps("上班").says("补交").taps("确认")
            assert "晚交" in wang.last.text
        world.clock.to(f"{day} 18:00")
        world.tick()
        if number == 8 or (day.weekday() < 5 and number not in (10, 17)):
            check_in(wang)
            assert ("额外" if number == 8 else "按时") in wang.last.text
    world.clock.to("2026-12-10 10:00")
    world.tick()

    for phone, question in ((wang, "/stats 2026-11"), (admin, "/stats 王芳 2026-11"), (admin, "/stats 杭州甲 2026-11")):
        assert "日报：按时 19/21 = 90.4% · 提交 20/21 = 95.2%\n" in phone.says(question).last.text
    states = [report.state.value for report in world.all_of(Report)]
    assert sorted(states) == ["extra", "late", *["on_time"] * 19]


def test_s24_the_plan_sent_on_the_25th(world: World) -> None:
    world.clock.to("2026-11-25 10:00")
    wang, li = world.manager("王芳", "杭州甲"), world.manager("李强", "温州乙")
    for person in (wang, li):
        person.says("下月计划")
        for _ in range(5):
            person.taps("＋")
        person.taps("就这些").says("无")
    wang.taps("提交")
    world.clock.to("2026-11-26 00:00")
    li.taps("提交")
    assert "按时" in wang.last.text
    assert "晚交" in li.last.text
    assert {r.first_day for r in world.all_of(Report)} == {date(2026, 12, 1)}


@pytest.mark.parametrize(
    "block", ["张伟 2 / 李娜 1 / 王强 0", "张伟 2\n李娜 1\n王强 0", "出单 张伟 2 / 李娜 1 / 王强 0"]
)
def test_p1_orders_pasted_as_one_block(world: World, block: str) -> None:
    wang = world.manager("王芳", "杭州甲")
    begins_class(wang, "2月批")
    enters_on_post(wang, "2月批", "2/2", ["张伟", "李娜", "王强"])
    heard = len(wang.heard)

    wang.says(block)

    assert len(wang.heard) == heard + 1, "one confirmation"
    assert all(name in wang.last.text for name in ("张伟", "李娜", "王强"))
    orders = world.all_of(Order)
    assert sorted(order.quantity for order in orders) == [1, 2]


def test_p4_a_manager_on_leave_from_monday_to_wednesday(world: World) -> None:
    world.clock.to("2026-11-20 12:00")
    wang, li = world.manager("王芳", since="2026-11-22"), world.manager("李强", since="2026-11-22")
    admin = world.admin()
    group = world.group(wang, li)
    wang.says("/leave 11/23-11/25").taps("确认").forgets()

    world.passes_to("2026-11-26 09:00")
    assert wang.heard == [], "not asked for these days"
    assert "11/23" in li.texts
    boards = [said.text for said in world.heard_in(group) if "日报" in said.text.splitlines()[0]]
    assert len(boards) == 3
    for board in boards:
        assert any("请假" in line and "王芳" in line for line in board.splitlines())

    for day in (26, 27):
        world.clock.to(f"2026-11-{day} 18:00")
        check_in(wang)
    world.clock.to("2026-11-29 10:00")
    world.tick()
    assert "日报：按时 2/2 = 100.0%" in admin.says("/stats 王芳 上周").last.text


def test_p5_a_manager_who_submits_at_half_past_seven(world: World) -> None:
    world.clock.to("2026-11-22 23:00")
    wang, li = world.manager("王芳", since="2026-11-23"), world.manager("李强", since="2026-11-23")
    group = world.group(wang, li)
    world.clock.to("2026-11-23 19:30")
    world.passes_to("2026-11-24 07:25")
    assert "日报" in wang.texts, "asked at 20:00 and 07:00"
    world.clock.to("2026-11-24 07:30")
    check_in(wang)
    wang.forgets()

    world.passes_to("2026-11-24 19:00")

    assert wang.heard == []
    (board,) = [said.text for said in world.heard_in(group) if "11/23" in said.text]
    not_in = next(line for line in board.splitlines() if "李强" in line)
    assert "王芳" not in not_in
    assert "王芳" in board


def test_p6_a_name_of_markup_and_formula_is_shown_literally(world: World) -> None:
    wang = world.manager("王芳", "杭州甲")
    begins_class(wang, "2月批")
    enters_on_post(wang, "2月批", "2/2", [ODD, "李娜"])
    assert f"{ODD} · 第8/30天" in wang.last.text
    wang.says(f"出单 {ODD} 2")
    assert f"{ODD} 2 单" in wang.last.text
    assert f"{ODD} · " in wang.says("/cohort").taps("逐人查看").last.text
    assert wang.says(f"/history {ODD}").last.text.startswith(f"履历 · {ODD}")
    refund(wang, ODD)
    assert ODD in wang.last.text
    wang.says("周报")
    assert ODD in wang.texts
    assert "&lt;" not in wang.texts
    assert all(call.ok for call in world.stand_in.journal.calls()), "Telegram refused no markup"
