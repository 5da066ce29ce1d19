"""A month of working days with its deadlines: what the picture shows and the table beneath it (handbook §3, §4).

Daily reports fall due after every working day; they stand in one line and not in the cells.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import groupby
from typing import Any

from markupsafe import Markup
from sqlmodel import Session, col, select

from handlers.figures.cohort_card import address, translator_of
from handlers.outgoing import PICTURE_FAILED, Outgoing
from handlers.pictures.calendar_picture import CalendarDay, CalendarPicture, DayKind, calendar_labels, draw_month
from handlers.reminding.owed_lines import KIND_NAMES
from handlers.translations import N_, Translator
from handlers.turn import Surroundings
from schedules.calendars import calendar_of, company_calendar, deadline_rules
from schedules.deadlines import DeadlineRules, due_of
from schedules.periods import Period, local_day, start_of
from schedules.timetable import INSTANT
from schedules.working_days import (
    ONE_DAY,
    SATURDAY,
    Certainty,
    DayStatus,
    Source,
    WorkCalendar,
    days_between,
    holiday_name,
)
from storage.kinds import ReportKind
from storage.outbox import OutboxMessage
from storage.people import Company, Person, Role
from storage.reports import Obligation

MONTH = "month_picture"
"""The kind of the message; its content is month, company and person."""
SHOWN_KINDS = (ReportKind.order_rate, ReportKind.plan, ReportKind.monthly, ReportKind.weekly)
"""Most urgent first; the sales-skills mail comes with the monthly report."""
SHORT_NAMES = {
    ReportKind.order_rate: N_("Rate due"),
    ReportKind.plan: N_("Plan due"),
    ReportKind.monthly: N_("Month due"),
    ReportKind.weekly: N_("Week due"),
}
"""What fits into a cell."""
HOLIDAYS = {
    "New Year's Day": N_("New Year's Day"),
    "Spring Festival": N_("Spring Festival"),
    "Tomb-sweeping Day": N_("Tomb-sweeping Day"),
    "Labour Day": N_("Labour Day"),
    "Dragon Boat Festival": N_("Dragon Boat Festival"),
    "National Day": N_("National Day"),
    "Mid-autumn Festival": N_("Mid-autumn Festival"),
    "Anti-Fascist 70th Day": N_("Victory Day"),
}
LONGEST_NOTE = 40


@dataclass(frozen=True)
class Deadline:
    """One deadline of the month."""

    period: Period
    day: date
    """The day that ends with it, and under which it stands."""
    target: datetime
    late_from: datetime
    is_estimate: bool


@dataclass(frozen=True)
class Month:
    """Everything about one month for one calendar."""

    period: Period
    calendar: WorkCalendar
    deadlines: tuple[Deadline, ...]
    rules: DeadlineRules
    company_name: str = ""

    @property
    def days(self) -> Iterable[date]:
        """Every day of it."""
        return days_between(self.period.first, self.period.last)


def month_of(session: Session, period: Period, person: Person, company: Company | None, rules: DeadlineRules) -> Month:
    """The month as a person sees it: by the company's calendar, a manager's own, else everybody's.

    Deadlines of a manager that are written down already stand as they were written; what is waived is left out.
    """
    is_manager = person.role is Role.manager
    if company is not None:
        calendar = company_calendar(session, company.id)
    else:
        calendar = calendar_of(session, person) if is_manager else company_calendar(session, None)
    written = _written(session, person, period, rules) if is_manager and company is None else {}
    found = [
        deadline
        for kind in SHOWN_KINDS
        for each in _candidates(kind, period)
        if (deadline := _deadline(each, calendar, rules, written.get((kind, each.first)))) is not None
    ]
    inside = [each for each in found if each.day in period]
    order = {kind: place for place, kind in enumerate(SHOWN_KINDS)}
    inside.sort(key=lambda each: (each.day, order[each.period.kind], each.period.first))
    return Month(period, calendar, tuple(inside), rules, company.name if company is not None else "")


def cells(t: Translator, month: Month, today: date) -> tuple[CalendarDay, ...]:
    """The days as the picture draws them."""
    words: dict[date, list[str]] = {}
    for deadline in month.deadlines:
        words.setdefault(deadline.day, []).append(t.plain(SHORT_NAMES[deadline.period.kind]))
    return tuple(
        CalendarDay(
            day=day,
            kind=kind_of(month.calendar, day),
            name=name_of(t, day, month.calendar.day(day)),
            provisional=month.calendar.day(day).certainty is not Certainty.official,
            deadlines=tuple(words.get(day, ())),
            today=day == today,
        )
        for day in month.days
    )


def kind_of(calendar: WorkCalendar, day: date) -> DayKind:
    """Working, rest, holiday or make-up day."""
    status = calendar.day(day)
    if status.is_workday:
        is_special = status.source in (Source.chinesecalendar, Source.override, Source.company)
        return DayKind.MAKE_UP if is_special and day.isoweekday() >= SATURDAY else DayKind.WORKDAY
    if calendar.is_statutory_holiday(day) or (status.source is Source.company and day.isoweekday() < SATURDAY):
        return DayKind.HOLIDAY
    return DayKind.REST


def name_of(t: Translator, day: date, status: DayStatus) -> str:
    """The admin's note or the holiday's name; empty for plain days."""
    if status.source in (Source.company, Source.override):
        return status.note[:LONGEST_NOTE]
    name = holiday_name(day)
    return t.plain(HOLIDAYS[name]) if name in HOLIDAYS else name


def table(t: Translator, month: Month) -> list[Markup]:
    """The month in words: what differs from the plain week, what is not announced, every deadline."""
    calendar = month.calendar
    lines = [
        _heading(t, month),
        t("Working days: {count}", count=len(calendar.workdays(month.period.first, month.period.last))),
        *_special_days(t, month, DayKind.HOLIDAY, N_("Off: {days}")),
        *_special_days(t, month, DayKind.MAKE_UP, N_("Worked: {days}")),
    ]
    unsure = [day for day in month.days if calendar.day(day).certainty is not Certainty.official]
    if unsure:
        days = Markup(t.plain(", ")).join(Markup.escape(_range(t, run)) for run in _runs(unsure))
        lines.append(t("⚠️ Not announced yet, an estimate: {days}. Nobody is late on these days.", days=days))
    lines += [Markup(""), t("<b>Deadlines</b>")]
    lines += [_deadline_line(t, each, month.rules) for each in month.deadlines]
    lines.append(
        t("Daily report: after every working day, by {time} of the next day", time=f"{month.rules.daily_due:%H:%M}")
    )
    return lines


def compose_month(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """The picture of a month; without it a line of text, for the table says the same."""
    person = session.get(Person, message.content["person"])
    if person is None:
        return None
    t, rules = translator_of(message, surroundings), deadline_rules(session, surroundings.zone)
    company = session.get(Company, message.content["company"]) if message.content.get("company") else None
    month = month_of(session, Period.from_key(message.content["month"]), person, company, rules)
    params: dict[str, Any] = address(message)
    if message.error.startswith(PICTURE_FAILED):
        return None
    picture = CalendarPicture(
        title=month.period.label,
        subtitle=month.company_name or t.plain(N_("Working days and deadlines")),
        days=cells(t, month, local_day(now, surroundings.zone)),
        labels=calendar_labels(t.plain),
    )
    return Outgoing(
        "sendPhoto",
        params | {"caption": str(_heading(t, month))},
        file_field="photo",
        file_name=f"calendar-{month.period.label}.png",
        make_file=partial(draw_month, picture),
    )


def _heading(t: Translator, month: Month) -> Markup:
    title = Markup("<b>📅 {}</b>").format(month.period.label)
    return Markup("{} · {}").format(title, month.company_name) if month.company_name else title


def _candidates(kind: ReportKind, month: Period) -> list[Period]:
    """Periods of a kind whose deadline may lie in the month."""
    period = Period.of(kind, month.first).previous()
    found = [period]
    while period.first <= month.next().first:
        period = period.next()
        found.append(period)
    return found


def _deadline(
    period: Period, calendar: WorkCalendar, rules: DeadlineRules, written: Obligation | None
) -> Deadline | None:
    due = due_of(period, calendar, rules)
    if written is not None:
        if written.waived:
            return None
        target, late_from = written.due_at, written.late_from
        is_estimate = Certainty(written.certainty) is not Certainty.official
    elif due.required:
        target, late_from, is_estimate = due.due_at, due.late_from, due.certainty is not Certainty.official
    else:
        return None
    return Deadline(period, local_day(late_from - INSTANT, rules.zone), target, late_from, is_estimate)


def _written(
    session: Session, person: Person, month: Period, rules: DeadlineRules
) -> dict[tuple[ReportKind, date], Obligation]:
    """The manager's obligations that fall due in the month; of several companies' the one that is not waived."""
    start, end = start_of(month.first, rules.zone), start_of(month.last + ONE_DAY, rules.zone)
    rows = session.exec(
        select(Obligation)
        .where(
            Obligation.person_id == person.id,
            col(Obligation.kind).in_(SHOWN_KINDS),
            col(Obligation.late_from) > start,
            col(Obligation.due_at) <= end,
        )
        .order_by(col(Obligation.waived).desc(), col(Obligation.id))
    ).all()
    return {(row.kind, row.first_day): row for row in rows}


def _deadline_line(t: Translator, deadline: Deadline, rules: DeadlineRules) -> Markup:
    what = Markup("{} {}").format(t(KIND_NAMES[deadline.period.kind]), deadline.period.label)
    if deadline.period.kind is ReportKind.monthly:
        what += t.plain(N_(", ")) + t(KIND_NAMES[ReportKind.skills_mail])
    moment = t.moment(deadline.late_from, rules.zone)
    line = t("• {moment}: {what}", moment=moment, what=what)
    if deadline.target < deadline.late_from:
        line += t(" (better by {target})", target=t.moment(deadline.target, rules.zone))
    if deadline.is_estimate:
        line += t(" (an estimate)")
    return line


def _special_days(t: Translator, month: Month, kind: DayKind, words: str) -> list[Markup]:
    """Holidays or make-up days, neighbours of the same name together."""
    named = [
        (day, name_of(t, day, month.calendar.day(day))) for day in month.days if kind_of(month.calendar, day) is kind
    ]
    parts = []
    for name, group in groupby(named, key=lambda pair: pair[1]):
        for run in _runs([day for day, _ in group]):
            days = _range(t, run)
            parts.append(Markup("{} {}").format(days, name) if name else Markup.escape(days))
    return [t(words, days=Markup(t.plain(", ")).join(parts))] if parts else []


def _runs(days: Sequence[date]) -> list[list[date]]:
    """Days that follow each other, together."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == ONE_DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _range(t: Translator, run: Sequence[date]) -> str:
    return t.day(run[0]) if len(run) == 1 else f"{t.day(run[0])} – {t.day(run[-1])}"
