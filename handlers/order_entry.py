"""Reading pasted orders: names and numbers in whatever form people type them (handbook §6, scenario P1).

`张伟 2 / 李娜 1 / 王强 0`, one per line or separated by commas, `张伟2单`, `张伟: 2`, with a line for the date in front.
Reading knows nothing of rules: who the names are and what may be recorded is decided in `handlers.orders`.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher

_SEPARATORS = re.compile(r"[\n,;、/|。]+|\s+和\s+|\s+and\s+")
_FULL_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?!\d)")
_SHORT_DATE = re.compile(r"(\d{1,2})[-/.月](\d{1,2})(?:日|号)?(?!\d)")
_RELATIVE_DAYS = {"今天": 0, "今日": 0, "today": 0, "昨天": 1, "昨日": 1, "yesterday": 1, "前天": 2}
_CHINESE_DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九十")} | {
    "两": 2,
    "俩": 2,
}
_UNIT = r"(?:单|筆|笔|个|orders?|order)"
_NUMBER = rf"(?P<number>\d{{1,4}})\s*{_UNIT}?|(?P<word>[{''.join(_CHINESE_DIGITS)}])\s*{_UNIT}"
_ONE = re.compile(rf"(?P<name>.+?)\s*[:=x×*+]?\s*(?:{_NUMBER})[.!]?", re.IGNORECASE)
_SEVERAL = re.compile(
    rf"(?P<name>[^\d\s][^\d]*?)\s*[:=x×*+]?\s*(?P<number>\d{{1,4}})\s*{_UNIT}?(?:\s+|$)", re.IGNORECASE
)
_NONE = re.compile(r"(?P<name>.+?)\s*[: ]?\s*(?:无|没有|没出单|未出单|none)", re.IGNORECASE)


@dataclass(frozen=True)
class OrderLine:
    """One name with its number as read. `quantity` None: a name stands there, its number does not."""

    name: str
    quantity: int | None
    day: date


def read_orders(text: str, today: date, known_names: Collection[str]) -> list[OrderLine]:
    """The names and numbers of a pasted text, in its order; empty when there are none.

    A date at the beginning of a line holds from there on; without one it is `today`. A date without a year is the
    latest such day that is not after today's. Known names settle where a name ends when it has digits itself.
    """
    known = {name_key(name) for name in known_names}
    day = today
    found: list[OrderLine] = []
    for line in unicodedata.normalize("NFKC", text).splitlines():
        dated, rest = _leading_date(line.strip(), today)
        day = dated or day
        for item in _items(rest, known):
            found.extend(_read_item(item, day, known))
    return found


def read_day(text: str, today: date) -> date | None:
    """A date typed by itself: 今天, 昨天, 11/22, 11月22日, 2026-11-22; None when it is none."""
    day, rest = _leading_date(unicodedata.normalize("NFKC", text).strip(), today)
    return None if rest else day


def name_key(name: str) -> str:
    """What two spellings of a name must share to be the same: width, case and spaces do not matter."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def near_matches(name: str, candidates: Sequence[str], most: int = 3) -> list[str]:
    """Names that may have been meant, the likeliest first: same surname, one character off, letters swapped."""
    wanted = name_key(name)

    def likeness(candidate: str) -> float:
        key = name_key(candidate)
        shared = len(set(wanted) & set(key)) / max(len(set(wanted) | set(key)), 1)
        return max(SequenceMatcher(None, wanted, key).ratio(), shared) + (0.1 if wanted[:1] == key[:1] else 0)

    ranked = sorted(dict.fromkeys(candidates), key=likeness, reverse=True)
    return [candidate for candidate in ranked if likeness(candidate) >= 0.4][:most]


def _leading_date(line: str, today: date) -> tuple[date | None, str]:
    """The date a line begins with, and the rest of the line."""
    for word, ago in _RELATIVE_DAYS.items():
        if line.casefold().startswith(word):
            return today - timedelta(days=ago), line[len(word) :].lstrip(" :,、")
    label = re.match(r"(?:日期|date)\s*:?\s*", line, re.IGNORECASE)
    written = line[label.end() :] if label else line
    for pattern in (_FULL_DATE, _SHORT_DATE):
        match = pattern.match(written)
        if match is not None:
            day = _date(tuple(int(part) for part in match.groups()), today)
            if day is not None:
                return day, written[match.end() :].lstrip(" :,、")
    return None, line


def _date(parts: tuple[int, ...], today: date) -> date | None:
    try:
        if len(parts) == 3:
            return date(*parts)
        this_year = date(today.year, *parts)
    except ValueError:
        return None
    # In January "12/30" is last month's; "tomorrow" stays tomorrow and is refused by name.
    return this_year if (this_year - today).days < 180 else this_year.replace(year=today.year - 1)


def _items(line: str, known: Collection[str]) -> list[str]:
    """Cut a line at its separators, but not inside a known name that contains one."""
    whole = _ONE.fullmatch(line)
    if whole is not None and name_key(whole["name"]) in known:
        return [line]
    return [item.strip() for item in _SEPARATORS.split(line) if item.strip()]


def _read_item(item: str, day: date, known: Collection[str]) -> list[OrderLine]:
    if name_key(item) in known:
        return [OrderLine(item, None, day)]
    one = _ONE.fullmatch(item)
    if one is not None and (name_key(one["name"]) in known or not re.search(r"\d", one["name"])):
        return [OrderLine(one["name"].strip(), _number(one), day)]
    several = list(_SEVERAL.finditer(item))
    if several and "".join(match[0] for match in several).strip() == item:
        return [OrderLine(match["name"].strip(), int(match["number"]), day) for match in several]
    none = _NONE.fullmatch(item)
    if none is not None:
        return [OrderLine(none["name"].strip(" :"), 0, day)]
    if one is not None:
        return [OrderLine(one["name"].strip(), _number(one), day)]
    return [OrderLine(item, None, day)]


def _number(match: re.Match[str]) -> int:
    return int(match["number"]) if match["number"] else _CHINESE_DIGITS[match["word"]]
