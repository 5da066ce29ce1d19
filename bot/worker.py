"""Answering updates: a batch of different chats' updates, one commit; each its own savepoint once one of them fails.

What was recorded, the step of the conversation, what is to be said and the inbox row marked done commit together
or not at all. A failing update rolls back alone, is tried again, and after a few attempts is put aside: the person
and the admins are told.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from sqlmodel import Session
from telegram.error import TelegramError

from bot import metrics
from bot.clock import Clock
from bot.reading import Unreadable, read_update
from bot.telegram_http import Telegram
from handlers import mishaps
from handlers.dispatch import PressAnswer, answer
from handlers.turn import FetchedFile, Surroundings
from handlers.updates import Update
from handlers.uploads import WantedFile, look_into, wanted_file
from storage.database import Database, is_database_trouble
from storage.inbox import InboxState, OpenUpdate, mark_aside, mark_done, mark_failed, next_updates

log = structlog.get_logger()

BATCH = 32
BATCH_SECONDS = 0.1
"""A batch that takes longer is committed as it is: what waits for the database is the note of what was sent."""
LARGEST_UPLOAD = 5 * 1024 * 1024
FILES_AT_ONCE = 2
"""So many files are fetched and read at the same time, for all people together."""
IDLE_SECONDS = 0.5
"""How long to sleep when nothing waits: retries and updates of other processes are found then."""


@dataclass
class Batch:
    """What one transaction did."""

    handled: int = 0
    failed: int = 0
    """Of these, attempts that failed."""
    aside: int = 0
    """Of the failed ones, those that were put aside."""
    answers: list[PressAnswer] = field(default_factory=list)
    wanted_files: list[WantedFile] = field(default_factory=list)
    """Uploads that have to be fetched before their update can be answered."""
    used_files: list[str] = field(default_factory=list)


class UpdateFailed(Exception):
    """An update of a batch could not be answered; nothing of the batch was done."""


class Worker:
    """Takes updates from the inbox, chat by chat in order, and answers them."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        telegram: Telegram,
        surroundings: Surroundings,
        wake_sender: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._telegram = telegram
        self._surroundings = surroundings
        self._wake_sender = wake_sender
        self._work = asyncio.Event()
        self._files: dict[str, FetchedFile | None] = {}
        """Fetched, for updates that wait for them; None: could not be had."""
        self._fetching: set[str] = set()
        self._files_at_once = asyncio.Semaphore(FILES_AT_ONCE)
        self._calls: set[asyncio.Task[None]] = set()
        """Presses being answered and files being fetched, which nobody else's update waits for."""

    def wake(self) -> None:
        """There is something in the inbox."""
        self._work.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Answer updates until told to stop."""
        while not stopping.is_set():
            self._work.clear()
            try:
                handled = await self.step()
            except Exception:
                # The database is locked or away: nothing was answered, everything is still in the inbox.
                log.exception("the inbox could not be worked on", action="worker.failed")
                await asyncio.sleep(1)
                continue
            if not handled:
                try:
                    await asyncio.wait_for(self._work.wait(), IDLE_SECONDS)
                except TimeoutError:
                    continue

    async def step(self) -> int:
        """Answer one batch; the number of updates that were dealt with."""
        try:
            batch = await self._database.run(self._answer_all)
        except UpdateFailed:
            # It took the others of its transaction with it: now each by itself.
            batch = await self._database.run(self._answer_each)
        metrics.count_answered(batch.handled - batch.failed, batch.failed, batch.aside)
        for press_answer in batch.answers:
            self._call(self._answer_press(press_answer))
        for file in batch.wanted_files:
            self._fetching.add(file.file_id)
            self._call(self._fetch(file))
        if batch.handled:
            self._wake_sender()
        for file_id in batch.used_files:
            self._files.pop(file_id, None)
        return batch.handled + len(batch.wanted_files)

    def _call(self, call: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(call)
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    def _answer_all(self, session: Session) -> Batch:
        """The usual case, in which no update fails and none needs a savepoint; else UpdateFailed."""
        batch = Batch()
        try:
            rows = _while_it_is_short(next_updates(session, self._clock.now(), BATCH))
            mark_done(session, [row.update_id for row in rows if self._answer(session, row, batch)])
            session.flush()
        except Exception as error:
            if is_database_trouble(error):
                # Not an update's doing: the whole batch stays in the inbox, and no attempt is counted.
                raise
            raise UpdateFailed from error
        return batch

    def _answer_each(self, session: Session) -> Batch:
        now = self._clock.now()
        batch = Batch()
        for row in _while_it_is_short(next_updates(session, now, BATCH)):
            self._answer_alone(session, row, now, batch)
        return batch

    def _answer(self, session: Session, row: OpenUpdate, batch: Batch) -> bool:
        """Answer one update; False when it waits for a file, and its chat with it, while the others go on."""
        update = read_update(row.body)
        wanted = wanted_file(session, update.message)
        if wanted is not None and not self._has(wanted, batch):
            return False
        file = self._files.get(wanted.file_id) if wanted is not None else None
        press_answer = answer(session, update, row.said_at, self._surroundings, file)
        batch.handled += 1
        if press_answer is not None:
            batch.answers.append(press_answer)
        if wanted is not None:
            batch.used_files.append(wanted.file_id)
        return True

    def _answer_alone(self, session: Session, row: OpenUpdate, now: datetime, batch: Batch) -> None:
        alone = Batch(wanted_files=batch.wanted_files)
        savepoint = session.begin_nested()
        try:
            if self._answer(session, row, alone):
                mark_done(session, [row.update_id])
            savepoint.commit()
        except Unreadable as error:
            savepoint.rollback()
            batch.handled += 1
            batch.failed += 1
            batch.aside += 1
            log.error("an update cannot be read", action="update.unreadable", update_id=row.update_id, why=str(error))
            mark_aside(session, row.update_id, f"unreadable: {error}")
            self._tell(session, row, now)
            return
        except Exception as error:
            savepoint.rollback()
            if is_database_trouble(error):
                # Not the update's doing: the whole batch stays in the inbox, and no attempt is counted.
                raise
            batch.handled += 1
            batch.failed += 1
            # The type and the place, never the words: they are somebody's.
            log.exception("an update failed", action="update.failed", update_id=row.update_id, attempt=row.attempts + 1)
            state = mark_failed(session, row.update_id, row.attempts + 1, now, f"{type(error).__name__}: {error}")
            if state is InboxState.aside:
                batch.aside += 1
                self._tell(session, row, now)
            return
        batch.handled += alone.handled
        batch.answers += alone.answers
        batch.used_files += alone.used_files

    def _has(self, wanted: WantedFile, batch: Batch) -> bool:
        """Whether a file is there; if not, and nobody fetches it, it will be fetched after this batch."""
        # In this order: a file is among the fetched before it ceases to be under way.
        if wanted.file_id in self._fetching:
            return False
        if wanted.file_id not in self._files and wanted not in batch.wanted_files:
            batch.wanted_files.append(wanted)
        return wanted.file_id in self._files

    async def _fetch(self, file: WantedFile) -> None:
        """Fetch a file and look into it; its update, and what the same chat sent after it, wait meanwhile."""
        found: FetchedFile | None = None
        try:
            async with self._files_at_once:
                content = await self._telegram.fetch_file(file.file_id, LARGEST_UPLOAD)
                if content is not None:
                    found = await asyncio.to_thread(look_into, file.file_name, content)
        except Exception:
            log.exception("a file could not be read", action="file.failed")
        self._files[file.file_id] = found
        self._fetching.discard(file.file_id)
        self.wake()

    def _tell(self, session: Session, row: OpenUpdate, now: datetime) -> None:
        """A fault never reaches the person as silence."""
        savepoint = session.begin_nested()
        try:
            mishaps.say_put_aside(session, _readable(row.body), row.update_id, now, self._surroundings)
            savepoint.commit()
        except Exception:
            savepoint.rollback()
            log.exception("the apology failed too", action="mishap.failed", update_id=row.update_id)

    async def _answer_press(self, press: PressAnswer) -> None:
        params: dict[str, object] = {"callback_query_id": press.query_id}
        if press.text:
            params |= {"text": press.text, "show_alert": press.alert}
        try:
            await self._telegram.call("answerCallbackQuery", params)
        except TelegramError as error:
            # Usually "query is too old": the press itself has been dealt with.
            log.info("a press was not answered", action="press.unanswered", error=str(error))


def _readable(body: str) -> Update | None:
    try:
        return read_update(body)
    except Unreadable:
        return None


def _while_it_is_short(rows: Sequence[OpenUpdate]) -> Iterator[OpenUpdate]:
    """The updates of a batch, until it has taken long enough."""
    ends = time.monotonic() + BATCH_SECONDS
    for row in rows:
        yield row
        if time.monotonic() > ends:
            return
