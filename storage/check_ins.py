"""Daily check-ins as stored, and what they leave in other tables: sessions, a problem, progress (handbook §6).

Days are local dates, `now` is an aware UTC instant.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sql
from sqlalchemy import bindparam
from sqlmodel import Session, col, delete, select

from storage.kinds import ReportKind
from storage.once import kept, once
from storage.people import CompanyId, PersonId
from storage.problems import Problem, Solution, SolutionCheck
from storage.reports import Report
from storage.trainings import TrainingSession

_DAILY = select(Report).where(
    Report.person_id == bindparam("person"), Report.kind == ReportKind.daily, Report.first_day == bindparam("day")
)
_NEWEST = 8
"""Seven days back, and the day itself."""
_NEWEST_CHECK_INS = (
    sql.select(col(Report.id), col(Report.first_day), col(Report.body))
    .where(col(Report.person_id) == bindparam("person"), col(Report.kind) == ReportKind.daily)
    .order_by(col(Report.first_day).desc())
    .limit(_NEWEST)
)
_OPEN_SOLUTIONS = (
    select(Solution)
    .join(Problem, col(Problem.id) == Solution.problem_id)
    .where(
        col(Problem.company_id).in_(bindparam("companies", expanding=True)),
        col(Problem.closed_at).is_(None),
        col(Solution.closed_at).is_(None),
    )
    .order_by(col(Solution.id))
)
WITHDRAWN = "withdrawn"
"""The closing note of a problem that was taken out of its check-in."""


@dataclass(frozen=True, kw_only=True)
class SessionHeld:
    """One training session as told in a check-in; times are local `HH:MM`."""

    company_id: CompanyId
    kind: str
    topic: str
    starts: str
    ends: str
    expected: int
    present: int
    summary: str


class CheckIn(NamedTuple):
    """A check-in that is in, as the questions of the next one look at it."""

    report_id: int
    day: date
    body: dict[str, Any]


def recent_dailies(
    session: Session, person_id: PersonId, *, before: date | None = None, most: int = 7
) -> list[dict[str, Any]]:
    """What the person's last check-ins said, the newest day first; with `before` only earlier days. At most seven."""
    earlier = [each for each in _newest_check_ins(session, person_id) if before is None or each.day < before]
    return [dict(each.body) for each in earlier[:most]]


def daily_of(session: Session, person_id: PersonId, day: date) -> Report | None:
    """The report of the person's check-in of a day, if it was handed in."""
    return session.exec(_DAILY, params={"person": person_id, "day": day}).first()


def check_in_of(session: Session, person_id: PersonId, day: date) -> CheckIn | None:
    """The person's check-in of a day, if it was handed in."""
    newest = _newest_check_ins(session, person_id)
    if len(newest) < _NEWEST or day >= newest[-1].day:
        return next((each for each in newest if each.day == day), None)
    report = daily_of(session, person_id, day)
    return CheckIn(report.id, day, report.body) if report is not None and report.id is not None else None


def _newest_check_ins(session: Session, person_id: PersonId) -> list[CheckIn]:
    """What one statement reads for the check-in's presets, offers and warnings alike."""

    def read() -> list[CheckIn]:
        return [CheckIn(*row) for row in session.connection().execute(_NEWEST_CHECK_INS, {"person": person_id})]

    return once(session, ("newest check-ins", person_id), (Report,), read)


def open_solutions(session: Session, company_ids: Collection[CompanyId]) -> list[Solution]:
    """The solutions under way for these companies' open problems, oldest first."""
    of = {"companies": list(company_ids)}
    read = kept(
        session,
        ("open solutions", *company_ids),
        (Problem, Solution),
        lambda: list(session.exec(_OPEN_SOLUTIONS, params=of).all()),
    )
    return list(read)


def replace_sessions(
    session: Session, report: Report, sessions: Sequence[SessionHeld], person_id: PersonId, now: datetime
) -> None:
    """Make these the sessions of the check-in; what an earlier version told stays in that version."""
    session.exec(delete(TrainingSession).where(col(TrainingSession.report_id) == report.id))
    session.add_all(
        TrainingSession(
            company_id=held.company_id,
            person_id=person_id,
            report_id=report.id,
            day=report.first_day,
            kind=held.kind,
            topic=held.topic,
            starts=held.starts,
            ends=held.ends,
            expected=held.expected,
            present=held.present,
            summary=held.summary,
            recorded_at=now,
        )
        for held in sessions
    )
    session.flush()


def record_problem(
    session: Session, company_id: CompanyId, person_id: PersonId, category: str, text: str, day: date, now: datetime
) -> Problem:
    """Add a problem or suggestion under the next number."""
    problem = Problem(
        company_id=company_id,
        person_id=person_id,
        category=category,
        text=text,
        reported_on=day,
        recorded_at=now,
    )
    session.add(problem)
    session.flush()
    return problem


def withdraw_problem(problem: Problem, now: datetime) -> None:
    """Close a problem that was taken out of its check-in; its number is not used again."""
    if problem.closed_at is None:
        problem.closed_at, problem.closing_note = now, WITHDRAWN


def record_progress(
    session: Session, solution: Solution, person_id: PersonId, day: date, percent: int, note: str, now: datetime
) -> None:
    """Note how far a solution is; the newest note is its progress."""
    assert solution.id is not None
    session.add(
        SolutionCheck(
            solution_id=solution.id, person_id=person_id, day=day, progress=percent, note=note, recorded_at=now
        )
    )
    solution.progress = percent
    session.add(solution)
