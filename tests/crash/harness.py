"""Pulling the plug, again and again, under load; then counting (design: nothing is lost, nothing happens twice).

    python -m tests.crash.harness --kills 200 --seed 1            polling
    python -m tests.crash.harness --kills 200 --seed 1 --webhook  webhook

Managers record orders while the bot is killed with SIGKILL at random moments and started again. Each order has a hire
of its own, so that every update has an effect and an answer that can be told from all others. In the end: every
accepted update has its effect exactly once, every planned message was sent, and answers that came twice are counted:
each falls in the one window between Telegram's answer and the mark.
"""

import argparse
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlmodel import select

from storage.inbox import InboxState, InboxUpdate
from storage.orders import Order
from storage.outbox import OutboxMessage, OutboxState
from storage.people import find_company
from storage.roster import Hire
from tests.chat import Phone
from tests.live import LiveWorld
from tests.seed import put_on_post

MANAGERS = 6
LONGEST_CATCH_UP = 300.0
"""Seconds the bot may take in the end to answer what its kills left waiting."""


@dataclass(frozen=True)
class Tally:
    """What was counted after the last restart."""

    kills: int
    updates: int
    lost: int
    """Accepted updates without their effect."""
    twice: int
    """Updates whose effect is there more than once."""
    unanswered: int
    """Updates whose answer was never sent."""
    answered_twice: int
    """Answers sent again because a crash fell between Telegram's answer and the mark."""
    planned_lost: int
    """Planned messages that were neither sent nor dropped."""

    @property
    def sound(self) -> bool:
        """Whether every promise was kept; an answer sent twice is within them, at most one for each call under way."""
        return not (self.lost or self.twice or self.unanswered or self.planned_lost)


def run(folder: Path, *, kills: int, seed: int, webhook_port: int | None = None) -> Tally:
    """Run the load with `kills` SIGKILLs and count."""
    chance = random.Random(seed)
    world = LiveWorld(folder, now="2026-12-01 19:50", webhook_port=webhook_port)
    managers = [world.manager(f"经理{n}", f"公司{n}") for n in range(MANAGERS)]
    world.group(*managers)
    on_post = date(2026, 11, 25)
    waiting = {n: [f"新人{n}x{k}" for k in range(kills * 4)] for n in range(MANAGERS)}
    for n, names in waiting.items():
        put_on_post(world, f"公司{n}", f"批次{n}", names, on_post)
    asked: list[str] = []
    try:
        world.start()
        for round_number in range(kills):
            moment = time.monotonic() + chance.uniform(0.05, 3.0)
            while time.monotonic() < moment:
                n = chance.randrange(MANAGERS)
                if waiting[n] and len(asked) < kills * MANAGERS * 2:
                    name = waiting[n].pop()
                    asked.append(name)
                    _say(world, managers[n], f"出单 {name} 1")
                time.sleep(chance.uniform(0.001, 0.05))
            if round_number % 10 == 5:
                world.pass_time(timedelta(minutes=37))
            world.restart()
        world.settle(LONGEST_CATCH_UP)
        time.sleep(2)
        world.settle(LONGEST_CATCH_UP)
        return count(world, kills, asked)
    finally:
        world.close()


def _say(world: LiveWorld, manager: Phone, text: str) -> None:
    world.act(lambda people: people.say(manager.telegram_id, text))


def count(world: LiveWorld, kills: int, asked: list[str]) -> Tally:
    """What became of the orders of these hires, each asked for once; the bot has come to rest."""
    with world.session() as session:
        names = {hire.id: hire.name for hire in session.exec(select(Hire)).all()}
        recorded = Counter(names[order.hire_id] for order in session.exec(select(Order)).all())
        open_updates = session.exec(select(InboxUpdate).where(InboxUpdate.state != InboxState.done)).all()
        planned = session.exec(select(OutboxMessage).where(OutboxMessage.state == OutboxState.open)).all()
        assert find_company(session, "公司0") is not None
    said: Counter[str] = Counter()
    for call in world.stand_in.journal.calls("sendMessage", ok=True):
        text = str(call.params.get("text", ""))
        said.update(name for name in hires_named(text) if name in set(asked))
    assert not open_updates, [u.error for u in open_updates]
    return Tally(
        kills=kills,
        updates=len(asked),
        lost=sum(1 for name in asked if not recorded[name]),
        twice=sum(1 for name in asked if recorded[name] > 1),
        unanswered=sum(1 for name in asked if not said[name]),
        answered_twice=sum(1 for name in asked if said[name] > 1),
        planned_lost=len(planned),
    )


def hires_named(text: str) -> set[str]:
    """The hires of a run that a text speaks of."""
    words = text.replace("<b>", " ").replace("</b>", " ").replace("·", " ").replace("：", " ").split()
    return {word.strip(",，。.（）()") for word in words if word.startswith("新人")}


def main() -> None:
    """The long run, from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--webhook", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        tally = run(
            Path(folder), kills=arguments.kills, seed=arguments.seed, webhook_port=18_443 if arguments.webhook else None
        )
        print(f"{tally} in {time.monotonic() - started:.0f} s, seed {arguments.seed}")
        raise SystemExit(0 if tally.sound else 1)


if __name__ == "__main__":
    main()
