"""What passes through is cleared away after a while; what makes a message exist once stays (both databases)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from schedules.clearing import LASTING_KEYS, clear_old
from storage.conversations import Conversation
from storage.groups import Heartbeat
from storage.inbox import InboxState, InboxUpdate, NewUpdate, store_updates
from storage.outbox import OutboxMessage, OutboxState, plan_message, say
from storage.people import Person
from storage.retention import PART, clear, clearing_is_due, set_keep_days

NOW = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
"""03:00 in the night, local."""


def received(session: Session, number: int, days: float, state: InboxState = InboxState.done) -> None:
    at = NOW - timedelta(days=days)
    store_updates(session, [NewUpdate(update_id=number, chat_id=1, body="{}", received_at=at, said_at=at)])
    session.get_one(InboxUpdate, number).state = state


def message(session: Session, key: str | None, days: float, state: OutboxState, **more: Any) -> None:
    at = NOW - timedelta(days=days)
    session.add(
        OutboxMessage(
            key=key, chat_id=1, kind="call", content={"text": "secret"}, created_at=at, state=state, sent_at=at, **more
        )
    )


def numbers(session: Session) -> set[int]:
    return set(session.exec(select(InboxUpdate.update_id)).all())


def clear_all(session: Session, now: datetime = NOW) -> None:
    session.flush()
    session.expire_all()
    while clear(session, now, LASTING_KEYS, batch=2).most >= 2:
        pass
    session.expire_all()


def test_answered_updates_go_after_thirty_days_and_failed_ones_wait_longer(session: Session) -> None:
    received(session, 1, 31)
    received(session, 2, 29)
    received(session, 3, 31, InboxState.open)
    received(session, 4, 31, InboxState.aside)
    received(session, 5, 91, InboxState.aside)
    clear_all(session)
    assert numbers(session) == {2, 3, 4}


def test_the_setting_counts_but_never_below_what_telegram_keeps(session: Session) -> None:
    received(session, 1, 5)
    received(session, 2, 1.5)
    set_keep_days(session, 3, NOW)
    clear_all(session)
    assert numbers(session) == {2}
    set_keep_days(session, 0, NOW)
    clear_all(session)
    assert numbers(session) == {2}, "an update that Telegram may deliver again is known"


def test_an_update_delivered_again_within_a_day_is_still_known(session: Session) -> None:
    received(session, 1, 0.9)
    clear_all(session)
    again = NewUpdate(update_id=1, chat_id=1, body="{}", received_at=NOW, said_at=NOW)
    assert store_updates(session, [again]) == 0


def test_replies_go_and_planned_messages_leave_their_key_behind(session: Session) -> None:
    message(session, None, 31, OutboxState.sent)
    message(session, None, 29, OutboxState.sent)
    message(session, None, 31, OutboxState.open)
    message(session, "daily:2026-10-01:last-call:person 7", 31, OutboxState.sent)
    message(session, "daily:2026-11-22:last-call:person 7", 1, OutboxState.sent)
    message(session, "daily:2026-10-02:last-call:person 7", 31, OutboxState.failed)
    clear_all(session)
    left = {(m.key, m.state, bool(m.content)) for m in session.exec(select(OutboxMessage)).all()}
    assert left == {
        (None, OutboxState.sent, True),
        (None, OutboxState.open, True),
        ("daily:2026-10-01:last-call:person 7", OutboxState.sent, False),
        ("daily:2026-11-22:last-call:person 7", OutboxState.sent, True),
        ("daily:2026-10-02:last-call:person 7", OutboxState.failed, True),
    }
    assert not plan_message(
        session, key="daily:2026-10-01:last-call:person 7", chat_id=1, kind="reminder", content={}, now=NOW
    )


def test_a_key_goes_when_it_cannot_be_planned_again_and_one_without_a_day_never(session: Session) -> None:
    message(session, "daily:2025-10-01:last-call:person 7", 401, OutboxState.sent)
    message(session, "daily:2025-11-01:last-call:person 7", 380, OutboxState.sent)
    message(session, "forum:2025-01-01:90:person 7", 500, OutboxState.sent)
    message(session, "unanswered:problem 3:person 7", 500, OutboxState.sent)
    clear_all(session)
    keys = set(session.exec(select(OutboxMessage.key)).all())
    assert keys == {
        "daily:2025-11-01:last-call:person 7",
        "forum:2025-01-01:90:person 7",
        "unanswered:problem 3:person 7",
    }


def test_half_filled_forms_nobody_came_back_to_go(session: Session) -> None:
    person = Person(telegram_id=4, created_at=NOW)
    session.add(person)
    session.flush()
    assert person.id is not None
    for days in (31, 5):
        at = NOW - timedelta(days=days)
        session.add(Conversation(person_id=person.id, chat_id=4, form="check_in", started_at=at, updated_at=at))
    clear_all(session)
    assert [c.updated_at for c in session.exec(select(Conversation)).all()] == [NOW - timedelta(days=5)]


@pytest.fixture
def crowded(session: Session) -> Session:
    """More old updates than one batch takes."""
    for number in range(1, 1101):
        received(session, number, 40)
    session.flush()
    return session


def test_a_clearing_goes_on_in_batches_until_nothing_is_left_and_then_rests_a_day(crowded: Session) -> None:
    clear_old(crowded, NOW)
    assert len(numbers(crowded)) == 600
    assert clearing_is_due(crowded, NOW)
    clear_old(crowded, NOW)
    clear_old(crowded, NOW)
    assert numbers(crowded) == set()
    assert not clearing_is_due(crowded, NOW)
    assert clearing_is_due(crowded, NOW + timedelta(days=1))
    assert clearing_is_due(crowded, NOW - timedelta(days=1)), "a clock that was set back"


def test_it_is_done_in_the_night_unless_nights_were_missed(session: Session) -> None:
    session.add(Heartbeat(part=PART, at=NOW - timedelta(days=1)))
    received(session, 1, 40)
    session.flush()
    noon = NOW + timedelta(hours=9)
    clear_old(session, noon)
    assert numbers(session) == {1}
    clear_old(session, noon + timedelta(days=3))
    assert numbers(session) == set()


def test_what_is_said_now_is_not_touched(session: Session) -> None:
    say(session, 1, "sendMessage", {"text": "hello"}, NOW)
    clear_all(session, NOW + timedelta(days=365))
    assert session.exec(select(OutboxMessage)).one().content["params"] == {"text": "hello"}
