"""What the clock posts about everybody's figures: the state of the week, the companies by pooled rate (handbook §7).

Aggregates only, in the group's language, made when they are sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from markupsafe import Markup
from sqlmodel import Session

from handlers.figures.cohort_card import address, translator_of
from handlers.figures.figures_text import order_rate_text
from handlers.figures.pages import page_of
from handlers.figures.stats import cohort_lines, cohorts_of, on_time_line
from handlers.outgoing import Outgoing
from handlers.translations import Translator
from handlers.turn import Surroundings
from schedules.deadlines import DeadlineRules
from schedules.periods import Period, local_day
from schedules.punctuality import on_time_due
from storage.cohort_figures import CohortFigures, Pooled, pool
from storage.kinds import ReportKind
from storage.outbox import OutboxMessage
from storage.people import CompanyId, active_companies

FEWEST_RANKED = 5
"""Companies with fewer people on post are shown and not ranked."""


@dataclass(frozen=True)
class Place:
    """One company among the others; `place` is None for one that is shown without a rank."""

    place: int | None
    company_name: str
    pooled: Pooled


@dataclass(frozen=True)
class Ranking:
    """The companies of a month in order, and all of them together."""

    places: tuple[Place, ...]
    pooled: Pooled


def ranking_of(closed: Sequence[CohortFigures]) -> Ranking:
    """Companies by the pooled rate of these closed cohorts: equal rates share a place, small ones come after.

    Compared on the exact fraction. A company without anybody on post has no figure and is left out.
    """
    by_company: dict[CompanyId, list[CohortFigures]] = {}
    for figures in closed:
        by_company.setdefault(figures.company_id, []).append(figures)
    pooled = [(own[0].company_name, pool(own)) for own in by_company.values()]
    known = [(name, each, each.order_rate) for name, each in pooled if each.order_rate is not None]
    known.sort(key=lambda row: (-row[2], row[0]))
    places: list[Place] = []
    for _, equal in groupby((row for row in known if row[1].on_post >= FEWEST_RANKED), key=lambda row: row[2]):
        place = len(places) + 1
        places.extend(Place(place, name, each) for name, each, _ in equal)
    places.extend(Place(None, name, each) for name, each, _ in known if each.on_post < FEWEST_RANKED)
    return Ranking(tuple(places), pool(closed))


def ranking_of_month(session: Session, month: Period, today: date) -> Ranking:
    """The companies by the cohorts that closed in a month."""
    ids = [company.id for company in active_companies(session) if company.id is not None]
    return ranking_of(cohorts_of(session, ids, month, today).closed)


def place_lines(t: Translator, places: Sequence[Place]) -> list[Markup]:
    """One line a company: `1. 杭州甲: 12/18 = 66.6%`."""
    return [_place_line(t, place) for place in places]


def compose_companies(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """The companies by the closed cohorts of a month; None when none closed."""
    month = Period.monthly_of(date.fromisoformat(message.content["month"]))
    ranking = ranking_of_month(session, month, local_day(now, surroundings.zone))
    if not ranking.places:
        return None
    t = translator_of(message, surroundings)
    page = page_of(place_lines(t, ranking.places))
    lines = [companies_heading(t, month), *page.lines]
    if len(page.lines) < len(ranking.places):
        rest = len(ranking.places) - len(page.lines)
        lines.append(t("… and {count} more: /rank {month}", count=rest, month=month.label))
    return _to_group(message, [*lines, pooled_line(t, ranking)])


def week_lines(session: Session, week: Period, now: datetime, rules: DeadlineRules, t: Translator) -> list[Markup]:
    """The week that ended: its dailies, the cohorts that closed, those in progress at its end; [] for none."""
    ids = [company.id for company in active_companies(session) if company.id is not None]
    cohorts = cohorts_of(session, ids, week, local_day(now, rules.zone))
    dailies = on_time_due(session, ReportKind.daily, week, now, rules)
    lines: list[Markup] = []
    if dailies.required or dailies.pending:
        lines.append(on_time_line(t, ReportKind.daily, dailies))
    if cohorts.closed:
        lines += [t("<b>Closed this week</b>"), *cohort_lines(t, cohorts.closed)]
    if cohorts.in_progress:
        heading = t("<b>In progress</b> ({count}), as of {day}", count=len(cohorts.in_progress), day=t.day(week.last))
        lines += [heading, *cohort_lines(t, cohorts.in_progress)]
    return [t("<b>🗓 The week {days}</b>", days=week.label), *lines] if lines else []


def companies_heading(t: Translator, month: Period) -> Markup:
    """What the list of companies is about."""
    return t("<b>🏅 Companies by order rate, cohorts closed in {month}</b>", month=month.label)


def pooled_line(t: Translator, ranking: Ranking) -> Markup:
    """All companies together."""
    return t("All together: {rate}", rate=order_rate_text(t, ranking.pooled, labelled=True))


def _place_line(t: Translator, place: Place) -> Markup:
    rate = order_rate_text(t, place.pooled)
    if place.place is None:
        return t(
            "– {company}: {rate} (fewer than {number} people, not ranked)",
            company=place.company_name,
            rate=rate,
            number=FEWEST_RANKED,
        )
    return Markup("{}. {}: {}").format(place.place, place.company_name, rate)


def _to_group(message: OutboxMessage, lines: Sequence[Markup]) -> Outgoing:
    return Outgoing("sendMessage", address(message) | {"text": str(Markup("\n").join(lines))})
