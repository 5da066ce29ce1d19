"""/cohort: the card of one cohort, the list to choose from, and in private its hires one by one (handbook §5, §10).

A manager sees the own companies' cohorts, an admin all. In the group there are aggregates only: hires are listed in
private chats, for those who may see their company.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from markupsafe import Markup
from sqlmodel import Session, col, func, select

from handlers.figures.cohort_card import HIRES
from handlers.figures.figures_text import order_rate_text
from handlers.figures.pages import ROOM, page_number, page_of
from handlers.forms.numbers import half_width
from handlers.keyboards import Button, button_data, rows_of
from handlers.roster import roster_scope
from handlers.roster.hire_words import hire_words
from handlers.translations import N_
from handlers.turn import Turn
from schedules.posts import COHORT_CARD
from storage.cohort_choice import ListedCohort, cohort_names, count_cohorts, list_cohorts, running_cohorts
from storage.cohort_figures import figures, in_window_by
from storage.orders import Order
from storage.people import CompanyId, name_key
from storage.roster import CohortId, Hire, HireId
from storage.roster_lists import hires_of

CARD, LIST = "cohort", "cohorts"
EVERYTHING = 0
"""The company number of a list button that stands for all companies."""
MOST_IN_ONE_LIST = 12
"""More cohorts than this are chosen company by company."""
COMPANIES_PER_PAGE = 24
HIRES_PER_PAGE = 30
LONGEST_LABEL = 24
RATE_ROOM = 60
"""UTF-16 units kept free on a page for each rate: it is cut into pages before the rates are worked out."""


@dataclass(frozen=True)
class Choice:
    """Cohorts to choose from."""

    companies: Mapping[CompanyId, str]
    """The companies that have some, by name."""
    counts: Mapping[CompanyId, int]
    """How many of them each company has."""
    only: frozenset[CohortId] | None = None
    """Those that a search found; None: every cohort of the companies."""


def cohort(turn: Turn) -> None:
    """`/cohort [name]`: a cohort's card, or the cohorts to choose from; a company's name lists its cohorts."""
    choice = _visible(turn)
    if not choice.counts:
        turn.say(turn.t("There is no cohort yet. /roster creates one."))
        return
    wanted = " ".join(half_width(turn.arguments).split())
    if not wanted:
        _offer(turn, choice)
        return
    found = _named(turn, choice, wanted)
    if not found.counts:
        turn.say(turn.t("I know no cohort or company “{name}” among yours. Here is what there is:", name=wanted[:60]))
        _offer(turn, choice)
    else:
        _offer(turn, found)


def show_card(turn: Turn, cohort_id: CohortId) -> None:
    """Answer with the cohort's card, made when it is sent."""
    turn.show(COHORT_CARD, {"cohort_id": cohort_id})


def pressed_card(turn: Turn) -> None:
    """The button of one cohort."""
    chosen = roster_scope.own_cohort(turn, _argument(turn, 0))
    if chosen is None or chosen.id is None:
        _refuse(turn)
        return
    show_card(turn, chosen.id)


def pressed_list(turn: Turn) -> None:
    """The button of a company's cohorts, or of another page of a list."""
    choice, page = _visible(turn), page_number(_argument(turn, 1))
    if _argument(turn, 0) == str(EVERYTHING):
        _say_companies(turn, choice, page)
        return
    own = _of_companies(choice, [number for number in choice.companies if str(number) == _argument(turn, 0)])
    if not own.counts:
        _refuse(turn)
        return
    _say_list(turn, _listed(turn, own), page)


def pressed_hires(turn: Turn) -> None:
    """The button under a card in a private chat: hire by hire, with the day of the window and the orders."""
    chosen = roster_scope.own_cohort(turn, _argument(turn, 0))
    if chosen is None or chosen.id is None:
        _refuse(turn)
        return
    hires = hires_of(turn.session, [chosen.company_id], turn.today, cohort_id=chosen.id)
    orders = orders_by_hire(turn.session, chosen.id, turn.today)
    page = page_of([_hire_line(turn, hire, orders) for hire in hires], page_number(_argument(turn, 1)), HIRES_PER_PAGE)
    heading = turn.t("<b>{cohort}</b>: hires and their orders in the window", cohort=chosen.name)
    turn.redraw(Markup("\n").join([heading, *page.lines]), [page.turning(HIRES, chosen.id)])


def orders_by_hire(session: Session, cohort_id: CohortId, as_of: date) -> Mapping[HireId, int]:
    """Valid orders in the window of each hire of a cohort who has some; their sum is the figure's T."""
    rows = session.exec(
        select(Order.hire_id, func.sum(col(Order.quantity) - col(Order.refunded)))
        .join(Hire, col(Hire.id) == col(Order.hire_id))
        .where(Hire.cohort_id == cohort_id, in_window_by(col(Order.day), as_of))
        .group_by(col(Order.hire_id))
    ).all()
    return {HireId(hire_id): int(orders) for hire_id, orders in rows if orders}


