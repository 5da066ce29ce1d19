"""The cohorts to choose from: what they are called and whether they run, before any figure is worked out.

Somebody may have thousands of them: all are counted, and figures (storage.cohort_figures) are for those shown.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session, col

from storage.people import Company, CompanyId
from storage.roster import Cohort, CohortId, Hire


class ListedCohort(NamedTuple):
    """A cohort as a list shows it."""

    cohort_id: CohortId
    name: str
    company_id: CompanyId
    company_name: str
    closes_on: date | None
    """Last date of the last window; None while nobody is on post."""

    def runs(self, as_of: date) -> bool:
        """Whether it has people on post and its last window has not closed by the end of a date."""
        return self.closes_on is not None and as_of <= self.closes_on


def count_cohorts(session: Session, company_ids: Collection[CompanyId]) -> dict[CompanyId, int]:
    """How many cohorts each of these companies has; companies without any are left out."""
    statement = (
        select(col(Cohort.company_id), func.count())
        .where(col(Cohort.company_id).in_(company_ids))
        .group_by(col(Cohort.company_id))
    )
    session.flush()
    return {CompanyId(number): count for number, count in session.connection().execute(statement)}


def cohort_names(session: Session, company_ids: Collection[CompanyId]) -> list[tuple[CohortId, str, CompanyId]]:
    """Every cohort of these companies, by company and age, with its name."""
    statement = (
        select(col(Cohort.id), col(Cohort.name), col(Cohort.company_id))
        .where(col(Cohort.company_id).in_(company_ids))
        .order_by(col(Cohort.company_id), col(Cohort.id))
    )
    session.flush()
    return [(CohortId(number), name, company) for number, name, company in session.connection().execute(statement)]


def running_cohorts(
    session: Session, company_ids: Collection[CompanyId], as_of: date
) -> Mapping[CompanyId, set[CohortId]]:
    """The cohorts of each company whose last window has not closed by the end of a date; {} for none."""
    open_windows = select(col(Hire.cohort_id)).where(col(Hire.closes_on) >= as_of)
    statement = select(col(Cohort.company_id), col(Cohort.id)).where(
        col(Cohort.id).in_(open_windows), col(Cohort.company_id).in_(company_ids)
    )
    session.flush()
    running: dict[CompanyId, set[CohortId]] = {}
    for company_id, cohort_id in session.connection().execute(statement):
        running.setdefault(company_id, set()).add(cohort_id)
    return running


def list_cohorts(
    session: Session, company_ids: Collection[CompanyId], as_of: date, only: Collection[CohortId] | None = None
) -> list[ListedCohort]:
    """The cohorts of these companies, or of them only these: by company, running ones first, then the newest, those
    with nobody on post last."""
    last_close = select(func.max(col(Hire.closes_on))).where(col(Hire.cohort_id) == col(Cohort.id)).scalar_subquery()
    statement = (
        select(col(Cohort.id), col(Cohort.name), col(Company.id), col(Company.name), last_close)
        .join(Company, col(Company.id) == col(Cohort.company_id))
        .where(col(Cohort.company_id).in_(company_ids))
        .order_by(col(Company.id), col(Cohort.id))
    )
    if only is not None:
        statement = statement.where(col(Cohort.id).in_(only))
    session.flush()
    listed = [ListedCohort(*row) for row in session.connection().execute(statement)]

    def place(each: ListedCohort) -> tuple[str, int, int]:
        if each.closes_on is None:
            return each.company_name, 2, 0
        return each.company_name, 0 if each.runs(as_of) else 1, -each.closes_on.toordinal()

    return sorted(listed, key=place)
