"""What a tick plans, and that it plans it once (handbook §3, §7)."""

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from schedules import planner
from schedules import reminders as reminding
from schedules.periods import Period
from schedules.planner import plan_more, tick
from storage.groups import Heartbeat
from storage.inbox import NewUpdate, store_updates
from storage.outbox import OutboxMessage
from storage.people import CompanyId, Person, PersonId, PersonState, Role
from storage.reports import Obligation
from tests.schedules.office import ZONE, Office, at, local

MONDAY = date(2026, 11, 9)


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    office = Office(database_url)
    yield office
    office.database.close()


@pytest.fixture
def company(office: Office) -> CompanyId:
    return office.company("杭州甲")


@pytest.fixture
def wang(office: Office, company: CompanyId) -> PersonId:
    return office.manager("王芳", company)


def reminders(office: Office, person: PersonId) -> list[tuple[str, set[str]]]:
    """When somebody was reminded, and of what."""
    return [(local(m.created_at), office.asked(m)) for m in office.messages(person=person)]


def test_the_evening_and_the_last_call_come_once_however_often_the_planner_ticks(
    office: Office, wang: PersonId
) -> None:
    for when in ("19:59", "20:00", "20:00", "20:05", "23:00"):
        office.tick(f"2026-11-09 {when}")
    for when in ("06:59", "07:00", "07:00", "07:59", "08:00"):
        office.tick(f"2026-11-10 {when}")
    assert reminders(office, wang) == [
        ("2026-11-09 20:00", {"daily:2026-11-09:evening"}),
        ("2026-11-10 07:00", {"daily:2026-11-09:last-call"}),
    ]
    evening, last_call = office.messages(person=wang)
    assert evening.key == f"daily:2026-11-09:evening:person {wang}"
    assert last_call.expires_at == at("2026-11-10 08:00")


def test_before_a_rest_day_the_last_call_is_the_same_evening(office: Office, wang: PersonId) -> None:
    office.tick("2026-11-13 20:00")
    office.tick("2026-11-13 21:30")
    office.tick("2026-11-14 07:00")
    assert [when for when, _ in reminders(office, wang)] == ["2026-11-13 20:00", "2026-11-13 21:30"]


def test_who_has_reported_is_not_reminded(office: Office, wang: PersonId) -> None:
    """P5, the planner's side: handed in at 06:30, nothing at 07:00."""
    office.tick("2026-11-09 20:00")
    office.files(wang, Period.daily(MONDAY), "2026-11-10 06:30")
    office.tick("2026-11-10 07:00")
    assert [when for when, _ in reminders(office, wang)] == ["2026-11-09 20:00"]


def test_weekly_and_monthly_on_the_same_evening_are_one_message(office: Office, wang: PersonId) -> None:
    """S12: in February 2026 both fall due on Saturday the 28th, 24:00."""
    office.tick("2026-02-27 00:00")
    office.tick("2026-02-28 18:00")
    together = {"monthly:2026-02:evening", "weekly:2026-02-22:draft"}
    assert reminders(office, wang)[-1] == ("2026-02-28 18:00", together)
    office.files(wang, Period.weekly_of(date(2026, 2, 28)), "2026-02-28 18:02")
    again = office.tick("2026-02-28 18:05")
    assert again.reminders == 0


def test_both_reports_of_february_are_due_on_the_same_instant(office: Office, wang: PersonId) -> None:
    """S12: a second before midnight is on time, midnight is late."""
    li = office.manager("李娜", office.company("杭州乙"))
    office.tick("2026-02-22 00:00")
    for period in (Period.monthly_of(date(2026, 2, 1)), Period.weekly_of(date(2026, 2, 28))):
        with office.work() as session:
            due = session.exec(select(Obligation.due_at).where(Obligation.kind == period.kind)).first()
        assert due == at("2026-03-01 00:00")
        assert office.files(wang, period, "2026-02-28 23:59:59").state == "on_time"
        assert office.files(li, period, "2026-03-01 00:00:00").state == "late"


