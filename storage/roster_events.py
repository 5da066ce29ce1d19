"""Recording what happens to hires: check the rule, append an event, derive the hire anew (handbook §6).

Days are local dates, `now` is an aware UTC instant. A command that breaks a rule raises `RosterRefusal` and
has changed nothing. Whether the person may do it at all (own company, admin for an override) is checked before.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from storage.hire_state import Exam, HireState, close_of, replay
from storage.orders import Order
from storage.people import Company, CompanyId
from storage.roster import Cohort, CohortId, EventKind, Hire, HireEvent, Stage
from storage.roster_rules import (
    COHORT_NAME_LENGTH,
    NAME_LENGTH,
    Recording,
    RosterReason,
    RosterRefusal,
    check_active,
    check_before_on_post,
    check_not_future,
    check_other_cohort,
    checked_name,
    checked_note,
    checked_reason,
    lock_hire,
)


def create_cohort(
    session: Session,
    company_id: CompanyId,
    name: str,
    now: datetime,
    *,
    region: str = "",
    class_teacher: str = "",
    planned_size: int | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Cohort:
    """A new cohort of the company. Refuses: name_needed, name_too_long, same_cohort_name."""
    name = checked_name(name, COHORT_NAME_LENGTH)
    if session.exec(select(Cohort.id).where(Cohort.company_id == company_id, Cohort.name == name)).first():
        raise RosterRefusal(RosterReason.same_cohort_name)
    cohort = Cohort(
        company_id=company_id,
        name=name,
        region=region,
        class_teacher=class_teacher,
        planned_size=planned_size,
        starts_on=starts_on,
        ends_on=ends_on,
        created_at=now,
    )
    session.add(cohort)
    session.flush()
    return cohort


def add_hires(
    session: Session,
    cohort: Cohort,
    names: Sequence[str],
    day: date,
    recording: Recording,
    *,
    in_training: bool = True,
) -> list[Hire]:
    """Add people to a cohort, hired on `day`; their training has started too unless `in_training` is False.

    Adds everybody: ask `storage.roster_lists.same_names` first. Refuses: name_needed, name_too_long,
    in_future.
    """
    check_not_future(day, recording)
    checked = [checked_name(name, NAME_LENGTH) for name in names]
    hires = [
        Hire(company_id=cohort.company_id, cohort_id=_cohort_id(cohort), name=name, created_at=recording.now)
        for name in checked
    ]
    session.add_all(hires)
    session.flush()
    for hire in hires:
        record_event(session, hire, EventKind.hired, day, recording, cohort=cohort)
        if in_training:
            record_event(session, hire, EventKind.training_started, day, recording)
    return hires


def record_event(
    session: Session,
    hire: Hire,
    kind: EventKind,
    day: date,
    recording: Recording,
    *,
    note: str = "",
    cohort: Cohort | None = None,
) -> HireState:
    """Append an event, whatever the rules say, and write what all the events add up to into the hire's row.

    The row is locked first, so that two processes recording for one hire see each other's events.
    """
    checked_note(note)
    lock_hire(session, hire)
    assert hire.id is not None
    event = HireEvent(
        hire_id=hire.id,
        kind=kind,
        day=day,
        note=note,
        cohort_id=None if cohort is None else _cohort_id(cohort),
        recorded_by=recording.by,
        recorded_at=recording.now,
    )
    session.add(event)
    session.flush()
    state = replay(history(session, hire), recording.window_days)
    assert state.cohort_id is not None, "the first event says the cohort"
    hire.cohort_id = state.cohort_id
    hire.stage = state.stage
    if state.on_post != hire.on_post:
        # The window a hire went on post with stays, whatever length is set later.
        hire.on_post = state.on_post
        hire.closes_on = state.closes_on
    hire.last_day = state.last_day
    hire.left_reason = state.left_reason
    hire.trained = state.trained
    hire.exam_passed = state.exam is Exam.passed
    hire.drill_passed = state.drill_passed
    hire.trial_passed = state.trial_passed
    session.add(hire)
    session.flush()
    return state


def history(session: Session, hire: Hire) -> list[HireEvent]:
    """Everything recorded about a hire, oldest first."""
    statement = select(HireEvent).where(HireEvent.hire_id == hire.id).order_by(col(HireEvent.id))
    return list(session.exec(statement).all())


def start_training(session: Session, hire: Hire, day: date, recording: Recording) -> None:
    """The induction began. Refuses: ended, already_on_post, already_started, in_future."""
    check_before_on_post(session, hire, day, recording)
    if hire.trained:
        raise RosterRefusal(RosterReason.already_started)
    record_event(session, hire, EventKind.training_started, day, recording)


def pass_exam(session: Session, hire: Hire, day: date, recording: Recording, *, score: str = "") -> None:
    """Refuses: ended, in_future. Also possible after going on post by override."""
    check_active(session, hire, day, recording)
    record_event(session, hire, EventKind.exam_passed, day, recording, note=score)


def fail_exam(session: Session, hire: Hire, day: date, recording: Recording, *, score: str = "") -> None:
    """Failed, or absent without cause. Refuses: ended, in_future."""
    check_active(session, hire, day, recording)
    record_event(session, hire, EventKind.exam_failed, day, recording, note=score)


def miss_exam(session: Session, hire: Hire, day: date, recording: Recording, *, cause: str) -> Exam:
    """Absent with a cause: a make-up follows; absent from the make-up: failed, with 0. Returns which.

    Refuses: ended, in_future, already_passed, reason_needed.
    """
    check_active(session, hire, day, recording)
    if hire.exam_passed:
        raise RosterRefusal(RosterReason.already_passed)
    return record_event(session, hire, EventKind.exam_absent, day, recording, note=checked_reason(cause)).exam


def record_drill(session: Session, hire: Hire, day: date, recording: Recording, *, passed: bool) -> None:
    """Refuses: ended, in_future."""
    check_active(session, hire, day, recording)
    record_event(session, hire, EventKind.drill_passed if passed else EventKind.drill_failed, day, recording)


def start_trial(session: Session, hire: Hire, day: date, recording: Recording) -> None:
    """The trial post began. Refuses: ended, already_on_post, in_future."""
    check_before_on_post(session, hire, day, recording)
    _record_trial(session, hire, EventKind.trial_started, day, recording)


def pass_trial(session: Session, hire: Hire, day: date, recording: Recording) -> None:
    """Also takes back a trial failed by mistake. Refuses: ended, already_on_post, in_future."""
    check_not_future(day, recording)
    lock_hire(session, hire)
    if hire.stage is not Stage.failed:
        check_before_on_post(session, hire, day, recording)
    _record_trial(session, hire, EventKind.trial_passed, day, recording)


def fail_trial(session: Session, hire: Hire, day: date, recording: Recording, *, reason: str = "") -> None:
    """Ends the episode. Refuses: ended, already_on_post, in_future."""
    check_before_on_post(session, hire, day, recording)
    _record_trial(session, hire, EventKind.trial_failed, day, recording, reason)


def put_on_post(
    session: Session, hire: Hire, day: date, recording: Recording, *, gate: bool = True, override: str = ""
) -> None:
    """Day 1 of the window. With the gate, exam and drill must be passed unless an override's reason is given.

    Ask first when `storage.roster_lists.should_ask_next_cohort` says so. Refuses: ended, already_on_post,
    in_future, exam_and_drill_needed.
    """
    check_before_on_post(session, hire, day, recording)
    passed = {EventKind.exam_passed: hire.exam_passed, EventKind.drill_passed: hire.drill_passed}
    missing = [kind for kind, done in passed.items() if not done]
    if gate and missing and not override.strip():
        raise RosterRefusal(RosterReason.exam_and_drill_needed, missing=missing)
    # The note marks an override, so a reason nobody needed is not kept.
    note = override.strip() if gate and missing else ""
    record_event(session, hire, EventKind.on_post, day, recording, note=note)


def correct_on_post(session: Session, hire: Hire, day: date, recording: Recording, *, reason: str = "") -> None:
    """Another on-post date: the window moves and every figure follows.

    Refuses: not_on_post, in_future, on_post_after_last_day, rejoined_outside_window.
    """
    check_not_future(day, recording)
    lock_hire(session, hire)
    if hire.on_post is None:
        raise RosterRefusal(RosterReason.not_on_post)
    if hire.last_day is not None and day > hire.last_day:
        raise RosterRefusal(RosterReason.on_post_after_last_day, day=hire.last_day)
    closes_on = close_of(day, recording.window_days)
    for absence in replay(history(session, hire), recording.window_days).absences:
        if absence.days and absence.last_day >= day and absence.back > closes_on:
            raise RosterRefusal(RosterReason.rejoined_outside_window, day=absence.back)
    record_event(session, hire, EventKind.on_post_corrected, day, recording, note=reason)


def eliminate(session: Session, hire: Hire, day: date, recording: Recording, *, reason: str = "") -> None:
    """淘汰 in training. Refuses: ended, already_on_post, in_future."""
    check_before_on_post(session, hire, day, recording)
    record_event(session, hire, EventKind.eliminated, day, recording, note=reason)


def leave(session: Session, hire: Hire, last_day: date, recording: Recording, *, reason: str) -> None:
    """The hire resigned or was let go; a last day ahead is possible, and a second call corrects the first.

    Show `storage.cohort_figures.effect_of_leaving` before it. Refuses: ended (failed or eliminated),
    before_on_post, orders_after_last_day, reason_needed.
    """
    lock_hire(session, hire)
    if hire.stage in (Stage.failed, Stage.eliminated):
        raise RosterRefusal(RosterReason.ended, stage=hire.stage, day=hire.last_day)
    if hire.on_post is not None and last_day < hire.on_post:
        raise RosterRefusal(RosterReason.before_on_post, day=hire.on_post)
    valid = col(Order.quantity) > col(Order.refunded)
    newest = session.exec(select(func.max(Order.day)).where(Order.hire_id == hire.id, valid)).one()
    if newest is not None and newest > last_day:
        raise RosterRefusal(RosterReason.orders_after_last_day, day=newest)
    record_event(session, hire, EventKind.left, last_day, recording, note=checked_reason(reason))


def rejoin(session: Session, hire: Hire, day: date, recording: Recording, *, new_cohort: Cohort | None = None) -> Hire:
    """Somebody is back, `day` being the first day at work again; the hire to go on with is returned.

    Before going on post, or inside the window: the same episode, and the window is not extended. After the
    window: a new episode in `new_cohort`, and the old one stays as it ended. Also undoes a wrong elimination.
    Refuses: not_ended, before_last_day, in_future, cohort_needed, same_cohort, other_company.
    """
    check_not_future(day, recording)
    lock_hire(session, hire)
    if hire.last_day is None:
        raise RosterRefusal(RosterReason.not_ended)
    if day <= hire.last_day:
        raise RosterRefusal(RosterReason.before_last_day, day=hire.last_day)
    if hire.closes_on is None or day <= hire.closes_on:
        record_event(session, hire, EventKind.rejoined, day, recording)
        return hire
    if new_cohort is None:
        raise RosterRefusal(RosterReason.cohort_needed, day=hire.closes_on)
    check_other_cohort(hire, new_cohort)
    (episode,) = add_hires(session, new_cohort, [hire.name], day, recording, in_training=False)
    record_event(session, episode, EventKind.rejoined, day, recording)
    return episode


def take_back_leaving(session: Session, hire: Hire, recording: Recording, *, note: str = "") -> None:
    """It was recorded by mistake: the same episode goes on without a day away, whatever the date.

    Refuses: not_ended, note_too_long.
    """
    lock_hire(session, hire)
    if hire.last_day is None:
        raise RosterRefusal(RosterReason.not_ended)
    record_event(session, hire, EventKind.rejoined, hire.last_day + timedelta(days=1), recording, note=note)


def move_to_cohort(session: Session, hire: Hire, cohort: Cohort, day: date, recording: Recording) -> None:
    """To another cohort of the company, before going on post. Refuses: already_on_post, ended, same_cohort,
    other_company, in_future."""
    check_before_on_post(session, hire, day, recording)
    check_other_cohort(hire, cohort)
    record_event(session, hire, EventKind.moved, day, recording, cohort=cohort)


def rename(session: Session, hire: Hire, name: str, recording: Recording) -> None:
    """Correct a name; the former one stays in the history. Refuses: name_needed, name_too_long."""
    name = checked_name(name, NAME_LENGTH)
    record_event(session, hire, EventKind.renamed, recording.today, recording, note=hire.name)
    hire.name = name
    session.flush()


def _record_trial(
    session: Session, hire: Hire, kind: EventKind, day: date, recording: Recording, note: str = ""
) -> None:
    checked_note(note)
    company = session.get_one(Company, hire.company_id)
    if company.trial_when == "after_training" and not hire.trained:
        # Else a rate of those who started training would leave the hire out (handbook §5.2).
        record_event(session, hire, EventKind.training_started, day, recording)
    record_event(session, hire, kind, day, recording, note=note)


def _cohort_id(cohort: Cohort) -> CohortId:
    assert cohort.id is not None
    return cohort.id
