"""How fast the bot speaks: what Telegram allows overall, to one person and to one group."""

import pytest

from bot.pacing import Pace

PERSON, OTHER, GROUP = 7, 8, -100


class Stopwatch:
    """Time that passes by hand, in seconds."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def pace(watch: Stopwatch) -> Pace:
    """The defaults: 25 a second, 1 a second to a person, 18 a minute to a group."""
    return Pace(25, 1, 18, watch)


def sent_within(pace: Pace, watch: Stopwatch, chat: int, seconds: float) -> int:
    """How many messages go to a chat that always has one waiting."""
    sent, end = 0, watch.seconds + seconds
    while watch.seconds < end:
        if pace.allowance() and chat not in pace.resting_chats():
            pace.spend(chat)
            sent += 1
        else:
            watch.seconds += min(pace.seconds_until_change(), end - watch.seconds)
    return sent


def test_a_person_gets_a_short_burst_and_then_one_a_second(pace: Pace, watch: Stopwatch) -> None:
    assert sent_within(pace, watch, PERSON, 0.5) == 3
    assert sent_within(pace, watch, PERSON, 10) == pytest.approx(10, abs=1)


def test_a_group_gets_no_more_than_twenty_in_any_minute(pace: Pace, watch: Stopwatch) -> None:
    assert sent_within(pace, watch, GROUP, 60) <= 20 + 1
    assert sent_within(pace, watch, GROUP, 60) <= 18 + 1


def test_all_chats_together_stay_below_thirty_a_second(pace: Pace, watch: Stopwatch) -> None:
    sent = 0
    for chat in range(1, 200):
        if pace.allowance():
            pace.spend(chat)
            sent += 1
    assert sent == 25
    watch.seconds += pace.seconds_until_change() + 0.001
    assert pace.allowance() == 1


def test_a_chat_telegram_asks_to_wait_for_waits_alone(pace: Pace, watch: Stopwatch) -> None:
    pace.block(PERSON, 30)
    pace.block(PERSON, 5)
    assert pace.resting_chats() == [PERSON]
    assert OTHER not in pace.resting_chats()
    watch.seconds += 29
    assert pace.resting_chats() == [PERSON]
    watch.seconds += 2
    assert pace.resting_chats() == []
