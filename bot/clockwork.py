"""What makes time pass: APScheduler says when to tick the planner, and a watch notices when the clock is moved.

No job store: what is due is worked out from the records at each tick.

The scheduler fires by the wall clock, so one that is set back would leave it waiting for hours, and a machine that
slept would be late; the watch compares the wall clock with the monotonic one.
"""

import asyncio
import time
from collections.abc import Callable
from functools import partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlmodel import Session

from bot import metrics
from bot.clock import Clock
from handlers.turn import Surroundings
from schedules.planner import TickResult, plan_more, tick
from storage.database import Database

log = structlog.get_logger()

LONGEST_WAIT = 20.0
"""Seconds after which time passes although Telegram does not answer: what is due is then sent when it does."""
WATCH_SECONDS = 1.0
"""How soon a clock that was moved is noticed."""
TOLERANCE = 1.0
"""Seconds by which the two clocks may drift apart between two looks."""


class Watch:
    """Notices that the clock went another way than time did: it was set, or the machine slept."""

    def __init__(self, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._seen = self._look()

    def was_moved(self) -> bool:
        """Whether the clock was moved since the last look."""
        before, self._seen = self._seen, self._look()
        return abs(self._seen - before) > TOLERANCE

    def _look(self) -> float:
        return self._clock.now().timestamp() - self._monotonic()


class Clockwork:
    """Ticks the planner every few seconds, and at once when the clock was moved."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        surroundings: Surroundings,
        seconds: float,
        wake_sender: Callable[[], None],
        caught_up: asyncio.Event,
    ) -> None:
        self._database = database
        self._clock = clock
        self._surroundings = surroundings
        self._seconds = seconds
        self._wake_sender = wake_sender
        self._caught_up = caught_up
        self._struck = asyncio.Event()

    async def tick(self) -> TickResult | None:
        """Plan what is due now, a transaction after the other. A failing tick is logged and tried again with the next
        one.
        """
        now, zone = self._clock.now(), self._surroundings.zone
        result = part = await self._plan(lambda session: tick(session, now, zone))
        while result is not None and part is not None and part.through is not None:
            part = await self._plan(partial(plan_more, now=now, zone=zone, through=part.through))
            result.reminders += part.reminders if part is not None else 0
        if result is not None and result.planned:
            log.info("planned", action="tick.planned", messages=result.planned)
        return result

    async def _plan(self, work: Callable[[Session], TickResult]) -> TickResult | None:
        began = time.monotonic()
        try:
            result = await self._database.run(work)
        except Exception:
            log.exception("a tick of the planner failed", action="tick.failed")
            metrics.count_tick(time.monotonic() - began, failed=True)
            return None
        metrics.count_tick(time.monotonic() - began)
        if result.planned:
            self._wake_sender()
        return result

    async def run(self, stopping: asyncio.Event) -> None:
        """Tick until told to stop."""
        # What people said while the bot was away must be in the inbox before anything is planned about it.
        await _first_of(self._caught_up, stopping, seconds=LONGEST_WAIT)
        scheduler = AsyncIOScheduler(job_defaults={"coalesce": True, "misfire_grace_time": None})
        job = scheduler.add_job(self._strike, "interval", seconds=self._seconds)
        watch = Watch(self._clock)
        self._struck.set()
        scheduler.start()
        try:
            while not stopping.is_set():
                await _first_of(self._struck, stopping, seconds=WATCH_SECONDS)
                if watch.was_moved():
                    log.info("the clock was moved", action="tick.woken")
                    job.reschedule("interval", seconds=self._seconds)
                elif not self._struck.is_set() or stopping.is_set():
                    continue
                self._struck.clear()
                await self.tick()
        finally:
            scheduler.shutdown(wait=False)

    async def _strike(self) -> None:
        self._struck.set()


async def _first_of(*events: asyncio.Event, seconds: float) -> None:
    """Wait for one of the events, but no longer than so many seconds."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
