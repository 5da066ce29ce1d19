"""Updates: offsets, what the bot may see, and delivery twice."""

import asyncio

import pytest

from bot.demo.chats import BotStatus
from bot.demo.params import UploadedFile
from bot.demo.refusal import NotPossibleError
from bot.demo.telegram import BOT, TOKEN
from tests.demo.conftest import Desk


def ids(updates: list[dict[str, object]]) -> list[int]:
    return [int(str(update["update_id"])) for update in updates]


def texts(updates: list[dict[str, object]]) -> list[object]:
    found = []
    for update in updates:
        message = update.get("message") or update.get("edited_message")
        found.append(message.get("text") if isinstance(message, dict) else None)
    return found


def test_updates_stay_until_the_offset_passes_them(desk: Desk, wang: int) -> None:
    for word in ("one", "two", "three"):
        desk.people.say(wang, word)
    first = desk.updates()
    assert texts(first) == ["one", "two", "three"]
    assert texts(desk.updates(limit=1)) == ["one"]
    assert texts(desk.updates(offset=ids(first)[1])) == ["two", "three"]
    assert texts(desk.updates()) == ["two", "three"]
    assert desk.updates(offset=ids(first)[2] + 1) == []
    assert desk.updates() == []
    assert desk.telegram.world.updates.accepted == ids(first)


def test_a_negative_offset_forgets_all_but_the_last(desk: Desk, wang: int) -> None:
    for word in ("one", "two", "three"):
        desk.people.say(wang, word)
    assert texts(desk.updates(offset=-1)) == ["three"]
    assert texts(desk.updates()) == ["three"]


def test_a_message_is_dated_by_the_demo_clock_and_shows_its_command(desk: Desk, wang: int) -> None:
    desk.clock.forward(hours=3)
    desk.people.say(wang, "  /orders 张伟 2 ")
    assert desk.updates()[0]["message"] == {
        "message_id": 1,
        "from": {
            "id": 9001,
            "is_bot": False,
            "first_name": "芳",
            "last_name": "王",
            "username": "wangfang",
            "language_code": "zh-hans",
        },
        "chat": {
            "id": 9001,
            "type": "private",
            "first_name": "芳",
            "last_name": "王",
            "username": "wangfang",
        },
        "date": int(desk.clock.now().timestamp()),
        "text": "/orders 张伟 2",
        "entities": [{"type": "bot_command", "offset": 0, "length": 7}],
    }


def test_only_wanted_kinds_are_queued_from_then_on(desk: Desk, wang: int) -> None:
    desk.updates(allowed_updates=["message"])
    message = desk.people.say(wang, "first")
    desk.people.edit(wang, message.message_id, "second")
    assert texts(desk.updates()) == ["first"]
    desk.updates(allowed_updates=[])
    desk.people.edit(wang, message.message_id, "third")
    assert texts(desk.updates()) == ["first", "third"]


def test_privacy_mode(desk: Desk, wang: int, group: int) -> None:
    question = desk.send(group, "question")
    for text in (
        "gossip",
        "/stats",
        "/stats@training_desk_bot",
        "/stats@other_bot",
        "see /stats",
        "@training_desk_bot",
    ):
        desk.people.say(wang, text, chat_id=group)
    desk.people.say(wang, "an answer", chat_id=group, reply_to=int(str(question["message_id"])))
    updates = desk.updates()
    assert texts(updates) == ["/stats", "/stats@training_desk_bot", "an answer"]
    reply = updates[-1]["message"]
    assert isinstance(reply, dict)
    assert reply["reply_to_message"]["from"]["id"] == BOT.id
    desk.people.set_bot_status(group, BotStatus.ADMINISTRATOR)
    desk.people.say(wang, "gossip", chat_id=group)
    assert texts(desk.updates())[-1] == "gossip"


def test_joining_blocking_and_being_thrown_out_are_reported(desk: Desk, wang: int) -> None:
    group = desk.people.add_group("群", kind="group", members=(wang,)).id
    desk.people.set_bot_status(group, BotStatus.KICKED)
    desk.people.say(wang, "/stats", chat_id=group)
    desk.people.block(wang)
    with pytest.raises(NotPossibleError):
        desk.people.say(wang, "hello?")
    desk.people.start(wang, "inv1te")
    seen = []
    for update in desk.updates():
        kind = next(name for name in update if name != "update_id")
        content = update[kind]
        assert isinstance(content, dict)
        if kind == "my_chat_member":
            seen.append((content["old_chat_member"]["status"], content["new_chat_member"]["status"]))
        else:
            seen.append((kind, content.get("text", "joined")))
    assert seen == [
        ("left", "member"),
        ("message", "joined"),
        ("member", "kicked"),
        ("member", "kicked"),
        ("kicked", "member"),
        ("message", "/start inv1te"),
    ]


