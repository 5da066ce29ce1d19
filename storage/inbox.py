"""Every update, stored before it is acknowledged, and what became of it.

An update is deduplicated by Telegram's own id. It is marked in the same transaction as what it recorded; after a few
failures it is put aside for an admin to see, so that it cannot hold up the chat behind it for ever.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sql
from sqlalchemy import BigInteger, Index, Select, Text, bindparam, exists, func, or_, text
from sqlmodel import Field, Session, SQLModel, col, select, update

from storage.dialect import enum_column, insert_new, locks_rows

MAX_ATTEMPTS = 3
RETRY_DELAY = timedelta(seconds=1)
LONGEST_PAUSE = RETRY_DELAY * MAX_ATTEMPTS


class InboxState(StrEnum):
    """Whether an update still waits, is done, or was put aside after failing too often."""

    open = "open"
    done = "done"
    aside = "aside"


class InboxUpdate(SQLModel, table=True):
    """One update as Telegram sent it."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "ix_inbox_open",
            "chat_id",
            "update_id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    update_id: int = Field(primary_key=True, sa_type=BigInteger)
    chat_id: int = Field(sa_type=BigInteger)
    """The chat whose order is kept (a person's id for updates without a chat, 0 for unreadable ones)."""
    body: str = Field(sa_type=Text)
    """The update's JSON as received."""
    received_at: datetime
    said_at: datetime
    """When the person acted, UTC: the message's own date; for a button see `bot.receiver`."""
    state: InboxState = Field(default=InboxState.open, sa_column=enum_column(InboxState))
    attempts: int = 0
    retry_at: datetime | None = None
    error: str = Field(default="", sa_type=Text)


_TABLE = SQLModel.metadata.tables["inbox"]


class NewUpdate(NamedTuple):
    """An update on its way into the inbox."""

    update_id: int
    chat_id: int
    body: str
    received_at: datetime
    said_at: datetime


def store_updates(session: Session, updates: Sequence[NewUpdate]) -> int:
    """Keep updates, ignoring those already known; the number that were new."""
    rows: list[dict[str, object]] = [u._asdict() | {"state": "open", "attempts": 0, "error": ""} for u in updates]
    return insert_new(session, InboxUpdate, rows)


class OpenUpdate(NamedTuple):
    """An update that waits to be answered."""

    update_id: int
    body: str
    said_at: datetime
    attempts: int


def next_updates(session: Session, now: datetime, limit: int) -> list[OpenUpdate]:
    """The oldest open update of each chat that may be tried now, oldest first.

    One per chat keeps a chat's order: a later one is not handed out before the earlier one is done or aside.
    """
    query = _NEXT.with_for_update(skip_locked=True) if locks_rows(session) else _NEXT
    moments = {"now": now, "pause_ends": now + LONGEST_PAUSE, "most": limit}
    return [OpenUpdate(*row) for row in session.connection().execute(query, moments)]


def mark_done(session: Session, update_ids: Sequence[int]) -> None:
    """These updates have had their effect."""
    if update_ids:
        session.connection().execute(_DONE, [{"done": update_id} for update_id in update_ids])


def _next() -> Select[Any]:
    """The query of `next_updates`, built once."""
    each, older = _TABLE, _TABLE.alias()
    return (
        sql.select(each.c.update_id, each.c.body, each.c.said_at, each.c.attempts)
        .where(
            each.c.state == InboxState.open,
            or_(
                each.c.retry_at.is_(None),
                each.c.retry_at <= bindparam("now"),
                # Further away than any pause: written before the clock was set back. It would hold the chat up long.
                each.c.retry_at > bindparam("pause_ends"),
            ),
            ~exists().where(
                older.c.state == InboxState.open,
                older.c.chat_id == each.c.chat_id,
                older.c.update_id < each.c.update_id,
            ),
        )
        .order_by(each.c.update_id)
        .limit(bindparam("most"))
    )


_NEXT = _next()
_DONE = sql.update(_TABLE).where(_TABLE.c.update_id == bindparam("done")).values(state=InboxState.done)


def mark_failed(session: Session, update_id: int, attempts: int, now: datetime, error: str) -> InboxState:
    """Count a failed attempt: try again after a while, or put the update aside; the state it is in then."""
    state = InboxState.aside if attempts >= MAX_ATTEMPTS else InboxState.open
    session.exec(
        update(InboxUpdate)
        .where(col(InboxUpdate.update_id) == update_id)
        .values(state=state, attempts=attempts, retry_at=now + RETRY_DELAY * attempts, error=error[:2000])
    )
    return state


def mark_aside(session: Session, update_id: int, error: str) -> None:
    """Put an update aside for an admin to see: trying it again cannot help."""
    session.exec(
        update(InboxUpdate)
        .where(col(InboxUpdate.update_id) == update_id)
        .values(state=InboxState.aside, attempts=1, retry_at=None, error=error[:2000])
    )


def count_updates(session: Session, state: InboxState) -> int:
    """How many updates are in a state."""
    return session.exec(select(func.count()).select_from(InboxUpdate).where(InboxUpdate.state == state)).one()


def oldest_open(session: Session) -> datetime | None:
    """When the oldest update that still waits was received."""
    return session.exec(select(func.min(InboxUpdate.received_at)).where(InboxUpdate.state == InboxState.open)).one()
