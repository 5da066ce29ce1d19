"""Five weeks of the simulated year: `python -m tests.scenarios.year` lives through all of it."""

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from tests.handlers.recalculation import SOFFICE
from tests.scenarios.year import Year


def test_five_weeks_with_spring_festival(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From 1 February to 9 March 2026, with a waived week, two make-up days and both reports due on 28 February."""
    with closing(Year(tmp_path, date(2026, 2, 1), days=37, seed=5, companies=2, managers=2)) as year:
        findings = year.run()

    assert findings.faults == []
    assert findings.reminders > 50
    assert findings.figures > 50
    assert findings.cells > 100
    assert {"board", "weekly_state", "companies", "cohort_card"} <= findings.posts.keys()
    if SOFFICE is None:
        with capsys.disabled():
            print("\nLibreOffice (soffice) is not installed here: the formulas were computed by the test alone.")
