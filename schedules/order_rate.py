"""The order-rate submission 出单率报送: the cohorts it covers, its locked snapshot, corrections (handbook §5.3)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from schedules.calendars import deadline_rules, load_calendars
from schedules.deadlines import due_of
from schedules.periods import ZONE, Period, local_day
from schedules.working_days import ONE_DAY
from storage.cohort_figures import (
    CohortFigures,
    cohorts_closing_between,
    cohorts_closing_in,
    companies_closing_in,
    figures,
)
from storage.groups import Heartbeat
from storage.orders import Order, OrderChange, OrderChangeKind
from storage.people import CompanyId, PersonId, active_companies
from storage.reports import OrderRateSnapshot
from storage.roster import CohortId, EventKind, Hire, HireEvent

LOCK_PART = "order-rate-lock"
LOCKED_AT_ONCE = 3
CORRECTING_EVENTS = (EventKind.on_post_corrected, EventKind.left, EventKind.rejoined)


@dataclass(frozen=True)
class Line:
    """What is submitted of one cohort."""

    cohort_id: CohortId
    name: str
    ordered_and_stayed: int
    on_post: int
    orders: int

    @classmethod
    def of(cls, cohort: CohortFigures) -> "Line":
        """The line of a cohort's figures."""
        return cls(cohort.cohort_id, cohort.name, cohort.ordered_and_stayed, cohort.on_post, cohort.orders)


@dataclass(frozen=True)
class Correction:
    """A submitted cohort whose figures are different now, and why."""

    submitted: Line
    now: Line
    refunded: int = 0
    """Orders refunded since the snapshot was locked."""
    moved: int = 0
    edited: int = 0
    roster_changes: int = 0


def lines_of(session: Session, company_id: CompanyId, month: date, today: date) -> list[Line]:
    """One line for each cohort that closed in the month. Those that nobody went on post with are none.

    A cohort is submitted once: one that a corrected date moves into a later month is a correction of the earlier.
    """
    closed = cohorts_closing_in(session, [company_id], month, today)
    told = {
        line.cohort_id
        for snapshot in _before(session, company_id, month)
        for line in (*submitted_lines(snapshot), *(Line(**each["now"]) for each in snapshot.corrections))
    }
    return [Line.of(cohort) for cohort in closed if not cohort.interim and cohort.cohort_id not in told]


def snapshot_of(session: Session, company_id: CompanyId, month: date) -> OrderRateSnapshot | None:
    """What the company submitted for a month, if anything was."""
    return session.exec(
        select(OrderRateSnapshot).where(
            OrderRateSnapshot.company_id == company_id, OrderRateSnapshot.month == month.replace(day=1)
        )
    ).first()


def submitted_lines(snapshot: OrderRateSnapshot) -> list[Line]:
    """The lines of a snapshot."""
    return [Line(**line) for line in snapshot.lines]


def lock_snapshot(
    session: Session, company_id: CompanyId, month: date, now: datetime, today: date, by: PersonId | None
) -> OrderRateSnapshot:
    """Keep the figures as they are now; a month that is locked stays as it was locked."""
    known = snapshot_of(session, company_id, month)
    return known or _lock(session, company_id, month, now, today, by, lines_of(session, company_id, month, today))


def corrections_of(session: Session, company_id: CompanyId, before: date, today: date) -> list[Correction]:
    """Cohorts whose figures differ from what was last submitted of them for an earlier month.

    One that was recorded only after its month was locked was submitted with nobody on post.
    """
    told: dict[CohortId, tuple[Line, datetime]] = {}
    snapshots = _before(session, company_id, before)
    closed = _closed_by_month(session, company_id, [snapshot.month for snapshot in snapshots], today)
    for snapshot in snapshots:
        for late in closed.get(snapshot.month, ()):
            told.setdefault(late.cohort_id, (Line(late.cohort_id, late.name, 0, 0, 0), snapshot.locked_at))
        told.update({line.cohort_id: (line, snapshot.locked_at) for line in submitted_lines(snapshot)})
        for correction in snapshot.corrections:
            line = Line(**correction["now"])
            told[line.cohort_id] = (line, snapshot.locked_at)
    present = {cohort.cohort_id: Line.of(cohort) for cohort in figures(session, list(told), today)}
    return [
        _correction(session, line, present[cohort_id], since)
        for cohort_id, (line, since) in told.items()
        if cohort_id in present and _numbers(present[cohort_id]) != _numbers(line)
    ]


def correction_since(session: Session, snapshot: OrderRateSnapshot, today: date) -> list[Correction]:
    """Lines of a snapshot whose figures are different now: shown as submitted and present value side by side."""
    lines = submitted_lines(snapshot)
    present = {c.cohort_id: Line.of(c) for c in figures(session, [line.cohort_id for line in lines], today)}
    return [
        _correction(session, line, present[line.cohort_id], snapshot.locked_at)
        for line in lines
        if line.cohort_id in present and _numbers(present[line.cohort_id]) != _numbers(line)
    ]


