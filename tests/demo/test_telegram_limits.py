"""Telegram's limits and refusals, through the calls a bot makes."""

import pytest

from bot.demo.chats import BotStatus
from bot.demo.telegram import TOKEN
from tests.demo.conftest import Desk


def keyboard(*rows: list[dict[str, object]]) -> dict[str, object]:
    return {"inline_keyboard": list(rows)}


def button(data: str, text: str = "x") -> dict[str, object]:
    return {"text": text, "callback_data": data}


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "message text is empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "message text is empty"),
        ({"text": "a" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "x", "parse_mode": "Wiki"}, "unsupported parse_mode"),
        ({"text": "x", "reply_markup": keyboard([button("出" * 22)])}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard([button("")])}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard([button("d")] * 9)}, "REPLY_MARKUP_TOO_LONG"),
        ({"text": "x", "reply_markup": keyboard(*[[button("d")] * 8] * 13)}, "REPLY_MARKUP_TOO_LONG"),
        ({"text": "x", "reply_markup": keyboard([button("d", " ")])}, "BUTTON_TEXT_INVALID"),
        (
            {"text": "x", "reply_markup": keyboard([{"text": "a"}])},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "x", "reply_markup": keyboard([{"text": "a", "url": "not a link"}])},
            "inline keyboard button URL 'not a link' is invalid: Wrong HTTP URL",
        ),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply_markup JSON object"),
        ({"text": "x", "reply_parameters": {"message_id": 77}}, "message to be replied not found"),
        ({"text": "x", "message_thread_id": 5}, "message thread not found"),
    ],
)
def test_a_message_that_is_refused(desk: Desk, wang: int, params: dict[str, object], why: str) -> None:
    assert desk.refusal("sendMessage", chat_id=wang, **params) == (400, f"Bad Request: {why}")
    assert desk.people.messages(wang) == []


@pytest.mark.parametrize(
    "params",
    [
        {"text": "a" * 4096},
        {"text": "😀" * 2048},
        {"text": "<b>" + "a" * 4096 + "</b>", "parse_mode": "HTML"},
        {"text": "x", "reply_markup": keyboard([button("出" * 21 + "a")])},
        {"text": "x", "reply_markup": keyboard(*[[button("d")] * 8] * 12, [button("d")] * 4)},
        {"text": "x", "reply_parameters": {"message_id": 77, "allow_sending_without_reply": True}},
    ],
)
def test_a_message_that_just_fits(desk: Desk, wang: int, params: dict[str, object]) -> None:
    assert desk.call("sendMessage", chat_id=wang, **params)


def test_who_cannot_be_written_to(desk: Desk, wang: int, group: int) -> None:
    stranger = desk.people.add("Nobody").id
    assert desk.refusal("sendMessage", chat_id=123, text="x") == (400, "Bad Request: chat not found")
    assert desk.refusal("sendMessage", text="x") == (400, "Bad Request: chat_id is empty")
    assert desk.refusal("sendMessage", chat_id=stranger, text="x") == (
        403,
        "Forbidden: bot can't initiate conversation with a user",
    )
    desk.people.block(wang)
    assert desk.refusal("sendMessage", chat_id=wang, text="x") == (
        403,
        "Forbidden: bot was blocked by the user",
    )
    desk.people.start(wang)
    assert desk.send(wang)["text"] == "hello"
    desk.people.set_bot_status(group, BotStatus.KICKED)
    assert desk.refusal("sendMessage", chat_id=group, text="x") == (
        403,
        "Forbidden: bot was kicked from the supergroup chat",
    )


def test_token_and_method_are_checked(desk: Desk) -> None:
    status, body = desk.telegram.call("1:wrong", "getMe")
    assert (status, body) == (401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
    assert desk.refusal("dance")[0] == 404
    assert desk.telegram.call(TOKEN, "GETME")[0] == 200


def test_edits_that_are_refused(desk: Desk, wang: int) -> None:
    sent = desk.send(wang, "<b>same</b>", parse_mode="HTML", reply_markup=keyboard([button("a")]))
    message = {"chat_id": wang, "message_id": sent["message_id"]}
    again = {"text": "<b>same</b>", "parse_mode": "HTML", "reply_markup": keyboard([button("a")])}
    status, why = desk.refusal("editMessageText", **message, **again)
    assert (status, why.partition(":")[2][:25]) == (400, " message is not modified:")
    assert desk.refusal("editMessageText", chat_id=wang, message_id=99, text="x")[1] == (
        "Bad Request: message to edit not found"
    )
    assert "no caption" in desk.refusal("editMessageCaption", **message, caption="x")[1]
    own = desk.people.say(wang, "mine")
    assert desk.refusal("editMessageText", chat_id=wang, message_id=own.message_id, text="x")[1] == (
        "Bad Request: message can't be edited"
    )
    # Without a keyboard in the call the keyboard goes.
    edited = desk.call("editMessageText", **message, text="same")
    assert isinstance(edited, dict)
    assert "reply_markup" not in edited
    assert edited["edit_date"] == edited["date"]


def test_a_button_is_answered_once_and_in_time(desk: Desk, wang: int) -> None:
    sent = int(str(desk.send(wang, reply_markup=keyboard([button("go", "Go")]))["message_id"]))
    query = desk.people.press(wang, sent, "go")
    assert desk.refusal("answerCallbackQuery", callback_query_id=query.id, text="好" * 201) == (
        400,
        "Bad Request: MESSAGE_TOO_LONG",
    )
    desk.call("answerCallbackQuery", callback_query_id=query.id, text="好" * 200, show_alert=True)
    assert (query.text, query.show_alert) == ("好" * 200, True)
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert desk.refusal("answerCallbackQuery", callback_query_id=query.id)[1] == too_old
    late = desk.people.press(wang, sent, text="Go")
    desk.clock.forward(minutes=92)
    assert desk.refusal("answerCallbackQuery", callback_query_id=late.id)[1] == too_old


@pytest.mark.parametrize(
    ("name", "description", "why"),
    [
        ("Start", "x", "BOT_COMMAND_INVALID"),
        ("日报", "x", "BOT_COMMAND_INVALID"),
        ("a" * 33, "x", "BOT_COMMAND_INVALID"),
        ("start", "", "BOT_COMMAND_DESCRIPTION_INVALID"),
        ("start", "x" * 257, "BOT_COMMAND_DESCRIPTION_INVALID"),
    ],
)
def test_commands_that_are_refused(desk: Desk, name: str, description: str, why: str) -> None:
    listed = [{"command": name, "description": description}]
    assert desk.refusal("setMyCommands", commands=listed) == (400, f"Bad Request: {why}")


def test_too_fast_is_counted_and_refused_when_enforced(desk: Desk, wang: int, group: int) -> None:
    for _ in range(5):
        desk.send(wang)
    assert desk.telegram.pacing.violations == 1
    desk.telegram.pacing.enforced = True
    status, body = desk.telegram.call(TOKEN, "sendMessage", {"chat_id": wang, "text": "x"})
    assert (status, body["parameters"]) == (429, {"retry_after": 4})
    desk.seconds += 4
    desk.send(wang)
    for _ in range(20):
        desk.send(group)
    assert desk.refusal("sendMessage", chat_id=group, text="x") == (429, "Too Many Requests: retry after 60")
    desk.seconds += 60
    people = [desk.people.add(str(number)).id for number in range(31)]
    for number in people:
        desk.people.open(number)
    for number in people[:30]:
        desk.send(number)
    assert desk.refusal("sendMessage", chat_id=people[30], text="x")[0] == 429
