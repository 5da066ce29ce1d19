"""Lists of what somebody recorded, newest first, with a button to change each and the buttons that turn the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from handlers.keyboards import Button, button_data
from handlers.people.roles import number
from handlers.translations import N_
from handlers.turn import Turn

LISTED = 8
"""Records on a page: a phone screen, and few enough for Telegram's limits."""
LIST_WORDS = frozenset({"列表", "记录", "我的", "list", "mine"})
_SHORT = 40


@dataclass(frozen=True)
class Entry:
    """One record of a list."""

    line: Markup
    buttons: Sequence[Button]


def offset_of(turn: Turn) -> int:
    """Where the list begins: the argument of the pressed button."""
    return (number(argument(turn)) or 0) if turn.press is not None else 0


def argument(turn: Turn, place: int = 0) -> str:
    """One argument of the pressed button; empty when it has none."""
    arguments = turn.press.arguments if turn.press is not None else ()
    return arguments[place] if len(arguments) > place else ""


def show_entries(turn: Turn, heading: Markup, entries: Sequence[Entry], name: str, offset: int, total: int) -> None:
    """Draw a page of a list; `name` is the button that turns it, with the new offset as its argument."""
    t = turn.t
    keyboard = [list(entry.buttons) for entry in entries]
    turning = []
    if offset:
        turning.append(Button(t.plain(N_("‹ Newer")), button_data(name, max(offset - LISTED, 0))))
    if offset + LISTED < total:
        turning.append(Button(t.plain(N_("Older ›")), button_data(name, offset + LISTED)))
    turn.redraw(Markup("\n").join([heading, *(entry.line for entry in entries)]), [*keyboard, turning])


def short(text: str, most: int = _SHORT) -> str:
    """A text on one line, cut with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
