"""Groups that migrate, lose the bot or get it back; people who block and unblock; said to admins once."""

from bot.demo.chats import BotStatus
from bot.demo.faults import Fault, FaultKind
from storage.groups import Group, shared_group
from storage.outbox import OutboxMessage, OutboxState, say
from storage.people import Role
from tests.chat import World


def owe(world: World, chat_id: int, text: str) -> None:
    """Put a message into the outbox that is not sent yet."""
    with world.database.transaction() as session:
        say(
            session, chat_id, "sendMessage", {"chat_id": chat_id, "text": text, "parse_mode": "HTML"}, world.clock.now()
        )


def shared(world: World) -> int | None:
    """The chat id of the shared group."""
    with world.session() as session:
        group = shared_group(session)
        return group.chat_id if group is not None else None


def basic_group(world: World, *members: int) -> int:
    """A basic group that is the shared one."""
    chat = world.act(lambda people: people.add_group("培训经理群", kind="group", members=members))
    world.settle()
    with world.database.transaction() as session:
        session.add(Group(chat_id=chat.id, title="培训经理群", language="zh", linked_at=world.clock.now()))
    return chat.id


def set_status(world: World, group: int, status: BotStatus) -> None:
    """Somebody takes the bot in, promotes it, or throws it out; the bot hears of it."""
    world.act(lambda people: people.set_bot_status(group, status))
    world.settle()


def test_what_is_owed_to_a_group_goes_to_the_supergroup_it_becomes(world: World) -> None:
    admin = world.admin()
    old = basic_group(world, admin.telegram_id)
    owe(world, old, "第一条")
    owe(world, old, "第二条")
    new = world.act(lambda people: people.migrate(old)).id
    world.settle()

    assert [said.text for said in world.heard_in(new)] == ["第一条", "第二条"]
    assert shared(world) == new
    assert {message.state for message in world.all_of(OutboxMessage)} == {OutboxState.sent}


def test_a_migration_the_bot_only_learns_of_by_being_refused(world: World) -> None:
    admin = world.admin()
    old = basic_group(world, admin.telegram_id)
    new = world.act(lambda people: people.migrate(old)).id
    world.stand_in.world.updates.drop_pending()
    owe(world, old, "第一条")
    owe(world, old, "第二条")
    world.settle()

    assert [said.text for said in world.heard_in(new)] == ["第一条", "第二条"]
    assert shared(world) == new
    refused = [call for call in world.stand_in.journal.calls("sendMessage", ok=False) if call.status == 400]
    assert len(refused) == 1, "one refusal is enough to learn the new id"


def test_a_group_that_loses_the_bot_and_gets_it_back(world: World) -> None:
    admin, other, wang = world.admin(), world.admin("二号管理员"), world.manager("王芳")
    group = world.group(admin, other, wang)
    set_status(world, group, BotStatus.KICKED)

    assert shared(world) is None
    assert [("培训经理群" in phone.texts) for phone in (admin, other, wang)] == [True, True, False]
    assert len(admin.heard) == 1

    set_status(world, group, BotStatus.MEMBER)
    assert shared(world) == group
    assert len(admin.heard) == 2


def test_a_refusal_by_the_group_and_the_news_of_it_are_told_once(world: World) -> None:
    admin = world.admin()
    group = world.group(admin)
    world.act(lambda people: people.set_bot_status(group, BotStatus.KICKED))
    owe(world, group, "看板")
    # The refusal comes before the update.
    world.loop.run_until_complete(world.sender.drain())
    world.settle()

    assert shared(world) is None
    assert len(admin.heard) == 1


def test_a_group_that_was_unlinked_does_not_come_back_by_itself(world: World) -> None:
    admin = world.admin()
    group = world.group(admin)
    world.group_phone(admin, group).says("/unlink")
    for status in (BotStatus.ADMINISTRATOR, BotStatus.KICKED, BotStatus.MEMBER):
        set_status(world, group, status)

    assert shared(world) is None
    assert admin.heard == []


def test_a_group_that_comes_back_does_not_push_the_new_one_aside(world: World) -> None:
    admin = world.admin()
    old = world.group(admin)
    set_status(world, old, BotStatus.KICKED)
    new = world.group(admin, linked=False, title="新群")
    world.group_phone(admin, new).says("/link")
    set_status(world, old, BotStatus.MEMBER)

    assert shared(world) == new


def test_a_group_that_lets_the_bot_say_nothing_is_a_group_lost(world: World) -> None:
    admin = world.admin()
    group = world.group(admin)
    words = "not enough rights to send text messages to the chat"
    world.stand_in.faults.add(Fault(FaultKind.SERVER_ERROR, chat_id=group, status=400, description=words))
    owe(world, group, "看板")
    world.settle()

    assert shared(world) is None
    assert "已不在群" in admin.texts
    assert len(admin.heard) == 1


def test_what_was_meant_for_a_topic_that_is_gone_goes_to_the_group_itself(world: World) -> None:
    admin = world.admin()
    world.manager("王芳")
    group = world.group(admin)
    with world.database.transaction() as session:
        session.get_one(Group, group).thread_id = 77
    world.tick()
    world.clock.to("2026-11-24 08:05")
    world.tick()

    (board,) = world.heard_in(group)
    assert "王芳" in board.text
    assert sum("话题已不在" in said.text for said in admin.heard) == 1


def test_a_person_who_blocks_and_unblocks(world: World) -> None:
    wang = world.person("王芳", Role.viewer)
    wang.says("/me")
    world.act(lambda people: people.block(wang.telegram_id))
    world.settle()
    assert not world.stored(wang).reachable

    world.act(lambda people: people.unblock(wang.telegram_id))
    world.settle()
    assert world.stored(wang).reachable


def test_a_block_the_bot_only_learns_of_by_being_refused(world: World) -> None:
    wang = world.person("王芳", Role.viewer)
    world.act(lambda people: people.block(wang.telegram_id))
    world.stand_in.world.updates.drop_pending()
    owe(world, wang.telegram_id, "提醒")
    world.settle()
    assert not world.stored(wang).reachable
    assert [m.state for m in world.all_of(OutboxMessage)] == [OutboxState.failed]

    wang.starts()
    assert world.stored(wang).reachable
