"""Writing down who owes what as each period opens, and who is excused (handbook §3).

A period keeps the list of people and the due time it began with. Instants are aware and in UTC, days local.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlmodel import Session

from schedules.calendars import Calendars, CalendarSettings, deadline_rules, load_calendars
from schedules.deadlines import DEADLINES, DeadlineRules, Due, Ends, Owner, due_of
from schedules.periods import Period, local_day, start_of
from schedules.timetable import INSTANT, Entry, entries_between
from schedules.working_days import ONE_DAY, WorkCalendar, days_between
from storage.exemptions import waive_exempted
from storage.kinds import ReportKind
from storage.obligations import (
    Asked,
    leaves_between,
    managers_on,
    mark_opened,
    opened_through,
    undue_obligations,
    write_obligations,
)
from storage.people import CompanyId, PersonId
from storage.reports import Leave, Obligation

LONGEST_CATCH_UP = timedelta(days=62)


def is_company_kind(kind: ReportKind) -> bool:
    """Whether any manager of a company hands it in for all of them."""
    return DEADLINES[kind].owner is Owner.company


def open_obligations(
    session: Session,
    now: datetime,
    rules: DeadlineRules | None = None,
    *,
    since: datetime | None = None,
    calendars: Calendars | None = None,
) -> int:
    """Write what opened since the last time, for the people in office as it opened; how many were new.

    Does nothing when called again. After an outage it catches up on at most `LONGEST_CATCH_UP`; `since` goes
    back further than the last time, for data that is brought in. The very first time everything opens that can
    then still be handed in on time.
    """
    done = opened_through(session)
    if done is not None and since is None and done >= now:
        return 0
    rules = rules or deadline_rules(session)
    calendars = calendars or load_calendars(session)
    if done is not None and since is None and not _appeared(done, now, rules, calendars):
        mark_opened(session, now)
        return 0
    start = since or max(done or now, now - LONGEST_CATCH_UP)
    people = _Office(session, calendars)
    rows: list[dict[str, object]] = []
    first_days: set[date] = set()
    for settings in calendars.distinct():
        for entry in entries_between(settings, rules, start, now):
            opened = start < entry.due.opens_at <= now or start < entry.appears_at <= now
            if opened or (done is None and entry.appears_at <= start < entry.due.late_from):
                first_days.add(entry.period.first)
                rows.extend(_rows(entry, settings, people, rules.zone))
    written = write_obligations(session, rows)
    if written:
        waive_exempted(session, min(first_days))
    mark_opened(session, now)
    return written


def open_new_day(session: Session, now: datetime, rules: DeadlineRules) -> None:
    """Write what opened at a midnight the planner has not seen yet, for an update that is answered before it."""
    done = opened_through(session)
    if done is None or now >= _midnight_after(done, rules):
        open_obligations(session, now, rules)


def _appeared(start: datetime, now: datetime, rules: DeadlineRules, calendars: Calendars) -> bool:
    """Whether anything opened or announced itself between two instants: mostly not, and nobody need be asked."""
    if now >= _midnight_after(start, rules):
        return True
    # Periods open at midnight; what announces itself early does so in the evening before.
    return any(
        start < entry.appears_at <= now
        for settings in calendars.distinct()
        for entry in entries_between(settings, rules, start, now)
    )


def _midnight_after(moment: datetime, rules: DeadlineRules) -> datetime:
    return start_of(local_day(moment, rules.zone) + ONE_DAY, rules.zone)


class _Office:
    """Who was in office on a day, asked once a day."""

    def __init__(self, session: Session, calendars: Calendars) -> None:
        self._session = session
        self._calendars = calendars
        self._asked: dict[date, list[Asked]] = {}

    def on(self, day: date, zone: ZoneInfo) -> list[Asked]:
        if day not in self._asked:
            self._asked[day] = managers_on(self._session, day, start_of(day, zone))
        return self._asked[day]

    def owners(self, kind: ReportKind, day: date, settings: CalendarSettings, zone: ZoneInfo) -> Iterator[Asked]:
        """Whom the period concerns, by this calendar: a company's, or that of the person's first company."""
        seen: set[PersonId] = set()
        for asked in self.on(day, zone):
            is_first = asked.person_id not in seen
            seen.add(asked.person_id)
            if (is_first or is_company_kind(kind)) and self._calendars.of(asked.company_id) == settings:
                yield asked


def _rows(entry: Entry, settings: CalendarSettings, office: _Office, zone: ZoneInfo) -> Iterator[dict[str, object]]:
    due, kind = entry.due, entry.period.kind
    if kind is ReportKind.daily and not due.required:
        return
    for asked in office.owners(kind, local_day(due.opens_at, zone), settings, zone):
        company_id = asked.company_id if is_company_kind(kind) else None
        yield {
            "kind": kind,
            "first_day": due.period.first,
            "last_day": due.period.last,
            "person_id": asked.person_id,
            "company_id": company_id,
            "company_key": company_id or 0,
            "opens_at": due.opens_at,
            "due_at": due.due_at,
            "late_from": due.late_from,
            "certainty": due.certainty.value,
            "waived": not due.required,
            "waived_reason": due.waived_reason.value if due.waived_reason else "",
        }


def recompute_future(session: Session, now: datetime, rules: DeadlineRules | None = None) -> int:
    """After the calendar changed: give every obligation not due yet its new deadline; how many changed.

    The past is never re-labelled: a deadline that would now lie behind keeps the time it had, and settings of
    deadlines that were changed meanwhile do not touch what is open. Waivers of an admin stay.
    """
    rules = rules or deadline_rules(session)
    calendars = load_calendars(session)
    first_company = FirstCompanies(session, now, rules.zone)
    changed = 0
    known: dict[tuple[object, ...], Due] = {}
    for obligation in undue_obligations(session, now):
        company_id = obligation.company_id or first_company.of(obligation.person_id)
        settings = calendars.of(company_id)
        # Many owe the same report by the same calendar.
        key = (obligation.kind, obligation.first_day, obligation.due_at, obligation.late_from, settings)
        if key not in known:
            known[key] = due_of(period_of(obligation), settings.calendar, _rules_then(obligation, rules))
        changed += _apply(obligation, known[key], now)
    return changed


def _rules_then(obligation: Obligation, rules: DeadlineRules) -> DeadlineRules:
    """The deadline settings as its period opened: a change of them takes effect from the next period (handbook §3)."""
    match DEADLINES[obligation.kind].ends:
        case Ends.before_the_day:
            return replace(rules, before_is_strict=obligation.due_at == obligation.late_from)
        case Ends.next_morning:
            return replace(rules, daily_due=obligation.due_at.astimezone(rules.zone).time())
        case Ends.midnight:
            return rules


def _apply(obligation: Obligation, due: Due, now: datetime) -> bool:
    wanted: dict[str, object] = {"certainty": due.certainty.value}
    if due.late_from > now:
        wanted |= {"due_at": due.due_at, "late_from": due.late_from}
    if obligation.waived_reason in {"", "no_workday"}:
        wanted |= {"waived": not due.required, "waived_reason": "" if due.required else "no_workday"}
    different = {name: value for name, value in wanted.items() if getattr(obligation, name) != value}
    for name, value in different.items():
        setattr(obligation, name, value)
    return bool(different)


class FirstCompanies:
    """The company each manager, or each of these people, has looked after longest: whose working days are theirs."""

    def __init__(
        self, session: Session, now: datetime, zone: ZoneInfo, person_ids: Collection[PersonId] | None = None
    ) -> None:
        day = local_day(now, zone)
        self._companies: dict[PersonId, CompanyId] = {}
        for asked in managers_on(session, day, now + INSTANT, person_ids):
            self._companies.setdefault(asked.person_id, asked.company_id)

    def of(self, person_id: PersonId) -> CompanyId | None:
        """A person's first company; None for somebody who looks after none."""
        return self._companies.get(person_id)


