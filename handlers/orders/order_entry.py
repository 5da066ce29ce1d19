"""Reading pasted orders: names and numbers in whatever form people type them (handbook §6, scenario P1).

`张伟 2 / 李娜 1 / 王强 0`, one per line or separated by commas, `张伟2单`, `张伟: 2`; a date in front holds from there
on, one elsewhere in a line (`张伟 2 昨天`) for that line.
Reading knows nothing of rules: who the names are and what may be recorded is decided elsewhere. Days are local dates.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache

from handlers.forms.dates import read_past_day
from handlers.forms.numbers import half_width, read_number

_SEPARATORS = re.compile(r"[\n,;、/|。]+|\s+和\s+|\s+and\s+")
_DAY_WORDS = "今天|今日|昨天|昨日|前天|明天|后天"
_DATE_IN_FRONT = re.compile(
    rf"(?:日期|date)?\s*:?\s*({_DAY_WORDS}|today|yesterday|tomorrow|\d{{4}}[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}日?"
    r"|\d{1,2}[-/.月]\d{1,2}[日号]?(?![\d.])|\d{1,2}[日号])[\s:,、]*",
    re.IGNORECASE,
)
_DATE_WITHIN = re.compile(
    rf"{_DAY_WORDS}|\d{{1,2}}月\d{{1,2}}[日号]|(?<!\S)(?:today|yesterday|tomorrow|\d{{4}}[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}日?"
    r"|\d{1,2}[-/]\d{1,2}|\d{1,2}[日号])(?!\S)",
    re.IGNORECASE,
)
_UNIT = r"(?:单|笔|个|orders?)"
_WORD = r"[零一二两三四五六七八九十]{1,3}"
_NUMBER = (
    rf"(?P<number>(?:(?<=\s)-)?\d{{1,4}}(?:\.\d+)?)\s*{_UNIT}?|(?P<word>{_WORD})\s*{_UNIT}|(?<=\s)(?P<bare>{_WORD})"
)
_BETWEEN = r"\s*(?:[:=x×*+]|(?<!\s)[-–—]|[-–—](?=\s))?\s*"
_ONE = re.compile(rf"(?P<name>.*?[^\d\s].*?){_BETWEEN}(?:{_NUMBER})[.!]?", re.IGNORECASE)
_SEVERAL = re.compile(
    rf"(?P<name>[^\d\s][^\d]*?)\s*[:=x×*+]?\s*(?P<number>\d{{1,4}})\s*{_UNIT}?(?:\s+|$)",
    re.IGNORECASE,
)
_NONE = re.compile(r"(?P<name>.+?)\s*[: ]?\s*(?:无|没有|没出单|未出单|none)", re.IGNORECASE)
_BULLET = re.compile(r"^(?:[-*•·]\s+|\d{1,2}[.、)]\s*(?=[^\d\s]))")
_DIGIT = re.compile(r"\d")
_SPACES = re.compile(r"\s+")
_LIKE_ENOUGH = 0.4
LONGEST_ITEM = 80
"""Characters of a name with its number. The patterns try every way to cut a text: of 4,096 characters for seconds."""
LONGEST_RUN = 600
"""Characters of names and numbers with nothing but spaces between them."""


@dataclass(frozen=True)
class OrderLine:
    """One name with its number as read. `quantity` None: a name stands there, its number does not."""

    name: str
    quantity: int | None
    day: date


def read_orders(text: str, today: date, known_names: Collection[str]) -> list[OrderLine]:
    """The names and numbers of a pasted text, in its order; empty when there are none.

    A date at the beginning of a line holds from there on; without one it is `today`. Known names settle where a name
    ends when it has digits or separators itself.
    """
    known = {name_key(name) for name in known_names}
    day = today
    found: list[OrderLine] = []
    for line in half_width(text).splitlines():
        dated, rest = _split_date(_BULLET.sub("", _SPACES.sub(" ", line).strip()), today, known)
        day = dated or day
        own_day, rest = _date_within(rest, today, known)
        for item in _items(rest, known):
            found.extend(_read_item(item, own_day or day, known))
    return found


@lru_cache(maxsize=10_000)
def name_key(name: str) -> str:
    """What two spellings of a name must share to be the same: width, case and spaces do not matter."""
    return "".join(half_width(name).casefold().split())


def near_matches(name: str, candidates: Sequence[str], most: int = 3) -> list[str]:
    """Names that may have been meant, the likeliest first: same surname, one character off, letters swapped."""
    wanted = name_key(name)

    def likeness(candidate: str) -> float:
        key = name_key(candidate)
        shared = len(set(wanted) & set(key)) / max(len(set(wanted) | set(key)), 1)
        return max(SequenceMatcher(None, wanted, key).ratio(), shared) + (0.1 if wanted[:1] == key[:1] else 0)

    found = {candidate: likeness(candidate) for candidate in dict.fromkeys(candidates)}
    ranked = sorted(found, key=lambda candidate: found[candidate], reverse=True)
    return [candidate for candidate in ranked if found[candidate] >= _LIKE_ENOUGH][:most]


def _split_date(line: str, today: date, known: Collection[str]) -> tuple[date | None, str]:
    """The date a line begins with, and the rest of the line."""
    one = _one(line)
    if one is not None and name_key(one["name"]) in known:
        return None, line
    match = _DATE_IN_FRONT.match(line)
    day = read_past_day(match[1], today) if match is not None else None
    return (day, line[match.end() :]) if match is not None and day is not None else (None, line)


def _date_within(line: str, today: date, known: Collection[str]) -> tuple[date | None, str]:
    """The one date behind or between the names and numbers of a line, and the line without it."""
    found = list(_DATE_WITHIN.finditer(line))
    one = _one(line)
    if len(found) != 1 or name_key(line) in known or (one is not None and name_key(one["name"]) in known):
        return None, line
    day = read_past_day(found[0].group(), today)
    rest = f"{line[: found[0].start()]} {line[found[0].end() :]}"
    return (day, rest.strip()) if day is not None else (None, line)


def _items(line: str, known: Collection[str]) -> list[str]:
    """Cut a line at its separators, but not inside a known name that contains one."""
    whole = _one(line)
    if whole is not None and name_key(whole["name"]) in known:
        return [line]
    return [item.strip() for item in _SEPARATORS.split(line) if item.strip()]


def _read_item(item: str, day: date, known: Collection[str]) -> list[OrderLine]:
    if name_key(item) in known:
        return [OrderLine(item, None, day)]
    one = _one(item)
    if one is not None and (name_key(one["name"]) in known or not _DIGIT.search(one["name"])):
        return [OrderLine(one["name"].strip(), _number(one), day)]
    several = list(_SEVERAL.finditer(item)) if len(item) <= LONGEST_RUN and _DIGIT.search(item) else []
    if several and "".join(match[0] for match in several).strip() == item:
        return [OrderLine(match["name"].strip(), read_number(match["number"]), day) for match in several]
    none = _NONE.fullmatch(item) if len(item) <= LONGEST_ITEM else None
    if none is not None:
        return [OrderLine(none["name"].strip(" :"), 0, day)]
    if one is not None:
        return [OrderLine(one["name"].strip(), _number(one), day)]
    return [OrderLine(item, None, day)]


@lru_cache(maxsize=256)
def _one(text: str) -> re.Match[str] | None:
    return _ONE.fullmatch(text) if len(text) <= LONGEST_ITEM else None


def _number(match: re.Match[str]) -> int | None:
    return read_number(match["number"] or match["word"] or match["bare"])
