"""What happened, for those who watch: the page and the tests. And the bell that wakes those who wait."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from bot.demo.refusal import JsonObject


class Bell:
    """Wakes every task that waits for something to change; may be rung from any thread."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Wake all who wait now."""
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            loop = future.get_loop()
            if not loop.is_closed():
                loop.call_soon_threadsafe(_wake, future)

    async def wait(self, seconds: float) -> bool:
        """Wait for the next ring, at most so many seconds; says whether it rang."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await asyncio.wait_for(future, seconds)
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(future)
        return True


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


@dataclass(frozen=True)
class Event:
    """One thing that happened, numbered from 1."""

    number: int
    kind: str
    detail: JsonObject


class Events:
    """The last events, to be followed as a stream."""

    def __init__(self, keep: int = 5_000) -> None:
        self._events: deque[Event] = deque(maxlen=keep)
        self._number = 0
        self._open = True
        self.bell = Bell()

    @property
    def last(self) -> int:
        """Number of the latest event."""
        return self._number

    def publish(self, kind: str, detail: JsonObject) -> None:
        """Note an event and wake those who follow."""
        self._number += 1
        self._events.append(Event(self._number, kind, detail))
        self.bell.ring()

    def since(self, number: int) -> list[Event]:
        """The events after this number, oldest first."""
        return [event for event in self._events if event.number > number]

    def close(self) -> None:
        """End all streams."""
        self._open = False
        self.bell.ring()

    async def follow(self, number: int, idle_seconds: float = 15.0) -> AsyncIterator[Event | None]:
        """The events after this number, for ever; None as a sign of life when nothing happens."""
        while self._open:
            fresh = self.since(number)
            for event in fresh:
                number = event.number
                yield event
            if not fresh and self._open and not await self.bell.wait(idle_seconds):
                yield None