def period_of(obligation: Obligation) -> Period:
    """The period an obligation is about."""
    return Period.of(obligation.kind, obligation.first_day)


@lru_cache(maxsize=4096)
def due_day(kind: ReportKind, due_at: datetime, zone: ZoneInfo) -> date:
    """The local day a deadline belongs to: for a daily its own day, else the day named in the handbook."""
    day = local_day(due_at, zone)
    return day if DEADLINES[kind].ends is Ends.before_the_day else day - ONE_DAY


@lru_cache(maxsize=4096)
def missing_from(kind: ReportKind, due_at: datetime, rules: DeadlineRules) -> datetime:
    """From when a report that never came is missing: back-filling is over (handbook §3)."""
    return start_of(due_day(kind, due_at, rules.zone) + (rules.backfill_days + 1) * ONE_DAY, rules.zone)


class Absences:
    """Who is on leave when, and what that excuses.

    A daily is excused by leave on its day. Any other report is excused by leave on the day it falls due, or
    on every working day of its week or month (**default**: the handbook says only that leave is neither asked
    for nor counted).
    """

    def __init__(self, leaves: Iterable[Leave], calendar_of: Callable[[PersonId], WorkCalendar]) -> None:
        self._leaves: dict[PersonId, list[tuple[date, date]]] = {}
        for leave in leaves:
            self._leaves.setdefault(leave.person_id, []).append((leave.first_day, leave.last_day))
        self._calendar_of = calendar_of

    def people(self, first: date, last: date) -> set[PersonId]:
        """Who is on leave on any day from first to last."""
        return {
            person_id
            for person_id, ranges in self._leaves.items()
            if any(begin <= last and end >= first for begin, end in ranges)
        }

    def away(self, person_id: PersonId, day: date) -> bool:
        """Whether the person is on leave on the day."""
        return any(first <= day <= last for first, last in self._leaves.get(person_id, ()))

    def excuse(self, person_id: PersonId, kind: ReportKind, first: date, last: date, due: date) -> bool:
        """Whether leave excuses a person from the period, which falls due on the local day `due`."""
        if person_id not in self._leaves:
            return False
        if kind is ReportKind.daily:
            return self.away(person_id, first)
        if self.away(person_id, due):
            return True
        if is_company_kind(kind) or not any(self.away(person_id, day) for day in days_between(first, last)):
            return False
        return all(self.away(person_id, day) for day in self._calendar_of(person_id).workdays(first, last))


def absences_between(
    session: Session,
    first: date,
    last: date,
    now: datetime,
    rules: DeadlineRules,
    person_ids: Iterable[PersonId] | None = None,
    calendars: Calendars | None = None,
) -> Absences:
    """The leave that touches the days from first to last. Calendars are read only when there is some."""
    leaves = leaves_between(session, first, last, person_ids)
    if not leaves:
        return Absences((), lambda _: WorkCalendar())
    known = calendars or load_calendars(session)
    companies = FirstCompanies(session, now, rules.zone, {leave.person_id for leave in leaves})
    return Absences(leaves, lambda person_id: known.of(companies.of(person_id)).calendar)