def test_after_an_outage_only_what_is_of_use_goes_out_and_admins_hear_of_the_rest(
    office: Office, company: CompanyId, wang: PersonId
) -> None:
    """P3: down from 07:00 to 09:30, over the deadline at 08:00."""
    office.group()
    admin = office.manager("管理员", role=Role.admin)
    office.tick("2026-11-09 20:00")
    office.tick("2026-11-10 06:59")
    result = office.tick("2026-11-10 09:30")
    assert (result.missed, result.reminders) == (1, 0)
    assert [when for when, _ in reminders(office, wang)] == ["2026-11-09 20:00"]
    boards = office.messages("board")
    assert [(b.key, local(b.created_at)) for b in boards] == [("board:daily:2026-11-09", "2026-11-10 09:30")]
    (told,) = office.messages("missed_reminders")
    assert (told.content["count"], told.content["person_id"]) == (1, admin)
    office.tick("2026-11-10 09:31")
    assert len(office.messages("board")) == len(office.messages("missed_reminders")) == 1
    with office.work() as session:
        assert session.get_one(Heartbeat, "planner").note.startswith("1 reminders missed")


def test_nobody_is_reminded_or_listed_while_their_message_waits_to_be_answered(office: Office, wang: PersonId) -> None:
    """P3: the press of 07:58 is still in the inbox when the planner comes back."""
    office.group()
    office.tick("2026-11-09 19:00")
    with office.work() as session:
        chat_id = session.get_one(Person, wang).telegram_id
        waiting = NewUpdate(
            update_id=1,
            chat_id=chat_id,
            body="{}",
            received_at=at("2026-11-10 09:30"),
            said_at=at("2026-11-10 07:58"),
        )
        store_updates(session, [waiting])
    office.tick("2026-11-10 09:30")
    assert office.messages("board") == []
    assert office.messages(person=wang) == []
    assert office.files(wang, Period.daily(MONDAY), "2026-11-10 07:58").state == "on_time"


def test_nobody_on_leave_is_asked_for_these_days(office: Office, wang: PersonId) -> None:
    """P4: on leave Monday to Wednesday."""
    office.leave(wang, MONDAY, date(2026, 11, 11))
    for day in ("09", "10", "11", "12"):
        for hour in ("07:00", "20:00"):
            office.tick(f"2026-11-{day} {hour}")
    assert reminders(office, wang) == [("2026-11-12 20:00", {"daily:2026-11-12:evening"})]


def test_only_reachable_active_managers_are_written_to(office: Office, company: CompanyId) -> None:
    shy = office.manager("李娜", company, reachable=False)
    gone = office.manager("赵敏", company)
    viewer = office.manager("主管", company, role=Role.viewer)
    admin = office.manager("管理员", role=Role.admin)
    office.tick("2026-11-09 00:00")
    with office.work() as session:
        session.get_one(Person, gone).state = PersonState.deactivated
    office.tick("2026-11-09 20:00")
    assert office.messages() == []
    (told,) = office.messages("unreachable_people", admin)
    assert told.key == f"unreachable:2026-11-08:person {admin}"
    with office.work() as session:
        owed = set(session.exec(select(Obligation.person_id)).all())
        session.get_one(Person, shy).reachable = True
    assert owed == {shy, gone}
    assert viewer not in owed
    office.tick("2026-11-09 21:00")
    assert [m.content["person_id"] for m in office.messages()] == [shy]


def test_a_company_report_asks_every_manager_until_one_has_sent_it(office: Office, company: CompanyId) -> None:
    other = office.company("杭州乙")
    wang, li = office.manager("王芳", company, other), office.manager("李娜", company)
    office.tick("2026-11-20 09:30")
    plan = Period.plan_for(date(2026, 12, 1))
    (first,) = office.messages(person=wang)
    assert [r["company"] for r in first.content["reminders"]] == [company, other]
    assert len(office.messages(person=li)) == 1
    office.files(li, plan, "2026-11-21 10:00", company)
    office.tick("2026-11-23 09:30")
    assert [r["company"] for r in office.messages(person=wang)[-1].content["reminders"]] == [other]
    assert len(office.messages(person=li)) == 1


