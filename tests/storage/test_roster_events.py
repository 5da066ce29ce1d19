"""Recording what happens to hires: what is allowed, what is refused, and what the row says after it."""

from collections.abc import Callable
from dataclasses import replace
from typing import ParamSpec

import pytest

from storage.hire_state import Exam
from storage.order_book import refund
from storage.roster import EventKind, Hire, Stage
from storage.roster_events import (
    add_hires,
    correct_on_post,
    create_cohort,
    eliminate,
    fail_exam,
    fail_trial,
    history,
    leave,
    miss_exam,
    move_to_cohort,
    pass_exam,
    pass_trial,
    put_on_post,
    record_drill,
    rejoin,
    rename,
    start_training,
    start_trial,
    take_back_leaving,
)
from storage.roster_rules import RosterReason, RosterRefusal
from tests.storage.channel_company import NOW, ChannelCompany, on

P = ParamSpec("P")
R = RosterReason
K = EventKind


def refused(attempt: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> RosterRefusal:
    with pytest.raises(RosterRefusal) as caught:
        attempt(*args, **kwargs)
    return caught.value


def kinds(company: ChannelCompany, hire: Hire) -> list[EventKind]:
    return [event.kind for event in history(company.session, hire)]


def test_from_hired_to_on_post(company: ChannelCompany) -> None:
    session, recording = company.session, company.recording
    cohort = company.cohort()
    (hire,) = add_hires(session, cohort, ["  张   伟 "], on("02-01"), recording, in_training=False)
    assert (hire.name, hire.trained) == ("张 伟", False)

    stages = [hire.stage]
    start_training(session, hire, on("02-02"), recording)
    stages.append(hire.stage)
    pass_exam(session, hire, on("02-10"), recording, score="92")
    record_drill(session, hire, on("02-11"), recording, passed=True)
    start_trial(session, hire, on("02-12"), recording)
    stages.append(hire.stage)
    pass_trial(session, hire, on("02-20"), recording)
    put_on_post(session, hire, on("03-01"), recording)

    assert stages == [Stage.hired, Stage.in_training, Stage.on_trial]
    assert (hire.stage, hire.on_post, hire.closes_on) == (Stage.on_post, on("03-01"), on("03-30"))
    assert (hire.exam_passed, hire.drill_passed, hire.trial_passed) == (True, True, True)
    assert kinds(company, hire) == [
        K.hired,
        K.training_started,
        K.exam_passed,
        K.drill_passed,
        K.trial_started,
        K.trial_passed,
        K.on_post,
    ]
    assert history(session, hire)[2].note == "92"


def test_on_post_needs_exam_and_drill_unless_there_is_a_reason(company: ChannelCompany) -> None:
    session, recording = company.session, company.recording
    one, other = company.trainees(company.cohort(), 2)

    refusal = refused(put_on_post, session, one, on("03-01"), recording)
    assert (refusal.reason, refusal.missing) == (R.exam_and_drill_needed, (K.exam_passed, K.drill_passed))
    pass_exam(session, one, on("02-10"), recording)
    refusal = refused(put_on_post, session, one, on("03-01"), recording, override="  ")
    assert refusal.missing == (K.drill_passed,)
    put_on_post(session, one, on("03-01"), recording, override="老员工推荐")
    assert history(session, one)[-1].note == "老员工推荐"

    put_on_post(session, other, on("03-01"), recording, gate=False)
    assert (other.on_post, history(session, other)[-1].note) == (on("03-01"), "")
    pass_exam(session, other, on("03-05"), recording)
    assert (other.exam_passed, other.stage) == (True, Stage.on_post)


def test_a_reason_nobody_needed_is_no_override(company: ChannelCompany) -> None:
    (hire,) = company.trainees(company.cohort())
    pass_exam(company.session, hire, on("02-10"), company.recording)
    record_drill(company.session, hire, on("02-10"), company.recording, passed=True)
    put_on_post(company.session, hire, on("03-01"), company.recording, override="特批")
    assert history(company.session, hire)[-1].note == ""


def test_absent_with_cause_leads_to_a_make_up_and_absent_from_that_is_failed(company: ChannelCompany) -> None:
    session, recording = company.session, company.recording
    (hire,) = company.trainees(company.cohort())
    assert refused(miss_exam, session, hire, on("02-10"), recording, cause="").reason is R.reason_needed
    assert miss_exam(session, hire, on("02-10"), recording, cause="生病") is Exam.make_up
    assert miss_exam(session, hire, on("02-12"), recording, cause="又生病") is Exam.failed
    fail_exam(session, hire, on("02-13"), recording)
    pass_exam(session, hire, on("02-14"), recording)
    assert hire.exam_passed
    refusal = refused(miss_exam, session, hire, on("02-15"), recording, cause="生病")
    assert refusal.reason is R.already_passed


def test_a_trial_after_training_implies_the_training_and_one_before_it_does_not(company: ChannelCompany) -> None:
    before = ChannelCompany(company.session, "宁波乙", trial_when="before_training")
    for channel, trained in ((company, True), (before, False)):
        (hire,) = add_hires(
            channel.session, channel.cohort(), ["李娜"], on("02-01"), channel.recording, in_training=False
        )
        start_trial(channel.session, hire, on("02-02"), channel.recording)
        assert (hire.trained, hire.stage) == (trained, Stage.on_trial)


def test_a_failed_trial_ends_the_episode_and_can_be_corrected(company: ChannelCompany) -> None:
    session, recording = company.session, company.recording
    (hire,) = company.trainees(company.cohort())
    fail_trial(session, hire, on("02-10"), recording, reason="不适应")
    assert (hire.stage, hire.trial_passed, hire.last_day) == (Stage.failed, False, on("02-10"))
    refusal = refused(put_on_post, session, hire, on("02-11"), recording, gate=False)
    assert (refusal.reason, refusal.stage, refusal.day) == (R.ended, Stage.failed, on("02-10"))
    pass_trial(session, hire, on("02-11"), recording)
    assert (hire.stage, hire.trial_passed, hire.last_day) == (Stage.in_training, True, None)


def test_an_elimination_can_be_taken_back(company: ChannelCompany) -> None:
    (hire,) = company.trainees(company.cohort())
    eliminate(company.session, hire, on("02-10"), company.recording, reason="考试未过")
    assert (hire.stage, hire.left_reason) == (Stage.eliminated, "考试未过")
    back = rejoin(company.session, hire, on("02-11"), company.recording)
    assert (back, hire.stage, hire.last_day) == (hire, Stage.in_training, None)


@pytest.mark.parametrize(
    "attempt",
    [start_training, pass_exam, fail_exam, start_trial, pass_trial, fail_trial, put_on_post, eliminate],
)
def test_nothing_happens_tomorrow_nor_to_somebody_who_is_gone(
    company: ChannelCompany, attempt: Callable[..., None]
) -> None:
    company.today = on("03-10")
    (hire,) = company.trainees(company.cohort())
    recorded = kinds(company, hire)
    assert refused(attempt, company.session, hire, on("03-11"), company.recording).reason is R.in_future
    assert kinds(company, hire) == recorded

    company.leaves(hire, "03-05")
    assert refused(attempt, company.session, hire, on("03-10"), company.recording).reason is R.ended


@pytest.mark.parametrize("attempt", [start_training, start_trial, pass_trial, fail_trial, put_on_post, eliminate])
def test_what_belongs_before_going_on_post_is_refused_after_it(
    company: ChannelCompany, attempt: Callable[..., None]
) -> None:
    (hire,) = company.on_post(company.cohort(), "03-01")
    refusal = refused(attempt, company.session, hire, on("03-05"), company.recording)
    assert (refusal.reason, refusal.day) == (R.already_on_post, on("03-01"))


def test_the_training_starts_once(company: ChannelCompany) -> None:
    (hire,) = company.trainees(company.cohort())
    refusal = refused(start_training, company.session, hire, on("02-01"), company.recording)
    assert refusal.reason is R.already_started


def test_a_last_day_is_not_before_going_on_post_nor_before_an_order(company: ChannelCompany) -> None:
    session, recording = company.session, company.recording
    (hire,) = company.on_post(company.cohort(), "03-01")
    order = company.sells(hire, "03-15")

    def left(day: str, reason: str = "家里有事") -> None:
        leave(session, hire, on(day), recording, reason=reason)

    refusal = refused(left, "02-28")
    assert (refusal.reason, refusal.day) == (R.before_on_post, on("03-01"))
    refusal = refused(left, "03-14")
    assert (refusal.reason, refusal.day) == (R.orders_after_last_day, on("03-15"))
    assert refused(left, "03-15", reason=" ").reason is R.reason_needed
    assert refused(left, "03-15", reason="长" * 201).reason is R.note_too_long
    left("03-15")
    assert (hire.stage, hire.last_day, hire.left_reason) == (Stage.left, on("03-15"), "家里有事")

    refund(session, order, 1, on("03-20"), "退", recording)
    left("03-12")
    assert hire.last_day == on("03-12")


def test_somebody_eliminated_has_not_left_as_well(company: ChannelCompany) -> None:
    (hire,) = company.trainees(company.cohort())
    eliminate(company.session, hire, on("02-10"), company.recording)
    refusal = refused(company.leaves, hire, "02-12")
    assert (refusal.reason, refusal.stage) == (R.ended, Stage.eliminated)


def test_rejoining_inside_the_window_is_the_same_episode(company: ChannelCompany) -> None:
    (hire,) = company.on_post(company.cohort(), "03-01")
    company.leaves(hire, "03-10")
    assert rejoin(company.session, hire, on("03-30"), company.recording) is hire
    assert (hire.stage, hire.last_day, hire.closes_on) == (Stage.on_post, None, on("03-30"))


def test_rejoining_after_the_window_needs_a_new_cohort(company: ChannelCompany) -> None:
    session, recording = company.session, company.recording
    cohort, next_cohort = company.cohort(), company.cohort("二期")
    elsewhere = ChannelCompany(session, "宁波乙").cohort()
    (hire,) = company.on_post(cohort, "03-01")
    company.leaves(hire, "03-10")

    refusal = refused(rejoin, session, hire, on("03-31"), recording)
    assert (refusal.reason, refusal.day) == (R.cohort_needed, on("03-30"))
    for new_cohort, reason in ((cohort, R.same_cohort), (elsewhere, R.other_company)):
        attempt = refused(rejoin, session, hire, on("03-31"), recording, new_cohort=new_cohort)
        assert attempt.reason is reason

    episode = rejoin(session, hire, on("03-31"), recording, new_cohort=next_cohort)
    assert (episode.id != hire.id, episode.cohort_id, episode.stage) == (True, next_cohort.id, Stage.hired)
    assert kinds(company, episode) == [K.hired, K.rejoined]
    assert (hire.stage, hire.last_day) == (Stage.left, on("03-10"))


def test_only_somebody_who_left_comes_back_and_only_later(company: ChannelCompany) -> None:
    company.today = on("03-20")
    (hire,) = company.on_post(company.cohort(), "03-01")

    def back(day: str) -> RosterReason:
        return refused(rejoin, company.session, hire, on(day), company.recording).reason

    assert back("03-10") is R.not_ended
    company.leaves(hire, "03-10")
    assert back("03-10") is R.before_last_day
    assert back("03-21") is R.in_future


@pytest.mark.parametrize("last_day", ["03-12", "03-20", "03-30", "04-25"])
def test_leaving_recorded_by_mistake_is_taken_back_whatever_the_date(company: ChannelCompany, last_day: str) -> None:
    company.today = on("04-20")
    cohort = company.cohort()
    (hire,) = company.on_post(cohort, "03-01")
    company.sells(hire, "03-05")
    company.leaves(hire, last_day)

    take_back_leaving(company.session, hire, company.recording)

    assert (hire.stage, hire.last_day, company.figures(cohort).ordered_and_stayed) == (Stage.on_post, None, 1)
    company.sells(hire, "04-01")
    correct_on_post(company.session, hire, on("02-15"), company.recording)
    assert refused(take_back_leaving, company.session, hire, company.recording).reason is R.not_ended


def test_a_corrected_on_post_date_agrees_with_what_is_known(company: ChannelCompany) -> None:
    session, recording = company.session, company.recording
    trainee, gone, back = company.trainees(company.cohort(), 3)

    def corrected(hire: Hire, day: str) -> RosterReason:
        return refused(correct_on_post, session, hire, on(day), recording).reason

    assert corrected(trainee, "03-01") is R.not_on_post
    company.post([gone, back], "03-05")
    company.leaves(gone, "03-10")
    assert corrected(gone, "03-11") is R.on_post_after_last_day
    assert corrected(gone, "2027-01-01") is R.in_future
    correct_on_post(session, gone, on("03-10"), recording, reason="记错了")
    assert (gone.on_post, gone.closes_on) == (on("03-10"), on("04-08"))

    company.leaves(back, "03-10")
    rejoin(session, back, on("04-02"), recording)
    assert corrected(back, "03-03") is R.rejoined_outside_window
    correct_on_post(session, back, on("03-04"), recording)
    assert back.closes_on == on("04-02")


def test_a_hire_moves_within_the_company_before_going_on_post(company: ChannelCompany) -> None:
    session, recording = company.session, company.recording
    one, other = company.cohort("一"), company.cohort("二")
    elsewhere = ChannelCompany(session, "宁波乙").cohort()
    (hire,) = company.trainees(one)
    for cohort, reason in ((one, R.same_cohort), (elsewhere, R.other_company)):
        attempt = refused(move_to_cohort, session, hire, cohort, on("02-01"), recording)
        assert attempt.reason is reason
    move_to_cohort(session, hire, other, on("02-01"), recording)
    assert hire.cohort_id == other.id
    company.post([hire], "03-01")
    attempt = refused(move_to_cohort, session, hire, one, on("03-02"), recording)
    assert attempt.reason is R.already_on_post


def test_a_new_name_keeps_the_former_one_in_the_history(company: ChannelCompany) -> None:
    (hire,) = company.trainees(company.cohort("一"))
    rename(company.session, hire, " <b>=1+1& ", company.recording)
    assert (hire.name, history(company.session, hire)[-1].note) == ("<b>=1+1&", "一1")
    assert refused(rename, company.session, hire, "  ", company.recording).reason is R.name_needed
    assert refused(rename, company.session, hire, "长" * 41, company.recording).reason is R.name_too_long


def test_names_of_cohorts_are_needed_and_unique_in_a_company(company: ChannelCompany) -> None:
    session = company.session
    cohort = create_cohort(session, company.id, " 春季  一期 ", NOW, planned_size=12, starts_on=on("02-01"))
    assert (cohort.name, cohort.planned_size, cohort.starts_on) == ("春季 一期", 12, on("02-01"))
    for name, reason in (("", R.name_needed), ("长" * 61, R.name_too_long), ("春季 一期", R.same_cohort_name)):
        assert refused(create_cohort, session, company.id, name, NOW).reason is reason
    create_cohort(session, ChannelCompany(session, "宁波乙").id, "春季 一期", NOW)


def test_hires_are_added_all_or_none(company: ChannelCompany) -> None:
    company.today = on("02-01")
    cohort = company.cohort()
    for names, day, reason in ((["张伟", " "], "02-01", R.name_needed), (["张伟"], "02-02", R.in_future)):
        attempt = refused(add_hires, company.session, cohort, names, on(day), company.recording)
        assert attempt.reason is reason
    assert company.figures(cohort).started == 0


def test_the_window_somebody_went_on_post_with_stays_when_the_setting_changes(company: ChannelCompany) -> None:
    (hire,) = company.on_post(company.cohort(), "03-01")
    leave(company.session, hire, on("03-10"), replace(company.recording, window_days=45), reason="家里有事")
    assert hire.closes_on == on("03-30")
