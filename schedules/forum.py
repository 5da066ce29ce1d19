"""Planning what admins are told of the forum 论坛: 75 and 90 days after the last one, once each (handbook §3)."""

from datetime import datetime, time, timedelta

from sqlmodel import Session

from schedules.calendars import deadline_rules
from schedules.periods import instant, local_day
from storage.forums import last_forum
from storage.people import Role, active_people
from storage.planned import Planned, plan_messages

FORUM_DUE = "forum_due"
"""The kind of the planned message; `handlers.follow_up.forum` composes it."""
MORNING = time(9)
STAGES = (75, 90)
"""Days after the last forum."""


def plan_forum_reminders(session: Session, now: datetime) -> None:
    """Tell admins that the next forum is near, or due. After an outage only the newest of the two is told."""
    zone = deadline_rules(session).zone
    today = local_day(now, zone)
    last = last_forum(session)
    if last is None or now < instant(today, MORNING, zone):
        return
    stage = max((days for days in STAGES if today >= last.day + timedelta(days=days)), default=None)
    if stage is None:
        return
    content: dict[str, object] = {"day": last.day.isoformat(), "stage": stage}
    messages = [
        Planned(
            f"forum:{last.day}:{stage}:person {admin.id}",
            admin.telegram_id,
            FORUM_DUE,
            content | {"person_id": admin.id},
        )
        for admin in active_people(session, Role.admin)
        if admin.reachable
    ]
    plan_messages(session, messages, now)
