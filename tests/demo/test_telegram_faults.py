"""Bad days on order: each fault strikes whom it should, as long as it should."""

import aiohttp
import pytest

from bot.demo.faults import Fault, FaultKind
from bot.demo.refusal import ConnectionDroppedError, GarbledAnswerError
from bot.demo.telegram import TOKEN
from tests.demo.conftest import Desk


def test_the_next_calls_fail_and_then_all_is_well(desk: Desk, wang: int) -> None:
    desk.telegram.faults.add(Fault(FaultKind.RATE_LIMIT, methods=frozenset({"sendmessage"}), calls=2, retry_after=7))
    for _ in range(2):
        status, body = desk.telegram.call(TOKEN, "sendMessage", {"chat_id": wang, "text": "x"})
        assert (status, body["parameters"]) == (429, {"retry_after": 7})
    desk.call("getMe")
    assert desk.send(wang)
    assert len(desk.people.messages(wang)) == 1


def test_a_fault_for_one_chat_and_for_a_time(desk: Desk, wang: int, group: int) -> None:
    desk.telegram.faults.add(Fault(FaultKind.SERVER_ERROR, chat_id=group, seconds=30, status=500))
    assert desk.refusal("sendMessage", chat_id=group, text="x")[0] == 500
    assert desk.send(wang)
    desk.seconds = 31
    assert desk.send(group)
    desk.telegram.faults.add(Fault(FaultKind.FORBIDDEN, calls=1))
    assert desk.refusal("sendMessage", chat_id=wang, text="x") == (
        403,
        "Forbidden: bot was blocked by the user",
    )


def test_a_dropped_connection_before_and_after(desk: Desk, wang: int) -> None:
    desk.telegram.faults.add(Fault(FaultKind.DROP_BEFORE, calls=1))
    desk.telegram.faults.add(Fault(FaultKind.DROP_AFTER, calls=1))
    desk.telegram.faults.add(Fault(FaultKind.GARBAGE, calls=1))
    with pytest.raises(ConnectionDroppedError) as before:
        desk.send(wang, "lost")
    with pytest.raises(ConnectionDroppedError) as after:
        desk.send(wang, "arrived")
    with pytest.raises(GarbledAnswerError):
        desk.send(wang, "lost too")
    assert (before.value.carried_out, after.value.carried_out) == (False, True)
    assert [message.content and message.content.text for message in desk.people.messages(wang)] == ["arrived"]
    assert [(call.outcome, call.status) for call in desk.telegram.journal.calls("sendMessage")] == [
        ("dropped before", None),
        ("dropped after", 200),
        ("garbled", None),
    ]


async def test_faults_over_http(desk: Desk, wang: int, address: str) -> None:
    url = f"{address}/bot{TOKEN}/sendMessage"
    async with aiohttp.ClientSession() as session:

        async def order(**fault: object) -> None:
            async with session.post(f"{address}/demo/faults", json=fault) as response:
                assert response.status == 200

        async def send() -> tuple[int, str]:
            async with session.post(url, data={"chat_id": wang, "text": "x"}) as response:
                return response.status, await response.text()

        for kind, arrived in (("drop_before", 0), ("hang", 0), ("drop_after", 1)):
            await order(kind=kind, calls=1, wait=0.05)
            with pytest.raises(aiohttp.ClientError):
                await send()
            assert len(desk.people.messages(wang)) == arrived
        await order(kind="garbage", calls=1)
        assert (await send())[1].startswith("<html>")
        await order(kind="delay", calls=1, wait=0.05)
        assert (await send())[0] == 200
        await order(kind="rate_limit", retry_after=3)
        assert (await send())[0] == 429
        async with session.delete(f"{address}/demo/faults"):
            pass
        assert (await send())[0] == 200
        async with session.post(f"{address}/demo/faults", json={"kind": "rain"}) as response:
            assert response.status == 400
