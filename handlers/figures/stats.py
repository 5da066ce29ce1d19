"""/stats: a day, a week or a month at a glance, of all companies, one company or one person (handbook §5, §10).

Reports count where they fall due, a daily on its own day. In the group there are aggregates only, and nobody's own
record.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import Markup
from sqlmodel import Session, col, or_, select

from handlers.figures.figures_text import (
    days_text,
    on_time_text,
    order_level_text,
    order_rate_text,
    retention_text,
    ride_along_text,
    spot_check_text,
    submission_text,
)
from handlers.figures.periods_typed import Question, period_of_key, read_question
from handlers.keyboards import Button, button_data
from handlers.reminding.owed_lines import KIND_NAMES
from handlers.roster import roster_scope
from handlers.translations import N_, Translator
from handlers.turn import ChatKind, Turn
from schedules.calendars import deadline_rules
from schedules.deadlines import DeadlineRules
from schedules.obligations import is_company_kind
from schedules.periods import Period, Year
from schedules.punctuality import on_time_due
from schedules.standing import OnTime
from storage.cohort_figures import CohortFigures, cohorts_closing_between, cohorts_in_progress, pool
from storage.coverage import coverage, current_coverage, pool_coverage
from storage.kinds import ReportKind
from storage.order_book import count_orders
from storage.people import (
    Company,
    CompanyId,
    Membership,
    Person,
    PersonId,
    PersonState,
    Role,
    active_companies,
    companies_of,
    display_name,
)

STATS = "stats"
MOST_COHORTS = 12
"""Cohorts listed one by one in each part; the rest is in the pooled figure and counted."""
MOST_NAMED = 3


@dataclass(frozen=True)
class Scope:
    """Whose figures: everybody's, some companies', or one person's within companies."""

    key: str
    """As a button says it: `all`, `c3`, `p7`."""
    name: str
    company_ids: tuple[CompanyId, ...]
    is_everything: bool = False
    person_id: PersonId | None = None


@dataclass(frozen=True)
class CohortsOf:
    """The cohorts of a period: final ones that closed in it, and those in progress at its end or today."""

    closed: tuple[CohortFigures, ...]
    in_progress: tuple[CohortFigures, ...]
    as_of: date


def stats(turn: Turn) -> None:
    """`/stats [period] [company or person]`: this month when no period is named."""
    companies = active_companies(turn.session)
    people = _people(turn.session) if turn.arguments.strip() else []
    question = read_question(turn.arguments, turn.today, companies, people)
    if question.unknown or question.kind is not None or (question.company and question.people):
        turn.say(
            turn.t(
                "I did not understand “{words}”. You can ask e.g. /stats, /stats 2026-10, /stats last week, or add the "
                "name of a company or a person.",
                words=" ".join(question.unknown)[:60] or turn.arguments[:60],
            )
        )
        return
    if question.people and turn.chat.kind is ChatKind.group:
        turn.say(turn.t("Figures of one person are for our private chat: please ask me there."))
        return
    period = question.period or Period.monthly_of(turn.today)
    scopes = _scopes(turn, question)
    if not scopes:
        _refuse(turn)
    elif len(scopes) > 1:
        rows = [[Button(scope.name[:40], button_data(STATS, scope.key, *period.key.split(":")))] for scope in scopes]
        turn.say(turn.t("Whom do you mean?"), rows[:20])
    else:
        _say_stats(turn, scopes[0], period)


def pressed_stats(turn: Turn) -> None:
    """A button to another period, or to one of several people of the same name."""
    arguments = turn.press.arguments if turn.press is not None else ()
    period = period_of_key(":".join(arguments[1:3]))
    scope = _scope_of_key(turn, arguments[0]) if arguments else None
    if period is None or scope is None or (scope.person_id is not None and turn.chat.kind is ChatKind.group):
        turn.toast(turn.t.plain(N_("These figures are not open to you.")), alert=True)
        return
    _say_stats(turn, scope, period, redraw=True)


def stats_text(
    session: Session, t: Translator, scope: Scope, period: Period, now: datetime, rules: DeadlineRules
) -> Markup:
    """The whole answer: reports, closed cohorts pooled, those in progress, orders, ride-along coverage."""
    today = now.astimezone(rules.zone).date()
    cohorts = cohorts_of(session, scope.company_ids, period, today)
    lines = [
        Markup("<b>📈 {} · {}</b>").format(period_words(t, period), scope.name),
        *_report_lines(session, t, scope, period, now, rules),
        *_closed_lines(session, t, cohorts, today),
        *_progress_lines(t, cohorts),
        *_activity_lines(session, t, scope, period, today),
    ]
    if period.first <= today <= period.last:
        lines.append(t("Data as of {day}.", day=t.day(today)))
    return Markup("\n").join(lines)


