"""Typed answers: to a question, at the card, in the list of fields, to "discard?". Buttons are never the only way."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from markupsafe import Markup

from handlers.forms import rows
from handlers.forms.choices import Counts, ManyOf, OneOf, Scores, YesNo, key_of
from handlers.forms.dates import read_day
from handlers.forms.fields import Field, Rows, Wrong
from handlers.forms.filling import NEEDED, Filling
from handlers.forms.kinds import Day, Number, Numbers, Text
from handlers.forms.paste import PasteResult, half_lines, parse_block, split_label
from handlers.forms.progress import Screen, value_at
from handlers.forms.screens import LEAVING, STAYING
from handlers.translations import N_, both_languages

CONFIRM_WORDS = frozenset(
    (
        "确认",
        "确定",
        "好",
        "好的",
        "是",
        "是的",
        "对",
        "行",
        "可以",
        "提交",
        "保存",
        "没问题",
        "嗯",
        "ok",
        "okay",
        "yes",
        "y",
        "confirm",
        "submit",
        "save",
        "send",
        "done",
    )
)
CANCEL_WORDS = frozenset(("取消", "放弃", "算了", "不填了", "cancel", "quit", "stop"))
BACK_WORDS = frozenset(("返回", "后退", "上一步", "上一题", "back"))
SKIP_WORDS = frozenset(("跳过", "略过", "skip", "pass"))
NOTHING_WORDS = frozenset(("无", "没有", "没", "暂无", "空", "none", "nothing", "no", "n/a", "-", "—", "–"))
DONE_WORDS = frozenset(
    (
        "完成",
        "好了",
        "结束",
        "就这些",
        "没有了",
        "thatisall",
        "that'sall",
        "done",
        "finish",
        "finished",
        "ok",
        "好",
        "确认",
    )
)
ADD_WORDS = frozenset(("添加", "添加一条", "再加一条", "增加", "加", "新增", "add", "addone", "more"))
EDIT_WORDS = frozenset(("修改", "编辑", "更改", "edit", "change"))
NO_WORDS = frozenset(("不", "否", "不是", "继续", "不取消", "no", "n", "stay", "continue"))
RESTART_WORDS = frozenset(("重新开始", "重来", "重填", "restart", "startover"))
MOVES = CONFIRM_WORDS | CANCEL_WORDS | BACK_WORDS | SKIP_WORDS | DONE_WORDS | RESTART_WORDS
"""Words that move within a form; a slash before them makes no command of them."""

KEEP_WORDS = frozenset(("不变", "保持不变", "不改", "keep", "same"))
SUGGESTION_MARKS = " ＋+·…"
HEADING_MARKS = " \t\n#＃*【[「"
ENDS_OF_WORD = " \t\n\r\u3000:：,，。.!！（(】]」*"

AT_CARD = N_(
    "Please tap “{confirm}”, or type the field and its new value, e.g. “{label}: …”. Cancel leaves everything out."
)
AT_FIELDS = N_("Please tap the field to change, or type its name.")


class Then(StrEnum):
    """What follows a move."""

    go_on = "go_on"
    save = "save"
    discard = "discard"
    restart = "restart"


@dataclass(frozen=True)
class Reply:
    """What follows, and what is said above the next screen."""

    then: Then = Then.go_on
    above: Sequence[str | Markup] = ()


def is_command(text: str) -> bool:
    """Whether a text is a command: never an answer. `/cancel`, `/skip` and the like are moves within a form."""
    return re.match(r"/[A-Za-z]", text) is not None and _word(text) not in MOVES


def asks_to_cancel(text: str) -> bool:
    """Whether somebody wants to leave the form they believe to be filling."""
    return _word(text) in CANCEL_WORDS


def opening_word(text: str, words: Collection[str]) -> str | None:
    """The longest of these (casefolded) words a text begins with, whatever marks a heading bears."""
    bare = text.lstrip(HEADING_MARKS).casefold()
    found = [word for word in words if bare.startswith(word) and (bare + " ")[len(word)] in ENDS_OF_WORD]
    return max(found, key=len, default=None)


def answer(filling: Filling, text: str) -> Reply:
    """Take a typed text on whatever screen there is. Raises Wrong with the sentence to say."""
    word = _word(text)
    progress = filling.progress
    if progress.screen is Screen.leave:
        leaves = {key_of(name) for label in LEAVING for name in both_languages(label)}
        if word in CONFIRM_WORDS or word in CANCEL_WORDS or word in leaves:
            return Reply(Then.restart if progress.leaving == "restart" else Then.discard)
        filling.stay()
        if word in NO_WORDS or word in {key_of(name) for name in both_languages(STAYING)}:
            return Reply()
        filling.store()
    if word in CANCEL_WORDS:
        return Reply(cancel(filling))
    if word in BACK_WORDS:
        filling.back()
        return Reply()
    if word in RESTART_WORDS:
        filling.leave("restart")
        return Reply()
    if progress.screen is Screen.question:
        return Reply(above=answer_question(filling, text))
    return _answer_card(filling, text, word)


def cancel(filling: Filling) -> Then:
    """Ask once when something would be lost; otherwise end at once."""
    if not filling.progress.touched:
        return Then.discard
    filling.leave("cancel")
    return Then.go_on


def answer_question(filling: Filling, text: str) -> Sequence[str | Markup]:
    """Take the answer to the question on the screen, or a pasted block; what to say above the next screen."""
    each, word = filling.field, _word(text)
    block = parse_block(filling.form, text, filling.known) if len(filling.progress.at) < 3 else None
    if block is not None and block.labelled >= 2:
        return filling.take_block(block)
    if isinstance(each.kind, Rows):
        return _answer_rows(filling, text, word)
    if word in KEEP_WORDS and value_at(filling.progress.values, filling.progress.at) is not None:
        filling.keep()
        return ()
    is_text, means_nothing = isinstance(each.kind, Text), word in SKIP_WORDS | NOTHING_WORDS
    if isinstance(each.kind, Counts | ManyOf | Scores) and word in DONE_WORDS:
        filling.done()
        return ()
    if is_text and block is not None and _is_figure(filling, text, block):
        return filling.take_block(block)
    if is_text and each.required and word in SKIP_WORDS:
        raise Wrong(NEEDED)
    if is_text and not each.required and means_nothing:
        filling.skip()
        return ()
    try:
        filling.accept(_read(filling, each, text))
    except Wrong:
        if means_nothing and not each.required:
            filling.skip()
        elif block is not None and block.labelled and (block.values or block.wrong) and not is_text:
            return filling.take_block(block)
        elif isinstance(each.kind, ManyOf | OneOf | YesNo) and (dated := _as_date(filling, text)) is not None:
            return filling.take_block(dated)
        else:
            raise
    return ()


def _is_figure(filling: Filling, text: str, block: PasteResult) -> bool:
    """Whether what stands where a free text is asked is a figure or a choice of another field: `在训: 12`."""
    found = split_label(filling.form, text)
    if found is None or found.field is filling.field or block.unknown_lines or "\n" in text:
        return False
    if isinstance(found.field.kind, Number | Numbers):
        return bool(block.values) or (found.has_colon and not re.search(r"[^\W\d_]", found.rest))
    return bool(block.values) and found.has_colon and not isinstance(found.field.kind, Rows | Text)


def _as_date(filling: Filling, text: str) -> PasteResult | None:
    """A bare date where no date is asked: it changes the form's date, which stands on the card anyway."""
    days = [each for each in filling.shown if isinstance(each.kind, Day) and filling.known.values.get(each.key)]
    if len(days) != 1 or len(filling.progress.at) == 3 or read_day(text, filling.turn.today) is None:
        return None
    return parse_block(filling.form, f"{filling.turn.t.plain(days[0].label)}: {text}", filling.known)


