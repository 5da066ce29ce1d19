"""The way to Telegram in trouble, and Telegram itself: what is owed waits in its order and goes out afterwards."""

import time

import pytest

from bot import receiver
from bot.demo.faults import SENDING, FaultKind
from bot.demo.params import UploadedFile
from bot.program import EXIT_TOKEN
from bot.telegram_http import Telegram
from storage.inbox import InboxState, InboxUpdate
from storage.outbox import OutboxMessage, OutboxState
from storage.people import Role
from tests.faults.conftest import Measured
from tests.faults.program import Program

OUTAGE_SECONDS = 1.0


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (FaultKind.DROP_BEFORE, 0),
        (FaultKind.SERVER_ERROR, 502),
        (FaultKind.GARBAGE, 0),
    ],
)
def test_what_is_asked_while_telegram_is_away_is_answered_once_it_is_back(
    live: Program, measured: Measured, kind: FaultKind, status: int
) -> None:
    wang = live.person("王芳", Role.viewer)
    live.start()
    wang.says("/me")
    live.disturb(kind, status=status)
    live.asks(wang, "/help")
    live.asks(wang, "/due")
    time.sleep(OUTAGE_SECONDS)
    wang.forgets()
    live.calm()
    measured(f"back after {OUTAGE_SECONDS:.0f} s of {kind} {status or ''}".strip(), live.seconds_until(live._is_quiet))

    assert len(wang.heard) == 2, "each question has its one answer"
    assert live.stop() == 0
    assert "part.failed" not in live.actions()


def test_replies_that_could_not_be_sent_keep_their_order(live: Program, measured: Measured) -> None:
    wang = live.person("王芳", Role.viewer)
    live.start()
    live.settle()
    live.disturb(FaultKind.SERVER_ERROR, methods=SENDING)
    for text in ("/first", "/second", "/third"):
        live.asks(wang, text)
    time.sleep(OUTAGE_SECONDS)
    wang.forgets()
    live.calm()
    measured("replies go on", live.seconds_until(live._is_quiet))

    assert len(wang.heard) == 3
    rows = sorted(live.all_of(OutboxMessage), key=lambda row: row.id)
    owed = [row for row in rows if row.chat_id == wang.telegram_id and "text" in row.content.get("params", {})]
    assert [row.message_id for row in owed] == sorted(row.message_id for row in owed)


def test_one_reply_that_fails_alone_is_waited_for_by_the_next(live: Program) -> None:
    wang, li = live.person("王芳", Role.viewer), live.person("李强", Role.viewer)
    live.start()
    live.settle()
    live.disturb(FaultKind.SERVER_ERROR, methods=SENDING, chat=wang, calls=1)
    live.asks(wang, "/first")
    live.asks(wang, "/me")
    live.asks(li, "/me")
    live.seconds_until_said(li, "李强", patience=3)
    live.settle()

    assert [("王芳" in said.text) for said in wang.heard] == [False, True]


def test_a_file_that_does_not_come_holds_up_nobody_else(live: Program) -> None:
    wang, li = live.person("王芳", Role.viewer), live.person("李强", Role.viewer)
    live.start()
    live.settle()
    live.disturb(FaultKind.HANG, methods=frozenset({"getfile"}), calls=1, wait=2.0)
    live.act(lambda people: people.send_file(wang.telegram_id, UploadedFile("名册.csv", "姓名\n张伟".encode())))
    live.asks(wang, "/me")
    live.asks(li, "/me")
    live.seconds_until_said(li, "李强")
    assert wang.heard == []

    live.seconds_until_said(wang, "王芳")
    assert "文件没有取到" in wang.heard[0].text, "in the order it was sent"


def test_a_slow_network_only_slows(live: Program, measured: Measured) -> None:
    wang = live.person("王芳", Role.viewer)
    live.start()
    live.settle()
    live.disturb(FaultKind.DELAY, wait=0.7)
    live.asks(wang, "/me")
    measured("an answer when every call takes 0.7 s", live.seconds_until_said(wang, "王芳"))
    live.calm()


