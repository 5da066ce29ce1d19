"""What a workbook is made of: the records of some companies dated in a stretch of local days, as plain rows.

Rows, not objects: a year of a large company is tens of thousands of records. Every list is in the order of its dates
and has at most `most` rows. Instants are aware and in UTC. Who may have which rows is decided by whoever asks.
"""

import sys
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, exists, func, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from storage.cohort_figures import in_window_by, on_post_by, stayed_by
from storage.export_rows import (
    HireEventRow,
    HireRow,
    IncidentRow,
    LeaveRow,
    MemberRow,
    OrderChangeRow,
    OrderRow,
    ProblemRow,
    ReportRow,
    RideAlongRow,
    SessionRow,
    SpotCheckRow,
)
from storage.follow_up import Drill, RideAlong, SpotCheck
from storage.kinds import ReportKind
from storage.orders import Order, OrderChange, OrderChangeKind
from storage.people import Company, CompanyId, Membership, Person, PersonId, display_name
from storage.problems import Incident, Problem, Solution, SolutionCheck
from storage.reports import Leave, Report
from storage.roster import Cohort, CohortId, Hire, HireEvent, HireId
from storage.roster_rules import ENDED
from storage.trainings import TrainingSession


@dataclass(frozen=True)
class Extent:
    """Which records are wanted: of these companies, dated from `first` to `last`, at most so many of a kind."""

    company_ids: tuple[CompanyId, ...]
    first: date
    last: date
    begins_at: datetime
    """00:00 of the first day, UTC."""
    most: int


def names_of_people(session: Session) -> dict[PersonId, str]:
    """What to call everybody who ever took part."""
    session.flush()
    return {person.id: display_name(person) for person in session.scalars(select(Person)) if person.id is not None}


def names_of_companies(session: Session, company_ids: Collection[CompanyId]) -> dict[CompanyId, str]:
    """The companies' names."""
    rows = session.connection().execute(
        select(col(Company.id), col(Company.name)).where(col(Company.id).in_(company_ids)).order_by(col(Company.name))
    )
    return {row.id: row.name for row in rows}


def looked_after(session: Session, first: date, last: date) -> dict[PersonId, set[CompanyId]]:
    """Everybody who looked after a company on any of these days, with all those companies."""
    session.flush()
    rows = session.connection().execute(
        select(col(Membership.person_id), col(Membership.company_id)).where(
            col(Membership.since) <= last, or_(col(Membership.until).is_(None), col(Membership.until) > first)
        )
    )
    found: dict[PersonId, set[CompanyId]] = {}
    for person_id, company_id in rows:
        found.setdefault(person_id, set()).add(company_id)
    return found


class Term(NamedTuple):
    """How long somebody looked after a company."""

    person_id: PersonId
    since: date
    until: date | None
    """The first day on which they no longer did."""

    def touches(self, first: date, last: date) -> bool:
        """Whether any day from first to last is in it."""
        return self.since <= last and (self.until is None or self.until > first)


def terms_of_office(session: Session, company_ids: Collection[CompanyId], first: date, last: date) -> list[Term]:
    """Who looked after one of these companies on any day from first to last, and how long."""
    session.flush()
    rows = session.connection().execute(
        select(col(Membership.person_id), col(Membership.since), col(Membership.until)).where(
            col(Membership.company_id).in_(company_ids),
            col(Membership.since) <= last,
            or_(col(Membership.until).is_(None), col(Membership.until) > first),
        )
    )
    return [Term(*row) for row in rows]


def names_of_hires(session: Session, extent: Extent) -> dict[HireId, tuple[str, str]]:
    """Everybody ever on these companies' rosters, with the cohort."""
    rows = session.connection().execute(
        select(col(Hire.id), col(Hire.name), col(Cohort.name))
        .join_from(Hire, Cohort, col(Cohort.id) == col(Hire.cohort_id))
        .where(col(Hire.company_id).in_(extent.company_ids))
    )
    # One text for each cohort, not one for each of its hires.
    return {number: (name, sys.intern(cohort)) for number, name, cohort in rows}


