"""Who and what there is in the stand-in: people, chats, topics and messages, as the Bot API shows them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.demo.entities import Formatted
from bot.demo.refusal import JsonObject


class ChatKind(StrEnum):
    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"


class BotStatus(StrEnum):
    """What the bot is in a chat."""

    MEMBER = "member"
    ADMINISTRATOR = "administrator"
    LEFT = "left"
    KICKED = "kicked"

    @property
    def present(self) -> bool:
        return self in (BotStatus.MEMBER, BotStatus.ADMINISTRATOR)


@dataclass
class Person:
    """A user of Telegram, or the bot itself."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False
    deactivated: bool = False

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}" if self.last_name else self.first_name

    def as_user(self) -> JsonObject:
        """The `User` of the Bot API."""
        shown: JsonObject = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        for name in ("last_name", "username", "language_code"):
            if value := getattr(self, name):
                shown[name] = value
        return shown


@dataclass
class Topic:
    """A topic of a forum; its id is the id of the message that created it."""

    thread_id: int
    name: str


@dataclass
class Photo:
    """A picture: file id, width and height of each size, the largest last."""

    sizes: list[tuple[str, int, int]]


@dataclass
class Document:
    """A file sent as it is."""

    file_id: str


@dataclass
class Message:
    """One message, as kept by the stand-in. Dates are aware UTC."""

    message_id: int
    chat: "Chat"
    sender: Person
    date: datetime
    content: Formatted | None = None
    media: Photo | Document | None = None
    reply_markup: JsonObject | None = None
    reply_to: "Message | None" = None
    thread_id: int | None = None
    service: JsonObject | None = None
    edit_date: datetime | None = None

    @property
    def unix_date(self) -> int:
        return int(self.date.timestamp())


@dataclass
class Chat:
    """A private chat, a group, a supergroup or a forum."""

    id: int
    kind: ChatKind
    title: str | None = None
    person: Person | None = None
    members: dict[int, Person] = field(default_factory=dict)
    administrators: set[int] = field(default_factory=set)
    bot_status: BotStatus = BotStatus.MEMBER
    is_forum: bool = False
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    last_message_id: int = 1
    pinned: list[int] = field(default_factory=list)
    started: bool = False
    blocked: bool = False
    migrated_to: int | None = None

    @property
    def is_private(self) -> bool:
        return self.kind is ChatKind.PRIVATE

    def as_chat(self) -> JsonObject:
        """The `Chat` of the Bot API."""
        shown: JsonObject = {"id": self.id, "type": self.kind.value}
        if self.person is not None:
            for name in ("first_name", "last_name", "username"):
                if value := getattr(self.person, name):
                    shown[name] = value
        else:
            shown["title"] = self.title
        if self.is_forum:
            shown["is_forum"] = True
        if self.kind is ChatKind.GROUP:
            shown["all_members_are_administrators"] = False
        return shown
