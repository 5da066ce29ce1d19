"""What people type for numbers, dates, times and choices (handbook §6: full-width digits, %, 人, 约, spaces)."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from handlers.forms.dates import read_clock, read_day, read_span
from handlers.forms.fields import Option, Wrong
from handlers.forms.kinds import (
    TOO_LATE_FOR_DAILY,
    Day,
    HirePick,
    ManyOf,
    Number,
    NumberPart,
    Numbers,
    OneOf,
    Percent,
    Scores,
    Text,
    TimeSpan,
    YesNo,
)
from handlers.forms.numbers import read_number, read_parts
from tests.handlers.forms.conftest import PersonInChat

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12", 12), ("１２", 12), (" 12 ", 12), ("两", 2), ("十", 10), ("十二", 12), ("二十", 20), ("九十九", 99),
        ("零", 0), ("〇", 0), ("一百", 100), ("约12人", 12),
        ("大约 十二 人", 12), ("12 个", 12), ("两个", 2), ("50%", 50),
        ("５０％", 50), ("50 %", 50), ("百分之五十", 50),
        ("共12位", 12), ("12人左右", 12), ("about 7 people", 7), ("~7", 7),
        ("+5", 5), ("-3", -3), ("3.5", None), ("1 2", None), ("abc", None), ("", None), ("十十", None), ("人", None),
        ("--3", None), ("1" * 5000, None), ("3个半", None),
    ],
)  # fmt: skip
def test_number(typed: str, number: int | None) -> None:
    assert read_number(typed) == number


@given(st.integers(min_value=0, max_value=99))
def test_every_chinese_numeral_up_to_99(number: int) -> None:
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    word = digits[ones] if not tens else f"{digits[tens] if tens > 1 else ''}十{digits[ones] if ones else ''}"
    assert read_number(word) == number
    assert read_number(f"约{word}人") == number


LABELS = {"试岗": "on", "通过": "passed", "淘汰": "failed", "on trial": "on", "passed": "passed", "failed": "failed"}


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("3 1 0", (3, 1, 0)), ("3/1/0", (3, 1, 0)),
        ("3，1，0", (3, 1, 0)), ("3、1、0", (3, 1, 0)), ("3-1-0", (3, 1, 0)),
        ("３ １ ０", (3, 1, 0)), ("三 一 零", (3, 1, 0)), ("3人 1人 0人", (3, 1, 0)), ("试岗3 通过1 淘汰0", (3, 1, 0)),
        ("淘汰0 通过1 试岗3", (3, 1, 0)),
        ("试岗：3，通过：1，淘汰：0", (3, 1, 0)), ("on trial 3, passed 1, failed 0", (3, 1, 0)),
        ("试岗约3人 通过1个 淘汰0", (3, 1, 0)), ("通过1 3 0", (3, 1, 0)), ("3\n1\n0", (3, 1, 0)),
    ],
)  # fmt: skip
def test_several_numbers(typed: str, numbers: tuple[int, int, int]) -> None:
    read = read_parts(typed, LABELS)
    assert read is not None
    assert (read["on"], read["passed"], read["failed"]) == numbers


@pytest.mark.parametrize("typed", ["3 1 0 5", "a 1 2", "-3 1 0", "3 -1 0", "通过1 通过2", "3 1 0 people here"])
def test_several_numbers_not_understood(typed: str) -> None:
    assert read_parts(typed, LABELS) is None


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("今天", "2026-11-23"), ("昨天", "2026-11-22"), ("前天", "2026-11-21"), ("明天", "2026-11-24"),
        ("today", "2026-11-23"), ("Yesterday", "2026-11-22"), ("11/23", "2026-11-23"), ("11-23", "2026-11-23"),
        ("11.23", "2026-11-23"), ("１１／２３", "2026-11-23"), ("11月23日", "2026-11-23"), ("11月23号", "2026-11-23"),
        ("十一月二十三日", "2026-11-23"), ("2026-11-23", "2026-11-23"), ("2026/11/23", "2026-11-23"),
        ("2026年11月23日", "2026-11-23"), ("20261123", "2026-11-23"), ("23号", "2026-11-23"), ("十五号", "2026-11-15"),
        ("11/23 周一", "2026-11-23"), ("Mon 11/23", "2026-11-23"), ("Nov 23", "2026-11-23"), ("23 nov", "2026-11-23"),
        ("周一", "2026-11-23"), ("星期天", "2026-11-22"), ("上周五", "2026-11-20"), ("下周一", "2026-11-30"),
        ("Friday", "2026-11-20"), ("next tue", "2026-12-01"), ("1/5", "2027-01-05"), ("2/29", None), ("99/99", None),
        ("周一周二", None), ("soon", None), ("", None), ("3", None),
    ],
)  # fmt: skip
def test_day(typed: str, day: str | None) -> None:
    read = read_day(typed, MONDAY)
    assert (read.isoformat() if read else None) == day


def test_last_december_in_january() -> None:
    assert read_day("12/31", date(2027, 1, 2)) == date(2026, 12, 31)


def test_bare_days_look_back_where_only_the_past_fits() -> None:
    def past(day: date) -> bool:
        return day <= MONDAY

    assert read_day("周三", MONDAY, past) == date(2026, 11, 18)
    assert read_day("28号", MONDAY, past) == date(2026, 10, 28)


@pytest.mark.parametrize(
    ("typed", "clock"),
    [
        ("9:00", "09:00"), ("9：00", "09:00"), ("9点", "09:00"),
        ("9点半", "09:30"), ("九点半", "09:30"), ("0900", "09:00"),
        ("900", "09:00"), ("下午2点", "14:00"), ("2pm", "14:00"), ("晚上7点半", "19:30"), ("9点一刻", "09:15"),
        ("九点十五分", "09:15"), ("24:00", "24:00"), ("25:00", None), ("9:75", None), ("later", None),
    ],
)  # fmt: skip
def test_clock(typed: str, clock: str | None) -> None:
    assert read_clock(typed) == clock


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        ("9:00-11:00", ("09:00", "11:00")), ("9：00—11：00", ("09:00", "11:00")), ("0900~1100", ("09:00", "11:00")),
        ("9点到11点半", ("09:00", "11:30")), ("下午2点至4点", ("14:00", "16:00")), ("9:00 11:00", ("09:00", "11:00")),
        ("2pm to 4pm", ("14:00", "16:00")), ("9点", None), ("9-10-11", None),
    ],
)  # fmt: skip
def test_span(typed: str, span: tuple[str, str] | None) -> None:
    assert read_span(typed) == span


TRIAL = Numbers((NumberPart("on", "on trial", words=("试岗",)), NumberPart("passed", "passed", words=("通过",))))
MODES = OneOf((Option("alone", "Alone", ("独自",)), Option("skip", "Skip"), Option("slow", "Slow")))
PEOPLE = HirePick(
    lambda turn: (
        Option("1", "张伟 · 第12/30天", literal=True),
        Option("2", "张伟 · 第3/30天", literal=True),
        Option("3", "李娜", literal=True),
        Option("4", "张伟明", literal=True),
    )
)
SCORES = Scores((Option("a", "Opening", ("开场",)), Option("b", "Demo", ("演示",)), Option("c", "Closing")))


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (Number(0, 300), "约 １２ 人", 12),
        (Percent(), "50%", 50),
        (TRIAL, "0", {"on": 0, "passed": 0}),
        (TRIAL, "无", {"on": 0, "passed": 0}),
        (TRIAL, "通过1 试岗3", {"on": 3, "passed": 1}),
        (TimeSpan(), "9:00-11:00", {"start": "09:00", "end": "11:00"}),
        (MODES, "alone", "alone"),
        (MODES, "独自", "alone"),
        (MODES, "跳过", "skip"),
        (MODES, "2", "skip"),
        (MODES, "al", "alone"),
        (PEOPLE, "李娜", "3"),
        (PEOPLE, "李", "3"),
        (PEOPLE, "张伟明", "4"),
        (PEOPLE, "2", "2"),
        (PEOPLE, "张伟 · 第3/30天", "2"),
        (YesNo(), "是", True),
        (YesNo(), "No", False),
        (YesNo(), "没有", False),
        (ManyOf(MODES.choices), "独自、slow", ["alone", "slow"]),
        (ManyOf(MODES.choices), "3 1", ["alone", "slow"]),
        (SCORES, "4 5 -", {"a": 4, "b": 5}),
        (SCORES, "4-5", {"a": 4, "c": 5}),
        (SCORES, "演示4 开场5", {"b": 4, "a": 5}),
        (SCORES, "3", {"a": 3}),
        (Text(2, 5), "  好的  ", "好的"),
        (Text(2, 50, "many"), "one\ntwo\x00", "one\ntwo"),
        (Day(past_days=7), "昨天", "2026-11-22"),
        (Day(past_days=0, future_days=30), "明天", "2026-11-24"),
    ],
)
def test_kind_takes(chat: PersonInChat, kind: Any, typed: str, value: Any) -> None:
    with Session(chat.database.engine) as session:
        turn = chat.form_turn(session)
        assert kind.parse(typed, turn) == value
        assert kind.show(value, turn)


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        (Number(0, 300), "many", "没有看懂数字。请发送 0–300 之间的整数，例如 3。"),
        (Number(0, 300), "301", "301 超出范围，请发送 0–300 之间的整数。"),
        (Number(0, 300), "-1", "-1 超出范围，请发送 0–300 之间的整数。"),
        (Percent(), "101%", "101 超出范围，请发送 0–100 之间的整数。"),
        (TRIAL, "3", "请按顺序发送 2 个整数：试岗中、通过，例如 1 0。"),
        (TRIAL, "300 1", "试岗中 300 超出范围，请填 0–100 之间的整数。"),
        (Day(past_days=7), "明天", "不能填写未来日期。请发送今天或更早的日期，例如 11/23 或 昨天。"),
        (Day(past_days=7, too_old=TOO_LATE_FOR_DAILY), "11/15", "只能补交最近7天的日报。"),
        (Day(earliest=lambda turn: date(2026, 11, 20)), "11/19", "11/19 周四 太早了，最早可以填 11/20 周五。"),
        (Day(past_days=0, future_days=10), "12/30", "12/30 周三 太晚了，最晚可以填 12/3 周四。"),
        (Day(), "soon", "没有看懂日期。"),
        (TimeSpan(), "11:00-9:00", "结束时间（09:00）要晚于开始时间（11:00）。"),
        (MODES, "fly", "没有找到“fly”。"),
        (MODES, "s", "有多个符合：2. 跳过; 3. Slow。"),
        (PEOPLE, "张伟", "有多个符合：1. 张伟 · 第12/30天; 2. 张伟 · 第3/30天。"),
        (PEOPLE, "9", "没有找到“9”。"),
        (ManyOf(MODES.choices), "", "请至少选 1 项"),
        (SCORES, "6 1 1", "请按顺序给每一项打 1–5 分：开场、Demo、Closing。"),
        (SCORES, "1 2 3 4", "请按顺序给每一项打 1–5 分"),
        (Text(2, 5), "a", "内容有点短（1 个字），请至少写 2 个字。"),
        (Text(2, 5), "abcdef", "内容有 6 个字，请控制在 5 个字以内。"),
        (Text(2, 50), "one\ntwo", "请写成一行"),
        (Text(2, 50), "打13812345678", "请去掉电话号码"),
        (Text(2, 50), "+86 138-1234-5678", "请去掉电话号码"),
        (Text(2, 50), "１３８１２３４５６７８", "请去掉电话号码"),
    ],
)
def test_kind_refuses_with_one_sentence(chat: PersonInChat, kind: Any, typed: str, sentence: str) -> None:
    chat.language = "zh"
    with Session(chat.database.engine) as session:
        turn = chat.form_turn(session)
        with pytest.raises(Wrong) as refused:
            kind.parse(typed, turn)
        assert turn.turn.t.plain(refused.value.message, **refused.value.values).startswith(sentence)


def test_long_digit_runs_are_no_phone_numbers(chat: PersonInChat) -> None:
    with Session(chat.database.engine) as session:
        turn = chat.form_turn(session)
        assert Text(2, 50).parse("订单 2138123456789", turn) == "订单 2138123456789"
        assert Text(2, 50, private=False).parse("13812345678", turn) == "13812345678"


def test_day_offers_what_its_bounds_allow(chat: PersonInChat) -> None:
    with Session(chat.database.engine) as session:
        turn = chat.form_turn(session)
        assert [o.value for o in Day(past_days=7).options(turn)] == ["2026-11-23", "2026-11-22", "other"]
        ahead = Day(past_days=0, future_days=9)
        assert [o.value for o in ahead.options(turn)] == ["2026-11-23", "2026-11-24", "other"]
        with pytest.raises(Wrong, match="type the date"):
            ahead.choose("other", turn)
        with pytest.raises(Wrong):
            ahead.choose("2020-01-01", turn)
