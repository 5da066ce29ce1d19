"""A webhook that Telegram has forgotten, a token it does not know any more, a database that is away meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy.exc import OperationalError

from bot import troubles
from bot.demo.faults import Fault, FaultKind
from bot.receiver import TokenRefused
from bot.watch import watch_webhook
from tests.chat import World

URL = "https://bot.example.com/telegram"


def watch(world: World, set_again: Callable[[], Awaitable[None]], seconds: float = 5) -> None:
    """Watch until something comes of it, with hurried beats."""

    async def hurried() -> None:
        stopping = asyncio.Event()
        watching = watch_webhook(world.receiver, world.telegram, URL, set_again, stopping, beat_seconds=0.01)
        await asyncio.wait_for(watching, seconds)

    world.loop.run_until_complete(hurried())


async def not_expected() -> None:
    """Nothing has to be set again."""
    raise AssertionError("the webhook was there")


def test_a_token_that_telegram_does_not_know_any_more_ends_the_watch(world: World) -> None:
    world.stand_in.faults.add(Fault(FaultKind.SERVER_ERROR, status=401))
    with pytest.raises(TokenRefused):
        watch(world, not_expected)
    assert len(world.stand_in.journal.calls("getWebhookInfo")) == 5


def test_a_webhook_that_telegram_has_lost_is_set_again(world: World) -> None:
    class SetAgain(Exception):
        pass

    async def set_again() -> None:
        raise SetAgain

    with pytest.raises(SetAgain):
        watch(world, set_again)


def test_the_watch_goes_on_while_database_and_telegram_are_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_arguments: object) -> None:
        raise OperationalError("x", {}, Exception())

    world.stand_in.faults.add(Fault(FaultKind.SERVER_ERROR, status=502))
    monkeypatch.setattr(world.receiver, "take", away)
    with pytest.raises(TimeoutError):
        watch(world, not_expected, seconds=0.5)
    assert len(world.stand_in.journal.calls("getWebhookInfo")) > 1


def test_admins_hear_that_telegram_did_not_answer_the_watch_of_a_webhook(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(troubles, "WORTH_TELLING", 0.0)
    admin = world.admin()
    world.stand_in.faults.add(Fault(FaultKind.SERVER_ERROR, methods=frozenset({"getwebhookinfo"}), calls=3))

    async def set_again() -> None:
        pass

    with pytest.raises(TimeoutError):
        watch(world, set_again, seconds=1)
    world.settle()
    (message,) = admin.heard
    assert "连不上 Telegram" in message.text
