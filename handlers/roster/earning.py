"""Whether a hire earns, six months after going on post: the manager's yes or no, shown and never enforced (§9)."""

from handlers.roster.hire_card import draw_hire, is_asked_about_earning
from handlers.roster.roster_scope import recording
from handlers.translations import N_
from handlers.turn import Turn
from storage.roster import EventKind, Hire
from storage.roster_events import record_event

KINDS = {"yes": EventKind.earning, "no": EventKind.not_earning}


def note_earning(turn: Turn, hire: Hire, answer: str) -> None:
    """Record the answer of a button; the last one holds."""
    if answer not in KINDS or not is_asked_about_earning(hire, turn.today):
        turn.toast(turn.t.plain(N_("This is asked six months after going on post, of those who are there.")))
        turn.redraw(*draw_hire(turn, hire))
        return
    record_event(turn.session, hire, KINDS[answer], turn.today, recording(turn))
    turn.redraw(*draw_hire(turn, hire, above=turn.t(N_("✅ Noted."))))
