"""When the bot reminds of what is due: the rungs of each deadline, as instants (handbook §3).

Which reminders there are is declared in `schedules.deadlines`; here they get their instants, and after an
outage only the newest that is still of use is left. All instants are aware and in UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from schedules.deadlines import DEADLINES, DeadlineRules, Due, dues_open_at, next_to_open
from schedules.periods import instant, start_of
from schedules.working_days import ONE_DAY, WorkCalendar


@dataclass(frozen=True)
class Stage:
    """One reminder, of use from `at` until just before `until`: the next stage, or the end of the deadline.

    Stages of different dues with the same `at` can share a message.
    """

    name: str
    at: datetime
    until: datetime
    with_draft: bool = False


def stages_of(due: Due, calendar: WorkCalendar, rules: DeadlineRules) -> tuple[Stage, ...]:
    """The reminders for one due in the order of time; none when nothing is owed.

    All lie before `late_from`. One on a working day before a holiday may lie before `opens_at`: it announces
    what falls due in the holiday, and is of no use once the period is open.
    """
    if not due.required:
        return ()
    rungs: dict[datetime, Stage] = {}
    for rule in DEADLINES[due.period.kind].reminders:
        day = rule.day(due.period, calendar)
        if day is None:
            continue
        at = instant(day, rule.at, rules.zone)
        end = start_of(day + ONE_DAY, rules.zone) if rule.same_day_only else due.late_from
        if at < due.opens_at:
            end = due.opens_at
        if at < due.late_from:
            # Two rules on one instant are one reminder: the one declared first.
            rungs.setdefault(at, Stage(rule.name, at, end, rule.with_draft))
    ordered = [rungs[at] for at in sorted(rungs)]
    following = [*(stage.at for stage in ordered[1:]), due.late_from]
    return tuple(replace(stage, until=min(stage.until, after)) for stage, after in zip(ordered, following, strict=True))


def newest_stage(stages: Sequence[Stage], now: datetime) -> Stage | None:
    """The one stage of use now: after an outage older ones are skipped, after the deadline there is none.

    Asking again gives the same stage: whoever sends it must know it by its name.
    """
    current = [stage for stage in stages if stage.at <= now < stage.until]
    return current[-1] if current else None


def missed_stages(stages: Sequence[Stage], last_tick: datetime, now: datetime) -> tuple[Stage, ...]:
    """The stages that began since the last tick (last_tick < at <= now) and are of no use any more."""
    return tuple(stage for stage in stages if last_tick < stage.at and stage.until <= now)


def dues_to_remind_at(now: datetime, calendar: WorkCalendar, rules: DeadlineRules) -> list[Due]:
    """Every required due with a stage of use now: the open ones, and those announced before they open."""
    unopened = [next_to_open(kind, now, calendar, rules) for kind in DEADLINES]
    return [
        due
        for due in [*dues_open_at(now, calendar, rules), *unopened]
        if newest_stage(stages_of(due, calendar, rules), now) is not None
    ]
