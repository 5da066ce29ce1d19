"""What a form asks: fields and the kinds of answer they take.

A kind turns what a person types or taps into a value that JSON can hold, and shows a value to the person. A form's
values are a plain dict (`Values`) of such values; dates are ISO text.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from handlers.translations import Translator

if TYPE_CHECKING:
    from handlers.forms.form import FormTurn

Values = dict[str, Any]


class Wrong(Exception):
    """An answer that cannot be taken: one friendly sentence that says what is wrong and what to type instead.

    `message` is a catalog text; `values` fill its placeholders.
    """

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values


@dataclass(frozen=True)
class Option:
    """One of a few answers, offered as a button and understood when typed."""

    value: str
    label: str
    """Catalog text; with `literal` the label is shown as it is (a person's name)."""
    words: tuple[str, ...] = ()
    """Further words a person may type for it."""
    literal: bool = False

    def text(self, t: Translator) -> str:
        """The label in the reader's language."""
        return self.label if self.literal else t.plain(self.label)


class Kind(Protocol):
    """How a field's answer is read, offered and shown."""

    def parse(self, text: str, turn: "FormTurn") -> Any:
        """The value of what was typed; raises Wrong."""

    def options(self, turn: "FormTurn") -> Sequence[Option]:
        """The answers offered as buttons; empty for free text."""

    def choose(self, value: str, turn: "FormTurn") -> Any:
        """The value of a pressed option; raises Wrong when the option is not (or no longer) offered."""

    def show(self, value: Any, turn: "FormTurn") -> str:
        """The value as plain text in the reader's language."""


def always(turn: "FormTurn") -> bool:
    """The default of `Field.applies`."""
    return True


def nothing(turn: "FormTurn") -> Any:
    """The default of `Field.preset`."""
    return None


def accept(turn: "FormTurn", value: Any) -> None:
    """The default of `Field.check`."""


@dataclass(frozen=True)
class Field:
    """One thing a form asks for."""

    key: str
    label: str
    """Short name on the card and in a pasted block (catalog text)."""
    ask: str
    """The question (catalog text)."""
    kind: "Kind | Rows"
    required: bool = True
    words: tuple[str, ...] = ()
    """Further labels understood in a pasted block, besides the label in both languages."""
    help: str = ""
    """A second line under the question: what to type, an example (catalog text)."""
    applies: Callable[["FormTurn"], bool] = always
    preset: Callable[["FormTurn"], Any] = nothing
    """A value that need not be asked for; it is shown on the card and can be edited. None: ask."""
    check: Callable[["FormTurn", Any], None] = accept
    """Raises Wrong when the value does not fit the other values or the records."""
    asked: bool = True
    """False: never asked in turn, only reached from the card (an optional extra)."""
    add_label: str = ""
    """The button on the card that adds this extra while it is empty (catalog text)."""


@dataclass(frozen=True)
class Rows:
    """A kind whose value is a list of rows, each filled field by field (training sessions, weeks of a plan)."""

    fields: tuple[Field, ...]
    most: int
    least: int = 0
    row_title: str = ""
    """Title of one row, with {number} (catalog text)."""
    suggestions: Callable[["FormTurn"], Sequence[Values]] = field(default=lambda turn: ())


def iso(day: date) -> str:
    """A date as a form's value."""
    return day.isoformat()
