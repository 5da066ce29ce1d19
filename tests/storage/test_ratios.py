"""Ratios are printed truncated, with their fraction."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.ratios import format_level, format_rate, level, percent, ratio


@pytest.mark.parametrize(
    ("numerator", "denominator", "printed"),
    [
        (12, 18, "12/18 = 66.6%"),
        (13, 22, "13/22 = 59.0%"),
        (19, 22, "19/22 = 86.3%"),
        (2, 20, "2/20 = 10.0%"),
        (1, 1, "1/1 = 100.0%"),
        (0, 5, "0/5 = 0.0%"),
        (1, 1000, "1/1000 = 0.1%"),
        (9999, 10000, "9999/10000 = 99.9%"),
        (0, 0, "—"),
    ],
)
def test_a_rate(numerator: int, denominator: int, printed: str) -> None:
    assert format_rate(numerator, denominator) == printed


@pytest.mark.parametrize(
    ("numerator", "denominator", "printed"),
    [(19, 18, "19/18 = 1.05"), (17, 18, "17/18 = 0.94"), (6, 2, "6/2 = 3.00"), (0, 0, "—")],
)
def test_a_level(numerator: int, denominator: int, printed: str) -> None:
    assert format_level(numerator, denominator) == printed


def test_without_a_denominator_there_is_no_ratio() -> None:
    assert ratio(0, 0) is None
    assert ratio(12, 18) == Fraction(2, 3)


@given(st.fractions(0, 1000))
def test_what_is_printed_is_never_more_than_the_ratio_and_less_than_one_digit_below_it(value: Fraction) -> None:
    assert 0 <= value * 100 - Fraction(percent(value)) < Fraction(1, 10)
    assert 0 <= value - Fraction(level(value)) < Fraction(1, 100)


def test_a_change_for_the_worse_is_truncated_towards_zero() -> None:
    assert percent(Fraction(-2, 3)) == "-66.6"
    assert level(Fraction(-1, 1000)) == "0.00"
