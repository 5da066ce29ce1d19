"""Taking a report in: the first complete submission decides its state, later ones are versions.

Handbook §3. Instants are aware and in UTC.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, select

from schedules.calendars import calendar_of, company_calendar, deadline_rules
from schedules.deadlines import DEADLINES, DeadlineRules, Due, due_of, judge, report_subject
from schedules.obligations import absences_between, due_day, is_company_kind, open_new_day
from schedules.periods import Period, local_day, start_of
from schedules.working_days import ONE_DAY, Certainty
from storage.kinds import ReportKind, ReportState
from storage.own_reports import Written, days_owed, find_obligation, find_report
from storage.people import Company, Person, PersonId
from storage.reports import Report, keep_version


def file_report(
    session: Session,
    person: Person,
    period: Period,
    sent_at: datetime,
    body: Mapping[str, Any],
    text: str = "",
    company: Company | None = None,
    subject: str = "",
    filed_by: PersonId | None = None,
    rules: DeadlineRules | None = None,
) -> Report:
    """Keep a report, or a new version of one that came before.

    `sent_at` is when it was said (the Telegram message's date). A plan and an order-rate submission need the
    company: any of its managers hands it in for all of them, and a later one of another manager is a version of
    the first.
    Raises ValueError without it.
    """
    if is_company_kind(period.kind) and company is None:
        raise ValueError(f"a {period.kind} report is a company's: say which")
    rules = rules or deadline_rules(session)
    person_id = _known(person)
    company_key = _lock(session, company) if is_company_kind(period.kind) else 0
    open_new_day(session, sent_at, rules)
    known = find_report(session, period.kind, period.first, person_id, company_key)
    if known is not None:
        return _add_version(session, known, sent_at, body, text, filed_by)
    word = DEADLINES[period.kind].subject_word
    report = Report(
        kind=period.kind,
        first_day=period.first,
        last_day=period.last,
        person_id=person_id,
        company_id=company.id if company is not None else None,
        company_key=company_key,
        sent_at=sent_at,
        state=state_on_filing(session, person, period, sent_at, company, rules),
        subject=subject or report_subject(word, person.real_name, period, local_day(sent_at, rules.zone), rules),
        body=dict(body),
        text=text,
        filed_by=filed_by,
    )
    session.add(report)
    keep_version(session, report, sent_at)
    return report


def state_on_filing(
    session: Session,
    person: Person,
    period: Period,
    sent_at: datetime,
    company: Company | None = None,
    rules: DeadlineRules | None = None,
) -> ReportState:
    """The state a first submission at `sent_at` gets: by the obligation as it was written, else by the rules.

    Handed in by somebody excused it is extra: a daily always, anything else when it would have been late.
    """
    rules = rules or deadline_rules(session)
    person_id = _known(person)
    company_key = (company.id or 0) if company is not None and is_company_kind(period.kind) else 0
    calendar = company_calendar(session, company.id) if company_key and company else calendar_of(session, person)
    due = due_of(period, calendar, rules)
    obligation = find_obligation(session, period.kind, period.first, person_id, company_key)
    if obligation is not None:
        due = _as_written(due, obligation)
    state = judge(sent_at, due)
    if state is ReportState.on_time and period.kind is not ReportKind.daily:
        return state
    day = due_day(period.kind, due.due_at, rules.zone)
    first, last = min(period.first, day), max(period.last, day)
    absences = absences_between(session, first, last, sent_at, rules, [person_id])
    is_excused = absences.excuse(person_id, period.kind, period.first, period.last, day)
    return ReportState.extra if is_excused else state


def required_missing_days(
    session: Session, person: Person, now: datetime, rules: DeadlineRules | None = None
) -> list[date]:
    """The days before today whose daily the person owes, has not sent and can still send; oldest first.

    For `schedules.deadlines.checkin_day`. Days on leave are left out.
    """
    rules = rules or deadline_rules(session)
    open_new_day(session, now, rules)
    today = local_day(now, rules.zone)
    person_id = _known(person)
    oldest = today - rules.backfill_days * ONE_DAY
    absences = absences_between(session, oldest, today, now, rules, [person_id])
    owed = days_owed(session, person_id, start_of(oldest, rules.zone))
    return sorted(day for day in owed if day < today and not absences.away(person_id, day))


def _as_written(due: Due, obligation: Written) -> Due:
    """A due with the times and the certainty it had as its period opened."""
    return Due(
        period=due.period,
        opens_at=obligation.opens_at,
        due_at=obligation.due_at,
        late_from=obligation.late_from,
        missing_from=due.missing_from,
        certainty=Certainty(obligation.certainty),
        required=not obligation.waived,
    )


def _add_version(
    session: Session,
    report: Report,
    sent_at: datetime,
    body: Mapping[str, Any],
    text: str,
    filed_by: PersonId | None,
) -> Report:
    report.version += 1
    report.body, report.text = dict(body), text
    if filed_by is not None:
        report.filed_by = filed_by
    session.add(report)
    keep_version(session, report, sent_at)
    return report


def _lock(session: Session, company: Company | None) -> int:
    """Let two managers of one company hand in one after the other; SQLite has one writer anyway."""
    if company is None or company.id is None:
        raise ValueError("a company's report needs a stored company")
    session.exec(select(Company.id).where(Company.id == company.id).with_for_update()).one()
    return company.id


def _known(person: Person) -> PersonId:
    if person.id is None:
        raise ValueError("reports are handed in by people who are stored")
    return person.id
