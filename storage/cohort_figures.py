"""The figures of a cohort: the one place where they are computed, each for many cohorts in one statement (handbook §5).

Everything is asked "as of" a local date, evaluated at its 24:00, so the day itself is included. Up to and on the
date on which the cohort's last window closes the figures are interim 进行中; from the next day they are final and
change only through corrections (refunds, moved orders, corrected dates). Interim: those on post by `as_of`, their
orders up to it, and whoever had not left by its end; somebody whose last day is `as_of` has left. What is counted
over a cohort's training (started, eliminated, trial) is as known now.
"""

import calendar
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from storage.hire_state import day_no
from storage.orders import Order
from storage.people import Company, CompanyId
from storage.ratios import ratio
from storage.roster import Cohort, CohortId, Hire, Stage
from storage.tallies import CohortTally

SURVIVAL_MONTHS = 3


@dataclass(frozen=True)
class CohortFigures:
    """One cohort's figures as of a date. A ratio is None when nobody is in its denominator."""

    cohort_id: CohortId
    name: str
    company_id: CompanyId
    company_name: str
    on_post: int
    """N: people who went on post with the cohort, leavers included."""
    ordered_and_stayed: int
    """A: those of them who have a valid order in their window and stayed."""
    orders: int
    """T: valid orders in the windows, leavers' included."""
    stayed: int
    started: int
    """Started the training."""
    eliminated: int
    trial_passed: int
    trial_failed: int
    trial_undecided: int
    first_on_post: date | None
    closes_on: date | None
    """Last date of the last window; None while nobody is on post."""
    as_of: date

    @property
    def interim(self) -> bool:
        """进行中: the last window has not closed."""
        return self.closes_on is None or self.as_of <= self.closes_on

    @property
    def leavers(self) -> int:
        return self.on_post - self.stayed

    @property
    def order_rate(self) -> Fraction | None:
        return ratio(self.ordered_and_stayed, self.on_post)

    @property
    def order_level(self) -> Fraction | None:
        return ratio(self.orders, self.on_post)

    @property
    def retention(self) -> Fraction | None:
        return ratio(self.stayed, self.on_post)

    @property
    def training_pass(self) -> Fraction | None:
        return ratio(self.on_post, self.started)

    @property
    def elimination(self) -> Fraction | None:
        return ratio(self.eliminated, self.started)

    @property
    def trial_pass(self) -> Fraction | None:
        """Undecided trials are not counted."""
        return ratio(self.trial_passed, self.trial_passed + self.trial_failed)


@dataclass(frozen=True)
class Pooled:
    """Several cohorts taken together: sums over sums, never a mean of rates."""

    cohorts: int
    """Those with somebody on post."""
    on_post: int
    ordered_and_stayed: int
    orders: int
    stayed: int
    started: int
    eliminated: int
    trial_passed: int
    trial_failed: int
    interim: bool

    @property
    def order_rate(self) -> Fraction | None:
        return ratio(self.ordered_and_stayed, self.on_post)

    @property
    def order_level(self) -> Fraction | None:
        return ratio(self.orders, self.on_post)

    @property
    def retention(self) -> Fraction | None:
        return ratio(self.stayed, self.on_post)

    @property
    def training_pass(self) -> Fraction | None:
        return ratio(self.on_post, self.started)

    @property
    def elimination(self) -> Fraction | None:
        return ratio(self.eliminated, self.started)

    @property
    def trial_pass(self) -> Fraction | None:
        return ratio(self.trial_passed, self.trial_passed + self.trial_failed)


@dataclass(frozen=True)
class Survival:
    """Who of those who went on post is still employed three calendar months later."""

    cohort_id: CohortId
    employed: int
    on_post: int
    decided_on: date | None
    """The last hire's date; None while nobody is on post."""
    interim: bool
    """Up to and on that date: those not yet there count by whether they are employed as of the date asked for."""

    @property
    def rate(self) -> Fraction | None:
        return ratio(self.employed, self.on_post)


@dataclass(frozen=True)
class LeavingEffect:
    """What a hire's leaving does to the cohort's order rate."""

    day_no: int | None
    """Of the last day in the hire's window; None before going on post, when it touches no figure."""
    in_numerator_before: bool
    numerator_delta: int
    """-1, 0, or 1 when a last day is corrected to one after the window."""
    denominator_delta: int = 0
    """Always 0: leavers stay in the denominator."""


