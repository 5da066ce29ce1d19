"""Planning what comes back until it is closed: open items to managers, unanswered problems to admins (handbook §6).

Instants are aware and in UTC, days local. Every message has a key that exists once.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlmodel import Session

from schedules.calendars import deadline_rules, load_calendars
from schedules.obligations import FirstCompanies, absences_between
from schedules.periods import instant, local_day
from storage.open_items import managers_with_open_items
from storage.planned import Planned, plan_messages
from storage.problem_book import Waiting, unanswered_since

OPEN_ITEMS, UNANSWERED = "open_items", "unanswered_problems"
"""Kinds of planned messages; `handlers.follow_up.open_items` and `handlers.follow_up.problem_answer` compose them."""
ASKED_AT, NOT_AFTER = time(9, 30), time(21)
"""**Default**: when open items come, on a working day; what an outage held up still comes before the evening."""
TOLD_FROM = time(9)
REST = timedelta(days=2)
"""A problem comes back after two days without progress, and goes to the admins after two without an answer."""


def plan_open_items(session: Session, now: datetime) -> None:
    """Plan one message a working day for each manager who has something open as of 09:30 local and is not on leave."""
    rules = deadline_rules(session)
    today = local_day(now, rules.zone)
    asked_at, not_after = instant(today, ASKED_AT, rules.zone), instant(today, NOT_AFTER, rules.zone)
    if not asked_at <= now < not_after:
        return
    prefix = f"open-items:{today}:"
    found = managers_with_open_items(session, today, asked_at, asked_at - REST, prefix)
    if not found:
        return
    calendars, companies = load_calendars(session), FirstCompanies(session, now, rules.zone)
    absences = absences_between(session, today, today, now, rules, calendars=calendars)
    messages = [
        Planned(each.key, each.telegram_id, OPEN_ITEMS, {"person_id": each.person_id}, not_after)
        for each in found
        if calendars.of(companies.of(each.person_id)).calendar.is_workday(today)
        and not absences.away(each.person_id, today)
    ]
    plan_messages(session, messages, now)


def plan_unanswered(session: Session, now: datetime) -> None:
    """Plan the message to each admin about problems nobody has answered for two days, each problem once an admin.

    Those that come together share a message under the key of the first.
    """
    rules = deadline_rules(session)
    today = local_day(now, rules.zone)
    if not instant(today, TOLD_FROM, rules.zone) <= now < instant(today, NOT_AFTER, rules.zone):
        return
    by_admin: dict[int, list[Waiting]] = {}
    for each in unanswered_since(session, now - REST, "unanswered:"):
        by_admin.setdefault(each.person_id, []).append(each)
    if by_admin:
        plan_messages(session, [message for own in by_admin.values() for message in _together(own)], now)


def _together(own: Sequence[Waiting]) -> list[Planned]:
    lead, *others = own
    content = {"person_id": lead.person_id, "problems": [each.problem_id for each in own]}
    key = _key(lead)
    parts = [Planned(_key(each), each.telegram_id, UNANSWERED, {}, part_of=key) for each in others]
    return [Planned(key, lead.telegram_id, UNANSWERED, content), *parts]


def _key(each: Waiting) -> str:
    return f"unanswered:problem {each.problem_id}:person {each.person_id}"
