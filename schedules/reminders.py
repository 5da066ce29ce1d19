"""Planning the private reminders: who is written to now, about what, in one message each (handbook §3).

Every reminder of every person has a key of its own, such as `daily:2026-11-23:last-call:person 7`, which exists once.
Reminders that come together share a message under the key of the one due soonest; the others' keys are kept beside it,
so that none of them is given again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from schedules.calendars import Calendars, CalendarSettings
from schedules.deadlines import DeadlineRules
from schedules.ladder import Stage, missed_stages, newest_stage
from schedules.obligations import FirstCompanies, absences_between, due_day, is_company_kind
from schedules.periods import Period, local_day
from schedules.timetable import entries_between, entries_of_day
from storage.kinds import ReportKind
from storage.obligations import Candidate, candidates, owing_before
from storage.people import CompanyId, PersonId
from storage.planned import Planned, plan_messages

REMINDER = "reminder"
"""The kind of the planned message; `handlers.reminding.reminders` composes it."""
SILENT = frozenset({ReportKind.skills_mail})
"""Handed in with the monthly report and mentioned with it, never by itself."""

MOST_AT_ONCE = 250
"""So many are written in a few hundredths of a second; an answer waits no longer for them."""

StageByCalendar = dict[CalendarSettings, Stage]
Possible = tuple[Candidate, Period, StageByCalendar]


@dataclass(frozen=True)
class Nudge:
    """One reminder for one person."""

    candidate: Candidate
    period: Period
    stage: Stage


def plan_reminders(
    session: Session, now: datetime, rules: DeadlineRules, calendars: Calendars, after: int = 0
) -> tuple[int, int | None]:
    """Plan the reminders that are of use now and were not given yet, of the people whose numbers come after `after`;
    the number of messages, and None when that is all.

    Where very many are due only some are planned, so that nobody's answer waits for all of them; the second value
    says after whom to go on. Nobody is asked on a day of leave, or for a period that leave excuses.
    """
    live = live_stages(now, rules, calendars)
    planned = 0
    while planned < MOST_AT_ONCE:
        found, through = _possible(session, live, now, after)
        if found:
            planned += plan_messages(session, _messages(_suitable(session, found, now, rules, calendars)), now)
        if through is None:
            return planned, None
        after = through
    return planned, after


def _possible(
    session: Session, live: Mapping[tuple[Period, str], StageByCalendar], now: datetime, after: int
) -> tuple[list[Possible], int | None]:
    """Reminders of the people whose numbers come after `after`, each person's together, and whose are the last of
    them; None when there are no more."""
    found: list[Possible] = []
    ends: list[int] = []
    for (period, name), by_calendar in live.items():
        prefix, is_company = f"{period.key}:{name}:", is_company_kind(period.kind)
        most = MOST_AT_ONCE + 1
        some = candidates(session, period.kind, period.first, is_company, prefix, now, after=after, most=most)
        found += [(candidate, period, by_calendar) for candidate in some]
        if len(some) > MOST_AT_ONCE:
            # The last one may look after more companies than were found; who fills the list alone is taken.
            ends.append(max(some[-1].person_id - 1, some[0].person_id))
    if not ends:
        return found, None
    return [each for each in found if each[0].person_id <= min(ends)], min(ends)


def live_stages(now: datetime, rules: DeadlineRules, calendars: Calendars) -> dict[tuple[Period, str], StageByCalendar]:
    """The reminders of use now, each with the calendars that have it."""
    live: dict[tuple[Period, str], StageByCalendar] = {}
    for settings in calendars.distinct():
        for entry in entries_of_day(settings, rules, local_day(now, rules.zone)):
            stage = newest_stage(entry.stages, now)
            if stage is not None and entry.period.kind not in SILENT:
                live.setdefault((entry.period, stage.name), {})[settings] = stage
    return live


def count_missed(
    session: Session, last_tick: datetime, now: datetime, rules: DeadlineRules, calendars: Calendars
) -> int:
    """How many reminders fell into the time since the last tick and are of no use any more."""
    missed = 0
    companies = FirstCompanies(session, now, rules.zone)
    today = local_day(now, rules.zone)
    absences = absences_between(session, local_day(last_tick, rules.zone), today, now, rules, calendars=calendars)
    for settings in calendars.distinct():
        for entry in entries_between(settings, rules, last_tick, now):
            period = entry.period
            if period.kind in SILENT:
                continue
            for stage in missed_stages(entry.stages, last_tick, now):
                is_company = is_company_kind(period.kind)
                day = local_day(stage.at, rules.zone)
                for owing in owing_before(session, period.kind, period.first, is_company, stage.at):
                    company = owing.company_id or companies.of(owing.person_id)
                    excused = absences.away(owing.person_id, day) or absences.away(owing.person_id, period.first)
                    missed += calendars.of(company) == settings and not excused
    return missed


def _suitable(
    session: Session, found: Sequence[Possible], now: datetime, rules: DeadlineRules, calendars: Calendars
) -> list[Nudge]:
    """Those whose calendar has the reminder and whom no leave excuses, with their own calendar's stage."""
    today = local_day(now, rules.zone)
    companies = FirstCompanies(session, now, rules.zone, {candidate.person_id for candidate, *_ in found})
    days = [today]
    for candidate, period, _ in found:
        days += [period.first, period.last, due_day(period.kind, candidate.due_at, rules.zone)]
    days += [local_day(stage.at, rules.zone) for *_, stages in found for stage in stages.values()]
    first, last = min(days), max(days)
    absences = absences_between(session, first, last, now, rules, calendars=calendars)
    suitable: list[Nudge] = []
    for candidate, period, by_calendar in found:
        person_id = candidate.person_id
        own = CompanyId(candidate.company_key) if candidate.company_key else companies.of(person_id)
        stage = by_calendar.get(calendars.of(own))
        if stage is None or absences.away(person_id, today):
            continue
        if absences.away(person_id, local_day(stage.at, rules.zone)):
            # Not made up for at the midnight that ends the leave.
            continue
        day = due_day(period.kind, candidate.due_at, rules.zone)
        if not absences.excuse(person_id, period.kind, period.first, period.last, day):
            suitable.append(Nudge(candidate, period, stage))
    return suitable


def _messages(nudges: Sequence[Nudge]) -> list[Planned]:
    """One message a person, the rest as parts of it."""
    by_person: dict[PersonId, list[Nudge]] = {}
    for nudge in nudges:
        by_person.setdefault(nudge.candidate.person_id, []).append(nudge)
    messages: list[Planned] = []
    for person_id, own in by_person.items():
        own.sort(key=lambda nudge: (nudge.candidate.due_at, nudge.candidate.key))
        lead, *others = own
        content = {
            "person_id": person_id,
            "reminders": [
                {
                    "period": nudge.period.key,
                    "company": nudge.candidate.company_key,
                    "stage": nudge.stage.name,
                    "with_draft": nudge.stage.with_draft,
                    "until": nudge.stage.until.isoformat(),
                }
                for nudge in own
            ],
        }
        chat_id, key = lead.candidate.telegram_id, lead.candidate.key
        expires_at = max(nudge.stage.until for nudge in own)
        messages.append(Planned(key, chat_id, REMINDER, content, expires_at))
        messages.extend(Planned(n.candidate.key, chat_id, REMINDER, {}, part_of=key) for n in others)
    return messages