def cohorts_of(session: Session, company_ids: Collection[CompanyId], period: Period | Year, today: date) -> CohortsOf:
    """The closed cohorts of a period as they stand today, and the others in progress at its end, or today."""
    closing = cohorts_closing_between(session, company_ids, period.first, period.last, today)
    closed = [each for each in closing if not each.interim]
    as_of = min(period.last, today)
    known = {each.cohort_id for each in closed}
    running = cohorts_in_progress(session, company_ids, as_of) if period.first <= today else []
    return CohortsOf(tuple(closed), tuple(each for each in running if each.cohort_id not in known), as_of)


def period_words(t: Translator, period: Period | Year) -> str:
    """`2026`, `2026-11`, `11/23 周一`, `2026-11-22 – 2026-11-28`."""
    if isinstance(period, Year):
        return period.label
    if period.kind is ReportKind.daily:
        return t.day(period.first)
    return days_text(period.first, period.last) if period.kind is ReportKind.weekly else period.label


def cohort_lines(t: Translator, cohorts: Sequence[CohortFigures]) -> list[Markup]:
    """One line a cohort with its labelled rate; the last ones only counted when there are many."""
    several = len({each.company_id for each in cohorts}) > 1
    lines = [
        Markup("• {}: {}").format(
            f"{each.company_name} {each.name}" if several else each.name, order_rate_text(t, each, labelled=True)
        )
        for each in cohorts[:MOST_COHORTS]
    ]
    if len(cohorts) > MOST_COHORTS:
        lines.append(t("… and {count} more: /cohort", count=len(cohorts) - MOST_COHORTS))
    return lines


def on_time_line(t: Translator, kind: ReportKind, on_time: OnTime) -> Markup:
    """`日报：按时 19/21 = 90.4% · 提交 20/21 = 95.2%`, with how many are still to come."""
    name = t(KIND_NAMES[kind])
    waiting = t(" · {count} still to come", count=on_time.pending) if on_time.pending else Markup("")
    if not on_time.required:
        return t("{report}: nothing has fallen due yet{waiting}", report=name, waiting=waiting)
    return t(
        "{report}: on time {on_time} · handed in {submitted}{waiting}",
        report=name,
        on_time=on_time_text(on_time),
        submitted=submission_text(on_time),
        waiting=waiting,
    )


def _say_stats(turn: Turn, scope: Scope, period: Period, *, redraw: bool = False) -> None:
    text = stats_text(turn.session, turn.t, scope, period, turn.now, deadline_rules(turn.session, turn.zone))
    row = [_to_period(scope, period.previous(), "‹ {}")]
    if period.last < turn.today:
        row.append(_to_period(scope, period.next(), "{} ›"))
    (turn.redraw if redraw else turn.say)(text, [row])


def _to_period(scope: Scope, period: Period, label: str) -> Button:
    return Button(label.format(period.label), button_data(STATS, scope.key, *period.key.split(":")))


def _report_lines(
    session: Session, t: Translator, scope: Scope, period: Period, now: datetime, rules: DeadlineRules
) -> list[Markup]:
    person_ids = _reporters(session, scope, period)
    lines = []
    for kind in ReportKind:
        of_companies = is_company_kind(kind) and scope.person_id is None
        whose = (None, set(scope.company_ids)) if of_companies else (person_ids, None)
        on_time = on_time_due(session, kind, period, now, rules, *whose)
        if on_time.required or on_time.pending:
            lines.append(on_time_line(t, kind, on_time))
    return [t("<b>Reports</b>"), *lines] if lines else [t("No report is due in this time.")]


def _closed_lines(session: Session, t: Translator, cohorts: CohortsOf, today: date) -> list[Markup]:
    if not cohorts.closed:
        return [t("No cohort closed in this time.")]
    pooled = pool(cohorts.closed)
    covered = pool_coverage(coverage(session, [each.cohort_id for each in cohorts.closed], today).values())
    return [
        t("<b>Closed cohorts</b> ({count})", count=len(cohorts.closed)),
        t("Order rate, pooled: {rate}", rate=order_rate_text(t, pooled)),
        t("Order level: {level}", level=order_level_text(t, pooled)),
        t("Retention: {rate}", rate=retention_text(t, pooled)),
        t("Ride-along coverage: {rate}", rate=ride_along_text(t, covered)),
        t("Spot-check coverage: {rate}", rate=spot_check_text(t, covered)),
        *cohort_lines(t, cohorts.closed),
    ]


