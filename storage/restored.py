"""What a restored database must not do: say again what may have been said already."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select, update

from storage.groups import Heartbeat
from storage.outbox import OutboxMessage, OutboxState

ASIDE = "put aside after a restore: it may have been sent before"


@dataclass(frozen=True)
class PutAside:
    """How many messages were not sent, by what they were."""

    replies: int = 0
    private: int = 0
    """Reminders and other planned messages to one person."""
    posts: int = 0
    """Planned messages to a group."""

    @property
    def count(self) -> int:
        """All of them."""
        return self.replies + self.private + self.posts


def put_open_messages_aside(session: Session) -> PutAside:
    """Mark every message that still waits as not to be sent; what it was."""
    session.flush()
    is_open = col(OutboxMessage.state) == OutboxState.open
    is_reply, to_group = col(OutboxMessage.kind) == "call", col(OutboxMessage.chat_id) < 0
    counted = session.exec(select(is_reply, to_group, func.count()).where(is_open).group_by(is_reply, to_group)).all()
    replies = sum(number for reply, _, number in counted if reply)
    posts = sum(number for reply, group, number in counted if group and not reply)
    private = sum(number for reply, group, number in counted if not group and not reply)
    session.exec(update(OutboxMessage).where(is_open).values(state=OutboxState.failed, leased_until=None, error=ASIDE))
    return PutAside(replies, private, posts)


def last_beat(session: Session) -> datetime | None:
    """When any part of the bot last wrote down that it was alive (UTC): up to then the copy knows what happened."""
    return session.exec(select(func.max(col(Heartbeat.at)))).one()
