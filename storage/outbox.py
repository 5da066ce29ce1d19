"""Everything the bot says, stored before it is said.

Rows come from two sides: replies, written in the transaction that recorded what they speak of, with their text
ready; and planned messages (reminders, boards, cards), written by the planner with a key that exists once, whose text
is made when they are sent. The sender claims rows under a lease, sends and marks. Telegram knows no idempotency key, so
the promise is: planned once, delivered at least once, twice only when a crash falls between Telegram's answer and the
mark.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ColumnElement, Index, Text, bindparam, exists, func, insert, or_, text
from sqlalchemy import update as sql_update
from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, SQLModel, col, select, update
from sqlmodel.sql.expression import SelectOfScalar

from storage.dialect import enum_column, insert_new, locks_rows

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 12
HOLDING_ATTEMPTS = 3
"""So often a message that failed keeps its place: what was said after it waits, so that a chat reads in order."""
LONGEST_PAUSE = timedelta(hours=1)
"""A pause that ends later than this was written before the clock was set back."""


class Priority(IntEnum):
    """Replies go ahead of broadcasts (design: sender)."""

    reply = 0
    planned = 5
    broadcast = 9


class OutboxState(StrEnum):
    """open: to be sent; sent; dropped: no longer of use when its turn came; failed: Telegram will not have it."""

    open = "open"
    sent = "sent"
    dropped = "dropped"
    failed = "failed"


class OutboxMessage(SQLModel, table=True):
    """One call to Telegram that is owed."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_open",
            "priority",
            "id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_outbox_open_chat",
            "chat_id",
            "id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str | None = Field(default=None, unique=True, max_length=160)
    """What makes a planned message exist once, e.g. `daily:2026-11-23:last-call:person 7`."""
    chat_id: int = Field(sa_type=BigInteger)
    priority: int = Priority.reply
    kind: str = Field(max_length=40)
    """"call": `content` is the method and its parameters; else the name of a planned message, see
    `handlers.announcements`."""
    content: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    slot: str | None = Field(default=None, max_length=120, index=True)
    """The standing post this message becomes or edits, e.g. the board of a day."""
    created_at: datetime
    not_before: datetime | None = None
    expires_at: datetime | None = None
    """After this instant the message is of no use and is dropped."""
    state: OutboxState = Field(default=OutboxState.open, sa_column=enum_column(OutboxState))
    leased_until: datetime | None = None
    attempts: int = 0
    sent_at: datetime | None = None
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    error: str = Field(default="", sa_type=Text)


_TABLE = SQLModel.metadata.tables["outbox"]


class Post(SQLModel, table=True):
    """A message that is edited in place later (a board, a card), by its slot."""

    __tablename__ = "post"

    slot: str = Field(primary_key=True, max_length=120)
    chat_id: int = Field(sa_type=BigInteger)
    message_id: int = Field(sa_type=BigInteger)
    digest: str = Field(default="", max_length=64)
    """What it shows now, hashed: an unchanged board is not edited."""
    posted_at: datetime


