"""Ride-alongs: taps counted, wrong inputs, versions, the own list, next steps, permissions (handbook §6)."""

from datetime import date

import pytest

from bot.demo.people import buttons
from storage.follow_up import RideAlong
from storage.roster import Hire
from storage.roster_events import leave
from storage.roster_rules import Recording
from tests.chat import Phone, World
from tests.seed import put_on_post

TODAY = date(2026, 11, 23)
WELL, IMPROVE = "开场很自然", "多问客户需求再演示产品"


def do(phone: Phone, *steps: str) -> int:
    """Say a text, or tap a button written with an arrow in front; how many messages and taps it took."""
    for step in steps:
        phone.taps(step[1:]) if step.startswith("→") else phone.says(step)
    return len(steps)


@pytest.fixture
def wang(world: World) -> Phone:
    """A manager with two hires on day 12."""
    phone = world.manager("王芳", "杭州甲")
    put_on_post(world, "杭州甲", "11月批", ["张伟", "李娜"], date(2026, 11, 12))
    return phone


USUAL = ("/ridealong", "→李娜", "→上午", "→你干我看", "→3", "→陌拜", "→跳过", WELL, IMPROVE, "→确认")


def only(world: World) -> RideAlong:
    """The one ride-along there is."""
    (ride,) = world.all_of(RideAlong)
    assert isinstance(ride, RideAlong)
    return ride


def test_all_required_fields_take_ten_messages_or_taps(world: World, wang: Phone) -> None:
    assert do(wang, *USUAL) == 10

    ride = only(world)
    assert (ride.day, ride.part_of_day, ride.mode, ride.visits) == (TODAY, "morning", "you_do", 3)
    assert (ride.customer_kinds, ride.scores) == ("cold", {})
    assert (ride.did_well, ride.to_improve) == (WELL, IMPROVE)
    assert "李娜" in wang.last.text


def test_typed_answers_do_for_every_button(world: World, wang: Phone) -> None:
    do(wang, "陪访", "李娜", "全天", "我干你看", "12家", "回访、陌拜", "4 5 - 3", WELL, IMPROVE, "确认")
    ride = only(world)
    assert (ride.part_of_day, ride.mode, ride.visits) == ("full_day", "i_do", 12)
    assert set(ride.customer_kinds.split(",")) == {"cold", "return"}
    assert ride.scores == {"preparation": 4, "opening": 5, "demo": 3}


def test_scores_are_one_screen(world: World, wang: Phone) -> None:
    do(wang, *USUAL[:6])
    scores = wang.last
    rows = [str(b["callback_data"]) for b in buttons(scores.message)]
    wang.presses(scores.message.message_id, next(d for d in rows if d.endswith(":0-4")))
    wang.presses(scores.message.message_id, next(d for d in rows if d.endswith(":7-2")))
    do(wang, "→完成", WELL, IMPROVE, "→确认")
    assert only(world).scores == {"preparation": 4, "rules": 2}


def test_one_pasted_block_fills_everything(world: World, wang: Phone) -> None:
    block = f"陪访\n新人: 李娜\n时段: 下午\n方式: 各半\n家数: 4\n客户: 预约\n优点: {WELL}\n改进: {IMPROVE}"
    do(wang, block, "→确认")
    ride = only(world)
    assert (ride.part_of_day, ride.mode, ride.visits, ride.customer_kinds) == ("afternoon", "half", 4, "appointment")


@pytest.mark.parametrize(
    ("before", "typed", "said"),
    [
        (1, "钱七", "钱七"),
        (2, "半夜", "半夜"),
        (4, "0", "20"),
        (4, "21", "20"),
        (4, "几家", "20"),
        (5, "熟人", "熟人"),
        (6, "6", "5"),
        (7, "很好", "5"),
        (8, "要多问问", "10"),
        (8, "客户电话13812345678记得回", "电话"),
    ],
)
def test_a_wrong_answer_is_explained_and_nothing_is_lost(
    world: World, wang: Phone, before: int, typed: str, said: str
) -> None:
    do(wang, *USUAL[:before])
    wang.says(typed)
    assert said in wang.last.text
    do(wang, *USUAL[before:])
    assert only(world).to_improve == IMPROVE


