"""How reports stand, worked out slowly and plainly from every single record, to compare the fast figures with."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlmodel import Session, select

from schedules.calendars import load_calendars
from schedules.deadlines import DEADLINES, DeadlineRules, Ends
from schedules.obligations import FirstCompanies, is_company_kind
from schedules.periods import Period, local_day, start_of
from schedules.standing import OnTime
from schedules.working_days import ONE_DAY, WorkCalendar, days_between
from storage.kinds import ReportKind, ReportState
from storage.people import Person, PersonState
from storage.reports import Leave, Obligation, Report


@dataclass(frozen=True)
class Slow:
    """One report of one person."""

    person_id: int
    company_id: int | None
    first_day: date
    day: date
    """On which it falls due, or the last of its period."""
    state: ReportState
    is_in: bool
    overdue: bool
    sure: bool


def slow_standings(session: Session, kind: ReportKind, now: datetime, rules: DeadlineRules) -> list[Slow]:
    """Every report of a kind there is, one by one."""
    obligations = [o for o in session.exec(select(Obligation)).all() if o.kind is kind]
    reports = [r for r in session.exec(select(Report)).all() if r.kind is kind]
    leaves = [leave for leave in session.exec(select(Leave)).all() if leave.cancelled_at is None]
    people = {person.id: person for person in session.exec(select(Person)).all()}
    calendars, companies = load_calendars(session), FirstCompanies(session, now, rules.zone)

    def away(person_id: int, day: date) -> bool:
        return any(each.person_id == person_id and each.first_day <= day <= each.last_day for each in leaves)

    found, fulfilling = [], set()
    for obligation in obligations:
        own = [report for report in reports if _fulfils(report, obligation)]
        fulfilling |= {report.id for report in own}
        person = people[obligation.person_id]
        calendar = calendars.of(companies.of(obligation.person_id)).calendar
        day = local_day(obligation.due_at, rules.zone)
        if DEADLINES[kind].ends is not Ends.before_the_day:
            day -= ONE_DAY
        excused = _excused(obligation, day, partial(away, obligation.person_id), calendar)
        gone = person.state is PersonState.deactivated and (
            person.active_until <= day if person.active_until is not None else now < obligation.late_from
        )
        sure = obligation.certainty == "official"
        late = now >= obligation.late_from
        missing_from = start_of(day + (rules.backfill_days + 1) * ONE_DAY, rules.zone)
        overdue = False
        if own:
            state = own[0].state
            if obligation.waived or (excused and (kind is ReportKind.daily or state is not ReportState.on_time)):
                state = ReportState.extra
        elif obligation.waived or excused or gone:
            state = ReportState.exempt
        elif late and not sure:
            state = ReportState.unannounced
        else:
            overdue = late
            state = ReportState.missing if now >= missing_from else ReportState.pending
        found.append(
            Slow(person.id or 0, obligation.company_id, obligation.first_day, day, state, bool(own), overdue, sure)
        )
    for report in reports:
        if report.id not in fulfilling:
            state = ReportState.extra
            found.append(
                Slow(report.person_id, report.company_id, report.first_day, report.last_day, state, True, False, True)
            )
    return found


def slow_on_time(
    kind: ReportKind,
    standings: Collection[Slow],
    period: Period,
    person_ids: Collection[int] | None,
    company_ids: Collection[int] | None,
) -> OnTime:
    """The figures of what falls due in a period, a company's report counted once."""
    chosen = [each for each in standings if each.day in period]
    if person_ids is not None:
        chosen = [each for each in chosen if each.person_id in person_ids]
    if is_company_kind(kind):
        if company_ids is not None:
            chosen = [each for each in chosen if each.company_id in company_ids]
        best = {ReportState.exempt: 2, ReportState.extra: 1}
        chosen.sort(key=lambda each: best.get(each.state, 0), reverse=True)
        chosen = list({(each.first_day, each.company_id): each for each in chosen}.values())
    owed = [each for each in chosen if each.state not in (ReportState.exempt, ReportState.extra)]
    sure = [each for each in owed if each.sure]
    on_time = sum(each.state is ReportState.on_time for each in sure)
    late = sum(each.state is ReportState.late for each in sure)
    missing = sum(each.overdue for each in sure)
    unsure = [each for each in owed if not each.sure and (each.is_in or each.state is ReportState.unannounced)]
    return OnTime(
        required=on_time + late + missing,
        on_time=on_time,
        late=late,
        missing=missing,
        exempt=sum(each.state is ReportState.exempt for each in chosen),
        extra=sum(each.state is ReportState.extra for each in chosen),
        pending=sum(not each.is_in and not each.overdue for each in owed) - sum(not each.is_in for each in unsure),
        unannounced=len(unsure),
    )


def _fulfils(report: Report, obligation: Obligation) -> bool:
    same = (report.first_day, report.company_key) == (obligation.first_day, obligation.company_key)
    return same and (is_company_kind(report.kind) or report.person_id == obligation.person_id)


def _excused(obligation: Obligation, due: date, away: Callable[[date], bool], calendar: WorkCalendar) -> bool:
    if obligation.kind is ReportKind.daily:
        return away(obligation.first_day)
    if away(due):
        return True
    if is_company_kind(obligation.kind) or not any(map(away, days_between(obligation.first_day, obligation.last_day))):
        return False
    return all(map(away, calendar.workdays(obligation.first_day, obligation.last_day)))
