"""Where each conversation stands: the half-filled forms, kept until they are finished or cancelled."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Integer, bindparam
from sqlalchemy import update as sql_update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Field, Session, SQLModel, col, select, update

from storage.once import once
from storage.people import PersonId


class Conversation(SQLModel, table=True):
    """One form being filled by one person in their private chat.

    At most one of a person's conversations is active; the others wait to be resumed.
    """

    __tablename__ = "conversation"

    id: int | None = Field(default=None, primary_key=True)
    person_id: PersonId = Field(foreign_key="person.id", sa_type=Integer, index=True)
    chat_id: int = Field(sa_type=BigInteger)
    form: str = Field(max_length=40)
    active: bool = True
    step: int = 0
    """Counts the questions put; a button of an earlier step is stale."""
    state: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """The form driver's own: values, the field asked, what is being edited."""
    started_at: datetime
    updated_at: datetime


def active_conversation(session: Session, person_id: PersonId) -> Conversation | None:
    """The form a person is filling right now."""
    return next((each for each in _conversations_of(session, person_id) if each.active), None)


def waiting_conversations(session: Session, person_id: PersonId) -> list[Conversation]:
    """Half-filled forms that were set aside for another, newest first."""
    return [each for each in _conversations_of(session, person_id) if not each.active]


def conversation_of(session: Session, person_id: PersonId, number: int) -> Conversation | None:
    """One of the person's conversations."""
    return next((each for each in _conversations_of(session, person_id) if each.id == number), None)


def store_conversation(
    session: Session, conversation: Conversation, step: int, state: dict[str, Any], now: datetime
) -> None:
    """Write where a conversation stands: a new one with its number, a known one in one statement."""
    changed = {"step": step, "state": state, "updated_at": now}
    if conversation.id is None:
        conversation.step, conversation.state, conversation.updated_at = step, state, now
        session.add(conversation)
        session.flush()
        return
    if (conversation.step, conversation.state, conversation.updated_at) == (step, state, now):
        return
    session.connection().execute(_STORE, changed | {"number": conversation.id})
    for name, value in changed.items():
        set_committed_value(conversation, name, value)


def _conversations_of(session: Session, person_id: PersonId) -> list[Conversation]:
    def read() -> list[Conversation]:
        return list(session.exec(_OF_PERSON, params={"person": person_id}).all())

    return once(session, ("conversations of", person_id), (Conversation,), read)


_TABLE = SQLModel.metadata.tables["conversation"]
_STORE = (
    sql_update(_TABLE)
    .where(_TABLE.c.id == bindparam("number"))
    .values(step=bindparam("step"), state=bindparam("state"), updated_at=bindparam("updated_at"))
)
_OF_PERSON = (
    select(Conversation)
    .where(Conversation.person_id == bindparam("person"))
    .order_by(col(Conversation.updated_at).desc(), col(Conversation.id).desc())
)


def set_aside(session: Session, person_id: PersonId) -> None:
    """Let another form go first; nothing of this one is lost."""
    session.exec(update(Conversation).where(col(Conversation.person_id) == person_id).values(active=False))
