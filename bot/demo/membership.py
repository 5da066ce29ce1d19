"""The methods about chats and who is in them: getChat, getChatMember, getChatAdministrators, leaveChat."""

from bot.demo.chats import BotStatus, Chat
from bot.demo.params import Params
from bot.demo.refusal import JsonObject, bad_request
from bot.demo.targets import chat_named, check_presence
from bot.demo.world import World, member_json

_NO_GIFTS = {
    "unlimited_gifts": False,
    "limited_gifts": False,
    "unique_gifts": False,
    "premium_subscription": False,
    "gifts_from_channels": False,
}
_PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
)


def get_chat(world: World, params: Params) -> JsonObject:
    """getChat"""
    chat = _known_chat(world, params)
    shown = chat.as_chat() | {
        "accent_color_id": 2,
        "max_reaction_count": 11,
        "accepted_gift_types": dict(_NO_GIFTS),
    }
    if chat.person is not None:
        if chat.person.username:
            shown["active_usernames"] = [chat.person.username]
    else:
        shown["permissions"] = dict.fromkeys(_PERMISSIONS, True)
    if chat.pinned:
        shown["pinned_message"] = world.message_json(chat.messages[chat.pinned[-1]])
    return shown


def get_chat_member(world: World, params: Params) -> JsonObject:
    """getChatMember"""
    chat = _known_chat(world, params)
    user_id = params.required_integer("user_id")
    if user_id not in world.people:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return member_json(world.people[user_id], _status(world, chat, user_id))


def get_chat_administrators(world: World, params: Params) -> list[JsonObject]:
    """getChatAdministrators"""
    chat = _known_chat(world, params)
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    # Telegram leaves other bots out and lists this one when it is an administrator.
    listed = [*chat.administrators]
    if chat.bot_status is BotStatus.ADMINISTRATOR:
        listed.append(world.bot.id)
    return [member_json(world.people[number], _status(world, chat, number)) for number in listed]


def get_chat_member_count(world: World, params: Params) -> int:
    """getChatMemberCount"""
    chat = _known_chat(world, params)
    return 2 if chat.is_private else len(chat.members) + chat.bot_status.present


def leave_chat(world: World, params: Params) -> bool:
    """leaveChat"""
    chat = _known_chat(world, params)
    if chat.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    old, chat.bot_status = chat.bot_status, BotStatus.LEFT
    world.post(chat, world.bot, service={"left_chat_member": world.bot.as_user()})
    world.report_bot_status(chat, world.bot, old, BotStatus.LEFT)
    return True


def _known_chat(world: World, params: Params) -> Chat:
    chat = chat_named(world, params)
    if chat.is_private:
        if not chat.started:
            raise bad_request("chat not found")
    else:
        check_presence(chat)
    return chat


def _status(world: World, chat: Chat, user_id: int) -> str:
    if user_id == world.bot.id:
        return chat.bot_status.value
    if chat.is_private:
        return "member" if user_id == chat.id else "left"
    if user_id not in chat.members:
        return "left"
    if user_id in chat.administrators:
        return "creator" if user_id == min(chat.administrators) else "administrator"
    return "member"
