"""What comes next, as a preview tells it and as the planner then does it."""

from collections.abc import Iterator
from datetime import date

import pytest

from schedules.periods import Period
from schedules.preview import next_instant, upcoming
from storage.people import PersonId
from storage.roster import Cohort, Hire, Stage
from tests.schedules.office import Office, at, local


@pytest.fixture
def office(sqlite_url: str) -> Iterator[Office]:
    office = Office(sqlite_url)
    yield office
    office.database.close()


@pytest.fixture
def wang(office: Office) -> PersonId:
    return office.manager("王芳", office.company("杭州甲"))


def preview(office: Office, now: str, limit: int) -> list[tuple[str, str, str, int]]:
    with office.work() as session:
        return [(local(u.at), u.kind, u.detail, u.people) for u in upcoming(session, at(now), limit)]


def test_the_next_things_in_their_order(office: Office, wang: PersonId) -> None:
    office.group()
    office.tick("2026-11-13 10:00")
    assert preview(office, "2026-11-13 10:00", 6) == [
        ("2026-11-13 20:00", "reminder", "daily:2026-11-13:evening", 1),
        ("2026-11-13 21:30", "reminder", "daily:2026-11-13:last-call", 1),
        ("2026-11-14 08:05", "board", "daily:2026-11-13", 0),
        ("2026-11-14 18:00", "reminder", "weekly:2026-11-08:draft", 1),
        ("2026-11-14 22:00", "reminder", "weekly:2026-11-08:last-call", 1),
        ("2026-11-15 09:00", "weekly_state", "weekly:2026-11-08", 0),
    ]
    office.files(wang, Period.daily(date(2026, 11, 13)), "2026-11-13 12:00")
    assert preview(office, "2026-11-13 12:00", 1) == [("2026-11-14 08:05", "board", "daily:2026-11-13", 0)]


def test_who_is_on_leave_is_not_counted(office: Office) -> None:
    company = office.company("杭州甲")
    wang, li = office.manager("王芳", company), office.manager("李强", company)
    office.tick("2026-11-10 10:00")
    first = "daily:2026-11-10:evening"
    assert preview(office, "2026-11-10 10:00", 1) == [("2026-11-10 20:00", "reminder", first, 2)]
    office.leave(li, date(2026, 11, 10), date(2026, 11, 11))
    assert preview(office, "2026-11-10 10:00", 1) == [("2026-11-10 20:00", "reminder", first, 1)]
    # Back on Thursday.
    people = {detail: count for _, _, detail, count in preview(office, "2026-11-10 10:00", 8)}
    assert people["daily:2026-11-11:evening"] == 1
    assert people["daily:2026-11-12:evening"] == 2
    office.leave(wang, date(2026, 11, 10), date(2026, 11, 10))
    assert preview(office, "2026-11-10 10:00", 1)[0][2] != first


def test_a_cohorts_card_comes_the_morning_after_it_closed(office: Office, wang: PersonId) -> None:
    office.group()
    with office.work() as session:
        cohort = Cohort(company_id=1, name="十月批", created_at=at("2026-10-01"))  # type: ignore[arg-type]  # the only one
        session.add(cohort)
        session.flush()
        assert cohort.id is not None
        for close in (10, 14):
            session.add(
                Hire(
                    company_id=cohort.company_id,
                    cohort_id=cohort.id,
                    name=f"新人{close}",
                    created_at=at("2026-10-01"),
                    stage=Stage.on_post,
                    on_post=date(2026, 10, close + 2),
                    closes_on=date(2026, 11, close),
                )
            )
    events = preview(office, "2026-11-10 12:00", 40)
    cards = [event for event in events if event[1] == "cohort_card"]
    assert cards == [("2026-11-15 09:00", "cohort_card", str(cohort.id), 0)]
    for when in ("2026-11-11 09:00", "2026-11-15 08:59", "2026-11-15 09:00", "2026-11-15 10:00"):
        office.tick(when)
    assert [(m.content["cohort_id"], local(m.created_at)) for m in office.messages("cohort_card")] == [
        (cohort.id, "2026-11-15 09:00")
    ]


def test_moving_to_each_next_instant_makes_something_happen(office: Office, wang: PersonId) -> None:
    office.group()
    now = at("2026-11-09 10:00")
    office.tick(now)
    for _ in range(12):
        with office.work() as session:
            following = next_instant(session, now)
        assert following is not None
        assert following > now
        assert office.tick(following).planned > 0, local(following)
        now = following


def test_nothing_is_ahead_where_there_is_nobody(office: Office) -> None:
    with office.work() as session:
        assert next_instant(session, at("2026-11-09 10:00")) is None
