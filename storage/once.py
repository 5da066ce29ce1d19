"""Reading once what a transaction asks for again and again: companies, calendars, settings.

A form asks its fields at every step who the person's companies are and which calendar holds. What was read is kept
with the session until the session writes anything but the hot tables (conversation, inbox, outbox), rolls back, or
ends.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, SessionTransaction, UOWTransaction
from sqlalchemy.orm import Session as AnySession
from sqlmodel import Session

Read = TypeVar("Read")

_KEY = "read once"
_HOT_TABLES = frozenset({"conversation", "inbox", "outbox", "heartbeat"})
"""Their rows are written in every turn, and nothing that is read once depends on them."""


def once(session: Session, key: Hashable, read: Callable[[], Read]) -> Read:
    """What `read` gives, read at most once for this key while nothing is written."""
    # What was changed and not written yet counts, as it would for a query.
    session.flush()
    kept: dict[Hashable, Any] = session.info.setdefault(_KEY, {})
    if key not in kept:
        kept[key] = read()
    found: Read = kept[key]
    return found


def _forget(session: AnySession) -> None:
    session.info.pop(_KEY, None)


@event.listens_for(AnySession, "after_flush")
def _after_flush(session: AnySession, _context: UOWTransaction) -> None:
    if _KEY in session.info and any(
        row.__table__.name not in _HOT_TABLES for row in (*session.new, *session.dirty, *session.deleted)
    ):
        _forget(session)


@event.listens_for(AnySession, "do_orm_execute")
def _before_bulk_write(state: ORMExecuteState) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and _KEY in state.session.info:
        mapper = state.bind_mapper
        if mapper is None or mapper.local_table.description not in _HOT_TABLES:
            _forget(state.session)


@event.listens_for(AnySession, "after_soft_rollback")
def _after_rollback(session: AnySession, _previous: SessionTransaction) -> None:
    _forget(session)
