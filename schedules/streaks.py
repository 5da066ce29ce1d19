"""Streaks: how many working days in a row somebody's daily came in on time. Private: shown to the person alone.

Leave, exemptions, rest days and days whose calendar is not known for sure neither count nor break it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session

from schedules.calendars import deadline_rules
from schedules.deadlines import DeadlineRules
from schedules.periods import local_day
from schedules.standing import Standing, states_between
from schedules.working_days import Certainty
from storage.kinds import ReportKind, ReportState
from storage.people import Person

SHOWN_FROM = 5
"""A shorter streak is not worth a word."""
LOOK_BACK = timedelta(days=400)


def streak(session: Session, person: Person, now: datetime) -> int:
    """On-time dailies in a row up to `now`; looks back a year and a month."""
    if person.id is None:
        return 0
    rules: DeadlineRules = deadline_rules(session)
    today = local_day(now, rules.zone)
    return length_of(
        states_between(session, ReportKind.daily, today - LOOK_BACK, today, now, [person.id], rules),
    )


def length_of(dailies: Iterable[Standing]) -> int:
    """The streak at the end of one person's dailies, which may come in any order."""
    length = 0
    for daily in sorted(dailies, key=lambda standing: standing.first_day, reverse=True):
        if daily.certainty is not Certainty.official or daily.state in (ReportState.exempt, ReportState.extra):
            continue
        if daily.state is ReportState.on_time:
            length += 1
        elif daily.overdue or daily.state is ReportState.late:
            break
    return length
