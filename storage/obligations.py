"""Questions asked of who owes what, what came in, and who was away (handbook §3).

A company's report is owed by each of its managers and counts for all of them, so it is looked up by the
company; every other report by the person.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sql
from sqlalchemy import ColumnElement, Row, String, and_, bindparam, case, cast, exists, func, literal, or_
from sqlmodel import Session, col, select, update

from storage.dialect import insert_new
from storage.groups import Heartbeat
from storage.inbox import InboxState, InboxUpdate
from storage.kinds import ReportKind, ReportState
from storage.leaves import overlapping_leaves
from storage.once import once
from storage.outbox import OutboxMessage
from storage.people import Company, CompanyId, Membership, Person, PersonId, PersonState, Role
from storage.reports import Leave, Obligation, Report

ROWS_PER_INSERT = 500
LONGEST_GRACE = timedelta(days=2)
"""No report becomes late so long after it was due (schedules.deadlines)."""
OPENED = "obligations"
"""The heartbeat that says up to which instant obligations have been written."""


class Asked(NamedTuple):
    """A manager and a company they look after."""

    person_id: PersonId
    company_id: CompanyId


class Candidate(NamedTuple):
    """Somebody who owes a report and has not been written to about it."""

    person_id: PersonId
    company_key: int
    telegram_id: int
    last_day: date
    due_at: datetime
    key: str


class Terms(NamedTuple):
    """What of an obligation its judgement depends on."""

    due_at: datetime
    late_from: datetime
    certainty: str
    waived: bool
    report_state: ReportState | None


class Owed(NamedTuple):
    """An obligation with the report that fulfils it, if one came."""

    person_id: PersonId
    company_id: CompanyId | None
    first_day: date
    last_day: date
    due_at: datetime
    late_from: datetime
    certainty: str
    waived: bool
    report_id: int | None
    report_state: ReportState | None
    sent_at: datetime | None

    @property
    def terms(self) -> Terms:
        """How it is to be judged."""
        return Terms(self.due_at, self.late_from, self.certainty, self.waived, self.report_state)


class Unowed(NamedTuple):
    """A report no obligation asked for."""

    person_id: PersonId
    company_id: CompanyId | None
    first_day: date
    last_day: date
    sent_at: datetime


def managers_on(
    session: Session, day: date, start: datetime, person_ids: Collection[PersonId] | None = None
) -> list[Asked]:
    """The active managers, or of these people those, whom a day (beginning at `start`) finds in office, with their
    companies.

    Each person's companies follow each other, the one looked after longest first. Somebody without a date to
    begin with is asked from the day after they were entered.
    """
    session.flush()
    asked: dict[str, object] = {"day": day, "start": start}
    query = _MANAGERS
    if person_ids is not None:
        query, asked["people"] = _THESE_MANAGERS, list(person_ids)
    return [Asked(*row) for row in session.connection().execute(query, asked)]


_MANAGERS = (
    sql.select(col(Person.id), col(Membership.company_id))
    .join(Membership, col(Membership.person_id) == col(Person.id))
    .join(Company, col(Company.id) == col(Membership.company_id))
    .where(
        col(Person.role) == Role.manager,
        col(Person.state) == PersonState.active,
        or_(
            col(Person.active_from) <= bindparam("day"),
            and_(col(Person.active_from).is_(None), col(Person.created_at) < bindparam("start")),
        ),
        or_(col(Person.active_until).is_(None), col(Person.active_until) > bindparam("day")),
        col(Company.active),
        col(Membership.since) <= bindparam("day"),
        or_(col(Membership.until).is_(None), col(Membership.until) > bindparam("day")),
    )
    .order_by(col(Person.id), col(Membership.since), col(Membership.id))
)
_THESE_MANAGERS = _MANAGERS.where(col(Person.id).in_(bindparam("people", expanding=True)))
_OPENED_THROUGH = select(Heartbeat.at).where(Heartbeat.part == OPENED)


def write_obligations(session: Session, rows: Sequence[Mapping[str, object]]) -> int:
    """Write obligations that are not there yet; the number that were new."""
    chunks = (rows[i : i + ROWS_PER_INSERT] for i in range(0, len(rows), ROWS_PER_INSERT))
    return sum(insert_new(session, Obligation, chunk) for chunk in chunks)


def opened_through(session: Session) -> datetime | None:
    """Up to which instant obligations have been written; None before the first time."""
    return once(session, "opened through", (Heartbeat,), lambda: session.exec(_OPENED_THROUGH).first())


def mark_opened(session: Session, now: datetime) -> None:
    """Obligations have been written up to `now`; never moves back."""
    moved = session.exec(update(Heartbeat).where(col(Heartbeat.part) == OPENED, col(Heartbeat.at) < now).values(at=now))
    if moved.rowcount == 0:
        insert_new(session, Heartbeat, [{"part": OPENED, "at": now, "note": ""}])


def _same_period() -> ColumnElement[bool]:
    return and_(
        col(Report.kind) == col(Obligation.kind),
        col(Report.first_day) == col(Obligation.first_day),
        col(Report.company_key) == col(Obligation.company_key),
    )


def same_report(for_companies: bool) -> ColumnElement[bool]:
    """That a report fulfils an obligation: any manager's for the company, else the person's own."""
    return _same_period() if for_companies else and_(_same_period(), col(Report.person_id) == col(Obligation.person_id))


def lacks_report(for_companies: bool, before: datetime | None = None) -> ColumnElement[bool]:
    """That nothing fulfils the outer query's obligation; with `before`: nothing that was sent earlier."""
    same = [same_report(for_companies)]
    if before is not None:
        same.append(col(Report.sent_at) < before)
    return ~exists().where(*same)


