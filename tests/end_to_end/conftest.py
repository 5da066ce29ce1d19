"""A bot process and a stand-in over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schedules.planner import TickResult
from storage.people import PersonState, Role
from tests.chat import ZONE, Phone
from tests.live import LiveWorld, SharedClock

STRIKES = ("07:01", "08:06", "09:01", "18:01", "20:01", "21:31")
"""The times of day after which there is something to be said."""


class TellingClock(SharedClock):
    """A shared clock that tells when it was moved."""

    def __init__(self, path: Path, moved: Callable[[], object]) -> None:
        super().__init__(path)
        self._moved = moved

    def to(self, local: str) -> None:
        """Move to a local time, and let the bot do what is due then."""
        super().to(local)
        self._moved()


class ScenarioWorld(LiveWorld):
    """A running bot that can be led through a scenario written for the test kit in process.

    Nothing of the bot runs in the test: its own planner ticks, and is waited for whenever the clock was moved.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, now="2026-02-09 09:00")
        self.clock = TellingClock(folder / "clock.json", self.tick)
        self.start()

    def tick(self) -> TickResult:
        """Wait until the bot's planner has looked at the clock. What it planned, the bot alone knows."""
        self.await_tick(self.clock.now())
        self.settle()
        return TickResult()

    def passes_to(self, local: str, *, minutes: int = 0) -> None:
        """Let time pass to a local moment; of each day the times are seen at which the bot has something to say."""
        end = datetime.fromisoformat(local).replace(tzinfo=ZONE).astimezone(UTC)
        day = self.clock.today
        while day <= end.astimezone(ZONE).date():
            for strike in STRIKES:
                moment = datetime.fromisoformat(f"{day} {strike}").replace(tzinfo=ZONE)
                if self.clock.now() < moment < end:
                    self.clock.to(f"{day} {strike}")
            day += timedelta(1)
        self.clock.to(local)

    def person(
        self,
        name: str,
        role: Role = Role.manager,
        company: str | tuple[str, ...] = (),
        *,
        language: str = "zh",
        since: str = "2026-01-01",
        state: PersonState = PersonState.active,
        telegram_id: int | None = None,
    ) -> Phone:
        """Somebody who takes part already, and has heard what the bot has to say to them at once."""
        phone = super().person(
            name, role, company, language=language, since=since, state=state, telegram_id=telegram_id
        )
        self.tick()
        return phone

    def _environment(self, listen_port: int | None) -> dict[str, str]:
        return super()._environment(listen_port) | {"BOT_TICK_SECONDS": "0.1"}


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveWorld]:
    """The bot as a process, not started yet, on 2026-12-01 10:00."""
    world = LiveWorld(tmp_path)
    yield world
    world.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[ScenarioWorld]:
    """The bot as a process, running, on 2026-02-09 09:00."""
    with closing(ScenarioWorld(tmp_path)) as world:
        yield world
