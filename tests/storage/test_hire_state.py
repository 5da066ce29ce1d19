"""What a hire's events add up to."""

from datetime import UTC, date, datetime

import pytest

from storage.hire_state import Exam, HireState, close_of, day_no, replay
from storage.roster import CohortId, EventKind, HireEvent, HireId, Stage

K = EventKind


def after(*happened: tuple[EventKind, str] | EventKind, window_days: int = 30) -> HireState:
    """The state after events given as kinds, with a date where it matters."""
    events = []
    for each in happened:
        kind, day = each if isinstance(each, tuple) else (each, "2026-03-01")
        events.append(
            HireEvent(
                hire_id=HireId(1),
                kind=kind,
                day=date.fromisoformat(day),
                note="为什么",
                cohort_id=CohortId(7),
                recorded_at=datetime(2026, 3, 1, tzinfo=UTC),
            )
        )
    return replay(events, window_days)


def test_the_on_post_day_is_day_1_and_day_30_is_the_last() -> None:
    on_post = date(2026, 1, 31)
    assert day_no(on_post, on_post) == 1
    assert close_of(on_post) == date(2026, 3, 1)
    assert day_no(on_post, close_of(on_post)) == 30
    assert day_no(on_post, date(2026, 1, 30)) == 0
    assert close_of(on_post, window_days=1) == on_post


@pytest.mark.parametrize(
    ("happened", "stage"),
    [
        ([K.hired], Stage.hired),
        ([K.hired, K.training_started], Stage.in_training),
        ([K.hired, K.exam_passed], Stage.in_training),
        ([K.hired, K.training_started, K.trial_started], Stage.on_trial),
        ([K.hired, K.training_started, K.trial_started, K.trial_passed], Stage.in_training),
        ([K.hired, K.trial_started, K.trial_passed], Stage.hired),
        ([K.hired, K.trial_started, K.trial_failed], Stage.failed),
        ([K.hired, K.trial_started, K.trial_failed, K.trial_passed], Stage.hired),
        ([K.hired, K.trial_started, K.on_post], Stage.on_post),
        ([K.hired, K.training_started, K.eliminated], Stage.eliminated),
        ([K.hired, K.training_started, K.left], Stage.left),
        ([K.hired, K.training_started, K.on_post, K.left], Stage.left),
        ([K.hired, K.on_post, K.left, K.rejoined], Stage.on_post),
        ([K.hired, K.training_started, K.eliminated, K.rejoined], Stage.in_training),
    ],
)
def test_where_a_hire_stands(happened: list[EventKind], stage: Stage) -> None:
    assert after(*happened).stage is stage


@pytest.mark.parametrize(
    ("happened", "exam"),
    [
        ([], Exam.open),
        ([K.exam_absent], Exam.make_up),
        ([K.exam_absent, K.exam_absent], Exam.failed),
        ([K.exam_absent, K.exam_passed], Exam.passed),
        ([K.exam_failed, K.exam_absent], Exam.failed),
        ([K.exam_passed, K.exam_failed], Exam.failed),
    ],
)
def test_absent_from_the_exam_leads_to_a_make_up_and_absent_from_that_is_failed(
    happened: list[EventKind], exam: Exam
) -> None:
    assert after(K.hired, *happened).exam is exam


def test_a_failed_drill_takes_back_a_passed_one() -> None:
    assert after(K.hired, K.drill_passed).drill_passed
    assert not after(K.hired, K.drill_passed, K.drill_failed).drill_passed


@pytest.mark.parametrize("kind", [K.training_started, K.exam_failed, K.drill_failed, K.on_post, K.eliminated])
def test_whoever_got_that_far_has_started_the_training(kind: EventKind) -> None:
    assert not after(K.hired).trained
    assert after(K.hired, kind).trained


def test_resigning_is_not_elimination_and_says_nothing_about_the_training() -> None:
    state = after(K.hired, (K.left, "2026-03-05"))
    assert (state.ended, state.trained, state.last_day) == (Stage.left, False, date(2026, 3, 5))
    assert state.left_reason == "为什么"


def test_the_window_follows_a_corrected_on_post_date() -> None:
    state = after(K.hired, (K.on_post, "2026-03-02"), (K.on_post_corrected, "2026-03-04"))
    assert (state.on_post, state.closes_on) == (date(2026, 3, 4), date(2026, 4, 2))
    shorter = after(K.hired, (K.on_post, "2026-03-02"), window_days=10)
    assert shorter.closes_on == date(2026, 3, 11)


def test_rejoining_keeps_the_window_and_remembers_the_days_away() -> None:
    state = after(K.hired, (K.on_post, "2026-03-02"), (K.left, "2026-03-10"), (K.rejoined, "2026-03-15"))
    assert (state.last_day, state.left_reason, state.closes_on) == (None, "", date(2026, 3, 31))
    (absence,) = state.absences
    assert [day for day in range(9, 17) if absence.covers(date(2026, 3, day))] == [11, 12, 13, 14]


def test_a_last_day_is_corrected_by_leaving_again() -> None:
    assert after(K.hired, (K.left, "2026-03-05"), (K.left, "2026-03-09")).last_day == date(2026, 3, 9)


def test_events_count_in_the_order_they_were_recorded_not_in_that_of_their_days() -> None:
    state = after(K.hired, (K.left, "2026-03-20"), (K.rejoined, "2026-03-10"))
    assert state.stage is Stage.hired
    assert state.last_day is None


def test_a_second_trial_is_undecided_until_it_is_decided() -> None:
    failed = (K.hired, K.trial_started, K.trial_failed)
    assert after(*failed).trial_passed is False
    assert after(*failed, K.rejoined, K.trial_started).trial_passed is None


def test_the_cohort_is_the_one_moved_to_and_a_new_name_changes_nothing() -> None:
    assert after(K.hired, K.moved).cohort_id == CohortId(7)
    assert after(K.hired, K.renamed) == after(K.hired)
    assert after() == HireState()
