"""The command menus at Telegram, per role, kind of chat and language, and the bot's own description.

What the menus should be is worked out from `handlers.commands`; what they were set to is kept as digests among the
preferences, so that a restart says nothing to Telegram unless something changed.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from handlers.access import Command
from handlers.translations import LANGUAGES, N_, Language, translator
from handlers.turn import ChatKind, Surroundings
from storage import outbox
from storage.groups import Preference
from storage.outbox import Priority
from storage.people import Person, PersonState, Role

MOST_COMMANDS = 100
MOST_HELP = 256
_NAME = "menu:"
_EVERYBODY = f"{_NAME}everybody"

DESCRIPTION = N_(
    "For training managers of channel partners: daily check-ins, ride-alongs and orders in under a minute, reminders "
    "before deadlines, and the figures of every cohort. Press Start and say who you are."
)
SHORT_DESCRIPTION = N_("Daily check-ins, ride-alongs, orders and reminders for training managers.")


@dataclass(frozen=True)
class _Setting:
    """One thing to be set at Telegram; `undo` is the method that takes it back."""

    method: str
    params: dict[str, Any]
    undo: str = ""

    @property
    def digest(self) -> str:
        """What it is set to, hashed."""
        text = json.dumps([self.method, self.params], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def plan_menus(session: Session, now: datetime, surroundings: Surroundings) -> None:
    """Owe Telegram every menu and description that differs from what was last set. Called at each start of the bot."""
    stored = {
        row.name: row for row in session.exec(select(Preference).where(col(Preference.name).startswith(_NAME))).all()
    }
    _plan(session, now, 0, _EVERYBODY, _for_everybody(surroundings.language), stored.get(_EVERYBODY))
    people = session.exec(select(Person).where(col(Person.reachable)).order_by(col(Person.id))).all()
    for person in people:
        name = _name_of(person)
        _plan(session, now, person.telegram_id, name, _for_person(person, surroundings.language), stored.get(name))


def plan_menu_of(session: Session, person: Person, now: datetime, surroundings: Surroundings) -> None:
    """Owe Telegram the menu of one person, after their role, state, language or reachability changed.

    Nobody's menu can be set before they have opened the chat: an unreachable person is left for later.
    """
    if person.reachable:
        name = _name_of(person)
        wanted = _for_person(person, surroundings.language)
        _plan(session, now, person.telegram_id, name, wanted, session.get(Preference, name))


def forget_menu(session: Session, person: Person) -> None:
    """What was set cannot be relied on: it is set anew once the person can be reached again."""
    row = session.get(Preference, _name_of(person))
    if row is not None:
        session.delete(row)


def commands_for(role: Role | None, chat: ChatKind, *, also_hidden: bool = False) -> list[Command]:
    """The commands on the menu of a role in a kind of chat, in their order; None: somebody the bot does not know.

    `also_hidden`: those that are left off the menu to keep it short as well.
    """
    # Commands list this module's callers among their handlers.
    from handlers.commands import COMMANDS

    return [
        command
        for command in COMMANDS
        if (command.in_menu or also_hidden)
        and chat in command.chats
        and (command.open_to_strangers if role is None else role in command.roles)
    ]


def _plan(
    session: Session,
    now: datetime,
    chat_id: int,
    name: str,
    wanted: Mapping[str, _Setting],
    row: Preference | None,
) -> None:
    """Say what changed between what was last set and what is wanted, and remember it."""
    before: dict[str, Any] = dict(row.value) if row is not None else {}
    after: dict[str, Any] = {}
    for key, setting in wanted.items():
        held = before.pop(key, None)
        after[key] = {"digest": setting.digest, "undo": setting.undo, "params": _target(setting.params)}
        if held is None or held["digest"] != setting.digest:
            _say(session, chat_id, setting.method, setting.params, now)
    for gone in before.values():
        if gone["undo"]:
            _say(session, chat_id, gone["undo"], gone["params"], now)
    value: dict[str, Any] = after
    if row is None:
        if value:
            session.add(Preference(name=name, value=value, changed_at=now))
    elif row.value != value:
        row.value, row.changed_at = value, now


def _say(session: Session, chat_id: int, method: str, params: dict[str, Any], now: datetime) -> None:
    # Behind everything that is said to somebody.
    outbox.say(session, chat_id, method, params, now, priority=Priority.broadcast)


def _for_everybody(default: Language) -> dict[str, _Setting]:
    """The menus of people the bot does not know and of groups, and the descriptions, by a name of their own."""
    wanted: dict[str, _Setting] = {}
    for code in ("", *LANGUAGES):
        language: Language = "zh" if code == "zh" else "en" if code == "en" else default
        t = translator(language)
        strangers, group = commands_for(None, ChatKind.private), commands_for(Role.manager, ChatKind.group)
        admins = commands_for(Role.admin, ChatKind.group)
        for scope, listed in (
            ("default", strangers),
            ("all_group_chats", group),
            ("all_chat_administrators", admins),
        ):
            wanted |= _menu(f"{scope}:{code}", {"type": scope}, listed, language, code)
        wanted[f"description:{code}"] = _Setting(
            "setMyDescription", {"description": t.plain(DESCRIPTION), "language_code": code}
        )
        wanted[f"short:{code}"] = _Setting(
            "setMyShortDescription", {"short_description": t.plain(SHORT_DESCRIPTION), "language_code": code}
        )
    return wanted


def _for_person(person: Person, default: Language) -> dict[str, _Setting]:
    """The menu in somebody's private chat: in the language they chose, else in each, as their Telegram says."""
    if person.state is not PersonState.active:
        return {}
    listed = commands_for(person.role, ChatKind.private)
    scope = {"type": "chat", "chat_id": person.telegram_id}
    if person.language in LANGUAGES:
        return _menu("chat:", scope, listed, "zh" if person.language == "zh" else "en", "")
    wanted = _menu("chat:", scope, listed, default, "")
    for language in LANGUAGES:
        wanted |= _menu(f"chat:{language}", scope, listed, language, language)
    return wanted


def _menu(
    key: str, scope: dict[str, Any], listed: Iterable[Command], language: Language, code: str
) -> dict[str, _Setting]:
    t = translator(language)
    entries = [
        {"command": command.name, "description": t.plain(command.help)[:MOST_HELP]}
        for command in list(listed)[:MOST_COMMANDS]
    ]
    if not entries:
        return {}
    params = {"commands": entries, "scope": scope, "language_code": code}
    return {key: _Setting("setMyCommands", params, undo="deleteMyCommands")}


def _target(params: dict[str, Any]) -> dict[str, Any]:
    """The part of a call that says which menu is meant: what it takes to delete it."""
    return {key: params[key] for key in ("scope", "language_code") if key in params}


def _name_of(person: Person) -> str:
    return f"{_NAME}{person.telegram_id}"
