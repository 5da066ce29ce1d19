"""The figures of cohorts: the scenarios worked by hand, and every row of the edge table (handbook §5.2)."""

from fractions import Fraction

import pytest

from storage.cohort_figures import (
    CohortFigures,
    cohorts_closing_in,
    cohorts_in_progress,
    figures,
    figures_of_cohort,
    figures_of_companies,
    pool,
)
from storage.order_book import move, refund
from storage.ratios import format_level, format_rate
from storage.roster import Cohort, CohortId, Hire
from storage.roster_events import (
    correct_on_post,
    eliminate,
    fail_trial,
    leave,
    move_to_cohort,
    pass_trial,
    rejoin,
    start_trial,
)
from tests.storage.channel_company import ChannelCompany, cohort_id, on


def rate(figure: CohortFigures) -> str:
    return format_rate(figure.ordered_and_stayed, figure.on_post)


def order_level(figure: CohortFigures) -> str:
    return format_level(figure.orders, figure.on_post)


def twenty_trainees(company: ChannelCompany) -> tuple[Cohort, list[Hire]]:
    """S1 without the leavers' leaving: 18 on post, of whom the 4th to the 15th sell."""
    cohort = company.cohort()
    trainees = company.trainees(cohort, 20)
    for hire in trainees[18:]:
        eliminate(company.session, hire, on("02-20"), company.recording)
    hires = trainees[:18]
    company.post(hires, "03-02")
    for hire, quantity in zip(hires[3:15], [1] * 9 + [2] * 2 + [4], strict=True):
        company.sells(hire, "03-20", quantity)
    return cohort, hires


def test_s1_twenty_trained_eighteen_on_post_fifteen_remain_twelve_with_an_order(company: ChannelCompany) -> None:
    cohort, hires = twenty_trainees(company)
    for hire in hires[:3]:
        company.leaves(hire, "03-11")

    figure = company.figures(cohort)

    assert rate(figure) == "12/18 = 66.6%"
    assert order_level(figure) == "17/18 = 0.94"
    assert format_rate(figure.on_post, figure.started) == "18/20 = 90.0%"
    assert format_rate(figure.eliminated, figure.started) == "2/20 = 10.0%"
    assert format_rate(figure.stayed, figure.on_post) == "15/18 = 83.3%"
    assert figure.closes_on == on("03-31")
    assert figure.leavers == 3
    assert (figure.order_rate, figure.order_level) == (Fraction(2, 3), Fraction(17, 18))
    assert (figure.retention, figure.training_pass) == (Fraction(5, 6), Fraction(9, 10))
    assert (figure.elimination, figure.trial_pass) == (Fraction(1, 10), None)


def test_s2_leavers_orders_raise_the_level_but_not_the_rate(company: ChannelCompany) -> None:
    cohort, hires = twenty_trainees(company)
    for hire in hires[:2]:
        company.sells(hire, "03-09")
    for hire in hires[:3]:
        company.leaves(hire, "03-11")

    figure = company.figures(cohort)

    assert rate(figure) == "12/18 = 66.6%"
    assert order_level(figure) == "19/18 = 1.05"


def test_s3_an_order_on_day_30_counts_and_one_on_day_31_does_not(company: ChannelCompany) -> None:
    cohort = company.cohort()
    first, second = company.on_post(cohort, "03-01", 2)
    company.sells(first, "03-30")
    company.sells(second, "03-31")

    figure = company.figures(cohort)

    assert rate(figure) == "1/2 = 50.0%"
    assert order_level(figure) == "1/2 = 0.50"


def test_s5_staggered_on_post_dates_give_everybody_a_window_of_their_own(company: ChannelCompany) -> None:
    cohort = company.cohort()
    early = company.on_post(cohort, "04-06", 10)
    middle = company.on_post(cohort, "04-09", 5)
    late = company.on_post(cohort, "04-13", 3)
    for hire in early[:7] + middle[:3] + late[:1]:
        company.sells(hire, "04-20")

    interim = company.figures(cohort, "05-06")
    assert (rate(interim), interim.interim) == ("11/18 = 61.1%", True)
    assert interim.closes_on == on("05-12")

    company.sells(middle[3], "05-08")
    company.sells(late[1], "05-13")
    final = company.figures(cohort, "05-13")

    assert (rate(final), final.interim) == ("12/18 = 66.6%", False)
    submission = cohorts_closing_in(company.session, [company.id], on("05-01"), as_of=on("06-05"))
    assert [rate(figure) for figure in submission] == ["12/18 = 66.6%"]
    for other_month in ("04-01", "06-30"):
        assert cohorts_closing_in(company.session, [company.id], on(other_month), as_of=on("12-31")) == []


