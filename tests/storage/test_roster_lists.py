"""Who is where, and in which order people are offered."""

import pytest

from storage.roster import Cohort
from storage.roster_events import add_hires, eliminate, fail_trial, start_trial
from storage.roster_lists import (
    CompanyCounts,
    class_size,
    cohorts_of,
    company_counts,
    count_hires_of,
    find_hires,
    hires_of,
    same_names,
    should_ask_next_cohort,
)
from storage.roster_rules import SMALL_CLASS
from tests.storage.channel_company import ChannelCompany, cohort_id, on


@pytest.fixture
def cohort(company: ChannelCompany) -> Cohort:
    """On 20 March: 新 and 近 in their window, 满 month complete, 试 on trial, 训 in training, 走 gone; 应 is hired."""
    cohort = company.cohort()
    names = ["走", "训", "试", "满", "近", "新", "淘"]
    gone, _, on_trial, complete, recent, newest, out = add_hires(
        company.session, cohort, names, on("01-05"), company.recording
    )
    add_hires(company.session, cohort, ["应"], on("03-19"), company.recording, in_training=False)
    company.post([complete], "01-10")
    company.post([recent, gone], "03-01")
    company.post([newest], "03-15")
    company.leaves(gone, "03-10")
    start_trial(company.session, on_trial, on("03-10"), company.recording)
    eliminate(company.session, out, on("02-01"), company.recording)
    return cohort


def names_on(company: ChannelCompany, day: str, *, on_post_only: bool = False) -> str:
    return "".join(hire.name for hire in hires_of(company.session, [company.id], on(day), on_post_only=on_post_only))


def test_those_in_their_window_come_first_and_those_gone_last(company: ChannelCompany, cohort: Cohort) -> None:
    listed = names_on(company, "03-20")
    assert listed[:3] == "新近满"
    assert set(listed[3:6]) == {"训", "试", "应"}
    assert set(listed[6:]) == {"走", "淘"}


def test_for_orders_only_those_on_post_and_at_work_are_offered(company: ChannelCompany, cohort: Cohort) -> None:
    assert names_on(company, "03-20", on_post_only=True) == "新近满"
    assert set(names_on(company, "03-10", on_post_only=True)) == {"近", "走", "满"}
    assert set(names_on(company, "03-11", on_post_only=True)) == {"近", "满"}
    assert count_hires_of(company.session, [company.id], on("03-20"), on_post_only=True) == 3


def test_long_lists_are_read_page_by_page(company: ChannelCompany, cohort: Cohort) -> None:
    pages = [hires_of(company.session, [company.id], on("03-20"), limit=3, offset=offset) for offset in (0, 3, 6)]
    assert "".join(hire.name for page in pages for hire in page) == names_on(company, "03-20")
    assert [len(page) for page in pages] == [3, 3, 2]
    assert count_hires_of(company.session, [company.id], on("03-20")) == 8


def test_a_list_is_of_the_companies_and_the_cohort_asked_for(company: ChannelCompany, cohort: Cohort) -> None:
    elsewhere = ChannelCompany(company.session, "宁波乙")
    theirs = elsewhere.cohort()
    elsewhere.on_post(theirs, "03-01")
    session, day = company.session, on("03-20")
    assert len(hires_of(session, [elsewhere.id], day)) == 1
    assert len(hires_of(session, [company.id, elsewhere.id], day)) == 9
    assert hires_of(session, [company.id], day, cohort_id=cohort_id(theirs)) == []
    assert count_hires_of(session, [], day) == 0
    assert [each.id for each in cohorts_of(session, [company.id, elsewhere.id])] == [theirs.id, cohort.id]


def test_how_many_are_where(company: ChannelCompany, cohort: Cohort) -> None:
    counts = company_counts(company.session, [company.id], on("03-20"))
    assert counts == CompanyCounts(hired=1, in_training=1, on_trial=1, new_hires=2, month_complete=1)
    assert company_counts(company.session, [company.id], on("03-30")).new_hires == 2
    assert company_counts(company.session, [company.id], on("03-31")).new_hires == 1
    assert company_counts(company.session, [], on("03-20")) == CompanyCounts(0, 0, 0, 0, 0)


def test_hires_are_found_by_name_leavers_too(company: ChannelCompany) -> None:
    cohort = company.cohort()
    zhang, zhang_w, anna = add_hires(
        company.session, cohort, ["张伟", "张伟民", "Anna_Li"], on("01-05"), company.recording
    )
    company.post([zhang], "01-10")
    company.leaves(zhang, "01-15")

    def found(name: str, *, partly: bool = False) -> list[str]:
        hires = find_hires(company.session, [company.id], name, on("03-20"), partly=partly)
        return [hire.name for hire in hires]

    assert found(" 张伟 ") == ["张伟"]
    assert found("张伟", partly=True) == [zhang_w.name, zhang.name]
    assert found("anna_li") == [anna.name]
    assert found("annaxli", partly=True) == found("%", partly=True) == []
    assert found("  ", partly=True) == []


def test_names_the_company_has_or_the_list_has_twice_are_asked_about(company: ChannelCompany) -> None:
    cohort = company.cohort()
    (held,) = add_hires(company.session, cohort, ["张伟"], on("01-05"), company.recording)
    fail_trial(company.session, held, on("01-09"), company.recording)
    elsewhere = ChannelCompany(company.session, "宁波乙")
    add_hires(company.session, elsewhere.cohort(), ["王强"], on("01-05"), elsewhere.recording)

    asked = same_names(company.session, company.id, ["李娜", "王强", " 张伟", "李娜"])

    assert [(each.name, each.hires, each.twice_in_list) for each in asked] == [
        ("李娜", (), True),
        ("张伟", (held,), False),
    ]


def test_more_than_15_days_after_the_first_it_may_be_the_next_cohort(company: ChannelCompany) -> None:
    cohort = company.cohort()
    assert not should_ask_next_cohort(company.session, cohort_id(cohort), on("12-01"))
    company.on_post(cohort, "03-01")
    assert not should_ask_next_cohort(company.session, cohort_id(cohort), on("03-16"))
    assert should_ask_next_cohort(company.session, cohort_id(cohort), on("03-17"))


def test_a_class_of_nine_is_small(company: ChannelCompany) -> None:
    cohort = company.cohort()
    company.trainees(cohort, 9)
    assert class_size(company.session, cohort_id(cohort)) == 9 < SMALL_CLASS
