"""What a sheet of a workbook is: columns, rows, live fractions. Frozen values, so that they can leave the session.

A live fraction is a formula over the cells it is made of, so that whoever changes a count sees what becomes of the
rate. Its value as the bot computes it stands beside it in the file, for readers that do not calculate.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Self
from zoneinfo import ZoneInfo

from storage.ratios import UNDEFINED, level, percent, ratio

NARROW, MIDDLE, WIDE, WIDEST = 9, 14, 22, 48
"""Widths of columns in characters; a Chinese one counts for two."""


class Look(StrEnum):
    """How a number that is computed is shown."""

    rate = "0.0%"
    level = "0.00"
    whole = "0"


@dataclass(frozen=True)
class Formula:
    """A formula of ours, never of somebody's typing, with its value."""

    text: str
    value: float | str
    look: Look


Cell = str | int | date | datetime | Formula | None
"""Text is written as text whatever it begins with; a moment is local and without a zone, as workbooks have it."""


@dataclass(frozen=True)
class Column:
    """One column: its heading in the reader's language, and how wide it is."""

    heading: str
    width: int = MIDDLE


@dataclass(frozen=True)
class Sheet:
    """One sheet: headings, rows, and lines beneath that the filter leaves alone."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    beneath: tuple[tuple[Cell, ...], ...] = ()
    is_cut: bool = False
    """There are more rows than a sheet holds."""

    @classmethod
    def of(
        cls,
        title: str,
        columns: Sequence[Column],
        rows: Iterable[tuple[Cell, ...]],
        most: int,
        beneath: Sequence[tuple[Cell, ...]] = (),
    ) -> Self:
        """A sheet with at most so many rows."""
        every = tuple(rows)
        return cls(title, tuple(columns), every[:most], tuple(beneath), is_cut=len(every) > most)


def reference(column: int, row: int) -> str:
    """The name of a cell: column 0 in row 2 is `A2`. Rows are numbered as in the workbook; the first record is in 2."""
    return f"{_letters(column)}{row}"


def stretch(column: int, first: int, last: int) -> str:
    """The name of the cells of a column, `$B$2:$B$9`: fixed, so that a formula may be copied."""
    name = _letters(column)
    return f"${name}${first}:${name}${last}"


def _letters(column: int) -> str:
    """A to Z, then AA, AB …"""
    before, last = divmod(column, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


def live_rate(top: str, bottom: str, numerator: int, denominator: int) -> Formula:
    """A percentage of two cells, truncated to one decimal as everywhere; "—" when nobody is in the denominator."""
    text = f'=IF({bottom}=0,"{UNDEFINED}",INT({top}*1000/{bottom})/1000)'
    fraction = ratio(numerator, denominator)
    return Formula(text, UNDEFINED if fraction is None else float(Fraction(percent(fraction)) / 100), Look.rate)


def live_level(top: str, bottom: str, numerator: int, denominator: int) -> Formula:
    """Orders a head from two cells, truncated to two decimals; "—" when nobody is in the denominator."""
    text = f'=IF({bottom}=0,"{UNDEFINED}",INT({top}*100/{bottom})/100)'
    fraction = ratio(numerator, denominator)
    return Formula(text, UNDEFINED if fraction is None else float(Fraction(level(fraction))), Look.level)


def local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """An instant as the clock on the wall showed it: workbooks know no time zones."""
    return None if moment is None else moment.astimezone(zone).replace(tzinfo=None)
