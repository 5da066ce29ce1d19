"""The rows of a workbook, on both databases: which days, which companies, and that they add up to the figures."""

from datetime import UTC, date, datetime

import pytest

from schedules.periods import start_of
from storage.exports import (
    Extent,
    drills_between,
    hire_events_between,
    hires_between,
    incidents_between,
    leaves_touching,
    looked_after,
    members_of,
    names_of_companies,
    names_of_hires,
    order_changes_between,
    orders_between,
    problems_between,
    reports_between,
    ride_alongs_between,
    sessions_between,
    spot_checks_between,
)
from storage.kinds import ReportKind, ReportState
from storage.leaves import record_leave
from storage.order_book import move, refund
from storage.people import assign_company
from storage.problems import Problem, Solution, SolutionCheck
from storage.reports import Report
from tests.storage.channel_company import ChannelCompany, cohort_id, hire_id, on

NOW = datetime(2026, 3, 15, 4, tzinfo=UTC)


def march(*companies: ChannelCompany, most: int = 100) -> Extent:
    """March 2026 of these companies."""
    first = on("03-01")
    return Extent(tuple(company.id for company in companies), first, on("03-31"), start_of(first), most)


@pytest.mark.parametrize("as_of", ["03-10", "03-30", "03-31", "04-30"])
def test_members_add_up_to_the_figures_of_the_cohort(company: ChannelCompany, as_of: str) -> None:
    """Staggered on-post dates, leavers with and without orders, day 30 and day 31, a refund."""
    cohort = company.cohort()
    first, second, gone, late = company.on_post(cohort, "03-01", 4)
    company.on_post(cohort, "03-05", 2)
    company.sells(first, "03-30", 2)
    company.sells(second, "03-31")
    company.sells(gone, "03-05")
    company.leaves(gone, "03-30")
    company.leaves(late, "03-31")
    refund(company.session, company.sells(late, "03-09"), 1, on("03-20"), "客户取消", company.recording)

    members = members_of(company.session, [cohort_id(cohort)], on(as_of))[cohort_id(cohort)]

    figures = company.figures(cohort, as_of)
    assert len(members) == figures.on_post
    assert sum(member.stayed for member in members) == figures.stayed
    assert sum(member.orders for member in members) == figures.orders
    assert sum(member.stayed and member.orders > 0 for member in members) == figures.ordered_and_stayed


def test_records_of_the_days_and_companies_that_are_asked_for(company: ChannelCompany) -> None:
    other = ChannelCompany(company.session, "宁波乙")
    manager = company.manager()
    for own, name in ((company, "一期"), (other, "二期")):
        (hire,) = own.on_post(own.cohort(name), "02-20")
        for day in ("02-28", "03-01", "03-21"):
            own.sells(hire, day)
            own.accompanied(hire, day, manager)
            own.checked(hire, day, manager)
    session, extent = company.session, march(company)
    for found in (orders_between, ride_alongs_between, spot_checks_between):
        rows = found(session, extent)
        assert [(row.day, row.company_id) for row in rows] == [(on(day), company.id) for day in ("03-01", "03-21")]
    assert [row.day for row in orders_between(session, march(company, other, most=3))] == [
        on("03-01"),
        on("03-01"),
        on("03-21"),
    ]
    assert [hire.cohort for hire in hires_between(session, extent)] == ["一期"]
    assert {cohort for _, cohort in names_of_hires(session, extent).values()} == {"一期"}
    assert names_of_companies(session, extent.company_ids) == {company.id: "杭州甲"}
    for nothing in (sessions_between, drills_between, incidents_between, hire_events_between):
        assert list(nothing(session, extent)) == []


def test_orders_with_what_was_done_to_them(company: ChannelCompany) -> None:
    one, two = company.on_post(company.cohort(), "02-20", 2)
    before, within = company.sells(one, "02-25", 2), company.sells(one, "03-02")
    refund(company.session, before, 1, on("03-05"), "客户取消", company.recording)
    move(company.session, within, two, "记错人", company.recording)
    (row,) = orders_between(company.session, march(company))
    assert (row.hire_id, row.quantity, row.edits, row.moves) == (hire_id(two), 1, 0, 1)
    changes = order_changes_between(company.session, march(company))
    assert [(c.kind, c.order_day, c.former_hire_id) for c in changes] == [
        ("refunded", on("02-25"), None),
        ("moved", on("03-02"), hire_id(one)),
    ]


