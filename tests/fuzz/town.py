"""The people and groups the updates come from, the bot they reach, and what counts as a fault."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import structlog
from aiogram.types import Update as StrictUpdate
from sqlmodel import select
from structlog.typing import EventDict, WrappedLogger
from telegram import Update as TelegramUpdate

from bot.demo.journal import Call
from bot.demo.params import UploadedFile
from bot.demo.people import buttons
from storage.inbox import InboxState, InboxUpdate
from storage.outbox import OutboxMessage, OutboxState
from storage.people import PersonState, Role
from tests.chat import World
from tests.fuzz.updates import RealPress, Scene, Step, Update
from tests.seed import put_on_post

FIRST_UPDATE = 800_000_000
LARGEST_ID = 2**52
"""Telegram's ids have at most 52 significant bits."""
EXPECTED = {
    "answerCallbackQuery": ("query is too old",),
    "getFile": ("",),
    "sendMessage": ("message thread not found",),
    "sendPhoto": ("message thread not found",),
    "sendDocument": ("message thread not found",),
    "editMessageText": ("message to edit not found", "message can't be edited", "message is not modified"),
}
"""Refusals that a forged press or topic brings about, and that the bot answers in another way."""


@dataclass
class Tally:
    """What became of the updates."""

    delivered: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    """Updates no Bot API client could read: put aside at once."""
    answers: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def updates(self) -> int:
        """How many were delivered."""
        return self.delivered.total()


