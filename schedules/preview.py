"""What the clock will do next: for people who want to see it before it happens, and for moving a clock to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from schedules.boards import BOARD_KINDS
from schedules.calendars import Calendars, CalendarSettings, deadline_rules, load_calendars
from schedules.deadlines import DeadlineRules
from schedules.ladder import Stage
from schedules.obligations import FirstCompanies, absences_between, due_day, is_company_kind
from schedules.periods import Period, local_day, start_of
from schedules.posts import (
    GroupPost,
    board_post,
    cohort_card_post,
    companies_post,
    due_day_of,
    weekly_state_post,
)
from schedules.reminders import REMINDER, SILENT
from schedules.timetable import INSTANT, Entry, entries_of_day
from schedules.working_days import ONE_DAY, days_between
from storage.groups import shared_group
from storage.obligations import Asked, managers_on, owed_per_period, owing_before
from storage.people import CompanyId, PersonId
from storage.planned import cohorts_closed

HORIZON = timedelta(days=45)
_LONGEST_PERIOD = timedelta(days=31)


@dataclass(frozen=True)
class Upcoming:
    """One thing the clock will do."""

    at: datetime
    kind: str
    """`reminder`, or the kind of the group's post: board, cohort_card, weekly_state, companies."""
    detail: str
    """`daily:2026-11-23:evening`, the period of a board or a week, a cohort's number, a month's first day."""
    people: int
    """Whom it concerns as things stand: whom a reminder would reach; 0 for a post."""


def upcoming(session: Session, now: datetime, limit: int, rules: DeadlineRules | None = None) -> list[Upcoming]:
    """The next things the clock will do after `now`, the soonest first; at most `limit`.

    As things stand: who reports meanwhile is not reminded, nor who is on leave. Reminders that would reach nobody are
    left out.
    """
    rules = rules or deadline_rules(session)
    calendars = load_calendars(session)
    found: list[Upcoming] = []
    people = _People(session, now, rules, calendars)
    first = local_day(now, rules.zone)
    for day in days_between(first, local_day(now + HORIZON, rules.zone)):
        found += [event for event in _of_day(session, day, rules, calendars, people) if event.at > now]
        if len(found) >= limit:
            break
    return sorted(found, key=lambda event: (event.at, event.kind, event.detail))[:limit]


def next_instant(session: Session, now: datetime, rules: DeadlineRules | None = None) -> datetime | None:
    """When the clock does something next; None when nothing is in sight."""
    events = upcoming(session, now, 1, rules)
    return events[0].at if events else None


class _People:
    """Whom each reminder would reach."""

    def __init__(self, session: Session, now: datetime, rules: DeadlineRules, calendars: Calendars) -> None:
        today = local_day(now, rules.zone)
        self._session = session
        self._now = now
        self._zone = rules.zone
        self._calendars = calendars
        self._companies = FirstCompanies(session, now, rules.zone)
        self._office = managers_on(session, today, now + INSTANT)
        # Leave through a whole month excuses from its report, so it counts that far back and ahead.
        known = (today - _LONGEST_PERIOD, today + HORIZON + _LONGEST_PERIOD)
        self._absences = absences_between(session, *known, now, rules, calendars=calendars)
        self._asked: dict[tuple[Period, CalendarSettings], frozenset[PersonId]] = {}

    def reached(self, entry: Entry, stage: Stage, settings: CalendarSettings) -> Iterator[PersonId]:
        """Who has not handed the period in and is not away; before it opens, who would owe it."""
        period, day = entry.period, local_day(stage.at, self._zone)
        due = due_day(period.kind, entry.due.due_at, self._zone)
        for person_id in self._owing(period, settings):
            excused = self._absences.excuse(person_id, period.kind, period.first, period.last, due)
            if not excused and not self._absences.away(person_id, day):
                yield person_id

    def _owing(self, period: Period, settings: CalendarSettings) -> frozenset[PersonId]:
        key = (period, settings)
        if key not in self._asked:
            company_kind = is_company_kind(period.kind)
            asked = self._office
            if owed_per_period(self._session, period.kind, period.first, period.first):
                asked = owing_before(self._session, period.kind, period.first, company_kind, self._now + INSTANT)
            self._asked[key] = frozenset(
                one.person_id for one in asked if self._calendars.of(self._whose(one, company_kind)) == settings
            )
        return self._asked[key]

    def _whose(self, asked: Asked, company_kind: bool) -> CompanyId | None:
        """Whose working days count: the company's own for its reports, else those of the person's first."""
        return asked.company_id if company_kind else self._companies.of(asked.person_id)


def _of_day(
    session: Session, day: date, rules: DeadlineRules, calendars: Calendars, people: _People
) -> Iterator[Upcoming]:
    reached: dict[tuple[datetime, str], set[PersonId]] = {}
    for settings in calendars.distinct():
        for entry, stage in _stages_on(day, settings, rules):
            key = (stage.at, f"{entry.period.key}:{stage.name}")
            reached.setdefault(key, set()).update(people.reached(entry, stage, settings))
    for (moment, detail), whom in reached.items():
        if whom:
            yield Upcoming(moment, REMINDER, detail, len(whom))
    if shared_group(session) is not None:
        for post in _posts_on(session, day, rules, calendars):
            yield Upcoming(post.at, post.kind, post.key.partition(":")[2], 0)


def _stages_on(day: date, settings: CalendarSettings, rules: DeadlineRules) -> Iterator[tuple[Entry, Stage]]:
    start, end = start_of(day, rules.zone), start_of(day + ONE_DAY, rules.zone)
    for entry in entries_of_day(settings, rules, day):
        if entry.period.kind not in SILENT:
            yield from ((entry, stage) for stage in entry.stages if start <= stage.at < end)


def _posts_on(session: Session, day: date, rules: DeadlineRules, calendars: Calendars) -> Iterator[GroupPost]:
    """What the group sees on a day."""
    yesterday = day - ONE_DAY
    for kind in BOARD_KINDS:
        period = Period.of(kind, yesterday)
        if due_day_of(period, calendars) == yesterday:
            yield board_post(period, yesterday, rules)
    posts = [weekly_state_post(Period.weekly_of(day).previous(), rules), companies_post(day, rules)]
    for cohort_id, closed_on in cohorts_closed(session, yesterday, yesterday).items():
        posts.append(cohort_card_post(cohort_id, closed_on, rules))
    yield from (post for post in posts if local_day(post.at, rules.zone) == day)