def test_a_hung_connection_holds_up_nobody_else(
    live: Program, measured: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Telegram.call, "__kwdefaults__", {"timeout": 1.5, "file": None, "file_field": ""})
    wang, li = live.person("王芳", Role.viewer), live.person("李强", Role.viewer)
    live.start()
    live.settle()
    live.disturb(FaultKind.HANG, methods=SENDING, chat=wang, wait=60, calls=1)
    live.asks(wang, "/me")
    live.asks(li, "/me")
    measured("another chat's answer", live.seconds_until_said(li, "李强", patience=1.4))
    measured("the hung answer itself, given up after 1.5 s", live.seconds_until_said(wang, "王芳", patience=8))


def test_a_lost_answer_of_telegram_is_the_one_way_to_say_something_twice(live: Program) -> None:
    wang = live.person("王芳", Role.viewer)
    live.start()
    live.settle()
    live.disturb(FaultKind.DROP_AFTER, methods=frozenset({"sendmessage"}), calls=1)
    wang.says("/me")

    assert len(wang.heard) == 2
    assert len(live.all_of(InboxUpdate)) == 1


def test_too_many_requests_are_waited_for_in_that_chat_alone(live: Program, measured: Measured) -> None:
    wang, li = live.person("王芳", Role.viewer), live.person("李强", Role.viewer)
    live.start()
    live.settle()
    live.disturb(FaultKind.RATE_LIMIT, methods=SENDING, chat=wang, calls=1, retry_after=2)
    began = time.monotonic()
    live.asks(wang, "/first")
    live.asks(wang, "/me")
    live.asks(li, "/me")
    live.seconds_until_said(li, "李强", patience=1.8)
    live.seconds_until_said(wang, "王芳")
    waited = time.monotonic() - began
    measured("after retry_after 2", waited)

    assert waited >= 2
    refused = live.stand_in.journal.calls("sendMessage", ok=False)
    assert len(refused) == 1, "Telegram is not asked again before its time"
    assert [("王芳" in said.text) for said in wang.heard] == [False, True]


@pytest.mark.parametrize("status", [401, 404])
def test_a_token_that_is_refused_again_and_again_ends_the_bot_with_the_reason(
    live: Program, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    async def hurry(*_arguments: object) -> None:
        return

    wang = live.person("王芳", Role.viewer)
    live.start()
    live.settle()
    monkeypatch.setattr(receiver, "_pause", hurry)
    live.disturb(FaultKind.SERVER_ERROR, status=status)
    live.asks(wang, "/me")

    assert live.exit_code() == EXIT_TOKEN
    assert live.actions().count("token.refused") == 1


def test_a_single_refusal_is_taken_for_a_proxys_mistake(live: Program) -> None:
    wang = live.person("王芳", Role.viewer)
    live.start()
    live.settle()
    live.disturb(FaultKind.SERVER_ERROR, status=404, calls=3)
    live.asks(wang, "/me")
    live.seconds_until_said(wang, "王芳")
    assert live.stop() == 0


def test_a_message_telegram_refuses_for_long_is_not_given_up(live: Program) -> None:
    """An answer that is no JSON, or 401, says nothing about the message: attempts are not counted."""
    wang = live.person("王芳", Role.viewer)
    live.start()
    live.settle()
    live.disturb(FaultKind.GARBAGE, methods=SENDING)
    live.asks(wang, "/me")
    live.seconds_until(lambda: "send.waiting" in live.actions())
    time.sleep(1.5)
    (owed,) = [row for row in live.all_of(OutboxMessage) if row.state is OutboxState.open]
    assert owed.attempts <= 1
    live.calm()
    live.seconds_until_said(wang, "王芳")
    assert {row.state for row in live.all_of(InboxUpdate)} == {InboxState.done}
