"""People who chat with a bot as fast as it answers: each says the next thing when the last was answered."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.benchmarks.wire import Call, Wire

ARROW = "→"
"""Begins a step that presses the button with this label instead of typing."""
CHECK_IN = ("日报", "→上班", "明天陪访两位新人", "→确认")
PATIENCE = 25.0


@dataclass
class Crowd:
    """Every person goes through the same steps once; a few at a time."""

    seconds: list[float] = field(default_factory=list)
    """From each update to its answer."""
    patience: float = PATIENCE
    """Seconds after which nobody waits any longer."""
    _heard: dict[int, asyncio.Future[Call]] = field(default_factory=dict)
    _wanted: dict[int, str] = field(default_factory=dict)
    _calls: int = 0

    def hears(self, call: Call) -> None:
        """The bot's answer to somebody: the one with the button that is wanted next; else the first."""
        self._calls += 1
        waiting = self._heard.get(call.chat_id)
        if waiting is not None and not waiting.done() and call.button(self._wanted[call.chat_id]):
            waiting.set_result(call)

    async def until_quiet(self, seconds: float = 2.0) -> None:
        """Wait until the bot has said nothing for a while: what it had to remind of as it started is said."""
        heard = -1
        while heard != self._calls:
            heard = self._calls
            await asyncio.sleep(seconds)

    async def converse(self, wire: Wire, people: Sequence[int], steps: Sequence[str], *, at_once: int) -> float:
        """Let everybody through; the seconds it took."""
        queue = list(reversed(people))

        async def next_in_line() -> None:
            while queue:
                await self._go_through(wire, queue.pop(), steps)

        started = time.perf_counter()
        await asyncio.gather(*(next_in_line() for _ in range(at_once)))
        return time.perf_counter() - started

    async def _go_through(self, wire: Wire, person: int, steps: Sequence[str]) -> None:
        answer: Call | None = None
        for step, after in zip(steps, (*steps[1:], ""), strict=True):
            wanted = after.removeprefix(ARROW) if after.startswith(ARROW) else ""
            if step.startswith(ARROW):
                assert answer is not None
                button = answer.button(step.removeprefix(ARROW))
                answer = await self.press(wire, person, answer.message_id, button, wanted)
            else:
                answer = await self.say(wire, person, step, wanted)

    async def say(self, wire: Wire, person: int, text: str, wanted: str = "") -> Call:
        """Type something; the answer, which has the button that is wanted."""
        return await self._answered(person, wanted, text, lambda: wire.says(person, text))

    async def press(self, wire: Wire, person: int, message_id: int, data: str, wanted: str = "") -> Call:
        """Press a button; the answer, which has the button that is wanted."""
        return await self._answered(person, wanted, data, lambda: wire.presses(person, message_id, data))

    async def _answered(self, person: int, wanted: str, what: str, act: Callable[[], None]) -> Call:
        self._wanted[person] = wanted
        self._heard[person] = asyncio.get_running_loop().create_future()
        started = time.perf_counter()
        act()
        try:
            answer = await asyncio.wait_for(self._heard[person], self.patience)
        except TimeoutError:
            raise AssertionError(f"nobody answered {what!r} of {person}") from None
        self.seconds.append(time.perf_counter() - started)
        return answer


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