def test_a_group_becomes_a_supergroup(desk: Desk, wang: int) -> None:
    old = desk.people.add_group("群", kind="group", members=(wang,), silent=True).id
    new = desk.people.migrate(old).id
    status, body = desk.telegram.call(TOKEN, "sendMessage", {"chat_id": old, "text": "x"})
    assert (status, body["parameters"]) == (400, {"migrate_to_chat_id": new})
    assert body["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert desk.send(new)["message_id"] == 3
    told = [update["message"] for update in desk.updates()]
    assert isinstance(told[0], dict)
    assert isinstance(told[1], dict)
    assert (told[0]["chat"]["id"], told[0]["migrate_to_chat_id"]) == (old, new)
    assert (told[1]["chat"]["id"], told[1]["migrate_from_chat_id"]) == (new, old)


def test_a_forum_has_topics(desk: Desk, wang: int) -> None:
    forum = desk.people.add_group("论坛", kind="forum", members=(wang,), silent=True)
    topic = desk.people.add_topic(forum.id, wang, "日报").thread_id
    desk.people.say(wang, "/link", chat_id=forum.id, thread_id=topic)
    message = desk.updates()[-1]["message"]
    assert isinstance(message, dict)
    assert (message["message_thread_id"], message["is_topic_message"]) == (topic, True)
    assert message["chat"]["is_forum"] is True
    sent = desk.send(forum.id, message_thread_id=topic)
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (topic, True)
    assert "message_thread_id" not in desk.send(forum.id)


def test_a_pressed_button_becomes_a_query(desk: Desk, wang: int, group: int) -> None:
    markup = {"inline_keyboard": [[{"text": "Yes", "callback_data": "form:1:yes"}]]}
    sent = int(str(desk.send(group, reply_markup=markup)["message_id"]))
    query = desk.people.press(wang, sent, "form:1:yes", chat_id=group)
    content = desk.updates()[-1]["callback_query"]
    assert isinstance(content, dict)
    assert (content["id"], content["data"], content["from"]["id"]) == (query.id, "form:1:yes", wang)
    assert content["message"]["reply_markup"] == markup
    with pytest.raises(NotPossibleError):
        desk.people.press(wang, sent, "form:1:no", chat_id=group)
    desk.people.forge_press(wang, sent, "admin:all", chat_id=group)
    forged = desk.updates()[-1]["callback_query"]
    assert isinstance(forged, dict)
    assert forged["data"] == "admin:all"


def test_updates_can_be_delivered_twice(desk: Desk, wang: int) -> None:
    desk.telegram.world.updates.duplicate_next(1)
    desk.people.say(wang, "one")
    desk.people.say(wang, "two")
    first = desk.updates()
    assert texts(desk.updates(offset=ids(first)[-1] + 1)) == ["one"]
    assert desk.updates(offset=ids(first)[-1] + 1) == []


def test_a_long_text_goes_in_pieces_and_a_document_has_its_name(desk: Desk, wang: int) -> None:
    desk.people.say(wang, "a" * 5000)
    assert [len(str(text)) for text in texts(desk.updates())] == [4096, 904]
    desk.people.send_file(wang, UploadedFile("名册.xlsx", b"PK\3\4"), "roster")
    message = desk.updates()[-1]["message"]
    assert isinstance(message, dict)
    assert (message["document"]["file_name"], message["caption"]) == ("名册.xlsx", "roster")


async def test_a_long_poll_ends_when_an_update_comes(desk: Desk, wang: int) -> None:
    poll = asyncio.create_task(desk.telegram.answer(TOKEN, "getUpdates", {"timeout": 20}))
    await asyncio.sleep(0.02)
    assert not poll.done()
    desk.people.say(wang, "now")
    status, body = await asyncio.wait_for(poll, 1)
    assert status == 200
    assert isinstance(body["result"], list)
    assert texts(body["result"]) == ["now"]


async def test_the_second_poller_ends_the_first(desk: Desk, wang: int) -> None:
    first = asyncio.create_task(desk.telegram.answer(TOKEN, "getUpdates", {"timeout": 20}))
    await asyncio.sleep(0.01)
    second = asyncio.create_task(desk.telegram.answer(TOKEN, "getUpdates", {"timeout": 20}))
    status, body = await asyncio.wait_for(first, 1)
    assert status == 409
    assert "terminated by other getUpdates request" in str(body["description"])
    desk.people.say(wang, "now")
    assert (await asyncio.wait_for(second, 1))[0] == 200


def test_no_polling_while_a_webhook_is_set(desk: Desk) -> None:
    desk.call("setWebhook", url="https://example.org/hook")
    assert desk.refusal("getUpdates")[0] == 409
    desk.call("deleteWebhook")
    assert desk.updates() == []
