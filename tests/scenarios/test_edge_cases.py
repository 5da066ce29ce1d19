"""Every row of the table of edge cases (handbook §5.2) through chat, read from the card; and where §4 is driven.

Of §5.2 driven elsewhere as well: staggered dates in test_scenarios.py (S5), a refund and other changes with every place
that shows them in test_one_figure.py, what a form says before each of these in tests/handlers/test_orders.py and
test_roster_edges.py.

The rules of §4, each through chat:

    a day for all or for one company, taken back     tests/handlers/test_calendar.py
    today may become a rest day, the past may not    tests/handlers/test_calendar.py
    a company's weekly rest days, a six-day week     tests/handlers/test_calendar.py, test_open_items.py
    a year's holidays as a file: shown, then kept    tests/handlers/test_calendar.py
    a file that cannot be used says why              tests/handlers/test_calendar.py
    provisional December: nobody late; 2027 loaded,  tests/handlers/test_calendar.py
    and nothing of the past is told otherwise
    what is exempted stays so when a year is loaded  tests/handlers/test_exemptions.py
    times on such days are worded as an estimate     tests/handlers/test_reminders.py
    admins are warned weekly, then daily             `test_admins_are_warned_...` below
    make-up days, the last working day of a month    test_deadline_table.py, test_scenarios.py (S12, S14)
    beyond the horizon: Monday to Friday, assumed    `test_beyond_the_known_years_...` below
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.orders import Order
from storage.reports import Report
from storage.roster import Hire
from tests.chat import Phone, World
from tests.scenarios.classroom import begins_class, check_in, drop, enters_on_post, leave, puts_on_post, refund, sell
from tests.scenarios.readers import Shown, on_card


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """The bot on 2 March 2026."""
    with closing(World(tmp_path, now="2026-03-02 09:00")) as world:
        yield world


@pytest.fixture
def wang(world: World) -> Phone:
    """A manager with a cohort of four, on post today: day 30 is 31 March."""
    wang = world.manager("王芳", "杭州甲")
    begins_class(wang, "一期")
    enters_on_post(wang, "一期", "3/2", ["张伟", "李娜", "王强", "赵敏"])
    return wang


def card(wang: Phone, cohort: str = "一期") -> tuple[int, int, int | None]:
    """Who ordered and stayed, who is on post, and the orders, as the card has them."""
    shown: Shown = on_card(wang.says(f"/cohort {cohort}").last.text)
    return shown.ordered_and_stayed, shown.on_post, shown.orders


def final(world: World) -> None:
    """The cohort has closed."""
    world.clock.to("2026-04-02 09:00")


@pytest.mark.parametrize(
    ("last_day", "figures"),
    [
        ("3/2", (0, 4, 1)),
        ("3/30", (0, 4, 1)),
        ("3/31", (0, 4, 1)),
        ("4/1", (1, 4, 1)),
    ],
)
def test_a_last_day_up_to_day_30_takes_the_seller_out_of_the_numerator_only(
    world: World, wang: Phone, last_day: str, figures: tuple[int, int, int]
) -> None:
    sell(wang, {"张伟": 1})
    final(world)
    leave(wang, ["张伟"], last_day)
    assert card(wang) == figures


def test_whoever_leaves_after_the_window_stays_in_whenever_it_is_computed(world: World, wang: Phone) -> None:
    sell(wang, {"张伟": 1})
    final(world)
    assert card(wang) == (1, 4, 1)
    world.clock.to("2026-06-20 18:00")
    leave(wang, ["张伟"], "6/20")
    assert card(wang) == (1, 4, 1)


def test_survival_is_decided_three_months_after_going_on_post(world: World, wang: Phone) -> None:
    assert "三个月留存" not in wang.says("/cohort").last.text, "not while the window runs"
    final(world)
    assert "三个月留存 4/4 = 100.0% (进行中)" in wang.says("/cohort").last.text
    world.clock.to("2026-06-02 18:00")
    leave(wang, ["张伟"], "6/1")
    assert "三个月留存 3/4 = 75.0% (进行中)" in wang.says("/cohort").last.text
    world.clock.to("2026-06-03 09:00")
    leave(wang, ["李娜"], "6/2")
    assert "三个月留存 3/4 = 75.0%\n" in wang.says("/cohort").last.text + "\n"
    world.clock.to("2026-06-30 18:00")
    assert "一期 三个月留存: 3/4 = 75.0%" in wang.says("月报").texts


def test_day_30_counts_and_day_31_is_kept(world: World, wang: Phone) -> None:
    world.clock.to("2026-04-01 20:00")
    sell(wang, {"张伟": 1}, "3/31")
    assert "第30/30天" in wang.last.text
    sell(wang, {"李娜": 1}, "4/1")
    assert "第31天" in wang.last.text
    assert "不计入" in wang.last.text
    assert card(wang) == (1, 4, 1)
    assert len(world.all_of(Order)) == 2


def test_an_order_before_the_on_post_date_is_refused_asking_for_the_date(world: World, wang: Phone) -> None:
    wang.says("出单\n3/1\n张伟 1")
    assert "是上岗日期登记错了吗" in wang.last.text
    assert world.all_of(Order) == []
    drop(wang)
    wang.says("/roster 张伟").taps("更正上岗日期").says("3/1").taps("确认")
    sell(wang, {"张伟": 1}, "3/1")
    assert card(wang) == (1, 4, 1)


def test_an_order_after_leaving_is_refused_and_one_of_the_last_day_is_not(world: World, wang: Phone) -> None:
    world.clock.to("2026-03-12 18:00")
    leave(wang, ["张伟"], "3/10")
    wang.says("出单\n3/11\n张伟 1")
    assert "离职" in wang.last.text
    assert world.all_of(Order) == []
    drop(wang)
    sell(wang, {"张伟": 1}, "3/10")
    assert card(wang) == (0, 4, 1)


def test_a_refund_before_the_submission_is_not_counted(world: World, wang: Phone) -> None:
    sell(wang, {"张伟": 2, "李娜": 1})
    world.clock.to("2026-03-20 18:00")
    refund(wang, "李娜")
    assert card(wang) == (1, 4, 2)
    refund(wang, "张伟")
    assert card(wang) == (1, 4, 1)
    final(world)
    wang.says("出单率报送")
    assert "一期：出单率 1/4 = 25.0%，平均出单水平 1/4 = 0.25" in wang.last.text
    assert "更正" not in wang.last.text


def test_a_refund_after_the_submission_is_a_correction_of_the_next_one(world: World, wang: Phone) -> None:
    sell(wang, {"张伟": 1, "李娜": 1})
    final(world)
    wang.says("出单率报送").taps("确认报送")
    world.clock.to("2026-04-20 10:00")
    refund(wang, "李娜")
    assert card(wang) == (1, 4, 1)
    world.clock.to("2026-05-02 10:00")
    wang.says("出单率报送")
    assert "一期: 已提交 2/4, 现值 1/4 (更正: 退单1)" in wang.last.text
    wang.taps("确认报送")
    world.clock.to("2026-06-02 10:00")
    assert "更正" not in wang.says("出单率报送").last.text, "it is told once"
    (first, *_) = [report for report in world.all_of(Report) if report.first_day.month == 3]
    assert "一期：出单率 2/4 = 50.0%" in first.text, "what was submitted stays"


def test_an_order_moves_with_its_reason_and_both_are_counted_again(world: World, wang: Phone) -> None:
    begins_class(wang, "二期")
    enters_on_post(wang, "二期", "3/2", ["钱七", "孙八"])
    sell(wang, {"张伟": 1})
    assert (card(wang), card(wang, "二期")) == ((1, 4, 1), (0, 2, 0))
    wang.says("/orders 最近").taps("张伟").taps("转移").says("钱七").says("其实是钱七签的").taps("确认")
    assert (card(wang), card(wang, "二期")) == ((0, 4, 0), (1, 2, 1))
    wang.says("/orders 最近").taps("钱七")
    assert "其实是钱七签的" in wang.last.text


def test_the_same_hire_date_and_tag_twice_is_asked_before_saving(world: World, wang: Phone) -> None:
    for saved in range(2):
        wang.says("/orders").taps("张伟").taps("1").taps("客户标签").says("城东A")
        assert ("已有标签为“城东A”的出单，要再录一次吗" in wang.last.text) is (saved == 1)
        assert len(world.all_of(Order)) == saved
        wang.taps("确认")


def test_moved_before_on_post_he_counts_where_he_goes_on_post(world: World, wang: Phone) -> None:
    begins_class(wang, "二期", ["钱七", "孙八"])
    wang.says("/roster 钱七").taps("换批次").taps("一期").taps("确认")
    puts_on_post(wang, ["钱七"])
    puts_on_post(wang, ["孙八"])
    sell(wang, {"钱七": 1})
    assert (card(wang), card(wang, "二期")) == ((1, 5, 1), (0, 1, 0))
    assert "换批次" not in wang.says("/roster 钱七").last.buttons, "after on post the cohort never changes"


def test_back_inside_the_window_is_the_same_episode(world: World, wang: Phone) -> None:
    sell(wang, {"张伟": 1})
    world.clock.to("2026-03-10 18:00")
    leave(wang, ["张伟"], "3/10")
    assert card(wang) == (0, 4, 1)
    world.clock.to("2026-03-31 09:00")
    wang.says("/roster 张伟").taps("重新入职")
    assert "时间不延长" in wang.last.text
    wang.taps("确认")
    final(world)
    assert card(wang) == (1, 4, 1)
    sell(wang, {"张伟": 1}, "4/1")
    assert card(wang) == (1, 4, 1), "the window is not extended"


def test_back_after_the_window_is_a_new_episode_and_the_old_one_stays_a_leaver(world: World, wang: Phone) -> None:
    sell(wang, {"张伟": 1})
    world.clock.to("2026-03-10 18:00")
    leave(wang, ["张伟"], "3/10")
    world.clock.to("2026-04-20 09:00")
    begins_class(wang, "二期", ["钱七"])
    wang.says("/roster 张伟").taps("重新入职").taps("二期").taps("确认")
    puts_on_post(wang, ["张伟"])
    sell(wang, {"张伟": 1})
    assert (card(wang), card(wang, "二期")) == ((0, 4, 1), (1, 1, 1))
    assert [hire.name for hire in world.all_of(Hire)].count("张伟") == 2
    world.clock.to("2026-04-25 18:00")
    leave(wang, ["张伟"], "4/25")
    assert card(wang, "二期") == (0, 1, 1), "of two with the name the one who is still there is meant"


def test_a_corrected_on_post_date_moves_the_window(world: World, wang: Phone) -> None:
    world.clock.to("2026-03-20 18:00")
    sell(wang, {"张伟": 1}, "3/3")
    sell(wang, {"李娜": 1}, "3/12")
    for name in ("张伟", "李娜"):
        wang.says(f"/roster {name}").taps("更正上岗日期").says("3/10").taps("确认")
    assert card(wang) == (1, 4, 1), "3 March is before the window of 张伟 now"
    assert "2026-03-02 – 2026-04-08" in wang.last.text


def test_an_on_post_date_corrected_after_the_submission(world: World, wang: Phone) -> None:
    """The cohort closes in April now: a correction of what was submitted for March, and no second line for it."""
    sell(wang, {"张伟": 1}, "3/2")
    sell(wang, {"李娜": 1}, "3/2")
    final(world)
    wang.says("出单率报送").taps("确认报送")
    world.clock.to("2026-04-10 10:00")
    wang.says("/roster 张伟").taps("更正上岗日期").says("3/5").taps("确认")
    world.clock.to("2026-05-02 10:00")
    submission = wang.says("出单率报送").last.text
    assert "一期: 已提交 2/4, 现值 1/4 (更正: 名册1)" in submission
    assert "一期：出单率" not in submission, "every cohort is reported once"
    wang.taps("确认报送")
    world.clock.to("2026-06-02 10:00")
    assert "一期" not in wang.says("出单率报送").last.text


def test_a_cohort_recorded_after_its_month_was_submitted_is_told_with_the_next_one(world: World, wang: Phone) -> None:
    final(world)
    wang.says("出单率报送").taps("确认报送")
    world.clock.to("2026-04-20 10:00")
    begins_class(wang, "漏登批")
    enters_on_post(wang, "漏登批", "3/2", ["钱七", "孙八"])
    sell(wang, {"钱七": 1}, "3/10")
    world.clock.to("2026-05-02 10:00")
    assert "漏登批: 已提交 —, 现值 1/2 (更正: 报送后补录)" in wang.says("出单率报送").last.text
    wang.taps("确认报送")
    world.clock.to("2026-06-02 10:00")
    assert "漏登批" not in wang.says("出单率报送").last.text, "it is told once"


def test_nobody_on_post_is_no_zero_and_no_part_of_a_pooled_sum(world: World, wang: Phone) -> None:
    begins_class(wang, "二期", ["钱七"])
    assert "出单率 — (无人上岗)" in wang.says("/cohort 二期").last.text
    sell(wang, {"张伟": 1})
    final(world)
    assert "合计出单率 1/4 = 25.0%" in wang.says("/stats 2026-03").last.text
    assert "二期" not in wang.says("出单率报送").last.text


def test_more_than_15_days_after_the_first_it_is_asked_whether_it_is_the_next_cohort(world: World, wang: Phone) -> None:
    wang.says("名册 一期\n钱七\n孙八").taps("确认")
    begins_class(wang, "二期")
    world.clock.to("2026-03-17 09:00")
    wang.says("名册 上岗 钱七").taps("考试和陪练都通过")
    assert "还算这个批次吗" not in wang.last.text
    wang.taps("确认")
    world.clock.to("2026-03-18 09:00")
    wang.says("名册 上岗 孙八").taps("考试和陪练都通过")
    assert "还算这个批次吗" in wang.last.text
    wang.taps("二期").taps("确认")
    assert card(wang)[1] == 5
    assert card(wang, "二期")[1] == 1


def test_interim_and_final_are_never_pooled(world: World, wang: Phone) -> None:
    world.clock.to("2026-03-20 09:00")
    begins_class(wang, "二期")
    enters_on_post(wang, "二期", "3/19", ["钱七", "孙八"])
    sell(wang, {"张伟": 1, "钱七": 1})
    final(world)
    stats = wang.says("/stats 2026-03").last.text
    assert "合计出单率 1/4 = 25.0%\n" in stats
    assert "• 一期: 1/4 = 25.0% (最终)" in stats
    assert "• 二期: 1/2 = 50.0% (进行中)" in stats
    assert "2/6" not in stats


def test_resigning_in_training_is_no_elimination(world: World, wang: Phone) -> None:
    wang.says("名册 一期\n钱七\n孙八\n周九\n吴十").taps("确认")
    wang.says("名册 淘汰 钱七").taps("确认")
    wang.says("/roster 孙八").taps("离职").taps("主动离职").taps("今天").taps("个人原因").taps("确认")
    text = wang.says("/cohort 一期").last.text
    assert "培训通过率 4/8 = 50.0%" in text
    assert "淘汰率 1/8 = 12.5%" in text


def test_31_january_closes_on_1_march_and_skips_february(world: World) -> None:
    world.clock.to("2026-02-02 09:00")
    li = world.manager("李强", "温州乙")
    begins_class(li, "一月班")
    enters_on_post(li, "一月班", "1/31", ["郑一", "冯二"])
    assert "2026-01-31 – 2026-03-01" in li.says("/cohort").last.text
    world.clock.to("2026-03-02 10:00")
    assert "一月班：" not in li.says("出单率报送").last.text, "nothing closed in February"
    drop(li)
    world.clock.to("2026-04-02 10:00")
    assert "一月班：出单率 0/2 = 0.0%" in li.says("出单率报送").last.text


def test_admins_are_warned_that_next_year_is_not_loaded_weekly_then_daily(world: World) -> None:
    """From 1 November weekly, from 1 December daily (handbook §4)."""
    world.clock.to("2026-10-30 09:00")
    admin = world.admin()
    warned: list[str] = []
    for month, days in ((10, (30, 31)), (11, range(1, 31)), (12, range(1, 5))):
        for day in days:
            world.clock.to(f"2026-{month:02}-{day:02} 10:00")
            heard = len(admin.heard)
            world.tick()
            warned += [f"{month}/{day}" for said in admin.heard[heard:] if "2027" in said.text]
    in_november = [day for day in warned if day.startswith("11/")]
    assert not any(day.startswith("10/") for day in warned)
    assert 4 <= len(in_november) <= 5
    assert [day for day in warned if day.startswith("12/")] == ["12/1", "12/2", "12/3", "12/4"]


def test_beyond_the_known_years_monday_to_friday_is_assumed_and_nobody_is_late(world: World) -> None:
    world.clock.to("2027-02-01 12:00")
    wang, admin = world.manager("王芳", since="2027-02-01"), world.admin()
    wang.forgets()
    for moment in ("2027-02-01 20:00", "2027-02-02 07:00"):
        world.clock.to(moment)
        world.tick()
    assert "日报 2/1" in wang.texts, "reminders still go out"
    assert "预计 2/2 周二 08:00 前（假期未公布，时间仅供参考）" in wang.texts
    world.clock.to("2027-02-02 12:00")
    check_in(wang)
    wang.says("日报\n日期: 2/1\n在训: 0\n试岗: 0/0/0\n计划: 补交").taps("确认")
    assert "晚交" not in wang.last.text
    world.clock.to("2027-02-20 12:00")
    world.tick()
    assert "日报：按时" not in admin.says("/stats 2027-02 王芳").last.text, "nothing of it is required"
