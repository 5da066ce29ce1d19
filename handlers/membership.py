"""What happens to the bot itself: blocked or started by a person, in or out of a group, a group that migrates."""

from datetime import datetime

from sqlmodel import Session
from telegram import Chat as TelegramChat
from telegram import ChatMember, ChatMemberUpdated

from handlers.menus import forget_menu, plan_menu_of
from handlers.turn import Surroundings
from storage.groups import Group
from storage.outbox import rename_chat
from storage.people import person_by_telegram_id

PRESENT = {ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.OWNER, ChatMember.RESTRICTED}


def changed(session: Session, update: ChatMemberUpdated, now: datetime, surroundings: Surroundings) -> None:
    """The bot's own membership changed: keep who can be reached and which group is live."""
    if update.new_chat_member.user.id != surroundings.bot_id:
        return
    present = update.new_chat_member.status in PRESENT
    if update.chat.type == TelegramChat.PRIVATE:
        person = person_by_telegram_id(session, update.from_user.id)
        if person is not None:
            person.reachable = present
            if present:
                plan_menu_of(session, person, now, surroundings)
            else:
                forget_menu(session, person)
        return
    group = session.get(Group, update.chat.id)
    if group is not None:
        group.active = present


def migrated(session: Session, old_id: int, new_id: int) -> None:
    """A group became a supergroup: it has a new id everywhere."""
    group = session.get(Group, old_id)
    rename_chat(session, old_id, new_id)
    if group is None:
        return
    session.delete(group)
    session.flush()
    session.merge(
        Group(
            chat_id=new_id,
            thread_id=group.thread_id,
            title=group.title,
            language=group.language,
            active=True,
            linked_by=group.linked_by,
            linked_at=group.linked_at,
        )
    )


def unreachable(session: Session, chat_id: int) -> None:
    """Telegram refuses to deliver: the person blocked the bot or never pressed Start, or the group lost it."""
    group = session.get(Group, chat_id)
    if group is not None:
        group.active = False
    person = person_by_telegram_id(session, chat_id)
    if person is not None:
        person.reachable = False
        forget_menu(session, person)
