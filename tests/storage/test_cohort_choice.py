"""The list of cohorts says of each what its figures say, in the order they would give it."""

from datetime import date, timedelta

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from storage.cohort_choice import cohort_names, count_cohorts, list_cohorts, running_cohorts
from storage.cohort_figures import CohortFigures, figures_of_companies
from tests.storage.channel_company import ChannelCompany, on

DAY_0 = on("03-01")
starts = st.lists(st.integers(0, 40), max_size=3)
"""The days on which the people of a cohort went on post."""
towns = st.lists(st.lists(starts, max_size=4), min_size=1, max_size=3)


def slow_order(figures: CohortFigures) -> tuple[str, int, int]:
    rank = 2 if figures.closes_on is None else 0 if figures.interim else 1
    return figures.company_name, rank, -(figures.closes_on or figures.as_of).toordinal()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(town=towns, passed=st.integers(0, 90))
def test_the_list_agrees_with_the_figures_of_every_cohort(
    session: Session, town: list[list[list[int]]], passed: int
) -> None:
    transaction = session.begin_nested()
    try:
        # The names run against the order in which the companies were entered.
        companies = [ChannelCompany(session, f"公司{9 - number}") for number in range(len(town))]
        for company, cohorts in zip(companies, town, strict=True):
            for number, days in enumerate(cohorts):
                cohort = company.cohort(f"{number}期")
                company.trainees(cohort)
                for day in days:
                    company.on_post(cohort, (DAY_0 + timedelta(day)).isoformat())
        compare(session, companies, DAY_0 + timedelta(passed))
    finally:
        transaction.rollback()
        session.expunge_all()


def compare(session: Session, companies: list[ChannelCompany], as_of: date) -> None:
    ids = [company.id for company in companies]
    every = sorted(figures_of_companies(session, ids, as_of), key=slow_order)
    event(f"running: {any(each.interim and each.on_post for each in every)}")
    listed = list_cohorts(session, ids, as_of)

    assert [(each.cohort_id, each.name, each.company_id, each.company_name, each.closes_on) for each in listed] == [
        (each.cohort_id, each.name, each.company_id, each.company_name, each.closes_on) for each in every
    ]
    running = running_cohorts(session, ids, as_of)
    for company in companies:
        own = [each for each in every if each.company_id == company.id]
        assert count_cohorts(session, [company.id]).get(company.id, 0) == len(own)
        assert running.get(company.id, set()) == {e.cohort_id for e in own if e.interim and e.closes_on is not None}
    assert cohort_names(session, ids) == [
        (each.cohort_id, each.name, each.company_id) for each in figures_of_companies(session, ids, as_of)
    ]
    some = [each.cohort_id for each in every[::2]]
    assert [each.cohort_id for each in list_cohorts(session, ids, as_of, some)] == some
