"""What people may type: commands, answers, forms, and text in every script, as hypothesis strategies."""

from functools import cache

from hypothesis import strategies as st

from handlers import commands

NAMES = ("张伟", "李娜", "王强", "赵敏", "王芳", "李强", "杭州甲", "宁波乙", "11月一期", "12月一期")
STRANGE = (
    "",
    " ",
    "\u200f\u202eעברית\u202c",
    "مرحبا بالعالم",
    "हिन्दी",
    "ไทย",
    "👩‍👩‍👧‍👦🏳️‍🌈",
    "e\u0301\u0323",
    "\ud83d",
    "\udc00x",
    "a\x00b",
    "\u2028\u2029",
    "<b>&amp;</i>",
    "</b><script>",
    "%s{0}{name}",
    "{",
    "=1+1",
    "'; DROP TABLE person; --",
    "\ufeff",
    "\uffff",
    "٣",
    "１２",
    "二",
    "９/３１",
    "0",
    "-1",
    "1e9",
    "99999999999999999999",
    "31/12/9999",
    "0001-01-01",
    "2026-02-30",
    "9999-12-31",
    "12/1",
    "明天",
    "昨天",
    "1",
    "上班",
    "休息",
    "取消",
    "跳过",
    "返回",
    "确认",
    "cancel",
    "skip",
    "back",
    "无",
    "有",
    "是",
    "否",
)
"""Marks, controls and half characters that have broken software before, and answers a form may ask for."""


@cache
def any_text(longest: int = 120) -> st.SearchStrategy[str]:
    """Text in any script; lone surrogates and controls included."""
    return st.text(st.characters(codec=None), max_size=longest)


@cache
def long_text() -> st.SearchStrategy[str]:
    """A message as long as Telegram allows, in one line or in many."""
    unit = st.sampled_from(("界", "😀", "a ", "<&>", "张伟 1\n", "\n", "陪访 ", "：", "\u202e"))
    return st.tuples(unit, st.sampled_from((1000, 2048, 4096))).map(lambda drawn: (drawn[0] * drawn[1])[: drawn[1]])


@cache
def _order_line() -> st.SearchStrategy[str]:
    name = st.sampled_from(NAMES) | any_text(8)
    number = st.sampled_from(("0", "1", "2", "-1", "999999999999", "二", "１", "1.5", "")) | any_text(3)
    return st.tuples(name, number).map(" ".join)


@cache
def _pasted_form() -> st.SearchStrategy[str]:
    label = st.sampled_from(
        ("姓名", "新人", "日期", "计划", "公司", "问题", "结果", "原因", "下一步", "状态")
    ) | any_text(6)
    line = st.tuples(label, st.sampled_from(("：", ":", " ")), answers()).map("".join)
    opening = st.sampled_from(tuple(commands.COMMAND_BY_WORD))
    return st.tuples(opening, st.lists(line, max_size=8)).map(lambda drawn: "\n".join((drawn[0], *drawn[1])))


@cache
def answers() -> st.SearchStrategy[str]:
    """What may be typed where something was asked."""
    return st.one_of(
        st.sampled_from(NAMES),
        st.sampled_from(STRANGE),
        any_text(30),
        st.integers(-5, 10**12).map(str),
        st.dates().map(str),
        st.sampled_from(("2026-11-23", "11/23", "今天", "26-11", "2026-10", "10:30", "25:61", "1 2 3", "张伟 李娜")),
    )


@cache
def command_texts() -> st.SearchStrategy[str]:
    """A command or its word, with anything behind it."""
    names = st.sampled_from(tuple(commands.COMMAND_BY_NAME))
    slashed = names.flatmap(lambda name: st.sampled_from((f"/{name}", f"/{name}@training_desk_bot", f"/{name}@other")))
    words = st.sampled_from(tuple(commands.COMMAND_BY_WORD))
    payload = st.sampled_from(("go_checkin", "inv_abc", "x" * 64))
    behind = st.just("") | answers() | _order_line() | payload
    return st.tuples(slashed | words, st.sampled_from((" ", "\n", "：")), behind).map(lambda d: d[0] + d[1] + d[2])


@cache
def texts() -> st.SearchStrategy[str]:
    """One message."""
    order_list = st.lists(_order_line(), min_size=1, max_size=6).map("\n".join)
    return st.one_of(
        command_texts(),
        command_texts(),
        answers(),
        answers(),
        order_list,
        _pasted_form(),
        any_text(),
        st.sampled_from(STRANGE),
        long_text(),
    )


@cache
def callback_data() -> st.SearchStrategy[str]:
    """Forged data: the real buttons' names with any arguments, and nonsense."""
    argument = st.one_of(
        st.integers(-3, 30).map(str),
        st.integers().map(str),
        st.sampled_from(("", "x", "2026-11", "2026-11-23", "9999-99-99", "daily", "weekly", "0", "-", "张", "None")),
        any_text(6),
    )
    name = st.sampled_from(tuple(commands.BUTTON_BY_NAME)) | any_text(6)
    return st.tuples(name, st.lists(argument, max_size=5)).map(lambda drawn: ":".join((drawn[0], *drawn[1])))
