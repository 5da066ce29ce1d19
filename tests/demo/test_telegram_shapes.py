"""The stand-in's answers and updates, read by aiogram's strict models: a second client, over HTTP."""

import io
from collections.abc import AsyncIterator

import aiogram
import aiogram.exceptions
import pytest
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BufferedInputFile,
    ChatMemberAdministrator,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    MenuButtonCommands,
    Message,
    ReplyParameters,
    Update,
)
from PIL import Image

from bot.demo.account import menu_for
from bot.demo.chats import BotStatus
from bot.demo.faults import Fault, FaultKind
from bot.demo.telegram import BOT, TOKEN
from tests.demo.conftest import Desk

KEYBOARD = InlineKeyboardMarkup(
    inline_keyboard=[
        [
            InlineKeyboardButton(text="好", callback_data="ok"),
            InlineKeyboardButton(text="?", url="https://t.me/x"),
        ]
    ]
)


def picture(width: int = 640, height: int = 400, kind: str = "PNG") -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (width, height), "steelblue").save(content, kind)
    return content.getvalue()


@pytest.fixture
async def client(address: str) -> AsyncIterator[aiogram.Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(address))
    async with aiogram.Bot(TOKEN, session=session) as bot:
        yield bot


def all_known(model: object) -> None:
    """Nothing in an answer that the Bot API does not know."""
    if isinstance(model, list):
        for part in model:
            all_known(part)
    elif isinstance(model, aiogram.types.TelegramObject):
        # aiogram keeps unknown fields aside; basic groups carry one that its models left out.
        assert set(model.model_extra or {}) <= {"all_members_are_administrators"}, model
        for name in type(model).model_fields:
            all_known(getattr(model, name))


async def test_who_the_bot_is(client: aiogram.Bot) -> None:
    me = await client.get_me()
    all_known(me)
    assert (me.id, me.username, me.is_bot, me.can_read_all_group_messages) == (
        BOT.id,
        BOT.username,
        True,
        False,
    )


async def test_messages_with_formatting_buttons_and_replies(client: aiogram.Bot, desk: Desk, wang: int) -> None:
    first = desk.people.say(wang, "日报")
    sent = await client.send_message(
        wang,
        "Order rate <b>12/18 = 66.6%</b>, "
        '<a href="tg://user?id=9001">王芳</a> <pre><code class="language-c">x</code></pre>',
        parse_mode="HTML",
        reply_markup=KEYBOARD,
        reply_parameters=ReplyParameters(message_id=first.message_id),
    )
    all_known(sent)
    assert sent.text is not None
    assert [entity.type for entity in sent.entities or []] == ["bold", "text_mention", "pre"]
    assert (sent.entities or [])[0].extract_from(sent.text) == "12/18 = 66.6%"
    assert sent.html_text.startswith("Order rate <b>12/18 = 66.6%</b>")
    assert sent.reply_markup is not None
    assert sent.reply_markup.model_dump(exclude_none=True) == KEYBOARD.model_dump(exclude_none=True)
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "日报"
    edited = await client.edit_message_text("now", chat_id=wang, message_id=sent.message_id)
    assert isinstance(edited, Message)
    assert edited.edit_date is not None
    assert edited.reply_markup is None
    marked = await client.edit_message_reply_markup(chat_id=wang, message_id=sent.message_id, reply_markup=KEYBOARD)
    assert isinstance(marked, Message)
    all_known(marked)
    assert await client.send_chat_action(wang, "typing")
    assert await client.pin_chat_message(wang, sent.message_id)
    pinned = (await client.get_chat(wang)).pinned_message
    assert pinned is not None
    assert pinned.message_id == sent.message_id
    assert await client.unpin_chat_message(wang)
    assert await client.delete_message(wang, sent.message_id)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
