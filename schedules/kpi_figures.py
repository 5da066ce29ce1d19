"""The KPI card of a person and month from the records: the same figures as everywhere else (handbook §5, §8).

Order rate, order level, coverage and spot checks are those of the cohorts that closed in the month; the trial pass rate
is that of the trials decided in it, as in the monthly report.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from schedules import settings
from schedules.kpi import (
    DEFAULT_WEIGHTS,
    RATED,
    Counted,
    Curve,
    KpiCard,
    KpiFigures,
    KpiLine,
    KpiRules,
    Rated,
    kpi_card,
)
from schedules.periods import ZONE, Period, local_day, start_of
from schedules.settings import as_fraction, values_at, weight_name
from storage.cohort_figures import cohorts_closing_in, pool
from storage.coverage import coverage, noted_spot_checks, pool_coverage
from storage.people import Company, CompanyId, Person, companies_of
from storage.period_records import PeriodRecords, records_between
from storage.ratings import Rating, ratings_of
from storage.roster import EventKind

_NAMES = (
    settings.SATISFACTION,
    settings.ORDER_RATE_TARGET,
    settings.ORDER_LEVEL_TARGET,
    settings.TRIAL_PASS_TARGET,
    settings.CHECKS_PLANNED,
    settings.CURVE,
    *(weight_name(line) for line in DEFAULT_WEIGHTS),
)


@dataclass(frozen=True)
class PersonCard:
    """The card with what belongs beside it."""

    person: Person
    month: Period
    companies: tuple[Company, ...]
    card: KpiCard
    records: PeriodRecords
    ratings: tuple[Rating, ...]
    as_of: date
    """The last day whose records can be in it."""

    @property
    def is_over(self) -> bool:
        """Whether the month is over."""
        return self.as_of == self.month.last


def card_of(session: Session, person: Person, month: date, now: datetime, zone: ZoneInfo = ZONE) -> PersonCard:
    """The card of a manager for the month of a local date, as things stand at `now` (aware UTC)."""
    period, today = Period.monthly_of(month), local_day(now, zone)
    companies = tuple(companies_of(session, person))
    ids = [company.id for company in companies if company.id is not None]
    as_of = min(period.last, today)
    records = records_between(session, ids, period.first, as_of)
    ratings = tuple(ratings_of(session, person.id, period.first)) if person.id is not None else ()
    figures = figures_of(session, ids, period, today, records, ratings)
    card = kpi_card(figures, rules_for(session, period, zone))
    return PersonCard(person, period, companies, card, records, ratings, as_of)


def figures_of(
    session: Session,
    company_ids: Collection[CompanyId],
    month: Period,
    today: date,
    records: PeriodRecords,
    ratings: Iterable[Rating],
) -> KpiFigures:
    """The counts of the card; cohorts that have not closed by `today` are not in it."""
    closed = [each for each in cohorts_closing_in(session, company_ids, month.first, today) if not each.interim]
    cohort_ids = [each.cohort_id for each in closed]
    pooled = pool(closed)
    covered = pool_coverage(coverage(session, cohort_ids, today).values())
    passed = records.roster_changes.get(EventKind.trial_passed, 0)
    failed = records.roster_changes.get(EventKind.trial_failed, 0)
    return KpiFigures(
        cohorts=pooled.cohorts,
        order_rate=Counted(pooled.ordered_and_stayed, pooled.on_post),
        order_level=Counted(pooled.orders, pooled.on_post),
        trial_pass=Counted(passed, passed + failed),
        ride_alongs=Counted(covered.accompanied, covered.stayed),
        spot_checks=noted_spot_checks(session, cohort_ids, today),
        stayed=covered.stayed,
        ratings=_rated(ratings),
    )


def rules_for(session: Session, month: Period, zone: ZoneInfo = ZONE) -> KpiRules:
    """Weights, targets and the curve as they were when the month ended; those of today while it runs."""
    values = values_at(session, _NAMES, start_of(month.next().first, zone))
    return KpiRules(
        weights={line: int(values[weight_name(line)]) for line in DEFAULT_WEIGHTS},
        order_rate_target=_share(values[settings.ORDER_RATE_TARGET]),
        order_level_target=as_fraction(values[settings.ORDER_LEVEL_TARGET]),
        trial_target=_share(values[settings.TRIAL_PASS_TARGET]),
        checks_per_hire=values[settings.CHECKS_PLANNED],
        curve=Curve(values[settings.CURVE]),
        with_satisfaction=bool(values[settings.SATISFACTION]),
    )


def _share(value: Any) -> Fraction | None:
    number = as_fraction(value)
    return None if number is None else number / 100


def _rated(ratings: Iterable[Rating]) -> dict[KpiLine, Rated]:
    found = {line: Rated() for line in RATED}
    for rating in ratings:
        line = KpiLine(rating.line)
        found[line] = Rated(found[line].count + 1, found[line].total + rating.value)
    return found
