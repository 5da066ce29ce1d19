"""What makes time pass: a clock that is moved is noticed at once, whichever way."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import clockwork
from bot.clockwork import Clockwork, Watch
from schedules import reminders
from storage.outbox import OutboxState, count_messages
from tests.chat import StillClock, World

SELDOM = 300.0
"""Seconds between two ticks: what a test sees sooner is not the interval's doing."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


@pytest.mark.parametrize(
    ("wall", "monotonic", "moved"),
    [
        (0.0, 0.0, False),
        (60.0, 60.0, False),
        (60.4, 60.0, False),
        (3600.0, 1.0, True),
        (-3600.0, 1.0, True),
        (1.0, 8 * 3600.0, True),
    ],
)
def test_a_clock_was_moved_when_it_went_another_way_than_time(wall: float, monotonic: float, moved: bool) -> None:
    clock, passed = StillClock(), [5.0]
    watch = Watch(clock, lambda: passed[0])
    clock.forward(seconds=wall)
    passed[0] += monotonic
    assert watch.was_moved() is moved
    assert not watch.was_moved()


@pytest.mark.parametrize("step", [timedelta(days=2), timedelta(days=-2)])
async def test_what_is_due_after_the_clock_was_moved_is_planned_within_moments(
    world: World, monkeypatch: pytest.MonkeyPatch, step: timedelta
) -> None:
    monkeypatch.setattr(clockwork, "WATCH_SECONDS", 0.02)
    world.manager("王芳")
    world.clock.to("2026-11-25 12:00")
    stopping, caught_up, planned = asyncio.Event(), asyncio.Event(), asyncio.Event()
    works = Clockwork(world.database, world.clock, world.surroundings, SELDOM, planned.set, caught_up)
    running = asyncio.create_task(works.run(stopping))
    caught_up.set()
    await asyncio.wait_for(planned.wait(), 5)

    planned.clear()
    world.clock.to("2026-11-25 20:00")
    await asyncio.wait_for(planned.wait(), 5)

    planned.clear()
    world.clock.moment += step
    await asyncio.sleep(0.1)
    world.clock.to("2026-11-26 20:00")
    await asyncio.wait_for(planned.wait(), 5)
    stopping.set()
    await asyncio.wait_for(running, 5)


async def test_nothing_is_planned_before_what_waited_at_telegram_is_in_the_inbox(world: World) -> None:
    world.manager("王芳")
    world.clock.to("2026-11-25 20:00")
    stopping, caught_up, planned = asyncio.Event(), asyncio.Event(), asyncio.Event()
    works = Clockwork(world.database, world.clock, world.surroundings, SELDOM, planned.set, caught_up)
    running = asyncio.create_task(works.run(stopping))
    await asyncio.sleep(0.05)
    assert not planned.is_set()
    caught_up.set()
    await asyncio.wait_for(planned.wait(), 5)
    stopping.set()
    await asyncio.wait_for(running, 5)


async def test_very_many_reminders_are_planned_in_parts_each_written_by_itself(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "MOST_AT_ONCE", 2)
    for name in ("王芳", "李强", "赵敏", "钱进", "孙丽"):
        world.manager(name)
    written: list[int] = []

    def wake() -> None:
        with world.session() as session:
            written.append(count_messages(session, OutboxState.open))

    works = Clockwork(world.database, world.clock, world.surroundings, SELDOM, wake, asyncio.Event())
    world.clock.to("2026-11-25 20:00")
    result = await works.tick()
    assert result is not None
    assert result.reminders == 5
    assert written == [2, 4, 5]
