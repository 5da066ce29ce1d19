"""What becomes of a workbook's formulas when somebody else computes them: LibreOffice, or without it a few lines here.

The values the bot wrote beside the formulas are taken out first, so that nothing but the formulas can give them back.
"""

import ast
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from python_calamine import CalamineWorkbook

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
Value = float | str
Cells = dict[tuple[str, str], Value]
"""By sheet and cell: ("批次指标", "Q2")."""

_CELL = re.compile(r'<c r="([A-Z]+\d+)"[^>]*><f>([^<]*)</f><v>([^<]*)</v></c>')
_RANGE = re.compile(r"\$([A-Z]+)\$(\d+):\$([A-Z]+)\$(\d+)")
_REFERENCE = re.compile(r'(?<!["A-Z])([A-Z]{1,3}\d+)(?![\d(])')


def formulas(content: bytes) -> dict[tuple[str, str], tuple[str, Value]]:
    """Every formula of a workbook with the value beside it."""
    found: dict[tuple[str, str], tuple[str, Value]] = {}
    names = CalamineWorkbook.from_filelike(BytesIO(content)).sheet_names
    with zipfile.ZipFile(BytesIO(content)) as archive:
        for number, name in enumerate(names, 1):
            for cell, formula, value in _CELL.findall(archive.read(f"xl/worksheets/sheet{number}.xml").decode()):
                plain = formula.replace("&gt;", ">").replace("&lt;", "<").replace("&quot;", '"').replace("&amp;", "&")
                found[name, cell] = (plain, _value(value))
    return found


def recalculate(content: bytes, folder: Path) -> Cells:
    """The values of all formulas, computed anew."""
    return by_libreoffice(content, folder) if SOFFICE else by_hand(content)


def by_libreoffice(content: bytes, folder: Path) -> Cells:
    """Opened, computed and saved by LibreOffice."""
    assert SOFFICE is not None
    source, target = folder / "book.xlsx", folder / "saved"
    source.write_bytes(_without_values(content))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [SOFFICE, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(target), str(source)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)
    assert "error" not in (run.stdout + run.stderr).lower(), run.stderr
    values = _grid((target / "book.xlsx").read_bytes())
    return {cell: values.get(cell, "") for cell in formulas(content)}


def by_hand(content: bytes) -> Cells:
    """The functions these workbooks use, evaluated on the cells."""
    known, wanted = _grid(content), formulas(content)
    for cell in wanted:
        known.pop(cell, None)
    return {cell: _evaluate(cell[0], wanted[cell][0], known, wanted) for cell in wanted}


def _evaluate(sheet: str, formula: str, known: Cells, wanted: dict[tuple[str, str], tuple[str, Value]]) -> Value:
    def cell(name: str) -> Value:
        if (sheet, name) in wanted:
            return _evaluate(sheet, wanted[sheet, name][0], known, wanted)
        return known.get((sheet, name), 0.0)

    def cells(column: str, first: str, last: str) -> list[Value]:
        return [
            cell(f"{column}{row}")
            for row in range(int(first), int(last) + 1)
            if (sheet, f"{column}{row}") in known or (sheet, f"{column}{row}") in wanted
        ]

    text = _RANGE.sub(lambda m: f'cells("{m[1]}", "{m[2]}", "{m[4]}")', formula)
    text = re.sub(r"(?<![<>=])=(?!=)", "==", text)
    text = re.sub(r'("[^"]*")|' + _REFERENCE.pattern, lambda m: m[1] or f'cell("{m[2]}")', text)
    # IF computes only the branch it takes.
    tree = _Choices().visit(ast.parse(text, mode="eval"))
    functions: dict[str, Callable[..., Value | list[Value]]] = {
        "cell": cell,
        "cells": cells,
        "INT": lambda number: float(int(number)),
        "SUM": lambda some: float(sum(v for v in some if isinstance(v, float))),
        "COUNT": lambda some: float(sum(isinstance(v, float) for v in some)),
        "SUMIFS": lambda some, keys, key: float(
            sum(v for v, k in zip(some, keys, strict=True) if k == key and isinstance(v, float))
        ),
    }
    value = eval(compile(ast.fix_missing_locations(tree), "formula", "eval"), {"__builtins__": {}}, functions)
    assert isinstance(value, float | int | str)
    return value if isinstance(value, str) else float(value)


class _Choices(ast.NodeTransformer):
    """IF(a, b, c) as Python says it."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "IF":
            return ast.IfExp(test=node.args[0], body=node.args[1], orelse=node.args[2])
        return node


def _without_values(content: bytes) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name.startswith("xl/worksheets/"):
                data = re.sub(rb"</f><v>[^<]*</v>", b"</f>", data)
            target.writestr(name, data)
    return buffer.getvalue()


def _grid(content: bytes) -> Cells:
    """Every number and text of a workbook; dates as 1.0, for counting."""
    found: Cells = {}
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    for name in book.sheet_names:
        for row, cells in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), 1):
            for column, value in enumerate(cells):
                if value != "":
                    found[name, f"{_letters(column)}{row}"] = value if isinstance(value, float | str) else 1.0
    return found


def _letters(column: int) -> str:
    return chr(65 + column) if column < 26 else chr(64 + column // 26) + chr(65 + column % 26)


def _value(text: str) -> Value:
    try:
        return float(text)
    except ValueError:
        return text
