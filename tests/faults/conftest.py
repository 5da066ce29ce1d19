"""The program to disturb, and where measured times go."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.program import Program, running_program

Measured = Callable[[str, float], None]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Program]:
    """The bot on SQLite, not started yet, on 2026-12-01 10:00."""
    with running_program(tmp_path) as world:
        yield world


@pytest.fixture
def measured(record_property: Callable[[str, object], None]) -> Measured:
    """Notes a time for the table in docs/reliability.md: see --junitxml."""

    def note(what: str, seconds: float) -> None:
        record_property(what, f"{seconds:.1f} s")

    return note
