"""The KPI card: what each line is worth, pure and exact (handbook §8).

Figures come in as counts, scores go out as fractions; nothing is rounded here, and what is not known is not scored. A
sum is never scaled up to 100.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

FULL = 100


class KpiLine(StrEnum):
    """The lines of the card. The value is stored with ratings and in the names of settings: never rename one."""

    order_rate = "order_rate"
    order_level = "order_level"
    trial = "trial"
    """面试与试岗."""
    induction = "induction"
    follow_up = "follow_up"
    problems = "problems"
    solutions = "solutions"
    satisfaction = "satisfaction"


RATED = (KpiLine.induction, KpiLine.problems, KpiLine.solutions, KpiLine.satisfaction)
"""Lines that people rate from 0 to 100."""
DEFAULT_WEIGHTS: Mapping[KpiLine, int] = {
    KpiLine.order_rate: 15,
    KpiLine.order_level: 15,
    KpiLine.trial: 10,
    KpiLine.induction: 15,
    KpiLine.follow_up: 10,
    KpiLine.problems: 10,
    KpiLine.solutions: 10,
    KpiLine.satisfaction: 15,
}
TRIAL_TARGET = Fraction(80, 100)


class Curve(StrEnum):
    """How a figure with a target becomes points (**default** proportional: the handbook gives no curve)."""

    proportional = "proportional"
    """weight × min(1, figure / target)."""
    all_or_nothing = "all_or_nothing"
    """The whole weight at the target, nothing below it."""


class Unscored(StrEnum):
    """Why something has no points."""

    no_target = "no_target"
    no_figure = "no_figure"
    """Nobody is in the denominator."""
    not_rated = "not_rated"
    not_counted = "not_counted"
    """Switched off: to be confirmed."""


class Measure(StrEnum):
    """What a part of a line is measured by; most lines have one part, follow-up has two."""

    order_rate = "order_rate"
    order_level = "order_level"
    trial_pass = "trial_pass"
    ride_alongs = "ride_alongs"
    spot_checks = "spot_checks"
    rating = "rating"


@dataclass(frozen=True)
class KpiRules:
    """Weights, targets and the curve, as they were set for the month."""

    weights: Mapping[KpiLine, int] = field(default_factory=lambda: dict(DEFAULT_WEIGHTS))
    order_rate_target: Fraction | None = None
    order_level_target: Fraction | None = None
    trial_target: Fraction | None = TRIAL_TARGET
    checks_per_hire: int | None = None
    curve: Curve = Curve.proportional
    with_satisfaction: bool = False


@dataclass(frozen=True)
class Counted:
    """A figure as its two counts."""

    part: int = 0
    whole: int = 0

    @property
    def value(self) -> Fraction | None:
        """The exact figure; None when nobody is counted."""
        return Fraction(self.part, self.whole) if self.whole else None


@dataclass(frozen=True)
class Rated:
    """The ratings of one line: how many, and their sum."""

    count: int = 0
    total: int = 0

    @property
    def mean(self) -> Fraction | None:
        """From 0 to 100; None without a rating."""
        return Fraction(self.total, self.count) if self.count else None


@dataclass(frozen=True)
class KpiFigures:
    """What the card of one person and month is worked out from."""

    cohorts: int = 0
    """Closed in the month, with somebody on post."""
    order_rate: Counted = Counted()
    order_level: Counted = Counted()
    trial_pass: Counted = Counted()
    ride_alongs: Counted = Counted()
    spot_checks: int = 0
    """Noted spot checks of those who stayed."""
    stayed: int = 0
    """Hires of the closed cohorts for whom spot checks were planned."""
    ratings: Mapping[KpiLine, Rated] = field(default_factory=dict)


@dataclass(frozen=True)
class KpiPart:
    """One measured part of a line; `score` is None when it has no points, and `why` says why."""

    measure: Measure
    weight: Fraction
    counted: Counted = Counted()
    """For a rating: the mean out of 100, as sum of the ratings over 100 each."""
    target: Fraction | None = None
    score: Fraction | None = None
    why: Unscored | None = None


@dataclass(frozen=True)
class KpiLineScore:
    """One line of the card."""

    line: KpiLine
    weight: int
    parts: tuple[KpiPart, ...]
    is_enabled: bool = True

    @property
    def score(self) -> Fraction | None:
        """The points of its scored parts; None when it has none."""
        known = [part.score for part in self.parts if part.score is not None]
        return sum(known, Fraction(0)) if known else None


@dataclass(frozen=True)
class KpiCard:
    """The whole card."""

    lines: tuple[KpiLineScore, ...]
    figures: KpiFigures

    @property
    def total(self) -> Fraction:
        """The points there are; what is not scored adds nothing."""
        return sum((line.score for line in self.lines if line.is_enabled and line.score is not None), Fraction(0))

    @property
    def out_of(self) -> int:
        """The weights of the lines that are switched on: 85, or 100 with satisfaction. Never scaled."""
        return sum(line.weight for line in self.lines if line.is_enabled)

    @property
    def to_be_confirmed(self) -> int:
        """The weights of the lines that are switched off."""
        return sum(line.weight for line in self.lines if not line.is_enabled)

    @property
    def unscored(self) -> Fraction:
        """How much of `out_of` has no points yet."""
        open_parts = (part.weight for line in self.lines if line.is_enabled for part in line.parts if part.why)
        return sum(open_parts, Fraction(0))


def kpi_card(figures: KpiFigures, rules: KpiRules) -> KpiCard:
    """Work out every line."""
    return KpiCard(tuple(_line(line, figures, rules) for line in KpiLine), figures)


def _line(line: KpiLine, figures: KpiFigures, rules: KpiRules) -> KpiLineScore:
    weight = rules.weights.get(line, DEFAULT_WEIGHTS[line])
    whole = Fraction(weight)
    parts: tuple[KpiPart, ...]
    match line:
        case KpiLine.order_rate:
            parts = (_against(Measure.order_rate, whole, figures.order_rate, rules.order_rate_target, rules.curve),)
        case KpiLine.order_level:
            parts = (_against(Measure.order_level, whole, figures.order_level, rules.order_level_target, rules.curve),)
        case KpiLine.trial:
            parts = (_against(Measure.trial_pass, whole, figures.trial_pass, rules.trial_target, rules.curve),)
        case KpiLine.follow_up:
            parts = (_share(Measure.ride_alongs, whole / 2, figures.ride_alongs), _checks(whole / 2, figures, rules))
        case _:
            parts = (_rating(whole, figures.ratings.get(line, Rated())),)
    if line is KpiLine.satisfaction and not rules.with_satisfaction:
        off = tuple(KpiPart(p.measure, p.weight, p.counted, why=Unscored.not_counted) for p in parts)
        return KpiLineScore(line, weight, off, is_enabled=False)
    return KpiLineScore(line, weight, parts)


def _against(measure: Measure, weight: Fraction, counted: Counted, target: Fraction | None, curve: Curve) -> KpiPart:
    value = counted.value
    if target is None:
        return KpiPart(measure, weight, counted, why=Unscored.no_target)
    if value is None:
        return KpiPart(measure, weight, counted, target, why=Unscored.no_figure)
    return KpiPart(measure, weight, counted, target, score=weight * _reached(value / target, curve))


def _checks(weight: Fraction, figures: KpiFigures, rules: KpiRules) -> KpiPart:
    """Spot checks done against those planned; the plan is so many for each hire who stayed."""
    if rules.checks_per_hire is None:
        counted = Counted(figures.spot_checks)
        return KpiPart(Measure.spot_checks, weight, counted, why=Unscored.no_target)
    counted = Counted(figures.spot_checks, rules.checks_per_hire * figures.stayed)
    return _against(Measure.spot_checks, weight, counted, Fraction(1), rules.curve)


def _share(measure: Measure, weight: Fraction, counted: Counted) -> KpiPart:
    value = counted.value
    if value is None:
        return KpiPart(measure, weight, counted, why=Unscored.no_figure)
    return KpiPart(measure, weight, counted, score=weight * value)


def _rating(weight: Fraction, rated: Rated) -> KpiPart:
    counted = Counted(rated.total, rated.count * FULL)
    value = counted.value
    if value is None:
        return KpiPart(Measure.rating, weight, counted, why=Unscored.not_rated)
    return KpiPart(Measure.rating, weight, counted, score=weight * value)


def _reached(share: Fraction, curve: Curve) -> Fraction:
    if curve is Curve.all_or_nothing:
        return Fraction(1 if share >= 1 else 0)
    return min(Fraction(1), share)