def candidates(
    session: Session,
    kind: ReportKind,
    first_day: date,
    for_companies: bool,
    key_prefix: str,
    now: datetime,
    *,
    after: int,
    most: int,
) -> list[Candidate]:
    """Who is to be reminded of a period and has no message under `key_prefix`…`person N` yet: at most so many, the
    people whose numbers come after `after`, in the order of their numbers.

    Only reachable active managers whose deadline is ahead, who have handed nothing in, and none of whose
    messages still waits in the inbox: it may be the report.
    """
    # In SQL, so that it stays one statement that finds nothing once everybody has been written to.
    company_key = col(Obligation.company_key)
    company = case((company_key > 0, literal("company ") + cast(company_key, String) + ":"), else_="")
    person = literal("person ") + cast(col(Obligation.person_id), String)
    key = literal(key_prefix) + company + person
    waits = exists().where(
        col(InboxUpdate.state) == InboxState.open, col(InboxUpdate.chat_id) == col(Person.telegram_id)
    )
    query = (
        sql.select(
            col(Obligation.person_id),
            company_key,
            col(Person.telegram_id),
            col(Obligation.last_day),
            col(Obligation.due_at),
            key,
        )
        .join(Person, col(Person.id) == col(Obligation.person_id))
        .where(
            *_asks_somebody(kind, first_day),
            col(Obligation.person_id) > after,
            col(Obligation.late_from) > now,
            lacks_report(for_companies),
            ~exists().where(col(OutboxMessage.key) == key),
            ~waits,
        )
        .order_by(col(Obligation.person_id), company_key)
        .limit(most)
    )
    return [Candidate(*row) for row in _rows(session, query)]


def owing_before(
    session: Session, kind: ReportKind, first_day: date, for_companies: bool, before: datetime
) -> list[Asked]:
    """Reachable managers who had not handed a period in before an instant; company 0 for their own."""
    query = (
        sql.select(col(Obligation.person_id), col(Obligation.company_key))
        .join(Person, col(Person.id) == col(Obligation.person_id))
        .where(*_asks_somebody(kind, first_day), lacks_report(for_companies, before))
    )
    return [Asked(*row) for row in _rows(session, query)]


def owed_between(
    session: Session,
    kind: ReportKind,
    first: date,
    last: date,
    for_companies: bool,
    person_ids: Collection[PersonId] | None = None,
    *,
    lacking: bool = False,
    due: tuple[datetime, datetime] | None = None,
) -> list[Owed]:
    """Every obligation of the periods that begin from first to last, with its report.

    With `lacking` those that hold and have none, with `due` those due between these instants, both included.
    """
    query = (
        sql.select(
            col(Obligation.person_id),
            col(Obligation.company_id),
            col(Obligation.first_day),
            col(Obligation.last_day),
            col(Obligation.due_at),
            col(Obligation.late_from),
            col(Obligation.certainty),
            col(Obligation.waived),
            col(Report.id),
            col(Report.state),
            col(Report.sent_at),
        )
        .outerjoin(Report, same_report(for_companies))
        .where(col(Obligation.kind) == kind, col(Obligation.first_day).between(first, last))
    )
    if due is not None:
        query = query.where(col(Obligation.due_at).between(*due))
    if lacking:
        query = query.where(~col(Obligation.waived), col(Report.id).is_(None))
    if person_ids is not None:
        query = query.where(col(Obligation.person_id).in_(person_ids))
    return [Owed(*row) for row in _rows(session, query)]


