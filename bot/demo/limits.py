"""What Telegram allows: lengths, buttons, commands. Everything else is RefusedError with its own words."""

import re
from dataclasses import dataclass

from bot.demo.entities import Formatted, parse_html, plain_text, utf16_length, with_found_entities
from bot.demo.refusal import JsonObject, bad_request

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
CALLBACK_DATA_BYTES = 64
BUTTONS_IN_A_ROW = 8
BUTTONS_IN_ALL = 100
CALLBACK_ANSWER_UNITS = 200
COMMANDS = 100
DESCRIPTION_UNITS = 256
UPLOAD_BYTES = 50 * 1024 * 1024
PHOTO_BYTES = 10 * 1024 * 1024
DOWNLOAD_BYTES = 20 * 1024 * 1024

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_BUTTON_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)


@dataclass(frozen=True)
class Command:
    """One line of the command menu."""

    command: str
    description: str

    def as_json(self) -> JsonObject:
        return {"command": self.command, "description": self.description}


def read_text(source: str | None, parse_mode: str | None) -> Formatted:
    """The text of a message: parsed, trimmed, not empty, at most 4096 UTF-16 units."""
    formatted = _formatted(source or "", parse_mode)
    if not formatted.text:
        raise bad_request("message text is empty")
    if utf16_length(formatted.text) > TEXT_UNITS:
        raise bad_request("message is too long")
    return with_found_entities(formatted)


def read_caption(source: str | None, parse_mode: str | None) -> Formatted:
    """A caption: may be empty, at most 1024 UTF-16 units."""
    formatted = _formatted(source or "", parse_mode)
    if utf16_length(formatted.text) > CAPTION_UNITS:
        raise bad_request("message caption is too long")
    return with_found_entities(formatted)


def _formatted(source: str, parse_mode: str | None) -> Formatted:
    if not parse_mode:
        return plain_text(source)
    if parse_mode.lower() != "html":
        raise bad_request("unsupported parse_mode")
    return parse_html(source)


def read_reply_markup(markup: JsonObject | None) -> JsonObject | None:
    """The inline keyboard of a message, checked; other markups are returned as they came.

    An empty keyboard is no keyboard.
    """
    if markup is None:
        return None
    if "inline_keyboard" not in markup:
        return markup if markup else None
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("can't parse reply keyboard markup: Array of Array expected")
    checked = [[_read_button(button) for button in row] for row in rows if row]
    if any(len(row) > BUTTONS_IN_A_ROW for row in checked) or sum(map(len, checked)) > BUTTONS_IN_ALL:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return {"inline_keyboard": checked} if checked else None


def _read_button(button: object) -> JsonObject:
    prefix = "can't parse inline keyboard button: "
    if not isinstance(button, dict):
        raise bad_request(prefix + "Object expected")
    text = button.get("text")
    if not isinstance(text, str):
        raise bad_request(prefix + 'Can\'t find field "text"')
    if not text.strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    actions = [name for name in _BUTTON_ACTIONS if button.get(name) is not None]
    if not actions:
        raise bad_request(prefix + "Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request(prefix + "the button must have exactly one action")
    value = button[actions[0]]
    if actions[0] == "callback_data" and (
        not isinstance(value, str) or not 1 <= len(value.encode()) <= CALLBACK_DATA_BYTES
    ):
        raise bad_request("BUTTON_DATA_INVALID")
    if actions[0] == "url" and not re.match(r"(https?|tg|ftp)://\S+$|[\w.-]+\.\w+(/\S*)?$", str(value)):
        raise bad_request(f"inline keyboard button URL '{value}' is invalid: Wrong HTTP URL")
    return {"text": text, actions[0]: value}


def read_callback_answer(text: str | None) -> str | None:
    """What a button press is answered with: at most 200 UTF-16 units."""
    if text and utf16_length(text) > CALLBACK_ANSWER_UNITS:
        raise bad_request("MESSAGE_TOO_LONG")
    return text or None


def read_commands(listed: list[object] | None) -> tuple[Command, ...]:
    """The commands of a menu: at most 100, names of [a-z0-9_], descriptions of 1 to 256 characters."""
    if listed is None:
        raise bad_request('parameter "commands" is required')
    if len(listed) > COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    commands = []
    for entry in listed:
        if not isinstance(entry, dict):
            raise bad_request("can't parse BotCommand: Object expected")
        name, description = str(entry.get("command", "")).removeprefix("/"), str(entry.get("description", ""))
        if not _COMMAND.fullmatch(name):
            raise bad_request("BOT_COMMAND_INVALID")
        if not description.strip() or utf16_length(description) > DESCRIPTION_UNITS:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        commands.append(Command(name, description))
    return tuple(commands)


def read_language(code: str | None) -> str:
    """A two-letter language code, or the empty string for everybody."""
    if code and not _LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified")
    return code or ""
