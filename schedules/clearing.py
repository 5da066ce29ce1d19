"""Once a day, what has passed through is cleared away, a batch at each tick (storage.retention)."""

from datetime import datetime, time

from sqlmodel import Session

from schedules.calendars import deadline_rules
from schedules.periods import instant, local_day
from storage.retention import clear, clearing_is_due

NIGHT, MORNING = time(2), time(6)
"""**Default**: between these local times nobody waits for an answer."""
LASTING_KEYS = ("forum:", "unanswered:")
"""Told once however long the matter stays as it is: their keys have no day after which they cannot be planned."""


def clear_old(session: Session, now: datetime) -> None:
    """Clear one batch when it is time: in the night, or at any hour where nights were missed (UTC)."""
    if not clearing_is_due(session, now):
        return
    zone = deadline_rules(session).zone
    today = local_day(now, zone)
    at_night = instant(today, NIGHT, zone) <= now < instant(today, MORNING, zone)
    if clearing_is_due(session, now, at_night=at_night):
        clear(session, now, LASTING_KEYS)
