"""What a person sees of a form: questions, the card, the list of fields to edit, each with its buttons."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2s
from json import dumps
from typing import Any

from markupsafe import Markup

from handlers.forms.choices import Counts, ManyOf, OneOf, Scores
from handlers.forms.fields import Field, Option, Rows, Values
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import Number
from handlers.forms.progress import (
    Progress,
    Screen,
    complaints,
    field_at,
    next_of_row,
    row_at,
    turn_at,
    value_at,
)
from handlers.keyboards import Button, Keyboard, button_data, rows_of
from handlers.translations import N_

BUTTON = "f"
"""The name in the callback data of every button of a form."""
PAGE_SIZE = 9
COUNTS_PAGE = 15
"""Rows of three buttons that stay well within a message's hundred."""
LABELLED = N_("{label}: {value}")
LEAVING = (N_("Yes, start over"), N_("Yes, stop"), N_("Yes, discard"))
"""The buttons that leave a form: to begin again, to stop an edit, to discard."""
STAYING = N_("No, go on")
_LONGEST_VALUE = 600
_LONGEST_LABEL = 40
_TOKEN_BYTES = 28

Lines = list[str | Markup]
_NUMBERS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮"


@dataclass(frozen=True)
class View:
    """A form as it stands, to be drawn."""

    form: Form
    shown: Sequence[Field]
    """The fields that apply."""
    turn: FormTurn
    """With the values that apply."""
    progress: Progress
    conversation_id: int
    step: int

    def button(self, label: str, action: str, *arguments: object) -> Button:
        """A button of the present step."""
        return Button(
            _clip(label, _LONGEST_LABEL),
            button_data(BUTTON, self.conversation_id, self.step, action, *arguments),
        )

    def word(self, label: str, action: str, *arguments: object) -> Button:
        """A button whose label is a catalog text."""
        return self.button(self.turn.turn.t.plain(label), action, *arguments)


def draw(view: View, above: Sequence[str | Markup] = ()) -> tuple[Markup, Keyboard]:
    """The present screen as Telegram HTML with its buttons; `above` is said before it."""
    lines: Lines = [*above, ""] if above else []
    drawing = {
        Screen.question: _question,
        Screen.card: _card,
        Screen.fields: _fields,
        Screen.leave: _leave,
    }[view.progress.screen]
    own, keyboard = drawing(view)
    return Markup("\n").join([*lines, *own]), keyboard


def token(value: str) -> str:
    """An option's value as a button carries it: itself when short and plain, else a digest."""
    if value.isascii() and len(value) <= _TOKEN_BYTES:
        return value
    return f"~{blake2s(value.encode(), digest_size=8).hexdigest()}"


def row_token(row: Values) -> str:
    """A suggested row as a button carries it."""
    return blake2s(dumps(row, sort_keys=True, ensure_ascii=False).encode(), digest_size=8).hexdigest()


def show(each: Field, value: Any, turn: FormTurn) -> str:
    """A field's value as text; a dash when it is left out."""
    if value is None or value == []:
        return "—"
    if isinstance(each.kind, Rows):
        return "; ".join(summary(each.kind, row, turn) for row in value)
    return _clip(each.kind.show(value, turn), _LONGEST_VALUE)


def summary(rows: Rows, row: Values, turn: FormTurn) -> str:
    """A row on one line."""
    inner = FormTurn(turn.turn, turn.values | row, turn.record_id)
    t = turn.turn.t
    given = [f for f in rows.fields if row.get(f.key) is not None and f.applies(inner)]
    # A bare number says nothing without its label.
    shown = [
        f"{t.plain(f.label)} {show(f, row[f.key], inner)}" if isinstance(f.kind, Number) else show(f, row[f.key], inner)
        for f in given
    ]
    missing = next_of_row(rows, turn, dict(row)) is not None
    return " · ".join([*shown, *(["…"] if missing else [])])


