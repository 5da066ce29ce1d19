"""What admins decide about single reports: exempt, exempt no longer, move a daily to the right day, file an old one for
somebody (handbook §3). Audited here; telling the person is for the handlers. Instants are aware and in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Session, select

from schedules.calendars import calendar_of, company_calendar, deadline_rules
from schedules.deadlines import DEADLINES, due_of, report_subject
from schedules.filing import file_report, state_on_filing
from schedules.obligations import open_new_day, period_of
from schedules.periods import Period, local_day
from storage.check_ins import daily_of
from storage.exemptions import Exemption, cancel_exemption, exemptions_of, record_exemption
from storage.groups import record_audit
from storage.kinds import ReportKind
from storage.people import Person, PersonId
from storage.problems import Problem
from storage.reports import Leave, Report, keep_version
from storage.trainings import TrainingSession


class Refused(StrEnum):
    """Why something cannot be done."""

    no_report = "no_report"
    day_taken = "day_taken"
    """There is a report for that day already."""
    same_day = "same_day"
    after_sending = "after_sending"
    """The day had not begun when the report was sent."""
    in_future = "in_future"


class Refusal(Exception):
    """The reason; nothing was changed."""

    def __init__(self, reason: Refused) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Span:
    """Reports of one kind: the periods that begin from `first` to `last`."""

    kind: ReportKind
    first: date
    last: date

    @classmethod
    def of(cls, kind: ReportKind, first: date, last: date) -> "Span":
        """The whole periods that days from first to last lie in."""
        return cls(kind, Period.of(kind, first).first, Period.of(kind, last).first)

    @property
    def label(self) -> str:
        """`11/20`, `11/20–11/22`, `11/22–11/28`, `2026-11`."""
        start, end = Period.of(self.kind, self.first).label, Period.of(self.kind, self.last).label
        if start == end:
            return start
        return f"{start.split('–')[0]}–{end.split('–')[-1]}"


def exempt(session: Session, person: Person, span: Span, reason: str, by: PersonId, now: datetime) -> Exemption:
    """Excuse a person from reports, those to come included. What is exempt is in no denominator."""
    person_id = _known(person)
    open_new_day(session, now, deadline_rules(session))
    exemption = record_exemption(session, person_id, span.kind, span.first, span.last, reason, by, now)
    _audit(session, exemption, "report.exempted", by, now, reason=reason)
    return exemption


def undo_exemption(session: Session, exemption: Exemption, by: PersonId, now: datetime) -> None:
    """Ask for the reports again; a period without a working day stays waived."""
    if exemption.cancelled_at is not None:
        return
    rules, person = deadline_rules(session), session.get_one(Person, exemption.person_id)
    for obligation in cancel_exemption(session, exemption, now):
        company = obligation.company_id
        calendar = company_calendar(session, company) if company is not None else calendar_of(session, person)
        due = due_of(period_of(obligation), calendar, rules)
        obligation.waived = not due.required
        obligation.waived_reason = due.waived_reason.value if due.waived_reason else ""
        session.add(obligation)
    session.flush()
    _audit(session, exemption, "report.exemption_undone", by, now)


def exemptions_in_force(session: Session, person: Person, most: int) -> list[Exemption]:
    """The person's exemptions, the newest first."""
    return exemptions_of(session, _known(person), most)


def redate_daily(session: Session, person: Person, day: date, right_day: date, by: PersonId, now: datetime) -> Report:
    """Move a daily to another day, with the training sessions told in it.

    Its state follows the new day's deadline, with the moment at which it was sent. Raises Refusal.
    """
    person_id, rules = _known(person), deadline_rules(session)
    report = daily_of(session, person_id, day)
    if report is None or report.id is None:
        raise Refusal(Refused.no_report)
    if right_day == day:
        raise Refusal(Refused.same_day)
    if daily_of(session, person_id, right_day) is not None:
        raise Refusal(Refused.day_taken)
    if right_day > local_day(report.sent_at, rules.zone):
        raise Refusal(Refused.after_sending)
    period = Period.daily(right_day)
    _move_records(session, report, day, right_day)
    session.flush()
    report.state = state_on_filing(session, person, period, report.sent_at, rules=rules)
    report.first_day = report.last_day = right_day
    word, sent_on = DEADLINES[ReportKind.daily].subject_word, local_day(report.sent_at, rules.zone)
    report.subject = report_subject(word, person.real_name, period, sent_on, rules)
    report.body = {**report.body, "day": right_day.isoformat()}
    report.version += 1
    report.filed_by = by
    session.add(report)
    keep_version(session, report, now)
    details = {"person": person_id, "before": day.isoformat(), "after": right_day.isoformat()}
    record_audit(session, now, by, "report.redated", details)
    session.flush()
    return report


def _move_records(session: Session, report: Report, day: date, right_day: date) -> None:
    """What was told in the daily goes with it: its sessions, its problem, the leave it said."""
    for held in session.exec(select(TrainingSession).where(TrainingSession.report_id == report.id)).all():
        held.day = right_day
        session.add(held)
    problem = session.get(Problem, report.body.get("problem_id") or 0)
    if problem is not None and problem.reported_on == day:
        problem.reported_on = right_day
        session.add(problem)
    leave = session.get(Leave, report.body.get("leave_id") or 0)
    if leave is not None and leave.cancelled_at is None and leave.first_day == leave.last_day == day:
        leave.first_day = leave.last_day = right_day
        session.add(leave)


def backfill_daily(
    session: Session, person: Person, day: date, body: Mapping[str, Any], text: str, by: PersonId, now: datetime
) -> Report:
    """File a daily for somebody, however old its day is; it counts as handed in now. Raises Refusal."""
    rules, person_id = deadline_rules(session), _known(person)
    if day > local_day(now, rules.zone):
        raise Refusal(Refused.in_future)
    if daily_of(session, person_id, day) is not None:
        raise Refusal(Refused.day_taken)
    report = file_report(session, person, Period.daily(day), now, body, text, filed_by=by, rules=rules)
    record_audit(session, now, by, "report.backfilled", {"person": person_id, "day": day.isoformat()})
    return report


def _audit(session: Session, exemption: Exemption, action: str, by: PersonId, now: datetime, **more: str) -> None:
    details = {
        "person": exemption.person_id,
        "kind": exemption.kind.value,
        "first": exemption.first_day.isoformat(),
        "last": exemption.last_day.isoformat(),
        **more,
    }
    record_audit(session, now, by, action, details)


def _known(person: Person) -> PersonId:
    if person.id is None:
        raise ValueError("exemptions are for people who are stored")
    return person.id
