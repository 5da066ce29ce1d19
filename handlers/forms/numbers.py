"""Whole numbers as people type them: full-width digits, Chinese numerals up to 99, 约, 人, %, spaces."""

import re
import unicodedata
from collections.abc import Mapping

_DIGITS = {"零": 0, "〇": 0} | {c: i for i, c in enumerate("一二三四五六七八九", start=1)} | {"两": 2}
_TENS = re.compile(r"([一二两三四五六七八九])?十([一二三四五六七八九])?")
_NUMERAL = "零〇一二两三四五六七八九十百"
_NUMBER = re.compile(rf"\d+|[{_NUMERAL}]+")
_ABOUT = re.compile(r"大约|大概|差不多|左右|总共|一共|百分之|约|共|about|around|approx\.?|~|≈")
_UNITS = re.compile(r"people|persons?|hires?|[人个名位次单场家天分条组节%]")
_SEPARATORS = re.compile(r"[\s,、/;。|:=+]+")
_MAX_DIGITS = 9


def half_width(text: str) -> str:
    """Text with full-width letters and digits made plain, and without what no database or message can hold."""
    storable = text.encode("utf-8", "ignore").decode("utf-8")
    folded = unicodedata.normalize("NFKC", storable)
    return "".join(c for c in folded if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf"}).strip()


def read_number(text: str) -> int | None:
    """The whole number in an answer such as `约12人`, `两个`, `１２`, `50 %`; None when it is not one."""
    bare = _ABOUT.sub("", half_width(text).casefold()).strip()
    if re.search(r"\d\s+\d", bare):
        return None
    bare = _UNITS.sub("", "".join(bare.split()))
    value = _value(bare[1:] if bare[:1] in {"-", "+"} else bare)
    return -value if value is not None and bare.startswith("-") else value


def read_parts(text: str, labels: Mapping[str, str]) -> dict[str, int] | None:
    """Several numbers in one answer, by key: `3 1 0`, `3/1/0`, `试岗3 通过1 淘汰0`.

    `labels` leads from every understood label (casefolded) to its key, keys in the order asked. A number behind a
    label is that one's, any other goes to the next free key. None when something else is in between, a number comes
    twice or there are too many; keys without a number are left out.
    """
    rest = half_width(text).casefold()
    keys = list(dict.fromkeys(labels.values()))
    by_length = sorted(labels, key=len, reverse=True)
    found: dict[str, int] = {}
    named: str | None = None
    after_number = False
    while rest:
        if match := _SEPARATORS.match(rest) or _ABOUT.match(rest):
            rest = rest[match.end() :]
            after_number = after_number and match.group().strip() != ""
        elif label := next((name for name in by_length if rest.startswith(name)), None):
            named, rest, after_number = labels[label], rest[len(label) :], False
        elif match := _NUMBER.match(rest):
            value = _value(match.group())
            key = named or next((k for k in keys if k not in found), None)
            if value is None or key is None or key in found:
                return None
            found[key], named, rest, after_number = value, None, rest[match.end() :], True
            if unit := _UNITS.match(rest):
                rest = rest[unit.end() :]
        elif rest[0] in "-–—" and found and named is None and (after_number or not rest[1:2].isdigit()):
            rest, after_number = rest[1:], True
        else:
            return None
    return found


def _value(text: str) -> int | None:
    if text.isdecimal() and len(text) <= _MAX_DIGITS:
        return int(text)
    if text in _DIGITS:
        return _DIGITS[text]
    if text == "一百":
        return 100
    if match := _TENS.fullmatch(text):
        return 10 * _DIGITS[match[1] or "一"] + (_DIGITS[match[2]] if match[2] else 0)
    return None
