"""How long what passes through is kept: updates, messages, half-filled forms. Records are kept; this is about the rest.

Rows go in small batches, so that nobody waits for a clearing. Two things are not to be lost with them: Telegram
delivers an update again for a day at most, which is why none younger than that goes; and a planned message exists once
because its key does, so a key outlives its content for as long as it could be planned again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, Table, cast, delete, false, func, not_, or_, select, update
from sqlmodel import Session

from storage.groups import Heartbeat, Preference, beat, preference
from storage.schema import metadata

KEEP_DAYS, LEAST_DAYS = 30, 2
FAILED_DAYS = 90
"""What failed waits for an admin to look at it, at least for so long."""
KEY_DAYS = 400
"""Longer than any period and its reminders: after it a key with a date in it cannot be planned again."""
BATCH = 500
ONCE, OVERDUE = timedelta(hours=20), timedelta(days=3)
PART = "retention"
SETTING = "keep_days"


@dataclass(frozen=True)
class Cleared:
    """What one batch took away."""

    updates: int = 0
    messages: int = 0
    emptied: int = 0
    """Messages whose content went while their key stays."""
    forms: int = 0

    @property
    def most(self) -> int:
        """The largest of the counts: below a batch's size nothing is left."""
        return max(self.updates, self.messages, self.emptied, self.forms)


def set_keep_days(session: Session, days: int, now: datetime) -> None:
    """Keep BOT_KEEP_DAYS where the clock finds it; called at each start."""
    if preference(session, SETTING, None) != days:
        session.merge(Preference(name=SETTING, value=days, changed_at=now))


def clearing_is_due(session: Session, now: datetime, *, at_night: bool = True) -> bool:
    """Whether it is time again: a night after the last clearing ended, or at any hour once nights were missed.

    A clock that was set back makes it due too.
    """
    last = session.get(Heartbeat, PART)
    return last is None or not timedelta(0) <= now - last.at < (ONCE if at_night else OVERDUE)


def clear(session: Session, now: datetime, lasting_keys: Collection[str] = (), batch: int = BATCH) -> Cleared:
    """Take away one batch of what is older than it is kept; once nothing is left, note that the day's work is done.

    `lasting_keys`: beginnings of keys that have no date and never go.
    """
    stored = preference(session, SETTING, KEEP_DAYS)
    days = max(stored if isinstance(stored, int) else KEEP_DAYS, LEAST_DAYS)
    cutoff, failed_cutoff = now - timedelta(days=days), now - timedelta(days=max(days, FAILED_DAYS))
    session.flush()
    cleared = Cleared(
        updates=_delete(session, "inbox", _old_updates(cutoff, failed_cutoff), batch),
        messages=_delete(session, "outbox", _old_messages(cutoff, failed_cutoff, now, lasting_keys), batch),
        emptied=_empty(session, cutoff, failed_cutoff, batch),
        forms=_delete(session, "conversation", _table("conversation").c.updated_at < cutoff, batch),
    )
    if cleared.most < batch:
        beat(session, PART, now, f"{cleared.updates} {cleared.messages} {cleared.emptied} {cleared.forms}")
    return cleared


def _old_updates(cutoff: datetime, failed_cutoff: datetime) -> ColumnElement[bool]:
    inbox = _table("inbox")
    done = (inbox.c.state == "done") & (inbox.c.received_at < cutoff)
    return done | ((inbox.c.state == "aside") & (inbox.c.received_at < failed_cutoff))


def _old_messages(
    cutoff: datetime, failed_cutoff: datetime, now: datetime, lasting_keys: Collection[str]
) -> ColumnElement[bool]:
    outbox = _table("outbox")
    has_no_key = outbox.c.key.is_(None)
    lasting = or_(false(), *(outbox.c.key.startswith(beginning, autoescape=True) for beginning in lasting_keys))
    is_past = (outbox.c.created_at < now - timedelta(days=KEY_DAYS)) & not_(lasting)
    return _is_over(cutoff, failed_cutoff) & (has_no_key | is_past)


def _is_over(cutoff: datetime, failed_cutoff: datetime) -> ColumnElement[bool]:
    """Sent or dropped so long ago, or failed; what is still to be sent never is."""
    outbox = _table("outbox")
    at = func.coalesce(outbox.c.sent_at, outbox.c.created_at)
    finished = outbox.c.state.in_(("sent", "dropped")) & (at < cutoff)
    return finished | ((outbox.c.state == "failed") & (at < failed_cutoff))


def _empty(session: Session, cutoff: datetime, failed_cutoff: datetime, batch: int) -> int:
    outbox = _table("outbox")
    has_content = cast(outbox.c.content, String) != "{}"
    old = select(outbox.c.id).where(outbox.c.key.is_not(None), _is_over(cutoff, failed_cutoff), has_content)
    return _count(session, update(outbox).where(outbox.c.id.in_(old.limit(batch))).values(content={}, error=""))


def _delete(session: Session, table_name: str, condition: ColumnElement[bool], batch: int) -> int:
    table = _table(table_name)
    (key,) = table.primary_key
    old = select(key).where(condition).order_by(key).limit(batch)
    return _count(session, delete(table).where(key.in_(old)))


def _count(session: Session, statement: Any) -> int:
    return int(session.connection().execute(statement).rowcount)


def _table(name: str) -> Table:
    return metadata.tables[name]