def reports_between(
    session: Session, kinds: Collection[ReportKind], first: date, last: date, words: bool = True
) -> dict[tuple[ReportKind, date, int], ReportRow]:
    """The reports of these kinds whose period begins from `first` to `last`, by kind, first day and author.

    A company's report stands under the company's number, negated, so that it meets no person's. Without `words` they
    come without what they say.
    """
    said: dict[bool, Any] = {True: col(Report.body), False: col(Report.text)}
    is_daily = set(kinds) == {ReportKind.daily}
    rows = session.connection().execute(
        select(
            col(Report.kind),
            col(Report.first_day),
            col(Report.person_id),
            col(Report.company_key),
            col(Report.sent_at),
            col(Report.state),
            col(Report.subject),
            col(Report.version),
            col(Report.filed_by),
            said[is_daily] if words else col(Report.subject),
        ).where(col(Report.kind).in_(kinds), col(Report.first_day).between(first, last))
    )
    made = map(ReportRow._make, rows)
    return {(row.kind, row.first_day, -row.company_key or row.person_id): row for row in made}


def sessions_between(session: Session, extent: Extent) -> list[SessionRow]:
    """The training sessions."""
    held = TrainingSession
    columns = (
        *(col(held.day), col(held.company_id), col(held.person_id), col(held.kind), col(held.topic), col(held.starts)),
        *(col(held.ends), col(held.expected), col(held.present), col(held.summary), col(held.recorded_at)),
    )
    return [SessionRow._make(row) for row in _dated(session, extent, held, columns, col(held.starts))]


def ride_alongs_between(session: Session, extent: Extent) -> list[RideAlongRow]:
    """The ride-alongs."""
    note = RideAlong
    columns = (
        *(col(note.day), col(note.company_id), col(note.hire_id), col(note.person_id), col(note.part_of_day)),
        *(col(note.mode), col(note.visits), col(note.customer_kinds), col(note.scores), col(note.did_well)),
        *(col(note.to_improve), col(note.next_step), col(note.next_step_on), col(note.next_step_closed_at)),
        *(col(note.versions), col(note.recorded_at)),
    )
    return [RideAlongRow._make(row) for row in _dated(session, extent, note, columns)]


def spot_checks_between(session: Session, extent: Extent) -> list[SpotCheckRow]:
    """The spot checks."""
    note = SpotCheck
    columns = (
        *(col(note.day), col(note.company_id), col(note.hire_id), col(note.person_id), col(note.topic)),
        *(col(note.result), col(note.feedback), col(note.versions), col(note.recorded_at)),
    )
    return [SpotCheckRow._make(row) for row in _dated(session, extent, note, columns)]


def drills_between(session: Session, extent: Extent) -> list[Drill]:
    """The drills."""
    session.flush()
    query = select(Drill).where(col(Drill.company_id).in_(extent.company_ids))
    query = query.where(col(Drill.day).between(extent.first, extent.last))
    return list(session.scalars(query.order_by(col(Drill.day), col(Drill.id)).limit(extent.most)))


def incidents_between(session: Session, extent: Extent) -> list[IncidentRow]:
    """The incidents."""
    told = Incident
    columns = (
        *(col(told.day), col(told.company_id), col(told.person_id), col(told.kind), col(told.text)),
        *(col(told.handling), col(told.recorded_at)),
    )
    return [IncidentRow._make(row) for row in _dated(session, extent, told, columns)]


