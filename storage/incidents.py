"""Incidents 投诉 and 违规 as recorded (handbook §7): adding, changing, listing a company's."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from storage.people import CompanyId, PersonId
from storage.problems import Incident


@dataclass(frozen=True, kw_only=True)
class IncidentNote:
    """What was complained of, or which rule was broken, and what was done. `day` is a local date."""

    company_id: CompanyId
    kind: str
    day: date
    text: str
    handling: str = ""


def record_incident(session: Session, note: IncidentNote, person_id: PersonId, now: datetime) -> Incident:
    """Add an incident in a company."""
    incident = Incident(
        company_id=note.company_id,
        person_id=person_id,
        kind=note.kind,
        day=note.day,
        text=note.text,
        handling=note.handling,
        recorded_at=now,
    )
    session.add(incident)
    session.flush()
    return incident


def change_incident(incident: Incident, note: IncidentNote) -> None:
    """Replace what an incident says: how it was handled is often known later."""
    incident.company_id, incident.kind, incident.day = note.company_id, note.kind, note.day
    incident.text, incident.handling = note.text, note.handling


def incidents_of(session: Session, company_ids: Collection[CompanyId], limit: int, offset: int = 0) -> list[Incident]:
    """The incidents of these companies, newest first."""
    return list(
        session.exec(
            select(Incident)
            .where(col(Incident.company_id).in_(company_ids))
            .order_by(col(Incident.day).desc(), col(Incident.id).desc())
            .limit(limit)
            .offset(offset)
        ).all()
    )


def count_incidents_of(session: Session, company_ids: Collection[CompanyId]) -> int:
    """How many incidents these companies have."""
    return session.exec(
        select(func.count()).select_from(Incident).where(col(Incident.company_id).in_(company_ids))
    ).one()
