"""What admins arrange: people and their roles, companies, the group, and what the bot says of itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from handlers.menus import plan_menus
from handlers.turn import MAX_MESSAGE
from storage.groups import AuditEntry, Group, shared_group
from storage.outbox import OutboxMessage
from storage.people import Company, PersonState, Role, companies_of
from tests.chat import ADMIN_ID, Phone, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty bot, on Monday 2026-11-23 at 10:00."""
    made = World(tmp_path)
    yield made
    made.close()


def audited(world: World) -> set[str]:
    """What the audit trail speaks of."""
    return {entry.action for entry in world.all_of(AuditEntry)}


def menu_of(world: World, phone: Phone) -> list[str]:
    """The names on somebody's own command menu at Telegram."""
    menus = world.stand_in.world.menus
    return [command.command for command in menus.get((f"chat:{phone.telegram_id}", ""), ())]


# People


def test_everyone_is_listed_a_page_at_a_time_with_those_who_wait_first(world: World) -> None:
    admin = world.admin()
    for number in range(20):
        world.manager(f"经理{number:02}", "杭州甲")
    world.stranger().starts().says("新来的").says("杭州甲").taps("就是我")
    admin.says("/people")
    assert "成员（22）" in admin.last.text
    assert "1. 新来的 · 等待批准" in admin.last.text
    assert "经理19" not in admin.last.text
    admin.taps("3/3") if "3/3 ›" in admin.last.buttons else admin.taps("2/3 ›").taps("3/3 ›")
    assert "经理19" in admin.last.text
    assert len(admin.heard[-1].text) < MAX_MESSAGE


def test_somebody_who_only_pressed_start_is_not_listed(world: World) -> None:
    admin = world.admin()
    world.stranger().starts()
    admin.says("/people")
    assert "成员（1）" in admin.last.text


def test_whoever_blocks_the_bot_is_listed_as_unreachable(world: World) -> None:
    admin, wang = world.admin(), world.manager("王芳")
    world.act(lambda people: people.block(wang.telegram_id))
    world.settle()
    admin.says("/people")
    assert "发不到消息：王芳" in admin.last.text
    admin.says("/status")
    assert "发不到消息：王芳" in admin.last.text
    world.act(lambda people: people.unblock(wang.telegram_id))
    world.settle()
    admin.says("/people")
    assert "发不到消息" not in admin.last.text


def test_a_role_is_changed_and_the_person_and_their_menu_follow(world: World) -> None:
    admin, wang = world.admin(), world.manager("王芳")
    wang.says("/me")
    admin.says("/people 王芳").taps("改为查看者")
    assert world.stored(wang).role is Role.viewer
    assert "查看者" in wang.last.text
    assert "checkin" not in menu_of(world, wang)
    admin.taps("改为管理员")
    assert "people" in menu_of(world, wang)
    assert "person.role_changed" in audited(world)


def test_back_to_manager_counts_from_tomorrow(world: World) -> None:
    admin, wang = world.admin(), world.manager("王芳")
    admin.says("/people 王芳").taps("改为查看者").taps("改为培训经理")
    assert str(world.stored(wang).active_from) == "2026-11-24"


def test_companies_are_given_and_taken_also_twice_on_one_day(world: World) -> None:
    admin, wang = world.admin(), world.manager("王芳", "杭州甲")
    world.manager("李强", "宁波乙")
    admin.says("/people 王芳").taps("＋ 公司").taps("宁波乙")
    with world.session() as session:
        assert [c.name for c in companies_of(session, world.stored(wang))] == ["杭州甲", "宁波乙"]
    assert "宁波乙" in wang.last.text
    admin.taps("－ 公司").taps("宁波乙")
    assert "不再负责宁波乙" in wang.last.text
    admin.taps("＋ 公司").taps("宁波乙")
    with world.session() as session:
        assert [c.name for c in companies_of(session, world.stored(wang))] == ["杭州甲", "宁波乙"]
    assert {"person.company_added", "person.company_removed"} <= audited(world)


def test_a_name_is_corrected(world: World) -> None:
    admin, wang = world.admin(), world.manager("王方", "杭州甲")
    admin.says("/people 王方").taps("改姓名").says("王芳").taps("确认")
    assert world.stored(wang).real_name == "王芳"
    assert "王芳" in wang.last.text
    assert "person.renamed" in audited(world)


def test_deactivating_asks_first_and_can_be_taken_back(world: World) -> None:
    admin, wang = world.admin(), world.manager("王芳")
    admin.says("/people 王芳").taps("停用")
    assert world.stored(wang).state is PersonState.active
    admin.taps("确定停用")
    assert world.stored(wang).state is PersonState.deactivated
    assert "停用" in wang.last.text
    assert menu_of(world, wang) == []
    assert wang.says("/me").last.text == "您目前没有使用权限。如有需要，请联系管理员。"
    admin.says("/people 王芳").taps("恢复")
    assert world.stored(wang).state is PersonState.active
    assert world.stored(wang).active_until is None
    assert "欢迎" in wang.last.text