def _visible(turn: Turn) -> Choice:
    """The cohorts of every company the speaker may see."""
    names = {company.id: company.name for company in roster_scope.companies(turn) if company.id is not None}
    counts = count_cohorts(turn.session, names)
    with_cohorts = sorted(counts, key=names.__getitem__)
    return Choice({number: names[number] for number in with_cohorts}, counts)


def _named(turn: Turn, choice: Choice, wanted: str) -> Choice:
    """The cohorts of this name, else those of the company of this name, else those whose name contains it."""
    key, companies = name_key(wanted), {number: name_key(name) for number, name in choice.companies.items()}
    cohorts = [(number, name_key(name), of) for number, name, of in cohort_names(turn.session, companies)]
    for found in (
        [(number, of) for number, name, of in cohorts if name == key],
        [(number, of) for number, _, of in cohorts if companies[of] == key],
        [(number, of) for number, name, of in cohorts if key in companies[of] + name],
    ):
        if found:
            counts = Counter(of for _, of in found)
            return replace(_of_companies(choice, counts), counts=counts, only=frozenset(number for number, _ in found))
    return Choice({}, {})


def _of_companies(choice: Choice, wanted: Collection[CompanyId]) -> Choice:
    """Of the cohorts those of these companies."""
    companies = {number: name for number, name in choice.companies.items() if number in wanted}
    return replace(choice, companies=companies, counts={number: choice.counts[number] for number in companies})


def _offer(turn: Turn, choice: Choice) -> None:
    total = sum(choice.counts.values())
    if total > MOST_IN_ONE_LIST and len(choice.counts) > 1:
        _say_companies(turn, choice, 0)
        return
    listed = _listed(turn, choice)
    if total == 1:
        show_card(turn, listed[0].cohort_id)
    else:
        _say_list(turn, listed)


def _listed(turn: Turn, choice: Choice) -> list[ListedCohort]:
    return list_cohorts(turn.session, list(choice.counts), turn.today, choice.only)


def _say_list(turn: Turn, listed: Sequence[ListedCohort], number: int = 0) -> None:
    """Cohorts with a button each, and the rates of those on the page."""
    several = len({each.company_id for each in listed}) > 1
    names = [f"{each.company_name} {each.name}" if several else each.name for each in listed]
    page = page_of(
        [Markup("• {}: ").format(name) for name in names], number, MOST_IN_ONE_LIST, ROOM - MOST_IN_ONE_LIST * RATE_ROOM
    )
    shown = range(page.start, page.start + len(page.lines))
    rates = {
        each.cohort_id: order_rate_text(turn.t, each, labelled=True)
        for each in figures(turn.session, [listed[place].cohort_id for place in shown], turn.today)
    }
    lines = [line + rates[listed[place].cohort_id] for place, line in zip(shown, page.lines, strict=True)]
    buttons = [Button(_clip(names[place]), button_data(CARD, listed[place].cohort_id)) for place in shown]
    heading = turn.t("<b>Which cohort?</b>")
    if not several:
        heading = turn.t("<b>{company}</b>: which cohort?", company=listed[0].company_name)
    keyboard = [*rows_of(buttons, 2), page.turning(LIST, listed[0].company_id)]
    turn.redraw(Markup("\n").join([heading, *lines]), keyboard)


def _say_companies(turn: Turn, choice: Choice, number: int) -> None:
    """The companies that have cohorts, with a button each."""
    companies = list(choice.companies.items())
    running = running_cohorts(turn.session, list(choice.companies), turn.today)
    lines: list[Markup] = []
    for company_id, name in companies:
        own = running.get(company_id, set())
        count = len(own if choice.only is None else own & choice.only)
        lines.append(
            turn.t(
                "• {company}: cohorts {count}, in progress {running}",
                company=name,
                count=choice.counts[company_id],
                running=count,
            )
        )
    page = page_of(lines, number, COMPANIES_PER_PAGE)
    buttons = [
        Button(_clip(name), button_data(LIST, company_id, 0))
        for company_id, name in companies[page.start : page.start + len(page.lines)]
    ]
    heading = turn.t("<b>Which company?</b> Or send /cohort with a cohort's name.")
    keyboard = [*rows_of(buttons, 2), page.turning(LIST, EVERYTHING)]
    turn.redraw(Markup("\n").join([heading, *page.lines]), keyboard)


def _hire_line(turn: Turn, hire: Hire, orders: Mapping[HireId, int]) -> Markup:
    who = hire_words(turn.t, hire, turn.today)
    if hire.on_post is None or hire.id is None:
        return Markup("• {}").format(who)
    count = orders.get(hire.id, 0)
    if count:
        return turn.t("• {hire} · orders {count}", hire=who, count=count)
    return turn.t("• {hire} · no order yet", hire=who)


def _refuse(turn: Turn) -> None:
    turn.toast(turn.t.plain(N_("This cohort is not one of your companies'.")), alert=True)


def _argument(turn: Turn, place: int) -> str:
    arguments = turn.press.arguments if turn.press is not None else ()
    return arguments[place] if place < len(arguments) else ""


def _clip(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