def test_s7_cohorts_are_pooled_as_sums_never_as_a_mean_of_rates(company: ChannelCompany) -> None:
    cohort, hires = twenty_trainees(company)
    for hire in hires[:3]:
        company.leaves(hire, "03-11")
    small = company.cohort("春季二期")
    company.sells(company.on_post(small, "03-02", 4)[0], "03-05")

    closing = cohorts_closing_in(company.session, [company.id], on("03-15"), as_of=on("04-01"))
    pooled = pool(closing)

    assert [rate(figure) for figure in closing] == ["12/18 = 66.6%", "1/4 = 25.0%"]
    assert format_rate(pooled.ordered_and_stayed, pooled.on_post) == "13/22 = 59.0%"
    assert (pooled.cohorts, pooled.interim, pooled.orders) == (2, False, 18)
    assert pooled.order_rate == Fraction(13, 22)
    assert pooled.order_level == Fraction(18, 22)
    assert pooled.retention == Fraction(19, 22)
    assert pooled.training_pass == Fraction(22, 24)
    assert pooled.elimination == Fraction(2, 24)
    assert pooled.trial_pass is None
    assert cohort.id == closing[0].cohort_id


def test_s18_undecided_trials_are_not_counted(company: ChannelCompany) -> None:
    cohort = company.cohort()
    hires = company.trainees(cohort, 25)
    for hire in hires:
        start_trial(company.session, hire, on("02-01"), company.recording)
    for hire in hires[:19]:
        pass_trial(company.session, hire, on("02-08"), company.recording)
    for hire in hires[19:22]:
        fail_trial(company.session, hire, on("02-08"), company.recording)

    figure = company.figures(cohort)

    assert format_rate(figure.trial_passed, figure.trial_passed + figure.trial_failed) == "19/22 = 86.3%"
    assert (figure.trial_pass, figure.trial_undecided) == (Fraction(19, 22), 3)
    assert pool([figure]).trial_pass == Fraction(19, 22)


def test_nobody_on_post_is_undefined_and_left_out_of_pooled_sums(company: ChannelCompany) -> None:
    empty = company.cohort("空")
    in_training = company.cohort("培训中")
    company.trainees(in_training, 3)
    closed = company.cohort("已满月")
    company.sells(company.on_post(closed, "03-02")[0], "03-02")

    for cohort in (empty, in_training):
        figure = company.figures(cohort)
        assert (figure.order_rate, figure.order_level, figure.retention) == (None, None, None)
        assert (rate(figure), figure.interim, figure.closes_on) == ("—", True, None)
    assert company.figures(empty).training_pass is None
    assert company.figures(in_training).training_pass == 0

    pooled = pool(figures_of_companies(company.session, [company.id], on("12-31")))
    assert (pooled.cohorts, pooled.order_rate, pooled.interim) == (1, Fraction(1), False)
    assert pool([]).order_rate is None


def test_interim_and_final_are_never_pooled(company: ChannelCompany) -> None:
    company.on_post(company.cohort("早"), "03-02")
    company.on_post(company.cohort("晚"), "04-01")
    both = figures_of_companies(company.session, [company.id], on("04-02"))
    assert [figure.interim for figure in both] == [False, True]
    with pytest.raises(ValueError, match="never pooled"):
        pool(both)
    assert pool(both[1:]).interim


def test_a_cohort_is_interim_on_its_last_day_and_final_from_the_next(company: ChannelCompany) -> None:
    cohort = company.cohort()
    company.on_post(cohort, "2026-01-31")
    assert company.figures(cohort, "03-01").interim
    assert not company.figures(cohort, "03-02").interim


def test_a_cohort_on_post_on_31_january_skips_february(company: ChannelCompany) -> None:
    cohort = company.cohort()
    company.on_post(cohort, "01-31")
    assert company.figures(cohort).closes_on == on("03-01")
    assert cohorts_closing_in(company.session, [company.id], on("02-01"), on("12-31")) == []
    assert len(cohorts_closing_in(company.session, [company.id], on("03-01"), on("12-31"))) == 1


