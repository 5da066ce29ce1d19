"""The columns of a roster as a table: what a file's rows say about people, and how a roster is written into one.

The words of the headings are the same on the way in and out, so an exported roster can be read again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from handlers.forms.dates import read_day
from handlers.forms.fields import Wrong
from handlers.forms.numbers import half_width
from handlers.roster.cohort_form import LONGEST_NAME as LONGEST_COHORT
from handlers.roster.roster_entry import UNREADABLE_DAY, HireLine, UnfitLine, checked, clean, stage_of_word
from handlers.translations import N_, both_languages

COHORT, NAME, STATUS, STARTED = N_("Cohort"), N_("Hire's name"), N_("Status"), N_("Training since")
ON_POST, LAST_DAY, REASON = N_("On-post date"), N_("Last day"), N_("Reason")
COLUMNS = (COHORT, NAME, STATUS, STARTED, ON_POST, LAST_DAY, REASON)
FURTHER_WORDS = {
    COHORT: ("批次", "期", "期次", "培训批次", "班级"),
    NAME: ("姓名", "name", "名字", "员工姓名", "新人姓名", "新人", "员工"),
    STATUS: ("状态", "阶段", "stage"),
    STARTED: ("培训开始", "培训日期", "开训日期", "入职日期", "入职时间", "start", "started"),
    ON_POST: ("上岗日期", "上岗日", "上岗时间", "上岗", "on post"),
    LAST_DAY: ("最后工作日", "离职日期", "离职时间", "离职日", "离岗日期", "left"),
    REASON: ("原因", "离职原因", "备注", "note"),
}
_FIRST_SERIAL, _LAST_SERIAL = 20000, 80000
_SERIAL_ZERO = date(1899, 12, 30)

NO_HEADING = N_(
    "I cannot find the column with the names: the first row has to hold the headings. The template has them; tap "
    "“From a file” in /roster."
)
BAD_STATUS = N_("“{text}” under “Status” is not known; leave it empty, or write e.g. in training")
COHORT_LONG = N_("the cohort's name is longer than {most} characters")

NumberedRow = tuple[int, Sequence[str]]


@dataclass(frozen=True)
class TableLine:
    """One row that can be recorded: the person, and the cohort it names (empty: none)."""

    person: HireLine
    cohort: str


def read_table(rows: Sequence[NumberedRow], today: date) -> tuple[list[TableLine], list[UnfitLine]]:
    """The people of a file's rows, and the rows that cannot be recorded. Raises Wrong without a column of names."""
    columns, rest = _headings(rows)
    read: list[TableLine] = []
    unfit: list[UnfitLine] = []
    for number, cells in rest:
        said = {column: clean(cells[place]) for column, place in columns.items() if place < len(cells)}
        if not any(said.values()):
            continue
        try:
            read.append(_line(said, today))
        except Wrong as wrong:
            unfit.append(UnfitLine(f"{number} {said.get(NAME, '')}".strip()[:40], wrong))
    return read, unfit


def _headings(rows: Sequence[NumberedRow]) -> tuple[dict[str, int], Sequence[NumberedRow]]:
    """Where each column stands, and the rows below the headings. A bare list of names needs none."""
    for place, (_, cells) in enumerate(rows[:10]):
        found = {column: i for i, cell in reversed(list(enumerate(cells))) if (column := _column_of(cell))}
        if NAME in found:
            return found, rows[place + 1 :]
    if all(sum(1 for cell in cells if cell) == 1 for _, cells in rows):
        place = next(i for i, cell in enumerate(rows[0][1]) if cell)
        return {NAME: place}, rows
    raise Wrong(NO_HEADING)


def _column_of(heading: str) -> str | None:
    key = _key(heading)
    return next((c for c in COLUMNS if key in {_key(w) for w in (*both_languages(c), *FURTHER_WORDS[c])}), None)


def _key(heading: str) -> str:
    return re.sub(r"[\s*:_\-]|\(.*\)", "", half_width(heading).casefold())


def _line(said: dict[str, str], today: date) -> TableLine:
    stage = stage_of_word(said.get(STATUS, ""))
    if said.get(STATUS) and stage is None:
        raise Wrong(BAD_STATUS, text=said[STATUS][:20])
    cohort = said.get(COHORT, "")
    if len(cohort) > LONGEST_COHORT:
        raise Wrong(COHORT_LONG, most=LONGEST_COHORT)
    line = HireLine(
        said.get(NAME, ""),
        stage,
        _day(said, STARTED, today),
        _day(said, ON_POST, today),
        _day(said, LAST_DAY, today),
        said.get(REASON, "")[:200],
    )
    person = checked(line, today)
    # An export says of somebody who left in training when that was, and of everybody why.
    return TableLine(person if person.last_day is not None else replace(person, reason=""), cohort)


def _day(said: dict[str, str], column: str, today: date) -> date | None:
    text = said.get(column, "")
    if not text:
        return None
    if text.isdecimal() and _FIRST_SERIAL <= int(text[:6]) <= _LAST_SERIAL and len(text) == 5:
        # A date that lost its format is the number of a day.
        return _SERIAL_ZERO + timedelta(days=int(text))
    day = read_day(re.sub(r"[T ]\d{1,2}:\d\d.*$", "", text), today) if re.search(r"\d\D+\d|\d{8}", text) else None
    if day is None:
        raise Wrong(UNREADABLE_DAY, text=text[:20])
    return day
