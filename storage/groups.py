"""The shared group, invitations, settings, heartbeats and the audit trail: what admins arrange."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Integer, bindparam, update
from sqlmodel import Field, Session, SQLModel, col, select

from storage.dialect import insert_new
from storage.once import kept
from storage.people import CompanyId, PersonId


class Group(SQLModel, table=True):
    """A Telegram group the bot was linked to; the newest active one is the shared group."""

    __tablename__ = "chat_group"

    chat_id: int = Field(primary_key=True, sa_type=BigInteger)
    thread_id: int | None = Field(default=None, sa_type=BigInteger)
    """The topic, in a forum."""
    title: str = Field(default="", max_length=200)
    language: str = Field(default="", max_length=5)
    active: bool = True
    linked_by: PersonId | None = Field(default=None, sa_type=Integer)
    linked_at: datetime


class Invitation(SQLModel, table=True):
    """A link that makes whoever opens it a manager of one company."""

    __tablename__ = "invitation"

    code: str = Field(primary_key=True, max_length=40)
    company_id: CompanyId = Field(foreign_key="company.id", sa_type=Integer)
    uses_left: int
    expires_at: datetime
    created_by: PersonId | None = Field(default=None, sa_type=Integer)
    created_at: datetime


class Preference(SQLModel, table=True):
    """A setting an admin changed, by its name."""

    __tablename__ = "preference"

    name: str = Field(primary_key=True, max_length=60)
    value: Any = Field(default=None, sa_column=Column(JSON, nullable=False))
    changed_by: PersonId | None = Field(default=None, sa_type=Integer)
    changed_at: datetime


class Heartbeat(SQLModel, table=True):
    """When a part of the bot last did its work: receiver, planner, sender."""

    __tablename__ = "heartbeat"

    part: str = Field(primary_key=True, max_length=40)
    at: datetime
    note: str = Field(default="", max_length=300)


class AuditEntry(SQLModel, table=True):
    """What somebody changed that concerns others. Append-only."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    person_id: PersonId | None = Field(default=None, sa_type=Integer)
    action: str = Field(max_length=60)
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


def shared_group(session: Session) -> Group | None:
    """The group that gets boards and cards; None until an admin linked one."""

    def read() -> Group | None:
        return session.exec(select(Group).where(col(Group.active)).order_by(col(Group.linked_at).desc())).first()

    return kept(session, "shared group", (Group,), read)


def record_audit(
    session: Session, now: datetime, person_id: PersonId | None, action: str, details: dict[str, Any]
) -> None:
    """Remember who changed what (handbook §10)."""
    session.add(AuditEntry(at=now, person_id=person_id, action=action, details=details))


def beat(session: Session, part: str, now: datetime, note: str = "") -> None:
    """Say that a part of the bot is alive."""
    said = {"beating": part, "now": now, "words": note}
    if session.connection().execute(_BEAT, said).rowcount == 0:
        insert_new(session, Heartbeat, [{"part": part, "at": now, "note": note}])


_BEATS = SQLModel.metadata.tables["heartbeat"]
_BEAT = update(_BEATS).where(_BEATS.c.part == bindparam("beating")).values(at=bindparam("now"), note=bindparam("words"))


def preference(session: Session, name: str, default: Any) -> Any:
    """A setting's value, or the default while nobody changed it."""
    row = session.get(Preference, name)
    return default if row is None else row.value
