"""Questions asked of who owes what, what came in, and who was away (handbook §3).

A company's report is owed by each of its managers and counts for all of them, so it is looked up by the company; every
other report by the person.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, and_, case, cast, exists, func, literal, or_
from sqlmodel import Session, col, select, update

from storage.dialect import insert_new
from storage.groups import Heartbeat
from storage.inbox import InboxState, InboxUpdate
from storage.kinds import ReportKind
from storage.outbox import OutboxMessage
from storage.people import Company, CompanyId, Membership, Person, PersonId, PersonState, Role
from storage.reports import Leave, Obligation, Report

ROWS_PER_INSERT = 500
OPENED = "obligations"
"""The heartbeat that says up to which instant obligations have been written."""


class Asked(NamedTuple):
    """A manager and a company they look after."""

    person_id: PersonId
    company_id: CompanyId


class Candidate(NamedTuple):
    """Somebody who owes a report and has not been written to about it."""

    obligation_id: int
    person_id: PersonId
    company_key: int
    telegram_id: int
    key: str


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
    report_state: str | None
    sent_at: datetime | None


def managers_on(session: Session, day: date, start: datetime) -> list[Asked]:
    """The active managers whom `day` (beginning at `start`) finds in office, with the companies they look after then.

    Each person's companies follow each other, the one looked after longest first. Somebody without a date to begin
    with is asked from the day after they were entered.
    """
    in_office = and_(
        Person.role == Role.manager,
        Person.state == PersonState.active,
        or_(
            col(Person.active_from) <= day,
            col(Person.active_from).is_(None) & (col(Person.created_at) < start),
        ),
        or_(col(Person.active_until).is_(None), col(Person.active_until) > day),
    )
    query = (
        select(Person.id, Membership.company_id)
        .join(Membership, col(Membership.person_id) == Person.id)
        .join(Company, col(Company.id) == Membership.company_id)
        .where(
            in_office,
            col(Company.active),
            col(Membership.since) <= day,
            or_(col(Membership.until).is_(None), col(Membership.until) > day),
        )
        .order_by(col(Person.id), col(Membership.since), col(Membership.id))
    )
    return [Asked(person_id, company_id) for person_id, company_id in session.exec(query) if person_id is not None]


def write_obligations(session: Session, rows: Sequence[Mapping[str, object]]) -> int:
    """Write obligations that are not there yet; the number that were new."""
    chunks = (rows[i : i + ROWS_PER_INSERT] for i in range(0, len(rows), ROWS_PER_INSERT))
    return sum(insert_new(session, Obligation, chunk) for chunk in chunks)


def opened_through(session: Session) -> datetime | None:
    """Up to which instant obligations have been written; None before the first time."""
    return session.exec(select(Heartbeat.at).where(Heartbeat.part == OPENED)).first()


def mark_opened(session: Session, now: datetime) -> None:
    """Obligations have been written up to `now`; never moves back."""
    insert_new(session, Heartbeat, [{"part": OPENED, "at": now, "note": ""}])
    session.exec(
        update(Heartbeat).where(col(Heartbeat.part) == OPENED, col(Heartbeat.at) < now).values(at=now)
    )


def lacks_report(for_companies: bool, before: datetime | None = None) -> ColumnElement[bool]:
    """That nothing fulfils the obligation of the outer query; with `before` only reports sent before it fulfil."""
    same = [Report.kind == Obligation.kind, Report.first_day == Obligation.first_day]
    same.append(Report.company_key == Obligation.company_key)
    if not for_companies:
        same.append(Report.person_id == Obligation.person_id)
    if before is not None:
        same.append(Report.sent_at < before)
    return ~exists().where(*same)


def candidates(
    session: Session, kind: ReportKind, first_day: date, for_companies: bool, key_prefix: str, now: datetime
) -> list[Candidate]:
    """Who is to be reminded of a period and has no message under `key_prefix…person N` yet.

    Only reachable active managers whose deadline is ahead, who have handed nothing in, and none of whose messages
    still waits in the inbox: it may be the report.
    """
    # Written out so that it stays one statement, however many people there are.
    company = case((col(Obligation.company_key) > 0, "company " + cast(col(Obligation.company_key), String) + ":"), else_="")
    key = literal(key_prefix, String) + company + "person " + cast(col(Obligation.person_id), String)
    query = (
        select(Obligation.id, Obligation.person_id, Obligation.company_key, Person.telegram_id, key)
        .join(Person, col(Person.id) == Obligation.person_id)
        .where(
            Obligation.kind == kind,
            Obligation.first_day == first_day,
            ~col(Obligation.waived),
            Obligation.late_from > now,
            Person.state == PersonState.active,
            Person.role == Role.manager,
            col(Person.reachable),
            lacks_report(for_companies),
            ~exists().where(col(OutboxMessage.key) == key),
            ~exists().where(
                col(InboxUpdate.state) == InboxState.open, col(InboxUpdate.chat_id) == Person.telegram_id
            ),
        )
        .order_by(col(Obligation.person_id), col(Obligation.company_key))
    )
    return [Candidate(*row) for row in session.exec(query)]


def people_without_report(
    session: Session, kind: ReportKind, first_day: date, for_companies: bool, before: datetime
) -> list[PersonId]:
    """Reachable active managers who owed a period and had not handed it in before an instant, one entry a report."""
    query = (
        select(Obligation.person_id)
        .join(Person, col(Person.id) == Obligation.person_id)
        .where(
            Obligation.kind == kind,
            Obligation.first_day == first_day,
            ~col(Obligation.waived),
            Person.state == PersonState.active,
            Person.role == Role.manager,
            col(Person.reachable),
            lacks_report(for_companies, before),
        )
    )
    return list(session.exec(query))


def open_obligations_of(session: Session, person_id: PersonId, from_day: date) -> list[Obligation]:
    """What a person has not handed in of the periods that end on or after `from_day`, waived ones left out; soonest first."""
    query = (
        select(Obligation)
        .where(
            Obligation.person_id == person_id,
            or_(Obligation.last_day >= from_day, col(Obligation.company_key) > 0),
            ~col(Obligation.waived),
            lacks_report(for_companies=False),
            or_(Obligation.company_key == 0, lacks_report(for_companies=True)),
        )
        .order_by(col(Obligation.due_at), col(Obligation.id))
    )
    return list(session.exec(query).all())


def find_obligation(
    session: Session, kind: ReportKind, first_day: date, person_id: PersonId, company_key: int
) -> Obligation | None:
    """The obligation a report fulfils, if it was ever written."""
    return session.exec(
        select(Obligation).where(
            Obligation.kind == kind,
            Obligation.first_day == first_day,
            Obligation.person_id == person_id,
            Obligation.company_key == company_key,
        )
    ).first()


def find_report(
    session: Session, kind: ReportKind, first_day: date, person_id: PersonId, company_key: int
) -> Report | None:
    """The report of a period: the company's, whoever of its managers sent it, or the person's own."""
    query = select(Report).where(
        Report.kind == kind, Report.first_day == first_day, Report.company_key == company_key
    )
    if not company_key:
        query = query.where(Report.person_id == person_id)
    return session.exec(query.order_by(col(Report.id))).first()


def owed_between(
    session: Session,
    kind: ReportKind,
    first: date,
    last: date,
    for_companies: bool,
    person_ids: Collection[PersonId] | None = None,
) -> list[Owed]:
    """Every obligation of the periods that begin from first to last, with its report: one indexed statement."""
    fulfils = [
        col(Report.kind) == Obligation.kind,
        col(Report.first_day) == Obligation.first_day,
        col(Report.company_key) == Obligation.company_key,
    ]
    if not for_companies:
        fulfils.append(col(Report.person_id) == Obligation.person_id)
    query = (
        select(
            Obligation.person_id,
            Obligation.company_id,
            Obligation.first_day,
            Obligation.last_day,
            Obligation.due_at,
            Obligation.late_from,
            Obligation.certainty,
            Obligation.waived,
            Report.id,
            Report.state,
            Report.sent_at,
        )  # type: ignore[call-overload]  # sqlmodel types selects of up to four columns
        .outerjoin(Report, and_(*fulfils))
        .where(Obligation.kind == kind, col(Obligation.first_day).between(first, last))
        .order_by(col(Obligation.first_day), col(Obligation.person_id), col(Obligation.company_key))
    )
    if person_ids is not None:
        query = query.where(col(Obligation.person_id).in_(person_ids))
    return [Owed(*row) for row in session.exec(query)]


def reports_between(
    session: Session, kind: ReportKind, first: date, last: date, person_ids: Collection[PersonId] | None = None
) -> list[Report]:
    """Every report of the periods that begin from first to last."""
    query = select(Report).where(Report.kind == kind, col(Report.first_day).between(first, last))
    if person_ids is not None:
        query = query.where(col(Report.person_id).in_(person_ids))
    return list(session.exec(query.order_by(col(Report.first_day), col(Report.sent_at), col(Report.id))).all())


def leaves_between(
    session: Session, first: date, last: date, person_ids: Iterable[PersonId] | None = None
) -> list[Leave]:
    """Every leave that has a day from first to last and was not cancelled."""
    query = select(Leave).where(
        Leave.first_day <= last, Leave.last_day >= first, col(Leave.cancelled_at).is_(None)
    )
    if person_ids is not None:
        query = query.where(col(Leave.person_id).in_(list(person_ids)))
    return list(session.exec(query.order_by(col(Leave.id))).all())


def reports_per_period(session: Session, kind: ReportKind, first: date, last: date) -> dict[date, tuple[int, int]]:
    """For each period that begins from first to last: how many reports came, and the newest one's id."""
    query = (
        select(Report.first_day, func.count(col(Report.id)), func.max(Report.id))
        .where(Report.kind == kind, col(Report.first_day).between(first, last))
        .group_by(col(Report.first_day))
    )
    return {day: (count, newest) for day, count, newest in session.exec(query)}


