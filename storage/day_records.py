"""What was recorded about one day: the lines that appear on a daily check-in by themselves (handbook §6).

Orders and roster changes are the companies'; ride-alongs, drills and spot checks are the person's own.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import sqlalchemy as sql
from sqlalchemy import Select, bindparam
from sqlmodel import Session, col, func, or_, select

from storage.follow_up import Drill, RideAlong, SpotCheck
from storage.hire_state import replay
from storage.once import kept, once
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
    of = {"person": person_id, "companies": list(company_ids), "day": day}
    companies = tuple(company_ids)
    orders, hires, ride_alongs, drills, checks = once(
        session,
        ("day counts", person_id, companies, day),
        (Order, RideAlong, Drill, SpotCheck),
        lambda: tuple(session.connection().execute(_DAY_COUNTS, of).one()),
    )
    changes = kept(
        session,
        ("roster changes", companies, day),
        (Hire, HireEvent),
        lambda: {EventKind(kind): count for kind, count in session.connection().execute(_ROSTER_CHANGES, of)},
    )
    return DayRecords(orders, hires, ride_alongs, drills, checks, changes)


def _day_counts() -> Select[Any]:
    """Orders, ordering hires, ride-alongs, drills and spot checks of a day, in one statement."""
    valid = col(Order.quantity) - col(Order.refunded)
    orders = (
        sql.select(func.coalesce(func.sum(valid), 0), func.count(func.distinct(col(Order.hire_id))))
        .where(
            col(Order.company_id).in_(bindparam("companies", expanding=True)),
            col(Order.day) == bindparam("day"),
            valid > 0,
        )
        .subquery()
    )
    own = (
        sql.select(func.count())
        .where(col(table.person_id) == bindparam("person"), col(table.day) == bindparam("day"))
        .scalar_subquery()
        for table in (RideAlong, Drill, SpotCheck)
    )
    return sql.select(*orders.c, *own)


_DAY_COUNTS = _day_counts()
_ROSTER_CHANGES = (
    sql.select(col(HireEvent.kind), func.count(func.distinct(col(HireEvent.hire_id))))
    .join(Hire, col(Hire.id) == col(HireEvent.hire_id))
    .where(col(Hire.company_id).in_(bindparam("companies", expanding=True)), col(HireEvent.day) == bindparam("day"))
    .group_by(col(HireEvent.kind))
)


def trainee_counts(session: Session, company_ids: Collection[CompanyId], day: date) -> TraineeCounts | None:
    """What the roster gives for the end of a local day; None when these companies have no hires at all."""
    key = ("trainee counts", tuple(company_ids), day)
    return kept(session, key, (Hire, HireEvent), lambda: _trainee_counts(session, company_ids, day))


def _trainee_counts(session: Session, company_ids: Collection[CompanyId], day: date) -> TraineeCounts | None:
    if session.connection().execute(_ANY_HIRE, {"companies": list(company_ids)}).first() is None:
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


_ANY_HIRE = sql.select(col(Hire.id)).where(col(Hire.company_id).in_(bindparam("companies", expanding=True))).limit(1)


def _trial_decided_on(history: Sequence[HireEvent], day: date) -> EventKind | None:
    decisions = [
        event.kind
        for event in history
        if event.day == day and event.kind in (EventKind.trial_passed, EventKind.trial_failed)
    ]
    return decisions[-1] if decisions else None
