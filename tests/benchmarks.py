"""What an answer costs: `python -m tests.benchmarks [--managers 60] [--rounds 3]`.

Managers fill the usual check-in, all at once, against the bot in process (SQLite in WAL mode, synchronous=FULL, every
promise of durability on; the stand-in for Telegram is called directly). Printed per answer: receiving, answering and
sending in milliseconds (medians over the rounds), and the SQL statements of answering. Compare within one run.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bot.demo.people import buttons
from tests.chat import Phone, World

STEPS = ("日报", "→上班", "明天陪访两位新人", "→确认")


def act(world: World, phone: Phone, step: str) -> None:
    """Type a text, or press the newest button with the label behind an arrow."""
    people = world.stand_in.people
    if not step.startswith("→"):
        people.say(phone.telegram_id, step)
        return
    for message in reversed(people.messages(phone.chat_id)):
        for button in buttons(message):
            if step[1:] in str(button["text"]):
                people.press(phone.telegram_id, message.message_id, str(button["callback_data"]))
                return
    raise AssertionError(f"no button {step!r}")


def measure(world: World, phones: list[Phone], step: str, statements: Callable[[], int]) -> dict[str, float]:
    """One step of everybody: milliseconds and statements per answer."""

    async def answer() -> dict[str, float]:
        updates: list[dict[str, Any]] = []
        while batch := await world.telegram.call("getUpdates", {"offset": world._offset, "limit": 100}):
            updates += batch
            world._offset = batch[-1]["update_id"] + 1
        moments = [time.perf_counter()]
        await world.receiver.take(updates)
        moments.append(time.perf_counter())
        before = statements()
        while await world.worker.step():
            pass
        moments.append(time.perf_counter())
        after = statements()
        await world.sender.drain()
        moments.append(time.perf_counter())
        each = [1000 * (end - start) / len(phones) for start, end in pairwise(moments)]
        return dict(zip(("receive", "answer", "send"), each, strict=True)) | {
            "statements": (after - before) / len(phones)
        }

    for phone in phones:
        act(world, phone, step)
    return world.loop.run_until_complete(answer())


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--managers", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), now="2026-11-23 10:00")
        phones = [world.manager(f"经理{n}", f"公司{n}") for n in range(arguments.managers)]
        counted = 0

        def count(*_: object) -> None:
            nonlocal counted
            counted += 1

        event.listen(world.database.engine, "before_cursor_execute", count)
        found: dict[str, list[dict[str, float]]] = {step: [] for step in STEPS}
        for _ in range(arguments.rounds):
            for step in STEPS:
                found[step].append(measure(world, phones, step, lambda: counted))
            world.clock.forward(days=1)
        print(f"{'step':<16}{'receive ms':>12}{'answer ms':>12}{'send ms':>12}{'statements':>12}")
        for step, rounds in found.items():
            cells = [statistics.median(r[name] for r in rounds) for name in ("receive", "answer", "send", "statements")]
            print(f"{step:<16}" + "".join(f"{cell:>12.2f}" for cell in cells))
        world.close()


if __name__ == "__main__":
    main()
