"""What a question is about, from the words behind /stats, /missing and /rank: a period, a company, a person, a kind.

Pure functions of the words, today's local date and the names there are. Words may come in any order, and a period, a
name or a kind may have several: `上周 杭州甲`, `last month`, `Jane Wang 2026-10`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from handlers.forms.dates import read_day, with_numbers
from handlers.forms.numbers import half_width
from schedules.periods import Period, Year
from schedules.working_days import ONE_DAY
from storage.kinds import ReportKind
from storage.people import Company, Person, name_key

LONGEST = 6
"""Words that one name or period may have."""
YEARS = range(2000, 2101)
"""Years somebody can mean; also keeps calendar arithmetic within what dates can hold."""

_WEEKS = {
    **dict.fromkeys(("本周", "这周", "这个周", "本星期", "这星期", "这个星期", "thisweek", "week"), 0),
    **dict.fromkeys(("上周", "上个周", "上星期", "上个星期", "lastweek", "previousweek"), -1),
    **dict.fromkeys(("上上周", "上上星期"), -2),
}
_MONTHS = {
    **dict.fromkeys(("本月", "这月", "这个月", "当月", "thismonth", "month"), 0),
    **dict.fromkeys(("上月", "上个月", "lastmonth", "previousmonth"), -1),
    **dict.fromkeys(("上上月", "上上个月"), -2),
    **dict.fromkeys(("下月", "下个月", "nextmonth"), 1),
}
_MONTHS_EN = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_YEARS = {"今年": 0, "本年": 0, "去年": -1, "上年": -1, "thisyear": 0, "lastyear": -1, "previousyear": -1}
_YEAR = re.compile(
    r"(?<![^\s,、;])(?:(?P<number>\d{4})年?|今年|本年|去年|上年|(?:this|last|previous)\s+year)(?![^\s,、;])",
    re.IGNORECASE,
)
_YEAR_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?|(\d{4})(\d\d)")
_MONTH = re.compile(r"(\d{1,2})月份?")
_ENGLISH_MONTH = re.compile(r"([a-z]{3,9})(\d{4})?|(\d{4})([a-z]{3,9})")
_SEPARATORS = re.compile(r"[\s,，、;；]+")
_KINDS: Mapping[str, ReportKind] = {
    **dict.fromkeys(("日报", "日报告", "daily", "dailies", "dailyreport", "dailyreports"), ReportKind.daily),
    **dict.fromkeys(("周报", "周报告", "weekly", "weeklies", "weeklyreport", "weeklyreports"), ReportKind.weekly),
    **dict.fromkeys(("月报", "月报告", "monthly", "monthlies", "monthlyreport", "monthlyreports"), ReportKind.monthly),
    **dict.fromkeys(("计划", "培训计划", "下月计划", "下月培训计划", "plan", "plans", "trainingplan"), ReportKind.plan),
    **dict.fromkeys(
        ("出单率", "报送", "出单率报送", "orderrate", "order-rate", "submission", "order-ratesubmission"),
        ReportKind.order_rate,
    ),
    **dict.fromkeys(
        ("技能总结", "销售技能", "销售技能总结", "skills", "skillsmail", "sales-skillssummary"), ReportKind.skills_mail
    ),
}


@dataclass
class Question:
    """What was understood; `unknown` holds the words that mean nothing here."""

    period: Period | None = None
    """A day, a week or a month."""
    company: Company | None = None
    people: list[Person] = field(default_factory=list)
    """Several when they share the name."""
    kind: ReportKind | None = None
    unknown: list[str] = field(default_factory=list)


def read_question(text: str, today: date, companies: Sequence[Company], people: Sequence[Person]) -> Question:
    """Take the words apart, the longest meaning first; names as they are written before anything else."""
    question = Question()
    words = [word for word in _SEPARATORS.split(half_width(text)) if word]
    while words:
        for length in range(min(LONGEST, len(words)), 0, -1):
            if _understood(question, " ".join(words[:length]), today, companies, people):
                del words[:length]
                break
        else:
            question.unknown.append(words.pop(0))
    return question


def read_period(text: str, today: date) -> Period | None:
    """今天, 昨天, 本周, 上周, 本月, 上月, today, last week, 2026-10, 10月, 十月, Oct, 11/23; None for other words.

    A month without a year is the latest that has begun. A week is the handbook's, Sunday to Saturday.
    """
    words = half_width(text).casefold()
    key = with_numbers("".join(words.split()))
    if key in _WEEKS:
        return Period.weekly_of(today + _WEEKS[key] * 7 * ONE_DAY)
    if key in _MONTHS:
        return _month_away(today, _MONTHS[key])
    if match := _YEAR_MONTH.fullmatch(key):
        return _month_of(int(match[1] or match[3]), int(match[2] or match[4]))
    if match := _MONTH.fullmatch(key):
        return _latest_month(int(match[1]), today)
    if (month := _english_month(key, today)) is not None:
        return month
    day = read_day(words, today, lambda day: day <= today)
    return Period.daily(day) if day is not None and day.year in YEARS else None


def take_year(text: str, today: date) -> tuple[Year | None, str]:
    """The year among some words, if there is one, and the other words: `2025`, `2025年`, 今年, 去年, last year."""
    words = half_width(text)
    found = _YEAR.search(words)
    if found is None:
        return None, text
    named = "".join(found[0].split()).casefold()
    number = today.year + _YEARS[named] if named in _YEARS else int(found["number"])
    rest = f"{words[: found.start()]} {words[found.end() :]}".strip()
    return (Year(number), rest) if number in YEARS else (None, text)


def nearest(period: Period, text: str, today: date) -> Period:
    """A period whose month was typed without a year, moved to the next year when that is nearer."""
    if re.search(r"\d{4}", half_width(text)) or today - period.first <= 183 * ONE_DAY:
        return period
    return period.of(period.kind, period.first.replace(day=1, year=period.first.year + 1))


def report_kind(words: str) -> ReportKind | None:
    """The kind of report that is meant: 日报, 周报, weekly; None for other words."""
    return _KINDS.get(name_key(words))


def period_of_key(key: str) -> Period | None:
    """The period a button names; None for anything that is none, or lies out of reach."""
    try:
        period = Period.from_key(key)
    except ValueError:
        return None
    return period if period.first.year in YEARS else None


def _understood(
    question: Question, text: str, today: date, companies: Sequence[Company], people: Sequence[Person]
) -> bool:
    """Note what the words mean; False when they mean nothing, or something of which there is one already."""
    key = name_key(text)
    company = next((each for each in companies if name_key(each.name) == key), None)
    if company is not None and question.company is None:
        question.company = company
        return True
    called = [each for each in people if each.real_name and name_key(each.real_name) == key]
    if called and not question.people:
        question.people = called
        return True
    if key in _KINDS and question.kind is None:
        question.kind = _KINDS[key]
        return True
    period = read_period(text, today) if question.period is None else None
    if period is not None:
        question.period = period
        return True
    partly = [each for each in companies if len(key) > 1 and key in name_key(each.name)]
    if len(partly) == 1 and question.company is None:
        question.company = partly[0]
        return True
    return False


def _month_of(year: int, month: int) -> Period | None:
    return Period.monthly_of(date(year, month, 1)) if 1 <= month <= 12 and year in YEARS else None


def _latest_month(month: int, today: date) -> Period | None:
    return _month_of(today.year if month <= today.month else today.year - 1, month)


def _month_away(today: date, step: int) -> Period:
    period = Period.monthly_of(today)
    for _ in range(abs(step)):
        period = period.previous() if step < 0 else period.next()
    return period


def _english_month(key: str, today: date) -> Period | None:
    match = _ENGLISH_MONTH.fullmatch(key)
    if match is None:
        return None
    word, year = match[1] or match[4], match[2] or match[3]
    for number, name in enumerate(_MONTHS_EN, start=1):
        if name.startswith(word):
            return _month_of(int(year), number) if year else _latest_month(number, today)
    return None
