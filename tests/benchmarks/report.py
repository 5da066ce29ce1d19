"""What was measured, as a table and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """One figure, what it must reach, and whether it does."""

    subject: str
    name: str
    value: float
    unit: str
    must: str = ""
    met: bool | None = None
    """None: told for orientation only."""


def at_least(subject: str, name: str, value: float, unit: str, least: float) -> Figure:
    """A figure that must not be below a limit."""
    return Figure(subject, name, value, unit, f"≥ {least:g}", value >= least)


def at_most(subject: str, name: str, value: float, unit: str, most: float) -> Figure:
    """A figure that must not be above a limit."""
    return Figure(subject, name, value, unit, f"≤ {most:g}", value <= most)


def told(subject: str, name: str, value: float, unit: str) -> Figure:
    """A figure nothing is asked of."""
    return Figure(subject, name, value, unit)


def table(figures: Sequence[Figure]) -> str:
    """The figures for people, one a line."""
    words = {True: "met", False: "NOT MET", None: ""}
    return "\n".join(
        f"{each.subject:<12} {each.name:<58} {each.value:>10.2f} {each.unit:<12} {each.must:<8} {words[each.met]}"
        for each in figures
    )


def as_json(figures: Sequence[Figure]) -> str:
    """The figures for programs."""
    return json.dumps([asdict(each) for each in figures], ensure_ascii=False, indent=1)
