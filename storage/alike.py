"""Counting what is owed and what came in by all that a judgement depends on, so that it is judged once for many.

Whose it is does not matter here, so that a month of a thousand managers is a few dozen rows instead of twenty thousand.
"""

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sql
from sqlalchemy import Boolean, ColumnElement, Integer, cast, exists, func, literal, null
from sqlmodel import Session, col

from storage.kinds import ReportKind, ReportState
from storage.obligations import Owed, Terms, same_report, unowed_reports
from storage.people import CompanyId, PersonId
from storage.reports import Leave, Obligation, Report


class Alike(NamedTuple):
    """All that the judgement of an obligation, or of a report nobody owed, depends on; save who was deactivated, and
    leave where more than one day decides.
    """

    first_day: date
    last_day: date
    due_at: datetime | None
    """None for a report nobody owed."""
    late_from: datetime | None
    certainty: str
    waived: bool
    report_state: ReportState | None
    on_leave: bool
    """On leave on the day of a daily; False for every other kind."""
    company_id: CompanyId | None

    @property
    def terms(self) -> Terms | None:
        """How it is to be judged; None for what nobody owed."""
        if self.due_at is None or self.late_from is None:
            return None
        return Terms(self.due_at, self.late_from, self.certainty, self.waived, self.report_state)


class Settled(NamedTuple):
    """All that the judgement of a daily depends on that came in or was waived: the deadline matters no more."""

    person_id: PersonId
    certainty: str
    waived: bool
    report_state: ReportState | None
    on_leave: bool


def alike_of(owed: Owed, for_companies: bool, on_leave: bool) -> Alike:
    """The sort an obligation is counted under."""
    company_id = owed.company_id if for_companies else None
    return Alike(owed.first_day, owed.last_day, *owed.terms, on_leave, company_id)


def count_alike(
    session: Session,
    kind: ReportKind,
    first_days: Collection[date],
    for_companies: bool,
    person_ids: Collection[PersonId] | None = None,
) -> Counter[Alike]:
    """How many there are of each sort in the periods that begin on these days; a company's once for each manager.

    A few statements, whatever the number of people.
    """
    if not first_days or (person_ids is not None and not person_ids):
        return Counter()
    owed = _count_owed(session, kind, first_days, for_companies, person_ids)
    return owed + _count_unowed(session, kind, first_days, for_companies, person_ids, owed)


def _count_owed(
    session: Session,
    kind: ReportKind,
    first_days: Collection[date],
    for_companies: bool,
    person_ids: Collection[PersonId] | None,
) -> Counter[Alike]:
    on_leave: ColumnElement[bool] = _is_away() if kind is ReportKind.daily else cast(literal(False), Boolean)
    rows = (
        sql.select(
            col(Obligation.first_day),
            col(Obligation.last_day),
            col(Obligation.due_at),
            col(Obligation.late_from),
            col(Obligation.certainty),
            col(Obligation.waived),
            col(Report.state),
            on_leave.label("on_leave"),
            (col(Obligation.company_id) if for_companies else cast(null(), Integer)).label("company_id"),
        )
        .outerjoin(Report, same_report(for_companies))
        .where(*_periods(Obligation, kind, first_days, person_ids))
        .subquery()
    )
    counted = sql.select(*rows.c, func.count()).group_by(*rows.c)
    return Counter({Alike(*row[:-1]): row[-1] for row in _execute(session, counted)})


def count_settled_dailies(
    session: Session, first: date, last: date, person_ids: Collection[PersonId] | None = None
) -> Counter[Settled]:
    """Of the dailies owed from first to last those that came in or were waived, person by person."""
    rows = (
        sql.select(
            col(Obligation.person_id),
            col(Obligation.certainty),
            col(Obligation.waived),
            col(Report.state),
            _is_away().label("on_leave"),
        )
        .outerjoin(Report, same_report(False))
        .where(
            col(Obligation.kind) == ReportKind.daily,
            col(Obligation.first_day).between(first, last),
            sql.or_(col(Report.id).is_not(None), col(Obligation.waived)),
            *(() if person_ids is None else (col(Obligation.person_id).in_(person_ids),)),
        )
        .subquery()
    )
    counted = sql.select(*rows.c, func.count()).group_by(*rows.c)
    return Counter({Settled(*row[:-1]): row[-1] for row in _execute(session, counted)})


def _is_away() -> ColumnElement[bool]:
    """That whoever owes a daily is on leave on its day."""
    return exists().where(
        col(Leave.person_id) == col(Obligation.person_id),
        col(Leave.first_day) <= col(Obligation.first_day),
        col(Leave.last_day) >= col(Obligation.first_day),
        col(Leave.cancelled_at).is_(None),
    )


def _count_unowed(
    session: Session,
    kind: ReportKind,
    first_days: Collection[date],
    for_companies: bool,
    person_ids: Collection[PersonId] | None,
    owed: Counter[Alike],
) -> Counter[Alike]:
    """The reports nobody owed."""
    came_in = (
        sql.select(col(Report.first_day), func.count())
        .where(*_periods(Report, kind, first_days, person_ids))
        .group_by(col(Report.first_day))
    )
    suspect: set[date] = set()
    fulfilled: Counter[date] = Counter()
    for alike, number in owed.items():
        fulfilled[alike.first_day] += number if alike.report_state is not None else 0
    for first_day, number in _execute(session, came_in):
        # A person's report fulfils one obligation at most: equal counts leave none over. A company's fulfils several.
        if for_companies or number != fulfilled[first_day]:
            suspect.add(first_day)
    found: Counter[Alike] = Counter()
    if suspect:
        for report in unowed_reports(session, kind, min(suspect), max(suspect), person_ids, suspect):
            company_id = report.company_id if for_companies else None
            found[unowed(report.first_day, report.last_day, company_id)] += 1
    return found


def unowed(first_day: date, last_day: date, company_id: CompanyId | None) -> Alike:
    """The sort of the reports of a period that nobody owed."""
    return Alike(first_day, last_day, None, None, "official", False, ReportState.extra, False, company_id)


def _periods(
    table: type[Obligation] | type[Report],
    kind: ReportKind,
    first_days: Collection[date],
    person_ids: Collection[PersonId] | None,
) -> tuple[ColumnElement[bool], ...]:
    first, last = min(first_days), max(first_days)
    # A range is one walk along everybody's, lists one search for each day (and person).
    is_range = person_ids is None and len(set(first_days)) == (last - first).days + 1
    days = col(table.first_day).between(first, last) if is_range else col(table.first_day).in_(sorted(first_days))
    people = () if person_ids is None else (col(table.person_id).in_(person_ids),)
    return (col(table.kind) == kind, days, *people)


def _execute(session: Session, query: sql.Select[Any]) -> Any:
    session.flush()
    return session.connection().execute(query).all()
