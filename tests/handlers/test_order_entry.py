"""Reading pasted orders: the many ways to write names and numbers, as a table."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.orders.order_entry import near_matches, read_orders

TODAY = date(2026, 11, 23)
YESTERDAY = date(2026, 11, 22)
NAMES = ["张伟", "李娜", "王强", "<b>=1+1&", "A/B", "Li Na"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("张伟 2 / 李娜 1 / 王强 0", [("张伟", 2), ("李娜", 1), ("王强", 0)]),
        ("张伟 2\n李娜 1\n王强 0", [("张伟", 2), ("李娜", 1), ("王强", 0)]),
        ("张伟 2, 李娜 1，王强 0", [("张伟", 2), ("李娜", 1), ("王强", 0)]),
        ("张伟 2、李娜 1；王强 0。", [("张伟", 2), ("李娜", 1), ("王强", 0)]),
        ("张伟 2 李娜 1 王强 0", [("张伟", 2), ("李娜", 1), ("王强", 0)]),
        ("张伟2单", [("张伟", 2)]),
        ("张伟: 2", [("张伟", 2)]),
        ("张伟：２", [("张伟", 2)]),
        ("张伟两单 李娜", [("张伟两单 李娜", None)]),
        ("张伟两单", [("张伟", 2)]),
        ("张伟 x2", [("张伟", 2)]),
        ("王强 无", [("王强", 0)]),
        ("张伟", [("张伟", None)]),
        ("张伟 2, 李娜", [("张伟", 2), ("李娜", None)]),
        ("<b>=1+1& 2 / 张伟 1", [("<b>=1+1&", 2), ("张伟", 1)]),
        ("A/B 3", [("A/B", 3)]),
        ("Li Na 2 张伟 1", [("Li Na", 2), ("张伟", 1)]),
        ("张伟 12", [("张伟", 12)]),
        ("99", [("99", None)]),
        ("张伟 -1", [("张伟", -1)]),
        ("张伟-2", [("张伟", 2)]),
        ("张伟 两", [("张伟", 2)]),
        ("张伟 2.5", [("张伟", None)]),
        ("1. 张伟 2\n2、李娜 1", [("张伟", 2), ("李娜", 1)]),
        ("", []),
        ("/", []),
    ],
)
def test_names_and_numbers(text: str, read: list[tuple[str, int | None]]) -> None:
    assert [(line.name, line.quantity) for line in read_orders(text, TODAY, NAMES)] == read


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("昨天\n张伟 2\n李娜 1", [YESTERDAY, YESTERDAY]),
        ("昨天张伟 2，李娜 1", [YESTERDAY, YESTERDAY]),
        ("11/22 张伟 2、李娜 1", [YESTERDAY, YESTERDAY]),
        ("日期：11月22日\n张伟 2", [YESTERDAY]),
        ("2026-11-22\n张伟 2\n今天\n李娜 1", [YESTERDAY, TODAY]),
        ("20号 张伟 1", [date(2026, 11, 20)]),
        ("12/23 张伟 1", [date(2026, 12, 23)]),
        ("3/12 张伟 1", [date(2026, 3, 12)]),
        ("张伟 1 3/12", [date(2026, 3, 12)]),
        ("张伟 1", [TODAY]),
        ("张伟 2 昨天\n李娜 1", [YESTERDAY, TODAY]),
        ("张伟 11/22 2", [YESTERDAY]),
        ("张伟 2 2026-11-22", [YESTERDAY]),
        ("张伟 2 / 李娜 1 11/22", [YESTERDAY, YESTERDAY]),
        ("张伟昨天2单", [YESTERDAY]),
    ],
)
def test_a_date_in_front_holds_from_there_on(text: str, days: list[date]) -> None:
    assert [line.day for line in read_orders(text, TODAY, NAMES)] == days


@pytest.mark.parametrize(
    ("typed", "first"), [("张韦", "张伟"), ("张 伟", "张伟"), ("李那", "李娜"), ("强王", "王强"), ("li na", "Li Na")]
)
def test_near_matches_name_the_likeliest_first(typed: str, first: str) -> None:
    assert near_matches(typed, NAMES)[0] == first


def test_nobody_is_near_a_name_without_anything_in_common() -> None:
    assert near_matches("欧阳修", NAMES) == []


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    for line in read_orders(text, TODAY, NAMES):
        assert line.name
        assert line.quantity is None or line.quantity >= 0


@pytest.mark.parametrize("unit", ["界", "a ", "张三 ", "<&>", "：", "今天 ", "-"])
def test_a_message_of_4096_characters_is_read_at_once(unit: str) -> None:
    """It took ten seconds, in which nobody else was answered."""
    lines = read_orders(unit * (4096 // len(unit)), TODAY, NAMES)
    assert [line.quantity for line in lines] in ([None], [])


def test_a_long_line_of_many_is_read_whole() -> None:
    names = [f"张{chr(0x4E00 + number)}" for number in range(200)]
    lines = read_orders("、".join(f"{name} 2" for name in names), TODAY, names)
    assert [(line.name, line.quantity) for line in lines] == [(name, 2) for name in names]
