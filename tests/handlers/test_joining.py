"""Joining: by an invitation, by asking an admin, and what strangers, rejected and deactivated people hear."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from storage.groups import AuditEntry, Group, Invitation
from storage.people import Company, Person, PersonState, Role, companies_of
from tests.chat import ADMIN_ID, Phone, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty bot, on Monday 2026-11-23 at 10:00."""
    made = World(tmp_path)
    yield made
    made.close()


def link_of(admin: Phone) -> str:
    """The start payload of the newest invitation the admin was given."""
    text = next(said.text for said in reversed(admin.heard) if "?start=" in said.text)
    return text.partition("?start=")[2].split()[0]


def test_whoever_opens_an_invitation_is_a_manager_at_once(world: World) -> None:
    admin = world.admin()
    admin.says("/invite 杭州甲 2 7")
    admin.taps("生成链接")
    wang = world.stranger("小王")
    wang.starts(link_of(admin)).says("王芳").taps("就是我")

    stored = world.stored(wang)
    assert (stored.state, stored.role, stored.real_name) == (PersonState.active, Role.manager, "王芳")
    with world.session() as session:
        assert [c.name for c in companies_of(session, stored)] == ["杭州甲"]
    assert "欢迎" in wang.last.text
    assert "杭州甲" in wang.last.text
    assert str(stored.active_from) == "2026-11-24"
    assert "王芳" in admin.last.text
    assert world.all_of(Invitation)[0].uses_left == 1


def test_an_invitation_ends_with_its_uses(world: World) -> None:
    admin = world.admin()
    admin.says("/invite 杭州甲 1 7").taps("生成链接")
    link = link_of(admin)
    world.stranger("甲").starts(link).says("王芳").taps("就是我")

    late = world.stranger("乙").starts(link)
    assert "不能使用" in late.last.text
    assert late.last.buttons == ["申请加入"]
    late.taps("申请加入").says("李强").says("杭州甲").taps("就是我")
    assert world.stored(late).state is PersonState.pending
    assert "李强" in admin.last.text


def test_an_invitation_ends_with_its_days(world: World) -> None:
    admin = world.admin()
    admin.says("/invite 杭州甲 5 1").taps("生成链接")
    world.clock.to("2026-11-24 10:00")
    late = world.stranger().starts(link_of(admin))
    assert "不能使用" in late.last.text


def test_one_that_runs_out_half_way_becomes_a_request(world: World) -> None:
    admin = world.admin()
    admin.says("/invite 杭州甲 5 1").taps("生成链接")
    slow = world.stranger().starts(link_of(admin)).says("李强")
    world.clock.to("2026-11-25 10:00")
    slow.says("确认")
    assert "哪家公司" in slow.last.text
    slow.says("杭州甲").taps("就是我")
    assert world.stored(slow).state is PersonState.pending


def test_an_invitation_that_was_taken_back_lets_nobody_in(world: World) -> None:
    admin = world.admin()
    admin.says("/invite 杭州甲 5 7").taps("生成链接")
    link = link_of(admin)
    admin.taps("收回链接")
    assert "已收回" in admin.last.text
    assert "不能使用" in world.stranger().starts(link).last.text


def test_a_guessed_code_opens_nothing(world: World) -> None:
    guesser = world.stranger().starts("inv_AAAAAAAAAAAAAAAAAAAAAA")
    assert "不能使用" in guesser.last.text
    assert world.all_of(Person) == []


def test_a_manager_takes_on_one_more_company_by_an_invitation(world: World) -> None:
    admin, wang = world.admin(), world.manager("王芳", "杭州甲")
    admin.says("/invite 宁波乙 1 7").taps("生成链接")
    wang.starts(link_of(admin))
    assert "宁波乙" in wang.last.text
    with world.session() as session:
        assert [c.name for c in companies_of(session, world.stored(wang))] == ["杭州甲", "宁波乙"]


def test_without_a_link_an_admin_decides_and_the_others_see_it(world: World) -> None:
    first, second = world.admin("管一"), world.admin("管二")
    world.manager("王芳", "杭州甲")
    li = world.stranger().starts().says("李强").says("杭州甲").taps("就是我")
    assert "管理员" in li.last.text
    assert "李强" in first.last.text
    assert "李强" in second.last.text

    asked = second.last.message.message_id
    first.taps("批准为培训经理")
    assert world.stored(li).state is PersonState.active
    assert world.stored(li).role is Role.manager
    assert "欢迎" in li.last.text
    assert "管一" in second.last.text
    assert second.last.message.message_id == asked
    assert second.last.buttons == []

    person = world.stored(li).id
    second.presses(asked, f"reject:{person}")
    assert world.stored(li).state is PersonState.active
    assert "已经决定" in second.toast


