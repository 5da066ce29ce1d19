"""The arithmetic of the KPI card, line by line (handbook §8)."""

from fractions import Fraction

import pytest

from handlers.figures.kpi_text import card_lines, points, total_text
from handlers.translations import translator
from schedules.kpi import (
    DEFAULT_WEIGHTS,
    Counted,
    Curve,
    KpiFigures,
    KpiLine,
    KpiRules,
    Rated,
    Unscored,
    kpi_card,
)

RULES = KpiRules(
    order_rate_target=Fraction(80, 100),
    order_level_target=Fraction(6, 5),
    checks_per_hire=2,
)
FIGURES = KpiFigures(
    cohorts=1,
    order_rate=Counted(12, 18),
    order_level=Counted(19, 18),
    trial_pass=Counted(19, 22),
    ride_alongs=Counted(8, 15),
    spot_checks=20,
    stayed=15,
    ratings={
        KpiLine.induction: Rated(2, 176),
        KpiLine.problems: Rated(1, 75),
        KpiLine.solutions: Rated(3, 200),
        KpiLine.satisfaction: Rated(4, 361),
    },
)


@pytest.mark.parametrize(
    ("line", "score", "shown"),
    [
        (KpiLine.order_rate, Fraction(15) * Fraction(12, 18) / Fraction(8, 10), "12.5"),
        (KpiLine.order_level, Fraction(15) * Fraction(19, 18) / Fraction(6, 5), "13.1"),
        (KpiLine.trial, Fraction(10), "10.0"),
        (KpiLine.induction, Fraction(15) * 88 / 100, "13.2"),
        (KpiLine.follow_up, 5 * Fraction(8, 15) + 5 * Fraction(20, 30), "6.0"),
        (KpiLine.problems, Fraction(75, 10), "7.5"),
        (KpiLine.solutions, Fraction(10) * Fraction(200, 300), "6.6"),
        (KpiLine.satisfaction, Fraction(15) * Fraction(361, 400), "13.5"),
    ],
)
def test_each_line_is_exact_and_cut_only_when_shown(line: KpiLine, score: Fraction, shown: str) -> None:
    rules = KpiRules(
        order_rate_target=RULES.order_rate_target,
        order_level_target=RULES.order_level_target,
        checks_per_hire=2,
        with_satisfaction=True,
    )
    card = kpi_card(FIGURES, rules)
    (found,) = [each for each in card.lines if each.line is line]
    assert found.score == score
    assert points(score) == shown


def test_the_handbooks_weights_are_85_and_the_last_line_15() -> None:
    assert sum(DEFAULT_WEIGHTS.values()) == 100
    assert DEFAULT_WEIGHTS[KpiLine.satisfaction] == 15


def test_without_satisfaction_the_card_is_out_of_85_and_never_scaled() -> None:
    card = kpi_card(FIGURES, RULES)
    assert (card.out_of, card.to_be_confirmed) == (85, 15)
    assert card.total == sum(
        (line.score for line in card.lines if line.line is not KpiLine.satisfaction and line.score is not None),
        Fraction(0),
    )
    assert total_text(translator("zh"), card) == "69.0 / 85 (另15分待确认)"
    assert total_text(translator("en"), card) == "69.0 / 85 (another 15 points to be confirmed)"


def test_with_satisfaction_the_weights_make_100() -> None:
    card = kpi_card(FIGURES, KpiRules(RULES.weights, RULES.order_rate_target, with_satisfaction=True))
    assert (card.out_of, card.to_be_confirmed) == (100, 0)
    assert total_text(translator("zh"), card).endswith("/ 100")


def test_a_total_out_of_100_only_when_the_weights_make_100() -> None:
    weights = {**DEFAULT_WEIGHTS, KpiLine.satisfaction: 5}
    card = kpi_card(FIGURES, KpiRules(weights, with_satisfaction=True))
    assert card.out_of == 90
    assert "/ 90" in total_text(translator("zh"), card)


def test_targets_are_compared_on_the_exact_fraction() -> None:
    # 2/3 is printed 66.6% and reaches a target of 2/3, not one of 66.7%.
    figures = KpiFigures(order_rate=Counted(12, 18))
    strict = KpiRules(order_rate_target=Fraction(667, 1000), curve=Curve.all_or_nothing)
    exact = KpiRules(order_rate_target=Fraction(2, 3), curve=Curve.all_or_nothing)
    assert [kpi_card(figures, rules).lines[0].score for rules in (strict, exact)] == [0, 15]


@pytest.mark.parametrize(
    ("figures", "rules", "line", "why"),
    [
        (FIGURES, KpiRules(), KpiLine.order_rate, Unscored.no_target),
        (FIGURES, KpiRules(), KpiLine.order_level, Unscored.no_target),
        (FIGURES, KpiRules(trial_target=None), KpiLine.trial, Unscored.no_target),
        (KpiFigures(), RULES, KpiLine.order_rate, Unscored.no_figure),
        (KpiFigures(), RULES, KpiLine.trial, Unscored.no_figure),
        (KpiFigures(), RULES, KpiLine.follow_up, Unscored.no_figure),
        (KpiFigures(), RULES, KpiLine.induction, Unscored.not_rated),
        (FIGURES, RULES, KpiLine.satisfaction, Unscored.not_counted),
    ],
)
def test_what_is_not_known_is_not_scored(figures: KpiFigures, rules: KpiRules, line: KpiLine, why: Unscored) -> None:
    (found,) = [each for each in kpi_card(figures, rules).lines if each.line is line]
    assert found.score is None
    assert {part.why for part in found.parts} == {why}


def test_half_of_follow_up_counts_while_no_spot_checks_are_planned() -> None:
    card = kpi_card(FIGURES, KpiRules())
    follow_up = card.lines[4]
    assert follow_up.score == 5 * Fraction(8, 15)
    assert card.unscored == 15 + 15 + 5


def test_the_card_in_words_has_the_fraction_beside_every_figure() -> None:
    zh = "\n".join(card_lines(translator("zh"), kpi_card(FIGURES, RULES)))
    assert "出单率 12.5/15：出单率 12/18 = 66.6%，目标 80%" in zh
    assert "平均出单水平 13.1/15：平均出单水平 19/18 = 1.05，目标 1.2" in zh
    assert "面试与试岗 10.0/10：试岗通过率 19/22 = 86.3%，目标 80%" in zh
    assert "上岗后跟进 6.0/10：陪访覆盖率 8/15 = 53.3% → 2.6/5；抽查完成/计划 20/30 = 66.6% → 3.3/5" in zh
    assert "入职培训 13.2/15：评分 176/200 = 88.0%" in zh
    assert "满意度 —/15：评分 361/400 = 90.2% (待确认，未计分)" in zh
    unset = "\n".join(card_lines(translator("zh"), kpi_card(FIGURES, KpiRules())))
    assert "出单率 —/15：出单率 12/18 = 66.6% (未设目标)" in unset
    assert "抽查完成/计划 20 (未设目标)" in unset
    assert "其中未计分：35 分" in unset
    en = "\n".join(card_lines(translator("en"), kpi_card(FIGURES, RULES)))
    assert "Order rate 12.5/15: order rate 12/18 = 66.6%, target 80%" in en
