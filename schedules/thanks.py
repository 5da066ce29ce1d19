"""The monthly thank-you list 感谢名单: who had every daily of the month in on time. Nobody else is named.

Off until an admin switches it on; posted to the group on the first working day of the next month at 09:00.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlmodel import Session

from schedules.calendars import deadline_rules, load_calendars
from schedules.deadlines import DeadlineRules
from schedules.periods import ZONE, Period, instant, local_day
from schedules.posts import STALE_AFTER, topic_and_language
from schedules.settings import THANK_YOU, value_of
from schedules.standing import Standing, on_time_of, states_between
from schedules.working_days import last_day_of_month
from storage.groups import Preference, shared_group
from storage.kinds import ReportKind
from storage.outbox import is_planned
from storage.people import Person, PersonId, PersonState, Role
from storage.planned import Planned, plan_messages

THANKS = "thank_you"
"""The kind of the planned message; `handlers.figures.thanks` composes it."""
AT = time(9)


def plan_thanks(session: Session, now: datetime, zone: ZoneInfo = ZONE) -> None:
    """Plan last month's list when its time has come. What is switched on later begins with the next list."""
    if not value_of(session, THANK_YOU):
        return
    group, switched = shared_group(session), session.get(Preference, THANK_YOU)
    at = thanks_at(session, local_day(now, zone), zone)
    month = Period.monthly_of(local_day(at, zone)).previous()
    key = f"thank-you:{month.label}"
    if group is None or switched is None or not at <= now < at + STALE_AFTER or is_planned(session, key):
        return
    if switched.changed_at > at or group.linked_at > at:
        return
    content = {"month": month.first.isoformat()} | topic_and_language(group)
    plan_messages(session, [Planned(key, group.chat_id, THANKS, content, at + STALE_AFTER)], now)


def thanks_at(session: Session, today: date, zone: ZoneInfo = ZONE) -> datetime:
    """When the list is posted in the month of a local date."""
    calendar = load_calendars(session).general.calendar
    first, last = today.replace(day=1), last_day_of_month(today.year, today.month)
    worked = calendar.workdays(first, last)
    return instant(worked[0] if worked else first, AT, zone)


def always_on_time(session: Session, month: Period, now: datetime, rules: DeadlineRules | None = None) -> list[Person]:
    """The managers who had every daily of a month in on time, at least one of them owed; by name."""
    rules = rules or deadline_rules(session)
    by_person: dict[PersonId, list[Standing]] = {}
    for standing in states_between(session, ReportKind.daily, month.first, month.last, now, rules=rules):
        by_person.setdefault(standing.person_id, []).append(standing)
    return _present(session, {person_id: own for person_id, own in by_person.items() if _all_in_time(own)})


def _all_in_time(dailies: list[Standing]) -> bool:
    counted = on_time_of(dailies)
    return counted.required > 0 and counted.on_time == counted.required and not counted.pending


def _present(session: Session, found: Mapping[PersonId, object]) -> list[Person]:
    people = [person for number in found if (person := session.get(Person, number)) is not None]
    active = [p for p in people if p.state is PersonState.active and p.role is Role.manager]
    return sorted(active, key=lambda person: (person.real_name, person.id or 0))
