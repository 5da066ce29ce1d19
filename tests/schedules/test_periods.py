"""Periods: what each kind of report is about, and that none overlaps or leaves a gap."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.periods import Period, Year, instant, local_day, start_of
from storage.kinds import ReportKind

days = st.dates(date(2004, 1, 1), date(2035, 12, 31))
kinds = st.sampled_from(ReportKind)


@pytest.mark.parametrize(
    ("period", "first", "last", "key", "label"),
    [
        (Period.daily(date(2026, 11, 23)), "2026-11-23", "2026-11-23", "daily:2026-11-23", "11/23"),
        (
            Period.weekly_of(date(2026, 11, 22)),
            "2026-11-22",
            "2026-11-28",
            "weekly:2026-11-22",
            "11/22–11/28",
        ),
        (
            Period.weekly_of(date(2026, 11, 28)),
            "2026-11-22",
            "2026-11-28",
            "weekly:2026-11-22",
            "11/22–11/28",
        ),
        (Period.weekly_of(date(2027, 1, 1)), "2026-12-27", "2027-01-02", "weekly:2026-12-27", "12/27–01/02"),
        (Period.monthly_of(date(2026, 2, 9)), "2026-02-01", "2026-02-28", "monthly:2026-02", "2026-02"),
        (Period.monthly_of(date(2028, 2, 9)), "2028-02-01", "2028-02-29", "monthly:2028-02", "2028-02"),
        (Period.plan_for(date(2026, 12, 1)), "2026-12-01", "2026-12-31", "plan:2026-12", "2026-12"),
        (
            Period.order_rate_for(date(2026, 11, 30)),
            "2026-11-01",
            "2026-11-30",
            "order_rate:2026-11",
            "2026-11",
        ),
        (
            Period.skills_mail_of(date(2026, 11, 1)),
            "2026-11-01",
            "2026-11-30",
            "skills_mail:2026-11",
            "2026-11",
        ),
    ],
)
def test_days_key_and_label(period: Period, first: str, last: str, key: str, label: str) -> None:
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    assert (period.key, period.label) == (key, label)


@given(kinds, days)
def test_periods_tile_the_time_line(kind: ReportKind, day: date) -> None:
    period = Period.of(kind, day)
    assert day in period
    assert period.next().first == period.last + timedelta(days=1)
    assert period.next().previous() == period
    assert period < period.next()
    assert all(Period.of(kind, inside) == period for inside in (period.first, period.last))


@given(kinds, days)
def test_a_key_is_read_back(kind: ReportKind, day: date) -> None:
    period = Period.of(kind, day)
    assert Period.from_key(period.key) == period


@pytest.mark.parametrize(
    "key",
    [
        "",
        "daily",
        "daily:",
        "daily:2026-11",
        "daily:20261123",
        "weekly:2026-11-23",
        "monthly:2026-11-01",
        "plan:2026-13",
        "hourly:2026-11-23",
        "daily:2026-11-23:x",
    ],
)
def test_anything_else_is_no_key(key: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Period.from_key(key)


def test_days_that_are_no_period_of_the_kind_are_refused() -> None:
    with pytest.raises(ValueError, match="no period of a weekly report"):
        Period(ReportKind.weekly, date(2026, 11, 23), date(2026, 11, 29))


def test_local_days_and_instants() -> None:
    assert start_of(date(2026, 3, 1)) == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert instant(date(2026, 11, 23), time(7)).isoformat() == "2026-11-22T23:00:00+00:00"
    assert local_day(datetime(2026, 2, 28, 15, 59, 59, tzinfo=UTC)) == date(2026, 2, 28)
    assert local_day(datetime(2026, 2, 28, 16, tzinfo=UTC)) == date(2026, 3, 1)
    with pytest.raises(ValueError, match="time zone"):
        local_day(datetime(2026, 2, 28, tzinfo=UTC).replace(tzinfo=None))


def test_a_year_is_from_its_first_day_to_its_last() -> None:
    year = Year(2026)
    assert (year.first, year.last, year.key, year.label) == (date(2026, 1, 1), date(2026, 12, 31), "year:2026", "2026")
    assert year.last in year
    assert date(2027, 1, 1) not in year
    assert Year.from_key(year.key) == year


@pytest.mark.parametrize("key", ["year:", "year:x", "2026", "year:02026", "monthly:2026-11"])
def test_anything_else_is_no_year(key: str) -> None:
    with pytest.raises(ValueError, match=r"year|int"):
        Year.from_key(key)
