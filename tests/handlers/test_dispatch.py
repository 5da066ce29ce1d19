"""What Telegram brings besides people's words: its own notices, anonymous admins, topics, commands of other bots."""

import itertools
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from handlers.menus import commands_for
from handlers.translations import LANGUAGES, translator
from handlers.turn import ChatKind
from storage.groups import Group
from storage.outbox import owe
from storage.people import Role
from tests.chat import Phone, World
from tests.seed import put_on_post

_numbers = itertools.count(900_000)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A bot on Monday 2026-11-23 at 10:00."""
    made = World(tmp_path)
    yield made
    made.close()


def telegram_brings(world: World, phone: Phone, chat_id: int, **content: Any) -> None:
    """A message of a kind the stand-in's people do not send, as it comes over the wire."""
    number = next(_numbers)
    message = {
        "message_id": number,
        "date": int(world.clock.now().timestamp()),
        "chat": {"id": chat_id, "type": "private" if chat_id > 0 else "supergroup", "title": "群"},
        "from": {"id": phone.telegram_id, "is_bot": False, "first_name": "x"},
    }
    update = {"update_id": number, "message": message | content}
    world.loop.run_until_complete(world.receiver.take([update]))
    world.settle()


@pytest.mark.parametrize(
    "notice",
    [
        {"pinned_message": {"message_id": 1, "date": 0, "chat": {"id": 5, "type": "private"}}},
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}},
        {"write_access_allowed": {}},
        {"chat_background_set": {"type": {"type": "chat_theme", "theme_name": "x"}}},
    ],
    ids=lambda notice: next(iter(notice)),
)
def test_telegrams_own_notices_are_nobodys_words(world: World, notice: dict[str, Any]) -> None:
    wang = world.manager("王芳")
    wang.says("日报").forgets()
    telegram_brings(world, wang, wang.telegram_id, **notice)
    assert wang.heard == []


def test_a_sticker_is_answered(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("日报").forgets()
    sticker = {"file_id": "a", "file_unique_id": "b", "type": "regular", "width": 1, "height": 1}
    telegram_brings(world, wang, wang.telegram_id, sticker=sticker | {"is_animated": False, "is_video": False})
    assert "请用文字回答" in wang.last.text


def test_the_steps_of_a_live_location_are_no_edits_of_words(world: World) -> None:
    wang = world.manager("王芳")
    chat = {"id": wang.telegram_id, "type": "private", "first_name": "x"}
    sender = {"id": wang.telegram_id, "is_bot": False, "first_name": "x"}
    now = int(world.clock.now().timestamp())
    step = {"message_id": 7, "date": now, "edit_date": now + 1, "chat": chat, "from": sender}
    contents: list[dict[str, Any]] = [{"location": {"latitude": 30.2, "longitude": 120.1}}, {"text": "日报"}]
    for number, content in enumerate(contents):
        update = {"update_id": 800_000 + number, "edited_message": step | content}
        world.loop.run_until_complete(world.receiver.take([update]))
    world.settle()
    assert len(wang.heard) == 1
    assert "看不到已发消息的修改" in wang.last.text


def test_what_is_asked_with_a_button_in_a_topic_is_answered_there(world: World) -> None:
    wang = world.manager("王芳", "杭州甲")
    for name in ("10月一期", "11月一期"):
        put_on_post(world, "杭州甲", name, [f"{name}张伟"], date(2026, 10, 12))
    chat = world.act(lambda people: people.add_group("论坛群", "forum", members=(wang.telegram_id,)))
    topic = world.act(lambda people: people.add_topic(chat.id, wang.telegram_id, "数据"))
    world.act(lambda people: people.say(wang.telegram_id, "/cohort", chat.id, thread_id=topic.thread_id))
    world.settle()
    Phone(world, wang.telegram_id, chat.id).taps("11月一期")
    card = world.heard_in(chat.id)[-1]
    assert "11月一期" in card.text
    assert card.message.thread_id == topic.thread_id


def test_an_anonymous_admin_is_told_why_the_group_cannot_be_linked(world: World) -> None:
    admin = world.admin()
    chat = world.act(lambda people: people.add_group("培训经理群", members=(admin.telegram_id,)))
    world.settle()
    as_group = {
        "from": {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"},
        "sender_chat": {"id": chat.id, "type": "supergroup", "title": "培训经理群"},
    }
    telegram_brings(world, admin, chat.id, text="/stats", **as_group)
    assert world.heard_in(chat.id) == [], "figures are for people who are known"
    telegram_brings(world, admin, chat.id, text="/link", **as_group)
    assert "匿名" in world.heard_in(chat.id)[-1].text
    assert world.all_of(Group) == []


def test_slash_cancel_back_and_skip_are_moves_in_a_form(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("请假").says("11/25")
    wang.says("/skip")
    assert "确认" in wang.last.buttons[0]
    wang.says("/back")
    assert "确认" not in wang.last.text
    wang.says("/cancel")
    assert "放弃" in wang.last.text
    wang.says("/nonsense")
    assert "没有这个命令" in wang.last.text


def test_an_answer_that_is_too_long_for_telegram_is_cut_and_not_swallowed(world: World) -> None:
    wang = world.manager("王芳", "杭州甲")
    told = {"method": "sendMessage", "params": {"chat_id": wang.chat_id, "text": "界" * 5000, "parse_mode": "HTML"}}
    with world.database.transaction() as session:
        owe(session, wang.chat_id, "call", told, world.clock.now())
    world.settle()
    assert wang.last.text == "界" * 4095 + "…"


def test_at_the_card_the_word_of_its_own_button_is_named(world: World) -> None:
    admin = world.admin()
    admin.says("/invite 杭州甲 2 7").says("？？")
    assert "请点「生成链接」" in admin.last.text


def test_every_description_of_a_command_is_long_enough_for_any_bot_api_server() -> None:
    """Older ones take from 3 characters on, and refuse the whole menu over one that is shorter."""
    for language in LANGUAGES:
        t = translator(language)
        for chat in ChatKind:
            for command in commands_for(Role.admin, chat):
                assert 3 <= len(t.plain(command.help)) <= 256, command.name
