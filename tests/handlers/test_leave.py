"""Leave: ranges as typed, what they do, joining, cancelling, by an admin for somebody (handbook §3, §6)."""

from datetime import date

import pytest

from handlers.people.leave import read_range
from storage.groups import AuditEntry
from storage.reports import Leave
from tests.chat import Phone, World

TODAY = date(2026, 11, 23)


def do(phone: Phone, *steps: str) -> int:
    """Say a text, or tap a button written with an arrow in front; how many messages and taps it took."""
    for step in steps:
        phone.taps(step[1:]) if step.startswith("→") else phone.says(step)
    return len(steps)


def standing(world: World) -> list[tuple[date, date]]:
    """The leaves that hold."""
    return [(x.first_day, x.last_day) for x in world.all_of(Leave) if x.cancelled_at is None]


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("11/23-11/25", (11, 23), (11, 25)),
        ("11/23 - 11/25", (11, 23), (11, 25)),
        ("11.23~11.25", (11, 23), (11, 25)),
        ("11月23日到11月25日", (11, 23), (11, 25)),
        ("11/23至25", (11, 23), (11, 25)),
        ("11/23-25日", (11, 23), (11, 25)),
        ("明天到周五", (11, 24), (11, 27)),
        ("今天", (11, 23), (11, 23)),
        ("11/25", (11, 25), (11, 25)),
        ("2026-11-23 to 2026-11-25", (11, 23), (11, 25)),
    ],
)
def test_ranges_as_people_type_them(typed: str, first: tuple[int, int], last: tuple[int, int]) -> None:
    assert read_range(typed, TODAY) == (date(2026, *first), date(2026, *last))


def test_a_range_over_the_turn_of_the_year() -> None:
    assert read_range("12/30-1/2", date(2026, 12, 28)) == (date(2026, 12, 30), date(2027, 1, 2))


@pytest.mark.parametrize("typed", ["", "家里有事", "11/23-", "11/23-11/25-11/27", "13/40-14/1", "11/23-41"])
def test_what_is_no_range(typed: str) -> None:
    assert read_range(typed, TODAY) is None


def test_a_tapped_day(world: World) -> None:
    wang = world.manager("王芳")
    assert do(wang, "/leave", "→明天", "→确认") == 3
    assert standing(world) == [(date(2026, 11, 24), date(2026, 11, 24))]


def test_a_typed_range_needs_one_card_and_says_what_it_does(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("/leave 11/23-11/25 家里有事")
    assert "3 个工作日" in wang.last.text
    assert standing(world) == []
    wang.taps("确认")
    assert standing(world) == [(TODAY, date(2026, 11, 25))]
    assert world.all_of(Leave)[0].reason == "家里有事"
    assert "3 个工作日" in wang.last.text


def test_p4_a_manager_on_leave_from_monday_to_wednesday_is_not_asked(world: World) -> None:
    wang, li = world.manager("王芳", since="2026-11-20"), world.manager("李静", since="2026-11-20")
    group = world.group(wang, li)
    do(wang, "/leave 11/23-11/25", "→确认")
    wang.forgets()

    world.passes_to("2026-11-26 09:00")

    assert wang.heard == []
    assert "日报" in li.texts
    board = world.heard_in(group)[-1].text
    assert any("请假" in line and "王芳" in line for line in board.splitlines())


def test_overlapping_leave_is_joined_and_said(world: World) -> None:
    wang = world.manager("王芳")
    do(wang, "/leave 11/24-11/26", "→确认")
    wang.says("/leave 11/26-11/27")
    assert "合并" in wang.last.text
    wang.taps("确认")
    assert standing(world) == [(date(2026, 11, 24), date(2026, 11, 27))]


def test_a_weekend_takes_no_working_day(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("/leave 11/28-11/29")
    assert "没有工作日" in wang.last.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/leave 11/25-11/23", "早于"),
        ("/leave 12/25-12/23", "早于"),
        ("/leave 11/10-11/12", "管理员"),
        ("/leave 2027-03-01", "最多"),
        ("/leave 家里有事", "没看懂"),
        ("/leave 李静 11/23", "管理员"),
    ],
)
def test_a_wrong_range_is_explained(world: World, typed: str, said: str) -> None:
    wang = world.manager("王芳")
    world.manager("李静")
    wang.says(typed)
    assert said in wang.texts
    assert standing(world) == []
    assert "从哪天到哪天" in wang.last.text


def test_the_last_seven_days_can_be_entered(world: World) -> None:
    wang = world.manager("王芳")
    do(wang, "/leave 11/16-11/18", "→确认")
    assert standing(world) == [(date(2026, 11, 16), date(2026, 11, 18))]


def test_a_leave_can_be_cancelled_before_it_begins(world: World) -> None:
    wang = world.manager("王芳")
    do(wang, "/leave 11/24-11/26", "→确认", "→取消这次请假")
    assert standing(world) == []
    assert "已取消" in wang.last.text


def test_a_leave_under_way_ends_yesterday(world: World) -> None:
    wang = world.manager("王芳")
    do(wang, "/leave 11/23-11/27", "→确认")
    world.clock.to("2026-11-25 09:00")
    do(wang, "/leave", "→取消 11/23")
    assert standing(world) == [(TODAY, date(2026, 11, 24))]


def test_a_leave_can_be_changed(world: World) -> None:
    wang = world.manager("王芳")
    do(wang, "/leave 11/24-11/26", "→确认", "→✏️", "→修改", "→日期", "11/24-11/25", "→确认")
    assert standing(world) == [(date(2026, 11, 24), date(2026, 11, 25))]


def test_an_admin_enters_it_for_a_manager_who_is_told(world: World) -> None:
    wang, admin = world.manager("王芳"), world.admin()
    do(admin, "/leave 王芳 11/23-11/25", "→确认")

    (leave,) = world.all_of(Leave)
    assert leave.person_id == world.stored(wang).id
    assert leave.recorded_by == world.stored(admin).id
    assert "管理员" in wang.last.text
    assert "11/25" in wang.last.text
    assert [entry.action for entry in world.all_of(AuditEntry) if "leave" in entry.action] == ["leave recorded"]


def test_nobody_cancels_somebody_elses_leave(world: World) -> None:
    wang, li = world.manager("王芳"), world.manager("李静")
    do(wang, "/leave 11/24-11/26 家里有事", "→确认")
    (leave,) = world.all_of(Leave)
    message = li.says("/me").last.message

    for forged in (f"leave_cancel:{leave.id}", f"leave_edit:{leave.id}", "leave_cancel:x", "leave_cancel"):
        li.presses(message.message_id, forged)

    assert standing(world) == [(date(2026, 11, 24), date(2026, 11, 26))]
    assert "家里有事" not in li.texts
