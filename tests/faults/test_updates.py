"""Updates that come twice, out of order, poisoned or unreadable: the others go on, and people hear of it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from bot.demo.people import People
from handlers import dispatch
from handlers.turn import Turn
from storage.inbox import InboxState, InboxUpdate
from storage.orders import Order
from storage.people import Role
from tests.chat import Phone, World
from tests.seed import put_on_post


def waiting(world: World) -> list[dict[str, Any]]:
    """What waits at Telegram, as it would be delivered."""
    return world.stand_in.world.updates.fetch(None, None, None)


def take(world: World, updates: list[dict[str, Any]]) -> None:
    """Let the receiver take updates, whatever Telegram has."""
    world.loop.run_until_complete(world.receiver.take(updates))


def say(world: World, phone: Phone, *texts: str) -> None:
    """Type without waiting for answers."""

    def type_them(people: People) -> None:
        for text in texts:
            people.say(phone.telegram_id, text)

    world.act(type_them)


def states(world: World) -> list[InboxState]:
    """What became of the updates, oldest first."""
    return [row.state for row in sorted(world.all_of(InboxUpdate), key=lambda row: row.update_id)]


def test_an_update_that_is_delivered_again_and_again_has_one_effect(world: World) -> None:
    wang = world.manager("王芳", "杭州甲")
    put_on_post(world, "杭州甲", "11月一期", ["张伟"], date(2026, 11, 16))
    say(world, wang, "出单 张伟 2")
    updates = waiting(world)
    for _ in range(3):
        take(world, updates)
        world.loop.run_until_complete(world.worker.step())
    world.settle()
    take(world, updates)
    world.settle()

    assert [order.quantity for order in world.all_of(Order)] == [2]
    assert len(wang.heard) == 1


def test_updates_that_wait_together_are_answered_in_the_order_of_their_numbers(world: World) -> None:
    wang = world.person("王芳", Role.viewer)
    say(world, wang, "/first", "/me")
    take(world, waiting(world)[::-1])
    world.settle()

    assert ["王芳" in said.text for said in wang.heard] == [False, True]


def test_an_update_that_comes_after_a_later_one_is_still_answered(world: World) -> None:
    wang = world.person("王芳", Role.viewer)
    say(world, wang, "/help", "/me")
    first, second = waiting(world)
    take(world, [second])
    world.loop.run_until_complete(world.worker.step())
    take(world, [first])
    world.settle()

    assert states(world) == [InboxState.done] * 2
    assert len(wang.heard) == 2


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> str:
    """A text on which answering fails, whoever says it."""
    answer = dispatch._answer_private

    def fail(turn: Turn) -> None:
        if turn.text == "毒":
            raise ZeroDivisionError("poison")
        answer(turn)

    monkeypatch.setattr(dispatch, "_answer_private", fail)
    return "毒"


def settle_retries(world: World) -> None:
    """Let the pauses between attempts pass."""
    for _ in range(4):
        world.settle()
        world.clock.forward(seconds=5)
    world.settle()


def test_a_poison_update_is_put_aside_and_everybody_hears_of_it_once(world: World, poison: str) -> None:
    wang, li, admin = world.person("王芳", Role.viewer), world.person("李强", Role.viewer), world.admin()
    say(world, wang, poison, "/me")
    say(world, li, "/me")
    world.settle()
    assert "李强" in li.texts, "another chat does not wait"
    assert wang.heard == [], "what was said later waits for its turn"
    settle_retries(world)

    assert states(world) == [InboxState.aside, InboxState.done, InboxState.done]
    assert ["王芳" in said.text for said in wang.heard] == [False, True]
    assert len(admin.heard) == 1
    assert "搁置" in admin.texts


def test_a_fault_that_meets_everybody_is_told_to_admins_once(world: World, poison: str) -> None:
    admin = world.admin()
    for name in ("王芳", "李强", "赵敏"):
        say(world, world.person(name, Role.viewer), poison)
    settle_retries(world)

    assert states(world) == [InboxState.aside] * 3
    assert len(admin.heard) == 1


def test_a_clock_set_back_does_not_prolong_the_pause_before_another_attempt(world: World, poison: str) -> None:
    wang = world.person("王芳", Role.viewer)
    say(world, wang, poison, "/me")
    world.settle()
    world.clock.forward(days=-1)
    settle_retries(world)

    assert "王芳" in wang.texts


UNREADABLE: list[tuple[str, Callable[[dict[str, Any]], object]]] = [
    ("a text that is none", lambda update: update["message"].update(text={"a": 1})),
    ("no chat", lambda update: update["message"].pop("chat")),
    ("an id beyond all bounds", lambda update: update["message"]["from"].update(id=10**30)),
    ("a date beyond all time", lambda update: update["message"].update(date=10**18)),
]


@pytest.mark.parametrize(("what", "spoil"), UNREADABLE, ids=[what for what, _ in UNREADABLE])
def test_an_update_nobody_could_read_is_put_aside_at_once(
    world: World, what: str, spoil: Callable[[dict[str, Any]], object]
) -> None:
    wang, admin = world.person("王芳", Role.viewer), world.admin()
    say(world, wang, "x", "/me")
    spoiled, good = waiting(world)
    spoil(spoiled)
    take(world, [spoiled, good])
    world.stand_in.world.updates.drop_pending()
    world.settle()

    assert states(world) == [InboxState.aside, InboxState.done]
    assert "王芳" in wang.texts
    assert len(admin.heard) == 1


@pytest.mark.parametrize("text", ["a\x00b", "\ud83d", "x\udc00", "\x00"])
def test_halves_of_characters_and_nul_are_taken_out_before_they_meet_a_database(world: World, text: str) -> None:
    wang = world.person("王芳", Role.viewer)
    say(world, wang, "x")
    (update,) = waiting(world)
    update["message"]["text"] = text
    take(world, [update])
    world.stand_in.world.updates.drop_pending()
    world.settle()

    (row,) = world.all_of(InboxUpdate)
    assert row.state is InboxState.done
    assert row.attempts == 0
    assert len(wang.heard) == 1
