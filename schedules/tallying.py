"""Keeping tallies of the periods whose deadline is past, so that figures of months and years are read, not counted."""

from datetime import datetime, timedelta

from sqlmodel import Session

from schedules.calendars import deadline_rules, load_calendars
from schedules.deadlines import DeadlineRules, due_of
from schedules.obligations import is_company_kind
from schedules.periods import Period, first_days, local_day
from schedules.working_days import WorkCalendar
from storage.kinds import ReportKind
from storage.tallies import earliest_obligations, keep_tallies, tallies_kept, untallied

LOOK_BACK = timedelta(days=800)
"""Two years and the months around them. What is older keeps its tally, and is counted when asked for if it has none."""
AT_ONCE = 20
"""Periods counted in one tick, so that it stays short: a new year of them takes a few minutes of ticks."""


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


def _newest_past(kind: ReportKind, now: datetime, calendar: WorkCalendar, rules: DeadlineRules) -> Period:
    """The newest period whose deadline is past, by the working days of most."""
    period = Period.of(kind, local_day(now, rules.zone)).next()
    while due_of(period, calendar, rules).late_from > now:
        period = period.previous()
    return period
