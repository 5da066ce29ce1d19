"""Kinds of answer that are one or several of a few options, tapped or typed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.forms.fields import Option, Wrong
from handlers.forms.form import FormTurn
from handlers.forms.numbers import half_width, read_number, read_parts
from handlers.translations import N_, both_languages

Offered = Sequence[Option] | Callable[[FormTurn], Sequence[Option]]

NOT_OFFERED = N_("This is not one of the choices. Please tap a button or type its text.")
COUNTS_WANTED = N_("Please tap ＋ and −, or send names with numbers from 0 to {most}, e.g. Zhang Wei 2, Li Na 1.")
NO_LONGER = N_("This choice is no longer available. Please choose again.")
SEVERAL = N_("More than one fits: {names}. Please tap the right one or send its number.")
NOT_UNDERSTOOD = N_("I could not find {typed} there. Please tap a button or type its text.")
SCORES_WANTED = N_(
    "Please send one score from 1 to 5 for each line, in this order: {names}. A dash leaves one out, e.g. {example}."
)

_NAMES_SHOWN = 6
_SPLIT_ANSWERS = str.maketrans(dict.fromkeys(",、;/|。\n+", " "))


def key_of(text: str) -> str:
    """What two spellings share: width, case, spaces and closing punctuation do not matter."""
    return "".join(half_width(text).casefold().split()).strip(".。,!:?")


def find_option(text: str, options: Sequence[Option], turn: FormTurn) -> Option:
    """The option somebody typed: its label in either language, a word for it, its number, or a beginning.

    Raises Wrong when there is none, or when several fit (the same name twice).
    """
    wanted = key_of(text)
    names = [(option, _names(option)) for option in options]
    exact = [option for option, own in names if wanted in own]
    if not exact:
        number = read_number(text) if wanted.isdecimal() else None
        if number is not None and 1 <= number <= len(options):
            return options[number - 1]
        exact = [option for option, own in names if wanted and any(name.startswith(wanted) for name in own)]
    if len(exact) == 1:
        return exact[0]
    if exact:
        raise Wrong(SEVERAL, names=_numbered(exact, options, turn))
    raise Wrong(NOT_UNDERSTOOD, typed=_short(text))


def _names(option: Option) -> set[str]:
    labels = (option.label,) if option.literal else both_languages(option.label)
    # A person's label may say more behind the name: 张伟 · 第12/30天.
    heads = tuple(label.split(" · ")[0] for label in labels)
    return {key_of(name) for name in (*labels, *heads, *option.words)} - {""}


def _numbered(found: Sequence[Option], options: Sequence[Option], turn: FormTurn) -> str:
    shown = [f"{options.index(o) + 1}. {o.text(turn.turn.t)}" for o in found[:_NAMES_SHOWN]]
    return "; ".join(shown) + ("…" if len(found) > _NAMES_SHOWN else "")


def _short(text: str) -> str:
    line = " ".join(half_width(text).split())
    return f"“{line[:30]}…”" if len(line) > 30 else f"“{line}”"


def offered(options: Offered, turn: FormTurn) -> Sequence[Option]:
    """The options as they are now."""
    return options(turn) if callable(options) else options


@dataclass(frozen=True)
class OneOf:
    """One of a few. The value is `Option.value`."""

    choices: Offered
    per_row: int = 3

    def parse(self, text: str, turn: FormTurn) -> str:
        """The typed option; raises Wrong."""
        return find_option(text, self.options(turn), turn).value

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """What may be chosen."""
        return offered(self.choices, turn)

    def choose(self, value: str, turn: FormTurn) -> str:
        """The pressed option; raises Wrong when it is not offered."""
        if any(option.value == value for option in self.options(turn)):
            return value
        raise Wrong(NO_LONGER)

    def show(self, value: Any, turn: FormTurn) -> str:
        """The option's label; the bare value when it is no longer offered."""
        labels = (option.text(turn.turn.t) for option in self.options(turn) if option.value == value)
        return next(labels, str(value))


@dataclass(frozen=True)
class HirePick(OneOf):
    """A hire: many names, paged, found by typing the name or its beginning. The value is `Option.value`.

    `name` says what to show for a value that `choices` does not offer (the hire of an older record).
    """

    per_row: int = 1
    name: Callable[[FormTurn, str], str] | None = None

    def show(self, value: Any, turn: FormTurn) -> str:
        """The hire's label."""
        labels = (option.text(turn.turn.t) for option in self.options(turn) if option.value == value)
        shown = next(labels, None)
        return shown if shown is not None else self.name(turn, str(value)) if self.name else str(value)


@dataclass(frozen=True)
class YesNo:
    """Yes or no. The value is a bool."""

    yes: str = N_("Yes")
    no: str = N_("No")

    def parse(self, text: str, turn: FormTurn) -> bool:
        """True or False; raises Wrong."""
        return find_option(text, self.options(turn), turn).value == "yes"

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """Yes and no."""
        yes_words = ("是", "是的", "有", "对", "好", "y", "yes", "ok", "可以", "行", "嗯", "在", "✓", "√")
        no_words = ("否", "不是", "没有", "没", "无", "不", "n", "no", "不行", "未", "x", "×")
        return (Option("yes", self.yes, yes_words), Option("no", self.no, no_words))

    def choose(self, value: str, turn: FormTurn) -> bool:
        """The pressed answer; raises Wrong."""
        if value not in {"yes", "no"}:
            raise Wrong(NOT_OFFERED)
        return value == "yes"

    def show(self, value: Any, turn: FormTurn) -> str:
        """Yes or no in the reader's language."""
        return turn.turn.t.plain(self.yes if value else self.no)


