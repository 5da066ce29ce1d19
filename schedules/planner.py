"""What the clock makes the bot do: at each tick, everything that is due now is put into the outbox, each thing once.

A tick works from the records alone and is one transaction; where very many reminders are due it leaves the rest to
others (`plan_more`), so that answers are written in between. Ticking twice, after a restart, or in several processes
changes nothing: every message has a key that exists once. After an outage only what is still of use goes out; what was
missed is counted and the admins are told (design: planner).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from zoneinfo import ZoneInfo

import structlog
from sqlmodel import Session, col, func, select

from schedules import forum, open_items, order_rate
from schedules.calendars import Calendars, deadline_rules, load_calendars
from schedules.clearing import clear_old
from schedules.deadlines import DeadlineRules
from schedules.notices import plan_missed_notice, plan_notices
from schedules.obligations import LONGEST_CATCH_UP, open_obligations, recompute_future
from schedules.periods import ZONE
from schedules.posts import plan_posts
from schedules.reminders import count_missed, plan_reminders
from schedules.tallying import tally_closed_cohorts, tally_what_is_past
from schedules.thanks import plan_thanks
from storage.calendar_days import CalendarDay, CalendarYear
from storage.groups import Heartbeat, beat
from storage.once import kept
from storage.planned import plans_alone

log = structlog.get_logger()

PART = "planner"
OUTAGE = timedelta(minutes=10)
"""No reminder is of use for a shorter time than this, so a shorter gap can't have swallowed one."""

Hook = Callable[[Session, datetime], None]
CLOCKWORK: tuple[Hook, ...] = (
    order_rate.lock_overdue,
    open_items.plan_open_items,
    open_items.plan_unanswered,
    forum.plan_forum_reminders,
    plan_thanks,
    clear_old,
    # The last: from here on whoever changes a report waits for the end of the tick.
    tally_what_is_past,
    tally_closed_cohorts,
)
"""What else the clock does. Each is called at every tick (UTC), must cost next to nothing when nothing is due, and
must do its work once however often it is called."""


@dataclass
class TickResult:
    """What one tick did."""

    opened: int = 0
    """Obligations written."""
    reminders: int = 0
    posts: int = 0
    """Group posts and edits."""
    notices: int = 0
    missed: int = 0
    """Reminders an outage swallowed."""
    failed: tuple[str, ...] = ()
    """Steps that failed and were rolled back alone; the others were done."""
    skipped: bool = False
    """Another process was planning."""
    through: int | None = None
    """Very many reminders are due: those of the people up to this number were looked at, `plan_more` goes on."""

    @property
    def planned(self) -> int:
        """Messages put into the outbox."""
        return self.reminders + self.posts + self.notices


Step = Callable[[TickResult], None]


def tick(session: Session, now: datetime, zone: ZoneInfo = ZONE) -> TickResult:
    """Plan what is due at `now` (aware, UTC). Idempotent. Of very many reminders some: see `plan_more`.

    A step that fails is logged and rolled back by itself, so that one fault does not silence everything; a failure to
    write down who owes what is raised: the next tick starts from the same place.
    """
    if not plans_alone(session):
        return TickResult(skipped=True)
    # All at once: several steps look for their own.
    heartbeats = {heartbeat.part: heartbeat for heartbeat in session.exec(select(Heartbeat)).all()}
    last_tick, note = (heartbeats[PART].at, heartbeats[PART].note) if PART in heartbeats else (None, "")
    rules, calendars = deadline_rules(session, zone), load_calendars(session)
    if last_tick is not None and _calendar_changed(session, last_tick):
        recompute_future(session, now, rules)
    opened = open_obligations(session, now, rules, calendars=calendars)

    def reminders(result: TickResult) -> None:
        result.reminders, result.through = plan_reminders(session, now, rules, calendars)

    def posts(result: TickResult) -> None:
        result.posts = plan_posts(session, now, rules, calendars)

    def notices(result: TickResult) -> None:
        result.notices = plan_notices(session, now, rules, calendars)

    def outage(result: TickResult) -> None:
        if last_tick is None or now - last_tick < OUTAGE:
            return
        result.missed = _missed(session, last_tick, now, rules, calendars)
        if result.missed:
            result.notices += plan_missed_notice(session, result.missed, last_tick, now)

    steps = [reminders, posts, notices, outage, *(_step(hook, session, now) for hook in CLOCKWORK)]
    result = _do_all(session, steps, TickResult(opened=opened))
    if result is None:
        result = TickResult(opened=opened)
        result.failed = tuple(step.__name__ for step in steps if not _do(session, step, result))
    new_note = note
    if result.missed and last_tick is not None:
        new_note = f"{result.missed} reminders missed {last_tick:%Y-%m-%d %H:%MZ}–{now:%Y-%m-%d %H:%MZ}"
    if last_tick is None or last_tick < now or note != new_note:
        beat(session, PART, now, new_note)
    return result


def plan_more(session: Session, now: datetime, zone: ZoneInfo, through: int) -> TickResult:
    """Go on with the reminders of a tick that said through whom it had come (`TickResult.through`). Idempotent.

    What is left when nobody goes on comes with the next tick.
    """
    if not plans_alone(session):
        return TickResult(skipped=True)
    result = TickResult()
    rules, calendars = deadline_rules(session, zone), load_calendars(session)
    result.reminders, result.through = plan_reminders(session, now, rules, calendars, through)
    return result


def _step(hook: Hook, session: Session, now: datetime) -> Step:
    @wraps(hook)
    def step(_: TickResult) -> None:
        hook(session, now)

    return step


def _do_all(session: Session, steps: Sequence[Step], result: TickResult) -> TickResult | None:
    """Do every step, as a rule all that is needed; None when one failed and all were rolled back."""
    savepoint = session.begin_nested()
    try:
        for step in steps:
            step(result)
        savepoint.commit()
    except Exception:
        savepoint.rollback()
        return None
    return result


def _do(session: Session, step: Step, result: TickResult) -> bool:
    savepoint = session.begin_nested()
    try:
        step(result)
        savepoint.commit()
    except Exception:
        savepoint.rollback()
        log.exception("a step of the planner failed", action="tick.step_failed", step=step.__name__)
        return False
    return True


def _missed(session: Session, last_tick: datetime, now: datetime, rules: DeadlineRules, calendars: Calendars) -> int:
    return count_missed(session, max(last_tick, now - LONGEST_CATCH_UP), now, rules, calendars)


def _calendar_changed(session: Session, since: datetime) -> bool:
    """Whether an admin set days or loaded a year since the last tick (the same instant included)."""

    def newest() -> tuple[datetime | None, datetime | None]:
        day = session.exec(select(func.max(CalendarDay.recorded_at))).one()
        return day, session.exec(select(func.max(col(CalendarYear.loaded_at)))).one()

    changes = kept(session, "newest of the calendar", (CalendarDay, CalendarYear), newest)
    return any(at is not None and at >= since for at in changes)
