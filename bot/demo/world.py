"""The state of the stand-in: everything Telegram knows, and how it is shown in answers and updates."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.demo.chats import BotStatus, Chat, ChatKind, Document, Message, Person, Photo, Topic
from bot.demo.entities import Formatted, command_in
from bot.demo.events import Bell, Events
from bot.demo.files import FileStore
from bot.demo.limits import Command
from bot.demo.refusal import JsonObject
from bot.demo.updates import UpdateQueue

_FIRST_SUPERGROUP = -1_001_700_000_001
_FIRST_GROUP = -4_700_001
_FIRST_PERSON = 5_100_000_001


class Clock(Protocol):
    """Anything that tells the time as aware UTC."""

    def now(self) -> datetime: ...


@dataclass
class CallbackQuery:
    """A pressed button, and what the bot answered."""

    id: str
    person: Person
    chat: Chat
    message_id: int
    data: str
    at: datetime
    answered: bool = False
    text: str | None = None
    show_alert: bool = False
    url: str | None = None

    def as_json(self) -> JsonObject:
        """For the page and the tests; not a shape of the Bot API."""
        return {
            "query_id": self.id,
            "user_id": self.person.id,
            "chat_id": self.chat.id,
            "message_id": self.message_id,
            "answered": self.answered,
            "text": self.text,
            "show_alert": self.show_alert,
            "url": self.url,
        }


class World:
    """People, chats, messages, files, updates, menus. Not for several threads at once."""

    def __init__(self, clock: Clock, bot: Person, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.bot = bot
        self.monotonic = monotonic
        self.people: dict[int, Person] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self.files = FileStore()
        self.updates = UpdateQueue()
        self.events = Events()
        self.queries: dict[str, CallbackQuery] = {}
        self.answered = Bell()
        self.menus: dict[tuple[str, str], tuple[Command, ...]] = {}
        self.descriptions: dict[tuple[str, str], str] = {}
        self.menu_buttons: dict[int | None, JsonObject] = {}
        self._last_shared_message_id = 0
        self._last_query = 4_400_000_000_000_000

    # People and chats

    def add_person(
        self,
        first_name: str,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = None,
        person_id: int | None = None,
    ) -> Person:
        """A new user, with a private chat that nobody opened yet."""
        if person_id is None:
            person_id = max([_FIRST_PERSON - 1, *self.people]) + 1
        person = Person(person_id, first_name, last_name, username, language_code)
        self.people[person_id] = person
        self.chats[person_id] = Chat(person_id, ChatKind.PRIVATE, person=person)
        return person

    def add_chat(
        self,
        title: str,
        kind: ChatKind,
        is_forum: bool = False,
        bot_status: BotStatus = BotStatus.LEFT,
        chat_id: int | None = None,
    ) -> Chat:
        """A new group; its members come by themselves."""
        if chat_id is None:
            first = _FIRST_GROUP if kind is ChatKind.GROUP else _FIRST_SUPERGROUP
            chat_id = next(number for number in range(first, first - 10**9, -1) if number not in self.chats)
        chat = Chat(chat_id, kind, title=title, is_forum=is_forum, bot_status=bot_status)
        self.chats[chat_id] = chat
        self.events.publish("chat", {"chat_id": chat_id})
        return chat

    # Messages

    def post(
        self,
        chat: Chat,
        sender: Person,
        content: Formatted | None = None,
        media: Photo | Document | None = None,
        reply_markup: JsonObject | None = None,
        reply_to: Message | None = None,
        thread_id: int | None = None,
        service: JsonObject | None = None,
    ) -> Message:
        """Put a message into a chat and tell those who watch."""
        if chat.kind is ChatKind.SUPERGROUP:
            # Number 1 is the founding of the group: a forum's General topic.
            chat.last_message_id += 1
            message_id = chat.last_message_id
        else:
            self._last_shared_message_id += 1
            message_id = self._last_shared_message_id
        message = Message(
            message_id,
            chat,
            sender,
            self.clock.now(),
            content=content,
            media=media,
            reply_markup=reply_markup,
            reply_to=reply_to,
            thread_id=thread_id,
            service=service,
        )
        chat.messages[message_id] = message
        self.events.publish("message", {"chat_id": chat.id, "message": self.message_json(message)})
        return message

    def add_topic(self, chat: Chat, sender: Person, name: str) -> Topic:
        """Open a topic in a forum; the message that says so gives it its id."""
        service: JsonObject = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        message = self.post(chat, sender, service=service)
        message.thread_id = message.message_id
        topic = Topic(message.message_id, name)
        chat.topics[topic.thread_id] = topic
        self.offer(message)
        return topic

    def edit(
        self,
        message: Message,
        content: Formatted | None,
        media: Photo | Document | None,
        reply_markup: JsonObject | None,
        visibly: bool = True,
    ) -> None:
        """Change a message; `visibly` marks it as edited, which a change of buttons alone does not."""
        message.content, message.media, message.reply_markup = content, media, reply_markup
        if visibly:
            message.edit_date = self.clock.now()
        self.events.publish("edit", {"chat_id": message.chat.id, "message": self.message_json(message)})

    def delete(self, message: Message) -> None:
        """Take a message away."""
        chat = message.chat
        del chat.messages[message.message_id]
        if message.message_id in chat.pinned:
            chat.pinned.remove(message.message_id)
        self.events.publish("delete", {"chat_id": chat.id, "message_id": message.message_id})

    def message_json(self, message: Message, with_reply: bool = True) -> JsonObject:
        """The `Message` of the Bot API."""
        shown: JsonObject = {"message_id": message.message_id}
        if message.thread_id is not None:
            shown |= {"message_thread_id": message.thread_id, "is_topic_message": True}
        elif message.reply_to is not None and message.chat.kind is ChatKind.SUPERGROUP and not message.chat.is_forum:
            # Replies make a thread there too, which is no topic.
            shown["message_thread_id"] = _first_of_thread(message.reply_to).message_id
        shown |= {
            "from": message.sender.as_user(),
            "chat": message.chat.as_chat(),
            "date": message.unix_date,
        }
        if message.edit_date is not None:
            shown["edit_date"] = int(message.edit_date.timestamp())
        if message.reply_to is not None and with_reply:
            shown["reply_to_message"] = self.message_json(message.reply_to, with_reply=False)
        if message.service is not None:
            return shown | message.service
        if isinstance(message.media, Photo):
            shown["photo"] = [
                self.files.get(file_id).as_photo_size(width, height) for file_id, width, height in message.media.sizes
            ]
        elif isinstance(message.media, Document):
            shown["document"] = self.files.get(message.media.file_id).as_document()
        prefix = "" if message.media is None else "caption_"
        if message.content is not None and message.content.text:
            shown["text" if message.media is None else "caption"] = message.content.text
            if message.content.entities:
                users = {number: person.as_user() for number, person in self.people.items()}
                shown[f"{prefix}entities"] = [
                    entity.as_json(users)
                    for entity in message.content.entities
                    if entity.user_id is None or entity.user_id in users
                ]
        if message.reply_markup is not None and "inline_keyboard" in message.reply_markup:
            shown["reply_markup"] = message.reply_markup
        return shown

    # Updates

    def offer(self, message: Message, kind: str = "message") -> None:
        """Queue a person's message as an update, if the bot may see it."""
        if self._bot_sees(message):
            self.updates.put(kind, self.message_json(message))

    def _bot_sees(self, message: Message) -> bool:
        # Privacy mode: in groups only commands, replies to the bot, and what the chat itself reports.
        chat = message.chat
        if chat.is_private:
            return not chat.blocked
        if not chat.bot_status.present:
            return False
        if chat.bot_status is BotStatus.ADMINISTRATOR or message.service is not None:
            return True
        if message.reply_to is not None and message.reply_to.sender is self.bot:
            return True
        command = command_in(message.content) if message.content else None
        if command is None:
            return False
        _, _, addressed = command.partition("@")
        return not addressed or addressed.lower() == (self.bot.username or "").lower()

    def next_query_id(self) -> str:
        """A fresh id for a pressed button."""
        self._last_query += 1
        return str(self._last_query)

    def report_bot_status(self, chat: Chat, actor: Person, old: str, new: str) -> None:
        """Queue `my_chat_member`: what the bot is in a chat has changed."""
        self.events.publish("chat", {"chat_id": chat.id})
        self.updates.put(
            "my_chat_member",
            {
                "chat": chat.as_chat(),
                "from": actor.as_user(),
                "date": int(self.clock.now().timestamp()),
                "old_chat_member": member_json(self.bot, old),
                "new_chat_member": member_json(self.bot, new),
            },
        )


def _first_of_thread(message: Message) -> Message:
    while message.reply_to is not None:
        message = message.reply_to
    return message


def member_json(person: Person, status: str) -> JsonObject:
    """The `ChatMember` of the Bot API for one person and status."""
    shown: JsonObject = {"user": person.as_user(), "status": status}
    if status == "creator":
        shown["is_anonymous"] = False
    elif status == "kicked":
        shown["until_date"] = 0
    elif status == "administrator":
        shown |= {
            "can_be_edited": False,
            "is_anonymous": False,
            "can_manage_chat": True,
            "can_delete_messages": True,
            "can_manage_video_chats": False,
            "can_restrict_members": False,
            "can_promote_members": False,
            "can_change_info": False,
            "can_invite_users": True,
            "can_post_stories": False,
            "can_edit_stories": False,
            "can_delete_stories": False,
            "can_send_welcome_messages": False,
            "can_pin_messages": True,
            "can_manage_topics": False,
        }
    return shown