@dataclass(frozen=True)
class ManyOf:
    """Several of a few: buttons that switch on and off, then Done; typed, several separated. A list of values."""

    choices: Offered
    least: int = 1
    per_row: int = 2

    def parse(self, text: str, turn: FormTurn) -> list[str]:
        """The typed options in the order offered; raises Wrong."""
        options = self.options(turn)
        try:
            return self.settle([find_option(text, options, turn).value], turn)
        except Wrong:
            pieces = half_width(text).translate(_SPLIT_ANSWERS).split()
            chosen = [find_option(piece, options, turn).value for piece in pieces]
            return self.settle(chosen, turn)

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """What may be chosen."""
        return offered(self.choices, turn)

    def choose(self, value: str, turn: FormTurn) -> str:
        """One option to switch on or off; raises Wrong when it is not offered."""
        if any(option.value == value for option in self.options(turn)):
            return value
        raise Wrong(NO_LONGER)

    def settle(self, chosen: Sequence[str], turn: FormTurn) -> list[str]:
        """The chosen values as an answer; raises Wrong when they are too few."""
        known = [option.value for option in self.options(turn) if option.value in chosen]
        if len(known) < self.least:
            raise Wrong(N_("Please choose at least {least}, then tap Done."), least=self.least)
        return known

    def show(self, value: Any, turn: FormTurn) -> str:
        """The labels, separated."""
        labels = {option.value: option.text(turn.turn.t) for option in self.options(turn)}
        return turn.turn.t.plain(N_(", ")).join(labels.get(v, str(v)) for v in value) if value else "—"


@dataclass(frozen=True)
class Scores:
    """A score from 1 to 5 for each criterion, any of them left out: `Option.value` to score."""

    criteria: tuple[Option, ...]

    def parse(self, text: str, turn: FormTurn) -> dict[str, int]:
        """`4 5 - 3` in the order of the criteria, `45-3`, or labelled; raises Wrong."""
        values = [criterion.value for criterion in self.criteria]
        pieces = half_width(text).translate(_SPLIT_ANSWERS).split()
        if len(pieces) == 1 and len(pieces[0]) == len(values):
            pieces = list(pieces[0])
        scores: dict[str, int] | None
        if 1 <= len(pieces) <= len(values) and all(_is_score(piece) for piece in pieces):
            given = zip(values, (read_number(piece) for piece in pieces), strict=False)
            scores = {value: number for value, number in given if number is not None}
        else:
            scores = read_parts(text, self._labels())
        if scores is None or any(not 1 <= score <= 5 for score in scores.values()) or not (scores or pieces):
            raise self._wanted(turn)
        return scores

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """None: the driver draws a row of five buttons for each criterion."""
        return ()

    def choose(self, value: str, turn: FormTurn) -> tuple[str, int]:
        """One criterion and its score from `<number of the criterion>-<score>`, 0 takes it back; raises Wrong."""
        number, _, score = value.partition("-")
        if not (number.isdecimal() and int(number) < len(self.criteria) and score in {*"012345"}):
            raise Wrong(NOT_OFFERED)
        return self.criteria[int(number)].value, int(score)

    def show(self, value: Any, turn: FormTurn) -> str:
        """Each given score behind its label."""
        t = turn.turn.t
        given = [f"{c.text(t)} {value[c.value]}" for c in self.criteria if c.value in (value or {})]
        return t.plain(N_(", ")).join(given) or "—"

    def _labels(self) -> dict[str, str]:
        return {
            half_width(name).casefold(): criterion.value
            for criterion in self.criteria
            for name in (*both_languages(criterion.label), *criterion.words)
        }

    def _wanted(self, turn: FormTurn) -> Wrong:
        names = turn.turn.t.plain(N_(", ")).join(c.text(turn.turn.t) for c in self.criteria)
        example = " ".join("45-3345-4"[i % 9] for i in range(len(self.criteria)))
        return Wrong(SCORES_WANTED, names=names, example=example)


@dataclass(frozen=True)
class Counts:
    """A whole number for each of several things, set with − and ＋ and saved once: `Option.value` to number."""

    choices: Offered
    most: int = 9

    def parse(self, text: str, turn: FormTurn) -> dict[str, int]:
        """Names with their numbers, `张伟 2 李娜 1`; raises Wrong."""
        options = {half_width(o.text(turn.turn.t)).casefold().split(" · ")[0]: o.value for o in self.options(turn)}
        counts = read_parts(text, options)
        if not counts or any(not 0 <= number <= self.most for number in counts.values()):
            raise Wrong(COUNTS_WANTED, most=self.most)
        return {value: number for value, number in counts.items() if number}

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """The things that are counted; the driver draws − and ＋ beside each."""
        return self.choices(turn) if callable(self.choices) else self.choices

    def choose(self, value: str, turn: FormTurn) -> tuple[str, int]:
        """One thing and the step from `<value>+` or `<value>-`; raises Wrong."""
        known = {option.value for option in self.options(turn)}
        if value[:-1] not in known or value[-1:] not in {"+", "-"}:
            raise Wrong(NO_LONGER)
        return value[:-1], 1 if value.endswith("+") else -1

    def show(self, value: Any, turn: FormTurn) -> str:
        """Each thing with its number."""
        names = {option.value: option.text(turn.turn.t).split(" · ")[0] for option in self.options(turn)}
        given = [f"{names.get(key, key)} {number}" for key, number in (value or {}).items()]
        return turn.turn.t.plain(N_(", ")).join(given) or "—"


def _is_score(piece: str) -> bool:
    return piece in {"-", "—", "–", "_", "x", "×", "无", "跳过"} or read_number(piece) is not None
