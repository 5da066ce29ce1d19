"""Kinds of answer that are typed: texts, numbers, dates, times. The kinds that are chosen stand in `choices`."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from handlers.forms.choices import Counts, HirePick, ManyOf, OneOf, Scores, YesNo
from handlers.forms.dates import read_clock, read_day, read_span
from handlers.forms.fields import Option, Wrong, iso
from handlers.forms.form import FormTurn
from handlers.forms.numbers import half_width, read_number, read_parts
from handlers.translations import N_, both_languages

__all__ = [
    "ClockTime",
    "Counts",
    "Day",
    "HirePick",
    "ManyOf",
    "Number",
    "NumberPart",
    "Numbers",
    "OneOf",
    "Percent",
    "Scores",
    "Text",
    "TimeSpan",
    "YesNo",
]

_MOBILE = re.compile(r"(?<!\d)(?:\+?86[\s-]*)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)")
_LONGEST_PAST = timedelta(days=3660)

PHONE = N_("Please leave the phone number out: customers' numbers are not kept here. Send the text again without it.")
ONE_LINE = N_("One line, please: send it again without line breaks.")
TOO_SHORT = N_("This is a little short ({length} characters): please write at least {least}.")
TOO_LONG = N_("This is {length} characters long; please keep it within {most}.")
NO_NUMBER = N_("I could not read a number there. Please send a whole number from {least} to {most}, e.g. {example}.")
OUT_OF_RANGE = N_("{number} is too much or too little: please send a whole number from {least} to {most}.")
PARTS_WANTED = N_("Please send {count} whole numbers, in this order: {names}, e.g. {example}.")
PART_OUT_OF_RANGE = N_(
    "{label}: {number} is too much or too little. Please send a whole number from {least} to {most}."
)
IN_FUTURE = N_(
    "A date in the future cannot be entered. Please send today or an earlier day, e.g. {today} or yesterday."
)
TOO_FAR_AHEAD = N_("{day} is too far ahead. The latest possible day is {latest}.")
TOO_EARLY = N_("{day} is too early. The earliest possible day is {earliest}.")
TOO_LATE_FOR_DAILY = N_(
    "Only the dailies of the last {days} days can still be handed in. For an older one please ask an admin; "
    "otherwise send a day from {earliest} on."
)
NO_DAY = N_("I could not read a date there. Please type it like 11/23, or today, yesterday.")
TYPE_DAY = N_("Please type the date, e.g. 11/23 or 2026-11-23.")
NO_CLOCK = N_("I could not read a time there. Please type it like 9:00 or 14:30.")
NO_SPAN = N_("I could not read two times there. Please type from and to like 9:00-11:00.")
SPAN_BACKWARDS = N_("The end ({end}) must be after the start ({start}). Please type from and to like 9:00-11:00.")


@dataclass(frozen=True)
class Text:
    """Free text. `private` refuses mainland mobile numbers: customers' numbers are not kept (handbook §10)."""

    least: int = 1
    most: int = 500
    lines: Literal["one", "many"] = "one"
    private: bool = True

    def parse(self, text: str, turn: FormTurn) -> str:
        """The text without outer spaces; raises Wrong."""
        # Not folded to half width: people keep their own punctuation.
        whole = text.encode("utf-8", "ignore").decode("utf-8")
        stored = "".join(c for c in whole if c == "\n" or unicodedata.category(c) != "Cc").strip()
        if self.private and _MOBILE.search(half_width(stored)):
            raise Wrong(PHONE)
        if self.lines == "one" and "\n" in stored:
            raise Wrong(ONE_LINE)
        if len(stored) < self.least:
            raise Wrong(TOO_SHORT, length=len(stored), least=self.least)
        if len(stored) > self.most:
            raise Wrong(TOO_LONG, length=len(stored), most=self.most)
        return stored

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """None: it is typed."""
        return ()

    def choose(self, value: str, turn: FormTurn) -> str:
        """There is nothing to press."""
        return self.parse(value, turn)

    def show(self, value: Any, turn: FormTurn) -> str:
        """The text itself."""
        return str(value)


