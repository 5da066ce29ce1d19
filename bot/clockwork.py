"""What makes time pass: APScheduler ticks the planner.

No job store: what is due is worked out from the records at each tick.

The scheduler fires by the wall clock, so a clock that is set back would leave it waiting for hours; a watch on the
monotonic clock wakes it.
"""

import asyncio
import time
from collections.abc import Callable

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import metrics
from bot.clock import Clock
from handlers.turn import Surroundings
from schedules.planner import TickResult, tick
from storage.database import Database

log = structlog.get_logger()

LONGEST_WAIT = 20.0
"""Seconds after which time passes although Telegram does not answer: what is due is then sent when it does."""


class Clockwork:
    """Ticks the planner every few seconds."""

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
        self._ticked = time.monotonic()
        self._ticking = asyncio.Lock()

    async def tick(self) -> TickResult | None:
        """Plan what is due now. A failing tick is logged and tried again with the next one."""
        async with self._ticking:
            self._ticked = time.monotonic()
            try:
                result = await self._database.run(
                    lambda session: tick(session, self._clock.now(), self._surroundings.zone)
                )
            except Exception:
                log.exception("a tick of the planner failed", action="tick.failed")
                metrics.count_tick(time.monotonic() - self._ticked, failed=True)
                return None
        metrics.count_tick(time.monotonic() - self._ticked)
        if result.planned:
            log.info("planned", action="tick.planned", messages=result.planned)
            self._wake_sender()
        return result

    async def run(self, stopping: asyncio.Event) -> None:
        """Tick until told to stop."""
        scheduler = AsyncIOScheduler(job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})
        job = scheduler.add_job(self.tick, "interval", seconds=self._seconds)
        # What people said while the bot was away must be in the inbox before anything is planned about it.
        waits = [asyncio.create_task(event.wait()) for event in (self._caught_up, stopping)]
        await asyncio.wait(waits, timeout=LONGEST_WAIT, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        if stopping.is_set():
            return
        await self.tick()
        scheduler.start()
        try:
            while not stopping.is_set():
                try:
                    await asyncio.wait_for(stopping.wait(), self._seconds)
                except TimeoutError:
                    if time.monotonic() - self._ticked > 3 * self._seconds:
                        log.warning("the wall clock was moved; ticking again", action="tick.woken")
                        await self.tick()
                        job.reschedule("interval", seconds=self._seconds)
        finally:
            scheduler.shutdown(wait=False)
