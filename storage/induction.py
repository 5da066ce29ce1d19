"""What speaks for or against an induction training in the records: hints for whoever rates it (handbook §8)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sql
from sqlmodel import Session, col, func, select

from storage.groups import AuditEntry
from storage.people import CompanyId
from storage.roster import Cohort, EventKind, Hire, HireEvent

OVERRIDDEN = "roster.gate_overridden"
"""The audit's word for going on post without exam or drill."""


@dataclass(frozen=True)
class InductionHints:
    """The inductions of some companies in a stretch of days."""

    due_to_open: int
    """Cohorts whose training was to start in it."""
    opened_on_time: int
    """Those of them with somebody in training on that day or before."""
    overrides: int
    """Hires put on post past the gate."""


def induction_hints(
    session: Session, company_ids: Collection[CompanyId], first: date, last: date, start: datetime, end: datetime
) -> InductionHints:
    """Hints for the local days `first` to `last`, whose instants are `start` to `end`."""
    begun = (
        select(Hire.cohort_id, func.min(HireEvent.day).label("day"))
        .join(HireEvent, col(HireEvent.hire_id) == Hire.id)
        .where(HireEvent.kind == EventKind.training_started)
        .group_by(col(Hire.cohort_id))
        .subquery()
    )
    session.flush()
    rows = (
        session.connection()
        .execute(
            sql.select(col(Cohort.starts_on), begun.c.day)
            .outerjoin(begun, begun.c.cohort_id == col(Cohort.id))
            .where(col(Cohort.company_id).in_(company_ids), col(Cohort.starts_on).between(first, last))
        )
        .all()
    )
    entries = session.exec(
        select(AuditEntry).where(AuditEntry.action == OVERRIDDEN, col(AuditEntry.at) >= start, col(AuditEntry.at) < end)
    ).all()
    hires = {int(entry.details["hire"]) for entry in entries if entry.details.get("hire")}
    own = session.exec(
        select(func.count()).select_from(Hire).where(col(Hire.id).in_(hires), col(Hire.company_id).in_(company_ids))
    ).one()
    on_time = sum(day is not None and day <= starts_on for starts_on, day in rows)
    return InductionHints(len(rows), on_time, own)