async def test_a_picture_travels_there_and_back(client: aiogram.Bot, wang: int, kind: str) -> None:
    content = picture(kind=kind)
    sent = await client.send_photo(
        wang, BufferedInputFile(content, "card.png"), caption="<i>最终</i>", parse_mode="HTML"
    )
    all_known(sent)
    assert sent.photo is not None
    assert (sent.photo[-1].width, sent.photo[-1].height) == (640, 400)
    assert (sent.photo[0].width, sent.photo[0].height) == (320, 200)
    assert sent.caption == "最终"
    assert (sent.caption_entities or [])[0].type == "italic"
    fetched = await client.download(sent.photo[-1].file_id)
    assert fetched is not None
    assert fetched.read() == content
    again = await client.send_photo(wang, sent.photo[-1].file_id)
    assert again.photo == sent.photo
    changed = await client.edit_message_media(
        InputMediaPhoto(media=BufferedInputFile(picture(100, 100), "b.png"), caption="new"),
        chat_id=wang,
        message_id=sent.message_id,
    )
    assert isinstance(changed, Message)
    assert changed.photo is not None
    assert (changed.photo[-1].width, changed.caption) == (100, "new")
    captioned = await client.edit_message_caption(chat_id=wang, message_id=sent.message_id, caption="newer")
    assert isinstance(captioned, Message)
    assert captioned.caption == "newer"


async def test_files_that_are_no_pictures(client: aiogram.Bot, wang: int) -> None:
    for content, why in (
        (b"not a picture", "IMAGE_PROCESS_FAILED"),
        (picture(2100, 100), "PHOTO_INVALID_DIMENSIONS"),
        (b"", "there is no photo in the request|file must be non-empty"),
    ):
        with pytest.raises(aiogram.exceptions.TelegramBadRequest, match=why):
            await client.send_photo(wang, BufferedInputFile(content, "x.png"))


async def test_a_document_travels_byte_for_byte(client: aiogram.Bot, wang: int) -> None:
    content = bytes(range(256)) * 50 + b"\r\n--boundary\r\n\n\r"
    sent = await client.send_document(wang, BufferedInputFile(content, "出单率 11月.xlsx"), reply_markup=KEYBOARD)
    all_known(sent)
    assert sent.document is not None
    assert (sent.document.file_name, sent.document.file_size) == ("出单率 11月.xlsx", len(content))
    fetched = await client.download(sent.document)
    assert fetched is not None
    assert fetched.read() == content


async def test_every_kind_of_update(client: aiogram.Bot, desk: Desk, wang: int) -> None:
    people = desk.people
    people.add("敏", person_id=9002, language_code="en")
    people.start(9002, "join_a1")
    question = people.say(wang, "/report@training_desk_bot 2026-11 https://example.com")
    people.edit(wang, question.message_id, "/report")
    sent = await client.send_message(wang, "choose", reply_markup=KEYBOARD)
    people.press(wang, sent.message_id, "ok")
    group = people.add_group("群", kind="group", members=(wang,)).id
    people.join(9002, group)
    people.leave(9002, group)
    people.migrate(group)
    forum = people.add_group("论坛", kind="forum", members=(wang,), administrators=(9002,), bot=BotStatus.ADMINISTRATOR)
    topic = people.add_topic(forum.id, wang, "日报")
    people.say(wang, "/link", chat_id=forum.id, thread_id=topic.thread_id)
    people.block(wang)
    updates = await client.get_updates()
    for update in updates:
        assert isinstance(update, Update)
        all_known(update)
    kinds = [update.event_type for update in updates]
    assert sorted(set(kinds)) == ["callback_query", "edited_message", "message", "my_chat_member"]
    assert len(updates) == 15
    query = next(update.callback_query for update in updates if update.callback_query)
    assert isinstance(query.message, Message)
    assert query.message.message_id == sent.message_id
    assert await client.answer_callback_query(query.id, text="好", show_alert=True)