def _question(view: View) -> tuple[Lines, Keyboard]:
    each = field_at(view.form, view.progress.at)
    assert each is not None
    t, inner, path = view.turn.turn.t, turn_at(view.turn, view.progress.at), view.progress.at
    title = _bold(" · ".join(filter(None, (t.plain(view.form.title), view.form.about(view.turn)))))
    rows_field = field_at(view.form, path[:1])
    if len(path) == 3 and rows_field is not None and isinstance(rows_field.kind, Rows):
        title += Markup(" · ") + _row_title(rows_field, int(path[1]), view.turn)
    lines: Lines = [title, Markup.escape(t.plain(each.ask))]
    if each.help:
        lines.append(Markup("<i>{}</i>").format(t.plain(each.help)))
    if isinstance(each.kind, Rows):
        return _rows_question(view, each, each.kind, lines)
    value = value_at(view.progress.values, path)
    choices: list[list[Button]]
    if isinstance(each.kind, Scores):
        choices = _score_rows(view, each.kind, lines)
    elif isinstance(each.kind, Counts):
        choices = _count_rows(view, each.kind, inner)
    elif isinstance(each.kind, ManyOf):
        chosen = view.progress.draft if view.progress.draft is not None else value or []
        marked = [
            Option(o.value, f"{'✅ ' if o.value in chosen else ''}{o.text(t)}", literal=True)
            for o in each.kind.options(inner)
        ]
        choices = _options(view, marked, each.kind.per_row, "toggle")
        choices.append([view.word(N_("Done"), "done")])
    else:
        per_row = each.kind.per_row if isinstance(each.kind, OneOf) else 3
        choices = _options(view, each.kind.options(inner), per_row, "option")
    if value is not None and not isinstance(each.kind, ManyOf | Scores | Counts):
        now = show(each, value, inner)
        lines.append(t(N_("Now: {value}"), value=now))
        choices.append([view.button(t.plain(N_("Keep: {value}"), value=now), "keep")])
    return lines, [*choices, *_ways_out(view, can_skip=not each.required)]