class Town:
    """A world with everybody in it."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder)
        world = self.world
        manager = world.manager("王芳", "杭州甲")
        second = world.manager("李强", ("杭州甲", "宁波乙"), language="en")
        admin, viewer = world.admin(), world.person("观察", Role.viewer)
        gone = world.manager("离开", "杭州甲", state=PersonState.deactivated)
        pending = world.person("等待", state=PersonState.pending)
        group = world.group(manager, second, admin)
        other = world.group(manager, linked=False, title="别的群")
        put_on_post(world, "杭州甲", "11月一期", ["张伟", "李娜", "王强"], date(2026, 11, 10))
        put_on_post(world, "宁波乙", "12月一期", ["赵敏"], date(2026, 11, 16))
        people = (manager, manager, second, admin, admin, viewer, gone, pending, world.stranger(), world.stranger())
        keep = world.stand_in.world.files.keep_document
        files = [
            keep(UploadedFile("a.xlsx", b"PK\x03\x04 not a workbook")),
            keep(UploadedFile("a.csv", "姓名,日期\n=1+1,2026-11-23\n".encode())),
            keep(UploadedFile("b.csv", b'\xff\xfe\x00\x80,,,\n"')),
        ]
        self.scene = Scene(
            tuple(p.telegram_id for p in people),
            (group, other),
            world.stand_in.world.bot.id,
            (*(f.file_id for f in files), "no such file"),
        )
        self._number = FIRST_UPDATE
        self._seen_calls = 0
        self._tracebacks: dict[int, str] = {}

    def close(self) -> None:
        """Let go of the database."""
        self.world.close()

    def deliver(self, steps: Iterable[Step], tally: Tally) -> None:
        """Let the updates arrive in one batch, answer them, and look at what happened."""
        first = self._number
        batch = [self._numbered(update) for step in steps if (update := self._resolve(step)) is not None]
        for update in batch:
            tally.delivered.update(key for key in update if key != "update_id")
            if len(update) == 1:
                tally.delivered["nothing"] += 1
        with _CatchingTracebacks(self._tracebacks):
            try:
                self.world.loop.run_until_complete(self._answer(batch))
            except Exception as error:
                tally.faults.append(f"the bot itself failed: {type(error).__name__}: {error}\n{_shown(batch)}")
                self._forget(first)
                return
        self._look_at_inbox(first, tally)
        self._look_at_outbox(tally)
        self._look_at_calls(tally)
        self.world.clock.forward(seconds=37)

    def _resolve(self, step: Step) -> Update | None:
        if not isinstance(step, RealPress):
            return step
        chat_id = step.group or step.person
        chat = self.world.stand_in.world.chats.get(chat_id)
        shown = list(chat.messages.values())[-12:] if chat is not None else []
        offered = [(m, b) for m in reversed(shown) for b in buttons(m) if "callback_data" in b]
        if not offered:
            return None
        message, button = offered[step.index % len(offered)]
        sender: Update = {"id": step.person, "is_bot": False, "first_name": "x", "language_code": "zh-hans"}
        return {
            "callback_query": {
                "id": str(self._number),
                "from": sender,
                "chat_instance": "1",
                "message": json.loads(json.dumps(self.world.stand_in.world.message_json(message))),
                "data": str(button["callback_data"]),
            }
        }

    def _numbered(self, update: Update) -> Update:
        self._number += 1
        return {**update, "update_id": self._number}

    async def _answer(self, batch: list[Update]) -> None:
        world = self.world
        sent: list[dict[str, Any]] = json.loads(json.dumps(batch))
        await world.receiver.take(sent)
        for _round in range(4 * len(batch) + 12):
            handled = await world.worker.step()
            if world.worker._calls:
                await asyncio.wait(world.worker._calls)
            await world.sender.drain()
            if not handled and not self._open():
                break
            # A failed attempt is tried again a second later.
            world.clock.forward(seconds=1)

    def _open(self) -> int:
        with self.world.session() as session:
            return len(session.exec(select(InboxUpdate.update_id).where(InboxUpdate.state == InboxState.open)).all())

    def _forget(self, first: int) -> None:
        with self.world.database.transaction() as session:
            for row in session.exec(select(InboxUpdate).where(InboxUpdate.update_id > first)).all():
                session.delete(row)

    def _look_at_inbox(self, first: int, tally: Tally) -> None:
        with self.world.database.transaction() as session:
            for row in session.exec(select(InboxUpdate).where(InboxUpdate.update_id > first)).all():
                if row.state is InboxState.open:
                    tally.faults.append(f"stuck: {row.body}")
                    session.delete(row)
                elif row.state is InboxState.done and row.attempts == 0:
                    continue
                elif readable(json.loads(row.body)):
                    told = self._tracebacks.get(row.update_id, "")
                    tally.faults.append(f"{row.state} after {row.attempts}: {row.error}\n{row.body}\n{told}")
                else:
                    tally.unreadable += 1
        self._tracebacks.clear()

    def _look_at_outbox(self, tally: Tally) -> None:
        with self.world.database.transaction() as session:
            for row in session.exec(select(OutboxMessage).where(OutboxMessage.state != OutboxState.sent)).all():
                if row.state is OutboxState.failed:
                    known = self.world.stand_in.world.chats.get(row.chat_id)
                    if known is not None:
                        tally.faults.append(f"not sent ({row.error}): {_shown(row.content)}")
                elif row.state is OutboxState.open and row.error:
                    tally.faults.append(f"cannot be sent ({row.error}): {row.kind} {_shown(row.content)}")
                session.delete(row)

    def _look_at_calls(self, tally: Tally) -> None:
        calls = self.world.stand_in.journal.calls(after=self._seen_calls)
        if calls:
            self._seen_calls = calls[-1].number
        for call in calls:
            tally.answers += call.ok
            if not call.ok and not self._is_expected(call):
                tally.faults.append(f"refused: {call.method} {call.status} {_shown(call.answer)} {_shown(call.params)}")
            if call.method == "answerCallbackQuery" and len(str(call.params.get("text", ""))) > 200:
                tally.faults.append(f"toast too long: {_shown(call.params)}")

    def _is_expected(self, call: Call) -> bool:
        words = str((call.answer or {}).get("description", "")).lower()
        if any(reason in words for reason in EXPECTED.get(call.method, ())):
            return True
        # An update from a chat that is not there, as only a forger of updates can write it.
        known = str(call.params.get("chat_id")) in {str(number) for number in self.world.stand_in.world.chats}
        return "chat not found" in words and not known


def readable(update: Any) -> bool:
    """Whether the update is one as the Bot API describes it: two clients can read it, and its ids are Telegram's."""
    try:
        parsed = TelegramUpdate.de_json(update, None)
        StrictUpdate.model_validate(update)
    except Exception:
        return False
    people = [parsed.effective_user, parsed.effective_chat]
    return all(one is None or abs(one.id) <= LARGEST_ID for one in people)


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, default=str)[:3000]


class _CatchingTracebacks:
    """Collects the tracebacks of failed updates while the block runs, and keeps the log quiet."""

    def __init__(self, kept: dict[int, str]) -> None:
        self._kept = kept

    def __enter__(self) -> None:
        self._before = structlog.get_config()
        structlog.configure(processors=[structlog.processors.format_exc_info, self._keep])

    def __exit__(self, *_error: object) -> None:
        structlog.configure(**self._before)

    def _keep(self, _logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
        if "exception" in entry:
            self._kept[int(entry.get("update_id", 0))] = str(entry["exception"])[-3000:]
        raise structlog.DropEvent
