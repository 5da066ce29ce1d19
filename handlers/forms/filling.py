"""A form being filled: the moves a person can make, by button or by word, each leading to the next screen.

A move changes `Progress` only; `store` puts it into the conversation, within the turn's transaction. A move that raises
`Wrong`, with a sentence for the person, is not stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from handlers.forms.choices import NO_LONGER, Counts, ManyOf, Scores
from handlers.forms.fields import Field, Option, Rows, Values, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.paste import PasteResult
from handlers.forms.progress import (
    Path,
    Progress,
    Screen,
    applying,
    complaints,
    field_at,
    next_of_row,
    next_step,
    turn_at,
    value_at,
)
from handlers.forms.screens import LABELLED, View, draw, token
from handlers.translations import N_
from handlers.turn import Turn
from storage.conversations import OpenConversation, store_conversation

NEEDED = N_("This one is needed and cannot be skipped.")
NOT_PLACED = N_("I could not place this line: {line}")
KEPT_WITH = N_("There is no such field, so this line is kept with “{label}”: {line}")
MORE_NOT_PLACED = N_("… and {count} more lines.")
_LINES_ECHOED = 8


class Stale(Exception):
    """The button does not belong to what is on the screen."""


@dataclass
class Filling:
    """One person's form with its conversation, during a turn."""

    turn: Turn
    form: Form
    conversation: OpenConversation
    progress: Progress
    _applying: tuple[Values, list[Field], FormTurn] | None = None
    """What applies to which values: worked out once, since it may ask the records. Moves replace the values, whole."""

    @classmethod
    def of(cls, turn: Turn, form: Form, conversation: OpenConversation) -> "Filling":
        """The filling a conversation stores; a question the form no longer has gives way to the next one."""
        filling = cls(turn, form, conversation, Progress.from_json(conversation.state))
        p = filling.progress
        at_question = Screen.question in {
            p.screen,
            p.before_leaving if p.screen is Screen.leave else p.screen,
        }
        if at_question and not filling.is_valid(p.at):
            filling.forward()
        return filling

    @property
    def known(self) -> FormTurn:
        """The turn with every value, also of fields that do not apply now."""
        return FormTurn(self.turn, self.progress.values, self.progress.record_id)

    @property
    def form_turn(self) -> FormTurn:
        """The turn as checks, notes and `save` see it: only what applies."""
        return self._worked_out()[1]

    @property
    def shown(self) -> list[Field]:
        """The fields that apply."""
        return self._worked_out()[0]

    @property
    def field(self) -> Field:
        """The field asked."""
        found = field_at(self.form, self.progress.at) if self.progress.screen is Screen.question else None
        if found is None:
            raise Stale
        return found

    @property
    def is_at_rows(self) -> bool:
        """Whether the question on the screen is a list of rows."""
        return isinstance(self.field.kind, Rows)

    @property
    def inner(self) -> FormTurn:
        """The turn as the field asked sees it."""
        return turn_at(self.form_turn, self.progress.at)

    def view(self) -> View:
        """What is to be drawn."""
        conversation_id, step = self.conversation.id or 0, self.conversation.step
        return View(self.form, self.shown, self.form_turn, self.progress, conversation_id, step)

    def drawn(self, above: Sequence[str | Markup] = ()) -> tuple[Markup, Any]:
        """The present screen."""
        return draw(self.view(), above)

    def store(self) -> None:
        """Put the progress into the conversation; a new screen makes the buttons of the last one old."""
        stored = self.conversation.state
        state = self.progress.to_json()
        has_moved = any(stored.get(key) != state[key] for key in ("screen", "at"))
        step = self.conversation.step + has_moved
        store_conversation(self.turn.session, self.conversation, step, state, self.turn.now)

    def go(self, screen: Screen, at: Path = ()) -> None:
        """Show another screen."""
        self.progress.screen, self.progress.at = screen, at
        self.progress.draft, self.progress.page = None, 0

    def forward(self) -> None:
        """To the next question, or to the card when nothing is left to ask."""
        p = self.progress
        step = next_step(self.form, self.known, p.ask, brief=p.brief)
        p.values = step.values
        p.presets += [key for key in step.preset_keys if key not in p.presets]
        if step.path is not None:
            self.go(Screen.question, step.path)
        else:
            self.to_card()

    def to_card(self) -> None:
        """Show everything for confirmation."""
        self.progress.editing, self.progress.history = False, []
        self.go(Screen.card)

    def is_valid(self, path: Path) -> bool:
        """Whether a question can (still) be put: declared, applying, its row there or the next to be added."""
        each = field_at(self.form, path)
        top = field_at(self.form, path[:1])
        if each is None or top is None or top not in self.shown:
            return False
        rows = self.progress.values.get(top.key) or []
        return len(path) == 1 or (isinstance(path[1], int) and path[1] <= len(rows))

    # What a person answers.

    def accept(self, value: Any) -> None:
        """Take an answer to the question on the screen and go on; None: skipped. Raises Wrong from the check."""
        p, each, path = self.progress, self.field, self.progress.at
        if value is not None:
            each.check(replace(self.inner, values=self.inner.values | {each.key: value}), value)
            p.touched = True
        changed = value_at(p.values, path) != value
        if len(path) == 3:
            self._set_in_row(path, value)
        else:
            p.values = p.values | {each.key: value}
        self._settle(str(path[0]), changed=changed)
        self._go_on_from(path)

    def keep(self) -> None:
        """Leave the value as it is and go on."""
        if value_at(self.progress.values, self.progress.at) is None:
            raise Stale
        self._settle(self.field.key, changed=False)
        self._go_on_from(self.progress.at)

    def skip(self) -> None:
        """Leave the field empty. Raises Wrong when it is needed."""
        if self.field.required or isinstance(self.field.kind, Rows):
            raise Wrong(NEEDED)
        self.accept(None)

    def choose(self, argument: str) -> None:
        """A pressed option."""
        each, inner = self.field, self.inner
        if isinstance(each.kind, Rows | ManyOf):
            raise Stale
        if isinstance(each.kind, Scores):
            criterion, score = each.kind.choose(argument, inner)
            scores = dict(self._draft({}))
            scores.pop(criterion, None)
            self.progress.draft = scores | ({criterion: score} if score else {})
            return
        if isinstance(each.kind, Counts):
            counted, step = each.kind.choose(argument, inner)
            counts = dict(self._draft({}))
            number = min(max(counts.pop(counted, 0) + step, 0), each.kind.most)
            self.progress.draft = counts | ({counted: number} if number else {})
            return
        self.accept(each.kind.choose(_option(each.kind.options(inner), argument).value, inner))

    def toggle(self, argument: str) -> None:
        """Switch one of several options on or off."""
        kind = self.field.kind
        if not isinstance(kind, ManyOf):
            raise Stale
        value = kind.choose(_option(kind.options(self.inner), argument).value, self.inner)
        chosen = list(self._draft([]))
        self.progress.draft = [v for v in chosen if v != value] if value in chosen else [*chosen, value]

    def done(self) -> None:
        """Take what was switched on."""
        kind = self.field.kind
        if isinstance(kind, ManyOf):
            self.accept(kind.settle(self._draft([]), self.inner))
        elif isinstance(kind, Scores | Counts):
            self.accept(self._draft({}))
        else:
            raise Stale

    def turn_page(self, argument: str) -> None:
        """Another page of options."""
        if not argument.isdecimal() or isinstance(self.field.kind, Rows):
            raise Stale
        self.progress.page = int(argument[:4])

    # The card.

    def edit(self, argument: str = "") -> None:
        """From the card the list of fields; from the list one field's question."""
        p = self.progress
        if p.screen is Screen.card and not argument:
            self.go(Screen.fields)
            return
        if p.screen is not Screen.fields:
            raise Stale
        if len(p.at) == 2:
            top = field_at(self.form, p.at[:1])
            listed = top.kind.fields if top is not None and isinstance(top.kind, Rows) else ()
            self.go(Screen.question, (*p.at, pick(listed, argument).key))
        else:
            self.edit_field(pick(self.form.fields, argument))

    def add_extra(self, argument: str) -> None:
        """From the card: fill in an optional extra."""
        self.edit_field(pick(self.form.fields, argument))

    def edit_field(self, each: Field) -> None:
        """Change one field from the card."""
        if not self.is_valid((each.key,)):
            raise Stale
        self.progress.editing, self.progress.history = True, []
        self.go(Screen.question, (each.key,))

    def back(self) -> None:
        """To the question before, from an edited field to the card."""
        p = self.progress
        if p.screen is Screen.fields:
            self.go(Screen.question, p.at[:1]) if len(p.at) == 2 else self.to_card()
        elif p.screen is Screen.leave:
            self.stay()
        elif p.editing and len(p.at) == 3:
            self.go(Screen.question, p.at[:1])
        elif p.editing:
            p.ask = [key for key in p.ask if key != p.at[0]]
            self.to_card()
        else:
            while p.history:
                path = p.history.pop()
                if self.is_valid(path) and path != p.at:
                    self.go(Screen.question, path)
                    break

    def leave(self, leaving: str) -> None:
        """Ask whether to discard (`cancel`) or to start over (`restart`)."""
        p = self.progress
        if p.screen is not Screen.leave:
            p.before_leaving = p.screen
        p.leaving, p.screen = leaving, Screen.leave

    def stay(self) -> None:
        """Go on after all."""
        if self.progress.screen is not Screen.leave:
            raise Stale
        self.progress.screen = self.progress.before_leaving

    def restart(self) -> None:
        """Begin again with what the form was started with."""
        p = self.progress
        self.progress = Progress(title=p.title, values=dict(p.given), given=p.given, record_id=p.record_id)
        self.forward()

    def first_complaint(self) -> Wrong | None:
        """What keeps the form from being saved: its question is put again. None when all is well."""
        step = next_step(self.form, self.known, self.progress.ask, brief=self.progress.brief)
        if step.path is not None:
            self.forward()
            return Wrong(N_("This is still missing."))
        self.progress.values = step.values
        for path, wrong in complaints(self.form, self.shown, self.form_turn):
            if path:
                self.progress.editing, self.progress.history = True, []
                self.go(Screen.question, path)
            return wrong
        return None

    def take_block(self, block: PasteResult) -> list[Markup]:
        """Merge a pasted block, go on to what it lacks, and say what could not be taken."""
        p, t = self.progress, self.turn.t
        first = next((f.key for f in self.form.fields if f.key in {*block.values, *block.wrong_keys}), None)
        p.values = p.values | block.values
        # What was pasted is no preset any more: it must not be worked out anew.
        p.presets = [key for key in p.presets if key not in block.values and key not in block.wrong_keys]
        if first is not None:
            self._settle(first, changed=True)
        p.touched = p.touched or bool(block.values)
        p.ask = [
            key
            for key in dict.fromkeys((*p.ask, *block.wrong_keys))
            if key in block.wrong_keys or key not in block.values
        ]
        p.brief = p.brief or bool(block.labelled)
        p.editing = False
        self.forward()
        said = [Markup("⚠️ {}").format(t(LABELLED, label=label, value=sentence)) for label, sentence in block.wrong]
        said += [t(NOT_PLACED, line=line[:60]) for line in block.unknown_lines]
        said += [t(KEPT_WITH, line=line[:60], label=t.plain(each.label)) for line, each in block.doubtful_lines]
        hidden = len(said) - _LINES_ECHOED
        return [*said[:_LINES_ECHOED], t(MORE_NOT_PLACED, count=hidden)] if hidden > 0 else said

    def _worked_out(self) -> tuple[list[Field], FormTurn]:
        if self._applying is None or self._applying[0] is not self.progress.values:
            self._applying = (self.progress.values, *applying(self.form, self.known))
        return self._applying[1:]

    def _draft(self, empty: Any) -> Any:
        if self.progress.draft is not None:
            return self.progress.draft
        return value_at(self.progress.values, self.progress.at) or empty

    def _settle(self, key: str, *, changed: bool) -> None:
        """An answer came for `key`: it is no longer a preset, and presets behind it are worked out anew."""
        p = self.progress
        p.ask = [k for k in p.ask if k != key]
        p.presets = [k for k in p.presets if k != key]
        order = [f.key for f in self.form.fields]
        if changed and key in order:
            behind = [k for k in p.presets if k in order and order.index(k) > order.index(key)]
            p.values = {k: v for k, v in p.values.items() if k not in behind}
            p.presets = [k for k in p.presets if k not in behind]

    def _go_on_from(self, path: Path) -> None:
        self.remember(path)
        top = field_at(self.form, path[:1])
        if len(path) < 3 or top is None or not isinstance(top.kind, Rows):
            self.forward()
            return
        rows = [dict(row) for row in self.progress.values.get(top.key) or []]
        missing = next_of_row(top.kind, self.form_turn, rows[int(path[1])])
        self.progress.values = self.progress.values | {top.key: rows}
        if missing is not None:
            self.go(Screen.question, (*path[:2], missing))
        elif self.progress.editing or (path[0],) in self.progress.history:
            self.go(Screen.question, path[:1])
        else:
            # The list itself was not asked: it came with the first message, and this row lacked something.
            self.forward()

    def remember(self, path: Path) -> None:
        """Where Back leads to."""
        history = self.progress.history
        if not self.progress.editing and (not history or history[-1] != path):
            self.progress.history = [*history, path][-50:]

    def _set_in_row(self, path: Path, value: Any) -> None:
        rows = [dict(row) for row in self.progress.values.get(str(path[0])) or []]
        number = int(path[1])
        if number >= len(rows):
            rows.append({})
            number = len(rows) - 1
        rows[number][str(path[2])] = value
        self.progress.values = self.progress.values | {str(path[0]): rows}


def pick(listed: Sequence[Field], argument: str) -> Field:
    """The field a button names by its number; Stale when there is none."""
    if not argument.isdecimal() or int(argument[:4]) >= len(listed):
        raise Stale
    return listed[int(argument[:4])]


def _option(options: Sequence[Option], argument: str) -> Option:
    found = next((option for option in options if token(option.value) == argument), None)
    if found is None:
        raise Wrong(NO_LONGER)
    return found
