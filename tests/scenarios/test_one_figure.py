"""One figure, one place: after each of 25 changes a cohort's rate is the same wherever it is shown.

Read are /cohort, its picture, /stats, the card in the group, the monthly draft, the submission and the workbook. The
numbers each change must lead to stand beside it, worked out by hand.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from tests.chat import Phone, World
from tests.scenarios.classroom import begins_class, drop, enters_on_post, leave, refund, sell
from tests.scenarios.readers import (
    Shown,
    in_picture,
    in_report,
    in_stats,
    in_workbook,
    newest_document,
    on_card,
    watching_pictures,
)

COHORT = "3月一期"


class Office:
    """A company with one cohort, and everybody who asks for its figures."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.wang, self.admin = world.manager("王芳", "杭州甲"), world.admin()
        self.group = world.group(self.wang, self.admin)
        begins_class(self.wang, COHORT)
        enters_on_post(self.wang, COHORT, "3/2", ["张伟", "李娜", "王强", "赵敏", "孙静", "周磊"])
        world.tick()

    def shown(self) -> dict[str, Shown]:
        """What every place shows now."""
        with watching_pictures() as drawn:
            private = on_card(self.wang.says(f"/cohort {COHORT}").last.text)
        found = {"/cohort": private, "the picture": in_picture(drawn[-1])}
        in_group = self.world.group_phone(self.admin, self.group).says(f"/cohort {COHORT}")
        found["the group's card"] = on_card(in_group.last.text)
        found["/stats"] = in_stats(self.admin.says("/stats 2026-03").last.text, COHORT)
        (draft,) = [said.text for said in self.wang.says("月报").heard[-2:] if "月报-王芳-260331" in said.text]
        found["the monthly draft"] = in_report(draft, COHORT)
        drop(self.wang)
        found["the submission"] = in_report(self.wang.says("出单率报送").last.text, COHORT)
        drop(self.wang)
        found["the workbook"] = in_workbook(newest_document(self.wang.says("/export 2026-03")), "杭州甲", COHORT)
        return found


def sells(name: str, count: int = 1, day: str = "") -> Callable[[Phone], object]:
    return lambda wang: sell(wang, {name: count}, day)


def leaves(name: str, last_day: str) -> Callable[[Phone], object]:
    return lambda wang: leave(wang, [name], last_day)


def undo_order(wang: Phone) -> None:
    wang.taps("撤销（10分钟内）")
    assert "撤销" in wang.last.text


def move_order(wang: Phone) -> None:
    wang.says("/orders 最近").taps("赵敏").taps("转移").taps("孙静").says("记错人了").taps("确认")


def stay_after_all(wang: Phone) -> None:
    wang.says("/roster 孙静")
    leave(wang, ["孙静"], "3/11")
    wang.taps("撤销（人还在）")


def come_back(wang: Phone) -> None:
    wang.says("/roster 孙静").taps("重新入职").taps("确认")


def correct_on_post(wang: Phone) -> None:
    wang.says("/roster 吴洋").taps("更正上岗日期").says("3/2").taps("确认")


def edit_order(wang: Phone) -> None:
    wang.says("/orders 最近").taps("李娜").taps("✏️").taps("修改").taps("出单：2").says("1").taps("确认")


def submit(wang: Phone) -> None:
    wang.says("出单率报送").taps("确认报送")


