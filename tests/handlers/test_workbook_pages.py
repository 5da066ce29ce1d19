"""The rows of a worksheet as we write them are those that XlsxWriter writes cell by cell."""

import re
import zipfile
from datetime import date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from handlers.workbooks.sheets import Cell, Column, Formula, Look, Sheet
from handlers.workbooks.writing import write_workbook

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.sampled_from(["=1+1", " x ", "_x0041_", "\x07\r\n\t", "a&b<c>d", "\ufffe\uffff", "12", "<r>&</r>x"]),
    st.integers(32_765, 32_769).map(lambda length: "长" * length),
)
DAYS = st.dates(date(1900, 3, 1), date(2199, 12, 31))
MOMENTS = st.builds(datetime.combine, DAYS, st.times().map(lambda each: each.replace(microsecond=0)))
FORMULAS = st.builds(
    Formula,
    st.sampled_from(['=IF(B2=0,"—",INT(A2*1000/B2)/1000)', '=SUMIFS($A$2:$A$9,$B$2:$B$9,"<>&")', "=A1"]),
    st.one_of(st.floats(0, 1e6), st.sampled_from(["—", "<&>"])),
    st.sampled_from(list(Look)),
)
CELLS: st.SearchStrategy[Cell] = st.one_of(
    st.none(), st.just(""), TEXTS, st.integers(-(10**12), 10**12), DAYS, MOMENTS, FORMULAS
)
ROWS = st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6).map(tuple)


def cell_by_cell(sheet: Sheet) -> bytes:
    """The same sheet through XlsxWriter's own methods."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"constant_memory": True}) as book:
        day, moment = (book.add_format({"num_format": code}) for code in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))
        page: Any = book.add_worksheet(sheet.title)
        page.set_column(0, 2, 9)
        for place, column in enumerate(sheet.columns):
            page.write_string(0, place, column.heading)
        rows = [*enumerate(sheet.rows, 1), *enumerate(sheet.beneath, len(sheet.rows) + 2)]
        for number, row in rows:
            for place, cell in enumerate(row):
                if isinstance(cell, Formula):
                    look = book.add_format({"num_format": cell.look.value})
                    page.write_formula(number, place, cell.text, look, value=cell.value)
                elif isinstance(cell, date):
                    page.write_datetime(number, place, cell, moment if isinstance(cell, datetime) else day)
                elif isinstance(cell, int):
                    page.write_number(number, place, cell)
                elif cell:
                    page.write_string(number, place, cell if len(cell) <= 32_767 else f"{cell[:32_766]}…")
    return buffer.getvalue()


def read(content: bytes) -> tuple[Any, list[str], str]:
    """The values as a reader of workbooks sees them, the formulas, and how far the sheet reaches."""
    with zipfile.ZipFile(BytesIO(content)) as package:
        written = package.read("xl/worksheets/sheet1.xml").decode()
    values = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    return values, re.findall(r"<f>.*?</f>", written), re.findall(r"<dimension[^>]*>", written)[0]


@given(rows=ROWS, beneath=ROWS)
def test_rows_are_those_that_are_written_cell_by_cell(rows: tuple[Any, ...], beneath: tuple[Any, ...]) -> None:
    sheet = Sheet("x", (Column("甲"), Column("<乙>"), Column("丙")), rows, beneath)
    ours, theirs = read(write_workbook([sheet])), read(cell_by_cell(sheet))
    assert ours[:2] == theirs[:2]
    assert ours[2] == f'<dimension ref="A1:C{1 + len(rows) + (len(beneath) + 1 if beneath else 0)}"/>'
