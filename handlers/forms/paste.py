"""A form pasted as one block of labelled lines: in any order, with labels in either language.

`在训: 12`, `在训 12`, `【在训】12`, `plan: …`; all on one line too, when each label is plain to see. The first line may
be a title with the form's word and a date; lines without a label go on with the text above them. Rows stand one per
line, their fields in order: `课程: 入职, CRM操作, 9:00-11:00, 应到10, 实到9`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from typing import Any

from handlers.forms.choices import key_of
from handlers.forms.dates import read_day
from handlers.forms.fields import Field, Rows, Values, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import Day, Numbers, Text
from handlers.forms.numbers import half_width
from handlers.forms.progress import in_row
from handlers.translations import N_, both_languages

_COLON = re.compile(r"\s*[:：=]\s*")
_MARK = re.compile(r"[:：=】]")
"""What stands behind a label that is one beyond doubt."""
_BULLET = re.compile(r"^(?:[-*•·]\s+|\d{1,2}[.、)]\s*(?=\D))")
_BRACKETS = re.compile(r"^【\s*([^】]+?)\s*】\s*[:：]?")
_UNIT_BEHIND = re.compile(r"\s*[(（][^)）]{0,10}[)）](?=\s*[:：=])")
_OTHER_LABEL = re.compile(r"[^\s:：,，。;；]{1,12}\s*[:：](?!//)\s*\S")
_TITLE_DATE = re.compile(
    r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}|\d{1,2}[/月]\d{1,2}|(?<!\d)\d{6}(?!\d)|今天|昨天|前天|today|yesterday"
)
_LONGEST_TITLE = 40
_AROUND_DATE = " \t()（）-—"
_PIECES = re.compile(r"\s*[,，;；、|]\s*")
_SLASH = re.compile(r"\s*(?:(?<!\d)/|/(?!\d))\s*")
_ECHOED = 40
_NO_ROWS = {"无", "没有", "没", "none", "no", "0", "-", "—"}

ROW_MISSING = N_("{label} is missing. Please send in this order, separated by commas: {names}.")
ROW_TOO_LONG = N_("There are more parts than fields. Please send in this order, separated by commas: {names}.")
TOO_MANY_ROWS = N_("At most {most} of these can be entered; the further ones were left out.")


class RowIncomplete(Wrong):
    """A row that is right as far as it goes: `row` holds what was read."""

    def __init__(self, row: Values, **values: object) -> None:
        super().__init__(ROW_MISSING, **values)
        self.row = row


@dataclass
class PasteResult:
    """What a pasted block says."""

    values: Values = field(default_factory=dict)
    """What was right, by key."""
    wrong: list[tuple[str, str]] = field(default_factory=list)
    """What was not: the label and a sentence (plain text in the reader's language)."""
    unknown_lines: list[str] = field(default_factory=list)
    """Lines that belong to no field."""
    doubtful_lines: list[tuple[str, Field]] = field(default_factory=list)
    """Lines that went on with the text of a field, though they seem to begin with a label of another form."""
    wrong_keys: list[str] = field(default_factory=list)
    labelled: int = 0
    """How many lines carried a label of the form."""


@dataclass(frozen=True)
class _Label:
    name: str
    field: Field
    part: str = ""
    """The label of one number of a `Numbers` field, to be kept in its text."""


@dataclass(frozen=True)
class LabelledLine:
    """A line that begins with a label of the form."""

    field: Field
    rest: str
    has_colon: bool


def parse_block(form: Form, text: str, turn: FormTurn) -> PasteResult:
    """Read a block against what is already known (`turn.values`, which is not changed)."""
    result = PasteResult()
    said: dict[str, list[str]] = {}
    current: Field | None = None
    lines = _one_per_label(form, half_lines(without_form_word(form, text)))
    for line in lines:
        found = split_label(form, line)
        if found and _goes_on(found, current, said):
            found = None
        if found is not None:
            result.labelled += 1
            current = found.field
            if found.rest or not isinstance(current.kind, Rows):
                _collect(said, current, found.rest)
        elif current is not None and isinstance(current.kind, Rows):
            _collect(said, current, line)
        elif current is not None and isinstance(current.kind, Text) and not _is_foreign(current.kind, line):
            said[current.key][-1] += f"\n{line}"
            if found is None and _OTHER_LABEL.match(line.strip()):
                result.doubtful_lines.append((line.strip(), current))
        elif current is None and (day := _dated(form, line, turn)) is not None:
            _collect(said, day, line.strip(_AROUND_DATE))
        elif line.strip():
            result.unknown_lines.append(line.strip())
    _read_fields(form, said, turn, result)
    return result


def split_label(form: Form, line: str) -> LabelledLine | None:
    """The field whose label a line begins with, and what stands behind it."""
    bare = _BRACKETS.sub(r"\1: ", _BULLET.sub("", line.strip()))
    folded = half_width(bare).casefold()
    for label in _labels(form):
        if not folded.startswith(label.name):
            continue
        rest = _behind(bare, label.name)
        if rest is None:
            continue
        rest = _UNIT_BEHIND.sub("", rest, count=1) if _UNIT_BEHIND.match(rest) else rest
        colon = _COLON.match(rest)
        if colon is None and rest and not rest[0].isspace() and not half_width(rest)[:1].isdigit():
            continue
        answer = rest[colon.end() :] if colon else rest.strip()
        return LabelledLine(label.field, f"{label.part} {answer}".strip() if answer else "", colon is not None)
    return None


def labelled_fields(form: Form, text: str) -> int:
    """How many different fields a text names with a label and a colon."""
    if not _MARK.search(text):
        return 0
    found = (split_label(form, line) for line in _one_per_label(form, half_lines(text)))
    return len({each.field.key for each in found if each is not None and each.has_colon})


def read_rows(each: Field, lines: Sequence[str], turn: FormTurn) -> tuple[list[Values], list[str]]:
    """Rows from lines, one each, and a sentence for every line that is not one."""
    rows: list[Values] = []
    sentences: list[str] = []
    for numbered in lines:
        line = _BULLET.sub("", numbered.strip())
        if key_of(line) in _NO_ROWS:
            continue
        pieces = [piece for piece in line.split("/") if piece.strip()]
        try:
            rows.append(read_row(each, line, turn))
        except Wrong as wrong:
            # Several rows in one line: 张伟 2 / 李娜 1.
            several = _rows_or_none(each, pieces, turn) if len(pieces) > 1 else None
            if several is None:
                sentence = turn.turn.t.plain(wrong.message, **wrong.values)
                sentences.append(f"“{line.strip()[:_ECHOED]}” {sentence}")
            rows.extend(several or ())
    return rows, sentences


def without_form_word(form: Form, text: str) -> str:
    """The block without the form's word in front; of a title such as `日报-王芳-261123` its date is kept."""
    first, _, rest = text.strip().partition("\n")
    labelled = split_label(form, first)
    if labelled is not None and labelled.has_colon:
        return text.strip()
    words = sorted({*form.words, *both_languages(form.title)}, key=len, reverse=True)
    folded = half_width(first).casefold()
    for word in words:
        if folded.startswith(word.casefold()):
            behind = first[len(word) :]
            if not behind or behind[0].isspace() or _COLON.match(behind):
                return f"{_COLON.sub('', behind, count=1).strip()}\n{rest}".strip()
    is_title = rest.strip() and len(first) <= _LONGEST_TITLE and labelled is None
    if is_title and any(word.casefold() in folded for word in words):
        dated = _TITLE_DATE.search(folded)
        day = dated.group() if dated is not None else ""
        return f"{'20' if re.fullmatch(r'[0-9]{6}', day) else ''}{day}\n{rest}".strip()
    return text.strip()


def is_headed_otherwise(form: Form, text: str) -> bool:
    """Whether a text of several lines begins with something else than the form's word or one of its labels."""
    stripped = text.strip()
    first = stripped.partition("\n")[0]
    is_label = any(half_width(first).casefold().startswith(label.name) for label in _labels(form))
    return "\n" in stripped and not is_label and without_form_word(form, stripped) == stripped


def half_lines(text: str) -> list[str]:
    """The lines of a text, without what cannot be stored."""
    return text.encode("utf-8", "ignore").decode("utf-8").replace("\r\n", "\n").split("\n")


@cache
def _labels(form: Form) -> list[_Label]:
    """Every label a form's lines may begin with, the longest first."""
    own = [
        _Label(half_width(name).casefold(), each)
        for each in form.fields
        for name in (*both_languages(each.label), *each.words)
    ]
    taken = {label.name for label in own}
    parts = [
        _Label(name, each, name)
        for each in form.fields
        if isinstance(each.kind, Numbers)
        for part in each.kind.parts
        for name in part.names
        if name not in taken
    ]
    return sorted((label for label in (*own, *parts) if label.name), key=lambda label: -len(label.name))


def _one_per_label(form: Form, lines: list[str]) -> list[str]:
    """The lines, or the parts of an only line that names several labels: `在训12，试岗3/1/0，计划：陪访`."""
    written = [line for line in lines if line.strip()]
    if len(written) != 1:
        return lines
    found = list(_inline_label(form).finditer(written[0]))
    if len(found) < 2:
        return lines
    cuts = [0, *(match.start() for match in found if match.start()), len(written[0])]
    return [written[0][first:last].strip(" \t,，;；、|") for first, last in pairwise(cuts)]


@cache
def _inline_label(form: Form) -> re.Pattern[str]:
    names = "|".join(re.escape(label.name) for label in _labels(form) if not isinstance(label.field.kind, Rows))
    return re.compile(rf"(?:^|(?<=[\s,，;；、|。]))(?:{names})(?=\s*[:：=]|\s*\d)", re.IGNORECASE)


def _dated(form: Form, line: str, turn: FormTurn) -> Field | None:
    """The form's date, when a line above every label is one."""
    days = [each for each in form.fields if isinstance(each.kind, Day)]
    return days[0] if days and read_day(line.strip(_AROUND_DATE), turn.today) is not None else None


def _is_foreign(kind: Text, line: str) -> bool:
    """Whether a line behind a one-line text is no part of it but a label this form does not know."""
    return kind.lines == "one" and _OTHER_LABEL.match(_BULLET.sub("", line.strip())) is not None


def _behind(line: str, name: str) -> str | None:
    """What stands behind a label, as it was typed: only the label is folded. None when it ends within a character."""
    ends = (n for n in range(1, len(line) + 1) if half_width(line[:n]).casefold() == name)
    end = next(ends, None)
    return None if end is None else line[end:]


def _goes_on(found: LabelledLine, current: Field | None, said: dict[str, list[str]]) -> bool:
    """Whether a line that seems labelled rather goes on with the text above: no colon, and a word of prose."""
    is_text = current is not None and isinstance(current.kind, Text) and current.kind.lines == "many"
    return is_text and not found.has_colon and (found.field.key in said or isinstance(found.field.kind, Text))


def _collect(said: dict[str, list[str]], each: Field, text: str) -> None:
    if isinstance(each.kind, Rows):
        said.setdefault(each.key, []).append(text)
    elif isinstance(each.kind, Numbers) and each.key in said:
        said[each.key][-1] += f" {text}"
    else:
        said[each.key] = [text]


def _read_fields(form: Form, said: dict[str, list[str]], turn: FormTurn, result: PasteResult) -> None:
    """Read in the form's order, so that each field sees the answers before it."""
    known, all_known = dict(turn.values), True
    for each in form.fields if said else ():
        inner = replace(turn, values=known)
        applies = each.applies(inner)
        if each.key not in said:
            # A preset may look at every answer before it: not while one is missing.
            if applies and all_known and each.key not in known and (preset := each.preset(inner)) is not None:
                known[each.key] = preset
            all_known = all_known and (not applies or not each.asked or not each.required or each.key in known)
            continue
        label = turn.turn.t.plain(each.label)
        if isinstance(each.kind, Rows):
            lines = [line for text in said[each.key] for line in text.split("\n") if line.strip()]
            rows, sentences = read_rows(each, lines, inner)
            if len(rows) > each.kind.most:
                sentences.append(turn.turn.t.plain(TOO_MANY_ROWS, most=each.kind.most))
            result.values[each.key] = known[each.key] = rows[: each.kind.most]
            result.wrong.extend((label, sentence) for sentence in sentences)
            if sentences:
                result.wrong_keys.append(each.key)
            continue
        text = said[each.key][-1].strip()
        if not text:
            continue  # a label of a copied example that was left empty
        try:
            value = None if not each.required and key_of(text) in _NO_ROWS - {"0"} else _read(each, text, inner)
        except Wrong as wrong:
            all_known = False
            if not applies:
                continue
            result.wrong.append((label, turn.turn.t.plain(wrong.message, **wrong.values)))
            result.wrong_keys.append(each.key)
        else:
            result.values[each.key] = known[each.key] = value


def _read(each: Field, text: str, turn: FormTurn) -> Any:
    assert not isinstance(each.kind, Rows)
    value = each.kind.parse(text, turn)
    each.check(replace(turn, values=turn.values | {each.key: value}), value)
    return value


def read_row(each: Field, line: str, turn: FormTurn) -> Values:
    """A row from pieces in the order of its fields; a piece may carry its field's label; optional fields may lack.

    Raises Wrong, and RowIncomplete when nothing is wrong but something is missing.
    """
    rows = each.kind
    assert isinstance(rows, Rows)
    t = turn.turn.t
    pieces = [p for p in _PIECES.split(line.strip()) if p]
    if len(pieces) == 1:
        parted = _SLASH if _SLASH.search(line) else re.compile(r"\s+")
        pieces = [p for p in parted.split(line.strip()) if p]
    names = ", ".join(t.plain(own.label) for own in rows.fields if own.asked)
    row: Values = {}
    pending = list(pieces)
    for own in rows.fields:
        inner = in_row(turn, row)
        if not own.applies(inner):
            continue
        labelled = next((p for p in pending if _own_label(own, p) is not None), None)
        free = [p for p in pending if not any(_own_label(o, p) is not None for o in rows.fields)]
        piece = labelled if labelled is not None else next(iter(free), None)
        behind = rows.fields[rows.fields.index(own) + 1 :]
        if labelled is None and not own.required and len(free) <= _needed(behind, pending, inner):
            # What is needed comes first: 入职 12/1-12/5 杭州 张老师 12 leaves region and lecturer out.
            piece = None
        if labelled is None and isinstance(own.kind, Text) and not any(o.applies(inner) for o in behind) and free:
            # A comma within a closing text is part of it.
            piece, pending = ", ".join(free), [", ".join(free), *(p for p in pending if p not in free)]
        if piece is None:
            if own.required and own.asked and own.preset(inner) is None:
                raise RowIncomplete(row, label=t.plain(own.label), names=names)
            if own.asked and not own.required and own.preset(inner) is None:
                row[own.key] = None
            continue
        try:
            row[own.key] = _read(own, (_own_label(own, piece) or piece) if labelled is not None else piece, inner)
        except Wrong:
            if own.required or labelled is not None:
                raise
            row[own.key] = None
            continue
        pending.remove(piece)
    if pending:
        raise Wrong(ROW_TOO_LONG, names=names)
    return row


def _needed(behind: Sequence[Field], pending: Sequence[str], inner: FormTurn) -> int:
    """How many of the fields behind need a piece without a label."""
    needed = (o for o in behind if o.required and o.applies(inner) and o.preset(inner) is None)
    return sum(not any(_own_label(own, piece) is not None for piece in pending) for own in needed)


def _own_label(own: Field, piece: str) -> str | None:
    """What stands behind the field's label in a piece such as 应到10; None when it does not begin with it."""
    folded = half_width(piece).casefold()
    for name in sorted((*both_languages(own.label), *own.words), key=len, reverse=True):
        label = half_width(name).casefold()
        if folded.startswith(label) and len(folded) > len(label):
            rest = folded[len(label) :]
            if _COLON.match(rest) or rest[0].isspace() or rest[0].isdigit():
                return half_width(piece)[len(label) :].lstrip(" :=")
    return None


def _rows_or_none(each: Field, pieces: Sequence[str], turn: FormTurn) -> list[Values] | None:
    try:
        return [read_row(each, piece, turn) for piece in pieces]
    except Wrong:
        return None
