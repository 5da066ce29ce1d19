"""Exemptions: what an admin has excused a person from, before or after it was asked for (handbook §3).

An exemption waives the obligations of its kind whose period begins in its range of local days, those written already
and those still to be written.
"""

from datetime import date, datetime

from sqlalchemy import Index, Integer, and_
from sqlmodel import Field, Session, SQLModel, col, select, update

from storage.dialect import enum_column
from storage.kinds import ReportKind
from storage.people import PersonId
from storage.reports import Obligation

EXEMPTED = "exempted"
"""`Obligation.waived_reason` of what is waived here; the reason in words is the exemption's."""
REASON_LENGTH = 200


class Exemption(SQLModel, table=True):
    """免交 by an admin: one kind of report, the periods that begin from `first_day` to `last_day`."""

    __tablename__ = "exemption"
    __table_args__ = (Index("ix_exemption_person", "person_id", "kind", "first_day"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: PersonId = Field(foreign_key="person.id", sa_type=Integer)
    kind: ReportKind = Field(sa_column=enum_column(ReportKind))
    first_day: date
    last_day: date
    reason: str = Field(max_length=REASON_LENGTH)
    recorded_by: PersonId | None = Field(default=None, foreign_key="person.id", sa_type=Integer)
    recorded_at: datetime
    cancelled_at: datetime | None = None


def record_exemption(
    session: Session,
    person_id: PersonId,
    kind: ReportKind,
    first_day: date,
    last_day: date,
    reason: str,
    by: PersonId,
    now: datetime,
) -> Exemption:
    """Excuse a person, and waive what is written down already."""
    exemption = Exemption(
        person_id=person_id,
        kind=kind,
        first_day=first_day,
        last_day=last_day,
        reason=reason,
        recorded_by=by,
        recorded_at=now,
    )
    session.add(exemption)
    session.flush()
    waive_exempted(session, first_day)
    return exemption


def waive_exempted(session: Session, since: date) -> int:
    """Waive what exemptions in force cover of the periods that begin on a local day or later; how many were not waived
    yet.
    """
    in_force = select(Exemption).where(Exemption.last_day >= since, col(Exemption.cancelled_at).is_(None))
    waived = 0
    # One after the other, each by its person's index: there are few, and obligations by the million.
    for exemption in session.exec(in_force).all():
        covered = and_(
            col(Obligation.person_id) == exemption.person_id,
            col(Obligation.kind) == exemption.kind,
            col(Obligation.first_day).between(max(exemption.first_day, since), exemption.last_day),
            col(Obligation.waived_reason) != EXEMPTED,
        )
        waived += session.exec(update(Obligation).where(covered).values(waived=True, waived_reason=EXEMPTED)).rowcount
    return waived


def cancel_exemption(session: Session, exemption: Exemption, now: datetime) -> list[Obligation]:
    """Take an exemption back; the obligations no other one covers are no longer waived and are given back.

    Whether the calendar waives them, as a week without a working day, is for the caller to work out.
    """
    exemption.cancelled_at = now
    session.add(exemption)
    session.flush()
    others = exemptions_of(session, exemption.person_id)
    freed: list[Obligation] = []
    for obligation in _waived_by(session, exemption):
        if not any(_covers(other, obligation) for other in others):
            obligation.waived, obligation.waived_reason = False, ""
            freed.append(obligation)
    session.flush()
    return freed


def exemptions_of(session: Session, person_id: PersonId, most: int | None = None) -> list[Exemption]:
    """The person's exemptions in force, the newest first."""
    query = (
        select(Exemption)
        .where(Exemption.person_id == person_id, col(Exemption.cancelled_at).is_(None))
        .order_by(col(Exemption.id).desc())
    )
    return list(session.exec(query.limit(most) if most is not None else query).all())


def _waived_by(session: Session, exemption: Exemption) -> list[Obligation]:
    return list(
        session.exec(
            select(Obligation).where(
                Obligation.person_id == exemption.person_id,
                Obligation.kind == exemption.kind,
                col(Obligation.first_day).between(exemption.first_day, exemption.last_day),
                Obligation.waived_reason == EXEMPTED,
            )
        ).all()
    )


def _covers(exemption: Exemption, obligation: Obligation) -> bool:
    return exemption.kind is obligation.kind and exemption.first_day <= obligation.first_day <= exemption.last_day
