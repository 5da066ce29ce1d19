"""How far a form is filled: what a conversation stores, and which field comes next.

Everything here is a pure function of the form and of values, so that it can be tested as tables. A value of None means
that the field was skipped; a key that is absent has not been answered yet.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from handlers.forms.fields import Field, Rows, Values, Wrong
from handlers.forms.form import Form, FormTurn

Path = tuple[str | int, ...]
"""Where a question stands: `("plan",)`, `("sessions",)` for a list of rows, `("sessions", 0, "topic")`."""


class Screen(StrEnum):
    """What the person sees: a question, the card, the list of fields to edit, or "discard?"."""

    question = "question"
    card = "card"
    fields = "fields"
    leave = "leave"


@dataclass
class Progress:
    """All that is remembered of a half-filled form, as JSON in `Conversation.state`."""

    title: str = ""
    """The form's title (catalog text), to name it where the form itself is not at hand."""
    values: Values = field(default_factory=dict)
    given: Values = field(default_factory=dict)
    """What it was started with: starting over begins with it again."""
    record_id: int | None = None
    screen: Screen = Screen.question
    at: Path = ()
    editing: bool = False
    """One field is being changed from the card, to which the person returns."""
    history: list[Path] = field(default_factory=list)
    """The questions answered before, for Back."""
    presets: list[str] = field(default_factory=list)
    """Keys whose value was preset and not touched."""
    ask: list[str] = field(default_factory=list)
    """Keys to be asked although they have a value or are optional: pasted wrongly."""
    touched: bool = False
    """Whether the person has filled in anything."""
    brief: bool = False
    """Only what is required is asked from here on: a block was pasted."""
    draft: Any = None
    """Switched on so far in a question with several buttons."""
    page: int = 0
    leaving: str = ""
    """What `Screen.leave` asks about: cancel or restart."""
    before_leaving: Screen = Screen.question

    def to_json(self) -> dict[str, Any]:
        """A new dict for `Conversation.state`."""
        return {f.name: _copy(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Progress":
        """What `to_json` stored; entries of another version are ignored."""
        known = {f.name for f in fields(cls)}
        progress = cls(**_copy({k: v for k, v in stored.items() if k in known}))
        progress.at = tuple(progress.at)
        progress.history = [tuple(path) for path in progress.history]
        progress.screen = Screen(progress.screen)
        progress.before_leaving = Screen(progress.before_leaving)
        return progress


def _copy(value: Any) -> Any:
    """A JSON value that shares nothing with the stored one."""
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list | tuple) else value


@dataclass(frozen=True)
class Step:
    """The next question, and the values with the presets that were met on the way to it."""

    path: Path | None
    """None: nothing is left to ask."""
    values: Values
    preset_keys: tuple[str, ...]


def next_step(form: Form, turn: FormTurn, ask: Collection[str] = (), *, brief: bool = False) -> Step:
    """Walk the fields in order up to the first that has to be asked, filling presets.

    Values of fields that do not apply stay in `Step.values` (they count again when the field applies again) but are
    not seen by the other fields. With `brief`, and for a stored record, optional fields are skipped instead of asked.
    """
    kept, seen = dict(turn.values), dict(turn.values)
    inner = replace(turn, values=seen)
    brief = brief or turn.record_id is not None
    preset_keys: list[str] = []
    for each in form.fields:
        if not each.applies(inner):
            seen.pop(each.key, None)
            continue
        if each.key in ask:
            return Step((each.key,), kept, tuple(preset_keys))
        if each.key not in seen:
            preset = None if _was_left_out(each, turn) else each.preset(inner)
            if preset is not None:
                kept[each.key] = seen[each.key] = preset
                preset_keys.append(each.key)
            elif each.asked and (each.required or not brief):
                return Step((each.key,), kept, tuple(preset_keys))
            elif each.asked:
                kept[each.key] = seen[each.key] = [] if isinstance(each.kind, Rows) else None
            else:
                continue
        if isinstance(each.kind, Rows):
            rows = [dict(row) for row in seen[each.key] or ()]
            kept[each.key] = seen[each.key] = rows
            for number, row in enumerate(rows):
                missing = next_of_row(each.kind, inner, row, brief=brief)
                if missing is not None:
                    return Step((each.key, number, missing), kept, tuple(preset_keys))
            if len(rows) < each.kind.least:
                return Step((each.key,), kept, tuple(preset_keys))
    return Step(None, kept, tuple(preset_keys))


def next_field(form: Form, turn: FormTurn, ask: Collection[str] = (), *, brief: bool = False) -> Path | None:
    """The path of the next question; None when the card can be shown."""
    return next_step(form, turn, ask, brief=brief).path


def next_of_row(rows: Rows, turn: FormTurn, row: Values, *, brief: bool = False) -> str | None:
    """The key of the first field of a row that has to be asked; presets are filled into `row`."""
    for each in rows.fields:
        inner = in_row(turn, row)
        if each.key in row or not each.applies(inner):
            continue
        preset = None if _was_left_out(each, turn) and brief else each.preset(inner)
        if preset is not None:
            row[each.key] = preset
        elif each.asked and (each.required or not brief):
            return each.key
        elif each.asked:
            row[each.key] = None
    return None


def _was_left_out(each: Field, turn: FormTurn) -> bool:
    """Whether an absent value of a stored record means that it was skipped, so that no preset may come in."""
    return turn.record_id is not None and each.asked and not each.required


def in_row(turn: FormTurn, row: Values) -> FormTurn:
    """What the fields of a row see: the form's values with the row's own over them."""
    return replace(turn, values=turn.values | row)


def applying(form: Form, turn: FormTurn) -> tuple[list[Field], FormTurn]:
    """The fields that apply, and a turn without the values of those that do not: what is shown, checked and saved."""
    seen = dict(turn.values)
    inner = replace(turn, values=seen)
    shown: list[Field] = []
    for each in form.fields:
        if not each.applies(inner):
            seen.pop(each.key, None)
            continue
        shown.append(each)
        if isinstance(each.kind, Rows) and seen.get(each.key):
            seen[each.key] = [_row_applying(each.kind, inner, row) for row in seen[each.key]]
    return shown, inner


def _row_applying(rows: Rows, turn: FormTurn, row: Values) -> Values:
    kept = dict(row)
    for each in rows.fields:
        if not each.applies(in_row(turn, kept)):
            kept.pop(each.key, None)
    return kept


def field_at(form: Form, path: Path) -> Field | None:
    """The declared field of a path; None when the form no longer has it."""
    found = next((f for f in form.fields if path and f.key == path[0]), None)
    if found is None or len(path) < 3:
        return found
    rows = found.kind
    return next((f for f in rows.fields if f.key == path[2]), None) if isinstance(rows, Rows) else None


def value_at(values: Values, path: Path) -> Any:
    """The value of a path; None when it is not answered."""
    if len(path) < 3:
        return values.get(str(path[0])) if path else None
    row = row_at(values, path)
    return None if row is None else row.get(str(path[2]))


def row_at(values: Values, path: Path) -> Values | None:
    """The row a path leads into, as stored; None when it is gone."""
    rows = values.get(str(path[0])) if path else None
    number = path[1] if len(path) > 1 else None
    if not isinstance(rows, list) or not isinstance(number, int) or not 0 <= number < len(rows):
        return None
    row: Values = rows[number]
    return row


def turn_at(turn: FormTurn, path: Path) -> FormTurn:
    """The turn as the field of a path sees it."""
    row = row_at(turn.values, path)
    return turn if row is None else in_row(turn, row)


def complaints(form: Form, shown: Sequence[Field], inner: FormTurn) -> Iterator[tuple[Path, Wrong]]:
    """What does not fit among what applies (see `applying`): field by field, then as a whole (path `()`)."""
    for each in shown:
        value = inner.values.get(each.key)
        if value is None:
            continue
        if isinstance(each.kind, Rows):
            for number, row in enumerate(value):
                for own in each.kind.fields:
                    if row.get(own.key) is not None and (wrong := _refusal(own, in_row(inner, row), row[own.key])):
                        yield (each.key, number, own.key), wrong
        if wrong := _refusal(each, inner, value):
            yield (each.key,), wrong
    try:
        form.check(inner)
    except Wrong as wrong_whole:
        yield (), wrong_whole


def _refusal(each: Field, turn: FormTurn, value: Any) -> Wrong | None:
    try:
        each.check(turn, value)
    except Wrong as wrong:
        return wrong
    return None


def is_unchanged(form: Form, progress: Progress, values: Values) -> bool:
    """Whether a stored record is under edit and its answers are as they were, which is nothing to save."""
    given = progress.given
    keys = [each.key for each in form.fields]
    is_same = all((given.get(key) or None) == (values.get(key) or None) for key in keys)
    return progress.record_id is not None and is_same and not form.composes
