"""Reading a stored update: what Telegram's JSON says, or that it says nothing a client could rely on.

Read by hand: python-telegram-bot makes objects of everything in an update, which takes ten times as long, and takes any
value for any field. What the handlers lean on is checked here, so that a malformed update is known as such at once
instead of failing somewhere deep inside.
"""

import json
from typing import Any

from telegram.constants import MessageAttachmentType

from handlers.updates import Account, Document, Membership, Message, Place, Press, Update

LARGEST_ID = 2**53
"""Telegram's ids have at most 52 significant bits."""
LARGEST_MESSAGE_ID = 2**31
LAST_SECOND = 2**37
"""Beyond it no date can be reckoned with."""
_ATTACHMENTS = set(MessageAttachmentType) - {MessageAttachmentType.SUCCESSFUL_PAYMENT}
CONTENT = ("text", "caption", "checklist", *sorted(kind.value for kind in _ATTACHMENTS))
"""What somebody can write or send."""

Json = dict[str, Any]


class Unreadable(Exception):
    """Not an update as the Bot API describes it; trying again cannot help."""


def read_update(body: str) -> Update:
    """The update of an inbox row. Raises Unreadable, which names the kind of fault and quotes nothing."""
    try:
        update = json.loads(body)
        message, edited = update.get("message"), update.get("edited_message")
        press, membership = update.get("callback_query"), update.get("my_chat_member")
        return Update(
            message=_message(message) if message is not None else None,
            edited=_message(edited) if edited is not None else None,
            press=_press(press) if press is not None else None,
            membership=_membership(membership) if membership is not None else None,
        )
    except Exception as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(type(error).__name__) from None


def _message(message: Json) -> Message:
    _number(message["date"], LAST_SECOND)
    sender, document = message.get("from"), message.get("document")
    sent_as = message.get("sender_chat")
    thread_id = _number_or_none(message.get("message_thread_id"), LARGEST_MESSAGE_ID)
    return Message(
        message_id=_number(message["message_id"], LARGEST_MESSAGE_ID),
        chat=_place(message["chat"]),
        sender=_account(sender) if sender is not None else None,
        sent_as=_place(sent_as).id if sent_as is not None else None,
        text=_text(message.get("text")) or _text(message.get("caption")),
        document=_document(document) if document is not None else None,
        has_picture=bool(message.get("photo") or document),
        is_somebodys=any(message.get(kind) is not None for kind in CONTENT),
        thread_id=thread_id if message.get("is_topic_message") else None,
        migrated_to=_number_or_none(message.get("migrate_to_chat_id"), LARGEST_ID),
    )


def _press(press: Json) -> Press:
    message = press.get("message")
    return Press(
        id=_text(press["id"]),
        sender=_account(press["from"]),
        data=_text(press.get("data")),
        message=_message(message) if message is not None else None,
    )


def _membership(change: Json) -> Membership:
    member = change["new_chat_member"]
    return Membership(
        chat=_place(change["chat"]),
        changed_by=_account(change["from"]),
        member=_account(member["user"]),
        status=_text(member["status"]),
    )


def _document(document: Json) -> Document:
    return Document(
        file_id=_text(document["file_id"]),
        file_name=_text(document.get("file_name")),
        size=_number_or_none(document.get("file_size"), LARGEST_ID) or 0,
    )


def _place(chat: Json) -> Place:
    return Place(_number(chat["id"], LARGEST_ID), _text(chat["type"]), _text(chat.get("title")))


def _account(user: Json) -> Account:
    return Account(
        id=_number(user["id"], LARGEST_ID),
        first_name=_text(user["first_name"]),
        username=_text(user.get("username")),
        language_code=_text(user.get("language_code")),
        is_bot=bool(user["is_bot"]),
    )


def _number(value: object, limit: int) -> int:
    if not isinstance(value, int) or abs(value) > limit:
        raise Unreadable("not a number Telegram gives")
    return value


def _number_or_none(value: object, limit: int) -> int | None:
    return None if value is None else _number(value, limit)


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unreadable("not a text")
    return value
