"""Working days: the tables of handbook §4, who says so, and how sure it is."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.working_days import (
    Certainty,
    DayStatus,
    HolidayFileError,
    Override,
    Source,
    WorkCalendar,
    WorkWeek,
    known_through,
    parse_holiday_json,
)

PLAIN = WorkCalendar()
LAST_WORKDAYS = {
    2025: [27, 28, 31, 30, 30, 30, 31, 29, 30, 31, 28, 31],
    2026: [30, 28, 31, 30, 29, 30, 31, 31, 30, 30, 30, 31],
}


def rows(*overrides: Override) -> dict[date, Override]:
    return {row.day: row for row in overrides}


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(year, month, day) for year, days in LAST_WORKDAYS.items() for month, day in enumerate(days, start=1)],
)
def test_last_working_day_of_each_month(year: int, month: int, day: int) -> None:
    assert PLAIN.last_workday(year, month) == date(year, month, day)


@pytest.mark.parametrize(("year", "count"), [(2024, 251), (2025, 248), (2026, 248)])
def test_number_of_working_days(year: int, count: int) -> None:
    assert len(PLAIN.workdays(date(year, 1, 1), date(year, 12, 31))) == count


def test_make_up_days_of_2026() -> None:
    worked = PLAIN.workdays(date(2026, 1, 1), date(2026, 12, 31))
    assert [f"{day:%m-%d}" for day in worked if day.isoweekday() > 5] == [
        "01-04",
        "02-14",
        "02-28",
        "05-09",
        "09-20",
        "10-10",
    ]


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (date(2026, 11, 23), DayStatus(True, Certainty.official, Source.chinesecalendar)),
        (date(2026, 10, 10), DayStatus(True, Certainty.official, Source.chinesecalendar)),
        (date(2026, 10, 7), DayStatus(False, Certainty.official, Source.chinesecalendar)),
        (date(2026, 12, 28), DayStatus(True, Certainty.official, Source.chinesecalendar)),
        (date(2026, 12, 29), DayStatus(True, Certainty.provisional, Source.chinesecalendar)),
        (date(2026, 12, 30), DayStatus(True, Certainty.provisional, Source.chinesecalendar)),
        (date(2026, 12, 31), DayStatus(True, Certainty.provisional, Source.chinesecalendar)),
        (date(2025, 12, 31), DayStatus(True, Certainty.official, Source.chinesecalendar)),
        (date(2027, 1, 1), DayStatus(True, Certainty.assumed, Source.weekday)),
        (date(2027, 1, 2), DayStatus(False, Certainty.assumed, Source.weekday)),
        (date(2003, 12, 31), DayStatus(True, Certainty.assumed, Source.weekday)),
    ],
)
def test_who_says_so_and_how_sure(day: date, status: DayStatus) -> None:
    assert PLAIN.day(day) == status


def test_an_override_beats_the_library_and_the_companys_own_row_beats_it() -> None:
    day = date(2026, 12, 31)
    everybody = rows(Override(day, False, "元旦"))
    own = rows(Override(day, True, "盘点"))
    assert WorkCalendar(overrides=everybody).day(day) == DayStatus(False, Certainty.official, Source.override, "元旦")
    assert WorkCalendar(overrides=everybody, company_overrides=own).day(day) == DayStatus(
        True, Certainty.official, Source.company, "盘点"
    )


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 11, 28), True),  # a plain Saturday
        (date(2026, 11, 29), False),  # a Sunday
        (date(2026, 10, 3), False),  # a Saturday inside National Day
        (date(2026, 10, 10), True),  # a make-up Saturday
        (date(2026, 1, 4), True),  # a make-up Sunday
        (date(2026, 10, 5), False),  # a Monday inside National Day
        (date(2027, 1, 2), True),  # a Saturday nothing is known about
    ],
)
def test_a_company_that_works_on_saturdays(day: date, worked: bool) -> None:
    assert WorkCalendar(work_week=WorkWeek.mon_sat).is_workday(day) is worked


def test_every_other_saturday_counts_from_the_anchor_in_both_directions() -> None:
    company = WorkCalendar(work_week=WorkWeek.alternating, alternating_anchor=date(2026, 11, 14))
    saturdays = [date(2026, 10, 17) + timedelta(weeks=week) for week in range(8)]
    assert [company.is_workday(day) for day in saturdays] == [True, False] * 4
    assert company.is_workday(date(2026, 10, 3)) is False, "a holiday is not worked, whatever the rhythm"
    assert company.is_workday(date(2026, 10, 10)), "a make-up day is worked, whatever the rhythm"
    assert company.day(date(2026, 11, 14)) == DayStatus(True, Certainty.official, Source.work_week)


def test_a_companys_own_rest_weekdays_replace_the_week() -> None:
    shop = WorkCalendar(work_week=WorkWeek.mon_sat, rest_days=frozenset({3}))
    assert [shop.is_workday(date(2026, 11, 22) + timedelta(days=n)) for n in range(7)] == [
        True,
        True,
        True,
        False,
        True,
        True,
        True,
    ]
    assert shop.is_workday(date(2026, 10, 4)) is False, "National Day"


@pytest.mark.parametrize(
    "settings",
    [
        {"rest_days": frozenset(range(1, 8))},
        {"rest_days": frozenset({0})},
        {"work_week": WorkWeek.alternating},
        {"work_week": WorkWeek.alternating, "alternating_anchor": date(2026, 11, 15)},
    ],
)
def test_settings_that_make_no_week_are_refused(
    settings: dict[str, frozenset[int] | WorkWeek | date],
) -> None:
    with pytest.raises(ValueError, match=r"rest_days|Saturday"):
        WorkCalendar(**settings)  # type: ignore[arg-type]  # a table of different keyword arguments


def test_neighbouring_working_days_skip_the_spring_festival() -> None:
    assert PLAIN.previous_workday(date(2026, 2, 24)) == date(2026, 2, 14)
    assert PLAIN.next_workday(date(2026, 2, 14)) == date(2026, 2, 24)
    assert PLAIN.previous_workday(date(2026, 2, 28)) == date(2026, 2, 27)


def test_a_month_without_a_working_day_ends_with_its_last_day() -> None:
    closed = rows(*(Override(date(2026, 2, day), False) for day in range(1, 29)))
    assert WorkCalendar(company_overrides=closed).last_workday(2026, 2) == date(2026, 2, 28)


def test_certainty_of_a_stretch_is_its_weakest_day() -> None:
    assert PLAIN.certainty_of(date(2026, 12, 20), date(2026, 12, 26)) is Certainty.official
    assert PLAIN.certainty_of(date(2026, 12, 27), date(2026, 12, 31)) is Certainty.provisional
    assert PLAIN.certainty_of(date(2026, 12, 27), date(2027, 1, 2)) is Certainty.assumed


def test_statutory_holidays() -> None:
    assert PLAIN.is_statutory_holiday(date(2026, 10, 3))
    assert PLAIN.is_statutory_holiday(date(2026, 10, 6)), "a swapped day"
    assert not PLAIN.is_statutory_holiday(date(2026, 11, 28)), "a plain weekend"
    assert not PLAIN.is_statutory_holiday(date(2026, 10, 10))
    loaded = WorkCalendar(overrides=rows(Override(date(2027, 1, 2), False, "元旦")))
    assert loaded.is_statutory_holiday(date(2027, 1, 2))
    assert not PLAIN.is_statutory_holiday(date(2027, 1, 2))


def test_a_loaded_year_is_official_on_its_unlisted_days_too_and_settles_the_december_before() -> None:
    loaded = WorkCalendar(overrides=rows(Override(date(2027, 1, 1), False)), announced_years=frozenset({2027}))
    assert loaded.day(date(2027, 3, 16)) == DayStatus(True, Certainty.official, Source.override)
    assert loaded.day(date(2026, 12, 31)).certainty is Certainty.official
    assert loaded.day(date(2027, 12, 31)).certainty is Certainty.provisional
    assert loaded.day(date(2028, 1, 3)).certainty is Certainty.assumed


def test_horizon() -> None:
    assert known_through() == date(2026, 12, 31)
    assert PLAIN.known_through() == date(2026, 12, 31)
    assert WorkCalendar(announced_years=frozenset({2027})).known_through() == date(2027, 12, 31)
    assert WorkCalendar(announced_years=frozenset({2028})).known_through() == date(2026, 12, 31)


calendars = st.one_of(
    st.just(PLAIN),
    st.just(WorkCalendar(work_week=WorkWeek.mon_sat)),
    st.just(WorkCalendar(work_week=WorkWeek.alternating, alternating_anchor=date(2026, 1, 10))),
    st.builds(
        lambda rest: WorkCalendar(rest_days=rest),
        st.frozensets(st.integers(min_value=1, max_value=7), max_size=6),
    ),
)


@given(calendars, st.dates(date(2003, 1, 1), date(2030, 12, 31)))
def test_neighbouring_working_days_are_worked_and_nothing_between_is(calendar: WorkCalendar, day: date) -> None:
    before, after = calendar.previous_workday(day), calendar.next_workday(day)
    assert before < day < after
    others = [] if not calendar.is_workday(day) else [day]
    assert calendar.workdays(before, after) == [before, *others, after]


# A year as a file -----------------------------------------------------------------------------------------


def year_file(**changes: object) -> str:
    content: dict[str, object] = {
        "year": 2027,
        "papers": [],
        "days": [
            {"name": "元旦", "date": "2027-01-02", "isOffDay": True},
            {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
            {"name": "元旦", "date": "2026-12-27", "isOffDay": False},
        ],
    }
    return json.dumps(content | changes, ensure_ascii=False)


def test_a_year_is_read_in_the_order_of_its_days() -> None:
    loaded = parse_holiday_json("\ufeff" + year_file())
    assert loaded.year == 2027
    assert loaded.overrides == (
        Override(date(2026, 12, 27), True, "元旦"),
        Override(date(2027, 1, 1), False, "元旦"),
        Override(date(2027, 1, 2), False, "元旦"),
    )


def one_day(**changes: object) -> str:
    return year_file(days=[{"name": "元旦", "date": "2027-01-01", "isOffDay": True} | changes])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("元旦放假", "not a JSON file"),
        ("[" * 50_000, "not a JSON file"),
        (" " * 100_001, "too large"),
        ("[]", "must hold one year"),
        (year_file(year="2027"), "“year” must be"),
        (year_file(year=True), "“year” must be"),
        (year_file(year=27), "“year” must be"),
        (year_file(days={}), "“days” must be a list"),
        (year_file(days=[]), "2027 seems not to be announced yet"),
        (year_file(days=["2027-01-01"]), "Entry 1 of “days”"),
        (one_day(date="2027/01/01"), "must look like 2027-01-01"),
        (one_day(date="20270101"), "must look like 2027-01-01"),
        (one_day(date="2027-02-29"), "there is no day 2027-02-29"),
        (one_day(date="2028-01-01"), "does not belong to the notice for 2027"),
        (one_day(date="2026-11-30"), "does not belong to the notice for 2027"),
        (one_day(isOffDay="yes"), "“isOffDay” must be"),
        (one_day(name=""), "“name” must be"),
        (one_day(name="x" * 41), "“name” must be"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_to_mend(text: str, complaint: str) -> None:
    with pytest.raises(HolidayFileError, match=complaint) as caught:
        parse_holiday_json(text)
    assert caught.value.msgid.format(**caught.value.arguments) == str(caught.value)


def test_a_day_listed_twice_must_agree_with_itself() -> None:
    off = {"name": "元旦", "date": "2027-01-01", "isOffDay": True}
    assert len(parse_holiday_json(year_file(days=[off, off])).overrides) == 1
    with pytest.raises(HolidayFileError, match="2027-01-01 is listed both"):
        parse_holiday_json(year_file(days=[off, off | {"isOffDay": False}]))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["year", "days", "date", "name", "isOffDay"]), inner)
        ),
    )
)
def test_no_file_does_worse_than_being_refused(content: object) -> None:
    with pytest.raises(HolidayFileError):
        parse_holiday_json(json.dumps(content))
