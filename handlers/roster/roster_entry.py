"""Reading hires and words of the roster as people type them; what may be recorded is decided elsewhere (handbook §6).

One person a line, or names separated by commas, 、 or spaces, numbered or not, each with an on-post date and further
words if need be: `1. 张伟 2026-03-02`, `李娜 3/2 离职 3/11`, `王强 试岗`, `张伟、李娜、王强`.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, timedelta

from handlers.forms.dates import read_past_day
from handlers.forms.fields import Wrong
from handlers.forms.numbers import half_width
from handlers.translations import N_
from storage.roster import Stage

LONGEST_NAME = 20
MOST_AT_ONCE = 200
_PHONE_DIGITS = 7
_LONGEST_PAST = timedelta(days=3660)
_LONGEST_AHEAD = timedelta(days=92)

STAGE_WORDS = {
    Stage.hired: ("待训", "未开训", "未培训", "已录用", "录用", "hired", "not started"),
    Stage.in_training: ("在训", "培训中", "培训", "in training", "training"),
    Stage.on_trial: ("试岗", "试岗中", "在试岗", "on trial", "trial"),
    Stage.on_post: ("上岗", "在岗", "已上岗", "新人", "满月", "on post", "month complete"),
    Stage.failed: ("试岗未通过", "试岗失败", "试岗淘汰", "trial failed", "trial not passed"),
    Stage.eliminated: ("淘汰", "培训淘汰", "eliminated", "out"),
    Stage.left: ("离职", "已离职", "离岗", "流失", "left", "resigned"),
}
"""What people write for where somebody stands; a roster that was exported is read by the same words."""

VERBS = {
    "new": ("新批次", "新建批次", "新增批次", "新建", "new", "create"),
    "add": ("添加新人", "添加", "加人", "新增", "录入", "add"),
    "post": ("上岗", "onpost", "on-post", "post"),
    "left": ("离职", "离岗", "left", "leave"),
    "step": ("考试", "陪练", "试岗", "exam", "drill", "trial"),
    "out": ("淘汰", "eliminated"),
    "move": ("换批次", "转批次", "调批次", "move"),
    "date": ("更正上岗日期", "改上岗日期", "on-post-date"),
    "back": ("重新入职", "复职", "返岗", "rejoined"),
    "rename": ("改姓名", "改名", "rename"),
    "template": ("模板", "template"),
    "export": ("导出", "下载", "export", "download"),
}
"""What may stand behind /roster."""
OPENING_VERBS = (
    *("新批次", "新建批次", "添加新人", "上岗", "离职", "淘汰", "考试", "on-post", "onpost", "eliminated"),
    *VERBS["move"][:3],
    *VERBS["date"],
    *VERBS["back"],
    *VERBS["rename"],
)
"""Those that may be said without /roster before them."""

_EVERYBODY = ("全部", "所有人", "全体", "全员", "都", "全选", "all", "everybody", "everyone")
_EXCEPT = re.compile(r"^(?:全部)?(?:除了|除去|除|except|all but|but)\s*(?P<names>.+?)(?:以外|之外|外)?$", re.IGNORECASE)
_NUMBERED = re.compile(r"^\s*(?:[-*•·]\s+|[(（]?\d{1,3}\s*(?:[.．、)）:：]|\s)\s*(?=[^\d\s]))")
_PIECES = re.compile(r"[,，、；\t|]|;(?=\s|$)|\s/\s|(?<=[一-鿿])[/;](?=[一-鿿])|\s+(?:和|and)\s+")
_CHINESE_DATE = re.compile(r"(?:(\d{4})\s*年\s*)?(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?")
_GLUED_DATE = re.compile(r"(?<=[一-鿿])(?=(?:\d{4}[-/.])?\d{1,2}[-/.]\d{1,2})")
_COLON_DATE = re.compile(r"[:：]\s*(?=\d)")
_CHINESE = re.compile(r"[一-鿿·]+")
_LIKE_A_DATE = re.compile(r"(?:\d{4}[-/.])?\d{1,2}[-/.]\d{1,2}")
_JOIN = "\N{NO-BREAK SPACE}"
_SAID = ("stage", "started", "on_post", "last_day")
_RELATIVE = ("今天", "昨天", "前天", "today", "yesterday")
_BY_WORD = {word: stage for stage, words in STAGE_WORDS.items() for word in words}
_LONG_WORDS = tuple(sorted((word for word in _BY_WORD if " " in word), key=len, reverse=True))

NAME_NEEDED = N_("a name is missing")
NAME_LONG = N_("the name is longer than {most} characters")
PHONE = N_("please leave phone numbers out")
UNREADABLE_DAY = N_("“{text}” is not a date I can read; write it like 2026-03-02")
FUTURE = N_("{day} has not come yet; add the on-post date on that day")
FUTURE_START = N_("{day} has not come yet; leave the date out")
LONG_AGO = N_("{day} is too long ago")
FAR_AHEAD = N_("the last day {day} is too far ahead")
DATE_NEEDED = N_("the on-post date is missing, e.g. 2026-03-02")
LAST_DAY_NEEDED = N_("the last day is missing, e.g. left 2026-03-11")
LEFT_BEFORE = N_("the last day {last} is before the on-post date {day}")
NOT_ON_POST = N_("somebody who was eliminated or failed the trial has no on-post date")


@dataclass(frozen=True)
class HireLine:
    """One person as read. `stage` None: nothing was said about it."""

    name: str
    stage: Stage | None = None
    started: date | None = None
    """Start of the training."""
    on_post: date | None = None
    last_day: date | None = None
    reason: str = ""

    @property
    def is_direct(self) -> bool:
        """Put directly on post: with an on-post date, so the training is over."""
        return self.on_post is not None


@dataclass(frozen=True)
class UnfitLine:
    """A line that cannot be recorded, and why."""

    text: str
    why: Wrong


def read_hires(text: str, today: date) -> tuple[list[HireLine], list[UnfitLine]]:
    """The people in a typed or pasted text in its order, and what could not be read."""
    read: list[HireLine] = []
    unfit: list[UnfitLine] = []
    for raw in half_lines(text):
        for piece in _people_of(spaced_dates(_NUMBERED.sub("", raw)), today):
            try:
                if isinstance(piece, Wrong):
                    raise piece
                read.append(checked(piece, today))
            except Wrong as wrong:
                unfit.append(UnfitLine(raw[:40], wrong))
    return read, unfit


def checked(line: HireLine, today: date) -> HireLine:
    """A line that can be recorded, its stage settled by its dates. Raises Wrong with the reason."""
    if not any(unicodedata.category(c)[0] in "LNSP" for c in line.name):
        raise Wrong(NAME_NEEDED)
    if len(line.name) > LONGEST_NAME:
        raise Wrong(NAME_LONG, most=LONGEST_NAME)
    if sum(c.isdigit() for c in line.name) >= _PHONE_DIGITS:
        raise Wrong(PHONE)
    for day in (line.started, line.on_post, line.last_day):
        if day is not None and day < today - _LONGEST_PAST:
            raise Wrong(LONG_AGO, day=day.isoformat())
    if line.started is not None and line.started > today:
        raise Wrong(FUTURE_START, day=line.started.isoformat())
    if line.on_post is not None and line.on_post > today:
        raise Wrong(FUTURE, day=line.on_post.isoformat())
    if line.last_day is not None and line.last_day > today + _LONGEST_AHEAD:
        raise Wrong(FAR_AHEAD, day=line.last_day.isoformat())
    if line.on_post is not None and line.last_day is not None and line.last_day < line.on_post:
        raise Wrong(LEFT_BEFORE, last=line.last_day.isoformat(), day=line.on_post.isoformat())
    if line.stage is Stage.on_post and line.on_post is None:
        raise Wrong(DATE_NEEDED)
    if line.stage is Stage.left and line.last_day is None:
        raise Wrong(LAST_DAY_NEEDED)
    if line.stage in {Stage.eliminated, Stage.failed} and line.on_post is not None:
        raise Wrong(NOT_ON_POST)
    if line.last_day is not None and line.stage not in {Stage.eliminated, Stage.failed}:
        return replace(line, stage=Stage.left)
    return replace(line, stage=Stage.on_post) if line.on_post is not None else line


def stage_of_word(word: str) -> Stage | None:
    """The stage somebody wrote; None when it is none."""
    return _BY_WORD.get(" ".join(half_width(word).casefold().split()))


def read_verb(text: str) -> tuple[str, str] | None:
    """What is asked for behind /roster, and the rest of the text; None when no such word stands in front."""
    first, *behind = re.split(r"[\s:,]+", half_width(text), maxsplit=1)
    key, rest = first.casefold(), "".join(behind)
    return next(((verb, rest.strip()) for verb, words in VERBS.items() if key in words), None)


@dataclass(frozen=True)
class PeopleSaid:
    """Which people somebody typed: all, all but some, or these; and what else was among the words."""

    everybody: bool
    names: tuple[str, ...]
    """With `everybody`: those left out."""
    days: tuple[date, ...] = ()
    """The different dates, in their order."""
    behind: str = ""
    """What stands behind a name and a date: a reason, or one more name."""


def read_people(text: str, today: date) -> PeopleSaid:
    """`张伟 李娜`, `全部`, `除了王强`, `张伟 3/11 个人原因`, in one line or in several."""
    everybody, names, days, behind = False, list[str](), list[date](), list[str]()
    for raw in half_lines(text):
        line = spaced_dates(_NUMBERED.sub("", raw))
        days += [day for token in _PIECES.sub(" ", line).split() if (day := _as_day(token, today)) is not None]
        undated = " ".join(token for token in line.split() if _as_day(token, today) is None).strip(" ,")
        out = _EXCEPT.fullmatch(undated)
        everybody = everybody or out is not None or undated.casefold() in _EVERYBODY
        if out is not None or undated.casefold() in _EVERYBODY:
            names += [name for piece in _PIECES.split(out["names"] if out else "") for name in _names_in(piece.split())]
            continue
        for piece in _PIECES.split(line):
            before, after = _around_days(piece.split(), today)
            names += _names_in(before)
            behind += after
    return PeopleSaid(everybody, tuple(names), tuple(dict.fromkeys(days)), " ".join(behind))


def split_day(text: str, today: date) -> tuple[str, date | None]:
    """A name and the date behind it, if one stands there."""
    *words, last = spaced_dates(text).split() or [""]
    day = _as_day(last, today)
    return (" ".join(words), day) if day is not None else (text.strip(), None)


def spaced_dates(text: str) -> str:
    """A line in half width whose dates are plain and stand alone: `张伟2026年3月2日上岗` is `张伟 2026-3-2 上岗`."""
    plain = _CHINESE_DATE.sub(lambda m: f" {'-'.join(part for part in m.groups() if part)} ", half_width(text))
    return _GLUED_DATE.sub(" ", _COLON_DATE.sub(" ", plain))


def _around_days(words: list[str], today: date) -> tuple[list[str], list[str]]:
    """The words that name people, and those behind the last date when names stand before it."""
    dated = [number for number, word in enumerate(words) if _as_day(word, today) is not None]
    if not dated or dated[0] == 0:
        return [word for number, word in enumerate(words) if number not in dated], []
    return [word for number, word in enumerate(words[: dated[-1]]) if number not in dated], words[dated[-1] + 1 :]


def half_lines(text: str) -> list[str]:
    """The lines of a text that say something, without what cannot be stored."""
    stored = text.encode("utf-8", "ignore").decode("utf-8")
    return [line for line in (clean(raw) for raw in stored.splitlines()) if line]


def clean(text: str) -> str:
    """A name or a cell as it can be stored and shown: composed, without control and invisible characters."""
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(" " if c == "\t" else c for c in composed if c == "\t" or unicodedata.category(c)[0] != "C")
    return " ".join(visible.replace("\u3000", " ").split())


def _people_of(line: str, today: date) -> list[HireLine | Wrong]:
    """The people of one line; what stands alone behind a comma (张伟, 2026-03-02) belongs to the name before it."""
    people: list[HireLine | Wrong] = []
    for piece in _PIECES.split(line):
        try:
            found = _read_piece(piece, today) if piece.strip() else []
        except Wrong as wrong:
            people.append(wrong)
            continue
        for one in found:
            before = people[-1] if people else None
            if one.name or not isinstance(before, HireLine):
                people.append(one)
            else:
                people[-1] = replace(before, **{k: v for k, v in vars(one).items() if v is not None and k in _SAID})
    return people


def _read_piece(piece: str, today: date) -> list[HireLine]:
    """The people of one piece between separators: mostly one, or several names with spaces. Raises Wrong."""
    stage: Stage | None = None
    target = Stage.on_post
    words: list[str] = []
    days: dict[Stage, date] = {}
    rest = piece.strip()
    for phrase in _LONG_WORDS:
        joined = phrase.replace(" ", _JOIN)
        rest = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", joined, rest, flags=re.IGNORECASE)
    for token in re.split(r"[ \t\n]+", rest):
        bare = token.strip(":：()（）")
        found, day = stage_of_word(bare.replace(_JOIN, " ")), _as_day(bare, today)
        if found is not None:
            stage = found
            target = Stage.left if found in {Stage.left, Stage.eliminated, Stage.failed} else found
        elif day is not None:
            days[target] = day
        elif _LIKE_A_DATE.fullmatch(bare):
            raise Wrong(UNREADABLE_DAY, text=bare)
        else:
            words.append(token)
    started = next((days[s] for s in (Stage.in_training, Stage.hired, Stage.on_trial) if s in days), None)
    return [
        HireLine(name, stage, started, days.get(Stage.on_post), days.get(Stage.left))
        for name in _names_in(words) or [""]
    ]


def _names_in(words: list[str]) -> list[str]:
    """`张伟 李娜` are two people, `张 伟` and `Zhang Wei` one each."""
    if len(words) > 1 and all(_CHINESE.fullmatch(word) for word in words):
        return words if all(len(word) > 1 for word in words) else ["".join(words)]
    return [" ".join(words)] if words else []


def _as_day(token: str, today: date) -> date | None:
    """A date, where a name cannot be meant: 周一 is somebody's name, 3/2 is not."""
    if not re.search(r"\d\D+\d|\d{8}", token) and token.casefold() not in _RELATIVE:
        return None
    return read_past_day(token, today)