def _options(view: View, options: Sequence[Option], per_row: int, action: str) -> list[list[Button]]:
    t, page = view.turn.turn.t, view.progress.page
    pages = max(1, -(-len(options) // PAGE_SIZE))
    page = min(page, pages - 1)
    shown = options[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    buttons = [view.button(option.text(t), action, token(option.value)) for option in shown]
    laid = rows_of(buttons, per_row if all(len(b.label) <= 12 for b in buttons) else min(per_row, 2))
    if pages > 1:
        laid.append(_turning(view, page, pages))
    return laid


def _score_rows(view: View, kind: Scores, lines: Lines) -> list[list[Button]]:
    t = view.turn.turn.t
    value = value_at(view.progress.values, view.progress.at)
    scores = view.progress.draft if view.progress.draft is not None else value or {}
    laid: list[list[Button]] = []
    for number, criterion in enumerate(kind.criteria):
        mark = _NUMBERS[number] if number < len(_NUMBERS) else f"({number + 1})"
        given = scores.get(criterion.value)
        lines.append(Markup("{} {} <b>{}</b>").format(mark, criterion.text(t), given or "–"))
        row = [view.button(mark, "option", f"{number}-0")]
        row += [view.button(f"✅{s}" if s == given else str(s), "option", f"{number}-{s}") for s in range(1, 6)]
        laid.append(row)
    laid.append([view.word(N_("Done"), "done")])
    return laid


def _count_rows(view: View, kind: Counts, inner: FormTurn) -> list[list[Button]]:
    """A row for each thing: its name and number (which adds one too), −, ＋."""
    t = view.turn.turn.t
    value = value_at(view.progress.values, view.progress.at)
    counts = view.progress.draft if view.progress.draft is not None else value or {}
    options = kind.options(inner)
    pages = max(1, -(-len(options) // COUNTS_PAGE))
    page = min(view.progress.page, pages - 1)
    laid = [
        [
            view.button(f"{option.text(t)}: {counts.get(option.value, 0)}", "option", f"{option.value}+"),
            view.button("−", "option", f"{option.value}-"),
            view.button("＋", "option", f"{option.value}+"),
        ]
        for option in options[page * COUNTS_PAGE : (page + 1) * COUNTS_PAGE]
    ]
    if pages > 1:
        laid.append(_turning(view, page, pages))
    laid.append([view.word(N_("Done"), "done")])
    return laid


def _turning(view: View, page: int, pages: int) -> list[Button]:
    turning = [view.button(f"‹ {page}/{pages}", "page", page - 1)] if page else []
    if page < pages - 1:
        turning.append(view.button(f"{page + 2}/{pages} ›", "page", page + 1))
    return turning


def _rows_question(view: View, each: Field, kind: Rows, lines: Lines) -> tuple[Lines, Keyboard]:
    t = view.turn.turn.t
    rows: list[Values] = view.progress.values.get(each.key) or []
    keyboard: list[list[Button]] = []
    for number, row in enumerate(rows):
        title, content = _row_title(each, number, view.turn), summary(kind, row, view.turn)
        lines.append(t(LABELLED, label=title, value=_clip(content, _LONGEST_VALUE)))
        keyboard.append([view.button(f"✏️ {number + 1}. {content}", "row", number)])
    if len(rows) < kind.most:
        for suggested in _open_suggestions(kind, rows, view.turn):
            keyboard.append([view.button(f"＋ {summary(kind, suggested, view.turn)}", "suggest", row_token(suggested))])
        keyboard.append([view.word(N_("Add one"), "add")])
    if len(rows) >= kind.least:
        keyboard.append([view.word(N_("That is all") if rows else N_("None"), "done")])
    return lines, [*keyboard, *_ways_out(view, can_skip=False)]


def _open_suggestions(kind: Rows, rows: Sequence[Values], turn: FormTurn) -> list[Values]:
    return [s for s in kind.suggestions(turn) if not any(s.items() <= row.items() for row in rows)][:PAGE_SIZE]


def _row_title(each: Field, number: int, turn: FormTurn) -> str:
    t = turn.turn.t
    if isinstance(each.kind, Rows) and each.kind.row_title:
        return t.plain(each.kind.row_title, number=number + 1)
    return f"{t.plain(each.label)} {number + 1}"


def _ways_out(view: View, *, can_skip: bool) -> list[list[Button]]:
    back = view.progress.history or view.progress.editing
    row = [view.word(N_("‹ Back"), "back")] if back else []
    if can_skip:
        row.append(view.word(N_("Skip"), "skip"))
    return [[*row, view.word(N_("Cancel"), "cancel")]]


def _card(view: View) -> tuple[Lines, Keyboard]:
    t = view.turn.turn.t
    shown, inner = view.shown, view.turn
    lines: Lines = [_bold(t.plain(view.form.title))]
    extras: list[Button] = []
    for number, each in enumerate(view.form.fields):
        if each not in shown:
            continue
        value = inner.values.get(each.key)
        if value is None or value == []:
            if each.add_label:
                extras.append(view.word(each.add_label, "add", number))
            if not each.asked:
                continue
        if isinstance(each.kind, Rows) and value:
            lines.append(t(LABELLED, label=t.plain(each.label), value=""))
            lines += [
                Markup("  {}. {}").format(n, _clip(summary(each.kind, row, inner), 300))
                for n, row in enumerate(value, 1)
            ]
        else:
            lines.append(t(LABELLED, label=t.plain(each.label), value=show(each, value, inner)))
    notes = list(view.form.notes(inner))
    lines += ["", *notes] if notes else []
    warnings = [
        *view.form.warnings(inner),
        *(t(w.message, **w.values) for _, w in complaints(view.form, shown, inner)),
    ]
    lines += ["", *(Markup("⚠️ {}").format(warning) for warning in warnings)] if warnings else []
    keyboard = [
        [view.word(view.form.confirm_label, "confirm"), view.word(N_("Edit"), "edit")],
        *rows_of(extras, 2),
        [view.word(N_("Cancel"), "cancel")],
    ]
    return lines, keyboard


def _fields(view: View) -> tuple[Lines, Keyboard]:
    t, path = view.turn.turn.t, view.progress.at
    rows_field = field_at(view.form, path[:1])
    row = row_at(view.progress.values, path)
    if rows_field is not None and row is not None and isinstance(rows_field.kind, Rows):
        title = _row_title(rows_field, int(path[1]), view.turn)
        listed, inner, values = list(rows_field.kind.fields), turn_at(view.turn, path), row
        buttons = _field_buttons(view, listed, listed, inner, values)
        last = [view.word(N_("Remove"), "remove", path[1]), view.word(N_("‹ Back"), "back")]
        return [_bold(title), t(N_("What shall be changed?"))], [
            *rows_of(buttons, 2),
            last,
        ]
    buttons = _field_buttons(view, list(view.form.fields), view.shown, view.turn, view.turn.values)
    lines: Lines = [_bold(t.plain(view.form.title)), t(N_("What shall be changed?"))]
    return lines, [*rows_of(buttons, 2), [view.word(N_("‹ Back"), "back")]]


def _field_buttons(
    view: View, declared: Sequence[Field], shown: Sequence[Field], inner: FormTurn, values: Values
) -> list[Button]:
    t = view.turn.turn.t
    return [
        view.button(
            t.plain(LABELLED, label=t.plain(each.label), value=show(each, values.get(each.key), inner)), "edit", number
        )
        for number, each in enumerate(declared)
        if each in shown and (shown is view.shown or each.applies(inner))
    ]


def _leave(view: View) -> tuple[Lines, Keyboard]:
    t = view.turn.turn.t
    if view.progress.leaving == "restart":
        question, yes = (
            N_("Start over? What you have filled in so far will be discarded."),
            LEAVING[0],
        )
    elif view.progress.record_id is not None:
        question, yes = N_("Stop editing? The record stays as it was."), LEAVING[1]
    else:
        question, yes = N_("Discard what you have filled in?"), LEAVING[2]
    stay = view.word(STAYING, "stay")
    return (
        [_bold(t.plain(view.form.title)), t(question)],
        [[view.word(yes, f"{view.progress.leaving or 'cancel'}-yes"), stay]],
    )


def _bold(text: str) -> Markup:
    return Markup("<b>{}</b>").format(text)


def _clip(text: str, most: int) -> str:
    line = text if most > _LONGEST_LABEL else " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
