"""The demo's clock: shared through a file, forward only."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from bot.demo.clock import DemoClock

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@time_machine.travel(NOON, tick=False)
def test_two_processes_see_the_same_time(tmp_path: Path) -> None:
    page, bot = DemoClock(tmp_path / "clock.json"), DemoClock(tmp_path / "clock.json")
    assert bot.now() == NOON
    assert page.advance(timedelta(hours=1)) == NOON + timedelta(hours=1)
    assert bot.now() == NOON + timedelta(hours=1)
    page.move_to(NOON + timedelta(days=1))
    assert bot.now() == NOON + timedelta(days=1)
    page.reset()
    assert bot.now() == NOON


@time_machine.travel(NOON, tick=False)
def test_time_only_moves_forward(tmp_path: Path) -> None:
    clock = DemoClock(tmp_path / "clock.json")
    clock.advance(timedelta(hours=2))
    with pytest.raises(ValueError, match="forward"):
        clock.advance(timedelta(seconds=-1))
    with pytest.raises(ValueError, match="forward"):
        clock.move_to(NOON + timedelta(hours=1))
    with pytest.raises(ValueError, match="time zone"):
        clock.move_to(datetime(2030, 1, 1))  # noqa: DTZ001 the mistake under test
    assert clock.now() == NOON + timedelta(hours=2)


def test_time_goes_on_by_itself(tmp_path: Path) -> None:
    clock = DemoClock(tmp_path / "clock.json")
    with time_machine.travel(NOON, tick=False) as traveller:
        clock.advance(timedelta(days=3))
        traveller.shift(timedelta(minutes=5))
        assert clock.now() == NOON + timedelta(days=3, minutes=5)
