"""The scenarios of `tests.scenarios`, word for word, with the bot as a process of its own and everything over HTTP.

P1, P2 and P3, in which the bot is killed or down, are in `test_over_http`.
"""

from tests.scenarios.test_scenarios import (
    test_p4_a_manager_on_leave_from_monday_to_wednesday,
    test_p5_a_manager_who_submits_at_half_past_seven,
    test_p6_a_name_of_markup_and_formula_is_shown_literally,
    test_s1_three_leavers_without_orders,
    test_s2_two_of_the_leavers_had_sold,
    test_s3_an_order_of_day_31_is_kept_and_told,
    test_s5_staggered_starts,
    test_s7_cohorts_that_close_in_one_month_are_pooled,
)

__all__ = [
    "test_p4_a_manager_on_leave_from_monday_to_wednesday",
    "test_p5_a_manager_who_submits_at_half_past_seven",
    "test_p6_a_name_of_markup_and_formula_is_shown_literally",
    "test_s1_three_leavers_without_orders",
    "test_s2_two_of_the_leavers_had_sold",
    "test_s3_an_order_of_day_31_is_kept_and_told",
    "test_s5_staggered_starts",
    "test_s7_cohorts_that_close_in_one_month_are_pooled",
]
