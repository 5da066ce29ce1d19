"""The guided tour: eight things to try, each found done by what happened in the chats."""

import re
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.demo.chats import Message, Photo
from bot.demo.refusal import JsonObject
from bot.demo.telegram import Telegram

STEPS = ("buttons", "paste", "orders", "reminder", "board", "cohort", "stats", "crash")

_CHECK_IN = re.compile(r"^(/checkin\b|(日报|签到|daily)\s*$)", re.IGNORECASE)
_ORDERS = re.compile(r"^(/orders|出单)(@\w+)?\s+\S+\s*\d")
_LABELLED = re.compile(r"^[^\n:：]{1,20}[:：]", re.MULTILINE)
_STATS = re.compile(r"^(/stats\b|统计)")
_DONE = "✅"
"""What the bot begins with when something was saved, in every language."""


@dataclass
class Tour:
    """Remembers what was done; `zone` is where the days of the demo begin. Times are aware UTC."""

    telegram: Telegram
    zone: ZoneInfo
    admin_ids: tuple[int, ...]
    began: datetime
    crashes: list[datetime] = field(default_factory=list)
    enlarged: bool = False
    done: set[str] = field(default_factory=set)

    def note_crash(self) -> None:
        """The bot was killed just now."""
        self.crashes.append(self.telegram.world.clock.now())

    def note_enlarged(self) -> None:
        """Somebody looked at a picture."""
        self.enlarged = True

    def progress(self) -> list[JsonObject]:
        """Each step and whether it is done; once done it stays so."""
        for step in STEPS:
            if step not in self.done and getattr(self, f"_{step}_done")():
                self.done.add(step)
        return [{"step": step, "done": step in self.done} for step in STEPS]

    def _buttons_done(self) -> bool:
        return any(self._confirmed(chat_id, after=said.date) for chat_id, said in self._said(_CHECK_IN))

    def _paste_done(self) -> bool:
        return any(
            self._confirmed(chat_id, after=said.date)
            for chat_id, said in self._said(_LABELLED)
            if said.content is not None and len(_LABELLED.findall(said.content.text)) >= 2
        )

    def _orders_done(self) -> bool:
        return any(self._answered(chat_id, said) for chat_id, said in self._said(_ORDERS))

    def _reminder_done(self) -> bool:
        return self._bot_wrote_privately_since(self._first_after(time(20, 0)))

    def _board_done(self) -> bool:
        morning = self._first_after(time(8, 5))
        return any(
            message.date >= morning
            for chat in self.telegram.world.chats.values()
            if not chat.is_private
            for message in self._bot_messages(chat.id)
        )

    def _cohort_done(self) -> bool:
        return self.enlarged and any(
            isinstance(message.media, Photo)
            for chat in self.telegram.world.chats.values()
            for message in self._bot_messages(chat.id)
        )

    def _stats_done(self) -> bool:
        return any(
            said.sender.id in self.admin_ids and self._answered(chat_id, said) for chat_id, said in self._said(_STATS)
        )

    def _crash_done(self) -> bool:
        # A form was under way before, and somebody went on with it afterwards.
        for crash in self.crashes:
            for chat_id, said in self._said(_CHECK_IN, re.compile(r"^(/ridealong|/orders|陪访|出单)")):
                if crash - timedelta(hours=1) < said.date < crash and self._went_on(chat_id, crash):
                    return True
        return False

    def _went_on(self, chat_id: int, crash: datetime) -> bool:
        world = self.telegram.world
        messages = list(world.chats[chat_id].messages.values())
        presses = [query.at for query in world.queries.values() if query.chat.id == chat_id]
        acts = [message.date for message in messages if message.sender is not world.bot] + presses
        replies = [message.edit_date or message.date for message in self._bot_messages(chat_id)]
        return any(crash < act and any(reply >= act for reply in replies) for act in acts)

    def _said(self, *patterns: re.Pattern[str]) -> list[tuple[int, Message]]:
        world = self.telegram.world
        return [
            (chat.id, message)
            for chat in world.chats.values()
            for message in chat.messages.values()
            if message.sender is not world.bot
            and message.content is not None
            and any(pattern.search(message.content.text) for pattern in patterns)
        ]

    def _answered(self, chat_id: int, said: Message) -> bool:
        return any(message.message_id > said.message_id for message in self._bot_messages(chat_id))

    def _confirmed(self, chat_id: int, after: datetime) -> bool:
        """Whether a button was pressed since then under a message that now says it is done."""
        messages = self.telegram.world.chats[chat_id].messages
        pressed = [
            messages.get(query.message_id)
            for query in self.telegram.world.queries.values()
            if query.chat.id == chat_id and query.at >= after and query.answered
        ]
        return any(m is not None and m.content is not None and m.content.text.startswith(_DONE) for m in pressed)

    def _bot_messages(self, chat_id: int) -> list[Message]:
        world = self.telegram.world
        return [message for message in world.chats[chat_id].messages.values() if message.sender is world.bot]

    def _bot_wrote_privately_since(self, moment: datetime) -> bool:
        return any(
            message.date >= moment
            for chat in self.telegram.world.chats.values()
            if chat.is_private
            for message in self._bot_messages(chat.id)
        )

    def _first_after(self, wall: time) -> datetime:
        local = self.began.astimezone(self.zone)
        moment = datetime.combine(local.date(), wall, self.zone)
        return moment if moment > local else moment + timedelta(days=1)
