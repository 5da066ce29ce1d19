"""/trend: the last twelve months of all companies or one: order rate and level, on-time rate, ride-along coverage.

As a picture, with the same figures and their fractions in a message beneath (handbook §5). A month counts the cohorts
that closed in it, pooled. The month that is not over is marked interim; a month without a figure stays a gap.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import partial
from itertools import groupby

from markupsafe import Markup
from sqlmodel import Session

from handlers.figures.cohort_card import address, translator_of
from handlers.figures.export import reach_of
from handlers.figures.periods_typed import read_question
from handlers.outgoing import PICTURE_FAILED, Outgoing
from handlers.pictures.trend_picture import TrendPanel, TrendPicture, TrendPoint, draw_trend, trend_labels
from handlers.roster import roster_scope
from handlers.translations import N_, Translator
from handlers.turn import Surroundings, Turn
from handlers.workbooks.material import Reach
from schedules.calendars import deadline_rules
from schedules.deadlines import DeadlineRules
from schedules.periods import Period, local_day
from schedules.punctuality import judged_between
from schedules.standing import OnTime, count
from storage.cohort_figures import CohortFigures, Pooled, cohorts_closing_between, pool
from storage.coverage import Coverage, coverage, pool_coverage
from storage.exports import names_of_companies, terms_of_office
from storage.kinds import ReportKind
from storage.outbox import OutboxMessage
from storage.people import Person, PersonId
from storage.ratios import UNDEFINED, format_level, format_rate, level, percent

PICTURE, TABLE = "trend_picture", "trend_table"
MONTHS = 12
_NAMES = (
    *(N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun")),
    *(N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec")),
)


@dataclass(frozen=True)
class Month:
    """One month's figures. `pooled` and `covered` are None when no cohort closed in it, or none is to close."""

    period: Period
    pooled: Pooled | None
    covered: Coverage | None
    dailies: OnTime
    interim: bool
    """The month is not over: its figures still change."""


@dataclass(frozen=True)
class Line:
    """One of the four figures over the months: counts, and how they are written."""

    name: str
    counts: tuple[tuple[int, int], ...]
    """Numerator and denominator; the denominator is 0 where there is no figure."""
    is_rate: bool = True

    def text(self, place: int) -> str:
        """With the fraction: `12/18 = 66.6%`."""
        return (format_rate if self.is_rate else format_level)(*self.counts[place])

    def point(self, place: int, interim: bool) -> TrendPoint | None:
        """As the picture has it; None where there is no figure."""
        top, bottom = self.counts[place]
        if not bottom:
            return None
        value = Fraction(top, bottom)
        text = f"{percent(value)}%" if self.is_rate else level(value)
        return TrendPoint(value, text, f"{top}/{bottom}", interim)


def trend(turn: Turn) -> None:
    """`/trend [company]`."""
    t, companies = turn.t, roster_scope.companies(turn)
    if not companies:
        turn.say(t("You look after no company yet; an admin can enter one for you."))
        return
    question = read_question(turn.arguments, turn.today, companies, ())
    if question.unknown or question.kind is not None or question.period is not None:
        turn.say(t("Please name one of your companies, or send /trend alone: the last twelve months of all of them."))
        return
    content = {"person": turn.person_id, "company": question.company.id if question.company is not None else None}
    turn.show(PICTURE, content)
    turn.show(TABLE, content)