def orders_between(session: Session, extent: Extent) -> list[OrderRow]:
    """The orders, refunded ones included, those taken back at once not."""

    def changes(kind: OrderChangeKind) -> ColumnElement[int]:
        of_order = and_(col(OrderChange.order_id) == col(Order.id), col(OrderChange.kind) == kind)
        return select(func.count()).where(of_order).correlate(Order).scalar_subquery()

    query = (
        select(
            *(col(Order.id), col(Order.day), col(Order.company_id), col(Order.hire_id), col(Order.quantity)),
            *(col(Order.refunded), col(Order.tag), col(Order.recorded_by), col(Order.recorded_at)),
            *(col(Hire.on_post), col(Hire.closes_on)),
            *(changes(OrderChangeKind.edited), changes(OrderChangeKind.moved)),
        )
        .join_from(Order, Hire, col(Hire.id) == col(Order.hire_id))
        .where(col(Order.company_id).in_(extent.company_ids), _in(extent, Order.day), col(Order.quantity) > 0)
        .order_by(col(Order.day), col(Order.id))
        .limit(extent.most)
    )
    return [OrderRow._make(row) for row in _rows(session, query)]


def order_changes_between(session: Session, extent: Extent) -> list[OrderChangeRow]:
    """What was done to orders: dated in the stretch, or done to an order that is."""
    change = OrderChange
    query = (
        select(
            *(col(change.day), col(change.kind), col(change.order_id), col(Order.day), col(Order.company_id)),
            *(col(Order.hire_id), col(change.former_hire_id), col(change.quantity), col(change.reason)),
            *(col(change.recorded_by), col(change.recorded_at)),
        )
        .join_from(change, Order, col(Order.id) == col(change.order_id))
        .where(
            col(Order.company_id).in_(extent.company_ids),
            or_(_in(extent, change.day), _in(extent, Order.day)),
        )
        .order_by(col(change.day), col(change.id))
        .limit(extent.most)
    )
    return [OrderChangeRow._make(row) for row in _rows(session, query)]


def hires_between(session: Session, extent: Extent) -> list[HireRow]:
    """Everybody who was on the roster at some time of the stretch, or whose window touches it; leavers included."""
    of_hire = col(HireEvent.hire_id) == col(Hire.id)
    newest = select(func.max(col(HireEvent.day))).where(of_hire).correlate(Hire).scalar_subquery()
    joined_later = exists().where(of_hire, col(HireEvent.day) <= extent.last).correlate(Hire)
    not_over = or_(
        col(Hire.stage).not_in(ENDED), col(Hire.last_day) >= extent.first, col(Hire.closes_on) >= extent.first
    )
    query = (
        select(
            *(col(Hire.id), col(Hire.company_id), col(Cohort.name), col(Hire.name), col(Hire.stage)),
            *(col(Hire.on_post), col(Hire.closes_on), col(Hire.last_day), col(Hire.left_reason), col(Hire.trained)),
            *(col(Hire.exam_passed), col(Hire.drill_passed), col(Hire.trial_passed)),
        )
        .join_from(Hire, Cohort, col(Cohort.id) == col(Hire.cohort_id))
        .where(col(Hire.company_id).in_(extent.company_ids), joined_later, or_(not_over, newest >= extent.first))
        .order_by(col(Hire.company_id), col(Hire.cohort_id), col(Hire.id))
        .limit(extent.most)
    )
    return [HireRow._make(row) for row in _rows(session, query)]


def hire_events_between(session: Session, extent: Extent) -> list[HireEventRow]:
    """What happened to hires."""
    event = HireEvent
    query = (
        select(
            *(col(event.day), col(event.hire_id), col(event.kind), col(event.note), col(event.recorded_by)),
            col(event.recorded_at),
        )
        .join_from(event, Hire, col(Hire.id) == col(event.hire_id))
        .where(col(Hire.company_id).in_(extent.company_ids), _in(extent, event.day))
        .order_by(col(event.day), col(event.id))
        .limit(extent.most)
    )
    return [HireEventRow._make(row) for row in _rows(session, query)]


