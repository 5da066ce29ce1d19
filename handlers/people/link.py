"""`/link`, `/unlink`: which group is the shared one. `/language`: the language of a person, or of the group."""

from sqlmodel import col, select

from handlers.keyboards import Button, button_data
from handlers.menus import plan_menu_of
from handlers.people.roles import LANGUAGE_NAMES
from handlers.translations import Language, Translator, translator
from handlers.turn import ChatKind, Turn
from storage.groups import Group, record_audit, shared_group
from storage.people import Role

_WORDS: dict[str, Language] = {
    "zh": "zh",
    "cn": "zh",
    "中文": "zh",
    "汉语": "zh",
    "chinese": "zh",
    "en": "en",
    "英文": "en",
    "英语": "en",
    "english": "en",
}


def link(turn: Turn) -> None:
    """`/link` in a group: boards and cards go here from now on; in a forum, into this topic."""
    if turn.chat.kind is not ChatKind.group:
        turn.say(turn.t("Please send /link in the managers' group: add me there first."))
        return
    known = turn.session.get(Group, turn.chat.id)
    group = known or Group(chat_id=turn.chat.id, linked_at=turn.now)
    group.language = group.language or turn.surroundings.language
    group.thread_id, group.title = turn.chat.thread_id, turn.chat.title[:200]
    group.active, group.linked_by, group.linked_at = True, turn.person_id, turn.now
    turn.session.add(group)
    for other in turn.session.exec(select(Group).where(col(Group.active), Group.chat_id != turn.chat.id)).all():
        other.active = False
    record_audit(turn.session, turn.now, turn.person_id, "group.linked", {"chat": turn.chat.id})
    t = _translator(group.language)
    turn.say(
        t(
            "This is the shared group now. Each morning at 08:05 I post here who has reported, and the card of every "
            "cohort when its days are over. Names of hires stay private."
        )
    )


def unlink(turn: Turn) -> None:
    """`/unlink` in the shared group: nothing is posted here any more."""
    group = turn.session.get(Group, turn.chat.id)
    if group is None or not group.active:
        turn.say(turn.t("This group is not linked. /link makes it the shared group."))
        return
    group.active = False
    record_audit(turn.session, turn.now, turn.person_id, "group.unlinked", {"chat": turn.chat.id})
    turn.say(turn.t("Done: I post nothing here any more. /link makes it the shared group again."))


def language(turn: Turn) -> None:
    """`/language [zh|en]`: the own one in private, the group's in the group (admins)."""
    chosen = _WORDS.get(turn.arguments.strip().casefold())
    if turn.chat.kind is ChatKind.group:
        _language_of_group(turn, chosen)
    elif chosen is None:
        turn.say(turn.t("In which language shall I write to you?"), [language_buttons()])
    else:
        speak(turn, chosen)


def language_pressed(turn: Turn) -> None:
    """The language buttons."""
    chosen = turn.press.arguments[0] if turn.press is not None and turn.press.arguments else ""
    if chosen in LANGUAGE_NAMES:
        speak(turn, "zh" if chosen == "zh" else "en")


def language_buttons() -> list[Button]:
    """One button for each language, named in itself."""
    return [Button(name, button_data("language", code)) for code, name in LANGUAGE_NAMES.items()]


def speak(turn: Turn, chosen: Language) -> None:
    """Write to the speaker in this language from now on; their command menu follows."""
    turn.who.language = chosen
    turn.t = translator(chosen)
    plan_menu_of(turn.session, turn.who, turn.now, turn.surroundings)
    turn.redraw(turn.t("From now on I write to you in English."))


def _language_of_group(turn: Turn, chosen: Language | None) -> None:
    group = turn.session.get(Group, turn.chat.id)
    if turn.who.role is not Role.admin:
        turn.say(turn.t("An admin can change the language of the group; yours is set in our private chat."))
    elif group is None or shared_group(turn.session) is not group:
        turn.say(turn.t("This group is not linked. /link makes it the shared group."))
    elif chosen is None:
        turn.say(turn.t("Please send /language zh or /language en."))
    else:
        group.language = chosen
        record_audit(turn.session, turn.now, turn.person_id, "group.language", {"language": chosen})
        turn.t = translator(chosen)
        turn.say(turn.t("From now on I write in English here."))


def _translator(stored: str) -> Translator:
    return translator("zh" if stored == "zh" else "en")