def unowed_reports(
    session: Session,
    kind: ReportKind,
    first: date,
    last: date,
    person_ids: Collection[PersonId] | None = None,
    first_days: Collection[date] | None = None,
) -> list[Unowed]:
    """The reports of the periods that begin from first to last which no obligation asked for; only of those that begin
    on `first_days` where these are given.
    """
    # Two questions that an index answers each, instead of one with "or" that none does.
    of_person = exists().where(_same_period(), col(Report.person_id) == col(Obligation.person_id))
    of_companies = sql.select(col(Obligation.first_day), col(Obligation.company_key)).where(
        col(Obligation.kind) == kind, col(Obligation.first_day).between(first, last), col(Obligation.company_key) > 0
    )
    of_company = sql.tuple_(col(Report.first_day), col(Report.company_key)).in_(of_companies)
    query = sql.select(
        col(Report.person_id), col(Report.company_id), col(Report.first_day), col(Report.last_day), col(Report.sent_at)
    ).where(
        col(Report.kind) == kind,
        col(Report.first_day).between(first, last),
        ~of_person,
        or_(col(Report.company_key) == 0, ~of_company),
    )
    if person_ids is not None:
        query = query.where(col(Report.person_id).in_(person_ids))
    if first_days is not None:
        query = query.where(col(Report.first_day).in_(first_days))
    return [Unowed(*row) for row in _rows(session, query)]


def leaves_between(
    session: Session, first: date, last: date, person_ids: Iterable[PersonId] | None = None
) -> list[Leave]:
    """Every leave that has a day from first to last and was not cancelled."""
    wanted = None if person_ids is None else list(person_ids)
    if wanted is not None and len(wanted) == 1:
        return overlapping_leaves(session, wanted[0], first, last)
    query = select(Leave).where(Leave.first_day <= last, Leave.last_day >= first, col(Leave.cancelled_at).is_(None))
    if wanted is not None:
        query = query.where(col(Leave.person_id).in_(wanted))
    return list(session.exec(query.order_by(col(Leave.id))).all())


def reports_per_period(session: Session, kind: ReportKind, first: date, last: date) -> dict[date, str]:
    """For each period that begins from first to last and has reports: how many, and the newest."""
    query = (
        sql.select(col(Report.first_day), func.count(col(Report.id)), func.max(col(Report.id)))
        .where(col(Report.kind) == kind, col(Report.first_day).between(first, last))
        .group_by(col(Report.first_day))
    )
    return {day: f"{count}-{newest}" for day, count, newest in _rows(session, query)}


def owed_per_period(session: Session, kind: ReportKind, first: date, last: date) -> dict[date, int]:
    """For each period that begins from first to last: how many owe it. Periods nobody owes are absent."""
    query = (
        sql.select(col(Obligation.first_day), func.count(col(Obligation.id)))
        .where(
            col(Obligation.kind) == kind,
            col(Obligation.first_day).between(first, last),
            ~col(Obligation.waived),
        )
        .group_by(col(Obligation.first_day))
    )
    counts: dict[date, int] = {}
    for day, count in _rows(session, query):
        counts[day] = count
    return counts


def undue_obligations(session: Session, now: datetime) -> list[Obligation]:
    """Every obligation whose deadline is still ahead."""
    ahead = (Obligation.late_from > now, Obligation.due_at > now - LONGEST_GRACE)
    return list(session.exec(select(Obligation).where(*ahead)).all())


def deactivated(session: Session) -> dict[PersonId, date | None]:
    """Everybody who no longer takes part, with their last date where it was noted."""
    return once(session, "deactivated", (Person,), lambda: _deactivated(session))


def _deactivated(session: Session) -> dict[PersonId, date | None]:
    query = sql.select(col(Person.id), col(Person.active_until)).where(col(Person.state) == PersonState.deactivated)
    gone: dict[PersonId, date | None] = {}
    for person_id, until in _rows(session, query):
        gone[person_id] = until
    return gone


def unreachable_managers(session: Session) -> list[Person]:
    """Active managers the bot cannot write to, by name."""
    query = select(Person).where(
        Person.role == Role.manager, Person.state == PersonState.active, ~col(Person.reachable)
    )
    return list(session.exec(query.order_by(col(Person.real_name))).all())


def earliest_unanswered(session: Session) -> datetime | None:
    """When the oldest update that still waits in the inbox was said."""
    oldest = select(func.min(InboxUpdate.said_at)).where(InboxUpdate.state == InboxState.open)
    return session.exec(oldest).one()


def _asks_somebody(kind: ReportKind, first_day: date) -> tuple[ColumnElement[bool], ...]:
    """That an obligation of the period holds and its person can be written to."""
    return (
        col(Obligation.kind) == kind,
        col(Obligation.first_day) == first_day,
        ~col(Obligation.waived),
        col(Person.state) == PersonState.active,
        col(Person.role) == Role.manager,
        col(Person.reachable).is_(True),
    )


def _rows(session: Session, query: sql.Select[Any]) -> Sequence[Row[Any]]:
    """Plain columns, without objects: there may be many. What the session holds is written first."""
    session.flush()
    return session.connection().execute(query).all()