@dataclass(frozen=True)
class Number:
    """A whole number; those in `offer` have buttons."""

    least: int
    most: int
    offer: tuple[int, ...] = ()

    def parse(self, text: str, turn: FormTurn) -> int:
        """The number; raises Wrong."""
        number = read_number(text)
        if number is None:
            example = min(max(self.least, 3), self.most)
            raise Wrong(NO_NUMBER, least=self.least, most=self.most, example=example)
        if not self.least <= number <= self.most:
            raise Wrong(OUT_OF_RANGE, number=number, least=self.least, most=self.most)
        return number

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """The offered numbers."""
        return tuple(Option(str(n), self.show(n, turn), literal=True) for n in self.offer)

    def choose(self, value: str, turn: FormTurn) -> int:
        """The pressed number; raises Wrong."""
        return self.parse(value, turn)

    def show(self, value: Any, turn: FormTurn) -> str:
        """Digits."""
        return str(value)


@dataclass(frozen=True)
class Percent(Number):
    """A percentage from 0 to 100 in whole numbers."""

    least: int = 0
    most: int = 100

    def show(self, value: Any, turn: FormTurn) -> str:
        """Digits with the sign."""
        return f"{value}%"


@dataclass(frozen=True)
class NumberPart:
    """One of the numbers of a `Numbers` answer."""

    key: str
    label: str
    """Catalog text."""
    least: int = 0
    most: int = 100
    words: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What a person may write before the number."""
        return tuple(half_width(name).casefold() for name in (*both_languages(self.label), *self.words))


@dataclass(frozen=True)
class Numbers:
    """Several whole numbers in one answer. The value leads from each part's key to its number.

    A single 0 means that all are 0, where they may be.
    """

    parts: tuple[NumberPart, ...]

    def parse(self, text: str, turn: FormTurn) -> dict[str, int]:
        """`3 1 0`, `3/1/0` or each with its label; raises Wrong."""
        labels = {name: part.key for part in self.parts for name in part.names}
        numbers = read_parts(text, labels)
        if self._may_be_nil() and (read_number(text) == 0 or half_width(text) in {"无", "没有", "都没有", "none"}):
            numbers = {part.key: 0 for part in self.parts}
        if numbers is None or len(numbers) < len(self.parts):
            t = turn.turn.t
            names = t.plain(N_(", ")).join(t.plain(part.label) for part in self.parts)
            example = " ".join(str(max(p.least, len(self.parts) - i - 1)) for i, p in enumerate(self.parts))
            raise Wrong(PARTS_WANTED, count=len(self.parts), names=names, example=example)
        for part in self.parts:
            if not part.least <= numbers[part.key] <= part.most:
                raise Wrong(
                    PART_OUT_OF_RANGE,
                    label=turn.turn.t.plain(part.label),
                    number=numbers[part.key],
                    least=part.least,
                    most=part.most,
                )
        return {part.key: numbers[part.key] for part in self.parts}

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """All 0, the usual answer of a quiet day."""
        return (Option("0", N_("All 0")),) if self._may_be_nil() else ()

    def choose(self, value: str, turn: FormTurn) -> dict[str, int]:
        """The pressed answer; raises Wrong."""
        return self.parse(value, turn)

    def show(self, value: Any, turn: FormTurn) -> str:
        """Each number behind its label."""
        t = turn.turn.t
        return t.plain(N_(", ")).join(f"{t.plain(p.label)} {value[p.key]}" for p in self.parts if p.key in value)

    def _may_be_nil(self) -> bool:
        return all(part.least <= 0 <= part.most for part in self.parts)


@dataclass(frozen=True)
class Day:
    """A local date, stored as ISO text, from the earliest day to `future_days` ahead.

    The earliest is the later of `past_days` ago and `earliest(turn)`; `too_old` is said of a day before it and may use
    {day}, {earliest} and {days}.
    """

    past_days: int | None = None
    future_days: int = 0
    earliest: Callable[[FormTurn], date] | None = None
    too_old: str = TOO_EARLY

    def parse(self, text: str, turn: FormTurn) -> str:
        """今天, 昨天, 11/23, 11月23日, 2026-11-23, 23号, 周一, today; raises Wrong."""
        first, last = self._bounds(turn)
        day = read_day(text, turn.today, lambda d: first <= d <= last)
        if day is None:
            raise Wrong(NO_DAY)
        return self._within(day, turn)

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """Today, yesterday (tomorrow where the past is not asked for) and another day."""
        t = turn.turn.t
        first, last = self._bounds(turn)
        named = ((0, N_("Today")), (-1, N_("Yesterday")), (1, N_("Tomorrow")))
        days = [(turn.today + timedelta(days=shift), label) for shift, label in named]
        offered = [
            Option(iso(day), f"{t.plain(label)} {t.day(day)}", both_languages(label), literal=True)
            for day, label in days
            if first <= day <= last
        ]
        return (*offered, Option("other", N_("Another day")))

    def choose(self, value: str, turn: FormTurn) -> str:
        """The pressed day; raises Wrong, also to ask for another day to be typed."""
        try:
            return self._within(date.fromisoformat(value), turn)
        except ValueError:
            raise Wrong(TYPE_DAY) from None

    def show(self, value: Any, turn: FormTurn) -> str:
        """The date with its weekday, and the year when it is not this one."""
        day = date.fromisoformat(value)
        return turn.turn.t.day(day) if day.year == turn.today.year else f"{iso(day)} {turn.turn.t.day(day)}"

    def _bounds(self, turn: FormTurn) -> tuple[date, date]:
        first = turn.today - (timedelta(days=self.past_days) if self.past_days is not None else _LONGEST_PAST)
        if self.earliest is not None:
            first = max(first, self.earliest(turn))
        return first, turn.today + timedelta(days=self.future_days)

    def _within(self, day: date, turn: FormTurn) -> str:
        t = turn.turn.t
        first, last = self._bounds(turn)
        if day > last:
            if self.future_days == 0:
                raise Wrong(IN_FUTURE, today=f"{turn.today.month}/{turn.today.day}")
            raise Wrong(TOO_FAR_AHEAD, day=self.show(iso(day), turn), latest=t.day(last))
        if day < first:
            raise Wrong(
                self.too_old,
                day=self.show(iso(day), turn),
                earliest=self.show(iso(first), turn),
                days=self.past_days if self.past_days is not None else (turn.today - first).days,
            )
        return iso(day)


@dataclass(frozen=True)
class ClockTime:
    """A time of day as `HH:MM`, local."""

    def parse(self, text: str, turn: FormTurn) -> str:
        """9:00, 9点半, 0900, 下午2点; raises Wrong."""
        clock = read_clock(text)
        if clock is None:
            raise Wrong(NO_CLOCK)
        return clock

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """None: it is typed."""
        return ()

    def choose(self, value: str, turn: FormTurn) -> str:
        """There is nothing to press."""
        return self.parse(value, turn)

    def show(self, value: Any, turn: FormTurn) -> str:
        """As stored."""
        return str(value)


@dataclass(frozen=True)
class TimeSpan:
    """From one time of day to a later one: `{"start": "09:00", "end": "11:00"}`, local."""

    def parse(self, text: str, turn: FormTurn) -> dict[str, str]:
        """9:00-11:00, 9点到11点半; raises Wrong."""
        span = read_span(text)
        if span is None:
            raise Wrong(NO_SPAN)
        start, end = span
        if end <= start:
            raise Wrong(SPAN_BACKWARDS, start=start, end=end)
        return {"start": start, "end": end}

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """None: it is typed."""
        return ()

    def choose(self, value: str, turn: FormTurn) -> dict[str, str]:
        """There is nothing to press."""
        return self.parse(value, turn)

    def show(self, value: Any, turn: FormTurn) -> str:
        """From–to."""
        return f"{value['start']}–{value['end']}"
