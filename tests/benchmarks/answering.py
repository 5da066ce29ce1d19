"""How many answers a second, and how soon one comes: check-ins of our bot against the library's own echo bot.

Both run as processes of their own behind a webhook of the same server; rounds alternate, so that both meet the same
machine. Our bot commits every update before it acknowledges it, and every answer before it is sent.
"""

import statistics
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from storage.database import Database
from storage.migration import upgrade
from tests.benchmarks.crowd import CHECK_IN, Crowd, percentile
from tests.benchmarks.large_town import FIRST_ACCOUNT, Size, settle_people, today_of
from tests.benchmarks.processes import Running, bot_settings, free_port, running, until_ready
from tests.benchmarks.report import Figure, at_least, at_most, told
from tests.benchmarks.wire import Wire

ECHO = ("1", "2", "3", "4")
BUSY, LIGHT, FAR = 64, 1, 200
"""People who chat at the same time."""
NETWORK = 0.05
"""Seconds Telegram takes to answer a call from far away."""


@dataclass
class _Round:
    """One crowd that went through."""

    rate: float
    cpu_ms: float
    p50: float
    p99: float


@asynccontextmanager
async def _echo_bot(wire: Wire, folder: Path, people: int) -> AsyncIterator[Running]:
    with running("tests.benchmarks.peers.echo", wire.address, str(free_port())) as process:
        await until_ready(wire)
        yield process


@asynccontextmanager
async def _our_bot(wire: Wire, folder: Path, people: int) -> AsyncIterator[Running]:
    database = folder / "bot.db"
    _settle(f"sqlite:///{database}", people)
    with running("bot", "run", environment=bot_settings(wire, database)) as process:
        await until_ready(wire)
        yield process


def _settle(url: str, people: int) -> None:
    """Companies and managers, with nothing recorded yet."""
    upgrade(url)
    database = Database(url)
    with database.transaction() as session:
        settle_people(session, Size(companies=max(people // 10, 1), managers=people), today_of())
    database.close()


_BOTS = {"echo": (_echo_bot, ECHO), "bot": (_our_bot, CHECK_IN)}
_WARM_UP = 20


async def _round(name: str, people: int, at_once: int, answer_after: float = 0.0) -> _Round:
    bot, steps = _BOTS[name]
    crowd = Crowd()
    with tempfile.TemporaryDirectory() as folder:
        async with (
            Wire(crowd.hears, answer_after=answer_after) as wire,
            bot(wire, Path(folder), people + _WARM_UP) as process,
        ):
            await crowd.until_quiet()
            accounts = range(FIRST_ACCOUNT + 1, FIRST_ACCOUNT + people + _WARM_UP + 1)
            await crowd.converse(wire, accounts[:_WARM_UP], steps, at_once=at_once)
            crowd.seconds.clear()
            before = process.cpu_seconds()
            seconds = await crowd.converse(wire, accounts[_WARM_UP:], steps, at_once=at_once)
            answers = people * len(steps)
            return _Round(
                answers / seconds,
                (process.cpu_seconds() - before) / answers * 1000,
                percentile(crowd.seconds, 0.5) * 1000,
                percentile(crowd.seconds, 0.99) * 1000,
            )


async def measure(people: int, rounds: int) -> list[Figure]:
    """The ratios, each the median over the rounds."""
    busy: dict[str, list[_Round]] = {"echo": [], "bot": []}
    light: dict[str, list[_Round]] = {"echo": [], "bot": []}
    for _ in range(rounds):
        for name in _BOTS:
            busy[name].append(await _round(name, people, BUSY))
            light[name].append(await _round(name, max(people // 10, 5), LIGHT))
    far = await _round("bot", people, FAR, NETWORK)

    def ratio(found: dict[str, list[_Round]], what: Callable[[_Round], float]) -> float:
        pairs = zip(found["bot"], found["echo"], strict=True)
        return statistics.median(what(ours) / what(theirs) for ours, theirs in pairs)

    def median(found: Sequence[_Round], what: Callable[[_Round], float]) -> float:
        return statistics.median(what(each) for each in found)

    return [
        at_least("answering", "answers a second, against the echo bot", ratio(busy, lambda r: r.rate), "×", 1.0),
        told("answering", "answers a second", median(busy["bot"], lambda r: r.rate), "/s"),
        told("answering", "the echo bot's", median(busy["echo"], lambda r: r.rate), "/s"),
        told("answering", "processor time an answer", median(busy["bot"], lambda r: r.cpu_ms), "ms"),
        told("answering", "the echo bot's", median(busy["echo"], lambda r: r.cpu_ms), "ms"),
        at_most(
            "answering", "light load, median time to answer, against echo", ratio(light, lambda r: r.p50), "×", 4.0
        ),
        at_most("answering", "light load, p99 against echo", ratio(light, lambda r: r.p99), "×", 10.0),
        at_least("answering", "answers a second while Telegram takes 50 ms", far.rate, "/s", 300),
    ]
