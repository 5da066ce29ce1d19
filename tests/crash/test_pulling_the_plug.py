"""A short form of the crash runs; the long ones and their figures are in docs/reliability.md."""

from pathlib import Path

import pytest

from tests.crash import harness, postgres
from tests.crash.harness import free_port

KILLS = 4


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
def test_a_bot_on_sqlite_that_is_killed_again_and_again_loses_nothing(tmp_path: Path, webhook: bool) -> None:
    tally = harness.run(tmp_path, kills=KILLS, seed=7, webhook_port=free_port() if webhook else None)

    assert tally.updates >= 2 * KILLS
    assert tally.planned >= 12, "reminders fell into it"
    assert tally.sound, tally


def test_three_processes_on_postgres_of_which_one_after_another_is_killed_lose_nothing(
    tmp_path: Path, postgres_url: str
) -> None:
    tally = postgres.run(tmp_path, postgres_url, kills=KILLS, seed=3)

    assert tally.all.updates >= 2 * KILLS
    assert tally.sound, tally
