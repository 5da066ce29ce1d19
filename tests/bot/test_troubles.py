"""What admins hear of a database or a Telegram that was away: one message for each time, and none for a hiccup."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError
from telegram.error import NetworkError

from bot import troubles, watch
from bot.troubles import Troubles
from bot.watch import EXIT_STALE, watch_polling
from tests.chat import World

LOCKED = OperationalError("x", {}, Exception("database is locked"))


@pytest.mark.parametrize(
    ("error", "said"),
    [(LOCKED, "无法使用数据库"), (NetworkError("x"), "连不上 Telegram")],
    ids=["database", "telegram"],
)
def test_a_trouble_that_lasted_is_told_once_when_it_is_over(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    monkeypatch.setattr(troubles, "WORTH_TELLING", 0.0)
    admin, other, wang = world.admin(), world.admin("二号管理员"), world.manager("王芳")
    world.receiver.troubles.strike(error)
    world.clock.forward(minutes=12)
    world.receiver.troubles.strike(NetworkError("and another"))
    for _ in range(2):
        wang.says("/me")

    for each in (admin, other):
        (message,) = each.heard
        assert said in message.text
        assert "10:00" in message.text
        assert "10:12" in message.text
    assert said not in wang.texts


def test_processes_that_notice_the_same_outage_tell_of_it_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(troubles, "WORTH_TELLING", 0.0)
    admin, wang = world.admin(), world.manager("王芳")
    one, other = Troubles(world.clock), Troubles(world.clock)
    one.strike(NetworkError("x"))
    world.clock.forward(minutes=1)
    other.strike(NetworkError("x"))
    world.clock.forward(minutes=12)
    for process in (one, other):
        with world.database.transaction() as session:
            process.end(session, world.clock.now())
    wang.says("/me")
    (message,) = admin.heard
    assert "10:00" in message.text

    world.clock.forward(minutes=1)
    one.forget()
    one.strike(NetworkError("again"))
    with world.database.transaction() as session:
        one.end(session, world.clock.now())
    wang.says("/me")
    assert len(admin.heard) == 2


def test_a_hiccup_is_told_to_nobody(world: World) -> None:
    admin = world.admin()
    world.receiver.troubles.strike(LOCKED)
    world.clock.forward(minutes=12)
    world.manager("王芳").says("/me")
    assert admin.heard == []


def test_a_bot_that_gets_no_updates_for_minutes_ends_with_a_reason_of_its_own(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(watch, "STALE_POLL", timedelta(seconds=0.1))
    ending = asyncio.wait_for(watch_polling(world.receiver, asyncio.Event()), 5)
    assert world.loop.run_until_complete(ending) == EXIT_STALE