def test_what_falls_due_in_a_holiday_is_announced_before_it_opens(office: Office, wang: PersonId) -> None:
    """The submission of 5 October opens on the 1st; the last working day before is 30 September."""
    office.tick("2026-09-30 17:00")
    office.tick("2026-09-30 18:00")
    asked = set().union(*(what for _, what in reminders(office, wang)))
    assert "order_rate:2026-09:workday-before" in asked


def test_companies_with_different_weeks_are_reminded_by_their_own(office: Office, wang: PersonId) -> None:
    """A company that works on Saturday has its last call on Saturday morning, and a daily for Saturday."""
    zhao = office.manager("赵敏", office.company("六天公司", "mon_sat"))
    office.tick("2026-11-13 20:00")
    office.tick("2026-11-13 21:30")
    office.tick("2026-11-14 07:00")
    office.tick("2026-11-14 20:00")
    daily = [(when, what) for when, what in reminders(office, zhao) if any(w.startswith("daily") for w in what)]
    assert [when for when, _ in daily] == ["2026-11-13 20:00", "2026-11-14 07:00", "2026-11-14 20:00"]
    assert [when for when, what in reminders(office, wang) if "daily:2026-11-14:evening" in what] == []


def test_a_board_goes_out_once_and_is_edited_as_reports_and_leave_come_in(office: Office, company: CompanyId) -> None:
    wang, li = office.manager("王芳", company), office.manager("李娜", company)
    office.group()
    office.tick("2026-11-09 10:00")
    office.sends_everything("2026-11-09 10:00")
    office.tick("2026-11-10 08:05")
    office.tick("2026-11-10 08:06")
    assert [m.key for m in office.messages("board")] == ["board:daily:2026-11-09"]
    office.sends_everything("2026-11-10 08:06")
    assert office.tick("2026-11-10 08:30").posts == 0
    office.files(wang, Period.daily(MONDAY), "2026-11-10 09:00")
    office.tick("2026-11-10 09:00:05")
    office.tick("2026-11-10 09:00:10")
    office.tick("2026-11-10 09:05")
    assert [m.key for m in office.messages("board")][1:] == ["board:daily:2026-11-09:edit:2026-11-10T01:00Z"]
    office.sends_everything("2026-11-10 09:06")
    assert office.tick("2026-11-10 09:07").posts == 0
    office.leave(li, MONDAY, MONDAY)
    assert office.tick("2026-11-10 09:08").posts == 1


def test_there_is_no_board_for_a_day_nobody_owed(office: Office, wang: PersonId) -> None:
    office.group()
    office.leave(wang, date(2026, 11, 16), date(2026, 11, 16))
    for day in range(9, 19):
        office.tick(f"2026-11-{day:02} 00:00")
        office.tick(f"2026-11-{day:02} 08:05")
    dailies = [m.key for m in office.messages("board") if m.content["period"].startswith("daily")]
    assert dailies == [f"board:daily:2026-11-{day:02}" for day in (9, 10, 11, 12, 13, 17)]


def test_the_groups_other_posts_come_at_their_times_once(office: Office, wang: PersonId) -> None:
    office.group("2026-11-27")
    for when in ("2026-11-29 08:59", "2026-11-29 09:00", "2026-12-05 09:00", "2026-12-06 09:00", "2026-12-06 12:00"):
        office.tick(when)
    states = [(m.content["period"], local(m.created_at)) for m in office.messages("weekly_state")]
    assert states == [("weekly:2026-11-22", "2026-11-29 09:00"), ("weekly:2026-11-29", "2026-12-06 09:00")]
    companies = [(m.content["month"], local(m.created_at)) for m in office.messages("companies")]
    assert companies == [("2026-11-01", "2026-12-06 09:00")]


