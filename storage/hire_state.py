"""What the events of one hire add up to: pure arithmetic, without a database (handbook §5.1, §6)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from storage.roster import CohortId, EventKind, HireEvent, Stage

WINDOW_DAYS = 30
"""Calendar days from going on post to month complete, both ends included; a setting, this is its default."""


def day_no(on_post: date, day: date) -> int:
    """The number of a local date in the window: the on-post day is day 1, the day before it is 0."""
    return (day - on_post).days + 1


def close_of(on_post: date, window_days: int = WINDOW_DAYS) -> date:
    """Last date of the window; it closes at 24:00 of that date."""
    return on_post + timedelta(days=window_days - 1)


class Exam(StrEnum):
    """How the exam stands. An absence with cause leads to a make-up; absent from that is failed, with 0."""

    open = "open"
    make_up = "make_up"
    passed = "passed"
    failed = "failed"


@dataclass(frozen=True)
class Absence:
    """Days between leaving and coming back inside one episode: after `last_day`, before `back`."""

    last_day: date
    back: date

    @property
    def days(self) -> int:
        """How many days the hire was away; 0 when leaving was recorded by mistake and taken back."""
        return (self.back - self.last_day).days - 1

    def covers(self, day: date) -> bool:
        """Whether the hire was away on the day."""
        return self.last_day < day < self.back


@dataclass(frozen=True)
class HireState:
    """Where a hire stands after some events; `storage.roster_events.record_event` repeats it in the row."""

    cohort_id: CohortId | None = None
    trained: bool = False
    exam: Exam = Exam.open
    drill_passed: bool = False
    trial_running: bool = False
    trial_passed: bool | None = None
    on_post: date | None = None
    closes_on: date | None = None
    ended: Stage | None = None
    """failed, eliminated or left."""
    last_day: date | None = None
    left_reason: str = ""
    absences: tuple[Absence, ...] = ()
    earning: bool | None = None
    """What the manager said six months after going on post; None: nothing yet."""

    @property
    def stage(self) -> Stage:
        """Where the hire stands. After a passed trial, until on post, a hire counts as in training again."""
        if self.ended is not None:
            return self.ended
        if self.on_post is not None:
            return Stage.on_post
        if self.trial_running:
            return Stage.on_trial
        return Stage.in_training if self.trained else Stage.hired


def replay(events: Iterable[HireEvent], window_days: int = WINDOW_DAYS) -> HireState:
    """The state after the events, in the order in which they were recorded (not that of their days)."""
    state = HireState()
    for event in events:
        state = _after(state, event, window_days)
    return state


def _after(state: HireState, event: HireEvent, window_days: int) -> HireState:
    """One step. Whoever took the exam, was eliminated or went on post has been in training: else a rate of
    those who started could pass 100% because nobody recorded the start."""
    match event.kind:
        case EventKind.hired | EventKind.moved:
            return replace(state, cohort_id=event.cohort_id)
        case EventKind.training_started:
            return replace(state, trained=True)
        case EventKind.exam_passed:
            return replace(state, trained=True, exam=Exam.passed)
        case EventKind.exam_failed:
            return replace(state, trained=True, exam=Exam.failed)
        case EventKind.exam_absent:
            return replace(state, trained=True, exam=Exam.make_up if state.exam is Exam.open else Exam.failed)
        case EventKind.drill_passed | EventKind.drill_failed:
            return replace(state, trained=True, drill_passed=event.kind is EventKind.drill_passed)
        case EventKind.trial_started:
            return replace(state, trial_running=True, trial_passed=None)
        case EventKind.trial_passed:
            passed = replace(state, trial_running=False, trial_passed=True)
            return _back(passed) if state.ended is Stage.failed else passed
        case EventKind.trial_failed:
            return _ended(replace(state, trial_running=False, trial_passed=False), Stage.failed, event)
        case EventKind.on_post | EventKind.on_post_corrected:
            closes_on = close_of(event.day, window_days)
            return replace(state, trained=True, trial_running=False, on_post=event.day, closes_on=closes_on)
        case EventKind.eliminated:
            return _ended(replace(state, trained=True, trial_running=False), Stage.eliminated, event)
        case EventKind.left:
            return _ended(state, Stage.left, event)
        case EventKind.rejoined:
            if state.last_day is None:
                return state
            away = Absence(state.last_day, event.day)
            return replace(_back(state), absences=(*state.absences, away))
        case EventKind.earning | EventKind.not_earning:
            return replace(state, earning=event.kind is EventKind.earning)
        case EventKind.renamed:
            return state


def _ended(state: HireState, how: Stage, event: HireEvent) -> HireState:
    return replace(state, ended=how, last_day=event.day, left_reason=event.note)


def _back(state: HireState) -> HireState:
    return replace(state, ended=None, last_day=None, left_reason="")
