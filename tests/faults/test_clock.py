"""A clock that jumps a day forward and back: nothing is held up, nothing is said twice, nobody becomes late by it."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.demo.faults import SENDING, FaultKind
from storage.database import Database
from storage.inbox import InboxUpdate, NewUpdate, mark_failed, next_updates, store_updates
from storage.migration import upgrade
from storage.outbox import OutboxMessage, claim_messages, postpone, say
from storage.people import Role
from tests.chat import ADMIN_ID
from tests.faults.conftest import Measured
from tests.faults.program import Program

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with its tables."""
    upgrade(database_url)
    made = Database(database_url)
    yield made
    made.close()


def test_a_day_forward_and_back_is_survived_without_a_pause(live: Program, measured: Measured) -> None:
    wang, li = live.manager("王芳"), live.person("李强", Role.viewer)
    live.start()
    live.settle()
    for jump in (DAY, timedelta(0), -DAY, timedelta(0)):
        live.watch.wrong_by = jump
        time.sleep(0.7)
        li.forgets()
        live.asks(li, "/me")
        took = live.seconds_until_said(li, "李强", patience=10)
        measured(f"an answer, the clock {jump.total_seconds() / 3600:+.0f} h off", took)
    live.settle()

    assert [text for text, times in Counter(said.text for said in wang.heard).items() if times > 1] == []
    keys = [message.key for message in live.all_of(OutboxMessage) if message.key]
    assert len(keys) == len(set(keys))
    assert not {"part.failed", "tick.failed", "tick.step_failed"} & set(live.actions())
    assert live.stop() == 0


def test_when_something_was_said_is_telegrams_word_whatever_the_clock_says(live: Program) -> None:
    li = live.person("李强", Role.viewer)
    live.start()
    live.settle()
    live.watch.wrong_by = DAY
    live.asks(li, "/me")
    live.settle()

    (row,) = live.all_of(InboxUpdate)
    assert abs(row.said_at - live.clock.now()) < timedelta(minutes=1)


def test_a_reply_that_waits_for_another_attempt_does_not_wait_a_day_longer(live: Program) -> None:
    wang, li = live.person("王芳", Role.viewer), live.person("李强", Role.viewer)
    live.start()
    live.settle()
    live.disturb(FaultKind.RATE_LIMIT, methods=SENDING, chat=wang, calls=1, retry_after=1)
    live.asks(wang, "/me")
    live.seconds_until(lambda: bool(live.stand_in.journal.calls("sendMessage", ok=False)))
    live.watch.wrong_by = -DAY
    live.asks(li, "/me")
    live.seconds_until_said(li, "李强", patience=10)
    live.seconds_until_said(wang, "王芳", patience=10)


def test_what_a_process_with_a_fast_clock_had_claimed_is_taken_over(database: Database) -> None:
    with database.transaction() as session:
        say(session, ADMIN_ID, "sendMessage", {}, NOW)
    with database.transaction() as session:
        assert len(claim_messages(session, NOW + DAY, 10)) == 1
    with database.transaction() as session:
        assert len(claim_messages(session, NOW, 10)) == 1


def test_a_lease_of_a_clock_that_is_a_little_fast_is_respected(database: Database) -> None:
    with database.transaction() as session:
        say(session, ADMIN_ID, "sendMessage", {}, NOW)
    with database.transaction() as session:
        assert len(claim_messages(session, NOW + timedelta(seconds=30), 10)) == 1
    with database.transaction() as session:
        assert claim_messages(session, NOW, 10) == []


def test_pauses_written_by_a_fast_clock_end_when_it_is_set_right(database: Database) -> None:
    body = NewUpdate(update_id=1, chat_id=5, body="{}", received_at=NOW, said_at=NOW)
    with database.transaction() as session:
        store_updates(session, [body])
        mark_failed(session, 1, 1, NOW + DAY, "x")
        say(session, ADMIN_ID, "sendMessage", {}, NOW)
        (message,) = claim_messages(session, NOW + DAY, 10)
        postpone(session, message, NOW + DAY + timedelta(seconds=4), "x")
    with database.transaction() as session:
        assert len(next_updates(session, NOW, 10)) == 1
        assert len(claim_messages(session, NOW, 10)) == 1
