"""On-time streaks and the monthly thank-you list: recognition that shames nobody."""

from datetime import UTC, date, datetime, timedelta

import pytest

from schedules.standing import Standing
from schedules.streaks import length_of
from schedules.working_days import Certainty
from storage.kinds import ReportKind, ReportState
from storage.people import PersonId
from storage.reports import Leave
from tests.chat import Phone, World

ON_TIME, LATE, EXEMPT, EXTRA = ReportState.on_time, ReportState.late, ReportState.exempt, ReportState.extra
PENDING, MISSING, UNSURE = ReportState.pending, ReportState.missing, ReportState.unannounced


def days(*states: ReportState, overdue: bool = True) -> list[Standing]:
    """Dailies of days that follow each other."""
    return [
        Standing(
            person_id=PersonId(1),
            company_id=None,
            kind=ReportKind.daily,
            first_day=date(2026, 11, 1) + timedelta(days=place),
            last_day=date(2026, 11, 1) + timedelta(days=place),
            state=state,
            sent_at=datetime(2026, 11, 1, tzinfo=UTC) if state in (ON_TIME, LATE, EXTRA) else None,
            is_in=state in (ON_TIME, LATE, EXTRA),
            overdue=overdue and state in (PENDING, MISSING),
            certainty=Certainty.provisional if state is UNSURE else Certainty.official,
        )
        for place, state in enumerate(states)
    ]


@pytest.mark.parametrize(
    ("dailies", "length"),
    [
        ([], 0),
        (days(ON_TIME, ON_TIME), 2),
        (days(LATE, ON_TIME), 1),
        (days(ON_TIME, LATE), 0),
        (days(ON_TIME, EXEMPT, EXEMPT, ON_TIME), 2),
        (days(ON_TIME, EXTRA, ON_TIME), 2),
        (days(ON_TIME, UNSURE, ON_TIME), 2),
        (days(ON_TIME, MISSING, ON_TIME), 1),
        (days(ON_TIME, PENDING), 0),
    ],
)
def test_how_long_a_streak_is(dailies: list[Standing], length: int) -> None:
    assert length_of(dailies) == length
    assert length_of(reversed(dailies)) == length


def test_what_is_still_in_time_does_not_break_a_streak() -> None:
    assert length_of(days(ON_TIME, ON_TIME, PENDING, overdue=False)) == 2


def reports_until(world: World, person: Phone, last: str) -> None:
    """Hand in every daily owed, from now to a day, each in its evening."""
    while world.clock.today <= date.fromisoformat(last):
        world.clock.to(f"{world.clock.today} 12:00")
        world.tick()
        if world.clock.today.isoweekday() < 6:
            person.says("日报").taps("上班").says("继续陪访").taps("确认")
        world.clock.forward(days=1)


def test_a_streak_of_five_is_told_in_me_and_leave_does_not_break_it(world: World) -> None:
    wang, li = world.manager("王芳"), world.manager("李强")
    world.clock.to("2026-11-09 08:30")
    world.tick()
    reports_until(world, wang, "2026-11-12")
    wang.says("/me")
    assert "连续" not in wang.last.text
    with world.database.transaction() as session:
        day = date(2026, 11, 13)
        session.add(Leave(person_id=PersonId(1), first_day=day, last_day=day, recorded_at=world.clock.now()))
    world.clock.to("2026-11-16 08:30")
    reports_until(world, wang, "2026-11-16")
    wang.says("/me")
    assert "连续 5 个工作日按时" in wang.last.text
    li.says("/me")
    assert "连续" not in li.last.text


def test_the_thank_you_list_names_those_whose_dailies_were_all_on_time(world: World) -> None:
    wang, li, admin = world.manager("王芳"), world.manager("李强"), world.admin()
    group = world.group(wang, li, admin)
    admin.says("/settings thank_you_list on")
    world.clock.to("2026-11-26 08:30")
    world.tick()
    reports_until(world, wang, "2026-11-30")
    world.clock.to("2026-12-01 08:59")
    world.tick()
    assert "感谢名单" not in "".join(said.text for said in world.heard_in(group))
    world.clock.to("2026-12-01 09:00")
    world.tick()
    world.clock.to("2026-12-01 09:05")
    world.tick()
    lists = [said.text for said in world.heard_in(group) if "感谢名单" in said.text]
    assert lists == ["💐 2026-11 感谢名单\n日报全部按时：王芳"]


def test_no_list_while_it_is_off_and_none_that_names_nobody(world: World) -> None:
    wang, admin = world.manager("王芳"), world.admin()
    group = world.group(wang, admin)
    world.tick()
    world.clock.to("2026-12-01 09:00")
    world.tick()
    # Switched on after its hour: it begins with the next month's list.
    admin.says("/settings thank_you_list on")
    world.clock.forward(minutes=5)
    world.tick()
    # In December nobody reports at all.
    world.clock.to("2027-01-04 09:00")
    world.tick()
    assert "感谢名单" not in "".join(said.text for said in world.heard_in(group))
