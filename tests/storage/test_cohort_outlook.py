"""What goes with the figures: the effect of leaving, the days of the picture, survival at three months."""

import calendar
from datetime import date, timedelta
from fractions import Fraction

import pytest

from storage.cohort_figures import (
    effect_of_leaving,
    figures_of_companies,
    survival_decided_between,
    three_month_survival,
    three_months_after,
)
from storage.daily_orders import daily_orders
from storage.order_book import refund
from tests.storage.channel_company import ChannelCompany, cohort_id, on


@pytest.mark.parametrize(
    ("sold", "last_day", "day_no", "was_in", "delta"),
    [
        (True, "03-12", 12, True, -1),
        (True, "03-30", 30, True, -1),
        (True, "03-31", 31, True, 0),
        (False, "03-12", 12, False, 0),
    ],
)
def test_what_leaving_does_to_the_figures_is_said_before(
    company: ChannelCompany, sold: bool, last_day: str, day_no: int, was_in: bool, delta: int
) -> None:
    cohort = company.cohort()
    (hire,) = company.on_post(cohort, "03-01")
    if sold:
        company.sells(hire, "03-05")
    before = company.figures(cohort)

    effect = effect_of_leaving(company.session, hire, on(last_day))
    company.leaves(hire, last_day)
    after = company.figures(cohort)

    assert (effect.day_no, effect.in_numerator_before) == (day_no, was_in)
    assert (effect.numerator_delta, effect.denominator_delta) == (delta, 0)
    assert after.ordered_and_stayed - before.ordered_and_stayed == delta
    assert after.on_post == before.on_post


def test_correcting_a_last_day_to_after_the_window_brings_the_hire_back_into_the_figure(
    company: ChannelCompany,
) -> None:
    (hire,) = company.on_post(company.cohort(), "03-01")
    company.sells(hire, "03-05")
    company.leaves(hire, "03-12")
    effect = effect_of_leaving(company.session, hire, on("04-02"))
    assert (effect.in_numerator_before, effect.numerator_delta) == (False, 1)


def test_leaving_before_going_on_post_touches_no_figure(company: ChannelCompany) -> None:
    (hire,) = company.trainees(company.cohort())
    effect = effect_of_leaving(company.session, hire, on("02-12"))
    assert (effect.day_no, effect.in_numerator_before, effect.numerator_delta) == (None, False, 0)


def test_the_picture_s_days_are_those_of_everybody_s_own_window(company: ChannelCompany) -> None:
    cohort = company.cohort()
    (early,) = company.on_post(cohort, "03-01")
    late, refunded = company.on_post(cohort, "03-04", 2)
    company.sells(early, "03-02", 2)
    company.sells(early, "03-02")
    company.sells(early, "03-05")
    company.sells(late, "03-05")
    company.sells(late, "04-03", 2)
    company.sells(early, "03-31", 9)
    refund(company.session, company.sells(refunded, "03-04"), 1, on("03-06"), "退货", company.recording)

    days = daily_orders(company.session, cohort_id(cohort), on("12-31"))
    assert (days.on_post, days.window_days, len(days.orders)) == (3, 30, 30)
    assert {number: sold for number, sold in enumerate(days.orders, 1) if sold} == {2: 4, 5: 1}
    assert sum(days.orders) == company.figures(cohort).orders

    so_far = daily_orders(company.session, cohort_id(cohort), on("03-05"))
    assert so_far.orders == (0, 4, 0, 0, 1)
    assert so_far.hires_with_order == (0, 2, 2, 2, 2)


def test_there_is_no_picture_before_anybody_is_on_post(company: ChannelCompany) -> None:
    cohort = company.cohort()
    company.trainees(cohort, 2)
    days = daily_orders(company.session, cohort_id(cohort), on("12-31"))
    assert (days.orders, days.hires_with_order, days.on_post) == ((), (), 0)


@pytest.mark.parametrize(
    ("day", "later"),
    [("2026-01-31", "2026-04-30"), ("2025-11-30", "2026-02-28"), ("2026-10-15", "2027-01-15")],
)
def test_three_months_later_is_clipped_to_the_month_s_end(day: str, later: str) -> None:
    assert three_months_after(on(day)) == on(later)


def test_survival_at_three_months(company: ChannelCompany) -> None:
    cohort = company.cohort()
    hires = company.on_post(cohort, "01-31", 4)
    company.leaves(hires[0], "04-29")
    company.leaves(hires[1], "04-30")
    company.leaves(hires[2], "02-05")

    (then,) = three_month_survival(company.session, [cohort_id(cohort)], on("05-01"))
    assert (then.employed, then.on_post, then.decided_on) == (2, 4, on("04-30"))
    assert (then.rate, then.interim) == (Fraction(1, 2), False)
    (so_far,) = three_month_survival(company.session, [cohort_id(cohort)], on("04-30"))
    assert so_far.interim
    (early,) = three_month_survival(company.session, [cohort_id(cohort)], on("02-05"))
    assert early.employed == 4

    empty = company.cohort("空")
    (nobody,) = three_month_survival(company.session, [cohort_id(empty)], on("05-01"))
    assert (nobody.rate, nobody.interim, nobody.decided_on) == (None, True, None)


def test_survival_decided_in_a_month_is_found_among_all_cohorts(company: ChannelCompany) -> None:
    """Compared with asking every cohort; months of all lengths, people of one cohort on both sides of a month's end."""
    day = on("2025-08-25")
    while day < on("2026-04-05"):
        cohort = company.cohort(f"{day}")
        company.on_post(cohort, day.isoformat())
        company.on_post(cohort, (day + timedelta(5)).isoformat())
        day += timedelta(3)
    company.trainees(company.cohort("空"))
    names = {each.cohort_id: each.name for each in figures_of_companies(company.session, [company.id], on("12-31"))}
    found = 0
    for month in (date(2025 + n // 12, n % 12 + 1, 1) for n in range(9, 20)):
        last = date(month.year, month.month, calendar.monthrange(month.year, month.month)[1])
        for as_of in (last - timedelta(70), last, last + timedelta(40)):
            every = three_month_survival(company.session, list(names), as_of)
            expected = [(names[s.cohort_id], s) for s in every if s.decided_on and month <= s.decided_on <= last]
            assert survival_decided_between(company.session, [company.id], month, last, as_of) == expected
            found += len(expected)
    assert found > 100