def owed_per_period(session: Session, kind: ReportKind, first: date, last: date) -> dict[date, int]:
    """For each period that begins from first to last: how many owe it, waived ones left out; periods without any are absent."""
    query = (
        select(Obligation.first_day, func.count(col(Obligation.id)))
        .where(Obligation.kind == kind, col(Obligation.first_day).between(first, last), ~col(Obligation.waived))
        .group_by(col(Obligation.first_day))
    )
    return dict(session.exec(query).all())


def undue_obligations(session: Session, now: datetime) -> list[Obligation]:
    """Every obligation whose deadline is still ahead."""
    return list(session.exec(select(Obligation).where(Obligation.late_from > now)).all())


def deactivated_since(session: Session) -> dict[PersonId, date | None]:
    """Everybody who no longer takes part, with their last date where it was noted."""
    query = select(Person.id, Person.active_until).where(Person.state == PersonState.deactivated)
    return {person_id: until for person_id, until in session.exec(query) if person_id is not None}


def unreachable_managers(session: Session) -> list[Person]:
    """Active managers the bot cannot write to."""
    query = select(Person).where(
        Person.role == Role.manager, Person.state == PersonState.active, ~col(Person.reachable)
    )
    return list(session.exec(query.order_by(col(Person.real_name))).all())


def earliest_unanswered(session: Session) -> datetime | None:
    """When the oldest update that still waits in the inbox was said."""
    return session.exec(select(func.min(InboxUpdate.said_at)).where(InboxUpdate.state == InboxState.open)).one()
