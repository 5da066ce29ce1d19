"""What was recorded about a day, leave that never overlaps, ride-alongs with versions: on both databases."""

from datetime import date
from typing import Any

from sqlmodel import Session, select

from storage.check_ins import SessionHeld, check_in_of, daily_of, recent_dailies, replace_sessions
from storage.day_records import records_of_day, trainee_counts
from storage.kinds import ReportKind, ReportState
from storage.leaves import leaves_from, overlapping_leaves, record_leave
from storage.order_book import refund
from storage.people import PersonId
from storage.recent_orders import count_orders, recent_orders, untagged_on
from storage.reports import Report
from storage.ride_alongs import (
    RideAlongNote,
    change_ride_along,
    note_of,
    record_ride_along,
    ride_alongs_by,
)
from storage.roster import EventKind, Hire
from storage.roster_events import fail_trial, pass_trial, start_trial
from storage.trainings import TrainingSession
from tests.storage.channel_company import NOW, ChannelCompany, hire_id, on

DAY = on("03-10")


def test_the_lines_of_a_day(company: ChannelCompany, session: Session) -> None:
    manager, other = company.manager(1), company.manager(2)
    first, second = company.on_post(company.cohort(), "03-02", 2)
    company.sells(first, "03-10", 2)
    company.sells(second, "03-10", 1)
    returned = company.sells(second, "03-10", 1)
    refund(session, returned, 1, DAY, "客户反悔", company.recording)
    company.sells(first, "03-09", 5)
    company.accompanied(first, "03-10", manager)
    company.accompanied(first, "03-10", other)
    company.checked(first, "03-10", manager)
    company.leaves(second, "03-10")

    records = records_of_day(session, manager, [company.id], DAY)

    assert (records.orders, records.ordering_hires) == (3, 2)
    assert (records.ride_alongs, records.drills, records.spot_checks) == (1, 0, 1)
    assert records.roster_changes == {EventKind.left: 1}


def test_the_trainees_of_a_day_are_those_of_its_end(company: ChannelCompany, session: Session) -> None:
    assert trainee_counts(session, [company.id], DAY) is None
    trainees: list[Hire] = company.trainees(company.cohort(), 6, since="03-01")
    for hire in trainees[:4]:
        start_trial(session, hire, on("03-08"), company.recording)
    pass_trial(session, trainees[0], DAY, company.recording)
    fail_trial(session, trainees[1], DAY, company.recording)
    company.post([trainees[0]], "03-12")

    def counted(day: str) -> tuple[int, int, int, int]:
        counts = trainee_counts(session, [company.id], on(day))
        assert counts is not None
        return counts.in_training, counts.on_trial, counts.passed, counts.failed

    assert counted("02-28") == (0, 0, 0, 0)
    assert counted("03-01") == (6, 0, 0, 0)
    assert counted("03-08") == (2, 4, 0, 0)
    assert counted("03-10") == (3, 4, 1, 1)
    assert counted("03-11") == (3, 2, 0, 0)
    assert counted("03-12") == (2, 2, 0, 0)


def test_sessions_are_replaced_with_the_check_in(company: ChannelCompany, session: Session) -> None:
    manager = company.manager()
    report = _daily(session, manager, DAY, {"plan": "陪访"})
    held: dict[str, Any] = {"company_id": company.id, "kind": "induction", "starts": "09:00", "ends": "10:00"}
    for topics in (["一", "二"], ["三"]):
        sessions = [SessionHeld(**held, topic=t, expected=5, present=4, summary="") for t in topics]
        replace_sessions(session, report, sessions, manager, NOW)
    rows = session.exec(select(TrainingSession).where(TrainingSession.report_id == report.id)).all()
    assert [(row.topic, row.day) for row in rows] == [("三", DAY)]