def test_a_group_linked_later_gets_nothing_of_before(office: Office, wang: PersonId) -> None:
    office.tick("2026-11-09 10:00")
    office.group("2026-11-10 10:00")
    assert office.tick("2026-11-10 10:00").posts == 0


@pytest.mark.parametrize(
    ("days", "warnings"),
    [(range(20, 32), 0), (range(1, 15), 2), (range(1, 4), 3)],
    ids=["october: none", "november: one a week", "december: one a day"],
)
def test_admins_are_warned_that_next_year_is_not_loaded(office: Office, days: range, warnings: int) -> None:
    office.manager("管理员", role=Role.admin)
    month = {12: 10, 14: 11, 3: 12}[len(days)]
    for day in days:
        office.tick(f"2026-{month}-{day:02} 08:59")
        office.tick(f"2026-{month}-{day:02} 09:00")
        office.tick(f"2026-{month}-{day:02} 15:00")
    assert len(office.messages("calendar_warning")) == warnings


def test_a_fault_in_one_step_does_not_silence_the_others(
    office: Office, wang: PersonId, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(session: object, now: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(planner, "CLOCKWORK", (broken,))
    result = office.tick("2026-11-09 20:00")
    assert (result.failed, result.reminders) == (("broken",), 1)


def test_the_clocks_other_work_is_done_at_every_tick(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    monkeypatch.setattr(planner, "CLOCKWORK", (lambda session, now: seen.append(now),))
    office.tick("2026-11-09 20:00")
    assert seen == [at("2026-11-09 20:00")]


def test_a_merged_reminder_leaves_a_trace_of_every_part(office: Office, wang: PersonId) -> None:
    office.tick("2026-02-28 18:00")
    with office.work() as session:
        keys = {row.key: row.state.value for row in session.exec(select(OutboxMessage)).all()}
    assert keys == {
        f"monthly:2026-02:evening:person {wang}": "open",
        f"weekly:2026-02-22:draft:person {wang}": "dropped",
    }


MOMENTS = ("2026-02-28 18:00", "2026-09-30 18:00", "2026-11-13 20:00", "2026-11-14 07:00", "2026-11-20 09:30")
"""When much is due at once: a person's own reports, those of companies, and by different calendars."""


@pytest.fixture
def crowded(office: Office) -> Office:
    """Managers of up to three companies, by two calendars, some of them away or not to be written to."""
    companies = [office.company(f"公司{n}", "mon_sat" if n % 3 == 0 else "mon_fri") for n in range(5)]
    for n in range(14):
        own = companies[n % 5 :][: n % 4]
        person = office.manager(f"经理{n:02}", *own, reachable=n != 9)
        if n in {4, 5, 6}:
            office.leave(person, date(2026, 2, 1), date(2026, 12, 31))
    return office


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moment=st.sampled_from(MOMENTS), most=st.integers(3, 8))
def test_many_reminders_are_planned_in_parts_as_they_would_be_at_once(crowded: Office, moment: str, most: int) -> None:
    at_once, _ = planned(crowded, moment, 1000)
    in_parts, parts = planned(crowded, moment, most)
    event(f"in parts: {parts > 1}")
    assert in_parts == at_once
    assert len(at_once) > 0


def planned(office: Office, moment: str, most: int) -> tuple[dict[str | None, object], int]:
    """The reminders a tick plans, and how many parts it took; nothing of it is kept."""
    with Session(office.database.engine) as session, pytest.MonkeyPatch.context() as patch:
        patch.setattr(reminding, "MOST_AT_ONCE", most)
        parts, through = 1, tick(session, at(moment), ZONE).through
        while through is not None:
            parts, through = parts + 1, plan_more(session, at(moment), ZONE, through).through
            assert parts < 100
        found: dict[str | None, object] = {}
        for row in session.exec(select(OutboxMessage).where(OutboxMessage.kind == reminding.REMINDER)).all():
            found[row.key] = (row.chat_id, row.content, row.state, row.error, row.expires_at)
        session.rollback()
    return found, parts