def _read(filling: Filling, each: Field, text: str) -> Any:
    """The value of a text, which may carry the field's own label."""
    assert not isinstance(each.kind, Rows)
    found = split_label(filling.form, text)
    if found is not None and found.has_colon and found.field is each and found.rest:
        text = f"{found.rest}\n{text.partition(chr(10))[2]}".strip()
    return each.kind.parse(text, filling.inner)


def _answer_rows(filling: Filling, text: str, word: str) -> Sequence[str | Markup]:
    if word in ADD_WORDS:
        rows.add(filling)
        return ()
    if word in DONE_WORDS or word in NOTHING_WORDS or word in SKIP_WORDS or word == "0":
        rows.done(filling)
        return ()
    found = split_label(filling.form, text)
    if found is not None and found.field is not filling.field:
        return filling.take_block(parse_block(filling.form, text, filling.known))
    lines = half_lines(text)
    if found is not None:
        lines[0] = found.rest
    if len(lines) == 1 and rows.begin(filling, lines[0].strip(SUGGESTION_MARKS)):
        return ()
    before = filling.progress.values.get(filling.field.key)
    sentences = rows.take_lines(filling, [line for line in lines if line.strip()])
    if sentences and filling.progress.values.get(filling.field.key) == before and len(sentences) == 1:
        raise Wrong("{sentence}", sentence=sentences[0])
    return sentences


def _answer_card(filling: Filling, text: str, word: str) -> Reply:
    """At the card or in the list of fields."""
    at_card = filling.progress.screen is Screen.card
    confirm = {key_of(name) for name in both_languages(filling.form.confirm_label)}
    if at_card and (word in CONFIRM_WORDS or word in confirm):
        return Reply(Then.save)
    if at_card and word in EDIT_WORDS:
        filling.edit()
        return Reply()
    named = next((f for f in filling.form.fields if word in _names(f) and filling.is_valid((f.key,))), None)
    if named is not None and len(filling.progress.at) < 2:
        filling.edit_field(named)
        return Reply()
    block = parse_block(filling.form, text, filling.known)
    if not (block.values or block.wrong):
        block = _as_date(filling, text) or block
    if block.values or block.wrong:
        return Reply(above=filling.take_block(block))
    if at_card:
        t, asked = filling.turn.t, [each for each in filling.shown if each.asked]
        confirm_word = t.plain(filling.form.confirm_label).removeprefix("✅").strip()
        raise Wrong(AT_CARD, confirm=confirm_word, label=t.plain((asked or filling.form.fields)[-1].label))
    raise Wrong(AT_FIELDS)


def _word(text: str) -> str:
    """What two spellings of a word share; one with a slash before it is the same."""
    return key_of(text).removeprefix("/")


def _names(each: Field) -> set[str]:
    names = (
        *both_languages(each.label),
        *each.words,
        *(both_languages(each.add_label) if each.add_label else ()),
    )
    return {key_of(name) for name in names}
