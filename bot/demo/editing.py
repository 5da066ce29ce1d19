"""The methods that change what was sent: edits, deletion, pins, and the answer to a pressed button."""

from datetime import timedelta

from bot.demo.chats import BotStatus, Document, Message, Photo
from bot.demo.entities import Formatted
from bot.demo.limits import read_callback_answer, read_caption, read_reply_markup, read_text
from bot.demo.params import Params
from bot.demo.refusal import JsonObject, bad_request
from bot.demo.sending import document_given, photo_given
from bot.demo.targets import own_message, writable_chat
from bot.demo.world import World

CALLBACK_LIFETIME = timedelta(seconds=60)
_DELETABLE = timedelta(hours=48)


def edit_message_text(world: World, params: Params) -> JsonObject:
    """editMessageText"""
    message = own_message(world, params, "edit")
    content = read_text(params.text("text"), params.text("parse_mode"))
    if message.media is not None:
        raise bad_request("there is no text in the message to edit")
    return _edit(world, params, message, content, None)


def edit_message_caption(world: World, params: Params) -> JsonObject:
    """editMessageCaption"""
    message = own_message(world, params, "edit")
    if message.media is None:
        raise bad_request("there is no caption in the message to edit")
    content = read_caption(params.text("caption"), params.text("parse_mode"))
    return _edit(world, params, message, content, message.media)


def edit_message_media(world: World, params: Params) -> JsonObject:
    """editMessageMedia"""
    message = own_message(world, params, "edit")
    given = params.mapping("media")
    if given is None:
        raise bad_request("input media is not specified")
    name, mode = str(given.get("media", "")), given.get("parse_mode")
    media: Photo | Document
    if given.get("type") == "photo":
        media = photo_given(world, params, "media", name)
    elif given.get("type") == "document":
        media = document_given(world, params, "media", name)
    else:
        raise bad_request("can't parse InputMedia: unsupported media type specified")
    content = read_caption(str(given.get("caption") or ""), str(mode) if mode else None)
    return _edit(world, params, message, content, media)


def edit_message_reply_markup(world: World, params: Params) -> JsonObject:
    """editMessageReplyMarkup"""
    message = own_message(world, params, "edit")
    return _edit(world, params, message, message.content, message.media, visibly=False)


def delete_message(world: World, params: Params) -> bool:
    """deleteMessage"""
    chat = writable_chat(world, params)
    message = chat.messages.get(params.required_integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    if world.clock.now() - message.date > _DELETABLE:
        raise bad_request("message can't be deleted for everyone")
    own = message.sender is world.bot
    if not own and not chat.is_private and chat.bot_status is not BotStatus.ADMINISTRATOR:
        raise bad_request("message can't be deleted")
    world.delete(message)
    return True


def pin_chat_message(world: World, params: Params) -> bool:
    """pinChatMessage"""
    chat = writable_chat(world, params)
    _check_pinning(chat.is_private, chat.bot_status)
    message = chat.messages.get(params.required_integer("message_id"))
    if message is None:
        raise bad_request("message to pin not found")
    if message.message_id not in chat.pinned:
        chat.pinned.append(message.message_id)
        pinned = world.message_json(message, with_reply=False)
        world.events.publish("pin", {"chat_id": chat.id, "pinned": list(chat.pinned)})
        world.post(chat, world.bot, service={"pinned_message": pinned}, thread_id=message.thread_id)
    return True


def unpin_chat_message(world: World, params: Params) -> bool:
    """unpinChatMessage"""
    chat = writable_chat(world, params)
    _check_pinning(chat.is_private, chat.bot_status)
    message_id = params.integer("message_id")
    if message_id is None and chat.pinned:
        message_id = chat.pinned[-1]
    if message_id not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(message_id)
    world.events.publish("pin", {"chat_id": chat.id, "pinned": list(chat.pinned)})
    return True


def answer_callback_query(world: World, params: Params) -> bool:
    """answerCallbackQuery"""
    query = world.queries.get(params.text("callback_query_id") or "")
    if query is None or query.answered or world.clock.now() - query.at > CALLBACK_LIFETIME:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    query.text = read_callback_answer(params.text("text"))
    query.show_alert = params.flag("show_alert")
    query.url = params.text("url")
    query.answered = True
    world.answered.ring()
    world.events.publish("answer", query.as_json())
    return True


def _check_pinning(private: bool, status: BotStatus) -> None:
    if not private and status is not BotStatus.ADMINISTRATOR:
        raise bad_request("not enough rights to manage pinned messages in the chat")


def _edit(
    world: World,
    params: Params,
    message: Message,
    content: Formatted | None,
    media: Photo | Document | None,
    visibly: bool = True,
) -> JsonObject:
    reply_markup = read_reply_markup(params.mapping("reply_markup"))
    if (content, media, reply_markup) == (message.content, message.media, message.reply_markup):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message"
        )
    world.edit(message, content, media, reply_markup, visibly=visibly)
    return world.message_json(message)