async def test_menus_by_scope_and_language(client: aiogram.Bot, desk: Desk, wang: int, group: int) -> None:
    def menu(chat_id: int) -> list[str]:
        return [command.command for command in menu_for(desk.telegram.world, desk.telegram.world.chats[chat_id], wang)]

    await client.set_my_commands([BotCommand(command="help", description="Help")])
    await client.set_my_commands(
        [BotCommand(command="due", description="我还欠什么")],
        scope=BotCommandScopeAllPrivateChats(),
        language_code="zh",
    )
    assert (menu(wang), menu(group)) == (["due"], ["help"])
    await client.set_my_commands(
        [BotCommand(command="people", description="People")], scope=BotCommandScopeChat(chat_id=wang)
    )
    assert menu(wang) == ["people"]
    stored = await client.get_my_commands(scope=BotCommandScopeChat(chat_id=wang))
    assert [(command.command, command.description) for command in stored] == [("people", "People")]
    await client.delete_my_commands(scope=BotCommandScopeChat(chat_id=wang))
    assert menu(wang) == ["due"]
    assert await client.set_my_description("A desk", language_code="en")
    assert (await client.get_my_description(language_code="en")).description == "A desk"
    assert await client.set_my_short_description("desk")
    assert (await client.get_my_short_description()).short_description == "desk"
    assert await client.set_chat_menu_button(wang, MenuButtonCommands())
    assert (await client.get_chat_menu_button(wang)).type == "commands"


async def test_chats_and_members(client: aiogram.Bot, desk: Desk, wang: int) -> None:
    chat = desk.people.add_group(
        "群",
        members=(wang,),
        administrators=(desk.people.add("静").id,),
        bot=BotStatus.ADMINISTRATOR,
        silent=True,
    )
    shown = await client.get_chat(chat.id)
    all_known(shown)
    assert (shown.type, shown.title) == ("supergroup", "群")
    administrators = await client.get_chat_administrators(chat.id)
    all_known(administrators)
    assert [member.status for member in administrators] == ["creator", "administrator"]
    assert isinstance(await client.get_chat_member(chat.id, BOT.id), ChatMemberAdministrator)
    assert (await client.get_chat_member(chat.id, wang)).status == "member"
    assert (await client.get_chat_member(chat.id, desk.people.add("外").id)).status == "left"
    assert await client.get_chat_member_count(chat.id) == 3
    assert await client.leave_chat(chat.id)
    with pytest.raises(aiogram.exceptions.TelegramForbiddenError, match="bot is not a member"):
        await client.get_chat(chat.id)
    private = await client.get_chat(wang)
    all_known(private)
    assert private.first_name == "芳"


async def test_errors_reach_a_client_as_what_they_are(client: aiogram.Bot, desk: Desk, wang: int) -> None:
    order = desk.telegram.faults.add
    with pytest.raises(aiogram.exceptions.TelegramBadRequest, match="can't parse entities"):
        await client.send_message(wang, "<img>", parse_mode="HTML")
    order(Fault(FaultKind.RATE_LIMIT, calls=1, retry_after=9))
    with pytest.raises(aiogram.exceptions.TelegramRetryAfter) as slow:
        await client.send_message(wang, "x")
    assert slow.value.retry_after == 9
    order(Fault(FaultKind.FORBIDDEN, calls=1))
    with pytest.raises(aiogram.exceptions.TelegramForbiddenError):
        await client.send_message(wang, "x")
    order(Fault(FaultKind.SERVER_ERROR, calls=1))
    with pytest.raises(aiogram.exceptions.TelegramServerError):
        await client.send_message(wang, "x")
    order(Fault(FaultKind.DROP_AFTER, calls=1))
    with pytest.raises(aiogram.exceptions.TelegramNetworkError):
        await client.send_message(wang, "x")
    group = desk.people.add_group("群", kind="group", members=(wang,), silent=True).id
    new = desk.people.migrate(group).id
    with pytest.raises(aiogram.exceptions.TelegramMigrateToChat) as moved:
        await client.send_message(group, "x")
    assert moved.value.migrate_to_chat_id == new
    await client.set_webhook("https://example.org/hook")
    with pytest.raises(aiogram.exceptions.TelegramConflictError):
        await client.get_updates()
    info = await client.get_webhook_info()
    all_known(info)
    assert info.url == "https://example.org/hook"
