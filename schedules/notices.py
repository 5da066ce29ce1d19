"""Planning what admins are told in private: the calendar's horizon, who is out of reach, reminders missed, troubles."""

from collections.abc import Iterator
from datetime import datetime, time

from sqlmodel import Session

from schedules.calendars import Calendars
from schedules.deadlines import DeadlineRules
from schedules.periods import Period, instant, local_day
from storage.obligations import unreachable_managers
from storage.outbox import is_planned, is_planned_since
from storage.people import Person, Role, active_people
from storage.planned import Planned, plan_messages

CALENDAR_WARNING, UNREACHABLE, MISSED = "calendar_warning", "unreachable_people", "missed_reminders"
TROUBLE = "trouble_over"
DATABASE, TELEGRAM = "database", "telegram"
"""What a trouble was with."""
MORNING = time(9)
WEEKLY_FROM, DAILY_FROM = 11, 12
"""Months from which a year without a calendar is spoken of, weekly and daily (handbook §4)."""


def plan_notices(session: Session, now: datetime, rules: DeadlineRules, calendars: Calendars) -> int:
    """Plan what admins are to know today, from 09:00 on; the number of messages."""
    today = local_day(now, rules.zone)
    if now < instant(today, MORNING, rules.zone):
        return 0
    admins = _admins(session)
    planned = 0
    year = year_to_load(now, rules, calendars)
    if year is not None:
        daily = today.month >= DAILY_FROM or year == today.year
        since = today if daily else Period.weekly_of(today).first
        planned += _tell(session, admins, f"calendar:{year}:{since}", CALENDAR_WARNING, {"year": year}, now)
    key = f"unreachable:{Period.weekly_of(today).first}"
    if admins and not is_planned(session, _key(key, admins[-1])) and unreachable_managers(session):
        planned += _tell(session, admins, key, UNREACHABLE, {}, now)
    return planned


def plan_missed_notice(session: Session, missed: int, last_tick: datetime, now: datetime) -> int:
    """Tell admins how many reminders an outage has swallowed."""
    content: dict[str, object] = {"count": missed, "from": last_tick.isoformat(), "to": now.isoformat()}
    return _tell(session, _admins(session), f"missed:{last_tick:%Y-%m-%dT%H:%MZ}", MISSED, content, now)


def plan_trouble_notice(session: Session, what: str, began: datetime, now: datetime) -> int:
    """Tell admins that the database or Telegram was away, once for each time, whichever process noticed it first."""
    if is_planned_since(session, f"trouble:{what}:", began):
        return 0
    content: dict[str, object] = {"what": what, "from": began.isoformat(), "to": now.isoformat()}
    return _tell(session, _admins(session), f"trouble:{what}:{began:%Y-%m-%dT%H:%MZ}", TROUBLE, content, now)


def year_to_load(now: datetime, rules: DeadlineRules, calendars: Calendars) -> int | None:
    """The year whose calendar is not loaded though it is time; None when all is well."""
    today = local_day(now, rules.zone)
    known = calendars.general.calendar.known_through().year
    if known < today.year:
        return today.year
    return today.year + 1 if known == today.year and today.month >= WEEKLY_FROM else None


def _admins(session: Session) -> list[Person]:
    return [person for person in active_people(session, Role.admin) if person.reachable]


def _tell(
    session: Session, admins: list[Person], key: str, kind: str, content: dict[str, object], now: datetime
) -> int:
    return plan_messages(session, list(_messages(admins, key, kind, content)), now) if admins else 0


def _messages(admins: list[Person], key: str, kind: str, content: dict[str, object]) -> Iterator[Planned]:
    for admin in admins:
        yield Planned(_key(key, admin), admin.telegram_id, kind, content | {"person_id": admin.id})


def _key(key: str, admin: Person) -> str:
    return f"{key}:person {admin.id}"