def test_last_day_on_day_30_has_left_and_on_day_31_was_there_at_the_close(company: ChannelCompany) -> None:
    cohort = company.cohort()
    gone, stayer = company.on_post(cohort, "03-01", 2)
    for hire in (gone, stayer):
        company.sells(hire, "03-10")
    company.leaves(gone, "03-30")
    company.leaves(stayer, "03-31")

    for as_of in ("03-31", "04-01", "12-31"):
        figure = company.figures(cohort, as_of)
        assert (rate(figure), figure.orders, figure.stayed) == ("1/2 = 50.0%", 2, 1)


def test_while_interim_somebody_who_leaves_later_is_still_there(company: ChannelCompany) -> None:
    cohort = company.cohort()
    (hire,) = company.on_post(cohort, "03-01")
    company.sells(hire, "03-05")
    company.leaves(hire, "03-12")

    assert rate(company.figures(cohort, "03-11")) == "1/1 = 100.0%"
    assert rate(company.figures(cohort, "03-12")) == "0/1 = 0.0%"


def test_interim_counts_orders_and_people_up_to_the_day_itself(company: ChannelCompany) -> None:
    cohort = company.cohort()
    (first,) = company.on_post(cohort, "03-01")
    company.on_post(cohort, "03-05")
    company.sells(first, "03-04")

    assert rate(company.figures(cohort, "03-03")) == "0/1 = 0.0%"
    assert rate(company.figures(cohort, "03-04")) == "1/1 = 100.0%"
    assert rate(company.figures(cohort, "03-05")) == "1/2 = 50.0%"
    assert rate(company.figures(cohort, "02-28")) == "—"
    assert company.figures(cohort, "03-04").closes_on == on("04-03")


def test_refunded_orders_do_not_count(company: ChannelCompany) -> None:
    cohort = company.cohort()
    first, second = company.on_post(cohort, "03-01", 2)
    partly, wholly = company.sells(first, "03-05", 3), company.sells(second, "03-05", 2)
    refund(company.session, partly, 1, on("03-20"), "客户取消", company.recording)
    refund(company.session, wholly, 2, on("06-20"), "客户取消", company.recording)

    figure = company.figures(cohort)

    assert (rate(figure), order_level(figure)) == ("1/2 = 50.0%", "2/2 = 1.00")


def test_an_order_moved_to_another_hire_counts_there(company: ChannelCompany) -> None:
    one, other = company.cohort("一"), company.cohort("二")
    (wrong,), (right,) = company.on_post(one, "03-01"), company.on_post(other, "03-01")
    order = company.sells(wrong, "03-05")
    assert (rate(company.figures(one)), rate(company.figures(other))) == ("1/1 = 100.0%", "0/1 = 0.0%")

    move(company.session, order, right, "记错人了", company.recording)

    assert (rate(company.figures(one)), rate(company.figures(other))) == ("0/1 = 0.0%", "1/1 = 100.0%")
    assert (company.figures(one).orders, company.figures(other).orders) == (0, 1)


def test_moved_before_on_post_counts_where_the_hire_goes_on_post(company: ChannelCompany) -> None:
    one, other = company.cohort("一"), company.cohort("二")
    (hire,) = company.trainees(one)
    move_to_cohort(company.session, hire, other, on("02-01"), company.recording)
    company.post([hire], "03-01")

    assert (company.figures(one).on_post, company.figures(one).started) == (0, 0)
    assert (company.figures(other).on_post, company.figures(other).started) == (1, 1)


def test_rejoining_inside_the_window_is_staying_and_does_not_extend_it(company: ChannelCompany) -> None:
    cohort = company.cohort()
    (hire,) = company.on_post(cohort, "03-01")
    company.sells(hire, "03-05")
    company.leaves(hire, "03-10")
    assert rate(company.figures(cohort)) == "0/1 = 0.0%"

    back = rejoin(company.session, hire, on("03-30"), company.recording)
    company.sells(back, "03-31")

    assert back.id == hire.id
    figure = company.figures(cohort)
    assert (rate(figure), figure.orders, figure.closes_on) == ("1/1 = 100.0%", 1, on("03-30"))


