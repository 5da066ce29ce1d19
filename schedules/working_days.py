"""Which days are worked, how sure that is, and who says so (handbook §4).

Dates are plain local dates: the zone has been applied before a date gets here.
"""

import calendar as month_lengths
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum, StrEnum, auto
from functools import cache, lru_cache

import chinese_calendar  # type: ignore[import-untyped]  # the library ships no type information

ONE_DAY = timedelta(days=1)
SATURDAY = 6
"""An ISO weekday number: Monday is 1, Sunday 7."""


class Certainty(StrEnum):
    """How far a day's status can be trusted. On anything but `official` nobody is ever late or missing."""

    official = "official"
    provisional = "provisional"
    """Announced, but next year's notice has changed such days before."""
    assumed = "assumed"
    """Nothing is announced: the plain week is all there is."""


class Source(StrEnum):
    """Who says so."""

    company = "company"
    """The company's own row of the override table."""
    override = "override"
    """The override table's row for everybody, or a year an admin loaded."""
    chinesecalendar = "chinesecalendar"
    """The official notices as the library knows them."""
    work_week = "work_week"
    """A day no notice speaks of, in a company whose week is not Monday to Friday."""
    weekday = "weekday"
    """Beyond the horizon: the plain week."""


class WorkWeek(StrEnum):
    """Which weekdays a company works when no notice says otherwise."""

    mon_fri = "mon_fri"
    mon_sat = "mon_sat"
    alternating = "alternating"
    """Every other Saturday, counted from one that is worked."""


@dataclass(frozen=True)
class DayStatus:
    """What is known about one day."""

    is_workday: bool
    certainty: Certainty
    source: Source
    note: str = ""
    """The admin's note, when an override decided."""


@dataclass(frozen=True)
class Override:
    """One row of the override table: this day is (or is not) worked, whatever a notice says."""

    day: date
    is_workday: bool
    note: str = ""


class _Notice(Enum):
    """What the official notices say about one day."""

    holiday = auto()
    make_up = auto()
    plain = auto()
    unknown = auto()


@lru_cache(maxsize=4096)
def _notice_about(day: date) -> _Notice:
    """Ask the library once per day: each of its answers scans its whole table for the horizon."""
    try:
        is_rest_day: bool
        name: str | None
        is_rest_day, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return _Notice.unknown
    if name is None:
        return _Notice.plain
    return _Notice.holiday if is_rest_day else _Notice.make_up


def holiday_name(day: date) -> str:
    """The holiday a day off or a make-up day belongs to, as the library calls it in English; empty for other days."""
    try:
        name: str | None = chinese_calendar.get_holiday_detail(day)[1]
    except NotImplementedError:
        return ""
    return name or ""


@cache
def _library_years() -> tuple[int, int]:
    """First and last year the library knows."""
    days: Mapping[date, str] = chinese_calendar.holidays
    return min(days).year, max(days).year


def known_through() -> date:
    """The last day the calendar library knows; years an admin loaded are `WorkCalendar.known_through`."""
    return date(_library_years()[1], 12, 31)


def last_day_of_month(year: int, month: int) -> date:
    """The month's last calendar day."""
    return date(year, month, month_lengths.monthrange(year, month)[1])


