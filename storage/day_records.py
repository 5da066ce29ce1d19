"""What was recorded about one day: the lines that appear on a daily check-in by themselves (handbook §6).

Orders and roster changes are the companies'; ride-alongs, drills and spot checks are the person's own.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlmodel import Session, col, func, or_, select

from storage.follow_up import Drill, RideAlong, SpotCheck
from storage.hire_state import replay
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
    """How many hires were in training and on trial post on a day, and how many trials were decided on it."""

    in_training: int
    on_trial: int
    """Those decided on the day included, so that passed + failed <= on_trial."""
    passed: int
    failed: int


def records_of_day(session: Session, person_id: PersonId, company_ids: Collection[CompanyId], day: date) -> DayRecords:
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
    """What the roster gives for the end of a local day; None when these companies have no hires at all."""
    if session.exec(select(Hire.id).where(col(Hire.company_id).in_(company_ids)).limit(1)).first() is None:
        return None
    events = session.exec(
        select(HireEvent)
        .join(Hire, col(Hire.id) == HireEvent.hire_id)
        .where(
            col(Hire.company_id).in_(company_ids),
            or_(col(Hire.on_post).is_(None), col(Hire.on_post) >= day),
            HireEvent.day <= day,
        )
        .order_by(col(HireEvent.hire_id), col(HireEvent.id))
    ).all()
    by_hire = [list(group) for _, group in groupby(events, key=lambda event: event.hire_id)]
    stages = Counter(replay(history).stage for history in by_hire)
    decided = Counter(_trial_decided_on(history, day) for history in by_hire)
    passed, failed = decided[EventKind.trial_passed], decided[EventKind.trial_failed]
    return TraineeCounts(
        in_training=stages[Stage.in_training],
        on_trial=stages[Stage.on_trial] + passed + failed,
        passed=passed,
        failed=failed,
    )


def _trial_decided_on(history: Sequence[HireEvent], day: date) -> EventKind | None:
    decisions = [
        event.kind
        for event in history
        if event.day == day and event.kind in (EventKind.trial_passed, EventKind.trial_failed)
    ]
    return decisions[-1] if decisions else None


def _roster_changes(session: Session, company_ids: Collection[CompanyId], day: date) -> Mapping[EventKind, int]:
    rows = session.exec(
        select(HireEvent.kind, func.count(func.distinct(col(HireEvent.hire_id))))
        .join(Hire, col(Hire.id) == HireEvent.hire_id)
        .where(col(Hire.company_id).in_(company_ids), HireEvent.day == day)
        .group_by(HireEvent.kind)
    ).all()
    return {EventKind(kind): count for kind, count in rows}


def _own_on(
    session: Session, table: type[RideAlong] | type[Drill] | type[SpotCheck], person_id: PersonId, day: date
) -> int:
    return session.exec(
        select(func.count()).select_from(table).where(table.person_id == person_id, table.day == day)
    ).one()
