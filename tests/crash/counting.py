"""Counting after a crash run: what was lost, what happened twice, and whether what came twice came as promised."""

import itertools
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import select

from bot.demo.journal import Call
from schedules.planner import tick
from storage.inbox import InboxState, InboxUpdate
from storage.orders import Order
from storage.outbox import OutboxMessage, OutboxState
from storage.roster import Hire
from tests.chat import ZONE, World
from tests.crash.load import MANAGERS, Load
from tests.live import LiveWorld

WINDOW = timedelta(seconds=10)
"""So long before a kill an answer may have come whose mark the kill prevented; on an idle machine milliseconds."""
REFERENCE_STEP = timedelta(minutes=5)


@dataclass(frozen=True)
class Kill:
    """One SIGKILL."""

    at: datetime
    under_way: bool
    """Whether something was unanswered or unsent at that moment."""


@dataclass(frozen=True)
class Tally:
    """What was counted after the last restart."""

    kills: int
    kills_under_way: int
    """Of these, kills that met something unanswered or unsent."""
    updates: int
    lost: int
    """Updates without their effect."""
    twice: int
    """Updates whose effect is there more than once."""
    aside: int
    """Updates that are still open or were given up."""
    unanswered: int
    """Updates whose answer was never sent."""
    planned: int
    """Messages that a bot which is never killed plans in the same time."""
    planned_lost: tuple[str, ...]
    """Of these, messages that were not planned, or not sent, and what became of them."""
    sent_twice: int
    """Messages that Telegram took once more than needed."""
    sent_twice_elsewhere: int
    """Of these, messages for which no kill fell between Telegram's answer and the mark."""
    longest_window: float
    """The longest time from such an answer to its kill, in seconds."""
    out_of_order: int
    """Answers that came before the answer to an earlier message of the same chat."""

    @property
    def sound(self) -> bool:
        """Whether every promise was kept; a message sent twice is within them if a kill explains it."""
        broken = self.lost + self.twice + self.aside + self.unanswered + len(self.planned_lost)
        return not (broken + self.sent_twice_elsewhere + self.out_of_order)


def count(world: LiveWorld, load: Load, kills: Sequence[Kill], began: datetime, until: datetime) -> Tally:
    """What became of everything between two moments; the bot has ticked since the second and has come to rest."""
    with world.database.transaction() as session:
        names = {hire.id: hire.name for hire in session.exec(select(Hire)).all()}
        recorded = Counter(names[order.hire_id] for order in session.exec(select(Order)).all())
        unfinished = session.exec(select(InboxUpdate).where(InboxUpdate.state != InboxState.done)).all()
        planned = {m.key: m for m in session.exec(select(OutboxMessage)).all() if m.key is not None}
        unsent = session.exec(select(OutboxMessage).where(OutboxMessage.state == OutboxState.failed)).all()
    answered = world.act(lambda _people: world.stand_in.journal.calls(ok=True))
    calls = [call for call in answered if call.method in {"sendMessage", "sendPhoto"}]
    asked = {name: n for n, name in load.asked}
    expected = _planned_by_a_bot_that_lives(began, until)
    again = list(_sent_again(calls))
    gaps = [_from_answer_to_kill(first, second, kills) for first, second in again]
    explained = [gap for gap in gaps if gap is not None and gap <= WINDOW]
    first_answers = list(dict.fromkeys(name for call in calls for name in _names(call) if name in asked))
    return Tally(
        kills=len(kills),
        kills_under_way=sum(kill.under_way for kill in kills),
        updates=len(asked),
        lost=sum(1 for name in asked if not recorded[name]),
        twice=sum(1 for name in asked if recorded[name] > 1),
        aside=len(unfinished) + len(unsent),
        unanswered=len(asked) - len(first_answers),
        planned=len(expected),
        planned_lost=tuple(f"{key}: {fate}" for key in sorted(expected) if (fate := _fate(planned.get(key)))),
        sent_twice=len(again),
        sent_twice_elsewhere=len(again) - len(explained),
        longest_window=max((gap.total_seconds() for gap in explained), default=0.0),
        out_of_order=_out_of_order(load, first_answers),
    )


def _was_given(message: OutboxMessage) -> bool:
    """Whether a planned message was sent, by itself or as part of another one."""
    return message.state is OutboxState.sent or message.error.startswith("part of")


def _fate(message: OutboxMessage | None) -> str:
    """What became of a planned message; nothing when it was given."""
    if message is None:
        return "never planned"
    return "" if _was_given(message) else f"{message.state}, {message.error or 'without an error'}"


def _planned_by_a_bot_that_lives(began: datetime, until: datetime) -> set[str]:
    """The keys of what a bot that nobody kills gives the same people over the same time."""
    with tempfile.TemporaryDirectory() as folder:
        quiet = World(Path(folder), now=began.astimezone(ZONE).strftime("%Y-%m-%d %H:%M"))
        managers = [quiet.manager(f"经理{n}", f"公司{n}") for n in range(MANAGERS)]
        quiet.admin()
        quiet.group(*managers)
        while quiet.clock.moment < until:
            quiet.clock.moment = min(quiet.clock.moment + REFERENCE_STEP, until)
            with quiet.database.transaction() as session:
                tick(session, quiet.clock.moment, ZONE)
            quiet.settle()
        planned = {m.key for m in quiet.all_of(OutboxMessage) if m.key is not None and _was_given(m)}
        quiet.close()
    return planned


def _sent_again(calls: Sequence[Call]) -> list[tuple[Call, Call]]:
    """Each sending of a message that had been sent before, with the one before it."""
    sendings = defaultdict(list)
    for call in calls:
        sendings[str(call.params.get("chat_id")), _text(call)].append(call)
    return [pair for same in sendings.values() for pair in itertools.pairwise(same)]


def _from_answer_to_kill(first: Call, second: Call, kills: Sequence[Kill]) -> timedelta | None:
    """How long after the first sending the kill came that prevented its mark; None when there was none."""
    return min((kill.at - first.at for kill in kills if first.at <= kill.at <= second.at), default=None)


def _out_of_order(load: Load, answered: Sequence[str]) -> int:
    """How many first answers overtook an earlier one of the same chat."""
    place = {name: number for number, (_, name) in enumerate(load.asked)}
    chat = {name: n for n, name in load.asked}
    by_chat = [[place[name] for name in answered if chat[name] == n] for n in range(MANAGERS)]
    return sum(later < earlier for places in by_chat for earlier, later in itertools.pairwise(places))


def _names(call: Call) -> list[str]:
    """The words of an answer; hires are among them."""
    return _text(call).replace("<b>", " ").replace("</b>", " ").replace("·", " ").replace("：", " ").split()


def _text(call: Call) -> str:
    return str(call.params.get("text") or call.params.get("caption") or "")
