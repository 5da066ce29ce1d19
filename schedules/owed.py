"""What one person still owes, and what comes next: for the reminders, /due and the buttons under both (handbook §3)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from schedules.calendars import deadline_rules, load_calendars
from schedules.deadlines import DeadlineRules
from schedules.obligations import FirstCompanies, absences_between, due_day, missing_from, period_of
from schedules.periods import Period, local_day
from schedules.timetable import entry_of
from schedules.working_days import ONE_DAY, Certainty
from storage.kinds import ReportKind
from storage.own_reports import unfulfilled
from storage.people import Company, CompanyId, Person

_ORDER = {kind: place for place, kind in enumerate(ReportKind)}


@dataclass(frozen=True)
class OwedReport:
    """One report that has not come in and still can."""

    period: Period
    company_id: CompanyId | None
    company_name: str
    """Empty for a report that is the person's own."""
    due_at: datetime
    """The next moment that matters: the target, and once that has passed the instant from which it is late."""
    is_overdue: bool
    is_estimate: bool
    """The calendar of the period is not known for sure: nobody will be late."""
    is_pressing: bool
    """Its reminders have begun, or it is overdue."""
    with_skills_mail: bool = False
    """A monthly report with which the sales-skill mail is still to come."""


def owed_by(session: Session, person: Person, now: datetime, rules: DeadlineRules | None = None) -> list[OwedReport]:
    """Everything a person owes at `now` and is not excused from, the soonest first, overdue ones ahead."""
    if person.id is None:
        return []
    rules = rules or deadline_rules(session)
    since = now - (rules.backfill_days + 3) * ONE_DAY
    rows = [o for o in unfulfilled(session, person.id, since) if now < missing_from(o.kind, o.due_at, rules)]
    if not rows:
        return []
    calendars, companies = load_calendars(session), FirstCompanies(session, now, rules.zone, [person.id])
    names = _names(session, {o.company_id for o in rows if o.company_id is not None})
    days = [day for o in rows for day in (o.first_day, o.last_day, due_day(o.kind, o.due_at, rules.zone))]
    absences = absences_between(session, min(days), max(days), now, rules, [person.id], calendars)
    with_mail = {o.first_day for o in rows if o.kind is ReportKind.skills_mail}
    monthlies = {o.first_day for o in rows if o.kind is ReportKind.monthly}
    owed: list[OwedReport] = []
    for o in rows:
        day = due_day(o.kind, o.due_at, rules.zone)
        excused = absences.excuse(person.id, o.kind, o.first_day, o.last_day, day)
        if excused or (o.kind is ReportKind.skills_mail and o.first_day in monthlies):
            continue
        settings = calendars.of(o.company_id or companies.of(person.id))
        stages = entry_of(period_of(o), settings, rules).stages
        is_overdue = now >= o.late_from
        owed.append(
            OwedReport(
                period=period_of(o),
                company_id=o.company_id,
                company_name=names.get(o.company_id, "") if o.company_id else "",
                due_at=o.due_at if now < o.due_at else o.late_from,
                is_overdue=is_overdue,
                is_estimate=Certainty(o.certainty) is not Certainty.official,
                is_pressing=is_overdue or any(stage.at <= now for stage in stages),
                with_skills_mail=o.kind is ReportKind.monthly and o.first_day in with_mail,
            )
        )
    return sorted(owed, key=lambda o: (o.due_at, _ORDER[o.period.kind], o.company_id or 0))


def next_daily(session: Session, person: Person, now: datetime, rules: DeadlineRules | None = None) -> Period | None:
    """The next day for which a person will owe a daily; None for somebody who owes none."""
    rules = rules or deadline_rules(session)
    if person.id is None:
        return None
    company = FirstCompanies(session, now, rules.zone, [person.id]).of(person.id)
    if company is None:
        return None
    today = local_day(now, rules.zone)
    return Period.daily(load_calendars(session).of(company).calendar.next_workday(today))


def _names(session: Session, company_ids: Collection[CompanyId]) -> dict[CompanyId | None, str]:
    if not company_ids:
        return {}
    query = select(col(Company.id), col(Company.name)).where(col(Company.id).in_(company_ids))
    return dict(session.exec(query).all())