def problems_between(session: Session, extent: Extent) -> list[ProblemRow]:
    """Problems reported in the stretch, closed in it or after it, or still open at its end, each with its solutions."""
    newest, later = aliased(SolutionCheck), aliased(SolutionCheck)
    superseded = exists().where(col(later.solution_id) == col(newest.solution_id), col(later.id) > col(newest.id))
    query = (
        select(
            *(col(Problem.id), col(Problem.company_id), col(Problem.person_id), col(Problem.category)),
            *(col(Problem.text), col(Problem.suggestion), col(Problem.reported_on), col(Problem.answered_at)),
            *(col(Problem.closed_at), col(Problem.closing_note), col(Solution.text), col(Solution.owner_id)),
            *(col(Solution.progress), col(newest.day), col(newest.note)),
        )
        .outerjoin_from(Problem, Solution, col(Solution.problem_id) == col(Problem.id))
        .outerjoin(newest, and_(col(newest.solution_id) == col(Solution.id), ~superseded))
        .where(
            col(Problem.company_id).in_(extent.company_ids),
            col(Problem.reported_on) <= extent.last,
            or_(
                col(Problem.reported_on) >= extent.first,
                col(Problem.closed_at).is_(None),
                col(Problem.closed_at) >= extent.begins_at,
            ),
        )
        .order_by(col(Problem.id), col(Solution.id))
        .limit(extent.most)
    )
    return [ProblemRow._make(row) for row in _rows(session, query)]


def leaves_touching(session: Session, extent: Extent, person_ids: Collection[PersonId] | None) -> list[LeaveRow]:
    """Leave of these people (None: everybody's) with a day in the stretch, cancelled ones included."""
    query = (
        select(
            *(col(Leave.person_id), col(Leave.first_day), col(Leave.last_day), col(Leave.reason)),
            *(col(Leave.recorded_by), col(Leave.recorded_at), col(Leave.cancelled_at)),
        )
        .where(
            col(Leave.first_day) <= extent.last,
            col(Leave.last_day) >= extent.first,
            col(Leave.person_id).in_(person_ids) if person_ids is not None else true(),
        )
        .order_by(col(Leave.first_day), col(Leave.id))
        .limit(extent.most)
    )
    return [LeaveRow._make(row) for row in _rows(session, query)]


def members_of(session: Session, cohort_ids: Collection[CohortId], as_of: date) -> dict[CohortId, list[MemberRow]]:
    """Those who went on post with each of these cohorts, leavers included, as `storage.cohort_figures` counts them."""
    valid = func.coalesce(func.sum(col(Order.quantity) - col(Order.refunded)), 0)
    query = (
        select(
            *(col(Hire.cohort_id), col(Hire.name), col(Hire.on_post), col(Hire.closes_on), col(Hire.last_day)),
            *(case((stayed_by(as_of), 1), else_=0), valid),
        )
        .outerjoin_from(Hire, Order, and_(col(Order.hire_id) == col(Hire.id), in_window_by(col(Order.day), as_of)))
        .where(col(Hire.cohort_id).in_(cohort_ids), on_post_by(as_of))
        .group_by(col(Hire.id))
        .order_by(col(Hire.cohort_id), col(Hire.on_post), col(Hire.id))
    )
    members: dict[CohortId, list[MemberRow]] = {}
    for cohort_id, name, on_post, closes_on, last_day, stayed, orders in _rows(session, query):
        row = MemberRow(cohort_id, name, on_post, closes_on, last_day, bool(stayed), int(orders))
        members.setdefault(cohort_id, []).append(row)
    return members


def _dated(
    session: Session,
    extent: Extent,
    table: type[TrainingSession | RideAlong | SpotCheck | Incident],
    columns: Collection[Any],
    *then: SQLColumnExpression[Any],
) -> list[Any]:
    query = (
        select(*columns)
        .where(col(table.company_id).in_(extent.company_ids), _in(extent, table.day))
        .order_by(col(table.day), *then, col(table.id))
        .limit(extent.most)
    )
    return _rows(session, query)


def _in(extent: Extent, day: date) -> ColumnElement[bool]:
    return col(day).between(extent.first, extent.last)


def _rows(session: Session, query: Select[Any]) -> list[Any]:
    session.flush()
    return list(session.connection().execute(query))
