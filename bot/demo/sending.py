"""The methods that send: sendMessage, sendPhoto, sendDocument, sendChatAction."""

from bot.demo.chats import Chat, Document, Photo
from bot.demo.entities import Formatted
from bot.demo.limits import read_caption, read_reply_markup, read_text
from bot.demo.params import Params, UploadedFile
from bot.demo.refusal import JsonObject, bad_request
from bot.demo.targets import reply_named, thread_named, writable_chat
from bot.demo.world import World

_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}


def send_message(world: World, params: Params) -> JsonObject:
    """sendMessage"""
    if params.array("entities"):
        raise bad_request("explicit entities are not understood here, use parse_mode HTML")
    chat = writable_chat(world, params)
    content = read_text(params.text("text"), params.text("parse_mode"))
    return _send(world, params, chat, content, None)


def send_photo(world: World, params: Params) -> JsonObject:
    """sendPhoto"""
    chat = writable_chat(world, params)
    caption = read_caption(params.text("caption"), params.text("parse_mode"))
    return _send(world, params, chat, caption, photo_given(world, params, "photo"))


def send_document(world: World, params: Params) -> JsonObject:
    """sendDocument"""
    chat = writable_chat(world, params)
    caption = read_caption(params.text("caption"), params.text("parse_mode"))
    return _send(world, params, chat, caption, document_given(world, params, "document"))


def send_chat_action(world: World, params: Params) -> bool:
    """sendChatAction"""
    chat = writable_chat(world, params)
    action = params.text("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.events.publish("typing", {"chat_id": chat.id, "action": action})
    return True


def photo_given(world: World, params: Params, name: str, value: str | None = None) -> Photo:
    """The picture a call sends: uploaded with it, or by file id."""
    upload, file_id = _file_given(params, name, value)
    if upload is not None:
        return Photo(world.files.keep_photo(upload))
    for chat in world.chats.values():
        for message in chat.messages.values():
            if isinstance(message.media, Photo) and any(size[0] == file_id for size in message.media.sizes):
                return message.media
    raise bad_request("wrong file identifier/HTTP URL specified")


def document_given(world: World, params: Params, name: str, value: str | None = None) -> Document:
    """The file a call sends: uploaded with it, or by file id."""
    upload, file_id = _file_given(params, name, value)
    stored = world.files.keep_document(upload) if upload is not None else world.files.get(file_id)
    return Document(stored.file_id)


def _file_given(params: Params, name: str, value: str | None) -> tuple[UploadedFile | None, str]:
    if value is None and name in params.files:
        return params.files[name], ""
    named = value if value is not None else params.text(name)
    if not named:
        raise bad_request(f"there is no {name} in the request")
    if named.startswith("attach://"):
        attached = params.files.get(named.removeprefix("attach://"))
        if attached is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return attached, ""
    if "://" in named:
        raise bad_request("failed to get HTTP URL content")
    return None, named


def _send(world: World, params: Params, chat: Chat, content: Formatted, media: Photo | Document | None) -> JsonObject:
    reply_markup = read_reply_markup(params.mapping("reply_markup"))
    message = world.post(
        chat,
        world.bot,
        content=content,
        media=media,
        reply_markup=reply_markup,
        reply_to=reply_named(chat, params),
        thread_id=thread_named(chat, params),
    )
    return world.message_json(message)
