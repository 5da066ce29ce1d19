"""A person's own newest records, for looking back and changing them (handbook §10)."""

from sqlmodel import Session, col, select

from storage.kinds import ReportKind
from storage.orders import Order
from storage.people import PersonId
from storage.reports import Leave, Report
from storage.roster import Hire


def own_dailies(session: Session, person_id: PersonId, limit: int) -> list[Report]:
    """The person's daily reports, the latest day first."""
    return list(
        session.exec(
            select(Report)
            .where(Report.person_id == person_id, Report.kind == ReportKind.daily)
            .order_by(col(Report.first_day).desc())
            .limit(limit)
        ).all()
    )


def own_orders(session: Session, person_id: PersonId, limit: int) -> list[tuple[Order, Hire]]:
    """The orders the person recorded, with their hires, the newest first; those taken back or refunded left out."""
    rows = session.exec(
        select(Order, Hire)
        .join(Hire, col(Hire.id) == col(Order.hire_id))
        .where(Order.recorded_by == person_id, col(Order.quantity) > col(Order.refunded))
        .order_by(col(Order.id).desc())
        .limit(limit)
    ).all()
    return [(order, hire) for order, hire in rows]


def own_leaves(session: Session, person_id: PersonId, limit: int) -> list[Leave]:
    """The person's leaves that were not cancelled, the latest first."""
    return list(
        session.exec(
            select(Leave)
            .where(Leave.person_id == person_id, col(Leave.cancelled_at).is_(None))
            .order_by(col(Leave.first_day).desc())
            .limit(limit)
        ).all()
    )
