"""Reading the audit trail: newest first, by whom it was done or whom it is about (handbook §10)."""

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, func, select

from storage.groups import AuditEntry
from storage.people import PersonId


def audit_entries(session: Session, limit: int, offset: int = 0, person_id: PersonId | None = None) -> list[AuditEntry]:
    """The newest entries; with a person, those they made and those that are about them."""
    query = select(AuditEntry).where(*_about(person_id)).order_by(col(AuditEntry.id).desc())
    return list(session.exec(query.limit(limit).offset(offset)).all())


def count_audit_entries(session: Session, person_id: PersonId | None = None) -> int:
    """How many entries `audit_entries` has in all."""
    return session.exec(select(func.count()).select_from(AuditEntry).where(*_about(person_id))).one()


def _about(person_id: PersonId | None) -> tuple[ColumnElement[bool], ...]:
    if person_id is None:
        return ()
    named = col(AuditEntry.details)["person"].as_integer() == person_id
    return (or_(col(AuditEntry.person_id) == person_id, named),)
