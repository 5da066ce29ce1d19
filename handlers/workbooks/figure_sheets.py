"""The sheets of figures: every cohort on one, and one for each cohort with its people (handbook §5).

Counts come from where all figures are computed; what is a rate is a formula over them. A sheet of one cohort counts its
people anew, so that it can be seen how a figure comes about, and what a change would do to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.figures.figures_text import state_text
from handlers.figures.stats import CohortsOf, cohorts_of
from handlers.translations import N_
from handlers.workbooks.material import Material
from handlers.workbooks.sheets import (
    MIDDLE,
    NARROW,
    WIDE,
    Cell,
    Formula,
    Look,
    Sheet,
    live_level,
    live_rate,
    reference,
    stretch,
)
from storage.cohort_figures import CohortFigures, Pooled, pool
from storage.coverage import Coverage, coverage, pool_coverage
from storage.export_rows import MemberRow
from storage.exports import members_of
from storage.roster import CohortId

MOST_COHORT_SHEETS = 60
FIGURES = (
    (N_("Company"), WIDE),
    (N_("Cohort"), MIDDLE),
    (N_("State"), MIDDLE),
    (N_("As of"), MIDDLE),
    (N_("First on post"), MIDDLE),
    (N_("Window until"), MIDDLE),
    (N_("Started training"), NARROW),
    (N_("Eliminated"), NARROW),
    (N_("Trial passed"), NARROW),
    (N_("Trial failed"), NARROW),
    (N_("On post"), NARROW),
    (N_("Stayed"), NARROW),
    (N_("Ordered and stayed"), NARROW),
    (N_("Orders in the windows"), NARROW),
    (N_("Accompanied"), NARROW),
    (N_("Spot-checked"), NARROW),
    (N_("Order rate"), MIDDLE),
    (N_("Order level"), MIDDLE),
    (N_("Retention"), MIDDLE),
    (N_("Training pass rate"), MIDDLE),
    (N_("Elimination rate"), MIDDLE),
    (N_("Trial pass rate"), MIDDLE),
    (N_("Ride-along coverage"), MIDDLE),
    (N_("Spot-check coverage"), MIDDLE),
)
_STATE, _FIRST_COUNT = 2, 6
_STARTED, _ELIMINATED, _PASSED, _FAILED, _ON_POST, _STAYED, _ORDERED, _ORDERS, _ACCOMPANIED, _CHECKED = range(6, 16)
MEMBERS = (
    (N_("Hire"), WIDE),
    (N_("On post"), MIDDLE),
    (N_("Window until"), MIDDLE),
    (N_("Last day"), MIDDLE),
    (N_("Stayed"), NARROW),
    (N_("Orders in the window"), NARROW),
    (N_("Ordered and stayed"), NARROW),
)
"""1 stands for yes and 0 for no, so that they can be added."""


@dataclass(frozen=True)
class Figures:
    """Closed cohorts and those in progress, with their coverage."""

    cohorts: CohortsOf
    coverage: dict[CohortId, Coverage]

    @property
    def every(self) -> tuple[CohortFigures, ...]:
        """All of them, the closed ones first."""
        return (*self.cohorts.closed, *self.cohorts.in_progress)


def figures_of(m: Material) -> Figures:
    """The figures as /stats has them for the period: closed ones as of today, the others as of its end or today."""
    found = cohorts_of(m.session, m.reach.company_ids, m.period, m.today)
    covered: dict[CohortId, Coverage] = {}
    for some in (found.closed, found.in_progress):
        if some:
            covered |= coverage(m.session, [each.cohort_id for each in some], some[0].as_of)
    return Figures(found, covered)


def figures(m: Material, found: Figures) -> Sheet:
    """One row for each cohort; beneath, the closed ones pooled, and those in progress: sums over sums."""
    rows: list[tuple[Cell, ...]] = []
    for row, each in enumerate(found.every, 2):
        covered = found.coverage[each.cohort_id]
        rows.append(
            (
                each.company_name,
                each.name,
                _state(m, each.interim),
                each.as_of,
                each.first_on_post,
                each.closes_on,
                *_counts(each, covered),
                *_rates(each, covered, row),
            )
        )
    last = len(rows) + 1
    beneath: list[tuple[Cell, ...]] = []
    for some, name in (
        (found.cohorts.closed, N_("closed, pooled")),
        (found.cohorts.in_progress, N_("in progress, pooled")),
    ):
        if some:
            row = last + 2 + len(beneath)
            beneath.append(_pooled(m, some, found.coverage, m.t.plain(name), last, row))
    return m.sheet(N_("Figures by cohort"), FIGURES, rows, beneath)


def _pooled(
    m: Material,
    some: Sequence[CohortFigures],
    covered: dict[CohortId, Coverage],
    name: str,
    last: int,
    row: int,
) -> tuple[Cell, ...]:
    pooled, together = pool(some), pool_coverage(covered[each.cohort_id] for each in some)
    states, own_state = stretch(_STATE, 2, last), reference(_STATE, row)
    sums = [
        Formula(f"=SUMIFS({stretch(column, 2, last)},{states},{own_state})", count, Look.whole)
        for column, count in enumerate(_counts(pooled, together), _FIRST_COUNT)
    ]
    state = _state(m, pooled.interim)
    return (name, None, state, some[0].as_of, None, None, *sums, *_rates(pooled, together, row))


def _state(m: Material, interim: bool) -> str:
    return m.t.plain("Interim") if interim else m.t.plain("Final")


def _counts(each: CohortFigures | Pooled, covered: Coverage) -> tuple[int, ...]:
    return (
        each.started,
        each.eliminated,
        each.trial_passed,
        each.trial_failed,
        each.on_post,
        each.stayed,
        each.ordered_and_stayed,
        each.orders,
        covered.accompanied,
        covered.checked,
    )


def _rates(each: CohortFigures | Pooled, covered: Coverage, row: int) -> tuple[Formula, ...]:
    def at(column: int) -> str:
        return reference(column, row)

    decided = f"({at(_PASSED)}+{at(_FAILED)})"
    return (
        live_rate(at(_ORDERED), at(_ON_POST), each.ordered_and_stayed, each.on_post),
        live_level(at(_ORDERS), at(_ON_POST), each.orders, each.on_post),
        live_rate(at(_STAYED), at(_ON_POST), each.stayed, each.on_post),
        live_rate(at(_ON_POST), at(_STARTED), each.on_post, each.started),
        live_rate(at(_ELIMINATED), at(_STARTED), each.eliminated, each.started),
        live_rate(at(_PASSED), decided, each.trial_passed, each.trial_passed + each.trial_failed),
        live_rate(at(_ACCOMPANIED), at(_STAYED), covered.accompanied, covered.stayed),
        live_rate(at(_CHECKED), at(_STAYED), covered.checked, covered.stayed),
    )


def cohort_sheets(m: Material, found: Figures) -> list[Sheet]:
    """A sheet for each of the first cohorts: hire by hire, and the figures worked out from the rows."""
    chosen = found.every[:MOST_COHORT_SHEETS]
    people: dict[CohortId, list[MemberRow]] = {}
    for some in (found.cohorts.closed, found.cohorts.in_progress):
        wanted = [each.cohort_id for each in some if each in chosen]
        if wanted:
            people |= members_of(m.session, wanted, some[0].as_of)
    several = len({each.company_id for each in chosen}) > 1
    return [_cohort(m, each, people.get(each.cohort_id, []), several) for each in chosen]


def _cohort(m: Material, each: CohortFigures, members: Sequence[MemberRow], with_company: bool) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    for row, member in enumerate(members, 2):
        stayed, orders = reference(4, row), reference(5, row)
        sold = Formula(f"=IF({orders}>0,{stayed},0)", int(member.stayed and member.orders > 0), Look.whole)
        rows.append(
            (member.name, member.on_post, member.closes_on, member.last_day, int(member.stayed), member.orders, sold)
        )
    last = len(rows) + 1
    total = last + 2
    beneath: list[tuple[Cell, ...]] = [
        (
            m.t.plain(N_("In all")),
            Formula(f"=COUNT({stretch(1, 2, last)})", each.on_post, Look.whole),
            None,
            None,
            Formula(f"=SUM({stretch(4, 2, last)})", each.stayed, Look.whole),
            Formula(f"=SUM({stretch(5, 2, last)})", each.orders, Look.whole),
            Formula(f"=SUM({stretch(6, 2, last)})", each.ordered_and_stayed, Look.whole),
        ),
    ]
    everybody, stayed, orders, sold_and_stayed = (reference(column, total) for column in (1, 4, 5, 6))
    rates = (
        (N_("Order rate"), live_rate(sold_and_stayed, everybody, each.ordered_and_stayed, each.on_post)),
        (N_("Order level"), live_level(orders, everybody, each.orders, each.on_post)),
        (N_("Retention"), live_rate(stayed, everybody, each.stayed, each.on_post)),
    )
    beneath += [(m.t.plain(name), formula) for name, formula in rates]
    beneath.append((m.t.plain(N_("State")), state_text(m.t, each)))
    columns = [m.column(heading, width) for heading, width in MEMBERS]
    return Sheet.of(f"{each.company_name} {each.name}" if with_company else each.name, columns, rows, m.most, beneath)
