"""One update being answered: who speaks, what was said, and the means to record and to say something back.

Handlers are plain functions of a `Turn`. They never call Telegram: `say` and its siblings put calls into the outbox
in the same transaction as the records. The one exception, the answer to a button press, is left in `toast_text` for
the worker to send at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlmodel import Session

from handlers.keyboards import Keyboard, reply_markup
from handlers.translations import Language, Translator
from storage import outbox
from storage.people import Person, PersonId

MAX_MESSAGE = 4096
MAX_TOAST = 200


class ChatKind(StrEnum):
    """Where something was said."""

    private = "private"
    group = "group"


@dataclass(frozen=True)
class Surroundings:
    """What is the same for every turn: settings and the bot's own name at Telegram."""

    zone: ZoneInfo
    language: Language
    bot_id: int
    bot_username: str
    admin_ids: frozenset[int] = frozenset()
    """Telegram ids of the admins from the start (BOT_ADMIN_IDS)."""


@dataclass(frozen=True)
class Speaker:
    """The Telegram account that speaks, whether or not the bot knows the person."""

    telegram_id: int
    first_name: str = ""
    username: str = ""
    language_code: str = ""


@dataclass(frozen=True)
class Chat:
    """Where it was said; `thread_id` is the topic in a forum."""

    id: int
    kind: ChatKind
    title: str = ""
    thread_id: int | None = None


@dataclass(frozen=True)
class Press:
    """A button that was pressed: its name, its arguments, the message it stands under."""

    name: str
    arguments: tuple[str, ...]
    message_id: int | None
    has_photo: bool = False
    """The message is a picture with a caption: its text cannot be replaced by editing."""


@dataclass(frozen=True)
class Upload:
    """A document that was sent to the bot."""

    file_id: str
    file_name: str
    size: int
    file: "FetchedFile | None" = None
    """The file itself, fetched before the turn began; None when it is too large or could not be fetched."""


@dataclass(frozen=True)
class FetchedFile:
    """A file that was sent, and what a reader outside the transaction made of it."""

    content: bytes
    rows: Sequence[tuple[int, list[str]]] = ()
    """A table's rows that are not empty, each with its number in the file."""
    refused: str = ""
    """Why it could not be read as a table: one of the reader's words."""


@dataclass
class Turn:
    """One update being answered, within one transaction."""

    session: Session
    surroundings: Surroundings
    now: datetime
    """When the person said it, UTC: the message's date; never the time of processing."""
    speaker: Speaker
    chat: Chat
    person: Person | None
    t: Translator
    text: str = ""
    """The whole text as typed."""
    arguments: str = ""
    """What stands behind the command or its word, new lines kept."""
    press: Press | None = None
    upload: Upload | None = None
    message_id: int | None = None
    toast_text: str = ""
    toast_is_alert: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The one time zone of the bot."""
        return self.surroundings.zone

    @property
    def today(self) -> date:
        """The local date on which the person said it."""
        return self.now.astimezone(self.zone).date()

    @property
    def who(self) -> Person:
        """The known person who speaks; commands that are open to strangers use `person`."""
        if self.person is None or self.person.id is None:
            raise LookupError("this turn has no known person")
        return self.person

    @property
    def person_id(self) -> PersonId:
        """The known person's id."""
        person_id = self.who.id
        assert person_id is not None
        return person_id

    def say(self, text: str | Markup, keyboard: Keyboard | None = None, *, slot: str | None = None) -> None:
        """Answer in this chat. `text` is Telegram HTML: Markup, or a plain string that is escaped here."""
        for part, is_last in _parts(text):
            params = self._message(part, keyboard if is_last else None)
            outbox.say(self.session, self.chat.id, "sendMessage", params, self.now, slot=slot if is_last else None)

    def redraw(self, text: str | Markup, keyboard: Keyboard | None = None) -> None:
        """Replace the message whose button was pressed; without one (or under a picture) say it anew."""
        if self.press is None or self.press.message_id is None or self.press.has_photo or len(list(_parts(text))) > 1:
            self.say(text, keyboard)
            return
        params = self._message(next(part for part, _ in _parts(text)), keyboard)
        params.pop("message_thread_id", None)
        params["message_id"] = self.press.message_id
        outbox.say(self.session, self.chat.id, "editMessageText", params, self.now)

    def toast(self, text: str, *, alert: bool = False) -> None:
        """Answer the button press with a short word (no markup, at most 200 characters)."""
        self.toast_text, self.toast_is_alert = text[:MAX_TOAST], alert

    def say_to(self, person: Person, text: str | Markup, keyboard: Keyboard | None = None) -> None:
        """Write to somebody else in their private chat (in the language of `text`)."""
        for part, is_last in _parts(text):
            params: dict[str, Any] = {"chat_id": person.telegram_id, "text": part, "parse_mode": "HTML"}
            if keyboard and is_last:
                params["reply_markup"] = reply_markup(keyboard)
            outbox.say(self.session, person.telegram_id, "sendMessage", params, self.now)

    def show(self, kind: str, content: dict[str, Any]) -> None:
        """Send something that is made when it is sent: a card, a workbook (`handlers.announcements`)."""
        thread = {"thread_id": self.chat.thread_id} if self.chat.thread_id is not None else {}
        outbox.owe(self.session, self.chat.id, kind, content | {"language": self.t.language} | thread, self.now)

    def _message(self, text: str, keyboard: Keyboard | None) -> dict[str, Any]:
        params: dict[str, Any] = {"chat_id": self.chat.id, "text": text, "parse_mode": "HTML"}
        if self.chat.thread_id is not None:
            params["message_thread_id"] = self.chat.thread_id
        if keyboard:
            params["reply_markup"] = reply_markup(keyboard)
        return params


def _parts(text: str | Markup) -> list[tuple[str, bool]]:
    """Cut a message that is too long for Telegram at line ends; each part with whether it is the last.

    Lines of our messages close the tags they open, so cutting between lines keeps the HTML whole.
    """
    html = str(text if isinstance(text, Markup) else Markup.escape(text))
    parts: list[str] = []
    current = ""
    for line in html.split("\n"):
        candidate = f"{current}\n{line}" if current else line
        if current and _length(candidate) > MAX_MESSAGE:
            parts.append(current)
            current = line
        else:
            current = candidate
    parts.append(current)
    return [(part, index == len(parts) - 1) for index, part in enumerate(parts)]


def _length(text: str) -> int:
    """UTF-16 code units, as Telegram counts (before its entities are taken out: on the safe side)."""
    return len(text.encode("utf-16-le")) // 2
