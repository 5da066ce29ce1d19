"""Whether the memory grows with the updates: people who begin a check-in and break it off, again and again."""

import tempfile
from pathlib import Path

from tests.benchmarks.crowd import CHECK_IN, Crowd
from tests.benchmarks.large_town import FIRST_ACCOUNT
from tests.benchmarks.report import Figure, at_most, told
from tests.benchmarks.rounds import our_bot
from tests.benchmarks.wire import Wire

PEOPLE, AT_ONCE = 200, 32
STEPS = (*CHECK_IN[:-1], "→取消", "→放弃")
WARM_UP = 4_000
"""Updates after which whatever is kept of the same people is there."""
UPDATES = 100_000
MOST_GROWTH = 10.0
"""MiB, over UPDATES."""


async def measure(updates: int = UPDATES) -> list[Figure]:
    """What the process and those it started have grown by; over fewer updates as many times as much is reckoned."""
    crowd = Crowd()
    with tempfile.TemporaryDirectory() as folder:
        async with Wire(crowd.hears) as wire, our_bot(wire, Path(folder), PEOPLE) as process:
            await crowd.until_quiet()
            begun = process.family_memory_mib()
            await _send(wire, crowd, WARM_UP)
            warm = process.family_memory_mib()
            await _send(wire, crowd, updates)
            grown = process.family_memory_mib() - warm
    return [
        told("growing", "memory after the start", begun, "MiB"),
        told("growing", f"after {WARM_UP} updates", warm, "MiB"),
        told("growing", f"growth over the {updates} after them", grown, "MiB"),
        at_most("growing", f"growth over {UPDATES} updates", grown * UPDATES / updates, "MiB", MOST_GROWTH),
    ]


async def _send(wire: Wire, crowd: Crowd, updates: int) -> None:
    crowd.seconds.clear()
    conversations = updates // len(STEPS)
    accounts = [FIRST_ACCOUNT + 1 + number % PEOPLE for number in range(conversations)]
    await crowd.converse(wire, accounts, STEPS, at_once=AT_ONCE)
    await crowd.until_quiet()
