"""What people do in the messenger: open a chat, say, send, edit, press, block, join and leave.

These are the hands of the page and of the tests. What a person cannot do raises NotPossibleError.
"""

from bot.demo.chats import BotStatus, Chat, ChatKind, Document, Message, Person, Photo, Topic
from bot.demo.entities import plain_text, utf16_length, with_found_entities
from bot.demo.limits import CAPTION_UNITS, TEXT_UNITS
from bot.demo.params import UploadedFile
from bot.demo.refusal import JsonObject, NotPossibleError
from bot.demo.world import CallbackQuery, World


class People:
    """Acts for the people of a stand-in. Ids are Telegram's: a private chat has the id of its person."""

    def __init__(self, world: World) -> None:
        self._world = world

    # Who there is

    def add(
        self,
        first_name: str,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = None,
        person_id: int | None = None,
    ) -> Person:
        """A new user of Telegram who has not met the bot."""
        if person_id in self._world.people:
            raise NotPossibleError(f"there is a person {person_id} already")
        return self._world.add_person(first_name, last_name, username, language_code, person_id)

    def add_group(
        self,
        title: str,
        kind: str = "supergroup",
        members: tuple[int, ...] = (),
        administrators: tuple[int, ...] = (),
        bot: BotStatus = BotStatus.MEMBER,
        chat_id: int | None = None,
        silent: bool = False,
    ) -> Chat:
        """A new group: kind "group", "supergroup" or "forum". The bot hears of it, unless silent."""
        if kind not in ("group", "supergroup", "forum"):
            raise NotPossibleError(f"no such kind of group: {kind}")
        if chat_id in self._world.chats:
            raise NotPossibleError(f"there is a chat {chat_id} already")
        chat_kind = ChatKind.GROUP if kind == "group" else ChatKind.SUPERGROUP
        chat = self._world.add_chat(title, chat_kind, is_forum=kind == "forum", chat_id=chat_id)
        for number in (*administrators, *members):
            chat.members[number] = self._person(number)
        chat.administrators = set(administrators)
        if bot.present:
            if silent:
                chat.bot_status = bot
            else:
                self.set_bot_status(chat.id, bot)
        return chat

    def add_topic(self, chat_id: int, user_id: int, name: str) -> Topic:
        """Open a topic in a forum."""
        chat = self._group(chat_id)
        if not chat.is_forum:
            raise NotPossibleError("this group has no topics")
        return self._world.add_topic(chat, self._person(user_id), name)

    # The private chat

    def open(self, user_id: int) -> Chat:
        """Let the bot write to a person as if Start had been pressed long ago: no message, no update."""
        chat = self._private(user_id)
        chat.started = True
        return chat

    def start(self, user_id: int, payload: str = "") -> Message:
        """Press Start, or open a link with a payload; this also lifts a block."""
        chat = self._private(user_id)
        if chat.blocked:
            self.unblock(user_id)
        chat.started = True
        return self.say(user_id, f"/start {payload}".strip())

    def block(self, user_id: int) -> None:
        """Stop the bot from writing."""
        chat = self._private(user_id)
        if not chat.blocked:
            chat.blocked = True
            self._world.report_bot_status(chat, self._person(user_id), "member", "kicked")

    def unblock(self, user_id: int) -> None:
        """Let the bot write again."""
        chat = self._private(user_id)
        if chat.blocked:
            chat.blocked = False
            self._world.report_bot_status(chat, self._person(user_id), "kicked", "member")

    # Messages

    def say(
        self,
        user_id: int,
        text: str,
        chat_id: int | None = None,
        reply_to: int | None = None,
        thread_id: int | None = None,
    ) -> Message:
        """Send a text to the private chat, or to a group; says the message.

        A longer text than fits goes as several messages, as the apps do it, and the last one is returned.
        """
        content = plain_text(text)
        if not content.text:
            raise NotPossibleError("there is nothing to send")
        pieces = _pieces(content.text)
        for piece in pieces[:-1]:
            self._post(user_id, chat_id, piece, None, reply_to, thread_id)
        return self._post(user_id, chat_id, pieces[-1], None, reply_to, thread_id)

    def send_file(
        self,
        user_id: int,
        upload: UploadedFile,
        caption: str = "",
        chat_id: int | None = None,
        as_photo: bool = False,
        reply_to: int | None = None,
        thread_id: int | None = None,
    ) -> Message:
        """Send a document or a photo with a caption."""
        if utf16_length(caption) > CAPTION_UNITS:
            raise NotPossibleError("the caption is too long")
        files = self._world.files
        media: Photo | Document
        media = Photo(files.keep_photo(upload)) if as_photo else Document(files.keep_document(upload).file_id)
        return self._post(user_id, chat_id, caption, media, reply_to, thread_id)

    def edit(self, user_id: int, message_id: int, text: str, chat_id: int | None = None) -> Message:
        """Change the text of an own message."""
        message = self._message(chat_id or user_id, message_id)
        if message.sender.id != user_id or message.service is not None:
            raise NotPossibleError("only an own message can be edited")
        content = plain_text(text)
        if not content.text or utf16_length(content.text) > TEXT_UNITS:
            raise NotPossibleError("the text is empty or too long")
        self._world.edit(message, with_found_entities(content), message.media, message.reply_markup)
        self._world.offer(message, "edited_message")
        return message

    def press(
        self,
        user_id: int,
        message_id: int,
        data: str | None = None,
        chat_id: int | None = None,
        text: str = "",
    ) -> CallbackQuery:
        """Press a button, named by its callback data or by its text. The answer appears in the result."""
        chat = self._chat_of(user_id, chat_id)
        message = self._message(chat.id, message_id)
        for button in buttons(message):
            if "callback_data" in button and (button["callback_data"] == data or button["text"] == text):
                return self._press(user_id, chat, message, str(button["callback_data"]))
        raise NotPossibleError("there is no such button under this message")

    def forge_press(self, user_id: int, message_id: int, data: str, chat_id: int | None = None) -> CallbackQuery:
        """Send callback data that no button carries, as a tampered app can."""
        chat = self._chat_of(user_id, chat_id)
        return self._press(user_id, chat, self._message(chat.id, message_id), data)

    async def wait_for_answer(self, query_id: str, seconds: float = 5.0) -> CallbackQuery:
        """The pressed button with its answer, as soon as there is one, at the latest after some seconds."""
        query = self._world.queries.get(query_id)
        if query is None:
            raise NotPossibleError("no such button was pressed")
        ends = self._world.monotonic() + seconds
        while not query.answered and (left := ends - self._world.monotonic()) > 0:
            await self._world.answered.wait(left)
        return query

    def messages(self, chat_id: int) -> list[Message]:
        """The messages of a chat, oldest first."""
        if chat_id not in self._world.chats:
            raise NotPossibleError(f"there is no chat {chat_id}")
        return list(self._world.chats[chat_id].messages.values())

    # Groups

    def join(self, user_id: int, chat_id: int) -> Message:
        """Become a member of a group."""
        chat, person = self._group(chat_id), self._person(user_id)
        chat.members[user_id] = person
        return self._serve(chat, person, {"new_chat_members": [person.as_user()]})

    def leave(self, user_id: int, chat_id: int) -> Message:
        """Leave a group."""
        chat, person = self._group(chat_id), self._person(user_id)
        chat.members.pop(user_id, None)
        chat.administrators.discard(user_id)
        return self._serve(chat, person, {"left_chat_member": person.as_user()})

    def set_bot_status(self, chat_id: int, status: BotStatus, by: int | None = None) -> None:
        """Add the bot to a group, promote it, or throw it out; the actor is an administrator by default."""
        chat = self._group(chat_id)
        actor = self._person(by if by is not None else next(iter([*chat.administrators, *chat.members]), 0))
        old, was_present = chat.bot_status, chat.bot_status.present
        if old is status:
            return
        bot = self._world.bot.as_user()
        if was_present and not status.present:
            chat.bot_status = status
            self._world.report_bot_status(chat, actor, old, status)
            self._world.post(chat, actor, service={"left_chat_member": bot})
            return
        chat.bot_status = status
        self._world.report_bot_status(chat, actor, old, status)
        if not was_present:
            self._serve(chat, actor, {"new_chat_members": [bot]})

    def migrate(self, chat_id: int) -> Chat:
        """Turn a basic group into a supergroup with a new id; says the new chat."""
        old = self._group(chat_id)
        if old.kind is not ChatKind.GROUP:
            raise NotPossibleError("only a basic group can become a supergroup")
        actor = self._person(next(iter([*old.administrators, *old.members]), 0))
        new = self._world.add_chat(old.title or "", ChatKind.SUPERGROUP, bot_status=old.bot_status)
        new.members, new.administrators = dict(old.members), set(old.administrators)
        self._serve(old, actor, {"migrate_to_chat_id": new.id})
        old.migrated_to = new.id
        self._serve(new, actor, {"migrate_from_chat_id": old.id})
        self._world.events.publish("migrated", {"chat_id": old.id, "to": new.id})
        return new

    # Inside

    def _post(
        self,
        user_id: int,
        chat_id: int | None,
        text: str,
        media: Photo | Document | None,
        reply_to: int | None,
        thread_id: int | None,
    ) -> Message:
        chat = self._chat_of(user_id, chat_id)
        if chat.is_private and chat.blocked:
            raise NotPossibleError("the bot is blocked: unblock it first")
        if chat.is_private and not chat.started:
            raise NotPossibleError("the chat is not open: press Start first")
        if thread_id is not None and thread_id not in chat.topics:
            raise NotPossibleError("there is no such topic")
        answered = self._message(chat.id, reply_to) if reply_to is not None else None
        if answered is None and thread_id is not None:
            # In a topic everything is a reply to the message that opened it.
            answered = chat.messages.get(thread_id)
        message = self._world.post(
            chat,
            self._person(user_id),
            content=with_found_entities(plain_text(text)),
            media=media,
            reply_to=answered,
            thread_id=thread_id,
        )
        self._world.offer(message)
        return message

    def _press(self, user_id: int, chat: Chat, message: Message, data: str) -> CallbackQuery:
        world = self._world
        person = self._person(user_id)
        query = CallbackQuery(world.next_query_id(), person, chat, message.message_id, data, world.clock.now())
        world.queries[query.id] = query
        world.updates.put(
            "callback_query",
            {
                "id": query.id,
                "from": person.as_user(),
                "message": world.message_json(message),
                "chat_instance": str(8_000_000_000_000 + abs(chat.id)),
                "data": data,
            },
        )
        return query

    def _serve(self, chat: Chat, actor: Person, service: JsonObject) -> Message:
        message = self._world.post(chat, actor, service=service)
        self._world.offer(message)
        return message

    def _person(self, user_id: int) -> Person:
        if user_id not in self._world.people:
            raise NotPossibleError(f"there is no person {user_id}")
        return self._world.people[user_id]

    def _private(self, user_id: int) -> Chat:
        self._person(user_id)
        return self._world.chats[user_id]

    def _group(self, chat_id: int) -> Chat:
        chat = self._world.chats.get(chat_id)
        if chat is None or chat.is_private:
            raise NotPossibleError(f"there is no group {chat_id}")
        return chat

    def _chat_of(self, user_id: int, chat_id: int | None) -> Chat:
        if chat_id is None or chat_id == user_id:
            return self._private(user_id)
        chat = self._group(chat_id)
        if user_id not in chat.members:
            raise NotPossibleError("only members can do this in a group")
        if chat.migrated_to is not None:
            raise NotPossibleError("this group became a supergroup")
        return chat

    def _message(self, chat_id: int, message_id: int) -> Message:
        chat = self._world.chats.get(chat_id)
        if chat is None or message_id not in chat.messages:
            raise NotPossibleError(f"there is no message {message_id} in the chat {chat_id}")
        return chat.messages[message_id]


def buttons(message: Message) -> list[JsonObject]:
    """The inline buttons under a message, row after row."""
    rows = (message.reply_markup or {}).get("inline_keyboard", [])
    if not isinstance(rows, list):
        return []
    return [button for row in rows for button in row]


def _pieces(text: str) -> list[str]:
    pieces, piece, size = [], "", 0
    for character in text:
        units = 2 if ord(character) > 0xFFFF else 1
        if size + units > TEXT_UNITS:
            pieces.append(piece)
            piece, size = "", 0
        piece, size = piece + character, size + units
    return [*pieces, piece]
