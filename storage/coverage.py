"""Ride-along 陪访 and spot-check 抽查 coverage of the hires who stayed, and who is still to be visited (handbook §5.4).

A note counts when its written feedback has at least ten characters and it is dated in the hire's window. Leavers are on
neither side. "As of" a date means the same as in `storage.cohort_figures`: interim until the last window closed.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from storage.cohort_figures import count_where, in_window_by, on_post_by, stayed_by
from storage.follow_up import RideAlong, SpotCheck
from storage.people import CompanyId
from storage.ratios import ratio
from storage.ride_alongs import WRITTEN_FEEDBACK
from storage.roster import CohortId, Hire
from storage.roster_lists import in_window_on
from storage.tallies import CohortTally


@dataclass(frozen=True)
class Coverage:
    """How many of those who stayed were accompanied, and checked, at least once."""

    stayed: int
    """The denominator of both."""
    accompanied: int
    checked: int
    interim: bool

    @property
    def ride_alongs(self) -> Fraction | None:
        return ratio(self.accompanied, self.stayed)

    @property
    def spot_checks(self) -> Fraction | None:
        return ratio(self.checked, self.stayed)


def coverage(session: Session, cohort_ids: Collection[CohortId], as_of: date) -> dict[CohortId, Coverage]:
    """Each cohort's coverage; a cohort with nobody on post has 0 of 0."""
    session.flush()
    tallied = select(
        col(CohortTally.cohort_id), col(CohortTally.stayed), col(CohortTally.accompanied), col(CohortTally.checked)
    ).where(col(CohortTally.cohort_id).in_(cohort_ids), col(CohortTally.closes_on) < as_of)
    found = {
        cohort_id: Coverage(stayed, accompanied, checked, interim=False)
        for cohort_id, stayed, accompanied, checked in session.connection().execute(tallied)
    }
    found |= count_coverage(session, [each for each in cohort_ids if each not in found], as_of)
    return {cohort_id: found.get(cohort_id, Coverage(0, 0, 0, interim=True)) for cohort_id in sorted(cohort_ids)}


def count_coverage(session: Session, cohort_ids: Collection[CohortId], as_of: date) -> dict[CohortId, Coverage]:
    """The coverage of those of these cohorts that have people on post, counted from the records."""
    if not cohort_ids:
        return {}
    rows = session.connection().execute(
        select(
            col(Hire.cohort_id),
            *_counts(as_of),
            func.max(col(Hire.closes_on)),
        )
        .where(col(Hire.cohort_id).in_(cohort_ids), col(Hire.on_post).is_not(None))
        .group_by(col(Hire.cohort_id))
    )
    return {
        cohort_id: Coverage(stayed, accompanied, checked, interim=as_of <= closes_on)
        for cohort_id, stayed, accompanied, checked, closes_on in rows
    }


def pool_coverage(cohorts: Iterable[Coverage]) -> Coverage:
    """Several cohorts' coverage as one. Raises ValueError for interim and final ones together (§5.2)."""
    cohorts = [cohort for cohort in cohorts if cohort.stayed]
    states = {cohort.interim for cohort in cohorts}
    if len(states) > 1:
        raise ValueError("interim and final figures are never pooled")
    return Coverage(
        stayed=sum(cohort.stayed for cohort in cohorts),
        accompanied=sum(cohort.accompanied for cohort in cohorts),
        checked=sum(cohort.checked for cohort in cohorts),
        interim=True in states,
    )


def noted_spot_checks(session: Session, cohort_ids: Collection[CohortId], as_of: date) -> int:
    """How many noted spot checks the hires of these cohorts who stayed had in their windows."""
    session.flush()
    return (
        session.connection()
        .execute(
            select(func.count(col(SpotCheck.id)))
            .join(Hire, col(Hire.id) == col(SpotCheck.hire_id))
            .where(
                col(Hire.cohort_id).in_(cohort_ids),
                on_post_by(as_of),
                stayed_by(as_of),
                in_window_by(col(SpotCheck.day), as_of),
                func.length(func.trim(col(SpotCheck.feedback))) >= WRITTEN_FEEDBACK,
            )
        )
        .scalar_one()
    )


def current_coverage(session: Session, company_ids: Collection[CompanyId], today: date) -> Coverage:
    """The coverage of the companies' new hires of today: those in their window who are not leaving today."""
    session.flush()
    stayed, accompanied, checked = (
        session.connection()
        .execute(select(*_counts(today)).where(col(Hire.company_id).in_(company_ids), in_window_on(today)))
        .one()
    )
    return Coverage(stayed, accompanied, checked, interim=True)


def not_yet_accompanied(session: Session, company_ids: Collection[CompanyId], today: date) -> list[Hire]:
    """New hires of today without a noted ride-along in their window, the one with the fewest days left first."""
    return _without(session, company_ids, today, _accompanied(today))


def not_yet_checked(session: Session, company_ids: Collection[CompanyId], today: date) -> list[Hire]:
    """New hires of today without a noted spot check in their window, the one with the fewest days left first."""
    return _without(session, company_ids, today, _checked(today))


def _without(
    session: Session, company_ids: Collection[CompanyId], today: date, done: ColumnElement[bool]
) -> list[Hire]:
    statement = (
        select_rows(Hire)
        .where(col(Hire.company_id).in_(company_ids), in_window_on(today), stayed_by(today), ~done)
        .order_by(col(Hire.closes_on), col(Hire.name), col(Hire.id))
    )
    return list(session.exec(statement).all())


def _counts(as_of: date) -> tuple[ColumnElement[int], ColumnElement[int], ColumnElement[int]]:
    counted = and_(on_post_by(as_of), stayed_by(as_of))
    return (
        count_where(counted),
        count_where(and_(counted, _accompanied(as_of))),
        count_where(and_(counted, _checked(as_of))),
    )


def _accompanied(as_of: date) -> ColumnElement[bool]:
    noted = func.length(func.trim(col(RideAlong.to_improve))) >= WRITTEN_FEEDBACK
    of_hire = and_(col(RideAlong.hire_id) == col(Hire.id), in_window_by(col(RideAlong.day), as_of), noted)
    return exists().where(of_hire).correlate(Hire)


def _checked(as_of: date) -> ColumnElement[bool]:
    noted = func.length(func.trim(col(SpotCheck.feedback))) >= WRITTEN_FEEDBACK
    of_hire = and_(col(SpotCheck.hire_id) == col(Hire.id), in_window_by(col(SpotCheck.day), as_of), noted)
    return exists().where(of_hire).correlate(Hire)
