"""Reads an XLSX or CSV file somebody sent, in a process of its own that may take little time and memory.

A program: `python -I roster_reader.py xlsx < file`. It answers with one JSON object, `{"refused": reason}` or
`{"rows": [[number, [cell, …]], …]}`. Cells are text, dates ISO; formulas are read as the values that were saved with
them. It knows nothing of the bot and imports nothing of it, so that a hostile file meets as little as possible.
"""

import csv
import datetime
import io
import json
import sys
import zipfile
from collections.abc import Iterable, Iterator

LARGEST_UNPACKED = 40 * 1024 * 1024
MOST_ENTRIES = 1000
MOST_ROWS = 5000
MOST_COLUMNS = 50
LONGEST_CELL = 300
CPU_SECONDS = 8
MEMORY = 700 * 1024 * 1024

Row = tuple[int, list[str]]


class Refused(Exception):
    """The file is not read; the reason is one of the words the bot has a sentence for."""


def main() -> None:
    """Read standard input, write standard output."""
    limit_resources()
    kind, content = sys.argv[1], sys.stdin.buffer.read()
    try:
        answer: dict[str, object] = {"rows": read(kind, content)}
    except Refused as refused:
        answer = {"refused": str(refused)}
    except MemoryError:
        answer = {"refused": "too_large"}
    json.dump(answer, sys.stdout)


def limit_resources() -> None:
    """Let the system end this process when the file asks for too much."""
    try:
        import resource
    except ImportError:
        # Not on Windows: there the time limit of the caller remains.
        return
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(kind: str, content: bytes) -> list[Row]:
    """The rows of a file that are not empty, each with its number in the file. Raises Refused."""
    rows = list(_limited(_csv_rows(content) if kind == "csv" else _xlsx_rows(content)))
    if not rows:
        raise Refused("empty")
    return rows


def _limited(rows: Iterable[tuple[int, Iterable[object]]]) -> Iterator[Row]:
    count = 0
    for number, cells in rows:
        texts = [as_text(cell) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            continue
        count += 1
        if count > MOST_ROWS:
            raise Refused("too_many_rows")
        if len(texts) > MOST_COLUMNS:
            raise Refused("too_many_columns")
        yield number, texts


def as_text(cell: object) -> str:
    """A cell as text: whole numbers without a point, dates without a time of day."""
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat()
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())[:LONGEST_CELL] if cell is not None else ""


def _xlsx_rows(content: bytes) -> Iterator[tuple[int, Iterable[object]]]:
    check_package(content)
    from python_calamine import CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for index in range(len(workbook.sheet_names)):
            sheet = workbook.get_sheet_by_index(index)
            if sheet.start is None or not sheet.height:
                continue
            if sheet.width > MOST_COLUMNS:
                raise Refused("too_many_columns")
            first = sheet.start[0] + 1
            yield from enumerate(sheet.to_python(nrows=MOST_ROWS * 2), first)
            return
    except (Refused, MemoryError):
        raise
    except Exception as error:
        raise Refused("unreadable") from error


def check_package(content: bytes) -> None:
    """Look at an XLSX package before anything is unpacked. Raises Refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Refused("unreadable") from error
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise Refused("too_large")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused("locked")


def _csv_rows(content: bytes) -> Iterator[tuple[int, Iterable[object]]]:
    text = decoded(content)
    csv.field_size_limit(LONGEST_CELL * 100)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",\t;，", key=lambda mark: (first.count(mark), mark == ","))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise Refused("unreadable") from error


def decoded(content: bytes) -> str:
    """Text in UTF-8, in UTF-16 with its mark, or as Excel in China saves it. Raises Refused."""
    marks = (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if content.startswith(marks) else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise Refused("unreadable")
        return text
    raise Refused("encoding")


if __name__ == "__main__":
    main()
