"""/cohort: the card of one cohort, the list to choose from, and in private its hires one by one (handbook §5, §10).

A manager sees the own companies' cohorts, an admin all. In the group there are aggregates only: hires are listed in
private chats, for those who may see their company.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from markupsafe import Markup
from sqlmodel import Session, col, func, select

from handlers.figures.cohort_card import HIRES
from handlers.figures.figures_text import order_rate_text
from handlers.figures.pages import page_number, page_of
from handlers.forms.numbers import half_width
from handlers.keyboards import Button, button_data, rows_of
from handlers.roster import roster_scope
from handlers.roster.hire_words import hire_words
from handlers.translations import N_
from handlers.turn import Turn
from schedules.posts import COHORT_CARD
from storage.cohort_figures import CohortFigures, figures_of_companies, in_window_by
from storage.orders import Order
from storage.people import name_key
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


def cohort(turn: Turn) -> None:
    """`/cohort [name]`: a cohort's card, or the cohorts to choose from; a company's name lists its cohorts."""
    figures = _visible(turn)
    if not figures:
        turn.say(turn.t("There is no cohort yet. /roster creates one."))
        return
    wanted = " ".join(half_width(turn.arguments).split())
    if not wanted:
        _offer(turn, figures)
        return
    found = _named(figures, wanted)
    if not found:
        turn.say(turn.t("I know no cohort or company “{name}” among yours. Here is what there is:", name=wanted[:60]))
        _offer(turn, figures)
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
    figures, page = _visible(turn), page_number(_argument(turn, 1))
    if _argument(turn, 0) == str(EVERYTHING):
        _say_companies(turn, figures, page)
        return
    own = [each for each in figures if str(each.company_id) == _argument(turn, 0)]
    if not own:
        _refuse(turn)
        return
    _say_list(turn, own, page)


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


def _visible(turn: Turn) -> list[CohortFigures]:
    """The cohorts of every company the speaker may see: by company, those in progress first, then the newest."""
    found = figures_of_companies(turn.session, roster_scope.company_ids(turn), turn.today)
    return sorted(found, key=_order)


def _order(figures: CohortFigures) -> tuple[str, int, int]:
    rank = 2 if figures.closes_on is None else 0 if figures.interim else 1
    newest = figures.closes_on or figures.as_of
    return figures.company_name, rank, -newest.toordinal()


def _named(figures: Sequence[CohortFigures], wanted: str) -> list[CohortFigures]:
    """The cohorts of this name, else those of the company of this name, else those whose name contains it."""
    key = name_key(wanted)
    for found in (
        [each for each in figures if name_key(each.name) == key],
        [each for each in figures if name_key(each.company_name) == key],
        [each for each in figures if key in name_key(f"{each.company_name} {each.name}")],
    ):
        if found:
            return found
    return []


def _offer(turn: Turn, figures: Sequence[CohortFigures]) -> None:
    companies = {each.company_id for each in figures}
    if len(figures) == 1:
        show_card(turn, figures[0].cohort_id)
    elif len(figures) > MOST_IN_ONE_LIST and len(companies) > 1:
        _say_companies(turn, figures, 0)
    else:
        _say_list(turn, figures)


def _say_list(turn: Turn, figures: Sequence[CohortFigures], number: int = 0) -> None:
    """Cohorts with their rates and a button each."""
    several = len({each.company_id for each in figures}) > 1
    page = page_of([_cohort_line(turn, each, several) for each in figures], number, MOST_IN_ONE_LIST)
    shown = figures[page.start : page.start + len(page.lines)]
    buttons = [
        Button(_clip(f"{each.company_name} {each.name}" if several else each.name), button_data(CARD, each.cohort_id))
        for each in shown
    ]
    heading = turn.t("<b>Which cohort?</b>")
    if not several:
        heading = turn.t("<b>{company}</b>: which cohort?", company=figures[0].company_name)
    keyboard = [*rows_of(buttons, 2), page.turning(LIST, figures[0].company_id)]
    turn.redraw(Markup("\n").join([heading, *page.lines]), keyboard)


def _say_companies(turn: Turn, figures: Sequence[CohortFigures], number: int) -> None:
    """The companies that have cohorts, with a button each."""
    by_company: dict[int, list[CohortFigures]] = {}
    for each in figures:
        by_company.setdefault(each.company_id, []).append(each)
    companies = list(by_company.values())
    page = page_of([_company_line(turn, own) for own in companies], number, COMPANIES_PER_PAGE)
    buttons = [
        Button(_clip(own[0].company_name), button_data(LIST, own[0].company_id, 0))
        for own in companies[page.start : page.start + len(page.lines)]
    ]
    heading = turn.t("<b>Which company?</b> Or send /cohort with a cohort's name.")
    keyboard = [*rows_of(buttons, 2), page.turning(LIST, EVERYTHING)]
    turn.redraw(Markup("\n").join([heading, *page.lines]), keyboard)


def _cohort_line(turn: Turn, each: CohortFigures, with_company: bool) -> Markup:
    name = f"{each.company_name} {each.name}" if with_company else each.name
    return Markup("• {}: {}").format(name, order_rate_text(turn.t, each, labelled=True))


def _company_line(turn: Turn, own: Iterable[CohortFigures]) -> Markup:
    cohorts = list(own)
    running = sum(each.interim and each.closes_on is not None for each in cohorts)
    return turn.t(
        "• {company}: cohorts {count}, in progress {running}",
        company=cohorts[0].company_name,
        count=len(cohorts),
        running=running,
    )


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