def on_post_by(as_of: date) -> ColumnElement[bool]:
    """Hires who had gone on post by the end of a date: P of their cohort."""
    return col(Hire.on_post) <= as_of


def stayed_by(as_of: date) -> ColumnElement[bool]:
    """Hires who had not left by the end of their window, or of `as_of` when that is earlier."""
    last_day = col(Hire.last_day)
    return or_(last_day.is_(None), last_day > col(Hire.closes_on), last_day > as_of)


def in_window_by(day: Mapped[date], as_of: date) -> ColumnElement[bool]:
    """Whether a dated record of a hire lies in the hire's window, and not after `as_of`."""
    return and_(day >= col(Hire.on_post), day <= col(Hire.closes_on), day <= as_of)


def figures(session: Session, cohort_ids: Collection[CohortId], as_of: date) -> list[CohortFigures]:
    """The figures of these cohorts, by company and age; one that does not exist is left out."""
    return _figures(session, col(Cohort.id).in_(cohort_ids), as_of)


def figures_of_cohort(session: Session, cohort_id: CohortId, as_of: date) -> CohortFigures | None:
    """The figures of one cohort; None when there is no such cohort."""
    found = figures(session, [cohort_id], as_of)
    return found[0] if found else None


def figures_of_companies(session: Session, company_ids: Collection[CompanyId], as_of: date) -> list[CohortFigures]:
    """The figures of every cohort of these companies, by company and age."""
    return _figures(session, col(Cohort.company_id).in_(company_ids), as_of)


def cohorts_closing_in(
    session: Session, company_ids: Collection[CompanyId], month: date, as_of: date
) -> list[CohortFigures]:
    """The cohorts whose last window closes in the month of the given date: what its submission covers (§5.3).

    Those that have not closed by `as_of` are among them, marked interim.
    """
    last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    return cohorts_closing_between(session, company_ids, month.replace(day=1), last, as_of)


def cohorts_closing_between(
    session: Session, company_ids: Collection[CompanyId], first: date, last: date, as_of: date
) -> list[CohortFigures]:
    """The cohorts whose last window closes on a date from first to last, those that have not by `as_of` among them."""
    closing = func.max(col(Hire.closes_on)).between(first, last)
    return figures(session, _by_close(session, company_ids, col(Hire.closes_on).between(first, last), closing), as_of)


def companies_closing_in(session: Session, company_ids: Collection[CompanyId], month: date) -> list[CompanyId]:
    """The companies one of whose cohorts closes in the month of the given date, in the order of their numbers."""
    first = month.replace(day=1)
    last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    closing = func.max(col(Hire.closes_on)).between(first, last)
    cohorts = _by_close(session, company_ids, col(Hire.closes_on).between(first, last), closing)
    statement = select(col(Cohort.company_id)).where(col(Cohort.id).in_(cohorts)).distinct()
    return sorted(session.connection().execute(statement).scalars())


def cohorts_in_progress(session: Session, company_ids: Collection[CompanyId], as_of: date) -> list[CohortFigures]:
    """The cohorts with people on post whose last window has not closed by `as_of`."""
    running = and_(func.min(col(Hire.on_post)) <= as_of, func.max(col(Hire.closes_on)) >= as_of)
    return figures(session, _by_close(session, company_ids, col(Hire.closes_on) >= as_of, running), as_of)


def pool(cohorts: Iterable[CohortFigures]) -> Pooled:
    """Several cohorts' figures as one. Raises ValueError for interim and final figures together (§5.2).

    A cohort with nobody on post has no figure: it takes no part in that, and adds only its training and trials.
    """
    cohorts = list(cohorts)
    states = {cohort.interim for cohort in cohorts if cohort.on_post}
    if len(states) > 1:
        raise ValueError("interim and final figures are never pooled")
    return Pooled(
        cohorts=sum(cohort.on_post > 0 for cohort in cohorts),
        on_post=sum(cohort.on_post for cohort in cohorts),
        ordered_and_stayed=sum(cohort.ordered_and_stayed for cohort in cohorts),
        orders=sum(cohort.orders for cohort in cohorts),
        stayed=sum(cohort.stayed for cohort in cohorts),
        started=sum(cohort.started for cohort in cohorts),
        eliminated=sum(cohort.eliminated for cohort in cohorts),
        trial_passed=sum(cohort.trial_passed for cohort in cohorts),
        trial_failed=sum(cohort.trial_failed for cohort in cohorts),
        interim=True in states,
    )


