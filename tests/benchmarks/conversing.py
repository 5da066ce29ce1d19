"""Whole conversations a second: our check-in against aiogram's own example of a form, its answers kept in Redis.

Four messages and four answers each. Ours is committed to the disk step by step; Redis keeps its state in memory, as it
comes. Rounds alternate.
"""

import shutil

from tests.benchmarks.report import Figure, at_least, told
from tests.benchmarks.rounds import REDIS, SURVEY, Round, go_round, median_of, ratio_of

AT_ONCE = 64


def is_possible() -> bool:
    """Whether there is a Redis to measure against (Debian: `apt-get install redis-server`)."""
    return shutil.which(REDIS) is not None


async def measure(people: int, rounds: int) -> list[Figure]:
    """The ratio, and what it is made of, at the median over the rounds."""
    found: dict[str, list[Round]] = {"survey": [], "bot": []}
    for _ in range(rounds):
        for name, of_bot in found.items():
            of_bot.append(await go_round(name, people, AT_ONCE))
    theirs, ours = found.values()
    return [
        at_least(
            "conversing", "conversations a second, against aiogram with Redis", ratio_of(ours, theirs, _rate), "×", 1.0
        ),
        told("conversing", "conversations a second", median_of(ours, _rate), "/s"),
        told("conversing", "aiogram's with Redis", median_of(theirs, _rate), "/s"),
        told("conversing", "processor time a conversation", median_of(ours, _cpu), "ms"),
        told("conversing", "aiogram's, without that of Redis", median_of(theirs, _cpu), "ms"),
    ]


def _rate(each: Round) -> float:
    """Conversations a second: every one has as many answers as the survey."""
    return each.rate / len(SURVEY)


def _cpu(each: Round) -> float:
    return each.cpu_ms * len(SURVEY)
