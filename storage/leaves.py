"""Leave 请假 as recorded: ranges of local days, both ends included, that never overlap for one person (handbook §6)."""

from datetime import date, datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from storage.once import kept
from storage.people import PersonId
from storage.reports import Leave

REASON_LENGTH = 100


def overlapping_leaves(session: Session, person_id: PersonId, first: date, last: date) -> list[Leave]:
    """The person's leaves that share a day with the range, cancelled ones left out; earliest first."""
    leaves = kept(session, ("leaves of", person_id), (Leave,), lambda: _leaves_of(session, person_id))
    return [leave for leave in leaves if leave.first_day <= last and leave.last_day >= first]


def _leaves_of(session: Session, person_id: PersonId) -> list[Leave]:
    return list(session.exec(_LEAVES, params={"person": person_id}).all())


_LEAVES = (
    select(Leave)
    .where(Leave.person_id == bindparam("person"), col(Leave.cancelled_at).is_(None))
    .order_by(col(Leave.first_day))
)


def leaves_from(session: Session, person_id: PersonId, day: date) -> list[Leave]:
    """The person's leaves that are not over before the day, cancelled ones left out; earliest first."""
    return overlapping_leaves(session, person_id, day, date.max)


def record_leave(
    session: Session,
    person_id: PersonId,
    first: date,
    last: date,
    reason: str,
    recorded_by: PersonId | None,
    now: datetime,
) -> Leave:
    """Add a leave; with those it overlaps it becomes one, and they are kept as cancelled."""
    known = overlapping_leaves(session, person_id, first, last)
    for leave in known:
        leave.cancelled_at = now
    joined = Leave(
        person_id=person_id,
        first_day=min([first, *(leave.first_day for leave in known)]),
        last_day=max([last, *(leave.last_day for leave in known)]),
        reason=reason or next((leave.reason for leave in known if leave.reason), ""),
        recorded_by=recorded_by,
        recorded_at=now,
    )
    session.add(joined)
    session.flush()
    return joined


def cancel_leave(session: Session, leave: Leave, now: datetime) -> None:
    """Take a leave back; what was not asked for meanwhile is owed again."""
    leave.cancelled_at = now
    session.add(leave)
    session.flush()


def end_leave(session: Session, leave: Leave, last: date) -> None:
    """Let a leave that has begun end earlier: `last` is its last day."""
    leave.last_day = last
    session.add(leave)
    session.flush()
