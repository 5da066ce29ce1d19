"""Letting time pass in the demo: through every moment at which the bot does something by itself."""

import asyncio
import time
from datetime import datetime

from bot.demo.clock import DemoClock
from bot.demo.stage import Demo
from bot.demo.timeline import next_to_come, planned_until

_MOST_STOPS = 40
_PATIENCE_SECONDS = 3.0
_LOOK_SECONDS = 0.1


async def pass_time(demo: Demo, until: datetime) -> datetime:
    """Move the clock to an aware moment, stopping where something is planned until the bot has seen to it.

    A clock that jumps over them looks to the bot like an outage of its own: it would count what it missed and tell the
    admins. That is what happens beyond some weeks, and while the bot is not running. ValueError for the past.
    """
    clock, played = demo.clock, demo.round
    if until < clock.now():
        raise ValueError("time only moves forward")
    for stop in await _stops_until(demo, until):
        now = _reach(clock, stop)
        demo.telegram.world.events.publish("clock", {"now": now.isoformat()})
        await _seen_to(demo, stop)
        if demo.round != played:
            # Somebody began anew meanwhile.
            return clock.now()
    return _reach(clock, until)


def _reach(clock: DemoClock, moment: datetime) -> datetime:
    # Time went on while the bot was at work: the moment may have come by itself.
    return clock.move_to(moment) if moment > clock.now() else clock.now()


async def _stops_until(demo: Demo, until: datetime) -> list[datetime]:
    """Where something is planned up to then; nothing when that is too much, or nobody is there to see to it."""
    if demo.process is None or not demo.process.running:
        return []
    coming = await asyncio.to_thread(next_to_come, demo.database_url, demo.clock.now(), _MOST_STOPS + 1)
    stops = [one.at for one in coming if one.at <= until]
    return sorted(set(stops)) if len(stops) <= _MOST_STOPS else []


async def _seen_to(demo: Demo, moment: datetime) -> None:
    ends = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < ends:
        planned = await asyncio.to_thread(planned_until, demo.database_url)
        if planned is not None and planned >= moment:
            return
        await asyncio.sleep(_LOOK_SECONDS)
