"""Everything that is due: who owes it, from when, until when, and when the bot reminds (handbook §3).

`DEADLINES` is the list; reading it is reading what the clock asks of people. Instants are aware and in UTC,
days are local to `DeadlineRules.zone`. Intervals are half-open: exactly at the deadline is late.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from schedules.periods import ZONE, Period, instant, local_day, start_of
from schedules.working_days import ONE_DAY, Certainty, WorkCalendar
from storage.kinds import ReportKind, ReportState


class SubjectDate(StrEnum):
    """Which date the subject of a report carries: the period's last day, or the day it is sent."""

    period_end = "period_end"
    sent = "sent"


@dataclass(frozen=True)
class DeadlineRules:
    """The settings the handbook leaves open."""

    before_is_strict: bool = False
    """Whether "before the 25th / 5th" ends when that day begins (strict) or when it ends."""
    daily_due: time = time(8)
    """Local time, on the day after."""
    backfill_days: int = 7
    """How many days after the due day a report can still be handed in; then it is missing."""
    subject_date: SubjectDate = SubjectDate.period_end
    zone: ZoneInfo = ZONE


class WaivedReason(StrEnum):
    """Why nothing is owed: no day of the period is worked, the person is on leave, an admin said so."""

    no_workday = "no_workday"
    leave = "leave"
    exempted = "exempted"


@dataclass(frozen=True, kw_only=True)
class Due:
    """One period of one kind, with what the calendar says about it. Who is on leave it does not know."""

    period: Period
    opens_at: datetime
    due_at: datetime
    """The target, on the strict reading: what reminders speak of."""
    late_from: datetime
    """Late ⇔ sent_at >= late_from."""
    missing_from: datetime
    """From here on a report that never came is missing; until then it is pending."""
    certainty: Certainty
    """On anything but official, nobody is late or missing."""
    required: bool
    waived_reason: WaivedReason | None = None

    @property
    def counts(self) -> bool:
        """Whether it belongs in the denominator of a rate (handbook §5.4)."""
        return self.required and self.certainty is Certainty.official

    def waived(self, reason: WaivedReason) -> "Due":
        """The same for somebody who need not hand it in."""
        return replace(self, required=False, waived_reason=reason)


class Owner(StrEnum):
    """Who owes a report: each manager, or the company once, through any of its managers."""

    person = "person"
    company = "company"


class Ends(StrEnum):
    """How the day of a deadline becomes an instant.

    `next_morning`: at `daily_due` of the day after, rest day or not. `midnight`: 24:00 of the day.
    `before_the_day`: the target is 00:00 of the day; late when the day is over, unless `before_is_strict`.
    """

    next_morning = "next_morning"
    midnight = "midnight"
    before_the_day = "before_the_day"


DayRule = Callable[[Period, WorkCalendar], date]
"""Picks a local day for a period."""


@dataclass(frozen=True)
class StageRule:
    """One reminder of a kind: on which day (None: not for this period), at which local time."""

    name: str
    """Stable: part of the key under which a reminder exists once."""
    day: Callable[[Period, WorkCalendar], date | None]
    at: time
    with_draft: bool = False
    same_day_only: bool = False
    """Not caught up on after midnight, because the next day is a rest day."""


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """One kind of report: a line of the handbook's table."""

    kind: ReportKind
    subject_word: str
    """What the subject of the report begins with; Chinese in every language."""
    owner: Owner
    opens: DayRule
    due_day: DayRule
    ends: Ends
    decided_by: tuple[DayRule, DayRule]
    """First and last of the days whose certainty decides whether anybody can be late."""
    waived_without_workday: bool = False
    """Not owed for a period in which no day is worked."""
    reminders: tuple[StageRule, ...]


def first_day(period: Period, calendar: WorkCalendar) -> date:
    """The period's first day."""
    return period.first


def last_day(period: Period, calendar: WorkCalendar) -> date:
    """The period's last day."""
    return period.last


def last_workday(period: Period, calendar: WorkCalendar) -> date:
    """The last working day of the month the period is."""
    return calendar.last_workday(period.first.year, period.first.month)


def month_before(day: int) -> DayRule:
    """That day of the month before the period."""
    return lambda period, calendar: period.previous().first.replace(day=day)


def month_after(day: int) -> DayRule:
    """That day of the month after the period."""
    return lambda period, calendar: period.next().first.replace(day=day)


def workday_before(rule: DayRule) -> DayRule:
    """The last working day before the day another rule picks."""
    return lambda period, calendar: calendar.previous_workday(rule(period, calendar))


def next_day_if_worked(period: Period, calendar: WorkCalendar) -> date | None:
    """The day after, when it is a working day."""
    return period.last + ONE_DAY if calendar.is_workday(period.last + ONE_DAY) else None


def same_day_before_rest(period: Period, calendar: WorkCalendar) -> date | None:
    """The day itself, when the next one is a rest day."""
    return None if calendar.is_workday(period.last + ONE_DAY) else period.last


