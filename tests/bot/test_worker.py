"""Answering: who waits for whom while something takes long, fails, or cannot be had."""

import asyncio
import time

import pytest

from bot import worker as worker_module
from bot.demo.params import UploadedFile
from bot.demo.people import People
from handlers.turn import FetchedFile
from storage.inbox import InboxState, InboxUpdate
from storage.people import Role
from tests.chat import Phone, World

ROSTER = "批次,姓名\n一期,张伟\n".encode()


def sends_file(world: World, phone: Phone, then: str = "") -> None:
    """Send a roster and perhaps say something after it, without waiting for answers."""

    def act(people: People) -> None:
        people.send_file(phone.telegram_id, UploadedFile("名册.csv", ROSTER), "")
        if then:
            people.say(phone.telegram_id, then)

    world.act(act)


async def receive_and_work(world: World, rounds: int = 3) -> None:
    """Receive what waits and answer what can be answered, without waiting for errands."""
    await world.receiver.take(await world.telegram.call("getUpdates", {}))
    for _ in range(rounds):
        await world.worker.step()
    await world.sender.drain()


def test_a_file_that_takes_long_holds_up_nobody_but_who_sent_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    wang, li = world.manager("王芳"), world.person("李强", Role.viewer)
    may_end = asyncio.Event()
    fetch = world.telegram.fetch_file

    async def slowly(file_id: str, most: int) -> bytes | None:
        await may_end.wait()
        return await fetch(file_id, most)

    monkeypatch.setattr(world.telegram, "fetch_file", slowly)
    sends_file(world, wang, then="/me")
    world.act(lambda people: people.say(li.telegram_id, "/me"))
    world.loop.run_until_complete(receive_and_work(world))
    assert "李强" in li.texts, "others are answered meanwhile"
    assert wang.heard == [], "what was said after the file waits for it"

    may_end.set()
    world.settle()
    assert "张伟" in wang.texts
    assert "王芳" in wang.last.text


def test_a_file_is_looked_into_outside_the_transaction(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hostile table may take its reader seconds; meanwhile everybody else's records must be kept."""
    wang, li = world.manager("王芳"), world.manager("李强")
    written: list[str] = []

    def slowly(file_name: str, content: bytes) -> FetchedFile:
        # On SQLite this would wait for the writer's lock, and fail, if the file were read while it is held.
        with world.database.transaction() as session:
            session.merge(world.stored(li))
        written.append(file_name)
        return FetchedFile(content, refused="too_large")

    monkeypatch.setattr(worker_module, "look_into", slowly)
    sends_file(world, wang)
    world.settle()
    assert written == ["名册.csv"]
    assert "文件" in wang.last.text


def test_a_file_whose_reading_fails_is_answered_all_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    wang = world.manager("王芳")

    def fail(file_name: str, content: bytes) -> FetchedFile:
        raise OSError("no more processes")

    monkeypatch.setattr(worker_module, "look_into", fail)
    sends_file(world, wang)
    world.settle()
    assert "文件没有取到" in wang.last.text
    assert {row.state for row in world.all_of(InboxUpdate)} == {InboxState.done}


def test_one_person_who_floods_the_bot_does_not_slow_another(world: World) -> None:
    flooder, wang = world.person("快手", Role.viewer), world.person("王芳", Role.viewer)

    def flood(people: People) -> None:
        for number in range(90):
            people.say(flooder.telegram_id, f"刷屏 {number}")
        people.say(wang.telegram_id, "/me")

    world.act(flood)
    world.loop.run_until_complete(receive_and_work(world, rounds=1))
    assert "王芳" in wang.texts, "answered in the first batch, whatever waits of somebody else"
    assert len(flooder.heard) == 1


def test_a_batch_that_takes_long_is_committed_as_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The note that a message was sent waits for the same database: the sooner it is made, the fewer come twice."""
    monkeypatch.setattr(worker_module, "BATCH_SECONDS", 0.0)
    askers = [world.person(name, Role.viewer) for name in ("王芳", "李强", "赵敏")]

    def ask(people: People) -> None:
        for each in askers:
            people.say(each.telegram_id, "/me")

    world.act(ask)
    world.receive_only()
    assert world.loop.run_until_complete(world.worker.step()) == 1
    world.settle()
    assert all(len(each.heard) == 1 for each in askers)


def test_a_broken_batch_leaves_everything_in_the_inbox(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    wang = world.person("王芳", Role.viewer)
    world.act(lambda people: people.say(wang.telegram_id, "/me"))
    world.receive_only()
    began = time.monotonic()

    async def run() -> None:
        stopping = asyncio.Event()
        attempts = 0
        step = world.worker.step

        async def away_once() -> int:
            nonlocal attempts
            attempts += 1
            if attempts == 1:
                raise OSError("the database is away")
            stopping.set()
            return await step()

        monkeypatch.setattr(world.worker, "step", away_once)
        await asyncio.wait_for(world.worker.run(stopping), 10)

    world.loop.run_until_complete(run())
    assert time.monotonic() - began < 5
    (row,) = world.all_of(InboxUpdate)
    assert (row.state, row.attempts) == (InboxState.done, 0)
