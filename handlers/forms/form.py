"""A form: its fields, its check as a whole, what its card says, and what happens when it is confirmed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from markupsafe import Markup

from handlers.forms.fields import Field, Values
from handlers.translations import N_
from handlers.turn import Turn
from storage.people import PersonState, Role


@dataclass
class FormTurn:
    """A turn within a form: the values so far, and the record that is being edited, if any."""

    turn: Turn
    values: Values
    record_id: int | None = None
    """The stored record under edit; None for a new one."""

    @property
    def today(self) -> date:
        """Local date of the turn."""
        return self.turn.today

    def day(self, key: str = "day") -> date:
        """A date among the values; today while it is not answered."""
        value = self.values.get(key)
        return date.fromisoformat(value) if value else self.today


def no_lines(turn: FormTurn) -> Sequence[str | Markup]:
    """The default of `Form.notes` and `Form.warnings`."""
    return ()


def nothing_yet(turn: FormTurn) -> str:
    """The default of `Form.about`."""
    return ""


def whole(turn: FormTurn) -> None:
    """The default of `Form.check`."""


@dataclass(frozen=True, eq=False)
class Form:
    """A declared conversation. The driver asks its fields, shows the card and calls `save` when it is confirmed.

    `save` records and says what was recorded (through `turn.turn.redraw`/`say`), all in the turn's transaction; it may
    raise `Wrong`, which returns the person to the card with nothing lost.
    """

    name: str
    """Stable: stands in stored conversations and in callback data; at most 12 ASCII characters."""
    title: str
    """Catalog text: the heading of questions and card."""
    words: tuple[str, ...]
    """First words of a pasted block that name this form."""
    fields: tuple[Field, ...]
    save: Callable[[FormTurn], None]
    roles: frozenset[Role] = field(default=frozenset({Role.manager, Role.admin}))
    states: frozenset[PersonState] = field(default=frozenset({PersonState.active}))
    """The states in which a person may fill it; joining is open to those who wait for approval."""
    about: Callable[[FormTurn], str] = nothing_yet
    """What it is about as far as is known (a day, a hire), as plain text beside the title of each question."""
    check: Callable[[FormTurn], None] = whole
    """Raises Wrong when the values do not fit together."""
    notes: Callable[[FormTurn], Sequence[str | Markup]] = no_lines
    """Further lines on the card: what was taken from the records, what the entry will change."""
    warnings: Callable[[FormTurn], Sequence[str | Markup]] = no_lines
    """Things to think over before confirming (more than 5 orders at once, a possible duplicate)."""
    confirm_label: str = N_("Confirm")
    """Catalog text of the button that saves."""
    composes: bool = False
    """What is saved is composed from the records too: an edit may matter though no answer was changed."""
    example: str = ""
    """The pasted form with an example, for /help (catalog text)."""
    load: Callable[[Turn, int], Values | None] | None = None
    """The values of a stored record, for editing; None when it is gone or not theirs."""