def before_holiday_saturday(period: Period, calendar: WorkCalendar) -> date | None:
    """The week's last working day, when its Saturday lies in a statutory holiday."""
    worked = calendar.workdays(period.first, period.last)
    return worked[-1] if worked and calendar.is_statutory_holiday(period.last) else None


MORNING, AFTERNOON, NIGHT = time(9, 30), time(18), time(22)
"""**Default** where the handbook names a day but no hour: the order rate's 09:30 for the early ones (20th,
23rd, 3rd), the neighbours' 18:00 for the one on a working day before a rest day."""
PLAN_DAY, ORDER_RATE_DAY = month_before(25), month_after(5)

DAILY = Deadline(
    kind=ReportKind.daily,
    subject_word="日报",
    owner=Owner.person,
    opens=first_day,
    due_day=last_day,
    ends=Ends.next_morning,
    decided_by=(first_day, last_day),
    waived_without_workday=True,
    reminders=(
        StageRule("evening", last_day, time(20)),
        StageRule("last-call", next_day_if_worked, time(7)),
        StageRule("last-call", same_day_before_rest, time(21, 30), same_day_only=True),
    ),
)
WEEKLY = Deadline(
    kind=ReportKind.weekly,
    subject_word="周报",
    owner=Owner.person,
    opens=first_day,
    due_day=last_day,
    ends=Ends.midnight,
    decided_by=(first_day, last_day),
    waived_without_workday=True,
    reminders=(
        StageRule("before-holiday", before_holiday_saturday, AFTERNOON),
        StageRule("draft", last_day, AFTERNOON, with_draft=True),
        StageRule("last-call", last_day, NIGHT),
    ),
)
MONTHLY = Deadline(
    kind=ReportKind.monthly,
    subject_word="月报",
    owner=Owner.person,
    opens=first_day,
    due_day=last_workday,
    ends=Ends.midnight,
    decided_by=(last_workday, last_day),
    reminders=(
        StageRule("day-before", workday_before(last_workday), AFTERNOON),
        StageRule("evening", last_workday, AFTERNOON),
        StageRule("last-call", last_workday, NIGHT),
    ),
)
SKILLS_MAIL = replace(MONTHLY, kind=ReportKind.skills_mail, subject_word="销售技能总结")
PLAN = Deadline(
    kind=ReportKind.plan,
    subject_word="下月培训计划",
    owner=Owner.company,
    opens=month_before(20),
    due_day=PLAN_DAY,
    ends=Ends.before_the_day,
    decided_by=(PLAN_DAY, PLAN_DAY),
    reminders=(
        StageRule("opening", month_before(20), MORNING),
        StageRule("midway", month_before(23), MORNING),
        StageRule("eve", month_before(24), AFTERNOON),
        StageRule("last-call", PLAN_DAY, AFTERNOON),
        StageRule("workday-before", workday_before(PLAN_DAY), AFTERNOON),
    ),
)
ORDER_RATE = Deadline(
    kind=ReportKind.order_rate,
    subject_word="出单率报送",
    owner=Owner.company,
    opens=month_after(1),
    due_day=ORDER_RATE_DAY,
    ends=Ends.before_the_day,
    decided_by=(ORDER_RATE_DAY, ORDER_RATE_DAY),
    reminders=(
        StageRule("draft", month_after(1), MORNING, with_draft=True),
        StageRule("midway", month_after(3), MORNING),
        StageRule("eve", month_after(4), AFTERNOON),
        StageRule("last-call", ORDER_RATE_DAY, AFTERNOON),
        StageRule("workday-before", workday_before(ORDER_RATE_DAY), AFTERNOON),
    ),
)
DEADLINES: Mapping[ReportKind, Deadline] = {
    deadline.kind: deadline for deadline in (DAILY, WEEKLY, MONTHLY, SKILLS_MAIL, PLAN, ORDER_RATE)
}


def due_of(period: Period, calendar: WorkCalendar, rules: DeadlineRules) -> Due:
    """When this period's report is due, and whether it is owed at all."""
    deadline = DEADLINES[period.kind]
    day = deadline.due_day(period, calendar)
    match deadline.ends:
        case Ends.next_morning:
            due_at = late_from = instant(day + ONE_DAY, rules.daily_due, rules.zone)
        case Ends.midnight:
            due_at = late_from = start_of(day + ONE_DAY, rules.zone)
        case Ends.before_the_day:
            due_at = start_of(day, rules.zone)
            late_from = due_at if rules.before_is_strict else start_of(day + ONE_DAY, rules.zone)
    first_decisive, last_decisive = (rule(period, calendar) for rule in deadline.decided_by)
    waived = deadline.waived_without_workday and not calendar.workdays(period.first, period.last)
    return Due(
        period=period,
        opens_at=start_of(deadline.opens(period, calendar), rules.zone),
        due_at=due_at,
        late_from=late_from,
        # The due day stays within reach while it is >= today - backfill_days.
        missing_from=start_of(day + (rules.backfill_days + 1) * ONE_DAY, rules.zone),
        certainty=calendar.certainty_of(first_decisive, last_decisive),
        required=not waived,
        waived_reason=WaivedReason.no_workday if waived else None,
    )