def lock_overdue(session: Session, now: datetime, zone: ZoneInfo = ZONE) -> None:
    """At 24:00 on the 5th last month's figures are locked for every company that has not submitted (handbook §5.3).

    Called at each tick: a few companies at a time, so that nobody's answer waits; afterwards it costs one look-up.
    """
    today = local_day(now, zone)
    month = Period.order_rate_for(today.replace(day=1) - ONE_DAY)
    done = session.get(Heartbeat, LOCK_PART)
    if done is not None and done.note == month.key:
        return
    due = due_of(month, load_calendars(session).general.calendar, deadline_rules(session, zone))
    if now < due.late_from:
        return
    companies = [company.id for company in active_companies(session) if company.id is not None]
    done_by = select(OrderRateSnapshot.company_id).where(OrderRateSnapshot.month == month.first)
    submitted = set(session.exec(done_by).all())
    locked = 0
    for company_id in companies_closing_in(session, companies, month.first):
        lines = lines_of(session, company_id, month.first, today) if company_id not in submitted else []
        if not lines:
            continue
        if locked == LOCKED_AT_ONCE:
            return
        _lock(session, company_id, month.first, now, today, None, lines)
        locked += 1
    session.merge(Heartbeat(part=LOCK_PART, at=now, note=month.key))


def _before(session: Session, company_id: CompanyId, month: date) -> Sequence[OrderRateSnapshot]:
    return session.exec(
        select(OrderRateSnapshot)
        .where(OrderRateSnapshot.company_id == company_id, col(OrderRateSnapshot.month) < month.replace(day=1))
        .order_by(col(OrderRateSnapshot.month))
    ).all()


def _lock(
    session: Session,
    company_id: CompanyId,
    month: date,
    now: datetime,
    today: date,
    by: PersonId | None,
    lines: Sequence[Line],
) -> OrderRateSnapshot:
    snapshot = OrderRateSnapshot(
        company_id=company_id,
        month=month.replace(day=1),
        locked_at=now,
        confirmed_by=by,
        lines=[asdict(line) for line in lines],
        corrections=[_as_json(c) for c in corrections_of(session, company_id, month, today)],
    )
    session.add(snapshot)
    session.flush()
    return snapshot


def _closed_by_month(
    session: Session, company_id: CompanyId, months: Sequence[date], today: date
) -> dict[date, list[CohortFigures]]:
    """The company's cohorts that have closed, by the first of the month in which they did, at least of these months."""
    if not months:
        return {}
    end = Period.order_rate_for(max(months)).last
    by_month: dict[date, list[CohortFigures]] = {}
    for cohort in cohorts_closing_between(session, [company_id], min(months), end, today):
        if cohort.closes_on is not None and not cohort.interim:
            by_month.setdefault(cohort.closes_on.replace(day=1), []).append(cohort)
    return by_month


def _correction(session: Session, submitted: Line, present: Line, since: datetime) -> Correction:
    hires = select(Hire.id).where(Hire.cohort_id == submitted.cohort_id)
    changes = dict(
        session.exec(
            select(OrderChange.kind, func.sum(OrderChange.quantity))
            .join(Order, col(Order.id) == OrderChange.order_id)
            .where(
                col(Order.hire_id).in_(hires) | col(OrderChange.former_hire_id).in_(hires),
                col(OrderChange.recorded_at) > since,
            )
            .group_by(col(OrderChange.kind))
        ).all()
    )
    events = session.exec(
        select(func.count())
        .select_from(HireEvent)
        .where(
            col(HireEvent.hire_id).in_(hires),
            col(HireEvent.kind).in_(CORRECTING_EVENTS),
            col(HireEvent.recorded_at) > since,
        )
    ).one()
    return Correction(
        submitted,
        present,
        refunded=int(changes.get(OrderChangeKind.refunded) or 0),
        moved=int(changes.get(OrderChangeKind.moved) or 0),
        edited=int(changes.get(OrderChangeKind.edited) or 0),
        roster_changes=events,
    )


def _numbers(line: Line) -> tuple[int, int, int]:
    return line.ordered_and_stayed, line.on_post, line.orders


def _as_json(correction: Correction) -> dict[str, Any]:
    return asdict(correction)


def pooled(lines: Sequence[Line]) -> Line:
    """All lines together: sums, never a mean of rates."""
    return Line(
        CohortId(0),
        "",
        sum(line.ordered_and_stayed for line in lines),
        sum(line.on_post for line in lines),
        sum(line.orders for line in lines),
    )
