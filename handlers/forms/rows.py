"""Moves in a question whose answer is a list of rows (training sessions, weeks of a plan).

Like those of `filling`: they change the progress only, and one that raises `Wrong` or `Stale` is not stored.
"""

from collections.abc import Sequence

from handlers.forms.choices import NO_LONGER
from handlers.forms.fields import Rows, Values, Wrong
from handlers.forms.filling import Filling, Stale
from handlers.forms.paste import RowIncomplete, read_row, read_rows
from handlers.forms.progress import Screen, in_row, next_of_row, row_at
from handlers.forms.screens import row_token
from handlers.translations import N_

TOO_FEW_ROWS = N_("At least {least} needed here: please add one more.")
ENOUGH_ROWS = N_("At most {most} of these can be entered.")


def add(filling: Filling) -> None:
    """Ask the fields of one more row."""
    key, kind, rows = _with_room(filling)
    first = next_of_row(kind, filling.form_turn, {})
    if first is None:
        _put(filling, key, [*rows, _filled(filling, kind, {})])
        return
    filling.remember((key,))
    filling.go(Screen.question, (key, len(rows), first))


def suggest(filling: Filling, argument: str) -> None:
    """Add a suggested row and ask what it lacks."""
    key, kind, rows = _with_room(filling)
    suggested = next((s for s in kind.suggestions(filling.form_turn) if row_token(s) == argument), None)
    if suggested is None:
        raise Wrong(NO_LONGER)
    if any(suggested.items() <= row.items() for row in rows):
        return  # a second tap on the same button
    row = _filled(filling, kind, suggested)
    _put(filling, key, [*rows, row])
    missing = next_of_row(kind, filling.form_turn, dict(row))
    if missing is not None:
        filling.remember((key,))
        filling.go(Screen.question, (key, len(rows), missing))


def begin(filling: Filling, line: str) -> bool:
    """Add a row of which only the beginning was typed (`入职`, as on its button) and ask the rest; whether it was."""
    key, kind, rows = _with_room(filling)
    try:
        read_row(filling.field, line, filling.form_turn)
    except RowIncomplete as begun:
        row = _filled(filling, kind, {name: value for name, value in begun.row.items() if value is not None})
    except Wrong:
        return False
    else:
        return False
    missing = next_of_row(kind, filling.form_turn, dict(row))
    if not row or missing is None:
        return False
    _put(filling, key, [*rows, row])
    filling.remember((key,))
    filling.go(Screen.question, (key, len(rows), missing))
    return True


def take_lines(filling: Filling, lines: Sequence[str]) -> list[str]:
    """Add rows from typed lines; a sentence for each that could not be read."""
    key, kind, rows = _with_room(filling)
    read, sentences = read_rows(filling.field, lines, filling.form_turn)
    if len(rows) + len(read) > kind.most:
        sentences.append(filling.turn.t.plain(ENOUGH_ROWS, most=kind.most))
    if read:
        _put(filling, key, [*rows, *read][: kind.most])
    return sentences


def open_row(filling: Filling, argument: str) -> None:
    """Show one row's fields, to change or remove it."""
    key = filling.field.key
    number = int(argument) if argument.isdecimal() and len(argument) < 4 else -1
    if len(filling.progress.at) != 1 or row_at(filling.progress.values, (key, number)) is None:
        raise Stale
    filling.go(Screen.fields, (key, number))


def remove(filling: Filling, argument: str) -> None:
    """Remove the row on the screen."""
    path = filling.progress.at
    if filling.progress.screen is not Screen.fields or len(path) != 2 or str(path[1]) != argument:
        raise Stale
    rows = filling.progress.values.get(str(path[0])) or []
    _put(filling, str(path[0]), [row for number, row in enumerate(rows) if number != path[1]])
    filling.progress.history = [h for h in filling.progress.history if len(h) < 3 or h[0] != path[0]]
    filling.go(Screen.question, path[:1])


def done(filling: Filling) -> None:
    """Take the rows as they are; one that lacks something is asked for it."""
    each = filling.field
    if not isinstance(each.kind, Rows):
        raise Stale
    kind = each.kind
    rows: list[Values] = filling.progress.values.get(each.key) or []
    if len(rows) < kind.least:
        raise Wrong(TOO_FEW_ROWS, least=kind.least)
    for number, row in enumerate(rows):
        missing = next_of_row(kind, filling.form_turn, dict(row))
        if missing is not None:
            filling.go(Screen.question, (each.key, number, missing))
            return
        inner = in_row(filling.form_turn, row)
        for own in kind.fields:
            if row.get(own.key) is not None and own.applies(inner):
                own.check(inner, row[own.key])
    touched = filling.progress.touched
    filling.accept(rows)
    filling.progress.touched = touched or bool(rows)


def _with_room(filling: Filling) -> tuple[str, Rows, list[Values]]:
    """The list under question, with room for one more."""
    each = filling.field
    if not isinstance(each.kind, Rows):
        raise Stale
    rows = list(filling.progress.values.get(each.key) or [])
    if len(rows) >= each.kind.most:
        raise Wrong(ENOUGH_ROWS, most=each.kind.most)
    return each.key, each.kind, rows


def _put(filling: Filling, key: str, rows: list[Values]) -> None:
    filling.progress.values = filling.progress.values | {key: rows}
    filling.progress.touched = True


def _filled(filling: Filling, kind: Rows, row: Values) -> Values:
    filled = dict(row)
    next_of_row(kind, filling.form_turn, filled)
    return filled