@dataclass(frozen=True)
class WorkCalendar:
    """The working days of one company, or of everybody when no company's settings are given.

    A day is decided by, in this order: the company's override, the override for everybody, an official notice
    (holiday or make-up day), the company's week. The week is `rest_days` when there are any: ISO weekdays
    (Monday 1 to Sunday 7) on which the company rests, working all others; else `work_week`. Single rest dates
    of a company are `company_overrides`. Official make-up days are worked whatever the week is.

    `alternating_anchor` is a Saturday that is worked, as is every second one before and after it; holidays do
    not shift the rhythm. `announced_years` are the years whose notice an admin loaded: their days without an
    override follow the week and are official. Raises `ValueError` for settings that make no week.
    """

    overrides: Mapping[date, Override] = field(default_factory=dict)
    company_overrides: Mapping[date, Override] = field(default_factory=dict)
    work_week: WorkWeek = WorkWeek.mon_fri
    rest_days: frozenset[int] = frozenset()
    alternating_anchor: date | None = None
    announced_years: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if not self.rest_days < frozenset(range(1, 8)):
            raise ValueError("rest_days are ISO weekdays 1 to 7, at most six of them")
        if self.work_week is WorkWeek.alternating and self.alternating_anchor is None:
            raise ValueError("an alternating week needs a Saturday that is worked")
        if self.alternating_anchor is not None and self.alternating_anchor.isoweekday() != SATURDAY:
            raise ValueError(f"an alternating week starts from a Saturday, not {self.alternating_anchor}")

    def day(self, day: date) -> DayStatus:
        """What is known about this day."""
        for rows, source in ((self.company_overrides, Source.company), (self.overrides, Source.override)):
            row = rows.get(day)
            if row is not None:
                return DayStatus(row.is_workday, Certainty.official, source, row.note)
        notice = _notice_about(day)
        if notice in (_Notice.holiday, _Notice.make_up):
            return DayStatus(notice is _Notice.make_up, self._certainty(day), Source.chinesecalendar)
        source = self._source_of_plain(day, notice)
        return DayStatus(self._worked_in_plain_week(day), self._certainty(day), source)

    def is_workday(self, day: date) -> bool:
        """Whether the day is worked, certain or not."""
        return self.day(day).is_workday

    def is_statutory_holiday(self, day: date) -> bool:
        """Whether the day lies in an officially announced holiday, its weekend and swapped days included.

        A plain weekend is not one. A company's own rows change its working days, not what is a holiday.
        """
        row = self.overrides.get(day)
        if row is not None:
            return not row.is_workday
        return _notice_about(day) is _Notice.holiday

    def workdays(self, first: date, last: date) -> list[date]:
        """The working days from first to last, both included, in order."""
        return [day for day in days_between(first, last) if self.is_workday(day)]

    def last_workday(self, year: int, month: int) -> date:
        """The month's last working day; in a month without any, its last calendar day."""
        last = last_day_of_month(year, month)
        worked = self.workdays(last.replace(day=1), last)
        return worked[-1] if worked else last

    def previous_workday(self, day: date) -> date:
        """The last working day before this one, never the day itself."""
        return self._nearest_workday(day, -ONE_DAY)

    def next_workday(self, day: date) -> date:
        """The first working day after this one, never the day itself."""
        return self._nearest_workday(day, ONE_DAY)

    def certainty_of(self, first: date, last: date) -> Certainty:
        """The weakest certainty among the days from first to last, both included."""
        order = list(Certainty)
        return max((self.day(day).certainty for day in days_between(first, last)), key=order.index)

    def known_through(self) -> date:
        """The last day of the last year announced, by the library or by years loaded without a gap."""
        year = known_through().year
        while year + 1 in self.announced_years:
            year += 1
        return date(year, 12, 31)

    def _nearest_workday(self, day: date, step: timedelta) -> date:
        day += step
        while not self.is_workday(day):
            day += step
        return day

    def _knows(self, year: int) -> bool:
        first, last = _library_years()
        return first <= year <= last or year in self.announced_years

    def _certainty(self, day: date) -> Certainty:
        if not self._knows(day.year):
            return Certainty.assumed
        # Next year's notice changed these days in 2006, 2007, 2011, 2018 and 2022 (handbook §4).
        if (day.month, day.day) >= (12, 29) and not self._knows(day.year + 1):
            return Certainty.provisional
        return Certainty.official

    def _worked_in_plain_week(self, day: date) -> bool:
        weekday = day.isoweekday()
        if self.rest_days:
            return weekday not in self.rest_days
        if weekday != SATURDAY or self.work_week is WorkWeek.mon_fri:
            return weekday < SATURDAY
        if self.work_week is WorkWeek.alternating and self.alternating_anchor is not None:
            return (day - self.alternating_anchor).days % 14 == 0
        return True

    def _source_of_plain(self, day: date, notice: _Notice) -> Source:
        if self.rest_days or self.work_week is not WorkWeek.mon_fri:
            return Source.work_week
        if notice is _Notice.plain:
            return Source.chinesecalendar
        return Source.override if day.year in self.announced_years else Source.weekday


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from first to last, both included."""
    day = first
    while day <= last:
        yield day
        day += ONE_DAY


class HolidayFileError(ValueError):
    """A calendar file that can't be used, with what is wrong as a message to translate.

    `msgid` is the English message with `{names}`, `arguments` their values.
    """

    def __init__(self, msgid: str, **arguments: str | int) -> None:
        super().__init__(msgid.format(**arguments))
        self.msgid = msgid
        self.arguments: Mapping[str, str | int] = arguments


@dataclass(frozen=True)
class HolidayFile:
    """One year's official notice: only the days that differ from the plain week are listed."""

    year: int
    overrides: tuple[Override, ...]


