"""What was recorded in a range of days: the material of the weekly and monthly reports (handbook §7)."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, func, select

from storage.follow_up import Drill, RideAlong, SpotCheck
from storage.people import CompanyId
from storage.problems import Incident, Problem, Solution, SolutionCheck
from storage.roster import EventKind, Hire, HireEvent
from storage.trainings import SUMMARY_LENGTH, TrainingSession


@dataclass(frozen=True)
class PeriodRecords:
    """Records of some companies dated on the days of a range, both ends included."""

    sessions: Sequence[TrainingSession]
    ride_alongs: int
    spot_checks: int
    drills: int
    new_problems: Sequence[Problem]
    open_problems: Sequence[Problem]
    """Not closed by now, whenever they were reported."""
    progress: Sequence[tuple[Solution, SolutionCheck]]
    """Each solution on which something moved, with the newest check of the range."""
    incidents: Sequence[Incident]
    roster_changes: Mapping[EventKind, int]

    @property
    def missing_summaries(self) -> list[TrainingSession]:
        """Sessions whose written summary is still to come."""
        return [s for s in self.sessions if len(s.summary.strip()) < SUMMARY_LENGTH]


def records_between(session: Session, company_ids: Collection[CompanyId], first: date, last: date) -> PeriodRecords:
    """Everything recorded for these companies from `first` to `last` (local dates)."""
    session.flush()

    def dated(table: type[RideAlong | SpotCheck | Drill]) -> int:
        chosen = (col(table.company_id).in_(company_ids), col(table.day).between(first, last))
        return session.exec(select(func.count()).select_from(table).where(*chosen)).one()

    problems = select(Problem).where(col(Problem.company_id).in_(company_ids)).order_by(col(Problem.id))
    return PeriodRecords(
        sessions=session.exec(
            select(TrainingSession)
            .where(col(TrainingSession.company_id).in_(company_ids), col(TrainingSession.day).between(first, last))
            .order_by(col(TrainingSession.day), col(TrainingSession.id))
        ).all(),
        ride_alongs=dated(RideAlong),
        spot_checks=dated(SpotCheck),
        drills=dated(Drill),
        new_problems=session.exec(problems.where(col(Problem.reported_on).between(first, last))).all(),
        open_problems=session.exec(problems.where(col(Problem.closed_at).is_(None))).all(),
        progress=_progress(session, company_ids, first, last),
        incidents=session.exec(
            select(Incident)
            .where(col(Incident.company_id).in_(company_ids), col(Incident.day).between(first, last))
            .order_by(col(Incident.day), col(Incident.id))
        ).all(),
        roster_changes=_roster_changes(session, company_ids, first, last),
    )


def _progress(
    session: Session, company_ids: Collection[CompanyId], first: date, last: date
) -> list[tuple[Solution, SolutionCheck]]:
    moved = session.exec(
        select(Solution, SolutionCheck)
        .join(SolutionCheck, col(SolutionCheck.solution_id) == Solution.id)
        .join(Problem, col(Problem.id) == Solution.problem_id)
        .where(col(Problem.company_id).in_(company_ids), col(SolutionCheck.day).between(first, last))
        .order_by(col(SolutionCheck.id))
    ).all()
    newest = {solution.id: (solution, check) for solution, check in moved}
    return list(newest.values())


def _roster_changes(
    session: Session, company_ids: Collection[CompanyId], first: date, last: date
) -> Mapping[EventKind, int]:
    counted = session.exec(
        select(HireEvent.kind, func.count(func.distinct(col(HireEvent.hire_id))))
        .join(Hire, col(Hire.id) == HireEvent.hire_id)
        .where(col(Hire.company_id).in_(company_ids), col(HireEvent.day).between(first, last))
        .group_by(col(HireEvent.kind))
    ).all()
    return Counter({EventKind(kind): count for kind, count in counted})
