"""What was recorded about one day: the lines that appear on a daily check-in by themselves (handbook §6).

Orders and roster changes are the companies'; ride-alongs, drills and spot checks are the person's own.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, SQLModel, col, func, select

from storage.follow_up import Drill, RideAlong, SpotCheck
from storage.orders import Order
from storage.people import CompanyId, PersonId
from storage.roster import EventKind, Hire, HireEvent, Stage


@dataclass(frozen=True)
class DayRecords:
    """Counts of what is dated on one local day."""

    orders: int
    """Valid orders: refunded ones are left out."""
    ordering_hires: int
    """Hires with at least one of them."""
    ride_alongs: int
    drills: int
    spot_checks: int
    roster_changes: Mapping[EventKind, int]
    """Hires by what happened to them."""


@dataclass(frozen=True)
class TraineeCounts:
    """How many hires were in training and on trial post on a day, and how many of the trials were decided on it."""

    in_training: int
    on_trial: int
    """Those decided on the day included, so that passed + failed <= on_trial."""
    passed: int
    failed: int


def records_of_day(
    session: Session, person_id: PersonId, company_ids: Collection[CompanyId], day: date
) -> DayRecords:
    """What the companies' roster and the person's own notes say about the day."""
    valid = col(Order.quantity) - col(Order.refunded)
    orders, hires = session.exec(
        select(func.coalesce(func.sum(valid), 0), func.count(func.distinct(col(Order.hire_id)))).where(
            col(Order.company_id).in_(company_ids), Order.day == day, valid > 0
        )
    ).one()
    return DayRecords(
        orders=orders,
        ordering_hires=hires,
        ride_alongs=_own_on(session, RideAlong, person_id, day),
        drills=_own_on(session, Drill, person_id, day),
        spot_checks=_own_on(session, SpotCheck, person_id, day),
        roster_changes=_roster_changes(session, company_ids, day),
    )


def trainee_counts(session: Session, company_ids: Collection[CompanyId], day: date) -> TraineeCounts | None:
    """The counts the roster gives for a day, from its events; None when these companies have no hires at all."""
    events = session.exec(
        select(HireEvent.hire_id, HireEvent.kind, HireEvent.day)
        .join(Hire, col(Hire.id) == HireEvent.hire_id)
        .where(col(Hire.company_id).in_(company_ids), HireEvent.day <= day)
        .order_by(col(HireEvent.day), col(HireEvent.id))
    ).all()
    return None
