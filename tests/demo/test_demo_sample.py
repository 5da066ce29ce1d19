"""The sample data: whatever the day it is loaded on, the story is whole, the figures are sensible, nobody is nagged."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from bot.demo.cast import CHEN_CHEN, GROUP_ID, LIU_YANG, MANAGERS, WANG_FANG, ZHOU_JING
from bot.demo.sample import load_sample
from bot.demo.timeline import Coming, next_to_come
from schedules.periods import ZONE, local_day
from schedules.planner import tick
from schedules.standing import states_between
from schedules.working_days import ONE_DAY
from storage.cohort_figures import cohorts_in_progress, figures_of_companies
from storage.database import Database
from storage.follow_up import RideAlong
from storage.groups import shared_group
from storage.hire_state import day_no
from storage.kinds import ReportKind, ReportState
from storage.leaves import overlapping_leaves
from storage.orders import Order
from storage.outbox import OutboxMessage, OutboxState
from storage.people import Role, active_companies, companies_of, managers_of, person_by_telegram_id
from storage.problems import Solution
from storage.reports import Report
from storage.roster import Hire
from storage.trainings import TrainingSession

MOMENTS = (
    "2026-11-24T07:34",
    # A Sunday, late; the first minutes of a month; in the National Day holiday; beyond the known calendar.
    "2026-11-29T21:50",
    "2026-12-01T00:10",
    "2026-10-03T12:00",
    "2027-02-10T09:10",
)


class Told:
    """A loaded sample."""

    def __init__(self, session: Session, url: str, now: datetime) -> None:
        self.session = session
        self.url = url
        self.now = now
        self.today: date = local_day(now, ZONE)


@pytest.fixture(scope="module", params=MOMENTS)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    url = f"sqlite:///{tmp_path_factory.mktemp('sample') / 'demo.db'}"
    now = datetime.fromisoformat(request.param).replace(tzinfo=ZONE)
    load_sample(url, now)
    database = Database(url)
    with Session(database.engine) as session:
        yield Told(session, url, now)
    database.close()


def test_the_people_are_there(told: Told) -> None:
    companies = active_companies(told.session)
    assert len(companies) == 3
    ids = [company.id for company in companies if company.id is not None]
    managers = [person for number in ids for person in managers_of(told.session, number)]
    assert {person.telegram_id for person in managers} == {member.id for member in MANAGERS}
    admin = person_by_telegram_id(told.session, ZHOU_JING.id)
    assert admin is not None
    assert (admin.role, admin.reachable) == (Role.admin, True)
    group = shared_group(told.session)
    assert group is not None
    assert group.chat_id == GROUP_ID
    liu = person_by_telegram_id(told.session, LIU_YANG.id)
    assert liu is not None
    assert liu.id is not None
    assert overlapping_leaves(told.session, liu.id, told.today, told.today)


def test_the_hires_that_everybody_tries_are_in_their_window(told: Told) -> None:
    wang = person_by_telegram_id(told.session, WANG_FANG.id)
    assert wang is not None
    (company,) = companies_of(told.session, wang)
    for name in ("张伟", "李娜", "王强"):
        hire = told.session.exec(select(Hire).where(Hire.name == name, Hire.company_id == company.id)).one()
        assert hire.on_post is not None
        assert hire.closes_on is not None
        assert day_no(hire.on_post, told.today) == 20
        assert hire.last_day is None


def test_the_cohorts_are_where_the_story_has_them(told: Told) -> None:
    ids = [company.id for company in active_companies(told.session) if company.id is not None]
    closes = {c.closes_on for c in cohorts_in_progress(told.session, ids, told.today)}
    assert told.today + ONE_DAY in closes
    figures = figures_of_companies(told.session, ids, told.today)
    assert told.today - ONE_DAY in {c.closes_on for c in figures}
    for each in figures:
        if each.closes_on is not None and each.closes_on <= told.today + ONE_DAY:
            assert 0 < each.ordered_and_stayed < each.on_post
    leavers = told.session.exec(select(Hire).where(col(Hire.last_day).is_not(None), col(Hire.on_post).is_not(None)))
    sold = set(told.session.exec(select(Order.hire_id)).all())
    assert any(hire.id in sold for hire in leavers)


def test_reports_are_in_but_for_one_missed_and_one_late(told: Told) -> None:
    chen = person_by_telegram_id(told.session, CHEN_CHEN.id)
    assert chen is not None
    for kind in ReportKind:
        overdue = [
            standing
            for standing in states_between(told.session, kind, date(2026, 1, 1), told.today, told.now)
            if standing.overdue
        ]
        assert [o.person_id for o in overdue] in ([], [chen.id] if kind is ReportKind.daily else [])
    states = list(told.session.exec(select(Report.state)).all())
    # Beyond the known calendar nobody is late.
    assert states.count(ReportState.late) == (1 if told.today.year == 2026 else 0)
    assert states.count(ReportState.extra) == 1
    assert len(states) > 100


def test_something_is_still_to_be_done(told: Told) -> None:
    assert told.session.exec(select(TrainingSession).where(TrainingSession.summary == "")).first()
    assert told.session.exec(select(Solution.progress)).all() == [60]
    wang = person_by_telegram_id(told.session, WANG_FANG.id)
    assert wang is not None
    assert wang.id is not None
    steps = select(RideAlong).where(
        RideAlong.person_id == wang.id,
        col(RideAlong.next_step_on).is_not(None),
        col(RideAlong.next_step_closed_at).is_(None),
    )
    assert [ride.next_step_on for ride in told.session.exec(steps)] == [told.today + ONE_DAY]


def test_nothing_stale_goes_out_at_the_start(told: Told) -> None:
    waiting = told.session.exec(select(OutboxMessage).where(OutboxMessage.state == OutboxState.open)).all()
    assert waiting, "the group is shown what it has not seen"
    assert {message.chat_id for message in waiting} == {GROUP_ID}
    result = tick(told.session, told.now, ZONE)
    assert (result.planned, result.missed, result.failed) == (0, 0, ())
    told.session.rollback()


def test_the_timeline_can_be_read(told: Told) -> None:
    coming = next_to_come(told.url, told.now, 60)
    assert coming
    assert [one.at for one in coming] == sorted(one.at for one in coming)
    assert any(one.kind == "reminder" and one.report == "daily" and one.stage and one.people for one in coming)
    cards = [one for one in coming if one.kind == "cohort_card"]
    assert any("苏州远帆" in card.about for card in cards)
    assert all(isinstance(one, Coming) and one.about for one in coming)


def test_the_same_moment_gives_the_same_data(tmp_path: Path) -> None:
    now = datetime.fromisoformat(MOMENTS[0]).replace(tzinfo=ZONE)
    for name in ("one.db", "two.db"):
        load_sample(f"sqlite:///{tmp_path / name}", now)
    one, two = (dump(tmp_path / name) for name in ("one.db", "two.db"))
    assert one == two


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())