def test_the_last_admin_stays_one(world: World) -> None:
    admin = world.admin("管一")
    admin.says("/people 管一").taps("改为查看者")
    assert "最后一位管理员" in admin.toast
    admin.taps("停用")
    assert "最后一位管理员" in admin.toast
    assert (world.stored(admin).role, world.stored(admin).state) == (Role.admin, PersonState.active)

    other = world.admin("管二")
    admin.taps("改为查看者")
    assert world.stored(admin).role is Role.viewer
    assert world.stored(other).role is Role.admin


def test_an_admin_of_the_settings_cannot_be_demoted(world: World) -> None:
    admin = world.admin("管一")
    boss = world.person("老板", Role.admin, telegram_id=ADMIN_ID)
    admin.says("/people 老板").taps("改为培训经理")
    assert "BOT_ADMIN_IDS" in admin.toast
    assert world.stored(boss).role is Role.admin


def test_nothing_is_done_to_somebody_who_waits_but_approving(world: World) -> None:
    admin = world.admin()
    new = world.stranger().starts().says("李强").says("杭州甲").taps("就是我")
    number = world.stored(new).id
    admin.says("/people")
    for what in ("role:{}:admin", "on:{}", "off-yes:{}", "add:{}:1"):
        action, _, rest = what.format(number).partition(":")
        admin.presses(admin.last.message.message_id, f"person:{action}:{rest}")
        assert (world.stored(new).state, world.stored(new).role) == (PersonState.pending, Role.manager)
    admin.says("/people 李强").taps("批准为培训经理")
    assert world.stored(new).state is PersonState.active


# Companies


def test_a_company_is_created_changed_and_switched_off(world: World) -> None:
    admin = world.admin()
    admin.says("/company").taps("新建公司").says("杭州甲").says("华东").taps("确认")
    company = world.all_of(Company)[0]
    assert (company.name, company.region, company.work_week) == ("杭州甲", "华东", "mon_fri")
    admin.says("/company 杭州甲").taps("修改").taps("修改").taps("工作日").taps("周一至周六").taps("确认")
    assert world.all_of(Company)[0].work_week == "mon_sat"
    admin.says("/company 杭州甲").taps("停用").taps("确定停用")
    assert world.all_of(Company)[0].active is False
    admin.taps("恢复")
    assert world.all_of(Company)[0].active is True
    assert {"company.created", "company.changed", "company.deactivated", "company.reactivated"} <= audited(world)


def test_two_companies_cannot_have_one_name(world: World) -> None:
    admin = world.admin()
    world.manager("王芳", "杭州甲")
    admin.says("/company").taps("新建公司").says("杭州 甲")
    assert "已经有名为杭州甲的公司" in admin.last.text
    assert len(world.all_of(Company)) == 1


# The group


def test_link_makes_the_group_the_shared_one_and_unlink_ends_it(world: World) -> None:
    admin, wang = world.admin(), world.manager("王芳")
    chat = world.group(admin, wang, linked=False)
    admin.says("/link")
    assert "群里发送 /link" in admin.last.text
    in_group = world.group_phone(admin, chat)
    world.group_phone(wang, chat).says("/link")
    assert world.all_of(Group) == []
    assert "/link" in in_group.last.text
    in_group.says("/link")
    assert "共享群" in in_group.last.text
    with world.session() as session:
        group = shared_group(session)
        assert group is not None
        assert (group.chat_id, group.language, group.thread_id) == (chat, "zh", None)
    in_group.says("/unlink")
    with world.session() as session:
        assert shared_group(session) is None
    assert {"group.linked", "group.unlinked"} <= audited(world)


def test_in_a_forum_the_topic_is_linked(world: World) -> None:
    admin = world.admin()
    chat = world.act(lambda people: people.add_group("论坛群", "forum", members=(admin.telegram_id,)))
    topic = world.act(lambda people: people.add_topic(chat.id, admin.telegram_id, "日报"))
    world.act(lambda people: people.say(admin.telegram_id, "/link", chat.id, thread_id=topic.thread_id))
    world.settle()
    assert [group.thread_id for group in world.all_of(Group)] == [topic.thread_id]
    assert world.heard_in(chat.id)[-1].message.thread_id == topic.thread_id


def test_a_newly_linked_group_takes_over(world: World) -> None:
    admin = world.admin()
    old, new = world.group(admin, title="旧群"), world.group(admin, title="新群", linked=False)
    world.group_phone(admin, new).says("/link")
    assert {group.chat_id: group.active for group in world.all_of(Group)} == {old: False, new: True}


