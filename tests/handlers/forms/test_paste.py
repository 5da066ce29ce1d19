"""A form pasted as one block of labelled lines, echoed before it counts (handbook §6)."""

from typing import Any

import pytest
from sqlmodel import Session

from handlers.forms.paste import PasteResult, parse_block
from tests.handlers.forms.conftest import PersonInChat
from tests.handlers.forms.visit_form import SAVED, SHORT, VISIT

BLOCK = """陪访
新人：新人03
方式: 独自
家数 2
试岗人数: 试岗3 通过1 淘汰0
课程: CRM操作, 9:00-11:00, 应到10, 实到9
课程: 产品、13:00-14:00、5、5
主题: crm 制度
满意: 是
开始: 9点半
反馈: 听得很认真，
第二行也属于反馈
评分: 4 5 -
"""
READ: dict[str, Any] = {
    "hire": "3",
    "mode": "alone",
    "visits": 2,
    "trial": {"on_trial": 3, "passed": 1, "failed": 0},
    "sessions": [
        {"topic": "CRM操作", "time": {"start": "09:00", "end": "11:00"}, "expected": 10, "present": 9},
        {"topic": "产品", "time": {"start": "13:00", "end": "14:00"}, "expected": 5, "present": 5},
    ],
    "topics": ["crm", "rules"],
    "scores": {"opening": 4, "demo": 5},
    "happy": True,
    "at": "09:30",
    "feedback": "听得很认真，\n第二行也属于反馈",
}


def read(chat: PersonInChat, text: str) -> PasteResult:
    """Parse a block for the visit form."""
    with Session(chat.database.engine) as session:
        return parse_block(VISIT, text, chat.form_turn(session))


def test_a_whole_block(chat: PersonInChat) -> None:
    result = read(chat, BLOCK)
    assert result.values == READ
    assert result.wrong == []
    assert result.unknown_lines == []


def test_any_order_and_without_the_forms_word(chat: PersonInChat) -> None:
    lines = BLOCK.splitlines()[1:]
    feedback = lines[9:11]
    turned = [*reversed([line for line in lines if line not in feedback]), *feedback]
    values = read(chat, "\n".join(turned)).values
    assert values | {"sessions": list(reversed(values["sessions"]))} == READ


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("家数: 2", {"visits": 2}), ("家数：2", {"visits": 2}), ("家数 2", {"visits": 2}), ("家数2", {"visits": 2}),
        ("Visits: 2", {"visits": 2}), ("VISITS = ２家", {"visits": 2}), ("- visits: 2", {"visits": 2}),
        ("3. visits: 2", {"visits": 2}),
        ("visit visits: 2", {"visits": 2}), ("试岗: 3\n通过: 1\n淘汰: 0", {"trial": READ["trial"]}),
        ("反馈 前面一行很长的文字\n原因 不是标签", {"feedback": "前面一行很长的文字\n原因 不是标签"}),
        ("备注: 无", {"note": None}), ("反馈:", {}), ("课程: 无", {"sessions": []}),
        ("课程:\nCRM操作, 9:00-11:00, 10, 9", {"sessions": READ["sessions"][:1]}),
        ("课程:\n1. CRM操作, 9:00-11:00, 10, 9", {"sessions": READ["sessions"][:1]}),
        ("【家数】2", {"visits": 2}), ("家数（家）: 2", {"visits": 2}),
        ("陪访 家数: 2 方式: 独自，满意: 是", {"visits": 2, "mode": "alone", "happy": True}),
        ("家数2，方式：独自", {"visits": 2, "mode": "alone"}),
        ("陪访-王芳-261122\n家数: 2", {"day": "2026-11-22", "visits": 2}),
        ("陪访\n（11月22日）\n家数: 2", {"day": "2026-11-22", "visits": 2}),
        ("反馈: 听得很认真……①很好，继续", {"feedback": "听得很认真……①很好，继续"}),
    ],
)  # fmt: skip
def test_one_line(chat: PersonInChat, line: str, values: dict[str, object]) -> None:
    result = read(chat, line)
    assert (result.values, result.wrong, result.unknown_lines) == (values, [], [])


