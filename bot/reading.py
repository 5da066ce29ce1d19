"""Reading a stored update: what Telegram's JSON says, or that it says nothing a client could rely on.

python-telegram-bot takes any value for any field. What the handlers lean on is checked here, so that a malformed update
is known as such at once instead of failing somewhere deep inside.
"""

import json

from telegram import CallbackQuery, Chat, Message, Update, User

LARGEST_ID = 2**53
"""Telegram's ids have at most 52 significant bits."""
LARGEST_MESSAGE_ID = 2**31


class Unreadable(Exception):
    """Not an update as the Bot API describes it; trying again cannot help."""


def read_update(body: str) -> Update:
    """The update of an inbox row. Raises Unreadable, which names the kind of fault and quotes nothing."""
    try:
        update = Update.de_json(json.loads(body), None)
    except Exception as error:
        raise Unreadable(type(error).__name__) from None
    for message in (update.message, update.edited_message):
        if message is not None:
            _check_message(message)
    if update.callback_query is not None:
        _check_press(update.callback_query)
    if update.my_chat_member is not None:
        _check_chat(update.my_chat_member.chat)
        _check_user(update.my_chat_member.from_user)
        _check_user(update.my_chat_member.new_chat_member.user)
    return update


def _check_message(message: Message) -> None:
    _check_chat(message.chat)
    if message.from_user is not None:
        _check_user(message.from_user)
    _check_number(message.message_id, LARGEST_MESSAGE_ID)
    _check_number(message.message_thread_id or 0, LARGEST_MESSAGE_ID)
    _check_number(message.migrate_to_chat_id or 0, LARGEST_ID)
    _check_texts(message.text, message.caption)
    if message.document is not None:
        _check_texts(message.document.file_id, message.document.file_name)
        _check_number(message.document.file_size or 0, LARGEST_ID)


def _check_press(query: CallbackQuery) -> None:
    _check_user(query.from_user)
    _check_texts(query.id, query.data)
    if query.message is not None:
        _check_chat(query.message.chat)
        _check_number(query.message.message_id, LARGEST_MESSAGE_ID)


def _check_chat(chat: object) -> None:
    if not isinstance(chat, Chat):
        raise Unreadable("no chat")
    _check_number(chat.id, LARGEST_ID)
    _check_texts(chat.type, chat.title)


def _check_user(user: object) -> None:
    if not isinstance(user, User):
        raise Unreadable("no sender")
    _check_number(user.id, LARGEST_ID)
    _check_texts(user.first_name, user.username, user.language_code)


def _check_number(value: object, limit: int) -> None:
    if not isinstance(value, int) or abs(value) > limit:
        raise Unreadable("not a number Telegram gives")


def _check_texts(*values: object) -> None:
    if any(value is not None and not isinstance(value, str) for value in values):
        raise Unreadable("not a text")
