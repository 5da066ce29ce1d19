"""Who may touch whose roster: asked at every step, forged buttons included (handbook §1, §10)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from storage.people import Membership, Person, PersonState, Role
from storage.roster import Cohort, Hire
from tests.chat import Phone, World

WHATS = (
    "company:1",
    "company:1:0",
    "new:1",
    "template:1",
    "export:1",
    "cohort:1",
    "edit:1",
    "add:1",
    "post:1",
    "left:1",
    "step:1",
    "hire:1",
    "post1:1",
    "left1:1",
    "step1:1",
    "move:1",
    "rejoin:1",
    "date:1",
    "rename:1",
    "undo:1:2026-03-01",
    "history:1:0",
)
SECRETS = ("张伟", "一期")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, now="2026-03-02 10:00")
    yield world
    world.close()


@pytest.fixture
def wang(world: World) -> Phone:
    wang = world.manager("王芳", "杭州甲")
    wang.says("/roster new 一期").taps("确认")
    wang.says("名册 一期\n张伟 3/1").taps("确认")
    return wang


def untouched(world: World) -> bool:
    cohorts, hires = world.all_of(Cohort), world.all_of(Hire)
    return [c.name for c in cohorts] == ["一期"] and [(h.name, h.last_day) for h in hires] == [("张伟", None)]


@pytest.mark.parametrize("what", WHATS)
def test_a_forged_button_opens_no_other_company(world: World, wang: Phone, what: str) -> None:
    other = world.manager("刘洋", "宁波乙")
    other.says("/roster")
    shown = len(other.heard)
    other.presses(other.last.message.message_id, f"ro:{what}")
    assert "不在您的负责范围内" in other.toast
    assert len(other.heard) == shown
    assert untouched(world)


@pytest.mark.parametrize(
    "what", ["company:x", "cohort:999999999999", "hire:-1", "hire", "", "cohort:1:x:y", "nothing:1"]
)
def test_tampered_data_does_no_harm(world: World, wang: Phone, what: str) -> None:
    wang.presses(wang.last.message.message_id, f"ro:{what}")
    assert untouched(world)
    assert "/roster" not in wang.toast


@pytest.mark.parametrize(
    "typed", ["/roster 一期", "/roster 张伟", "/roster 离职 张伟", "/history 张伟", "/roster 上岗 一期"]
)
def test_typing_finds_nothing_of_another_company(world: World, wang: Phone, typed: str) -> None:
    other = world.manager("刘洋", "宁波乙")
    other.says(typed)
    assert all("第2/30天" not in said.text for said in other.heard)
    assert untouched(world)


@pytest.mark.parametrize("role", [Role.viewer, None])
def test_viewers_and_strangers_have_no_roster(world: World, wang: Phone, role: Role | None) -> None:
    other = world.stranger() if role is None else world.person("赵总", role, "杭州甲")
    for typed in ("/roster", "名册", "/roster 张伟", "/history 张伟"):
        other.says(typed)
    for message in [said.message.message_id for said in other.heard][:1]:
        other.presses(message, "ro:hire:1")
        other.presses(message, "ro:cohort:1")
    assert not any(secret in other.texts for secret in SECRETS)
    assert untouched(world)


def test_who_loses_the_company_in_the_middle_saves_nothing(world: World, wang: Phone) -> None:
    wang.says("/roster 张伟").taps("离职").taps("今天").taps("个人原因")
    with world.database.transaction() as session:
        for membership in session.exec(select(Membership)).all():
            membership.until = world.clock.today
    wang.taps("确认")
    assert untouched(world)


def test_who_is_deactivated_in_the_middle_saves_nothing(world: World, wang: Phone) -> None:
    wang.says("/roster 一期").taps("添加新人").says("李娜")
    with world.database.transaction() as session:
        person = session.get_one(Person, world.stored(wang).id)
        person.state = PersonState.deactivated
    wang.taps("确认")
    assert untouched(world)


def test_an_admin_chooses_the_company_first(world: World, wang: Phone) -> None:
    world.manager("刘洋", "宁波乙")
    admin = world.admin()
    admin.says("/roster")
    assert "哪家公司" in admin.last.text
    admin.taps("杭州甲").taps("一期").taps("张伟")
    assert admin.last.text.startswith("张伟 · 第2/30天")
    admin.taps("‹ 返回批次").taps("‹ 全部批次").taps("‹ 公司列表").taps("宁波乙").taps("新批次").says("二期").taps(
        "确认"
    )
    assert [c.company_id for c in world.all_of(Cohort)] == [1, 2]


def test_a_manager_of_two_companies_sees_both(world: World) -> None:
    both = world.manager("王芳", ("杭州甲", "宁波乙"))
    both.says("/roster").taps("宁波乙").taps("新批次").says("二期").taps("确认")
    both.says("名册\n张伟").taps("确认")
    assert [h.company_id for h in world.all_of(Hire)] == [2]


def test_the_roster_is_not_for_the_group(world: World, wang: Phone) -> None:
    chat = world.group(wang)
    phone = world.group_phone(wang, chat)
    phone.says("/roster 张伟")
    assert not any("第2/30天" in said.text for said in world.heard_in(chat))
