"""How fast the bot speaks: what Telegram allows overall, to one person and to one group."""

from collections.abc import Sequence

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


def most_within(moments: list[float], seconds: float) -> int:
    """The most that went out within any stretch of so many seconds."""
    return max(sum(begin <= moment < begin + seconds for moment in moments) for begin in moments)


def sent_at(pace: Pace, watch: Stopwatch, chats: Sequence[int], seconds: float) -> list[float]:
    """When messages go out while every one of the chats has more of them waiting."""
    moments: list[float] = []
    end = watch.seconds + seconds
    while watch.seconds < end:
        resting = pace.resting_chats()
        for chat in [chat for chat in chats if chat not in resting][: pace.allowance()]:
            pace.spend(chat)
            moments.append(watch.seconds)
        watch.seconds += 0.02
    return moments


def test_a_person_gets_a_short_burst_and_then_one_a_second(pace: Pace, watch: Stopwatch) -> None:
    moments = sent_at(pace, watch, [PERSON], 10)
    assert moments[2] - moments[0] < 0.1
    assert len(moments) == pytest.approx(12, abs=1)


@pytest.mark.parametrize("per_minute", [1, 4, 18])
def test_no_minute_brings_a_group_more_than_was_set(watch: Stopwatch, per_minute: int) -> None:
    moments = sent_at(Pace(25, 1, per_minute, watch), watch, [GROUP], 240)
    assert most_within(moments, 60) <= per_minute
    assert len(moments) >= 2 * per_minute, "four minutes at half the rate or more"


def test_all_chats_together_stay_below_telegrams_thirty_a_second(pace: Pace, watch: Stopwatch) -> None:
    moments = sent_at(pace, watch, range(1, 1000), 10)
    assert most_within(moments, 1) <= 29
    assert 0.95 * 250 <= len(moments) <= 250


def test_a_chat_telegram_asks_to_wait_for_waits_alone(pace: Pace, watch: Stopwatch) -> None:
    pace.block(PERSON, 30)
    pace.block(PERSON, 5)
    assert pace.resting_chats() == [PERSON]
    assert OTHER not in pace.resting_chats()
    watch.seconds += 29
    assert pace.resting_chats() == [PERSON]
    watch.seconds += 2
    assert pace.resting_chats() == []
