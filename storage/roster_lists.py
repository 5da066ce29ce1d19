"""Who is where: the lists and counts people choose from (handbook §6)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sql
from sqlalchemy import ColumnElement, and_, case, false, or_
from sqlmodel import Session, col, func, select

from storage.once import once
from storage.people import CompanyId
from storage.roster import Cohort, CohortId, Hire, HireId, Stage
from storage.roster_rules import ENDED, NEXT_COHORT_AFTER_DAYS


@dataclass(frozen=True)
class CompanyCounts:
    """How many hires are where on a local date; leavers are in none of the counts."""

    hired: int
    """Training has not begun."""
    in_training: int
    on_trial: int
    new_hires: int
    """新人: on post and inside the window."""
    month_complete: int
    """满月: on post, the window is over."""


@dataclass(frozen=True)
class SameName:
    """A name that is to be added although the company has it, or the list has it twice."""

    name: str
    hires: tuple[Hire, ...]
    """Those of the company with the name, leavers included (it may be somebody who is back)."""
    twice_in_list: bool


def working_on(day: date) -> ColumnElement[bool]:
    """Hires who are on post and at work on a local date, the on-post day and the last day included."""
    return and_(col(Hire.on_post) <= day, or_(col(Hire.last_day).is_(None), col(Hire.last_day) >= day))


def in_window_on(day: date) -> ColumnElement[bool]:
    """新人 on a local date: at work and in the window."""
    return and_(working_on(day), col(Hire.closes_on) >= day)


def hires_of(
    session: Session,
    company_ids: Collection[CompanyId],
    on: date,
    *,
    on_post_only: bool = False,
    cohort_id: CohortId | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[Hire]:
    """Hires as one looks for them on a local date: first those in their window, the newest first, then month
    complete, then those in training or on trial, at last those who are gone.

    `on_post_only`: only those who are on post and at work on that date, for orders and ride-alongs.
    """
    statement = (
        select(Hire)
        .where(_among(company_ids, cohort_id), working_on(on) if on_post_only else True)
        .order_by(*_order(on))
        .limit(limit)
        .offset(offset)
    )
    return list(session.exec(statement).all())


class NamedHire(NamedTuple):
    """What tells one hire from another of the same name; local dates."""

    id: HireId
    name: str
    on_post: date | None
    last_day: date | None


def names_of(session: Session, company_ids: Collection[CompanyId], on: date) -> list[NamedHire]:
    """Everybody `hires_of` has, in its order, by name alone: a company of many years has a thousand of them."""

    def read() -> list[NamedHire]:
        statement = (
            sql.select(col(Hire.id), col(Hire.name), col(Hire.on_post), col(Hire.last_day))
            .where(_among(company_ids, None))
            .order_by(*_order(on))
        )
        return [NamedHire(*row) for row in session.connection().execute(statement)]

    # Not kept for longer: of a large town it would be millions of names.
    return once(session, ("names of", tuple(company_ids), on), (Hire,), read)


def count_hires_of(
    session: Session,
    company_ids: Collection[CompanyId],
    on: date,
    *,
    on_post_only: bool = False,
    cohort_id: CohortId | None = None,
) -> int:
    """How many `hires_of` has in all."""
    statement = (
        select(func.count())
        .select_from(Hire)
        .where(_among(company_ids, cohort_id), working_on(on) if on_post_only else True)
    )
    return session.exec(statement).one()


def find_hires(
    session: Session, company_ids: Collection[CompanyId], name: str, on: date, *, partly: bool = False
) -> list[Hire]:
    """The hires of a name as typed (outer spaces and case do not matter), in the order of `hires_of`.

    `partly`: the name may also stand inside a longer one. Leavers are found too: a refusal can say so.
    """
    wanted = " ".join(name.split()).lower()
    if not wanted:
        return []
    lower = func.lower(col(Hire.name))
    matches = lower.contains(wanted, autoescape=True) if partly else lower == wanted
    statement = select(Hire).where(_among(company_ids, None), matches).order_by(*_order(on))
    return list(session.exec(statement).all())


def same_names(session: Session, company_id: CompanyId, names: Sequence[str]) -> list[SameName]:
    """Which of the names are to be asked about before they are added, in their order."""
    wanted = [" ".join(name.split()) for name in names]
    held: dict[str, list[Hire]] = {}
    statement = select(Hire).where(Hire.company_id == company_id, col(Hire.name).in_(wanted)).order_by(col(Hire.id))
    for hire in session.exec(statement).all():
        held.setdefault(hire.name, []).append(hire)
    return [
        SameName(name, tuple(held.get(name, ())), twice)
        for name in dict.fromkeys(wanted)
        if (twice := wanted.count(name) > 1) or name in held
    ]


def cohorts_of(session: Session, company_ids: Collection[CompanyId]) -> list[Cohort]:
    """The companies' cohorts, newest first."""
    statement = select(Cohort).where(col(Cohort.company_id).in_(company_ids)).order_by(col(Cohort.id).desc())
    return list(session.exec(statement).all())


def class_size(session: Session, cohort_id: CohortId) -> int:
    """People added to a cohort so far; warn under `storage.roster_rules.SMALL_CLASS`."""
    return session.exec(select(func.count()).select_from(Hire).where(Hire.cohort_id == cohort_id)).one()


def company_counts(session: Session, company_ids: Collection[CompanyId], today: date) -> CompanyCounts:
    """How many hires of these companies, taken together, are where."""
    among = _among(company_ids, None)
    stages = dict(session.exec(select(Hire.stage, func.count()).where(among).group_by(col(Hire.stage))).all())
    new_hires, month_complete = session.exec(
        select(
            func.coalesce(func.sum(case((in_window_on(today), 1), else_=0)), 0),
            func.coalesce(func.sum(case((in_window_on(today), 0), else_=1)), 0),
        ).where(among, working_on(today))
    ).one()
    return CompanyCounts(
        hired=stages.get(Stage.hired, 0),
        in_training=stages.get(Stage.in_training, 0),
        on_trial=stages.get(Stage.on_trial, 0),
        new_hires=new_hires,
        month_complete=month_complete,
    )


def should_ask_next_cohort(session: Session, cohort_id: CohortId, on_post: date) -> bool:
    """Whether the on-post date is so long after the cohort's first that it may be the next cohort's."""
    first = session.exec(select(func.min(Hire.on_post)).where(Hire.cohort_id == cohort_id)).one()
    return first is not None and (on_post - first).days > NEXT_COHORT_AFTER_DAYS


def _among(company_ids: Collection[CompanyId], cohort_id: CohortId | None) -> ColumnElement[bool]:
    if not company_ids:
        return false()
    chosen = col(Hire.company_id).in_(company_ids)
    return chosen if cohort_id is None else and_(chosen, col(Hire.cohort_id) == cohort_id)


def _order(on: date) -> tuple[Any, ...]:
    rank = case(
        (in_window_on(on), 0),
        (working_on(on), 1),
        (col(Hire.stage).in_(ENDED), 3),
        else_=2,
    )
    return rank, col(Hire.on_post).desc(), col(Hire.name), col(Hire.id)
