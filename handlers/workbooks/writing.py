"""Sheets become an XLSX file: row by row, so that a large workbook takes no more memory than a small one.

Slow; without the database; runs in a process of its own.
"""

from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

from handlers.workbooks.sheets import Cell, Formula, Look, Sheet

LONGEST_TEXT = 32_767
"""Characters a cell can hold."""
LONGEST_TITLE = 31
_NOT_IN_TITLES = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))
_RESERVED = frozenset({"history"})
"""Excel keeps this name for itself."""


def write_workbook(sheets: Sequence[Sheet]) -> bytes:
    """The file. Nothing that was typed can become a formula, a number or a link."""
    import xlsxwriter

    buffer = BytesIO()
    # `constant_memory` keeps one row at a time; hence rows are written from the top, each from the left.
    with xlsxwriter.Workbook(buffer, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        pen = _Pen(book)
        for title, sheet in zip(sheet_titles([sheet.title for sheet in sheets]), sheets, strict=True):
            pen.draw(book.add_worksheet(title), sheet)
    return buffer.getvalue()


def sheet_titles(wanted: Sequence[str]) -> list[str]:
    """Titles a workbook takes: at most 31 characters, without signs it has other uses for, each only once."""
    used: set[str] = set()
    titles = []
    for text in wanted:
        plain = "".join(c for c in text.translate(_NOT_IN_TITLES) if c.isprintable()).strip(" '") or "_"
        title, number = _clip(plain, ""), 1
        while title.casefold() in used | _RESERVED:
            number += 1
            title = _clip(plain, f" ({number})")
        used.add(title.casefold())
        titles.append(title)
    return titles


class _Pen:
    """Writes into one workbook: the formats are made once."""

    def __init__(self, book: Any) -> None:
        self._heading = book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1, "text_wrap": True})
        self._text = book.add_format({"valign": "top"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
        self._moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top", "align": "left"})
        self._looks = {look: book.add_format({"num_format": look.value, "valign": "top"}) for look in Look}

    def draw(self, page: Any, sheet: Sheet) -> None:
        page.freeze_panes(1, 0)
        for place, column in enumerate(sheet.columns):
            page.set_column(place, place, column.width)
            page.write_string(0, place, column.heading, self._heading)
        for number, row in enumerate(sheet.rows, 1):
            self._row(page, number, row)
        if sheet.rows:
            page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
        for number, row in enumerate(sheet.beneath, len(sheet.rows) + 2):
            self._row(page, number, row)

    def _row(self, page: Any, number: int, row: tuple[Cell, ...]) -> None:
        for place, cell in enumerate(row):
            if isinstance(cell, Formula):
                page.write_formula(number, place, cell.text, self._looks[cell.look], value=cell.value)
            elif isinstance(cell, datetime):
                page.write_datetime(number, place, cell, self._moment)
            elif isinstance(cell, date):
                page.write_datetime(number, place, cell, self._day)
            elif isinstance(cell, int):
                page.write_number(number, place, cell, self._text)
            elif cell:
                page.write_string(number, place, _fitting(cell), self._text)


def _fitting(text: str) -> str:
    if text.startswith("<r>") and text.endswith("</r>"):
        # XlsxWriter takes such a text for its own markup and would write it into the file as it is.
        text += " "
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def _clip(text: str, end: str) -> str:
    """Measured as Excel measures, in UTF-16: a character beyond the first plane counts for two."""
    while len((text + end).encode("utf-16-le")) // 2 > LONGEST_TITLE:
        text = text[:-1]
    return text.rstrip(" '") + end
