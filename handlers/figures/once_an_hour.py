"""Messages that somebody may ask for again and again, sent at most once an hour."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from storage.outbox import OutboxMessage, plan_message

HOUR = timedelta(hours=1)


def plan_once_an_hour(
    session: Session,
    *,
    key: str,
    chat_id: int,
    kind: str,
    content: dict[str, Any],
    now: datetime,
    expires_at: datetime,
) -> bool:
    """Plan a message unless one of this key was planned less than an hour before `now` (UTC); whether it is new.

    The hour of the clock is part of the stored key, so two who ask at the same instant get one message as well.
    """
    before = session.exec(select(OutboxMessage.created_at).where(OutboxMessage.key == _key(key, now - HOUR))).first()
    if before is not None and now - before < HOUR:
        return False
    return plan_message(
        session,
        key=_key(key, now),
        chat_id=chat_id,
        kind=kind,
        content=content,
        now=now,
        expires_at=expires_at,
    )


def _key(key: str, moment: datetime) -> str:
    return f"{key}:{moment:%Y-%m-%dT%HZ}"
