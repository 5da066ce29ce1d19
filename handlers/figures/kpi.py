"""`/kpi [name] [month]`: a manager sees the own card, an admin everybody's, the group nobody's (handbook §8, §10)."""

from collections.abc import Mapping

from markupsafe import Markup

from handlers.administration.manager_picks import managers_for
from handlers.figures.kpi_text import card_text, total_text
from handlers.figures.pages import page_number, page_of
from handlers.figures.periods_typed import period_of_key, read_question
from handlers.keyboards import Button, button_data, rows_of
from handlers.people.roles import number
from handlers.translations import N_
from handlers.turn import Turn
from schedules.kpi_figures import PersonCard, card_of
from schedules.periods import Period
from storage.people import Person, PersonState, Role, display_name

BUTTON = "kpi"
PER_PAGE = 20
OWN_ONLY = N_("I can show you your own card only.")
HOW_ADMIN = N_("I did not understand “{words}”. You can ask e.g. /kpi, /kpi 2026-10 or /kpi Wang Fang.")
HOW = N_("I did not understand “{words}”. You can ask e.g. /kpi or /kpi 2026-10; I show you your own card only.")
NO_CARD = N_("There is no KPI card for {name}: cards are those of managers.")


def kpi(turn: Turn) -> None:
    """`/kpi`, `/kpi 2026-10`, for an admin also `/kpi 王芳 2026-10`."""
    is_admin = turn.who.role is Role.admin
    question = read_question(turn.arguments, turn.today, [], managers_for(turn) if is_admin else [turn.who])
    if question.unknown or question.kind is not None:
        said = HOW_ADMIN if is_admin else HOW
        turn.say(turn.t(said, words=" ".join(question.unknown)[:60] or turn.arguments[:60]))
        return
    month = Period.monthly_of((question.period or Period.monthly_of(turn.today)).first)
    if question.people and len(question.people) > 1:
        turn.say(turn.t("Whom do you mean?"), rows_of([_open(person, month) for person in question.people[:20]], 1))
    elif question.people:
        _show(turn, question.people[0], month)
    elif is_admin:
        _show_all(turn, month, 0)
    else:
        _show(turn, turn.who, month)


def pressed(turn: Turn) -> None:
    """`kpi:one:<month's key>:<person>`, `kpi:all:<month's key>:<page>`."""
    what, kind, written, last = (*(turn.press.arguments if turn.press is not None else ()), "", "", "", "")[:4]
    period = period_of_key(f"{kind}:{written}")
    if period is None:
        turn.toast(turn.t.plain(OWN_ONLY), alert=True)
        return
    month = Period.monthly_of(period.first)
    person = turn.session.get(Person, number(last) or 0) if what == "one" else None
    if what == "all" and turn.who.role is Role.admin:
        _show_all(turn, month, page_number(last), redraw=True)
    elif person is not None and _may_see(turn, person):
        _show(turn, person, month, redraw=True)
    else:
        turn.toast(turn.t.plain(OWN_ONLY), alert=True)


def _may_see(turn: Turn, person: Person) -> bool:
    """The own card, or as an admin anybody's. Asked at every press."""
    if person.role is not Role.manager or person.state is PersonState.pending:
        return False
    return turn.who.role is Role.admin or person.id == turn.person_id


def _show(turn: Turn, person: Person, month: Period, *, redraw: bool = False) -> None:
    if not _may_see(turn, person):
        turn.say(turn.t(NO_CARD, name=display_name(person)))
        return
    is_admin = turn.who.role is Role.admin
    found = card_of(turn.session, person, month.first, turn.now, turn.zone)
    names = _raters(turn, found) if is_admin else None
    row = [_to(person, month.previous(), "‹ {}")]
    if month.last < turn.today:
        row.append(_to(person, month.next(), "{} ›"))
    keyboard = [row]
    if is_admin:
        keyboard.append([Button(turn.t.plain(N_("‹ All cards")), button_data(BUTTON, "all", *month.key.split(":"), 0))])
    text = card_text(turn.t, found, display_name(person), with_names=names)
    (turn.redraw if redraw else turn.say)(text, keyboard)


def _show_all(turn: Turn, month: Period, page_wanted: int, *, redraw: bool = False) -> None:
    """Every manager with the total; the totals of one page are worked out at a time."""
    t, people = turn.t, managers_for(turn)
    page = page_of([Markup.escape(display_name(person)) for person in people], page_wanted, PER_PAGE)
    shown = people[page.start : page.start + len(page.lines)]
    lines = [t("<b>🎯 KPI cards {month}</b>", month=month.label)]
    for person in shown:
        found = card_of(turn.session, person, month.first, turn.now, turn.zone)
        lines.append(Markup("• {}: {}").format(display_name(person), total_text(t, found.card)))
    if not people:
        lines.append(t("There is no manager yet."))
    row = [_all(month.previous(), "‹ {}")]
    if month.last < turn.today:
        row.append(_all(month.next(), "{} ›"))
    turning = page.turning(BUTTON, "all", *month.key.split(":"))
    keyboard = [*rows_of([_open(person, month) for person in shown], 2), turning, row]
    (turn.redraw if redraw else turn.say)(Markup("\n").join(lines), keyboard)


def _raters(turn: Turn, found: PersonCard) -> Mapping[int, str]:
    people = {rating.rated_by: turn.session.get(Person, rating.rated_by) for rating in found.ratings}
    return {number: display_name(person) for number, person in people.items() if person is not None}


def _open(person: Person, month: Period) -> Button:
    return Button(display_name(person)[:30], button_data(BUTTON, "one", *month.key.split(":"), person.id))


def _to(person: Person, month: Period, label: str) -> Button:
    return Button(label.format(month.label), button_data(BUTTON, "one", *month.key.split(":"), person.id))


def _all(month: Period, label: str) -> Button:
    return Button(label.format(month.label), button_data(BUTTON, "all", *month.key.split(":"), 0))