def test_the_last_check_ins_of_a_person(company: ChannelCompany, session: Session) -> None:
    manager, other = company.manager(1), company.manager(2)
    for number, text in enumerate(("03-08", "03-10", "03-09")):
        _daily(session, manager, on(text), {"plan": str(number)})
    _daily(session, other, DAY, {"plan": "其他人"})

    assert [body["plan"] for body in recent_dailies(session, manager)] == ["1", "2", "0"]
    assert [body["plan"] for body in recent_dailies(session, manager, before=DAY, most=1)] == ["2"]
    for found in (check_in_of(session, manager, on("03-09")), daily_of(session, manager, on("03-09"))):
        assert found is not None
        assert found.body["plan"] == "2"
    assert check_in_of(session, manager, on("03-11")) is None
    assert daily_of(session, manager, on("03-11")) is None


def test_leave_never_overlaps(company: ChannelCompany, session: Session) -> None:
    manager, other = company.manager(1), company.manager(2)
    record_leave(session, manager, on("03-02"), on("03-04"), "看病", manager, NOW)
    record_leave(session, manager, on("03-08"), on("03-09"), "", manager, NOW)
    record_leave(session, other, on("03-03"), on("03-03"), "", other, NOW)

    joined = record_leave(session, manager, on("03-04"), on("03-08"), "", manager, NOW)

    assert (joined.first_day, joined.last_day, joined.reason) == (on("03-02"), on("03-09"), "看病")
    assert [leave.id for leave in leaves_from(session, manager, on("03-01"))] == [joined.id]
    assert leaves_from(session, manager, on("03-10")) == []
    assert len(overlapping_leaves(session, other, on("03-03"), on("03-03"))) == 1


def test_a_ride_along_keeps_its_versions_and_opens_a_new_next_step(company: ChannelCompany, session: Session) -> None:
    manager, other = company.manager(1), company.manager(2)
    (hire,) = company.on_post(company.cohort(), "03-02")
    note = _note(hire, "多问客户需求再演示产品", "03-12")
    ride = record_ride_along(session, note, company.id, manager, NOW)
    assert note_of(ride) == note
    ride.next_step_closed_at = NOW

    change_ride_along(ride, _note(hire, "先问需求，再做产品演示", "03-14"), company.id, NOW)
    session.flush()

    assert [version["to_improve"] for version in ride.versions] == ["多问客户需求再演示产品"]
    session.refresh(ride)
    assert ride.next_step_on == on("03-14")
    assert ride.model_dump()["next_step_closed_at"] is None
    assert [r.id for r in ride_alongs_by(session, manager, [company.id], 5)] == [ride.id]
    assert ride_alongs_by(session, other, [company.id], 5) == []
    assert ride_alongs_by(session, manager, [], 5) == []


def test_recent_orders_leave_out_what_is_refunded_altogether(company: ChannelCompany, session: Session) -> None:
    first, second = company.on_post(company.cohort(), "03-02", 2)
    kept = company.sells(first, "03-10", 2)
    gone = company.sells(first, "03-10", 1)
    refund(session, gone, 1, DAY, "客户反悔", company.recording)
    tagged = company.sells(second, "03-10", 1, tag="城东A")

    assert [order.id for order in recent_orders(session, [company.id], 5)] == [tagged.id, kept.id]
    assert [order.id for order in recent_orders(session, [company.id], 1, 1)] == [kept.id]
    assert count_orders(session, [company.id]) == 2
    assert untagged_on(session, [hire_id(first), hire_id(second)], DAY) == {hire_id(first): 2}


def _note(hire: Hire, to_improve: str, next_step_on: str) -> RideAlongNote:
    return RideAlongNote(
        hire_id=hire_id(hire),
        day=DAY,
        part_of_day="morning",
        mode="half",
        visits=3,
        customer_kinds=("cold", "return"),
        did_well="准备充分",
        to_improve=to_improve,
        scores={"opening": 4},
        next_step="再跑一次老客户",
        next_step_on=on(next_step_on),
    )


def _daily(session: Session, person_id: PersonId, day: date, body: dict[str, Any]) -> Report:
    report = Report(
        kind=ReportKind.daily,
        first_day=day,
        last_day=day,
        person_id=person_id,
        sent_at=NOW,
        state=ReportState.on_time,
        body=body,
    )
    session.add(report)
    session.flush()
    return report
