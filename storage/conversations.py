"""Where each conversation stands: the half-filled forms, kept until they are finished or cancelled.

Read and written with every answer, so by statements of their own, built once.
"""

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sql
from sqlalchemy import JSON, BigInteger, Column, Integer, bindparam
from sqlmodel import Field, Session, SQLModel

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


_TABLE = SQLModel.metadata.tables["conversation"]


@dataclass
class OpenConversation:
    """A conversation as one turn works on it; see `Conversation`. `store_conversation` writes where it stands."""

    person_id: PersonId
    chat_id: int
    form: str
    started_at: datetime
    updated_at: datetime
    step: int = 0
    state: dict[str, Any] = field(default_factory=dict)
    active: bool = True
    id: int | None = None
    """None until it is stored."""


def active_conversation(session: Session, person_id: PersonId) -> OpenConversation | None:
    """The form a person is filling right now."""
    return next((each for each in conversations_of(session, person_id) if each.active), None)


def waiting_conversations(session: Session, person_id: PersonId) -> list[OpenConversation]:
    """Half-filled forms that were set aside for another, newest first."""
    return [each for each in conversations_of(session, person_id) if not each.active]


def conversation_of(session: Session, person_id: PersonId, number: int) -> OpenConversation | None:
    """One of the person's conversations."""
    return next((each for each in conversations_of(session, person_id) if each.id == number), None)


def conversations_of(session: Session, person_id: PersonId) -> list[OpenConversation]:
    """All of a person's conversations, newest first."""

    def read() -> list[OpenConversation]:
        return [OpenConversation(*row) for row in session.connection().execute(_OF_PERSON, {"person": person_id})]

    return once(session, _key(person_id), (Conversation,), read)


def _key(person_id: PersonId) -> tuple[str, PersonId]:
    return "conversations of", person_id


_OF_PERSON = (
    sql.select(*(_TABLE.c[each.name] for each in fields(OpenConversation)))
    .where(_TABLE.c.person_id == bindparam("person"))
    .order_by(_TABLE.c.updated_at.desc(), _TABLE.c.id.desc())
)


def store_conversation(
    session: Session, conversation: OpenConversation, step: int, state: dict[str, Any], now: datetime
) -> None:
    """Write where a conversation stands; a new one gets its number."""
    stands = (conversation.step, conversation.state, conversation.updated_at)
    if conversation.id is not None and stands == (step, state, now):
        return
    conversation.step, conversation.state, conversation.updated_at = step, state, now
    if conversation.id is None:
        begun = {name: value for name, value in vars(conversation).items() if name != "id"}
        inserted = session.connection().execute(_BEGIN, begun).inserted_primary_key
        assert inserted is not None
        conversation.id = inserted[0]
    else:
        changed = {"number": conversation.id, "step": step, "state": state, "updated_at": now}
        session.connection().execute(_STORE, changed)


_BEGIN = sql.insert(_TABLE)
_STORE = (
    sql.update(_TABLE)
    .where(_TABLE.c.id == bindparam("number"))
    .values(step=bindparam("step"), state=bindparam("state"), updated_at=bindparam("updated_at"))
)


def take_up(session: Session, conversation: OpenConversation) -> None:
    """Let a conversation that waits go first; the one that did is to be set aside before."""
    conversation.active = True
    session.connection().execute(_ACTIVE, {"number": conversation.id, "active": True})


def set_aside(session: Session, person_id: PersonId) -> None:
    """Let another form go first; nothing of this one is lost."""
    session.connection().execute(_ASIDE, {"person": person_id, "active": False})


_ACTIVE = sql.update(_TABLE).where(_TABLE.c.id == bindparam("number")).values(active=bindparam("active"))
_ASIDE = sql.update(_TABLE).where(_TABLE.c.person_id == bindparam("person")).values(active=bindparam("active"))


def end_conversation(session: Session, conversation: OpenConversation) -> None:
    """Let a conversation go: it was finished or cancelled."""
    person_id = conversation.person_id
    others = [each for each in conversations_of(session, person_id) if each.id != conversation.id]
    session.connection().execute(_END, {"number": conversation.id})
    # Asked for next, to offer what waits.
    once(session, _key(person_id), (Conversation,), lambda: others)


_END = sql.delete(_TABLE).where(_TABLE.c.id == bindparam("number"))