def test_a_new_company_is_created_by_the_approval_and_a_near_one_is_offered(world: World) -> None:
    admin = world.admin()
    world.manager("王芳", "杭州甲公司")
    near = world.stranger().starts().says("李强").says("杭州甲公").taps("就是我")
    assert "归入 杭州甲公司" in admin.last.buttons
    admin.taps("归入 杭州甲公司")
    with world.session() as session:
        assert [c.name for c in companies_of(session, world.stored(near))] == ["杭州甲公司"]
    new = world.stranger().starts().says("赵敏").says("苏州丙").taps("就是我")
    admin.taps("批准为培训经理")
    assert {c.name for c in world.all_of(Company)} == {"杭州甲公司", "苏州丙"}
    assert world.stored(new).state is PersonState.active


def test_a_viewer_of_one_company_sees_only_that_one(world: World) -> None:
    admin = world.admin()
    world.manager("王芳", "杭州甲")
    world.manager("李强", "宁波乙")
    hr = world.stranger().starts().says("Jane Wang").says("杭州甲").taps("就是我")
    admin.taps("批准为查看者")
    stored = world.stored(hr)
    assert stored.role is Role.viewer
    with world.session() as session:
        assert [c.name for c in companies_of(session, stored)] == ["杭州甲"]


def test_whoever_is_rejected_hears_one_polite_sentence_from_then_on(world: World) -> None:
    admin = world.admin()
    li = world.stranger().starts().says("李强").says("杭州甲").taps("就是我")
    admin.taps("不批准")
    assert world.stored(li).state is PersonState.deactivated
    assert "没有批准" in li.last.text
    for words in ("/start", "/start go_checkin", "日报", "/me", "你好"):
        assert li.forgets().says(words).last.text == "您目前没有使用权限。如有需要，请联系管理员。"


def test_the_question_for_the_company_names_none(world: World) -> None:
    world.manager("王芳", "杭州甲")
    curious = world.stranger().starts().says("李强")
    assert "杭州甲" not in curious.texts
    assert "杭州甲" not in " ".join(curious.last.buttons)


def test_asking_again_changes_the_admins_message_instead_of_adding_one(world: World) -> None:
    admin = world.admin()
    li = world.stranger().starts().says("李强").says("杭州甲").taps("就是我")
    li.starts()
    assert "申请已交给" in li.last.text
    li.taps("更正我填的内容").says("李强生").says("杭州甲").taps("就是我")
    assert len([said for said in admin.heard if "申请加入" in said.text]) == 1
    assert "李强生" in admin.last.text


@pytest.mark.parametrize("wrong", ["王", "<b>", "12345", "王" * 21, "Имя Фамилия", "😀😀", "a\u200b\u200b"])
def test_what_is_no_real_name_is_asked_for_again(world: World, wrong: str) -> None:
    someone = world.stranger().starts().says(wrong)
    assert "真实姓名" in someone.last.text
    someone.says("王芳")
    assert "哪家公司" in someone.last.text


def test_a_namesake_in_the_company_is_asked_to_add_something(world: World) -> None:
    admin = world.admin()
    world.manager("王芳", "杭州甲")
    admin.says("/invite 杭州甲 1 7")
    other = world.stranger().starts(link_of(admin)).says("王 芳")
    assert "已经有一位" in other.last.text
    other.says("王芳2").taps("就是我")
    assert world.stored(other).real_name == "王芳2"


def test_a_first_admin_is_told_what_to_do_first(world: World) -> None:
    boss = Phone(world, ADMIN_ID)
    world.act(lambda people: people.add("老板", person_id=ADMIN_ID, language_code="zh-hans"))
    boss.starts()
    assert "先做这几步" in boss.last.text
    assert "/link" in boss.last.text
    assert world.stored(boss).role is Role.admin
    assert world.stored(boss).real_name == ""


def test_a_link_from_the_group_opens_its_command(world: World) -> None:
    wang = world.manager("王芳")
    wang.starts("go_me")
    assert "身份：培训经理" in wang.last.text
    wang.starts("go_people")
    assert "王芳，您好" in wang.last.text


def test_english_is_spoken_to_whoever_has_telegram_in_english(world: World) -> None:
    admin = world.admin()
    jane = world.stranger("Jane", "en-GB").starts().says("Jane Wang").says("杭州甲").taps("That is me")
    admin.taps("批准为培训经理")
    assert "Welcome, Jane Wang" in jane.last.text
    assert world.stored(jane).language == "en"


def test_joining_is_audited_without_the_key_of_the_link(world: World) -> None:
    admin = world.admin()
    admin.says("/invite 杭州甲 1 7").taps("生成链接")
    link = link_of(admin)
    world.stranger().starts(link).says("王芳").taps("就是我")
    with world.session() as session:
        entries = session.exec(select(AuditEntry)).all()
    assert {"company.created", "invitation.made", "person.admitted"} <= {entry.action for entry in entries}
    assert not any(link.removeprefix("inv_") in str(entry.details) for entry in entries)
    assert world.all_of(Group) == []


def test_the_word_of_a_command_is_nobodys_name(world: World) -> None:
    li = world.stranger().starts().says("日报")
    assert "/start" in li.last.text
    li.starts().says("李强").says("杭州甲").taps("就是我")
    assert world.stored(li).real_name == "李强"
