"""Pulling the plug, again and again, under load; then counting (design: nothing is lost, nothing happens twice).

    python -m tests.crash.harness --kills 200 --seed 1            polling
    python -m tests.crash.harness --kills 200 --seed 1 --webhook  webhook

Managers record orders while the bot, on a SQLite file, is killed with SIGKILL at random moments and started again: one
time in four while it starts, else while it works. Meanwhile a night passes, with its reminders and the group's board.
What is counted in the end: see `tests.crash.counting`.
"""

import argparse
import random
import socket
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from tests.crash.counting import Kill, Tally, count
from tests.crash.load import ORDERS_PER_KILL, Load
from tests.crash.starting import ForkedBot
from tests.live import PATIENCE, LiveWorld

BEGINNINGS = ("2026-12-01 19:58", "2026-12-02 06:58", "2026-12-02 08:03")
"""Just before reminders, last calls and the group's board; which of them is a matter of the seed."""
NIGHT = timedelta(hours=13, minutes=30)
"""Until after the morning's board."""
LONGEST_STEP = timedelta(seconds=30)
"""From one kill to the next: a reminder that cannot be sent within its hour is rightly dropped."""
TICK_SECONDS = 1
LONGEST_CATCH_UP = 900.0
"""Seconds the bot may take in the end to answer what its kills left waiting."""


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class CrashWorld(LiveWorld):
    """A bot process that starts in a moment, and how often it has begun to receive."""

    def _spawn(self, environment: dict[str, str]) -> ForkedBot:
        return ForkedBot(environment | {"BOT_TICK_SECONDS": str(TICK_SECONDS)}, self.log)

    def beginnings(self) -> int:
        """How many processes have begun to receive so far."""
        method = "setWebhook" if self._webhook_port is not None else "deleteWebhook"
        return self.stand_in.journal.counts[method, "200"]

    @property
    def is_resting(self) -> bool:
        """Whether nothing is unanswered or unsent."""
        return self._is_quiet()


def run(folder: Path, *, kills: int, seed: int, webhook_port: int | None = None) -> Tally:
    """Run the load with `kills` SIGKILLs and count."""
    chance = random.Random(seed)
    world = CrashWorld(folder, now=BEGINNINGS[seed % len(BEGINNINGS)], webhook_port=webhook_port)
    began = world.clock.now()
    load = Load(world, kills=kills, seed=seed)
    happened: list[Kill] = []
    try:
        for number in range(kills):
            begun = world.beginnings()
            world.start()
            patience = time.monotonic() + PATIENCE
            moment = time.monotonic() + chance.uniform(0.0, 0.5) if chance.random() < 0.25 else None
            while moment is None or time.monotonic() < moment:
                if moment is None and world.beginnings() > begun:
                    moment = time.monotonic() + chance.uniform(0.0, 1.2)
                assert time.monotonic() < patience, f"the bot does not start:\n{world.log.read_text()[-3000:]}"
                load.burst((number + 1) * ORDERS_PER_KILL)
                time.sleep(load.pause())
            under_way = not world.is_resting
            world.kill()
            happened.append(Kill(world.clock.now(), under_way))
            world.pass_time(min(NIGHT / kills, LONGEST_STEP))
        world.start()
        world.settle(LONGEST_CATCH_UP)
        until = world.clock.now()
        world.await_tick(until)
        world.settle(LONGEST_CATCH_UP)
        return count(world, load, happened, began, until)
    finally:
        world.close()


def main() -> None:
    """The long run, from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.harness", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--webhook", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        port = free_port() if arguments.webhook else None
        tally = run(Path(folder), kills=arguments.kills, seed=arguments.seed, webhook_port=port)
        print(f"{tally} in {time.monotonic() - started:.0f} s, seed {arguments.seed}")
        raise SystemExit(0 if tally.sound else 1)


if __name__ == "__main__":
    main()
