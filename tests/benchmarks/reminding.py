"""Ten thousand reminders due at once: how long the planner needs to write them down, how fast they go out at the pace
a bot is allowed, and how soon people are answered meanwhile.

The bot that sends is a process of its own, at its usual pace, in a time zone in which it is evening now.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlmodel import col, update

from bot.clock import SystemClock
from schedules.planner import plan_more, tick
from schedules.reminders import REMINDER
from storage.calendar_days import CalendarDay
from storage.database import Database
from storage.migration import upgrade
from storage.outbox import OutboxMessage, OutboxState
from tests.benchmarks.asking import ZONE, utc
from tests.benchmarks.crowd import CHECK_IN, Crowd, percentile
from tests.benchmarks.large_town import FIRST_ACCOUNT, Size, settle_people
from tests.benchmarks.processes import bot_settings, running, until_ready
from tests.benchmarks.report import Figure, at_least, at_most, told
from tests.benchmarks.wire import Call, Wire

PEOPLE = 10_000
BEFORE, DUE = "2026-11-26 19:59", "2026-11-26 20:00"
"""The evening reminder of the daily check-in (handbook §3)."""
EVENING = 20
PER_SECOND = 25
"""BOT_MESSAGES_PER_SECOND."""
QUIET_SECONDS, SENDING_SECONDS = 30.0, 60.0
BETWEEN_PEOPLE = 0.25
"""Seconds until the next person begins a check-in: eight answers a second."""
NETWORK = 0.05
"""Seconds Telegram takes to answer a call from far away."""


def measure() -> list[Figure]:
    """Planning in process, then sending."""
    return [*_planning(), *asyncio.run(_sending())]


def _planning() -> list[Figure]:
    """The ticks that find everybody's reminder due, and the one after them."""
    with tempfile.TemporaryDirectory() as folder:
        database = _town(f"sqlite:///{folder}/bot.db", utc(BEFORE))
        with database.transaction() as session:
            tick(session, utc(BEFORE), ZONE)
        seconds: list[float] = []
        planned = 0
        through: int | None = 0
        while through is not None:
            started = time.perf_counter()
            with database.transaction() as session:
                now = utc(DUE)
                result = plan_more(session, now, ZONE, through) if seconds else tick(session, now, ZONE)
            seconds.append(time.perf_counter() - started)
            planned, through = planned + result.reminders, result.through
        started = time.perf_counter()
        with database.transaction() as session:
            tick(session, utc(DUE), ZONE)
        after = time.perf_counter() - started
        database.close()
    return [
        told("reminding", "reminders planned", planned, ""),
        at_most("reminding", "planning them", sum(seconds), "s", 2.0),
        told("reminding", "the longest transaction of it", max(seconds) * 1000, "ms"),
        told("reminding", "the tick after it", after * 1000, "ms"),
    ]


@dataclass
class _Listening:
    """What comes in at Telegram."""

    crowd: Crowd = field(default_factory=Crowd)
    messages: list[float] = field(default_factory=list)
    """When each message came in."""
    reminded: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by the first reminder."""

    def hears(self, call: Call) -> None:
        self.crowd.hears(call)
        self.messages.append(time.perf_counter())
        if "🔔" in str(call.params.get("text", "")):
            self.reminded.set()

    async def converse(self, wire: Wire, people: Sequence[int], seconds: float) -> float:
        """Let people begin a check-in one after the other for a time; the 99th percentile of the time to answer."""
        self.crowd.seconds.clear()
        talks = []
        until = time.perf_counter() + seconds
        for person in people:
            if time.perf_counter() >= until:
                break
            talks.append(asyncio.create_task(self.crowd.converse(wire, [person], CHECK_IN[:2], at_once=1)))
            await asyncio.sleep(BETWEEN_PEOPLE)
        await asyncio.gather(*talks)
        return percentile(self.crowd.seconds, 0.99)


async def _sending() -> list[Figure]:
    """A minute of the broadcast, with people who check in before and during it."""
    zone = _evening()
    heard = _Listening()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bot.db"
        now = SystemClock().now()
        database = _town(f"sqlite:///{file}", now, zone)
        with database.transaction() as session:
            through = tick(session, now, zone).through
            while through is not None:
                through = plan_more(session, now, zone, through).through
            # Everybody has been reminded, until that is forgotten below.
            session.exec(update(OutboxMessage).values(state=OutboxState.sent))
        pace = {"BOT_MESSAGES_PER_SECOND": str(PER_SECOND), "BOT_MESSAGES_PER_SECOND_PER_CHAT": "1"}
        people = range(FIRST_ACCOUNT + 1, FIRST_ACCOUNT + PEOPLE + 1)
        async with Wire(heard.hears, answer_after=NETWORK) as wire:
            environment = bot_settings(wire, file) | pace | {"BOT_TIMEZONE": zone.key}
            with running("bot", "run", environment=environment) as process:
                await until_ready(wire)
                await heard.crowd.until_quiet()
                await heard.converse(wire, people[:20], 5)
                quiet = await heard.converse(wire, people[20:1000], QUIET_SECONDS)
                heard.reminded.clear()
                talk = asyncio.create_task(heard.converse(wire, people[1000:], SENDING_SECONDS + 5))
                with database.transaction() as session:
                    session.exec(delete(OutboxMessage).where(col(OutboxMessage.kind) == REMINDER))
                forgotten = time.perf_counter()
                await heard.reminded.wait()
                began, cpu = time.perf_counter(), process.cpu_seconds()
                await asyncio.sleep(SENDING_SECONDS)
                sent = sum(1 for at in heard.messages if began < at <= began + SENDING_SECONDS)
                used = (process.cpu_seconds() - cpu) / SENDING_SECONDS
                busy = await talk
        database.close()
    return [
        told("reminding", "until the first of them is sent", began - forgotten, "s"),
        at_least("reminding", "messages sent, of those allowed", sent / SENDING_SECONDS / PER_SECOND * 100, "%", 95.0),
        told("reminding", "processor meanwhile", used * 100, "%"),
        told("reminding", "time to answer before, p99", quiet * 1000, "ms"),
        at_most("reminding", "time to answer meanwhile, p99, above it", (busy - quiet) * 1000, "ms", 150.0),
    ]


def _town(url: str, now: datetime, zone: ZoneInfo = ZONE) -> Database:
    """Managers who owe a daily today and nothing before."""
    upgrade(url)
    database = Database(url)
    today = now.astimezone(zone).date()
    with database.transaction() as session:
        settle_people(session, Size(companies=PEOPLE // 10, managers=PEOPLE), today)
        session.add(CalendarDay(day=today, company_key=0, is_workday=True, recorded_at=now - timedelta(days=1)))
    return database


def _evening() -> ZoneInfo:
    """A zone in which the evening reminder is due now."""
    ahead = (EVENING - SystemClock().now().astimezone(UTC).hour + 12) % 24 - 12
    return ZoneInfo(f"Etc/GMT{-ahead:+d}")
