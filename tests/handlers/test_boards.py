"""The group's boards as they are read (handbook §7)."""

from datetime import date

import pytest

from handlers.reminding.boards import board_text
from handlers.translations import Language, translator
from schedules.boards import Board
from schedules.periods import Period
from schedules.standing import OnTime
from storage.groups import Group
from storage.outbox import Post
from storage.reports import Leave
from tests.chat import Phone, World

DAY = Period.daily(date(2026, 11, 9))


def files_for_monday(person: Phone) -> None:
    """Hand the daily of Monday in, from its button."""
    person.says("/due").taps("日报 11/09").taps("上班").says("两场陪访").taps("确认")


def test_the_board_is_edited_in_place_as_late_ones_come_in(world: World) -> None:
    world.clock.to("2026-11-09 10:00")
    wang, li, zhao = (world.manager(name) for name in ("王芳", "李娜", "赵敏"))
    group = world.group(wang, li, zhao)
    world.tick()
    away = world.stored(zhao).id
    assert away is not None
    with world.database.transaction() as session:
        leave = Leave(person_id=away, first_day=DAY.first, last_day=DAY.last, reason="", recorded_at=world.clock.now())
        session.add(leave)
    files_for_monday(wang)
    world.clock.to("2026-11-10 08:05")
    world.tick()
    assert [said.text for said in world.heard_in(group)] == [
        "📋 日报 11/9 周一\n已交：1/2 = 50.0%\n按时：1/2 = 50.0%\n"
        "✅ 按时 (1)：王芳\n⏳ 待交 (1)：李娜\n🌴 请假 (1)：赵敏"
    ]
    world.clock.to("2026-11-10 10:00")
    files_for_monday(li)
    world.tick()
    assert [said.text for said in world.heard_in(group)] == [
        "📋 日报 11/9 周一\n已交：2/2 = 100.0%\n按时：1/2 = 50.0%\n"
        "✅ 按时 (1)：王芳\n🕗 晚交 (1)：李娜\n🌴 请假 (1)：赵敏\n全部收齐，谢谢大家！"
    ]
    edits = [c for c in world.stand_in.journal.calls(ok=True) if c.method == "editMessageText"]
    before = len(edits)
    world.clock.to("2026-11-10 10:10")
    world.tick()
    edits = [c for c in world.stand_in.journal.calls(ok=True) if c.method == "editMessageText"]
    assert len(edits) == before, "an unchanged board is not edited"


def test_a_board_speaks_the_groups_language_in_its_topic(world: World) -> None:
    world.clock.to("2026-11-09 10:00")
    wang = world.manager("王芳")
    group = world.group(wang)
    with world.database.transaction() as session:
        linked = session.get_one(Group, group)
        linked.language = "en"
    world.tick()
    world.clock.to("2026-11-10 08:05")
    world.tick()
    assert world.heard_in(group)[0].text.startswith("📋 Daily report Mon 11/9\nHanded in: 0/1 = 0.0%")
    assert [post.slot for post in world.all_of(Post)] == ["board:daily:2026-11-09"]


def board(in_time: int, not_in: int, *, is_estimate: bool = False) -> Board:
    """A board with so many people, every name awkward."""
    names = tuple(f"<b>经理&{n}" for n in range(in_time + not_in))
    figures = OnTime(in_time + not_in, in_time, 0, not_in, 0, 0)
    return Board(DAY, figures, names[:in_time], (), names[in_time:], (), (), is_estimate)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("in_time", "not_in"), [(1000, 0), (0, 1000), (500, 500), (30, 10)])
def test_a_board_of_any_size_is_one_message(in_time: int, not_in: int, language: Language) -> None:
    text = str(board_text(board(in_time, not_in), translator(language)))
    assert len(text.encode("utf-16-le")) // 2 <= 4096
    assert f"({max(in_time, not_in)})" in text
    assert "<b>经理" not in text, "names are shown as typed"
    assert "&lt;b&gt;经理&amp;0" in text


def test_nobody_is_late_on_a_board_of_a_day_not_announced() -> None:
    text = str(board_text(board(1, 1, is_estimate=True), translator("zh")))
    assert "假期未公布，不计时限" in text
    assert "晚交 (" not in text
    assert "按时" not in text


def test_the_weeks_one_post_is_edited_as_late_weeklies_come_in(world: World) -> None:
    world.clock.to("2026-11-08 10:00")
    wang, li = world.manager("王芳"), world.manager("李娜")
    group = world.group(wang, li)
    world.tick()
    world.clock.to("2026-11-14 18:00")
    world.tick()
    wang.taps("周报 11/08–11/14").says("下周两场回炉").taps("提交")
    world.clock.to("2026-11-15 08:05")
    world.tick()
    assert "周报" not in "".join(said.text for said in world.heard_in(group))
    world.clock.to("2026-11-15 09:00")
    world.tick()
    (post,) = [said for said in world.heard_in(group) if "周报 11/08–11/14" in said.text]
    assert post.text == (
        "📋 周报 11/08–11/14\n已交：1/2 = 50.0%\n按时：1/2 = 50.0%\n✅ 按时 (1)：王芳\n⏳ 待交 (1)：李娜\n\n"
        "🗓 一周情况 11/08–11/14\n日报：按时 0/10 = 0.0% · 提交 0/10 = 0.0%"
    )
    world.clock.to("2026-11-15 20:00")
    li.says("周报").says("两次抽查").taps("提交")
    world.tick()
    (edited,) = [said for said in world.heard_in(group) if "周报 11/08–11/14" in said.text]
    assert "🕗 晚交 (1)：李娜\n全部收齐" in edited.text


def test_a_week_nobody_owes_a_report_for_has_its_state_all_the_same(world: World) -> None:
    world.clock.to("2026-11-10 10:00")
    wang = world.manager("王芳", since="2026-11-10")
    group = world.group(wang)
    world.tick()
    world.clock.to("2026-11-15 09:00")
    world.tick()
    (post,) = [said for said in world.heard_in(group) if "11/08–11/14" in said.text]
    assert post.text.startswith("🗓 一周情况 11/08–11/14\n日报：按时 0/4")