@pytest.mark.parametrize(
    ("text", "wrong", "unknown"),
    [
        ("visits: lots", [("Visits", "I could not read a number there.")], []),
        ("present: 3", [], ["present: 3"]),
        ("hello\nvisits: 2\nthere", [], ["hello", "there"]),
        ("家数: 50\n开始: 25:00", [("Visits", "50 is too much"), ("Starts", "I could not read a time")], []),
        ("课程: CRM, 9-10, 5, 9", [("Sessions", "“CRM, 9-10, 5, 9” Present 9 is more than expected 5.")], []),
        ("课程: CRM, 9-10", [("Sessions", "“CRM, 9-10” Expected is missing.")], []),
        ("课程: CRM, 9-10, 5, 4, 3", [("Sessions", "“CRM, 9-10, 5, 4, 3” There are more parts")], []),
        ("课程: CRM, 9-10, 5, 4\n" * 4, [("Sessions", "At most 3")], []),
        ("试岗人数: 1 2 2", [("Trial", "Passed and failed are more")], []),
    ],
)
def test_what_is_wrong_is_named(
    chat: PersonInChat, text: str, wrong: list[tuple[str, str]], unknown: list[str]
) -> None:
    result = read(chat, text)
    assert [label for label, _ in result.wrong] == [label for label, _ in wrong]
    assert all(said.startswith(sentence) for (_, said), (_, sentence) in zip(result.wrong, wrong, strict=True))
    assert result.unknown_lines == unknown


def test_a_pasted_form_is_echoed_on_its_card(chat: PersonInChat) -> None:
    chat.starts(VISIT, pasted=BLOCK)
    assert "Feedback: 听得很认真，\n第二行也属于反馈" in chat.screen.text
    assert "Date: Mon 11/23" in chat.screen.text
    chat.says("好")
    assert SAVED == [{**READ, "day": "2026-11-23", "share": None}]


def test_only_what_is_missing_or_wrong_is_asked(chat: PersonInChat) -> None:
    block = BLOCK.replace("家数 2", "家数 很多").replace("开始: 9点半\n", "").replace("陪访\n", "陪访\n日期: 12/1\n")
    said = chat.starts(VISIT, pasted=f"{block}\n")
    assert said.splitlines()[:2] == [
        "⚠️ Date: A date in the future cannot be entered. Please send today or an earlier day, e.g. 11/23 or yesterday.",
        "⚠️ Visits: I could not read a number there. Please send a whole number from 1 to 20, e.g. 3.",
    ]
    assert "Which day?" in chat.screen.text, "a wrong date is asked, not replaced by the preset one"
    chat.taps("Yesterday")
    assert "How many visits?" in chat.screen.text
    chat.says("2")
    assert "When does it start?" in chat.screen.text
    chat.says("9:30")
    assert "Confirm" in chat.screen.buttons
    chat.taps("Confirm")
    assert SAVED == [{**READ, "day": "2026-11-22", "share": None}]


def test_a_block_in_the_middle_of_a_form_joins_it(chat: PersonInChat) -> None:
    chat.starts(VISIT)
    chat.says("新人05")
    chat.says("家数: 4\n方式: 一起\n不认识的一行")
    assert chat.screen.text.startswith("I could not place this line: 不认识的一行")
    assert "On trial, passed, failed?" in chat.screen.text
    assert chat.values == {"day": "2026-11-23", "hire": "5", "mode": "together", "visits": 4}
    chat.says("visits: 5")
    assert chat.values["visits"] == 5
    assert "On trial, passed, failed?" in chat.screen.text


def test_a_label_before_the_answer_to_its_own_question(chat: PersonInChat) -> None:
    chat.starts(SHORT)
    chat.says("count: 3")
    chat.says("计划：visit everybody")
    assert chat.values == {"count": 3, "plan": "visit everybody"}


def test_words_without_labels_answer_the_first_question(chat: PersonInChat) -> None:
    chat.starts(VISIT, pasted="新人03")
    assert "How?" in chat.screen.text
    chat.says("cancel")
    chat.says("yes")
    chat.starts(VISIT, pasted="张三")
    assert chat.screen.text.startswith("I could not find “张三” there.")
    assert "Who?" in chat.screen.text


def test_many_wrong_lines_are_not_all_echoed(chat: PersonInChat) -> None:
    said = chat.starts(VISIT, pasted="visits: 2\n" + "<b>x</b>\n" * 300)
    assert "… and 292 more lines." in said
    assert "&lt;b&gt;" in said


def test_a_label_nobody_knows_is_no_part_of_a_one_line_text(chat: PersonInChat) -> None:
    result = read(chat, "家数: 2\n备注: 一切顺利\n天气: 晴")
    assert result.values == {"visits": 2, "note": "一切顺利"}
    assert result.unknown_lines == ["天气: 晴"]


def test_behind_a_long_text_it_is_kept_and_named(chat: PersonInChat) -> None:
    chat.starts(VISIT, pasted="家数: 2\n反馈: 听得很认真，问得也不错\n天气: 晴")
    assert chat.values["feedback"] == "听得很认真，问得也不错\n天气: 晴"
    assert "天气: 晴" in chat.screen.text
    assert "kept with “Feedback”" in chat.screen.text
