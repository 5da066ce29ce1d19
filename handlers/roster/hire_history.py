"""`/history <hire>`: everything recorded about a hire, from which every count is derived (handbook §6)."""

from markupsafe import Markup

from handlers.figures.pages import page_of
from handlers.keyboards import rows_of
from handlers.roster.hire_words import EVENT_WORDS, hire_words, short_day
from handlers.roster.roster_scope import company_ids, own_hire
from handlers.roster.roster_screens import BUTTON, Screen, button, named_button
from handlers.translations import N_, Translator
from handlers.turn import Turn
from storage.people import Person, PersonId, display_name
from storage.roster import Cohort, EventKind, Hire, HireEvent
from storage.roster_events import history
from storage.roster_lists import find_hires

EVENTS_A_PAGE = 20
HIRES_OFFERED = 15
NOBODY_CALLED = N_("I find nobody called “{name}” on your roster. /roster shows who is there.")
_WITH_SCORE = frozenset({EventKind.exam_passed, EventKind.exam_failed})


def show(turn: Turn) -> None:
    """`/history 张伟`."""
    t, name = turn.t, " ".join(turn.arguments.split())
    if not name:
        turn.say(t(N_("Whose history? Please send it with the name, e.g. /history Li Na.")))
        return
    ids = company_ids(turn)
    hires = find_hires(turn.session, ids, name, turn.today)
    hires = hires or find_hires(turn.session, ids, name, turn.today, partly=True)
    if not hires:
        turn.say(t(NOBODY_CALLED, name=name[:60]))
    elif len(hires) == 1:
        turn.say(*draw_history(turn, hires[0]))
    else:
        buttons = [named_button(hire_words(t, h, turn.today), "history", h.id) for h in hires[:HIRES_OFFERED]]
        turn.say(t(N_("Which one do you mean?")), rows_of(buttons, 1))


def draw_history(turn: Turn, hire: Hire, page: int = 0) -> Screen:
    """A hire's events, oldest first, with who recorded them and when."""
    t, events = turn.t, history(turn.session, hire)
    people = {e.recorded_by: turn.session.get(Person, e.recorded_by) for e in events if e.recorded_by is not None}
    lines = [t(N_("<b>History</b> · {hire}"), hire=hire_words(t, hire, turn.today))]
    listed = page_of([_line(turn, n, event, people) for n, event in enumerate(events, 1)], page, EVENTS_A_PAGE)
    keyboard = [listed.turning(BUTTON, "history", hire.id), [button(t, N_("‹ Card"), "hire", hire.id)]]
    return Markup("\n").join([*lines, *listed.lines]), keyboard


def _line(turn: Turn, number: int, event: HireEvent, people: dict[PersonId, Person | None]) -> Markup:
    t = turn.t
    recorded = event.recorded_at.astimezone(turn.zone)
    by = people.get(event.recorded_by) if event.recorded_by is not None else None
    what = _what(turn, t, event)
    line = Markup("{}. {} <b>{}</b>").format(number, short_day(event.day, turn.today), what)
    who = display_name(by) if by is not None else "—"
    return line + Markup(" <i>({}, {} {:%H:%M})</i>").format(who, short_day(recorded.date(), turn.today), recorded)


def _what(turn: Turn, t: Translator, event: HireEvent) -> str:
    """What happened, with its reason, score, cohort or former name."""
    words = t.plain(EVENT_WORDS[event.kind])
    if event.kind in {EventKind.moved, EventKind.hired} and event.cohort_id is not None:
        cohort = turn.session.get(Cohort, event.cohort_id)
        return f"{words}: {cohort.name}" if cohort is not None else words
    if event.kind is EventKind.renamed:
        return t.plain(N_("renamed, before: {name}"), name=event.note)
    if event.kind is EventKind.on_post and event.note:
        return t.plain(N_("on post by override: {reason}"), reason=event.note)
    if event.kind in _WITH_SCORE and event.note.isdecimal():
        return t.plain(N_("{what}, score {score}"), what=words, score=event.note)
    return f"{words}: {event.note}" if event.note else words


def pressed(turn: Turn, number: str, page: int) -> None:
    """A history button."""
    hire = own_hire(turn, number)
    if hire is not None:
        turn.redraw(*draw_history(turn, hire, page))
