"""What happens to the bot itself: blocked or started by a person, in or out of a group, a group that migrates."""

from datetime import datetime

from sqlmodel import Session, col, select
from telegram import ChatMember

from handlers.menus import forget_menu, plan_menu_of
from handlers.translations import N_, Language, translator
from handlers.turn import Surroundings
from handlers.updates import PRIVATE, Membership
from storage.groups import AuditEntry, Group, record_audit, shared_group
from storage.outbox import rename_chat, say
from storage.people import Role, active_people, person_by_telegram_id

LOST, FOUND, TOPIC_GONE = "group.lost", "group.found", "group.topic_gone"
PRESENT = {ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.OWNER, ChatMember.RESTRICTED}


def changed(session: Session, change: Membership, now: datetime, surroundings: Surroundings) -> None:
    """The bot's own membership changed: keep who can be reached and which group is live."""
    if change.member.id != surroundings.bot_id:
        return
    present = change.status in PRESENT
    if change.chat.type == PRIVATE:
        person = person_by_telegram_id(session, change.changed_by.id)
        if person is not None:
            person.reachable = present
            if present:
                plan_menu_of(session, person, now, surroundings)
            else:
                forget_menu(session, person)
        return
    group = session.get(Group, change.chat.id)
    if group is None:
        return
    if not present:
        _lost(session, group, now, surroundings)
    elif not group.active and _was_lost(session, group.chat_id) and shared_group(session) is None:
        group.active = True
        record_audit(session, now, None, FOUND, {"chat": group.chat_id})
        _tell_admins(session, group, N_("I am back in the group “{group}”: boards and cards go on."), now, surroundings)


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
            # Telegram also says that the bot left the old one.
            active=group.active or (_was_lost(session, old_id) and shared_group(session) is None),
            linked_by=group.linked_by,
            linked_at=group.linked_at,
        )
    )


def unreachable(session: Session, chat_id: int, now: datetime, surroundings: Surroundings) -> None:
    """Telegram refuses to deliver: the person blocked the bot or never pressed Start, or the group lost it."""
    group = session.get(Group, chat_id)
    if group is not None:
        _lost(session, group, now, surroundings)
    person = person_by_telegram_id(session, chat_id)
    if person is not None:
        person.reachable = False
        forget_menu(session, person)


def topic_gone(session: Session, chat_id: int, thread_id: int, now: datetime, surroundings: Surroundings) -> None:
    """A topic was deleted: what was meant for it goes to the group itself, and the admins hear of it, once."""
    group = session.get(Group, chat_id)
    if group is None or group.thread_id != thread_id:
        return
    group.thread_id = None
    record_audit(session, now, None, TOPIC_GONE, {"chat": chat_id})
    words = N_(
        "The topic of the group “{group}” in which I posted is gone, so I post to the group itself. /link in another "
        "topic moves me there."
    )
    _tell_admins(session, group, words, now, surroundings)


def _lost(session: Session, group: Group, now: datetime, surroundings: Surroundings) -> None:
    """The bot is out of a group; if it was the shared one the admins hear of it, once."""
    if not group.active:
        return
    group.active = False
    record_audit(session, now, None, LOST, {"chat": group.chat_id})
    words = N_(
        "I am no longer in the group “{group}”, so boards and cards stay away. Add me there again and they go on, or "
        "send /link in another group."
    )
    _tell_admins(session, group, words, now, surroundings)


def _was_lost(session: Session, chat_id: int) -> bool:
    """Whether a group is inactive because the bot was taken out, not because an admin unlinked it."""
    actions = (LOST, FOUND, "group.linked", "group.unlinked")
    query = select(AuditEntry).where(col(AuditEntry.action).in_(actions)).order_by(col(AuditEntry.id).desc())
    latest = next((entry for entry in session.exec(query) if entry.details.get("chat") == chat_id), None)
    return latest is not None and latest.action == LOST


def _tell_admins(session: Session, group: Group, words: str, now: datetime, surroundings: Surroundings) -> None:
    for admin in active_people(session, Role.admin):
        language: Language = "zh" if (admin.language or surroundings.language) == "zh" else "en"
        text = translator(language)(words, group=group.title or group.chat_id)
        params = {"chat_id": admin.telegram_id, "text": str(text), "parse_mode": "HTML"}
        say(session, admin.telegram_id, "sendMessage", params, now)
