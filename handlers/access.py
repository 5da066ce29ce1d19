"""Who may say what, where: the shape of the entries listed in `handlers.commands`."""

from collections.abc import Callable
from dataclasses import dataclass

from handlers.turn import ChatKind, Turn
from storage.people import Person, PersonState, Role

MANAGERS = frozenset({Role.manager, Role.admin})
ADMINS = frozenset({Role.admin})
VIEWERS = frozenset({Role.viewer, Role.admin})
EVERY_ROLE = frozenset(Role)

PRIVATE = frozenset({ChatKind.private})
GROUP = frozenset({ChatKind.group})
ANYWHERE = frozenset(ChatKind)


@dataclass(frozen=True)
class Command:
    """Something people can say: `/name`, or one of its plain words in a private chat."""

    name: str
    handler: Callable[[Turn], None]
    help: str
    """One line for the menu and /help (catalog text, at most 256 characters)."""
    roles: frozenset[Role] = MANAGERS
    chats: frozenset[ChatKind] = PRIVATE
    words: tuple[str, ...] = ()
    """Plain words that mean the same (日报, 陪访, 出单)."""
    verbs: tuple[str, ...] = ()
    """Words that begin a request to it and belong to the request (上岗 张伟 3/2)."""
    open_to_strangers: bool = False
    in_menu: bool = True


@dataclass(frozen=True)
class ButtonRule:
    """What a button with this name in its callback data does."""

    name: str
    handler: Callable[[Turn], None]
    roles: frozenset[Role] = MANAGERS
    chats: frozenset[ChatKind] = PRIVATE
    open_to_strangers: bool = False


def may(rule: Command | ButtonRule, person: Person | None, chat: ChatKind) -> bool:
    """Whether this person may use it in this kind of chat. Asked at every step, not only the first."""
    if chat not in rule.chats:
        return False
    if rule.open_to_strangers:
        return person is None or person.state is not PersonState.deactivated
    return person is not None and person.state is PersonState.active and person.role in rule.roles
