"""When somebody acted: as a message or a press tells it, else with the benefit of the doubt (handbook §3)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.receiver import said_at

DEADLINE = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
"""08:00 in Shanghai."""


def seconds(before_the_deadline: int) -> int:
    return int(DEADLINE.timestamp()) - before_the_deadline


def message(date: int, **more: Any) -> dict[str, Any]:
    return {"update_id": 1, "message": {"date": date, "chat": {"id": 5}, **more}}


def press(shown: int = 0, **more: Any) -> dict[str, Any]:
    return {"update_id": 1, "callback_query": {"id": "1", "data": "x", "message": {"date": shown}, **more}}


def test_a_message_counts_from_its_own_date_whenever_it_comes() -> None:
    late = DEADLINE + timedelta(hours=2)
    assert said_at(message(seconds(1)), late, None) == DEADLINE - timedelta(seconds=1)
    assert said_at(message(seconds(0)), late, DEADLINE - timedelta(hours=1)) == DEADLINE


def test_a_press_counts_from_when_it_was_received_or_as_it_tells_itself() -> None:
    now = DEADLINE + timedelta(seconds=3)
    assert said_at(press(), now, None) == now
    assert said_at(press(date=seconds(2)), now, None) == DEADLINE - timedelta(seconds=2)


@pytest.mark.parametrize("away", [timedelta(seconds=5), timedelta(minutes=1), timedelta(hours=2)])
def test_a_press_that_waited_through_an_outage_counts_from_when_the_bot_was_last_there(away: timedelta) -> None:
    back = DEADLINE + timedelta(seconds=2)
    assert said_at(press(), back, back - away) == back - away


def test_a_press_is_not_older_than_the_message_it_is_under_nor_than_now() -> None:
    back, heard = DEADLINE + timedelta(hours=2), DEADLINE - timedelta(hours=1)
    assert said_at(press(seconds(120)), back, heard) == DEADLINE - timedelta(minutes=2)
    assert said_at(press(), heard, back) == heard