def compose_picture(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """The picture; None when whoever asked may see nothing of it any more."""
    reach = _reach(session, message)
    if reach is None:
        return None
    t = translator_of(message, surroundings)
    months = months_until(session, reach, now, surroundings)
    name = _name(session, t, reach)
    heading = _heading(t, name, months)
    if message.error.startswith(PICTURE_FAILED):
        return Outgoing("sendMessage", address(message) | {"text": str(heading)})
    return Outgoing(
        "sendPhoto",
        address(message) | {"caption": str(heading)},
        file_field="photo",
        file_name=f"trend-{months[-1].period.label}.png",
        make_file=partial(draw_trend, picture_of(t, name, months)),
    )


def compose_table(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """The same figures with their fractions, month by month, the latest first."""
    reach = _reach(session, message)
    if reach is None:
        return None
    t = translator_of(message, surroundings)
    months = months_until(session, reach, now, surroundings)
    return Outgoing("sendMessage", address(message) | {"text": str(table_text(t, months))})


def months_until(session: Session, reach: Reach, now: datetime, surroundings: Surroundings) -> list[Month]:
    """The last twelve months, the present one included, oldest first; figures as of today, corrections included."""
    today = local_day(now, surroundings.zone)
    periods = [Period.monthly_of(today)]
    while len(periods) < MONTHS:
        periods.insert(0, periods[0].previous())
    first, last = periods[0].first, periods[-1].last
    dailies = _dailies(session, reach, periods, now, deadline_rules(session, surroundings.zone))
    every = cohorts_closing_between(session, reach.company_ids, first, last, today)
    covered = coverage(session, [each.cohort_id for each in every], today)
    months = []
    for period, counted in zip(periods, dailies, strict=True):
        cohorts = _cohorts([each for each in every if each.closes_on is not None and each.closes_on in period])
        months.append(
            Month(
                period,
                pool(cohorts) if cohorts else None,
                pool_coverage(covered[each.cohort_id] for each in cohorts) if cohorts else None,
                counted,
                interim=today <= period.last,
            )
        )
    return months


def _dailies(
    session: Session, reach: Reach, periods: Sequence[Period], now: datetime, rules: DeadlineRules
) -> list[OnTime]:
    """Month by month those of everybody, or of whoever looked after one of the companies in it."""
    whose: list[frozenset[PersonId] | None] = [None] * len(periods)
    if not reach.everybody:
        terms = terms_of_office(session, reach.company_ids, periods[0].first, periods[-1].last)
        whose = [frozenset(term.person_id for term in terms if term.touches(each.first, each.last)) for each in periods]
    until = min(periods[-1].last, local_day(now, rules.zone))
    # Mostly the same people all year: they are counted once.
    found = {
        people: judged_between(session, ReportKind.daily, periods[0].first, until, now, rules, people)
        for people in dict.fromkeys(whose)
    }
    return [
        count(each for each in found[people] if each[0].first_day in period)
        for period, people in zip(periods, whose, strict=True)
    ]


def lines_of(t: Translator, months: Sequence[Month]) -> tuple[Line, ...]:
    """The four figures."""

    def pooled(count: Callable[[Pooled], int]) -> tuple[tuple[int, int], ...]:
        return tuple((0, 0) if m.pooled is None else (count(m.pooled), m.pooled.on_post) for m in months)

    covered = tuple((0, 0) if m.covered is None else (m.covered.accompanied, m.covered.stayed) for m in months)
    return (
        Line(t.plain("Order rate"), pooled(lambda figures: figures.ordered_and_stayed)),
        Line(t.plain("Order level"), pooled(lambda figures: figures.orders), is_rate=False),
        Line(t.plain(N_("On-time rate of dailies")), tuple((m.dailies.on_time, m.dailies.required) for m in months)),
        Line(t.plain("Ride-along coverage"), covered),
    )


def picture_of(t: Translator, name: str, months: Sequence[Month]) -> TrendPicture:
    """What the picture shows: the same lines as the table."""
    places = range(len(months))
    return TrendPicture(
        title=t.plain(N_("Twelve months")),
        subtitle=f"{name} · {months[0].period.label} – {months[-1].period.label}",
        months=tuple(t.plain(_NAMES[month.period.first.month - 1]) for month in months),
        panels=tuple(
            TrendPanel(line.name, tuple(line.point(place, months[place].interim) for place in places), line.is_rate)
            for line in lines_of(t, months)
        ),
        labels=trend_labels(t.plain),
    )


def table_text(t: Translator, months: Sequence[Month]) -> Markup:
    """Every figure with its fraction; months without any are only counted together."""
    lines = lines_of(t, months)
    said: list[str | Markup] = []
    for place in reversed(range(len(months))):
        month = months[place]
        if not any(line.counts[place][1] for line in lines):
            continue
        state = t(" ({state})", state=t.plain("Interim")) if month.interim else Markup("")
        said.append(Markup("<b>{}</b>{}").format(month.period.label, state))
        said += [t("{label} {value}", label=line.name, value=line.text(place)) for line in lines]
    said += [
        t("{months}: {undefined} nothing closed, nothing due", months=span, undefined=UNDEFINED)
        for span in _spans([bool(any(line.counts[n][1] for line in lines)) for n in range(len(months))], months)
    ]
    return Markup("\n").join(said)


def _spans(has_figures: Sequence[bool], months: Sequence[Month]) -> list[str]:
    """The months without figures, those in a row as one: `2025-12 – 2026-03`; the latest first."""
    spans = []
    for has_any, run in groupby(zip(has_figures, months, strict=True), key=lambda each: each[0]):
        labels = [month.period.label for _, month in run]
        if not has_any:
            spans.append(labels[0] if len(labels) == 1 else f"{labels[0]} – {labels[-1]}")
    return spans[::-1]


def _cohorts(closing: Sequence[CohortFigures]) -> list[CohortFigures]:
    """What a month's point stands for of the cohorts that close in it: those that have; while none has, those that
    have begun.
    """
    closed = [each for each in closing if not each.interim]
    return closed or [each for each in closing if each.on_post]


def _reach(session: Session, message: OutboxMessage) -> Reach | None:
    person = session.get(Person, message.content["person"])
    return reach_of(session, person, message.content.get("company")) if person is not None else None


def _name(session: Session, t: Translator, reach: Reach) -> str:
    names = list(names_of_companies(session, reach.company_ids).values())
    return names[0] if len(names) == 1 else t.plain(N_("{count} companies together"), count=len(names))


def _heading(t: Translator, name: str, months: Sequence[Month]) -> Markup:
    first, last = months[0].period.label, months[-1].period.label
    lines = [Markup("<b>📈 {}</b> · {}").format(t.plain(N_("Twelve months")), name), Markup(f"{first} – {last}")]
    if months[-1].interim:
        lines.append(t("{month} is not over: interim.", month=last))
    return Markup("\n").join(lines)
