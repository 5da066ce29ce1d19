"""What is read of an update by hand is what the library reads of it."""

import json

import telegram
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram.ext import filters

from bot.reading import read_update
from handlers.updates import Account, Document, Membership, Message, Place, Press
from tests.fuzz.town import readable
from tests.fuzz.updates import KINDS, Scene, Update, well_formed

SCENE = Scene(people=(5, 6), groups=(-100,), bot_id=1, files=("file",))
WELL_FORMED = sorted({kind for kind in KINDS if kind not in {"real press", "bent"}})


def account(user: telegram.User) -> Account:
    return Account(user.id, user.first_name, user.username or "", user.language_code or "", user.is_bot)


def place(chat: telegram.Chat) -> Place:
    return Place(chat.id, chat.type, chat.title or "")


def message(update: telegram.Update, said: telegram.MaybeInaccessibleMessage | None) -> Message | None:
    if not isinstance(said, telegram.Message):
        return None
    file = said.document
    return Message(
        message_id=said.message_id,
        chat=place(said.chat),
        sender=account(said.from_user) if said.from_user is not None else None,
        sent_as=said.sender_chat.id if said.sender_chat is not None else None,
        text=said.text or said.caption or "",
        document=Document(file.file_id, file.file_name or "", file.file_size or 0) if file is not None else None,
        has_picture=bool(said.photo or file),
        is_somebodys=is_somebodys(update, said),
        thread_id=said.message_thread_id if said.is_topic_message else None,
        migrated_to=said.migrate_to_chat_id,
    )


def is_somebodys(update: telegram.Update, said: telegram.Message) -> bool:
    if said.text is not None or said.caption is not None:
        return True
    if said.successful_payment or (said is update.message and filters.StatusUpdate.ALL.check_update(update)):
        return False
    # What the library has no name for is nobody's either.
    return bool(said.checklist or said.effective_attachment)


@given(st.sampled_from(WELL_FORMED).flatmap(lambda kind: well_formed(SCENE, kind)))
@settings(max_examples=200)
def test_an_update_is_read_as_the_library_reads_it(update: Update) -> None:
    numbered = {"update_id": 1} | update
    if not readable(numbered):
        return
    read, theirs = read_update(json.dumps(numbered)), telegram.Update.de_json(numbered, None)

    assert read.message == message(theirs, theirs.message)
    assert read.edited == message(theirs, theirs.edited_message)
    press, change = theirs.callback_query, theirs.my_chat_member
    if press is None:
        assert read.press is None
    else:
        assert read.press is not None
        at = press.message
        if isinstance(at, telegram.Message):
            assert read.press.message == message(theirs, at)
        elif at is not None:
            assert read.press.message is not None
            assert (read.press.message.message_id, read.press.message.chat) == (at.message_id, place(at.chat))
        assert read.press._replace(message=None) == Press(press.id, account(press.from_user), press.data or "", None)
    if change is not None:
        member = change.new_chat_member
        assert read.membership == Membership(
            place(change.chat), account(change.from_user), account(member.user), member.status
        )
    if any(read):
        chat, user = theirs.effective_chat, theirs.effective_user
        assert read.chat == (place(chat) if chat is not None else None)
        assert read.sender == (account(user) if user is not None else None)
