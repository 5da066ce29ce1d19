"""Ride-along and spot-check coverage, and who is still to be visited."""

from fractions import Fraction

import pytest

from storage.coverage import coverage, current_coverage, not_yet_accompanied, not_yet_checked, pool_coverage
from storage.roster import CohortId
from tests.storage.channel_company import ChannelCompany, cohort_id, on


def test_only_noted_ride_alongs_in_the_window_of_those_who_stayed_count(company: ChannelCompany) -> None:
    cohort, manager = company.cohort(), company.manager()
    first_day, last_day, day_31, short, twice, gone = company.on_post(cohort, "03-01", 6)
    company.accompanied(first_day, "03-01", manager)
    company.accompanied(last_day, "03-30", manager, feedback="一二三四五六七八九十")
    company.accompanied(day_31, "03-31", manager)
    company.accompanied(short, "03-10", manager, feedback="  一二三四五六七八九  ")
    company.accompanied(twice, "03-10", manager)
    company.accompanied(twice, "03-11", manager)
    company.accompanied(gone, "03-02", manager)
    company.leaves(gone, "03-30")
    company.checked(short, "03-10", manager)

    found = coverage(company.session, [cohort_id(cohort)], on("03-31"))[cohort_id(cohort)]

    assert (found.stayed, found.accompanied, found.checked, found.interim) == (5, 3, 1, False)
    assert (found.ride_alongs, found.spot_checks) == (Fraction(3, 5), Fraction(1, 5))


def test_while_the_windows_run_it_is_interim_and_ends_at_the_day(company: ChannelCompany) -> None:
    cohort, manager = company.cohort(), company.manager()
    (hire,) = company.on_post(cohort, "03-01")
    company.on_post(cohort, "03-20")
    company.accompanied(hire, "03-10", manager)

    before, after, later = (
        coverage(company.session, [cohort_id(cohort)], on(day))[cohort_id(cohort)]
        for day in ("03-09", "03-10", "03-20")
    )
    assert [(each.accompanied, each.stayed) for each in (before, after, later)] == [(0, 1), (1, 1), (1, 2)]
    assert before.interim


def test_pooled_as_sums_and_never_interim_with_final(company: ChannelCompany) -> None:
    one, two, empty, manager = company.cohort("一"), company.cohort("二"), company.cohort("空"), company.manager()
    company.accompanied(company.on_post(one, "03-01", 3)[0], "03-05", manager)
    company.on_post(two, "04-01", 2)
    ids = [cohort_id(one), cohort_id(two), cohort_id(empty)]

    final = coverage(company.session, ids, on("12-31"))
    pooled = pool_coverage(final.values())
    assert (pooled.accompanied, pooled.stayed, pooled.interim) == (1, 5, False)
    assert final[cohort_id(empty)].ride_alongs is None
    nowhere = CohortId(999_999)
    assert coverage(company.session, [nowhere], on("12-31"))[nowhere].stayed == 0

    with pytest.raises(ValueError, match="never pooled"):
        pool_coverage(coverage(company.session, ids, on("04-05")).values())


def test_who_is_still_to_be_visited(company: ChannelCompany) -> None:
    manager = company.manager()
    later = company.on_post(company.cohort("二"), "03-10", 2)
    sooner = company.on_post(company.cohort("一"), "03-05", 2)
    month_complete = company.on_post(company.cohort("零"), "01-10", 1)
    elsewhere = ChannelCompany(company.session, "宁波乙")
    elsewhere.on_post(elsewhere.cohort(), "03-05")
    company.accompanied(later[0], "03-12", manager)
    company.checked(sooner[0], "03-12", manager)
    company.leaves(sooner[1], "03-12")

    def names(day: str) -> list[str]:
        return [hire.name for hire in not_yet_accompanied(company.session, [company.id], on(day))]

    assert names("03-11") == ["一1", "一2", "二1", "二2"]
    assert names("03-13") == ["一1", "二2"]
    assert [hire.name for hire in not_yet_checked(company.session, [company.id], on("03-13"))] == ["二1", "二2"]
    now = current_coverage(company.session, [company.id], on("03-13"))
    assert (now.accompanied, now.checked, now.stayed, now.interim) == (1, 1, 3, True)
    assert current_coverage(company.session, [], on("03-13")).ride_alongs is None
    assert month_complete[0].closes_on == on("02-08")