def test_rejoining_after_the_window_is_a_new_episode_and_the_old_one_stays_a_leaver(company: ChannelCompany) -> None:
    old, new = company.cohort("一"), company.cohort("二")
    (hire,) = company.on_post(old, "03-01")
    company.sells(hire, "03-05")
    company.leaves(hire, "03-10")
    back = rejoin(company.session, hire, on("03-31"), company.recording, new_cohort=new)
    company.post([back], "04-01")
    company.sells(back, "04-02")

    assert rate(company.figures(old)) == "0/1 = 0.0%"
    assert rate(company.figures(new)) == "1/1 = 100.0%"
    assert back.name == hire.name


def test_a_corrected_on_post_date_moves_the_window(company: ChannelCompany) -> None:
    cohort = company.cohort()
    (hire,) = company.on_post(cohort, "03-01")
    company.sells(hire, "03-31")
    assert company.figures(cohort).ordered_and_stayed == 0

    correct_on_post(company.session, hire, on("03-02"), company.recording)
    assert (rate(company.figures(cohort)), company.figures(cohort).closes_on) == ("1/1 = 100.0%", on("03-31"))

    correct_on_post(company.session, hire, on("04-01"), company.recording)
    assert company.figures(cohort).orders == 0


def test_a_hire_still_in_training_does_not_hold_the_cohort_open(company: ChannelCompany) -> None:
    cohort = company.cohort()
    company.on_post(cohort, "03-01", 2)
    (straggler,) = company.trainees(cohort)

    figure = company.figures(cohort, "03-31")
    assert (figure.interim, figure.on_post, figure.started) == (False, 2, 3)

    company.post([straggler], "04-01")
    assert company.figures(cohort, "04-02").interim
    assert company.figures(cohort, "03-31").interim, "it closes with its last window"


def test_resigning_in_training_is_not_elimination(company: ChannelCompany) -> None:
    cohort = company.cohort()
    company.leaves(company.trainees(cohort, 2)[0], "02-01")
    figure = company.figures(cohort)
    assert (figure.started, figure.eliminated, figure.on_post) == (2, 0, 0)


def test_a_final_figure_is_the_same_whenever_it_is_asked_for(company: ChannelCompany) -> None:
    cohort, hires = twenty_trainees(company)
    company.leaves(hires[4], "04-01")
    company.leaves(hires[0], "03-31")
    asked = [company.figures(cohort, day) for day in ("04-01", "04-02", "2027-12-31")]
    assert {(figure.ordered_and_stayed, figure.on_post, figure.orders) for figure in asked} == {(12, 18, 17)}


def test_figures_are_asked_for_one_several_or_a_company_s_cohorts(company: ChannelCompany) -> None:
    session = company.session
    elsewhere = ChannelCompany(session, "宁波乙")
    ours, theirs = company.cohort(), elsewhere.cohort()
    company.on_post(ours, "03-01", 2)
    elsewhere.on_post(theirs, "03-10", 3)

    both = figures(session, [cohort_id(ours), cohort_id(theirs), CohortId(999_999)], on("03-31"))
    assert [(each.company_name, each.name, each.on_post) for each in both] == [
        ("杭州甲", "春季一期", 2),
        ("宁波乙", "春季一期", 3),
    ]
    assert [each.cohort_id for each in figures_of_companies(session, [elsewhere.id], on("03-31"))] == [theirs.id]
    assert figures_of_cohort(session, CohortId(999_999), on("03-31")) is None
    assert figures(session, [], on("03-31")) == []
    companies = [company.id, elsewhere.id]
    assert [each.cohort_id for each in cohorts_in_progress(session, companies, on("03-31"))] == [theirs.id]
    assert [each.cohort_id for each in cohorts_in_progress(session, companies, on("03-05"))] == [ours.id]
    assert len(cohorts_in_progress(session, companies, on("03-30"))) == 2


def test_a_leaver_with_a_last_day_ahead_stays_until_then(company: ChannelCompany) -> None:
    company.today = on("03-10")
    cohort = company.cohort()
    (hire,) = company.on_post(cohort, "03-01")
    company.sells(hire, "03-05")
    leave(company.session, hire, on("03-20"), company.recording, reason="回老家")
    assert rate(company.figures(cohort, "03-10")) == "1/1 = 100.0%"
