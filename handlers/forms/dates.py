"""Dates and times of day as people type them, in Chinese or English.

Pure functions of the text and of today's local date (Asia/Shanghai); None means the text is not understood.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta

from handlers.forms.numbers import half_width, read_number

_RELATIVE = {
    **dict.fromkeys(("今天", "今日", "当天", "today"), 0),
    **dict.fromkeys(("昨天", "昨日", "yesterday"), -1),
    **dict.fromkeys(("前天", "前日", "day before yesterday", "the day before yesterday"), -2),
    **dict.fromkeys(("大前天",), -3),
    **dict.fromkeys(("明天", "明日", "tomorrow"), 1),
    **dict.fromkeys(("后天", "day after tomorrow", "the day after tomorrow"), 2),
    **dict.fromkeys(("大后天",), 3),
}
_WEEKDAY_ZH = {name: min(i, 6) for i, name in enumerate("一二三四五六日天")}
_WEEKDAY_EN = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS_EN = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY = re.compile(
    r"(上个?|本|这个?|下个?)?(?:周|星期|礼拜)([一二三四五六日天])"
    r"|(?:(last|this|next)\s+)?\b(mon|tue|wed|thu|fri|sat|sun)(?:day|s|sday|nes|nesday|r|rs|rsday|urday)?\b"
)
_FULL = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?|(\d{4})(\d\d)(\d\d)")
_MONTH_DAY = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_DAY_ONLY = re.compile(r"(\d{1,2})\s*[日号]|(\d{1,2})(?:st|nd|rd|th)")
_ENGLISH = re.compile(r"([a-z]{3})[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?|(\d{1,2})(?:st|nd|rd|th)?\s+([a-z]{3})[a-z]*")
_MEANT_AHEAD = timedelta(days=31)
_NUMERALS = re.compile(r"[零〇一二两三四五六七八九十]+(?=\s*[月日号点时分])|(?<=[点时])[零〇一二两三四五六七八九十]+")

CLOSE = timedelta(days=60)
"""Nobody means last year's by a month and day that lie so close to today."""


def always_fits(day: date) -> bool:
    """The default of `fits`."""
    return True