def effect_of_leaving(session: Session, hire: Hire, last_day: date) -> LeavingEffect:
    """What recording this last day, or correcting it, would do to the cohort's order rate at its close."""
    if hire.on_post is None or hire.closes_on is None:
        return LeavingEffect(None, in_numerator_before=False, numerator_delta=0)
    valid = and_(
        col(Order.hire_id) == hire.id,
        col(Order.day).between(hire.on_post, hire.closes_on),
        col(Order.quantity) > col(Order.refunded),
    )
    session.flush()
    ordered = session.connection().execute(select(exists().where(valid))).scalar_one()
    before = ordered and (hire.last_day is None or hire.last_day > hire.closes_on)
    after = ordered and last_day > hire.closes_on
    return LeavingEffect(day_no(hire.on_post, last_day), before, after - before)


def three_month_survival(session: Session, cohort_ids: Collection[CohortId], as_of: date) -> list[Survival]:
    """Employed on the date three calendar months after going on post (§5.4), cohort by cohort; a last day on that
    date or later is employed, as somebody who is there on day 31 has stayed for the window."""
    session.flush()
    rows = session.connection().execute(
        select(col(Hire.cohort_id), col(Hire.on_post), col(Hire.last_day), func.count())
        .where(col(Hire.cohort_id).in_(cohort_ids), on_post_by(as_of))
        .group_by(col(Hire.cohort_id), col(Hire.on_post), col(Hire.last_day))
    )
    counts = {cohort_id: [0, 0] for cohort_id in sorted(cohort_ids)}
    decided: dict[CohortId, date] = {}
    for cohort_id, on_post, last_day, count in rows:
        due = three_months_after(on_post)
        decided[cohort_id] = max(decided.get(cohort_id, due), due)
        counts[cohort_id][0] += count if last_day is None or last_day >= min(due, as_of) else 0
        counts[cohort_id][1] += count
    return [
        Survival(cohort_id, employed, on_post, decided.get(cohort_id), as_of <= decided.get(cohort_id, as_of))
        for cohort_id, (employed, on_post) in counts.items()
    ]


def survival_decided_between(
    session: Session, company_ids: Collection[CompanyId], first: date, last: date, as_of: date
) -> list[tuple[str, Survival]]:
    """The three-month survival of the cohorts whose last hire's is decided on a date from first to last, with their
    names, by age."""
    # Three months are 89 to 92 days.
    near = col(Hire.on_post).between(first - timedelta(92), min(last - timedelta(89), as_of))
    named = select(col(Cohort.id), col(Cohort.name)).where(
        col(Cohort.company_id).in_(company_ids), col(Cohort.id).in_(select(col(Hire.cohort_id)).where(near))
    )
    session.flush()
    names = {CohortId(row.id): row.name for row in session.connection().execute(named)}
    return [
        (names[each.cohort_id], each)
        for each in three_month_survival(session, list(names), as_of)
        if each.decided_on is not None and first <= each.decided_on <= last
    ]


def three_months_after(day: date) -> date:
    """The date on which survival is decided (§5.4)."""
    return months_after(day, SURVIVAL_MONTHS)


def months_after(day: date, months: int) -> date:
    """The same day some calendar months later, or that month's last when it is shorter."""
    place = day.month - 1 + months
    year, month = day.year + place // 12, place % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _figures(session: Session, chosen: ColumnElement[bool], as_of: date) -> list[CohortFigures]:
    """From the tallies of those that had closed, the others counted."""
    closed = col(CohortTally.closes_on) < as_of
    tallied = (
        select(
            col(Cohort.id),
            col(Cohort.name),
            col(Company.id),
            col(Company.name),
            *(col(column) for column in TALLIED),
        )
        .join_from(Cohort, CohortTally, col(CohortTally.cohort_id) == col(Cohort.id))
        .join(Company, col(Company.id) == col(Cohort.company_id))
        .where(chosen, closed)
    )
    untallied = ~exists().where(col(CohortTally.cohort_id) == col(Cohort.id), closed).correlate(Cohort)
    # One statement: a tally that is kept or forgotten meanwhile leaves out no cohort and counts none twice.
    return _read(session, union_all(tallied, _counting(and_(chosen, untallied), as_of)), as_of)


