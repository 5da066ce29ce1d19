"""docs/reliability.md: each row of its tables names tests, and they are there."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "reliability.md").read_text(encoding="utf-8")


def rows() -> list[str]:
    """The rows of every table whose last column is for tests, without headings."""
    found, in_table = [], False
    for line in PAGE.splitlines():
        if line.startswith("|") and line.endswith("| tests |"):
            in_table = True
        elif not line.startswith("|"):
            in_table = False
        elif in_table and not line.startswith("|---"):
            found.append(line)
    return found


def test_every_row_names_its_tests_and_they_exist() -> None:
    files = list(TESTS.rglob("test_*.py"))
    known = {file.name for file in files} | {
        node.name
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert len(rows()) > 25
    for row in rows():
        named = re.findall(r"`(test_\w+(?:\.py)?)`", row)
        assert named, row
        assert set(named) <= known, row