def test_who_was_on_the_roster_in_the_period(company: ChannelCompany) -> None:
    """Gone before it, and not in a window any more: not. Hired after it: not."""
    cohort = company.cohort()
    names = company.on_post(cohort, "01-10", 2)
    company.leaves(names[0], "02-10")
    company.leaves(names[1], "03-01")
    in_window, stays = company.on_post(cohort, "02-10", 2)
    company.leaves(in_window, "02-20")
    company.trainees(company.cohort("四月"), 1, "2026-04-02")
    found = [row.id for row in hires_between(company.session, march(company))]
    assert found == [hire_id(names[1]), hire_id(in_window), hire_id(stays)]


def test_problems_still_open_or_closed_since(company: ChannelCompany) -> None:
    session, manager = company.session, company.manager()

    def problem(day: str, closed: datetime | None = None) -> Problem:
        held = Problem(
            company_id=company.id,
            person_id=manager,
            category="other",
            text=day,
            reported_on=on(day),
            recorded_at=NOW,
            closed_at=closed,
        )
        session.add(held)
        session.flush()
        return held

    problem("02-01", datetime(2026, 2, 28, 15, 59, tzinfo=UTC))
    problem("02-02", datetime(2026, 2, 28, 16, 0, tzinfo=UTC))
    open_one = problem("02-03")
    problem("04-01")
    assert open_one.id is not None
    solution = Solution(problem_id=open_one.id, text="对比表", owner_id=manager, progress=60, recorded_at=NOW)
    session.add_all([solution, Solution(problem_id=open_one.id, text="另一个", recorded_at=NOW)])
    session.flush()
    assert solution.id is not None
    for day, progress in (("03-02", 30), ("03-09", 60)):
        session.add(
            SolutionCheck(
                solution_id=solution.id,
                person_id=manager,
                day=on(day),
                progress=progress,
                note=f"{progress}",
                recorded_at=NOW,
            )
        )
    rows = problems_between(session, march(company))
    assert [(row.text, row.solution, row.check_note) for row in rows] == [
        ("02-02", None, None),
        ("02-03", "对比表", "60"),
        ("02-03", "另一个", None),
    ]


def test_reports_leave_and_who_looked_after_what(company: ChannelCompany) -> None:
    session, one, two = company.session, company.manager(1), company.manager(2)
    other = ChannelCompany(session, "宁波乙")
    assign_company(session, one, company.id, on("01-01"))
    assign_company(session, two, other.id, on("04-01"))
    for kind, key in ((ReportKind.weekly, 0), (ReportKind.plan, company.id)):
        session.add(
            Report(
                kind=kind,
                first_day=on("03-01"),
                last_day=on("03-31"),
                person_id=one,
                company_key=key,
                sent_at=NOW,
                state=ReportState.late,
                text="正文",
                version=2,
            )
        )
    record_leave(session, one, on("02-27"), on("03-01"), "家里有事", None, NOW)
    record_leave(session, two, on("03-31"), on("04-02"), "", None, NOW)
    record_leave(session, two, on("04-10"), on("04-12"), "", None, NOW)
    session.flush()

    found = reports_between(session, [ReportKind.weekly, ReportKind.plan], on("03-01"), on("03-31"))
    assert set(found) == {(ReportKind.weekly, on("03-01"), one), (ReportKind.plan, on("03-01"), -company.id)}
    assert {(row.words, row.version, row.state) for row in found.values()} == {("正文", 2, ReportState.late)}
    assert [row.first_day for row in leaves_touching(session, march(company), None)] == [on("02-27"), on("03-31")]
    assert [row.person_id for row in leaves_touching(session, march(company), [two])] == [two]
    assert looked_after(session, date(2026, 3, 1), date(2026, 3, 31)) == {one: {company.id}}