TALLIED = (
    CohortTally.on_post,
    CohortTally.ordered_and_stayed,
    CohortTally.orders,
    CohortTally.stayed,
    CohortTally.started,
    CohortTally.eliminated,
    CohortTally.trial_passed,
    CohortTally.trial_failed,
    CohortTally.trial_undecided,
    CohortTally.first_on_post,
    CohortTally.closes_on,
)
"""In the order of `CohortFigures`."""


def count_figures(session: Session, chosen: ColumnElement[bool], as_of: date) -> list[CohortFigures]:
    """The figures of the cohorts the condition is true of, counted from the records."""
    return _read(session, _counting(chosen, as_of), as_of)


def _read(session: Session, statement: Select[Any] | CompoundSelect[Any], as_of: date) -> list[CohortFigures]:
    session.flush()
    found = [CohortFigures(*(*row, as_of)) for row in session.connection().execute(statement)]
    return sorted(found, key=lambda each: (each.company_id, each.cohort_id))


def _counting(chosen: ColumnElement[bool], as_of: date) -> Select[Any]:
    """One row a hire (an aggregate, which SQLite would otherwise compute once per use), then one row a cohort."""
    member = on_post_by(as_of)
    hires = (
        select(
            col(Hire.cohort_id).label("cohort_id"),
            member.label("member"),
            stayed_by(as_of).label("stayed"),
            col(Hire.on_post).label("on_post"),
            col(Hire.closes_on).label("closes_on"),
            col(Hire.trained).label("trained"),
            col(Hire.stage).label("stage"),
            col(Hire.trial_passed).label("trial_passed"),
            func.coalesce(func.sum(col(Order.quantity) - col(Order.refunded)), 0).label("orders"),
        )
        .join_from(Cohort, Hire, col(Hire.cohort_id) == col(Cohort.id))
        .outerjoin(Order, and_(col(Order.hire_id) == col(Hire.id), in_window_by(col(Order.day), as_of)))
        .where(chosen)
        .group_by(col(Hire.id))
        .subquery("hires")
    )
    each = hires.c
    of_member = func.coalesce(each.member, False)
    return (
        select(
            col(Cohort.id),
            col(Cohort.name),
            col(Company.id),
            col(Company.name),
            count_where(of_member),
            count_where(and_(of_member, each.stayed, each.orders > 0)),
            # PostgreSQL makes a sum of sums a decimal.
            cast(func.coalesce(func.sum(each.orders), 0), Integer),
            count_where(and_(of_member, each.stayed)),
            count_where(each.trained),
            count_where(each.stage == Stage.eliminated),
            count_where(each.trial_passed.is_(True)),
            count_where(each.trial_passed.is_(False)),
            count_where(each.stage == Stage.on_trial),
            func.min(each.on_post),
            func.max(each.closes_on),
        )
        .join_from(Cohort, Company, col(Company.id) == col(Cohort.company_id))
        .outerjoin(hires, each.cohort_id == col(Cohort.id))
        .where(chosen)
        .group_by(col(Cohort.id), col(Cohort.name), col(Company.id), col(Company.name))
    )


def _by_close(
    session: Session, company_ids: Collection[CompanyId], one_hire: ColumnElement[bool], all_hires: ColumnElement[bool]
) -> list[CohortId]:
    """The companies' cohorts that close at some time. `one_hire` is true of at least one of their hires: by its index
    the many cohorts of other times are never looked at."""
    near = select(col(Hire.cohort_id)).where(one_hire)
    statement = (
        select(col(Cohort.id))
        .join(Hire, col(Hire.cohort_id) == col(Cohort.id))
        .where(col(Cohort.id).in_(near), col(Cohort.company_id).in_(company_ids), col(Hire.on_post).is_not(None))
        .group_by(col(Cohort.id))
        .having(all_hires)
    )
    session.flush()
    return [number for number in session.connection().execute(statement).scalars() if number is not None]


def count_where(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """In a statement: how many rows satisfy it; 0 when there are none."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
