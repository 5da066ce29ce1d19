"""A worksheet that writes its rows by itself: most of what a large workbook takes.

XlsxWriter keeps the frame: styles, widths, filters, the package. Its own way through half a million cells took four
times as long. Rows are written as text in the cell (`inlineStr`), as XlsxWriter does when it keeps no rows in memory.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from handlers.workbooks.sheets import Cell, Formula, Look, Sheet

LONGEST_TEXT = 32_767
"""Characters a cell can hold."""
_DAY_0 = date(1899, 12, 30).toordinal()
"""Workbooks count days from here, for every day from March 1900 on."""
_SECONDS_OF_DAY = 86_400
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SPECIAL = re.compile("[\x00-\x08\x0b-\x1f&<>\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")


@dataclass(frozen=True)
class Styles:
    """The formats of a workbook, XlsxWriter's."""

    heading: Any
    text: Any
    day: Any
    moment: Any
    looks: dict[Look, Any]


class Page(Worksheet):  # type: ignore[misc]  # XlsxWriter brings no types
    """One worksheet of a workbook."""

    _sheet: Sheet
    _styles: Styles

    def fill(self, sheet: Sheet, styles: Styles) -> None:
        """What stands on it."""
        self._sheet, self._styles = sheet, styles
        # Tells how far the sheet reaches; what stands there is written below.
        self.write_blank(0, 0, None, styles.text)
        self.write_blank(_last_row(sheet) - 1, len(sheet.columns) - 1, None, styles.text)

    def _write_sheet_data(self) -> None:
        """Called by XlsxWriter as the file is put together."""
        self.fh.write("<sheetData>")
        for row in rows_of(self._sheet, _Numbers.of(self._styles)):
            self.fh.write(row)
        self.fh.write("</sheetData>")


@dataclass(frozen=True)
class _Numbers:
    """The numbers by which cells name their formats."""

    heading: int
    text: int
    day: int
    moment: int
    looks: dict[Look, int]

    @classmethod
    def of(cls, styles: Styles) -> "_Numbers":
        return cls(
            heading=styles.heading._get_xf_index(),
            text=styles.text._get_xf_index(),
            day=styles.day._get_xf_index(),
            moment=styles.moment._get_xf_index(),
            looks={look: style._get_xf_index() for look, style in styles.looks.items()},
        )


def _last_row(sheet: Sheet) -> int:
    """The number of the last row; the headings are row 1, and one is left free above what stands beneath."""
    return len(sheet.rows) + 1 + (len(sheet.beneath) + 1 if sheet.beneath else 0)


def rows_of(sheet: Sheet, numbers: _Numbers) -> Iterator[str]:
    """The rows as SpreadsheetML."""
    names = [xl_col_to_name(place) for place in range(len(sheet.columns))]
    headings = "".join(
        _text(f"{name}1", column.heading, numbers.heading) for name, column in zip(names, sheet.columns, strict=True)
    )
    yield f'<row r="1">{headings}</row>'
    for number, row in enumerate(sheet.rows, 2):
        yield _row(names, number, row, numbers)
    for number, row in enumerate(sheet.beneath, len(sheet.rows) + 3):
        yield _row(names, number, row, numbers)


def _row(names: Sequence[str], number: int, row: Sequence[Cell], numbers: _Numbers) -> str:
    cells = [f'<row r="{number}">']
    # A row beneath may have fewer cells than there are columns.
    for name, cell in zip(names, row, strict=False):
        if cell is None or cell == "":
            continue
        place = f"{name}{number}"
        if isinstance(cell, str):
            cells.append(_text(place, cell, numbers.text))
        elif isinstance(cell, int):
            cells.append(f'<c r="{place}" s="{numbers.text}"><v>{int(cell)}</v></c>')
        elif isinstance(cell, datetime):
            cells.append(f'<c r="{place}" s="{numbers.moment}"><v>{_days(cell)}</v></c>')
        elif isinstance(cell, date):
            cells.append(f'<c r="{place}" s="{numbers.day}"><v>{cell.toordinal() - _DAY_0}</v></c>')
        else:
            cells.append(_formula(place, cell, numbers.looks[cell.look]))
    cells.append("</row>")
    return "".join(cells)


def _text(place: str, text: str, style: int) -> str:
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{_escaped(_cut(text))}</t></is></c>'


def _formula(place: str, formula: Formula, style: int) -> str:
    kind = ' t="str"' if isinstance(formula.value, str) else ""
    text, value = _escaped(formula.text.removeprefix("=")), _escaped(str(formula.value))
    return f'<c r="{place}" s="{style}"{kind}><f>{text}</f><v>{value}</v></c>'


def _days(moment: datetime) -> float:
    """Days since day 0, the time of day as a fraction."""
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6
    return moment.toordinal() - _DAY_0 + seconds / _SECONDS_OF_DAY


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def _escaped(text: str) -> str:
    """What XML has other uses for, and what it cannot hold, in the way workbooks write it: a bell is `_x0007_`."""
    return _SPECIAL.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    found = match[0]
    if len(found) > 1:
        # It only looks like such a sign.
        return f"_x005F{found}"
    return _ENTITIES.get(found) or f"_x{ord(found):04X}_"