def dues_open_at(now: datetime, calendar: WorkCalendar, rules: DeadlineRules) -> list[Due]:
    """Everything that can be handed in on time now: opens_at <= now < late_from; the most urgent first.

    Waived ones are included and say so in `required`.
    """
    return _opened(now, calendar, rules, lambda due: now < due.late_from)


def dues_overdue_at(now: datetime, calendar: WorkCalendar, rules: DeadlineRules) -> list[Due]:
    """Everything late that can still be handed in: late_from <= now < missing_from; the oldest first."""
    unsettled = _opened(now, calendar, rules, lambda due: now < due.missing_from)
    return [due for due in unsettled if due.late_from <= now]


def dues_opening_between(start: datetime, end: datetime, calendar: WorkCalendar, rules: DeadlineRules) -> list[Due]:
    """Everything with start <= opens_at < end, in the order of opening. Waived ones are included."""
    opened = _opened(end, calendar, rules, lambda due: due.opens_at >= start)
    return sorted((due for due in opened if due.opens_at < end), key=lambda due: (due.opens_at, due.period))


def next_to_open(kind: ReportKind, now: datetime, calendar: WorkCalendar, rules: DeadlineRules) -> Due:
    """The first due of this kind that is not open yet."""
    return due_of(_newest_opened(kind, now, calendar, rules).next(), calendar, rules)


def _newest_opened(kind: ReportKind, now: datetime, calendar: WorkCalendar, rules: DeadlineRules) -> Period:
    today, opens = local_day(now, rules.zone), DEADLINES[kind].opens
    period = Period.of(kind, today)
    while opens(period.next(), calendar) <= today:
        period = period.next()
    while opens(period, calendar) > today:
        period = period.previous()
    return period


def _opened(now: datetime, calendar: WorkCalendar, rules: DeadlineRules, wanted: Callable[[Due], bool]) -> list[Due]:
    """What opened by now and is wanted, going back kind by kind: their instants rise with the periods."""
    found: list[Due] = []
    for kind in DEADLINES:
        period = _newest_opened(kind, now, calendar, rules)
        while wanted(due := due_of(period, calendar, rules)):
            found.append(due)
            period = period.previous()
    return sorted(found, key=lambda due: (due.late_from, due.period))


def judge(sent_at: datetime, due: Due) -> ReportState:
    """The state of a report sent at its message's own date. Never `late` where the calendar is unsure."""
    if not due.required:
        return ReportState.extra
    if sent_at < due.late_from:
        return ReportState.on_time
    return ReportState.late if due.certainty is Certainty.official else ReportState.unannounced


def state_without_report(now: datetime, due: Due) -> ReportState:
    """The state of a report that has not come. Never `missing` where the calendar is unsure."""
    if not due.required:
        return ReportState.exempt
    if now < due.missing_from:
        return ReportState.pending
    return ReportState.missing if due.certainty is Certainty.official else ReportState.unannounced


def report_subject(kind_label_zh: str, real_name: str, period: Period, sent_on: date, rules: DeadlineRules) -> str:
    """The subject of a report, such as `周报-杜玉璇-070718`: ASCII hyphens, no spaces.

    `kind_label_zh` is `Deadline.subject_word`, `real_name` comes from the roster.
    """
    day = sent_on if rules.subject_date is SubjectDate.sent else period.last
    return "-".join("".join(part.split()) for part in (kind_label_zh, real_name, f"{day:%y%m%d}"))


@dataclass(frozen=True)
class CheckinDay:
    """The day a daily check-in is preset to, and the two to choose from when it must be asked."""

    day: date
    asks: tuple[date, ...] = ()
    """Empty, or today and the latest earlier missing day."""


def checkin_day(sent_at: datetime, required_missing: Sequence[date], rules: DeadlineRules) -> CheckinDay:
    """Which day a check-in belongs to; `required_missing` are the days the person owes and has not sent.

    Before the hour of the deadline it is the latest missing day within reach, else today. From then on it is
    today, and to be asked when an earlier day within reach is missing.
    """
    today = local_day(sent_at, rules.zone)
    within_reach = [day for day in required_missing if today - rules.backfill_days * ONE_DAY <= day < today]
    if not within_reach:
        return CheckinDay(today)
    earlier = max(within_reach)
    if sent_at < instant(today, rules.daily_due, rules.zone):
        return CheckinDay(earlier)
    return CheckinDay(today, (today, earlier))


def required_days_within_reach(now: datetime, calendar: WorkCalendar, rules: DeadlineRules) -> list[date]:
    """The working days before today whose daily report can still be handed in, oldest first."""
    today = local_day(now, rules.zone)
    return calendar.workdays(today - rules.backfill_days * ONE_DAY, today - ONE_DAY)
