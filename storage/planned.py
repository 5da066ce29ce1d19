"""What the planner writes: messages by the hundred, each under its own key (design: planner)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sql
from sqlalchemy import exists, func, text
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from storage.dialect import insert_new, locks_rows
from storage.outbox import OutboxMessage, OutboxState, Priority
from storage.roster import CohortId, Hire

ROWS_PER_INSERT = 250
PLANNER_LOCK = 7_226_319
"""PostgreSQL advisory lock: of several planners one plans at a time."""


@dataclass(frozen=True)
class Planned:
    """One message to be made when it is sent.

    `part_of` is the key of the message that also speaks for this one: this row then only says that its reminder
    was given, and is never sent.
    """

    key: str
    chat_id: int
    kind: str
    content: dict[str, Any]
    expires_at: datetime | None = None
    slot: str | None = None
    part_of: str = ""


def plan_messages(
    session: Session, messages: Sequence[Planned], now: datetime, priority: Priority = Priority.planned
) -> int:
    """Put the messages whose key does not exist yet into the outbox; how many are new and will be sent."""
    known = _known_keys(session, [m.key for m in messages])
    new = [m for m in messages if m.key not in known]
    for start in range(0, len(new), ROWS_PER_INSERT):
        rows = [_row(m, now, priority) for m in new[start : start + ROWS_PER_INSERT]]
        insert_new(session, OutboxMessage, rows)
    return sum(not m.part_of for m in new)


def slots_under_way(session: Session, slots: Collection[str]) -> set[str]:
    """Which of the standing posts have a message that is not sent yet."""
    query = select(OutboxMessage.slot).where(
        col(OutboxMessage.slot).in_(slots), OutboxMessage.state == OutboxState.open
    )
    return {slot for slot in session.exec(query).all() if slot is not None}


def plans_alone(session: Session) -> bool:
    """Take the planner's lock for this transaction; False when another process plans right now."""
    if not locks_rows(session):
        return True
    lock = text("SELECT pg_try_advisory_xact_lock(:number)").bindparams(number=PLANNER_LOCK)
    return bool(session.connection().execute(lock).scalar_one())


def _known_keys(session: Session, keys: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(keys), ROWS_PER_INSERT):
        some = keys[start : start + ROWS_PER_INSERT]
        query = select(OutboxMessage.key).where(col(OutboxMessage.key).in_(some))
        known |= {key for key in session.exec(query).all() if key is not None}
    return known


def _row(message: Planned, now: datetime, priority: Priority) -> dict[str, object]:
    return {
        "key": message.key,
        "chat_id": message.chat_id,
        "kind": message.kind,
        "content": message.content,
        "slot": message.slot,
        "priority": int(priority),
        "created_at": now,
        "expires_at": message.expires_at,
        "state": OutboxState.dropped if message.part_of else OutboxState.open,
        "attempts": 0,
        "error": f"part of {message.part_of}" if message.part_of else "",
    }


def cohorts_closed(session: Session, first: date, last: date) -> dict[CohortId, date]:
    """The cohorts whose last window closed on a date from first to last, with that date."""
    later = aliased(Hire)
    goes_on = exists().where(col(later.cohort_id) == col(Hire.cohort_id), col(later.closes_on) > last)
    query = (
        sql.select(col(Hire.cohort_id), func.max(col(Hire.closes_on)))
        .where(col(Hire.closes_on).between(first, last), ~goes_on)
        .group_by(col(Hire.cohort_id))
    )
    session.flush()
    closed: dict[CohortId, date] = {}
    for cohort_id, closes_on in session.connection().execute(query):
        closed[cohort_id] = closes_on
    return closed
