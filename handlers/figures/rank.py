"""/rank: the companies by the pooled order rate of a month's closed cohorts, as posted on the 6th (handbook §7)."""

from markupsafe import Markup

from handlers.figures.pages import page_number, page_of
from handlers.figures.periods_typed import period_of_key, read_period
from handlers.figures.standings import companies_heading, place_lines, pooled_line, ranking_of_month
from handlers.keyboards import Button, button_data
from handlers.translations import N_
from handlers.turn import Turn
from schedules.periods import Period
from storage.kinds import ReportKind

RANK = "rank"
COMPANIES_PER_PAGE = 30


def rank(turn: Turn) -> None:
    """`/rank [month]`: this month's so far, or those of the month that is named."""
    month = Period.monthly_of(turn.today)
    if turn.arguments:
        asked = read_period(turn.arguments, turn.today)
        if asked is None or asked.kind is not ReportKind.monthly:
            turn.say(turn.t("Please name a month, e.g. /rank last month or /rank 2026-10."))
            return
        month = asked
    _show(turn, month, 0)


def pressed_rank(turn: Turn) -> None:
    """A button to another page or month."""
    arguments = turn.press.arguments if turn.press is not None else ()
    month = period_of_key(":".join(arguments[:2]))
    if month is None or month.kind is not ReportKind.monthly:
        turn.toast(turn.t.plain(N_("This list is no longer in use. /rank shows it anew.")))
        return
    _show(turn, month, page_number(arguments[2]) if len(arguments) > 2 else 0)


def _show(turn: Turn, month: Period, number: int) -> None:
    t = turn.t
    ranking = ranking_of_month(turn.session, month, turn.today)
    page = page_of(place_lines(t, ranking.places), number, COMPANIES_PER_PAGE)
    lines = [companies_heading(t, month), *page.lines]
    if ranking.places:
        lines.append(pooled_line(t, ranking))
    else:
        lines.append(t("No cohort closed in this time."))
    if month.last >= turn.today:
        lines.append(t("The month is not over; data as of {day}.", day=t.day(turn.today)))
    months = [_to_month(month.previous(), "‹ {}")]
    if month.last < turn.today:
        months.append(_to_month(month.next(), "{} ›"))
    turn.redraw(Markup("\n").join(lines), [page.turning(RANK, *month.key.split(":")), months])


def _to_month(month: Period, label: str) -> Button:
    return Button(label.format(month.label), button_data(RANK, *month.key.split(":"), 0))
