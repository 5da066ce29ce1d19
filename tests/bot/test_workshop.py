"""Slow work: done elsewhere, one piece after the other, and nobody's answer waits for it."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from functools import partial
from io import BytesIO
from time import sleep
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from bot import sender as sending
from bot.workshop import ProcessWorkshop, Result, ThreadWorkshop, WorkFailed, Workshops
from handlers.announcements import compose_and_make
from storage.migration import upgrade
from storage.outbox import OutboxMessage, OutboxState
from storage.people import PersonState, Role, person_by_telegram_id
from tests.chat import World
from tests.handlers.test_export import two_companies, workbook


@pytest.fixture
async def workshop() -> AsyncIterator[ProcessWorkshop]:
    made = ProcessWorkshop(idle_seconds=60)
    yield made
    await made.close()


async def test_work_is_done_in_one_other_process(workshop: ProcessWorkshop) -> None:
    first, second = await asyncio.gather(workshop.do(os.getpid), workshop.do(os.getpid))
    assert first == second != os.getpid()


async def test_what_fails_is_told_and_the_next_piece_is_done(workshop: ProcessWorkshop) -> None:
    with pytest.raises(WorkFailed, match="ValueError: invalid literal"):
        await workshop.do(partial(int, "x"))
    assert await workshop.do(partial(int, "7")) == 7


async def test_work_that_cannot_be_handed_over_fails(workshop: ProcessWorkshop) -> None:
    with pytest.raises(WorkFailed, match="cannot be handed over"):
        await workshop.do(lambda: 7)


async def test_a_process_that_dies_over_its_work_is_replaced(workshop: ProcessWorkshop) -> None:
    first = await workshop.do(os.getpid)
    with pytest.raises(WorkFailed):
        await workshop.do(partial(os._exit, 1))
    assert await workshop.do(os.getpid) != first


async def test_work_that_nobody_waits_for_any_more_is_given_up(workshop: ProcessWorkshop) -> None:
    first = await workshop.do(os.getpid)
    waiting = asyncio.create_task(workshop.do(partial(sleep, 600)))
    await asyncio.sleep(0.1)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert await workshop.do(os.getpid) != first


async def test_the_process_ends_when_it_has_had_nothing_to_do() -> None:
    workshop = ProcessWorkshop(idle_seconds=0)
    pid = await workshop.do(os.getpid)
    await until(lambda: not _runs(pid))
    assert await workshop.do(os.getpid) != pid
    await workshop.close()


async def test_it_has_no_secrets_and_prints_nothing_between_its_answers(
    workshop: ProcessWorkshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_TOKEN", "1:secret")
    await workshop.do(partial(print, "noise"))
    assert await workshop.do(partial(os.getenv, "BOT_TOKEN")) is None


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class _Closed(ThreadWorkshop):
    """A workshop that begins nothing until it is opened."""

    def __init__(self) -> None:
        self.begun = 0
        self.opens = asyncio.Event()

    async def do(self, work: Callable[[], Result]) -> Result:
        self.begun += 1
        await self.opens.wait()
        return await super().do(work)


def in_workshops(world: World, workshops: Workshops) -> None:
    """Let the bot of this world make its files there."""
    old = world.sender
    world.sender = sending.Sender(
        world.database, world.clock, world.telegram, world.surroundings, old._pace, workshops=workshops
    )


def asked_for_a_workbook(world: World) -> Any:
    two_companies(world)
    world.clock.to("2026-11-10 12:00")
    admin = world.person("管理员", Role.admin)
    world.act(lambda people: people.say(admin.telegram_id, "/export 2026-10"))
    world.receive_only()
    world.loop.run_until_complete(world.worker.step())
    return admin


async def until(met: Callable[[], bool]) -> None:
    """Wait for what another process or task does."""
    for _ in range(4000):
        if met():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not come to that")


def test_others_are_answered_while_a_workbook_is_made(world: World) -> None:
    gathering = _Closed()
    in_workshops(world, Workshops(ThreadWorkshop(), gathering))
    admin = asked_for_a_workbook(world)
    wang = world.manager("王芳", "杭州甲")

    async def meanwhile() -> None:
        await world.sender.step()
        await until(lambda: gathering.begun == 1)

    world.loop.run_until_complete(meanwhile())
    world.act(lambda people: people.say(wang.telegram_id, "/me"))
    world.receive_only()
    world.loop.run_until_complete(world.worker.step())
    world.loop.run_until_complete(world.sender.step())
    world.loop.run_until_complete(until(lambda: "王芳" in wang.texts))
    assert admin.heard == []

    gathering.opens.set()
    world.loop.run_until_complete(world.sender.drain())
    assert workbook(admin)[0] == "导出-2026-10.xlsx"


def test_what_is_made_for_long_stays_under_lease(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "RENEW_SECONDS", 0.01)
    gathering = _Closed()
    in_workshops(world, Workshops(ThreadWorkshop(), gathering))
    asked_for_a_workbook(world)
    world.loop.run_until_complete(world.sender.step())
    (message,) = waiting_workbooks(world)
    ends = message.leased_until
    world.clock.forward(seconds=50)

    def renewed() -> bool:
        return waiting_workbooks(world)[0].leased_until != ends

    world.loop.run_until_complete(until(renewed))
    gathering.opens.set()
    world.loop.run_until_complete(world.sender.drain())
    assert not waiting_workbooks(world)


def waiting_workbooks(world: World) -> list[OutboxMessage]:
    return [m for m in world.all_of(OutboxMessage) if m.kind == "export" and m.state is OutboxState.open]


def test_a_workbook_nobody_may_have_any_more_is_not_sent(world: World) -> None:
    admin = asked_for_a_workbook(world)
    with world.database.transaction() as session:
        person = person_by_telegram_id(session, admin.telegram_id)
        assert person is not None
        person.state = PersonState.deactivated
    world.loop.run_until_complete(world.sender.drain())
    (message,) = (m for m in world.all_of(OutboxMessage) if m.kind == "export")
    assert (message.state, message.error) == (OutboxState.dropped, "no longer of use")
    assert admin.heard == []


def test_cards_and_workbooks_can_be_made_in_processes_of_their_own(world: World) -> None:
    in_workshops(world, Workshops.in_processes())
    two_companies(world)
    world.clock.to("2026-11-10 12:00")
    admin = world.person("管理员", Role.admin)
    admin.says("/export 2026-10")
    _, content = workbook(admin)
    assert "出单率" in str(CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(1).to_python())
    admin.says("/cohort 9月批")
    assert admin.last.has_picture
    world.loop.run_until_complete(world.sender._workshops.close())


def test_a_message_is_composed_from_a_snapshot_of_either_database(database_url: str, tmp_path: Any) -> None:
    upgrade(database_url)
    world = World(tmp_path, url=database_url)
    asked_for_a_workbook(world)
    (message,) = waiting_workbooks(world)
    with world.database.transaction():
        # A writer is at work: it is not waited for.
        made = compose_and_make(database_url, message.id or 0, world.clock.now(), world.surroundings)
    assert made is not None
    outgoing, content = made
    assert outgoing.file_name == "导出-2026-10.xlsx"
    assert content is not None
    assert "杭州甲" in str(CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(1).to_python())
    world.close()
