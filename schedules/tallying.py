"""Keeping tallies of periods past their deadline and of closed cohorts: their figures are read, not counted again."""

from datetime import datetime, timedelta

from sqlmodel import Session

from schedules.calendars import deadline_rules, load_calendars
from schedules.deadlines import DeadlineRules, due_of
from schedules.obligations import is_company_kind
from schedules.periods import Period, first_days, local_day
from schedules.working_days import ONE_DAY, WorkCalendar
from storage.cohort_tallies import keep_cohort_tallies
from storage.kinds import ReportKind
from storage.tallies import earliest_obligations, keep_tallies, tallies_kept, untallied

LOOK_BACK = timedelta(days=800)
"""Two years and the months around them. What is older keeps its tally, and is counted when asked for if it has none."""
STRETCH = timedelta(days=14)
STRETCHES = LOOK_BACK // STRETCH + 1
AT_ONCE = 20
"""Periods, and cohorts, counted in one tick, so that it stays short: a year of them takes some minutes of ticks."""


def tally_what_is_past(session: Session, now: datetime) -> None:
    """Count some of the periods past their deadline that have no tally, the newest first.

    Earlier ones still change now and then, and then lose their tally; those still open would lose it all day long.
    """
    rules, calendar = deadline_rules(session), load_calendars(session).general.calendar
    oldest = local_day(now, rules.zone) - LOOK_BACK
    began, kept = earliest_obligations(session), tallies_kept(session, oldest)
    left = AT_ONCE
    for kind, earliest in began.items():
        newest = _newest_past(kind, now, calendar, rules)
        days = first_days(kind, max(oldest, earliest), newest.first)
        if kept.get(kind, 0) >= len(days) or not left:
            continue
        chosen = untallied(session, kind, reversed(days))[:left]
        if chosen and not keep_tallies(session, kind, chosen, is_company_kind(kind)):
            return
        left -= len(chosen)


def tally_closed_cohorts(session: Session, now: datetime) -> None:
    """Keep the figures of closed cohorts that have none, each minute those of another stretch of days: in an hour of
    ticks all of `LOOK_BACK` have been looked at, without looking at all of them at every tick.
    """
    today = local_day(now, deadline_rules(session).zone)
    turn = int(now.timestamp() // 60) % STRETCHES
    last = today - ONE_DAY - turn * STRETCH
    keep_cohort_tallies(session, last - STRETCH + ONE_DAY, last, today, AT_ONCE)


def _newest_past(kind: ReportKind, now: datetime, calendar: WorkCalendar, rules: DeadlineRules) -> Period:
    """The newest period whose deadline is past, by the working days of most."""
    period = Period.of(kind, local_day(now, rules.zone)).next()
    while due_of(period, calendar, rules).late_from > now:
        period = period.previous()
    return period