LARGEST_FILE = 100_000
"""Characters; a real year has about 4,000."""
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def parse_holiday_json(text: str) -> HolidayFile:
    """Read one year in the public `holiday-cn` form (handbook §4).

    The year is that of the notice, which may list days of the December before it. Raises `HolidayFileError`
    saying what to mend. An empty list is refused: the public source offers it for a year not announced yet.
    """
    if len(text) > LARGEST_FILE:
        raise HolidayFileError("The file is too large for one year's holidays.")
    try:
        content: object = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise HolidayFileError("This is not a JSON file. Please send the year's file unchanged.") from None
    if not isinstance(content, dict):
        raise HolidayFileError("The file must hold one year: an object with “year” and “days”.")
    year: object = content.get("year")
    if not isinstance(year, int) or isinstance(year, bool) or not 2000 <= year <= 2100:
        raise HolidayFileError("“year” must be a year such as 2027.")
    entries: object = content.get("days")
    if not isinstance(entries, list):
        raise HolidayFileError("“days” must be a list of days.")
    if not entries:
        raise HolidayFileError("The file lists no holidays: {year} seems not to be announced yet.", year=year)
    found: dict[date, Override] = {}
    for number, entry in enumerate(entries, start=1):
        row = _parse_entry(entry, number, year)
        if found.setdefault(row.day, row).is_workday != row.is_workday:
            raise HolidayFileError("{day} is listed both as a day off and as a working day.", day=row.day.isoformat())
    return HolidayFile(year, tuple(found[day] for day in sorted(found)))


def _parse_entry(entry: object, number: int, year: int) -> Override:
    if not isinstance(entry, dict):
        raise HolidayFileError("Entry {number} of “days” is not a day with name, date and isOffDay.", number=number)
    written: object = entry.get("date")
    if not isinstance(written, str) or not _ISO_DATE.fullmatch(written):
        raise HolidayFileError("Entry {number}: “date” must look like 2027-01-01.", number=number)
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise HolidayFileError("Entry {number}: there is no day {day}.", number=number, day=written) from None
    if not date(year - 1, 12, 1) <= day <= date(year, 12, 31):
        raise HolidayFileError(
            "Entry {number}: {day} does not belong to the notice for {year}.",
            number=number,
            day=written,
            year=year,
        )
    is_off: object = entry.get("isOffDay")
    if not isinstance(is_off, bool):
        raise HolidayFileError("Entry {number}: “isOffDay” must be true or false.", number=number)
    name: object = entry.get("name")
    if not isinstance(name, str) or not 0 < len(name.strip()) <= 40:
        raise HolidayFileError("Entry {number}: “name” must be the holiday's name, up to 40 characters.", number=number)
    return Override(day, not is_off, name.strip())
