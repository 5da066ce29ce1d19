"""What an update of Telegram says, as far as the bot looks at it; `bot.reading` makes it of the JSON that came."""

from typing import NamedTuple

PRIVATE = "private"
"""The type of a chat with one person."""


class Account(NamedTuple):
    """A Telegram account."""

    id: int
    first_name: str
    username: str
    language_code: str
    is_bot: bool


class Place(NamedTuple):
    """A chat at Telegram."""

    id: int
    type: str
    title: str


class Document(NamedTuple):
    """A file that was sent; `size` 0: not said."""

    file_id: str
    file_name: str
    size: int


class Message(NamedTuple):
    """A message. Texts are "" where there is none."""

    message_id: int
    chat: Place
    sender: Account | None
    sent_as: int | None
    """The chat in whose name it was sent: that of the group for an anonymous admin."""
    text: str
    """What was typed, or the words under a picture or file."""
    document: Document | None
    has_picture: bool
    """A picture or a file: its text cannot be replaced by editing."""
    is_somebodys: bool
    """Somebody wrote or sent it: no notice of Telegram's own (a message was pinned, a timer set)."""
    thread_id: int | None
    """The topic of a forum it stands in."""
    migrated_to: int | None
    """The group became a supergroup with this id."""


class Press(NamedTuple):
    """A button was pressed; `message` is where it stands, if Telegram still knows."""

    id: str
    sender: Account
    data: str
    message: Message | None


class Membership(NamedTuple):
    """Somebody's membership of a chat changed."""

    chat: Place
    changed_by: Account
    member: Account
    status: str


class Update(NamedTuple):
    """One thing that happened; at most one of them is there."""

    message: Message | None = None
    edited: Message | None = None
    press: Press | None = None
    membership: Membership | None = None

    @property
    def chat(self) -> Place | None:
        """Where it happened."""
        where = self.message or self.edited or (self.press and self.press.message) or self.membership
        return where.chat if where is not None else None

    @property
    def sender(self) -> Account | None:
        """Who did it."""
        if self.membership is not None:
            return self.membership.changed_by
        did = self.message or self.edited or self.press
        return did.sender if did is not None else None