def test_the_language_of_the_group_is_an_admins_to_change(world: World) -> None:
    admin, wang = world.admin(), world.manager("王芳")
    chat = world.group(admin, wang)
    world.group_phone(wang, chat).says("/language en")
    assert world.all_of(Group)[0].language == "zh"
    world.group_phone(admin, chat).says("/language en")
    assert world.all_of(Group)[0].language == "en"
    assert "in English here" in world.heard_in(chat)[-1].text


# Oneself


def test_me_shows_who_one_is_and_changes_the_language(world: World) -> None:
    wang = world.manager("王芳", ("杭州甲", "宁波乙"))
    wang.says("/me")
    assert "王芳" in wang.last.text
    assert "杭州甲、宁波乙" in wang.last.text
    wang.taps("English")
    assert world.stored(wang).language == "en"
    assert wang.last.text == "From now on I write to you in English."
    wang.says("/language 中文")
    assert wang.last.text == "以后我用中文和您说话。"
    assert wang.says("/language").last.buttons == ["中文", "English"]


def test_help_is_about_the_role(world: World) -> None:
    wang, admin, gm = world.manager("王芳"), world.admin(), world.person("总经理", Role.viewer)
    wang.says("/help")
    assert "/checkin" in wang.texts
    assert "/people" not in wang.texts
    admin.says("/help")
    assert "/people" in admin.texts
    gm.says("/help")
    assert "/checkin" not in gm.texts
    assert "/language" in gm.texts


def test_help_of_one_command_shows_its_form_to_copy(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("/help ridealong")
    assert wang.last.text.startswith("/ridealong")
    entities = wang.last.message.content.entities if wang.last.message.content else ()
    assert any(entity.type == "pre" for entity in entities)
    assert "没有“天气”" in wang.says("/help 天气").last.text


def test_help_in_the_group_is_short(world: World) -> None:
    wang = world.manager("王芳")
    chat = world.group(wang)
    world.group_phone(wang, chat).says("/help")
    said = world.heard_in(chat)[-1].text
    assert "私聊" in said
    assert len(said) < 1000


# Menus


def owed_menus(world: World) -> list[OutboxMessage]:
    """The calls about menus and descriptions that are owed and not sent yet."""
    with world.session() as session:
        plan_menus(session, world.clock.now(), world.surroundings)
        rows = session.exec(select(OutboxMessage).where(OutboxMessage.state == "open")).all()
        session.commit()
        return list(rows)


def test_menus_are_set_once_and_again_only_when_they_change(world: World) -> None:
    wang = world.manager("王芳")
    first = owed_menus(world)
    assert {"setMyCommands", "setMyDescription", "setMyShortDescription"} == {m.content["method"] for m in first}
    world.settle()
    assert owed_menus(world) == []
    wang.says("/language en")
    assert owed_menus(world) == []
    assert not any(call.answer and not call.answer.get("ok") for call in world.stand_in.journal.calls())


def test_menus_are_by_role_kind_of_chat_and_language(world: World) -> None:
    wang, admin = world.manager("王芳"), world.admin()
    owed_menus(world)
    world.settle()
    menus = world.stand_in.world.menus
    assert [c.command for c in menus["default", ""]] == ["start", "help"]
    assert "link" not in [c.command for c in menus["all_group_chats", "zh"]]
    assert "link" in [c.command for c in menus["all_chat_administrators", "zh"]]
    assert "people" in menu_of(world, admin)
    assert "people" not in menu_of(world, wang)
    assert "checkin" in menu_of(world, wang)
    english = {c.command: c.description for c in menus["default", "en"]}
    chinese = {c.command: c.description for c in menus["default", "zh"]}
    assert english["help"] != chinese["help"]


def test_nobody_who_cannot_be_reached_gets_a_menu_until_they_press_start(world: World) -> None:
    wang = world.manager("王芳")
    world.act(lambda people: people.block(wang.telegram_id))
    world.settle()
    assert not any(m.chat_id == wang.telegram_id for m in owed_menus(world))
    world.settle()
    wang.starts()
    assert "checkin" in menu_of(world, wang)


# Status


def test_status_says_in_plain_words_how_the_bot_is(world: World) -> None:
    admin = world.admin()
    admin.says("/status")
    assert "接收消息：最近一次 11/23 周一 10:00" in admin.last.text
    assert "⚠️ 定时任务：还没有过" in admin.last.text
    assert "待回复：0" in admin.last.text
    assert "工作日历公布到 2026-12-31" in admin.last.text
    assert "还没有共享群" in admin.last.text
    world.group(admin, title="培训经理群")
    world.tick()
    admin.says("/status")
    assert "共享群：培训经理群" in admin.last.text
    assert "还没有过" not in admin.last.text