def plan_message(
    session: Session,
    *,
    key: str,
    chat_id: int,
    kind: str,
    content: dict[str, Any],
    now: datetime,
    slot: str | None = None,
    priority: Priority = Priority.planned,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> bool:
    """Put a planned message into the outbox unless its key exists; whether it was new."""
    row = {
        "key": key,
        "chat_id": chat_id,
        "kind": kind,
        "content": content,
        "created_at": now,
        "slot": slot,
        "priority": int(priority),
        "not_before": not_before,
        "expires_at": expires_at,
        "state": OutboxState.open,
        "attempts": 0,
        "error": "",
    }
    return insert_new(session, OutboxMessage, [row]) == 1


def say(
    session: Session,
    chat_id: int,
    method: str,
    params: dict[str, Any],
    now: datetime,
    *,
    slot: str | None = None,
    priority: Priority = Priority.reply,
) -> None:
    """Owe Telegram one call whose content is ready, in the chat's order."""
    owe(session, chat_id, "call", {"method": method, "params": params}, now, slot=slot, priority=priority)


def owe(
    session: Session,
    chat_id: int,
    kind: str,
    content: dict[str, Any],
    now: datetime,
    *,
    slot: str | None = None,
    priority: Priority = Priority.reply,
) -> None:
    """Owe a message of a kind, in the chat's order; see `OutboxMessage.kind`."""
    # What it speaks of is written first.
    session.flush()
    session.connection().execute(
        _OWE,
        {
            "chat_id": chat_id,
            "kind": kind,
            "content": content,
            "created_at": now,
            "slot": slot,
            "priority": int(priority),
            "state": OutboxState.open,
            "attempts": 0,
            "error": "",
        },
    )


_OWE = insert(_TABLE)


def claim_messages(
    session: Session, now: datetime, limit: int, excluding_chats: Collection[int] = ()
) -> list[OutboxMessage]:
    """Lease the next messages: the first open one of each chat, replies ahead of broadcasts.

    A chat in which a message is under way (leased) hands out no other, and one that is tried again after a failure is
    waited for (a few times), so a chat's messages keep their order within a priority.
    """
    query = _CLAIMABLE
    if locks_rows(session):
        query = query.with_for_update(skip_locked=True)
    moments = {
        "now": now,
        "lease_ends": now + 2 * LEASE,
        "pause_ends": now + LONGEST_PAUSE,
        "most": limit,
        "excluded": list(excluding_chats),
    }
    claimed = list(session.exec(query, params=moments).all())
    if claimed:
        session.connection().execute(
            _LEASE, [{"message": m.id, "leased_until": now + LEASE, "tried": m.attempts + 1} for m in claimed]
        )
    return claimed


def _is_under_way(message: type[OutboxMessage]) -> ColumnElement[bool]:
    # A lease beyond the longest one, with room for clocks that differ, was taken before the clock was set back.
    return (col(message.leased_until) > bindparam("now")) & (col(message.leased_until) <= bindparam("lease_ends"))


def _is_due(message: type[OutboxMessage]) -> ColumnElement[bool]:
    return or_(
        col(message.not_before).is_(None),
        col(message.not_before) <= bindparam("now"),
        (col(message.attempts) > 0) & (col(message.not_before) > bindparam("pause_ends")),
    )


def _claimable() -> SelectOfScalar[OutboxMessage]:
    """The query of `claim_messages`, built once."""
    other = aliased(OutboxMessage)
    ahead = exists().where(
        col(other.state) == OutboxState.open,
        col(other.chat_id) == OutboxMessage.chat_id,
        or_(
            _is_under_way(other),
            or_(_is_due(other), col(other.attempts).between(1, HOLDING_ATTEMPTS))
            & (
                (col(other.priority) < col(OutboxMessage.priority))
                | ((col(other.priority) == col(OutboxMessage.priority)) & (col(other.id) < col(OutboxMessage.id)))
            ),
        ),
    )
    return (
        select(OutboxMessage)
        .where(
            OutboxMessage.state == OutboxState.open,
            _is_due(OutboxMessage),
            or_(col(OutboxMessage.leased_until).is_(None), ~_is_under_way(OutboxMessage)),
            ~ahead,
            col(OutboxMessage.chat_id).not_in(bindparam("excluded", expanding=True)),
        )
        .order_by(col(OutboxMessage.priority), col(OutboxMessage.id))
        .limit(bindparam("most"))
    )


_CLAIMABLE = _claimable()
_LEASE = (
    sql_update(_TABLE)
    .where(_TABLE.c.id == bindparam("message"))
    .values(leased_until=bindparam("leased_until"), attempts=bindparam("tried"))
)
_SENT = (
    sql_update(_TABLE)
    .where(_TABLE.c.id == bindparam("message"))
    .values(state=OutboxState.sent, sent_at=bindparam("now"), leased_until=None, message_id=bindparam("number"))
)


def mark_sent(session: Session, sent: Sequence[tuple[OutboxMessage, int | None]], now: datetime) -> None:
    """Telegram has them, each with the id it gave. A message with a slot is remembered as the post to edit later."""
    if not sent:
        return
    session.connection().execute(
        _SENT, [{"message": message.id, "number": number, "now": now} for message, number in sent]
    )
    for message, number in sent:
        if message.slot and number is not None:
            session.merge(
                Post(
                    slot=message.slot,
                    chat_id=message.chat_id,
                    message_id=number,
                    digest=str(message.content.get("digest", "")),
                    posted_at=now,
                )
            )


def mark_dropped(session: Session, message: OutboxMessage, now: datetime, why: str) -> None:
    """No longer of use when its turn came: a nag whose report has come in, an expired card."""
    _finish(session, message, OutboxState.dropped, now, error=why)


def mark_failed(session: Session, message: OutboxMessage, now: datetime, error: str) -> None:
    """Telegram will not take it, however often it is offered."""
    _finish(session, message, OutboxState.failed, now, error=error)


def postpone(session: Session, message: OutboxMessage, until: datetime, error: str) -> None:
    """Offer it again later (Telegram busy, network away)."""
    session.exec(
        update(OutboxMessage)
        .where(col(OutboxMessage.id) == message.id)
        .values(leased_until=None, not_before=until, error=error[:500])
        .execution_options(synchronize_session=False)
    )


def renew_lease(session: Session, message: OutboxMessage, now: datetime) -> None:
    """It is still being made: no other process takes it meanwhile."""
    session.exec(
        update(OutboxMessage)
        .where(col(OutboxMessage.id) == message.id)
        .values(leased_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )


def put_back(session: Session, message: OutboxMessage, error: str) -> None:
    """Nobody could be reached: it keeps its place, and the attempt does not count."""
    session.exec(
        update(OutboxMessage)
        .where(col(OutboxMessage.id) == message.id)
        .values(leased_until=None, not_before=None, attempts=col(OutboxMessage.attempts) - 1, error=error[:500])
        .execution_options(synchronize_session=False)
    )


def replace_content(session: Session, message: OutboxMessage, content: dict[str, Any]) -> None:
    """Say the same another way, at once."""
    session.exec(
        update(OutboxMessage)
        .where(col(OutboxMessage.id) == message.id)
        .values(content=content, leased_until=None)
        .execution_options(synchronize_session=False)
    )


def _finish(
    session: Session,
    message: OutboxMessage,
    state: OutboxState,
    now: datetime,
    *,
    message_id: int | None = None,
    error: str = "",
) -> None:
    session.exec(
        update(OutboxMessage)
        .where(col(OutboxMessage.id) == message.id)
        .values(state=state, sent_at=now, leased_until=None, message_id=message_id, error=error[:500])
        .execution_options(synchronize_session=False)
    )


def state_of(session: Session, message: OutboxMessage) -> OutboxState:
    """What a message is marked as by now."""
    return OutboxState(session.exec(select(OutboxMessage.state).where(OutboxMessage.id == message.id)).one())


def release_leases(session: Session) -> None:
    """Take back what a stopped process had claimed. Only where there is one process (SQLite), at its start."""
    claimed = col(OutboxMessage.state) == OutboxState.open, col(OutboxMessage.leased_until).is_not(None)
    session.exec(update(OutboxMessage).where(*claimed).values(leased_until=None))


def post_in(session: Session, slot: str) -> Post | None:
    """The standing post of a slot, if it was ever posted."""
    return session.get(Post, slot)


def is_planned(session: Session, key: str) -> bool:
    """Whether a planned message exists, sent or not."""
    return session.exec(select(OutboxMessage.id).where(OutboxMessage.key == key)).first() is not None


def is_planned_since(session: Session, key_prefix: str, moment: datetime) -> bool:
    """Whether a planned message whose key begins so was written at or after an instant, UTC."""
    planned = select(OutboxMessage.id).where(
        col(OutboxMessage.key).startswith(key_prefix), OutboxMessage.created_at >= moment
    )
    return session.exec(planned.limit(1)).first() is not None


def count_messages(session: Session, state: OutboxState) -> int:
    """How many messages are in a state."""
    return session.exec(select(func.count()).select_from(OutboxMessage).where(OutboxMessage.state == state)).one()


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """When the oldest message that could be sent by now was written."""
    return session.exec(
        select(func.min(OutboxMessage.created_at)).where(
            OutboxMessage.state == OutboxState.open,
            or_(col(OutboxMessage.not_before).is_(None), col(OutboxMessage.not_before) <= now),
        )
    ).one()


def rename_chat(session: Session, old: int, new: int) -> None:
    """A group became a supergroup: what is owed to the old id is owed to the new one."""
    session.exec(update(OutboxMessage).where(col(OutboxMessage.chat_id) == old).values(chat_id=new))
    session.exec(update(Post).where(col(Post.chat_id) == old).values(chat_id=new))
