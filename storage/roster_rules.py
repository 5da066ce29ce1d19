"""What the roster allows: why something is refused, and the checks the commands share (handbook §6).

Every check locks the hire's row first, so that two processes recording for one hire see each other's events.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Session

from storage.hire_state import WINDOW_DAYS
from storage.people import PersonId
from storage.roster import Cohort, EventKind, Hire, Stage

NAME_LENGTH = 40
COHORT_NAME_LENGTH = 60
NOTE_LENGTH = 200
NEXT_COHORT_AFTER_DAYS = 15
"""A hire going on post later than this after the cohort's first: is it the next cohort? (handbook §5.2)"""
SMALL_CLASS = 10
"""A class with fewer people is worth a warning."""

ENDED = frozenset({Stage.failed, Stage.eliminated, Stage.left})


class RosterReason(StrEnum):
    """Why something was not recorded. The value is stable: texts are looked up by it."""

    name_needed = "name_needed"
    name_too_long = "name_too_long"
    note_too_long = "note_too_long"
    reason_needed = "reason_needed"
    same_cohort_name = "same_cohort_name"
    in_future = "in_future"
    """`day` is after today."""
    ended = "ended"
    """The hire failed, was eliminated or left (`stage`, `day`: last day)."""
    not_ended = "not_ended"
    """Rejoining somebody who is there."""
    already_started = "already_started"
    already_passed = "already_passed"
    already_on_post = "already_on_post"
    """`day` is the on-post date."""
    not_on_post = "not_on_post"
    exam_and_drill_needed = "exam_and_drill_needed"
    """`missing` says which."""
    before_on_post = "before_on_post"
    """A last day before the on-post date (`day`)."""
    orders_after_last_day = "orders_after_last_day"
    """There are orders after the last day; `day` is the newest one's."""
    on_post_after_last_day = "on_post_after_last_day"
    rejoined_outside_window = "rejoined_outside_window"
    """With the corrected date the hire would have come back (`day`) after the window."""
    before_last_day = "before_last_day"
    """Coming back on or before the last day (`day`)."""
    cohort_needed = "cohort_needed"
    """Back after the window (`day`: its close): a new episode in a new cohort."""
    same_cohort = "same_cohort"
    other_company = "other_company"


class RosterRefusal(Exception):
    """A rule of the roster does not allow it. Carries what a text needs, never a text."""

    def __init__(
        self,
        reason: RosterReason,
        *,
        day: date | None = None,
        stage: Stage | None = None,
        missing: Sequence[EventKind] = (),
    ) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.day = day
        self.stage = stage
        self.missing = tuple(missing)


@dataclass(frozen=True)
class Recording:
    """Who records something, when, and which local date that is."""

    by: PersonId | None
    now: datetime
    today: date
    window_days: int = WINDOW_DAYS


def check_before_on_post(session: Session, hire: Hire, day: date, recording: Recording) -> None:
    """Refuses: in_future, ended, already_on_post."""
    check_active(session, hire, day, recording)
    if hire.on_post is not None:
        raise RosterRefusal(RosterReason.already_on_post, day=hire.on_post)


def check_active(session: Session, hire: Hire, day: date, recording: Recording) -> None:
    """Refuses: in_future, ended."""
    check_not_future(day, recording)
    lock_hire(session, hire)
    if hire.stage in ENDED:
        raise RosterRefusal(RosterReason.ended, stage=hire.stage, day=hire.last_day)


def check_other_cohort(hire: Hire, cohort: Cohort) -> None:
    """Refuses: other_company, same_cohort."""
    if cohort.company_id != hire.company_id:
        raise RosterRefusal(RosterReason.other_company)
    if cohort.id == hire.cohort_id:
        raise RosterRefusal(RosterReason.same_cohort)


def check_not_future(day: date, recording: Recording) -> None:
    """Refuses: in_future."""
    if day > recording.today:
        raise RosterRefusal(RosterReason.in_future, day=day)


def lock_hire(session: Session, hire: Hire) -> None:
    """Read the row anew and hold it until the end of the transaction."""
    session.refresh(hire, with_for_update=True)


def checked_name(name: str, length: int) -> str:
    """The name with single spaces. Refuses: name_needed, name_too_long."""
    name = " ".join(name.split())
    if not name:
        raise RosterRefusal(RosterReason.name_needed)
    if len(name) > length:
        raise RosterRefusal(RosterReason.name_too_long)
    return name


def checked_note(note: str) -> str:
    """Refuses: note_too_long."""
    if len(note) > NOTE_LENGTH:
        raise RosterRefusal(RosterReason.note_too_long)
    return note


def checked_reason(text: str) -> str:
    """Refuses: reason_needed, note_too_long."""
    if not text.strip():
        raise RosterRefusal(RosterReason.reason_needed)
    return checked_note(text.strip())