def _progress_lines(t: Translator, cohorts: CohortsOf) -> list[Markup]:
    if not cohorts.in_progress:
        return []
    lines = [t("<b>In progress</b> ({count}), as of {day}", count=len(cohorts.in_progress), day=t.day(cohorts.as_of))]
    if len(cohorts.in_progress) > 1:
        lines.append(t("Order rate, pooled: {rate}", rate=order_rate_text(t, pool(cohorts.in_progress))))
    return [*lines, *cohort_lines(t, cohorts.in_progress)]


def _activity_lines(session: Session, t: Translator, scope: Scope, period: Period, today: date) -> list[Markup]:
    orders = count_orders(session, scope.company_ids, period.first, min(period.last, today))
    lines = [t("Orders: {count}", count=orders)]
    if today in period:
        covered = current_coverage(session, scope.company_ids, today)
        lines.append(t("Ride-along coverage of today's new hires: {rate}", rate=ride_along_text(t, covered)))
    return lines


def _reporters(session: Session, scope: Scope, period: Period) -> list[PersonId] | None:
    """Whose reports are counted; None: everybody's. Those who looked after the companies at any time of the period."""
    if scope.person_id is not None:
        return [scope.person_id]
    if scope.is_everything:
        return None
    query = select(Membership.person_id).where(
        col(Membership.company_id).in_(scope.company_ids),
        Membership.since <= period.last,
        or_(col(Membership.until).is_(None), col(Membership.until) > period.first),
    )
    return [PersonId(number) for number in dict.fromkeys(session.exec(query).all())]


def _scopes(turn: Turn, question: Question) -> list[Scope]:
    """What the question is about, as far as the speaker may see it; several for a shared name, none when refused."""
    if question.company is not None:
        keys = [f"c{question.company.id}"]
    elif question.people:
        keys = [f"p{person.id}" for person in question.people]
    else:
        keys = ["all"]
    return [scope for key in keys if (scope := _scope_of_key(turn, key)) is not None]


def _scope_of_key(turn: Turn, key: str) -> Scope | None:
    """The scope a button or a question names; None when the speaker may not see it."""
    visible = roster_scope.companies(turn)
    if key == "all" and visible:
        everything = len(visible) == len(active_companies(turn.session)) and turn.who.role is not Role.manager
        few = len(visible) <= MOST_NAMED and not everything
        names = turn.t.plain(N_(", ")).join(company.name for company in visible)
        name = names if few else turn.t.plain(N_("all companies ({count})"), count=len(visible))
        return Scope("all", name, _ids(visible), is_everything=everything)
    if key.startswith("c"):
        chosen = roster_scope.own_company(turn, key[1:])
        return Scope(key, chosen.name, _ids([chosen])) if chosen is not None else None
    number = key[1:] if key[:1] == "p" else ""
    is_number = number.isascii() and number.isdecimal() and len(number) <= 9
    person = turn.session.get(Person, int(number)) if is_number else None
    if person is None or person.id is None:
        return None
    looked_after = _ids(companies_of(turn.session, person)) if person.role is Role.manager else ()
    shared = tuple(number for number in looked_after if number in set(_ids(visible)))
    if turn.who.role is not Role.admin and person.id != turn.who.id and not shared:
        return None
    return Scope(key, display_name(person), shared, person_id=person.id)


def _people(session: Session) -> list[Person]:
    query = select(Person).where(Person.role == Role.manager, Person.state != PersonState.pending)
    return list(session.exec(query.order_by(col(Person.id))).all())


def _ids(companies: Iterable[Company]) -> tuple[CompanyId, ...]:
    return tuple(company.id for company in companies if company.id is not None)


def _refuse(turn: Turn) -> None:
    own = roster_scope.companies(turn)
    if not own:
        turn.say(turn.t("You look after no company yet; an admin can enter one for you."))
        return
    names = turn.t.plain(N_(", ")).join(company.name for company in own[:20])
    turn.say(turn.t("I can show you the figures of your own companies only: {names}.", names=names))
