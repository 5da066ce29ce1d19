"""Keeping the figures of cohorts that have closed: they change only through corrections (handbook §5.2)."""

from datetime import date

from sqlalchemy import exists, func, select
from sqlmodel import Session, col

from storage.cohort_figures import CohortFigures, count_figures
from storage.coverage import Coverage, count_coverage
from storage.dialect import insert_new
from storage.roster import Cohort, Hire
from storage.tallies import CohortTally, nobody_changes


def keep_cohort_tallies(session: Session, first: date, last: date, as_of: date, most: int) -> int:
    """Keep the figures of cohorts that closed on a date from first to last, before `as_of`, and have none; how many.

    None, and nothing done, while somebody else changes what is counted.
    """
    near = select(col(Hire.cohort_id)).where(
        col(Hire.closes_on).between(first, last),
        ~exists().where(col(CohortTally.cohort_id) == col(Hire.cohort_id)),
    )
    closed = (
        select(col(Hire.cohort_id))
        .where(col(Hire.cohort_id).in_(near), col(Hire.on_post).is_not(None))
        .group_by(col(Hire.cohort_id))
        .having(func.max(col(Hire.closes_on)).between(first, last), func.max(col(Hire.closes_on)) < as_of)
        .limit(most)
    )
    session.flush()
    ids = list(session.connection().execute(closed).scalars())
    if not ids or not nobody_changes(session):
        return 0
    covered = count_coverage(session, ids, as_of)
    counted = count_figures(session, col(Cohort.id).in_(ids), as_of)
    return insert_new(session, CohortTally, [_row(each, covered[each.cohort_id]) for each in counted])


def _row(figures: CohortFigures, covered: Coverage) -> dict[str, object]:
    names = set(CohortTally.model_fields) - {"accompanied", "checked"}
    counts: dict[str, object] = {name: getattr(figures, name) for name in names}
    return counts | {"accompanied": covered.accompanied, "checked": covered.checked}
