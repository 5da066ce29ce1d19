"""What one person owes, and what they have handed in (handbook §3): asked with every report that is begun or filed."""

from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sql
from sqlalchemy import bindparam, or_
from sqlmodel import Session, col, select

from storage.check_ins import check_in_of
from storage.kinds import ReportKind
from storage.obligations import lacks_report
from storage.people import PersonId
from storage.reports import Obligation, Report


def unfulfilled(session: Session, person_id: PersonId, since: datetime) -> list[Obligation]:
    """What a person has not handed in of all that falls due at or after `since`, soonest first."""
    return list(session.exec(_UNFULFILLED, params={"person": person_id, "since": since}).all())


_UNFULFILLED = (
    select(Obligation)
    .where(
        Obligation.person_id == bindparam("person"),
        col(Obligation.due_at) >= bindparam("since"),
        ~col(Obligation.waived),
        lacks_report(for_companies=False),
        or_(col(Obligation.company_key) == 0, lacks_report(for_companies=True)),
    )
    .order_by(col(Obligation.due_at), col(Obligation.id))
)


def days_owed(session: Session, person_id: PersonId, since: datetime) -> list[date]:
    """The days whose daily a person has not handed in, of all that fall due at or after `since`; soonest due first."""
    session.flush()
    return list(session.connection().execute(_DAYS_OWED, {"person": person_id, "since": since}).scalars())


_DAYS_OWED = (
    sql.select(col(Obligation.first_day))
    .where(
        col(Obligation.person_id) == bindparam("person"),
        col(Obligation.kind) == ReportKind.daily,
        col(Obligation.due_at) >= bindparam("since"),
        ~col(Obligation.waived),
        lacks_report(for_companies=False),
    )
    .order_by(col(Obligation.due_at), col(Obligation.id))
)


class Written(NamedTuple):
    """An obligation's times and certainty, as they were when its period opened."""

    opens_at: datetime
    due_at: datetime
    late_from: datetime
    certainty: str
    waived: bool


def find_obligation(
    session: Session, kind: ReportKind, first_day: date, person_id: PersonId, company_key: int
) -> Written | None:
    """The obligation a report fulfils, if it was ever written."""
    of = {"kind": kind, "first": first_day, "person": person_id, "company": company_key}
    session.flush()
    found = session.connection().execute(_OBLIGATION, of).first()
    return Written(*found) if found is not None else None


_OBLIGATION = sql.select(*(getattr(Obligation, name) for name in Written._fields)).where(
    col(Obligation.kind) == bindparam("kind"),
    col(Obligation.first_day) == bindparam("first"),
    col(Obligation.person_id) == bindparam("person"),
    col(Obligation.company_key) == bindparam("company"),
)


def find_report(
    session: Session, kind: ReportKind, first_day: date, person_id: PersonId, company_key: int
) -> Report | None:
    """The report of a period: the company's, whoever of its managers sent it, or the person's own."""
    if kind is ReportKind.daily:
        # Its form has looked already.
        known = check_in_of(session, person_id, first_day)
        return session.get(Report, known.report_id) if known is not None else None
    of = {"kind": kind, "first": first_day, "person": person_id, "company": company_key}
    return session.exec(_COMPANY_REPORT if company_key else _OWN_REPORT, params=of).first()


_COMPANY_REPORT = (
    select(Report)
    .where(
        Report.kind == bindparam("kind"),
        Report.first_day == bindparam("first"),
        Report.company_key == bindparam("company"),
    )
    .order_by(col(Report.id))
)
_OWN_REPORT = _COMPANY_REPORT.where(Report.person_id == bindparam("person"))