STEPS: tuple[tuple[str, str, Callable[[Phone], object], tuple[int, int, int]], ...] = (
    # When, what, how; then who ordered and stayed, who is on post, the orders.
    ("2026-03-05 18:00", "an order", sells("张伟"), (1, 6, 1)),
    ("2026-03-06 18:00", "two orders", sells("李娜", 2), (2, 6, 3)),
    ("2026-03-06 18:05", "undone", undo_order, (1, 6, 1)),
    ("2026-03-07 18:00", "two orders for yesterday", sells("李娜", 2, "昨天"), (2, 6, 3)),
    ("2026-03-08 18:00", "one of them refunded", lambda wang: refund(wang, "李娜"), (2, 6, 2)),
    ("2026-03-09 18:00", "the other, too", lambda wang: refund(wang, "李娜"), (1, 6, 1)),
    ("2026-03-10 18:00", "an order of somebody else", sells("赵敏", 2), (2, 6, 3)),
    ("2026-03-10 18:05", "moved to whoever closed it", move_order, (2, 6, 3)),
    ("2026-03-11 18:00", "leaving taken back at once", stay_after_all, (2, 6, 3)),
    ("2026-03-12 18:00", "leaving with an order", leaves("孙静", "3/12"), (1, 6, 3)),
    ("2026-03-16 18:00", "back inside the window", come_back, (2, 6, 3)),
    (
        "2026-03-16 18:10",
        "somebody new on post since the 10th",
        lambda wang: enters_on_post(wang, COHORT, "3/10", ["吴洋"]),
        (2, 7, 3),
    ),
    ("2026-03-17 18:00", "an order of the new hire", sells("吴洋"), (3, 7, 4)),
    ("2026-03-18 18:00", "the on-post date was the 2nd", correct_on_post, (3, 7, 4)),
    ("2026-03-30 18:00", "an order of day 29", sells("李娜", 2), (4, 7, 6)),
    ("2026-03-30 18:20", "it was one only", edit_order, (4, 7, 5)),
    ("2026-03-31 18:00", "an order of day 30", sells("周磊"), (5, 7, 6)),
    ("2026-03-31 18:10", "leaving on day 30", leaves("张伟", "3/31"), (4, 7, 6)),
    ("2026-04-01 00:00", "the cohort has closed", lambda wang: None, (4, 7, 6)),
    ("2026-04-01 18:00", "an order of day 31", sells("王强"), (4, 7, 6)),
    ("2026-04-01 18:20", "an order of day 19 that was forgotten", sells("王强", 1, "3/20"), (5, 7, 7)),
    ("2026-04-02 18:00", "leaving on day 31", leaves("周磊", "4/1"), (5, 7, 7)),
    ("2026-04-02 18:10", "leaving on day 29, told late", leaves("吴洋", "3/30"), (4, 7, 7)),
    ("2026-04-03 10:00", "submitted", submit, (4, 7, 7)),
    ("2026-04-03 18:00", "a refund after the submission", lambda wang: refund(wang, "李娜"), (3, 7, 6)),
)
SUBMITTED = (4, 7, 7)


def test_every_place_shows_the_same_figure_after_each_change(tmp_path: Path) -> None:
    with closing(World(tmp_path, now="2026-03-02 09:00")) as world:
        office = Office(world)
        submitted = False
        for moment, change, action, (ordered, on_post, orders) in STEPS:
            world.clock.to(moment)
            action(office.wang)
            submitted = submitted or change == "submitted"
            percentage = f"{ordered * 1000 // on_post / 10:.1f}%"
            expected = Shown(ordered, on_post, percentage, world.clock.today.month == 3, orders)
            shown = office.shown()
            if submitted:
                kept = shown.pop("the submission")
                assert (kept.ordered_and_stayed, kept.on_post, kept.orders) == SUBMITTED, "a snapshot stays"
            differences = {place: each for place, each in shown.items() if not each.agrees_with(expected)}
            assert not differences, f"after {change}: expected {expected}"
        office.wang.says("出单率报送")
        assert f"{COHORT}: 已提交 4/7, 现值 3/7 (更正: 退单1)" in office.wang.last.text
        world.clock.to("2026-05-03 10:00")
        assert f"{COHORT}: 已提交 4/7, 现值 3/7 (更正: 退单1)" in office.wang.says("出单率报送").last.text
        drop(office.wang)
        office.wang.says("/cohort")
        assert "✏️" in office.wang.last.text


def test_a_reader_that_disagrees_is_found() -> None:
    """The comparison itself: a numerator, a label or an order more is a difference; what is not shown is none."""
    shown = Shown(12, 18, "66.6%", interim=False, orders=17)
    assert shown.agrees_with(replace(shown, interim=None, orders=None))
    for other in (
        replace(shown, ordered_and_stayed=14),
        replace(shown, percentage="66.7%"),
        replace(shown, interim=True),
        replace(shown, orders=19),
    ):
        assert not shown.agrees_with(other)
