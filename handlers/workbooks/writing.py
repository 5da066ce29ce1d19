"""Sheets become an XLSX file: row by row, so that a large workbook takes little more memory than a small one.

Slow; without the database; runs in a process of its own.
"""

from collections.abc import Sequence
from io import BytesIO

from handlers.workbooks.sheets import Look, Sheet

LONGEST_TITLE = 31
_NOT_IN_TITLES = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))
_RESERVED = frozenset({"history"})
"""Excel keeps this name for itself."""


def write_workbook(sheets: Sequence[Sheet]) -> bytes:
    """The file. Nothing that was typed can become a formula, a number or a link."""
    import xlsxwriter

    from handlers.workbooks.page import Page, Styles

    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        styles = Styles(
            heading=book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1, "text_wrap": True}),
            text=book.add_format({"valign": "top"}),
            day=book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"}),
            moment=book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top", "align": "left"}),
            looks={look: book.add_format({"num_format": look.value, "valign": "top"}) for look in Look},
        )
        for title, sheet in zip(sheet_titles([sheet.title for sheet in sheets]), sheets, strict=True):
            page = book.add_worksheet(title, Page)
            page.fill(sheet, styles)
            page.freeze_panes(1, 0)
            for place, column in enumerate(sheet.columns):
                page.set_column(place, place, column.width)
            if sheet.rows:
                page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
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


def _clip(text: str, end: str) -> str:
    """Measured as Excel measures, in UTF-16: a character beyond the first plane counts for two."""
    while len((text + end).encode("utf-16-le")) // 2 > LONGEST_TITLE:
        text = text[:-1]
    return text.rstrip(" '") + end
