"""Where a call goes: the chat, the topic and the message it names, and whether the bot may write there."""

from bot.demo.chats import BotStatus, Chat, ChatKind, Message
from bot.demo.params import Params
from bot.demo.refusal import RefusedError, bad_request, forbidden
from bot.demo.world import World


def chat_named(world: World, params: Params, name: str = "chat_id") -> Chat:
    """The chat a call names by id or @username; RefusedError when unknown or migrated."""
    named = params.text(name)
    if not named:
        raise bad_request("chat_id is empty")
    chat: Chat | None = None
    if named.startswith("@"):
        wanted = named[1:].lower()
        chat = next(
            (c for c in world.chats.values() if c.person and (c.person.username or "").lower() == wanted),
            None,
        )
    else:
        try:
            chat = world.chats.get(int(named))
        except ValueError:
            chat = None
    if chat is None:
        raise bad_request("chat not found")
    if chat.migrated_to is not None:
        raise RefusedError(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            {"migrate_to_chat_id": chat.migrated_to},
        )
    return chat


def writable_chat(world: World, params: Params) -> Chat:
    """The chat a call wants to write to; RefusedError (403) when the bot may not."""
    chat = chat_named(world, params)
    if chat.is_private:
        if chat.person is not None and chat.person.deactivated:
            raise forbidden("user is deactivated")
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
        if not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
    else:
        check_presence(chat)
    return chat


def check_presence(chat: Chat) -> None:
    """RefusedError (403) when the bot is not in a group."""
    kind = "supergroup" if chat.kind is ChatKind.SUPERGROUP else "group"
    if chat.bot_status is BotStatus.KICKED:
        raise forbidden(f"bot was kicked from the {kind} chat")
    if chat.bot_status is BotStatus.LEFT:
        raise forbidden(f"bot is not a member of the {kind} chat")


def thread_named(chat: Chat, params: Params) -> int | None:
    """The topic a call writes to; RefusedError when there is no such topic."""
    thread_id = params.integer("message_thread_id")
    if thread_id is None or (chat.is_forum and thread_id == 1):
        return None
    if thread_id not in chat.topics:
        raise bad_request("message thread not found")
    return thread_id


def reply_named(chat: Chat, params: Params) -> Message | None:
    """The message a call replies to; RefusedError when it is gone, unless the call allows that."""
    reply = params.mapping("reply_parameters") or {}
    message_id = reply.get("message_id", params.integer("reply_to_message_id"))
    if not isinstance(message_id, int):
        return None
    if message_id not in chat.messages:
        if reply.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply"):
            return None
        raise bad_request("message to be replied not found")
    return chat.messages[message_id]


def own_message(world: World, params: Params, purpose: str) -> Message:
    """The bot's own message a call wants to change; RefusedError when it is gone or somebody else's."""
    chat = writable_chat(world, params)
    message = chat.messages.get(params.required_integer("message_id"))
    if message is None:
        raise bad_request(f"message to {purpose} not found")
    if message.sender is not world.bot or message.service is not None:
        raise bad_request(f"message can't be {purpose}ed")
    return message
