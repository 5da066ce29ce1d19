"""The methods about the bot itself: getMe, its command menus, descriptions, menu button, and files."""

from bot.demo.chats import Chat
from bot.demo.limits import Command, read_commands, read_language
from bot.demo.params import Params
from bot.demo.refusal import JsonObject, bad_request
from bot.demo.targets import chat_named
from bot.demo.world import World

_PLAIN_SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
_DESCRIPTION_LIMITS = {"description": 512, "short_description": 120}


def get_me(world: World, params: Params) -> JsonObject:
    """getMe"""
    return world.bot.as_user() | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def set_my_commands(world: World, params: Params) -> bool:
    """setMyCommands"""
    commands = read_commands(params.array("commands"))
    world.menus[_scope(world, params), read_language(params.text("language_code"))] = commands
    world.events.publish("menu", {})
    return True


def get_my_commands(world: World, params: Params) -> list[JsonObject]:
    """getMyCommands"""
    key = _scope(world, params), read_language(params.text("language_code"))
    return [command.as_json() for command in world.menus.get(key, ())]


def delete_my_commands(world: World, params: Params) -> bool:
    """deleteMyCommands"""
    world.menus.pop((_scope(world, params), read_language(params.text("language_code"))), None)
    world.events.publish("menu", {})
    return True


def menu_for(world: World, chat: Chat, person_id: int) -> tuple[Command, ...]:
    """The command menu a person sees in a chat: the narrowest scope first, the own language before none."""
    if chat.is_private:
        scopes = [f"chat:{chat.id}", "all_private_chats", "default"]
    else:
        scopes = [f"chat_member:{chat.id}:{person_id}"]
        if person_id in chat.administrators:
            scopes.append(f"chat_administrators:{chat.id}")
        scopes.append(f"chat:{chat.id}")
        if person_id in chat.administrators:
            scopes.append("all_chat_administrators")
        scopes += ["all_group_chats", "default"]
    language = (world.people[person_id].language_code or "").lower()[:2]
    for scope in scopes:
        for code in (language, ""):
            if commands := world.menus.get((scope, code)):
                return commands
    return ()


def set_my_description(world: World, params: Params) -> bool:
    """setMyDescription"""
    return _describe(world, params, "description")


def get_my_description(world: World, params: Params) -> JsonObject:
    """getMyDescription"""
    return {"description": _described(world, params, "description")}


def set_my_short_description(world: World, params: Params) -> bool:
    """setMyShortDescription"""
    return _describe(world, params, "short_description")


def get_my_short_description(world: World, params: Params) -> JsonObject:
    """getMyShortDescription"""
    return {"short_description": _described(world, params, "short_description")}


def set_chat_menu_button(world: World, params: Params) -> bool:
    """setChatMenuButton"""
    chat_id = chat_named(world, params).id if "chat_id" in params else None
    button = params.mapping("menu_button") or {"type": "default"}
    if button.get("type") not in ("commands", "web_app", "default"):
        raise bad_request("can't parse menu button: unsupported type")
    world.menu_buttons[chat_id] = button
    return True


def get_chat_menu_button(world: World, params: Params) -> JsonObject:
    """getChatMenuButton"""
    chat_id = chat_named(world, params).id if "chat_id" in params else None
    return world.menu_buttons.get(chat_id) or world.menu_buttons.get(None) or {"type": "commands"}


def get_file(world: World, params: Params) -> JsonObject:
    """getFile"""
    file_id = params.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    return world.files.get(file_id).as_file()


def _describe(world: World, params: Params, kind: str) -> bool:
    text = params.text(kind) or ""
    if len(text) > _DESCRIPTION_LIMITS[kind]:
        raise bad_request("USER_BOT_DESCRIPTION_TOO_LONG")
    world.descriptions[kind, read_language(params.text("language_code"))] = text
    return True


def _described(world: World, params: Params, kind: str) -> str:
    language = read_language(params.text("language_code"))
    return world.descriptions.get((kind, language)) or world.descriptions.get((kind, ""), "")


def _scope(world: World, params: Params) -> str:
    scope = params.mapping("scope") or {"type": "default"}
    kind = scope.get("type")
    if kind in _PLAIN_SCOPES:
        return str(kind)
    if kind not in ("chat", "chat_administrators", "chat_member"):
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    chat = chat_named(world, Params({"chat_id": scope.get("chat_id")}))
    if chat.is_private and not chat.started:
        raise bad_request("chat not found")
    if kind != "chat" and chat.is_private:
        raise bad_request("scope is not applicable to private chats")
    return f"{kind}:{chat.id}:{scope.get('user_id')}" if kind == "chat_member" else f"{kind}:{chat.id}"