@pytest.mark.parametrize(("typed", "said"), [("11/24", "未来"), ("11/11", "11/12")])
def test_the_date_lies_between_on_post_and_today(world: World, wang: Phone, typed: str, said: str) -> None:
    do(wang, *USUAL[:-1], "→修改", "→日期", typed)
    assert said in wang.last.text
    do(wang, "昨天", "→确认")
    assert only(world).day == date(2026, 11, 22)


def test_after_the_last_day_there_is_no_ride_along(world: World, wang: Phone) -> None:
    zhang = next(hire.id for hire in world.all_of(Hire) if hire.name == "张伟")
    with world.database.transaction() as session:
        record = Recording(None, world.clock.now(), TODAY)
        leave(session, session.get_one(Hire, zhang), date(2026, 11, 20), record, reason="另谋高就")
    do(wang, "/ridealong", "→张伟", "→上午", "→你干我看", "→3", "→陌拜", "→跳过", WELL, IMPROVE, "→确认")
    assert world.all_of(RideAlong) == []
    assert "离职" in wang.last.text
    do(wang, "11/19", "→确认")
    assert only(world).day == date(2026, 11, 19)


def test_an_edit_keeps_the_earlier_version(world: World, wang: Phone) -> None:
    do(wang, *USUAL)
    do(wang, "→✏️", "→修改", "→待改进", "下次先问需求，再做产品演示", "→确认")
    ride = only(world)
    assert ride.to_improve == "下次先问需求，再做产品演示"
    assert [version["to_improve"] for version in ride.versions] == [IMPROVE]


def test_a_next_step_with_its_date_is_listed_until_it_is_done(world: World, wang: Phone) -> None:
    do(wang, *USUAL[:-1], "→下一步", "再跑一次老客户", "→其他", "11/26", "→确认")
    assert only(world).next_step_on == date(2026, 11, 26)

    do(wang, "陪访 列表")
    assert "再跑一次老客户" in wang.last.text
    wang.taps("下一步完成")
    assert only(world).next_step_closed_at is not None
    do(wang, "陪访 列表")
    assert "再跑一次老客户" not in wang.last.text


def test_a_crash_after_any_answer_loses_nothing(world: World, wang: Phone) -> None:
    for step in USUAL:
        do(wang, step)
        world.restart()
    assert only(world).visits == 3


def test_the_own_list_pages(world: World, wang: Phone) -> None:
    for _ in range(9):
        do(wang, *USUAL)
    do(wang, "陪访 列表")
    assert sum("✏️" in label for label in wang.last.buttons) == 8
    wang.taps("较早")
    assert sum("✏️" in label for label in wang.last.buttons) == 1


def test_nobody_reads_or_closes_somebody_elses_notes(world: World, wang: Phone) -> None:
    colleague = world.manager("李静", "杭州甲")
    do(wang, *USUAL[:-1], "→下一步", "再跑一次老客户", "→今天", "→确认")
    ride = only(world)
    message = colleague.says("/me").last.message

    for forged in (f"ride_edit:{ride.id}", f"ride_close:{ride.id}", "ride_list:0", "ride_edit:x", "ride_close"):
        colleague.presses(message.message_id, forged)
    do(colleague, "陪访 列表")

    assert IMPROVE not in colleague.texts
    assert only(world).next_step_closed_at is None


def test_other_companies_hires_cannot_be_chosen(world: World, wang: Phone) -> None:
    world.manager("李静", "宁波乙")
    (foreign,) = put_on_post(world, "宁波乙", "11月批", ["孙八"], date(2026, 11, 12))
    question = wang.says("/ridealong").last
    assert not any("孙八" in label for label in question.buttons)
    data = str(next(b["callback_data"] for b in buttons(question.message) if "李娜" in str(b["text"])))
    wang.presses(question.message.message_id, ":".join([*data.split(":")[:-1], str(foreign.id)]))
    assert "上午" not in wang.last.buttons
    wang.says("孙八")
    assert "上午" not in wang.last.buttons


def test_without_anybody_on_post_it_says_so(world: World) -> None:
    assert "/roster" in world.manager("赵敏", "温州丙").says("/ridealong").last.text
