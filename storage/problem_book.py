"""Problems 问题 and solutions 方案 as one works on them: answering, solving, closing, and what waits (handbook §6).

A problem is open until it is closed. An answer is an admin's; its words stand in the audit trail, the row says when the
first one came. Instants are aware and in UTC.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, and_, cast, exists, literal, or_
from sqlmodel import Session, col, func, select

from storage.check_ins import record_problem
from storage.groups import AuditEntry, record_audit
from storage.outbox import OutboxMessage
from storage.people import CompanyId, Person, PersonId, PersonState, Role
from storage.problems import Problem, Solution, SolutionCheck

ANSWERED = "problem.answered"


@dataclass(frozen=True, kw_only=True)
class ProblemNote:
    """What somebody says about a problem."""

    company_id: CompanyId
    category: str
    text: str
    suggestion: str = ""


class Answer(NamedTuple):
    """What an admin answered, and when."""

    text: str
    at: datetime
    by: PersonId | None


class Waiting(NamedTuple):
    """A problem nobody answered, and an admin who has not been written to about it."""

    problem_id: int
    person_id: PersonId
    telegram_id: int


def report_problem(session: Session, note: ProblemNote, person_id: PersonId, day: date, now: datetime) -> Problem:
    """Add a problem under the next number; `day` is the local date it is reported on."""
    problem = record_problem(session, note.company_id, person_id, note.category, note.text, day, now)
    problem.suggestion = note.suggestion
    session.flush()
    return problem


def change_problem(problem: Problem, note: ProblemNote) -> None:
    """Put a problem into other words; it keeps its number."""
    problem.company_id, problem.category = note.company_id, note.category
    problem.text, problem.suggestion = note.text, note.suggestion


def open_problems(
    session: Session, company_ids: Collection[CompanyId], limit: int | None = None, offset: int = 0
) -> list[Problem]:
    """The open problems of these companies, oldest first."""
    query = select(Problem).where(col(Problem.company_id).in_(company_ids), col(Problem.closed_at).is_(None))
    return list(session.exec(query.order_by(col(Problem.id)).limit(limit).offset(offset)).all())


def count_open_problems(session: Session, company_ids: Collection[CompanyId]) -> int:
    """How many problems of these companies are open."""
    return session.exec(
        select(func.count())
        .select_from(Problem)
        .where(col(Problem.company_id).in_(company_ids), col(Problem.closed_at).is_(None))
    ).one()


def solutions_of(session: Session, problem_ids: Collection[int]) -> list[Solution]:
    """What is done about these problems, oldest first."""
    return list(
        session.exec(select(Solution).where(col(Solution.problem_id).in_(problem_ids)).order_by(col(Solution.id))).all()
    )


def newest_checks(session: Session, solution_ids: Collection[int]) -> dict[int, SolutionCheck]:
    """The newest note on the progress of each of these solutions."""
    newest = (
        select(func.max(SolutionCheck.id))
        .where(col(SolutionCheck.solution_id).in_(solution_ids))
        .group_by(col(SolutionCheck.solution_id))
    )
    found = session.exec(select(SolutionCheck).where(col(SolutionCheck.id).in_(newest))).all()
    return {check.solution_id: check for check in found}


def add_solution(session: Session, problem: Problem, text: str, owner_id: PersonId | None, now: datetime) -> Solution:
    """Add what is to be done about a problem, and by whom."""
    assert problem.id is not None
    solution = Solution(problem_id=problem.id, text=text, owner_id=owner_id, recorded_at=now)
    session.add(solution)
    session.flush()
    return solution


def answer_problem(session: Session, problem: Problem, text: str, by: PersonId, now: datetime) -> None:
    """Keep an admin's answer. The first one says when the problem was answered."""
    if problem.answered_at is None:
        problem.answered_at = now
        session.add(problem)
    record_audit(session, now, by, ANSWERED, {"problem": problem.id, "text": text})
    session.flush()


def answers_to(session: Session, problem_id: int, most: int) -> list[Answer]:
    """The newest answers to a problem, oldest first."""
    entries = session.exec(
        select(AuditEntry)
        .where(AuditEntry.action == ANSWERED, col(AuditEntry.details)["problem"].as_integer() == problem_id)
        .order_by(col(AuditEntry.id).desc())
        .limit(most)
    ).all()
    return [Answer(str(entry.details["text"]), entry.at, entry.person_id) for entry in reversed(entries)]


def close_problem(session: Session, problem: Problem, note: str, now: datetime) -> None:
    """Close a problem and what was being done about it."""
    problem.closed_at, problem.closing_note = now, note
    session.add(problem)
    for solution in _solutions(session, problem):
        if solution.closed_at is None:
            solution.closed_at = now
            session.add(solution)
    session.flush()


def reopen_problem(session: Session, problem: Problem) -> None:
    """Open a problem again, with the solutions that were closed together with it."""
    closed_at = problem.closed_at
    problem.closed_at, problem.closing_note = None, ""
    session.add(problem)
    for solution in _solutions(session, problem):
        if solution.closed_at is not None and solution.closed_at == closed_at:
            solution.closed_at = None
            session.add(solution)
    session.flush()


def nothing_moved_since(since: datetime) -> ColumnElement[bool]:
    """Open problems on which nothing has happened after an instant: no answer, no new solution, no progress noted."""
    planned = exists().where(col(Solution.problem_id) == col(Problem.id), col(Solution.recorded_at) > since)
    checked = exists().where(
        col(Solution.problem_id) == col(Problem.id),
        col(SolutionCheck.solution_id) == col(Solution.id),
        col(SolutionCheck.recorded_at) > since,
    )
    return and_(
        col(Problem.closed_at).is_(None),
        col(Problem.recorded_at) <= since,
        or_(col(Problem.answered_at).is_(None), col(Problem.answered_at) <= since),
        ~planned.correlate(Problem),
        ~checked.correlate(Problem),
    )


def unanswered_since(session: Session, since: datetime, key_prefix: str) -> list[Waiting]:
    """Problems reported by an instant that no admin has answered, with each reachable admin who has no message under
    `key_prefix`…`problem N:person M` yet; oldest first.
    """
    problem, person = cast(col(Problem.id), String), cast(col(Person.id), String)
    key = literal(key_prefix) + literal("problem ") + problem + literal(":person ") + person
    rows = session.exec(
        select(Problem.id, Person.id, Person.telegram_id)
        .select_from(Problem)
        .join(Person, and_(col(Person.role) == Role.admin, col(Person.state) == PersonState.active))
        .where(
            col(Problem.closed_at).is_(None),
            col(Problem.answered_at).is_(None),
            Problem.recorded_at <= since,
            col(Person.reachable),
            ~exists().where(col(OutboxMessage.key) == key),
        )
        .order_by(col(Person.id), col(Problem.id))
    ).all()
    return [Waiting(p, PersonId(a), telegram_id) for p, a, telegram_id in rows if p is not None and a is not None]


def _solutions(session: Session, problem: Problem) -> Sequence[Solution]:
    return solutions_of(session, [problem.id] if problem.id is not None else [])
