"""One round: a bot is started, a crowd goes through it once, the bot is stopped. Ours and the peers go the same way."""

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
from tests.benchmarks.processes import (
    Running,
    bot_settings,
    free_port,
    running,
    running_program,
    until_open,
    until_ready,
)
from tests.benchmarks.wire import Wire

ECHO = ("1", "2", "3", "4")
SURVEY = ("/start", "Ann", "yes", "Rust")
WARM_UP = 20
REDIS = "redis-server"


@dataclass(frozen=True)
class Round:
    """One crowd that went through."""

    rate: float
    """Answers a second."""
    cpu_ms: float
    """Processor time of an answer."""
    p50: float
    """Milliseconds from an update to its answer, at the median; `p99`: of the slowest hundredth."""
    p99: float


@asynccontextmanager
async def _echo_bot(wire: Wire, folder: Path, people: int) -> AsyncIterator[Running]:
    with running("tests.benchmarks.peers.echo", wire.address, str(free_port())) as process:
        await until_ready(wire)
        yield process


@asynccontextmanager
async def _survey_bot(wire: Wire, folder: Path, people: int) -> AsyncIterator[Running]:
    port = free_port()
    with running_program(REDIS, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)):
        await until_open(port)
        with running("tests.benchmarks.peers.survey", wire.address, str(free_port()), str(port)) as process:
            await until_ready(wire)
            yield process


@asynccontextmanager
async def our_bot(wire: Wire, folder: Path, people: int) -> AsyncIterator[Running]:
    """The product on a new SQLite file, with so many managers who have recorded nothing yet."""
    database = folder / "bot.db"
    settle(f"sqlite:///{database}", people)
    with running("bot", "run", environment=bot_settings(wire, database)) as process:
        await until_ready(wire)
        yield process


def settle(url: str, people: int) -> None:
    """Companies and managers in an empty database, with nothing recorded yet."""
    upgrade(url)
    database = Database(url)
    with database.transaction() as session:
        settle_people(session, Size(companies=max(people // 10, 1), managers=people), today_of())
    database.close()


_BOTS = {"echo": (_echo_bot, ECHO), "survey": (_survey_bot, SURVEY), "bot": (our_bot, CHECK_IN)}


async def go_round(name: str, people: int, at_once: int, answer_after: float = 0.0) -> Round:
    """Let people talk to the bot of this name, so many at once; Telegram takes `answer_after` seconds for a call."""
    bot, steps = _BOTS[name]
    crowd = Crowd()
    with tempfile.TemporaryDirectory() as folder:
        async with (
            Wire(crowd.hears, answer_after=answer_after) as wire,
            bot(wire, Path(folder), people + WARM_UP) as process,
        ):
            await crowd.until_quiet()
            accounts = range(FIRST_ACCOUNT + 1, FIRST_ACCOUNT + people + WARM_UP + 1)
            await crowd.converse(wire, accounts[:WARM_UP], steps, at_once=at_once)
            crowd.seconds.clear()
            before = process.cpu_seconds()
            seconds = await crowd.converse(wire, accounts[WARM_UP:], steps, at_once=at_once)
            answers = people * len(steps)
            return Round(
                answers / seconds,
                (process.cpu_seconds() - before) / answers * 1000,
                percentile(crowd.seconds, 0.5) * 1000,
                percentile(crowd.seconds, 0.99) * 1000,
            )


def ratio_of(ours: Sequence[Round], theirs: Sequence[Round], what: Callable[[Round], float]) -> float:
    """Ours against theirs, round by round, at the median."""
    return statistics.median(what(mine) / what(other) for mine, other in zip(ours, theirs, strict=True))


def median_of(found: Sequence[Round], what: Callable[[Round], float]) -> float:
    """A figure of some rounds, at the median."""
    return statistics.median(what(each) for each in found)