def read_day(text: str, today: date, fits: Callable[[date], bool] = always_fits) -> date | None:
    """The date meant by 今天, 11/23, 11月23日, 2026-11-23, 23号, 周三, `Mon 11/23`, Nov 23.

    A month and day without a year, a bare day of the month and a weekday mean the nearest for which `fits` holds, or
    else simply the nearest; ties go to the past. A month and day close to today is that one whether it fits or not:
    who types tomorrow's date is told that it lies in the future, and does not mean last year's.
    """
    words = " ".join(with_numbers(half_width(text).casefold()).rstrip("。.!").split())
    if words in _RELATIVE:
        return today + timedelta(days=_RELATIVE[words])
    if match := _WEEKDAY.search(words):
        rest = (words[: match.start()] + words[match.end() :]).strip(" ,()")
        if rest:
            return read_day(rest, today, fits) if not _WEEKDAY.search(rest) else None
        return _weekday(match, today, fits)
    if match := _FULL.fullmatch(words):
        year, month, day = (int(g) for g in match.groups() if g is not None)
        return _date(year, month, day)
    if match := _MONTH_DAY.fullmatch(words):
        return _in_nearest_year(int(match[1]), int(match[2]), today, fits)
    if match := _DAY_ONLY.fullmatch(words):
        day = int(match[1] or match[2])
        months = (today.year * 12 + today.month - 1 + shift for shift in (-1, 0, 1))
        return _nearest((_date(m // 12, m % 12 + 1, day) for m in months), today, fits)
    if match := _ENGLISH.fullmatch(words):
        name, number = (match[1], match[2]) if match[1] else (match[4], match[3])
        return _in_nearest_year(_MONTHS_EN.index(name) + 1, int(number), today, fits) if name in _MONTHS_EN else None
    return None


def read_past_day(text: str, today: date) -> date | None:
    """The date meant where what is told has mostly happened: in November 3/2 is last spring, 12/24 is next month."""
    day = read_day(text, today)
    if day is not None and day > today + _MEANT_AHEAD and not re.search(r"\d{4}", text):
        return read_day(f"{day.year - 1}-{day.month}-{day.day}", today)
    return day


def read_clock(text: str) -> str | None:
    """A time of day as `HH:MM`: 9:00, 9点, 9点半, 0900, 下午2点, 2pm; 24:00 is the end of the day."""
    words = re.sub(r"\s+", "", with_numbers(half_width(text).casefold())).replace("整", "")
    afternoon = bool(re.match(r"下午|晚上|傍晚|中午|今晚|晚", words)) or words.endswith("pm")
    morning = bool(re.match(r"上午|早上|早晨|凌晨|早", words)) or words.endswith("am")
    bare = re.sub(r"^(上午|下午|早上|早晨|凌晨|晚上|傍晚|中午|今晚|早|晚)|(am|pm)$", "", words)
    match = re.fullmatch(r"(\d{1,2})(?:[:.点时](?:(\d{1,2})分?|(半)|([一1]刻)|([三3]刻))?)?", bare)
    match = match or re.fullmatch(r"(\d{1,2})(\d\d)()()()", bare)
    if match is None:
        return None
    hour = int(match[1])
    minute = int(match[2]) if match[2] else 30 if match[3] else 15 if match[4] else 45 if match[5] else 0
    if afternoon and hour < 12 and not (words.startswith("中午") and hour == 11):
        hour += 12
    if morning and hour == 12:
        hour = 0
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        return None
    return f"{hour:02d}:{minute:02d}"


def read_span(text: str) -> tuple[str, str] | None:
    """Two times of day as `HH:MM`: `9:00-11:00`, 9点到11点半, 下午2点至4点, `0900~1100`."""
    words = half_width(text).casefold()
    parts = [p.strip() for p in re.split(r"\s*(?:--?|[–—~]+|至|到|\bto\b)\s*", words) if p.strip()]
    if len(parts) == 1:
        parts = words.split()
    if len(parts) != 2:
        return None
    start, end = read_clock(parts[0]), read_clock(parts[1])
    is_afternoon = re.match(r"下午|晚|中午|傍晚", parts[0]) is not None or parts[0].endswith("pm")
    if start and end and is_afternoon and end <= start and int(end[:2]) < 12:
        # 下午2点到4点: the second time is meant in the same half of the day.
        end = f"{int(end[:2]) + 12:02d}{end[2:]}"
    return (start, end) if start and end else None


def with_numbers(text: str) -> str:
    """A text whose Chinese numerals before 月, 日, 号, 点, 时 or 分 are digits: 十月 is 10月."""
    return _NUMERALS.sub(lambda m: str(n) if (n := read_number(m.group())) is not None else m.group(), text)


def _weekday(match: re.Match[str], today: date, fits: Callable[[date], bool]) -> date | None:
    which = (match[1] or match[3] or "")[:4]
    if match[2]:
        weekday = _WEEKDAY_ZH[match[2]]
    else:
        weekday = next(i for i, name in enumerate(_WEEKDAY_EN) if name.startswith(match[4]))
    monday = today - timedelta(days=today.weekday())
    in_this_week = monday + timedelta(days=weekday)
    if which:
        weeks = -1 if which[0] in "上l" else 1 if which[0] in "下n" else 0
        return in_this_week + timedelta(weeks=weeks)
    return _nearest((in_this_week + timedelta(weeks=w) for w in (-1, 0, 1)), today, fits)


def _in_nearest_year(month: int, day: int, today: date, fits: Callable[[date], bool]) -> date | None:
    days = [_date(today.year + shift, month, day) for shift in (-1, 0, 1)]
    close = next((d for d in days if d is not None and abs(d - today) <= CLOSE), None)
    return close or _nearest(days, today, fits)


def _nearest(days: Iterable[date | None], today: date, fits: Callable[[date], bool]) -> date | None:
    known = sorted((d for d in days if d is not None), key=lambda d: (abs((d - today).days), d))
    return next((d for d in known if fits(d)), known[0] if known else None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
