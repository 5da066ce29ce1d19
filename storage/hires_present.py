"""Who can be drilled and checked: everybody in training or at work, and those who left just before (handbook §6)."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import and_, case, or_
from sqlmodel import Session, col, select

from storage.people import CompanyId
from storage.roster import Cohort, Hire
from storage.roster_lists import in_window_on, working_on
from storage.roster_rules import ENDED


def hires_present(session: Session, company_ids: Collection[CompanyId], day: date, *, left_since: date) -> list[Hire]:
    """Hires in training, on trial or at work; those in their window on the local date first, then those before going on
    post, then month complete. Whoever ended on `left_since` or later comes last.
    """
    if not company_ids:
        return []
    ended = col(Hire.stage).in_(ENDED)
    rank = case((in_window_on(day), 0), (ended, 3), (working_on(day), 2), else_=1)
    statement = (
        select(Hire)
        .where(
            col(Hire.company_id).in_(company_ids),
            or_(~ended, and_(ended, col(Hire.last_day) >= left_since)),
        )
        .order_by(rank, col(Hire.on_post).desc(), col(Hire.name), col(Hire.id))
    )
    return list(session.exec(statement).all())


def hires_numbered(session: Session, company_ids: Collection[CompanyId], numbers: Sequence[int]) -> list[Hire]:
    """The hires of these companies with these numbers, in the order of the numbers; others are left out."""
    found = session.exec(select(Hire).where(col(Hire.id).in_(numbers), col(Hire.company_id).in_(company_ids))).all()
    by_number: dict[int, Hire] = {hire.id: hire for hire in found if hire.id is not None}
    return [by_number[number] for number in numbers if number in by_number]


def cohorts_named(session: Session, hires: Collection[Hire]) -> dict[int, str]:
    """The names of these hires' cohorts, by number."""
    wanted = {hire.cohort_id for hire in hires}
    found = session.exec(select(Cohort).where(col(Cohort.id).in_(wanted))).all()
    return {cohort.id: cohort.name for cohort in found if cohort.id is not None}
