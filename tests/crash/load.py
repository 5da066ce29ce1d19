"""The load of a crash run: managers who record orders, each order of a hire of its own.

So every update has an effect and an answer that can be told from all others.
"""

import random
from collections import deque
from datetime import date

from tests.chat import Phone
from tests.live import LiveWorld
from tests.seed import put_on_post

MANAGERS = 12
ORDERS_PER_KILL = 6
LARGEST_BURST = 6
MOST_UNANSWERED = MANAGERS
"""People who hear nothing stop writing. Else a slow machine would pile up work for the end, and whoever has a message
waiting at every tick is never reminded: it may be the report."""
ON_POST = date(2026, 11, 25)
_DIGITS = "赵钱孙李周吴郑王冯陈"


def hire_name(number: int) -> str:
    """The name of the hire with this number: Chinese, as long as all others, and nobody else's."""
    return "".join(_DIGITS[int(digit)] for digit in f"{number:05}")


class Load:
    """Managers with companies and hires in a world, and what they have recorded so far."""

    def __init__(self, world: LiveWorld, *, kills: int, seed: int) -> None:
        self._world = world
        self._chance = random.Random(seed)
        self.managers = [world.manager(f"经理{n}", f"公司{n}") for n in range(MANAGERS)]
        self.admin = world.admin()
        self.group_id = world.group(*self.managers)
        self.asked: list[tuple[int, str]] = []
        """Which manager recorded an order of whom, in the order of the messages."""
        orders = kills * ORDERS_PER_KILL
        names = [hire_name(number) for number in range(orders + MANAGERS)]
        self._waiting = {n: deque(names[n::MANAGERS]) for n in range(MANAGERS)}
        for n, own in self._waiting.items():
            put_on_post(world, f"公司{n}", f"批次{n}", list(own), ON_POST)

    def burst(self, most: int) -> None:
        """Some managers record at the same moment, as long as no more than `most` orders were recorded in all."""
        answers = self._world.stand_in.journal.counts["sendMessage", "200"]
        if len(self.asked) - answers > MOST_UNANSWERED:
            return
        for _ in range(self._chance.randint(1, LARGEST_BURST)):
            n = self._chance.randrange(MANAGERS)
            if self._waiting[n] and len(self.asked) < most:
                name = self._waiting[n].popleft()
                self.asked.append((n, name))
                self._say(self.managers[n], f"出单 {name} 1")

    def _say(self, manager: Phone, text: str) -> None:
        self._world.act(lambda people: people.say(manager.telegram_id, text))

    def pause(self) -> float:
        """Seconds until the next burst."""
        return self._chance.uniform(0.01, 0.3)
