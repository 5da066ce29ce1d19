"""Saying what the outbox holds: claim under a lease, send, mark; paced, retried, replies ahead of broadcasts.

Each round is one transaction that marks what came back and claims what may go next.
"""

import asyncio
import html
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlmodel import Session
from telegram import InputFile
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter

from bot.clock import Clock
from bot.pacing import Pace
from bot.telegram_http import Telegram
from handlers.announcements import COMPOSERS
from handlers.membership import migrated, unreachable
from handlers.outgoing import PICTURE_FAILED, Outgoing
from handlers.turn import Surroundings
from storage import outbox
from storage.database import Database
from storage.outbox import OutboxMessage, Post

log = structlog.get_logger()

IN_FLIGHT = 64
LONGEST_BACKOFF = timedelta(minutes=5)
IDLE_SECONDS = 1.0
NOT_EDITABLE = ("message to edit not found", "message can't be edited", "message_id_invalid")


@dataclass
class Job:
    """A claimed message and what it has become."""

    message: OutboxMessage
    outgoing: Outgoing


@dataclass
class Outcome:
    """What Telegram said to a job."""

    job: Job
    result: Any = None
    error: Exception | None = None


class Sender:
    """Empties the outbox."""

    def __init__(
        self, database: Database, clock: Clock, telegram: Telegram, surroundings: Surroundings, pace: Pace
    ) -> None:
        self._database = database
        self._clock = clock
        self._telegram = telegram
        self._surroundings = surroundings
        self._pace = pace
        self._change = asyncio.Event()
        self._in_flight: dict[asyncio.Task[None], int] = {}
        """The calls under way, with the chat each goes to."""
        self._outcomes: list[Outcome] = []

    def wake(self) -> None:
        """There is something in the outbox."""
        self._change.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Send until told to stop; then wait a few seconds for what is under way, and mark it."""
        while not stopping.is_set():
            self._change.clear()
            try:
                claimed = await self.step()
            except Exception:
                log.exception("the outbox could not be worked on", action="sender.failed")
                await asyncio.sleep(1)
                continue
            if not claimed and not self._outcomes:
                wait = min(IDLE_SECONDS, self._pace.seconds_until_change())
                try:
                    await asyncio.wait_for(self._change.wait(), wait)
                except TimeoutError:
                    continue
        if self._in_flight:
            await asyncio.wait(self._in_flight, timeout=5)
        outcomes, self._outcomes = self._outcomes, []
        await self._database.run(lambda session: self._mark(session, outcomes))

    async def step(self) -> int:
        """Mark what came back, claim and start what may go; the number of calls started."""
        outcomes, self._outcomes = self._outcomes, []
        room = min(IN_FLIGHT - len(self._in_flight), self._pace.allowance())
        # A lease alone would do, were it not for a wall clock that can jump while a call is under way.
        resting = [*self._pace.resting_chats(), *self._in_flight.values()]

        def mark_and_claim(session: Session) -> list[Job]:
            self._mark(session, outcomes)
            return self._claim(session, room, resting) if room > 0 else []

        try:
            jobs = await self._database.run(mark_and_claim)
        except Exception:
            self._outcomes = outcomes + self._outcomes
            raise
        for job in jobs:
            self._pace.spend(job.message.chat_id)
            task = asyncio.create_task(self._send(job))
            self._in_flight[task] = job.message.chat_id
            task.add_done_callback(self._in_flight.pop)
        return len(jobs)

    async def drain(self) -> None:
        """Send everything that may go now and wait for it; for programs that stop afterwards, and tests."""
        while await self.step() or self._in_flight or self._outcomes:
            if self._in_flight:
                await asyncio.wait(self._in_flight)

    def _claim(self, session: Session, room: int, resting: list[int]) -> list[Job]:
        now = self._clock.now()
        jobs: list[Job] = []
        for message in outbox.claim_messages(session, now, room, resting):
            if message.expires_at is not None and message.expires_at <= now:
                outbox.mark_dropped(session, message, now, "expired")
                continue
            savepoint = session.begin_nested()
            try:
                outgoing = self._compose(session, message, now)
                savepoint.commit()
            except Exception as error:
                savepoint.rollback()
                log.exception(
                    "a message could not be composed", action="compose.failed", kind=message.kind, id=message.id
                )
                if message.attempts >= outbox.MAX_ATTEMPTS:
                    outbox.mark_failed(session, message, now, f"{type(error).__name__}: {error}")
                else:
                    outbox.postpone(session, message, now + _backoff(message.attempts), type(error).__name__)
                continue
            if outgoing is None:
                outbox.mark_dropped(session, message, now, "no longer of use")
            else:
                jobs.append(Job(message, outgoing))
        return jobs

    def _compose(self, session: Session, message: OutboxMessage, now: datetime) -> Outgoing | None:
        if message.kind == "call":
            return Outgoing(message.content["method"], message.content["params"])
        return COMPOSERS[message.kind](session, message, now, self._surroundings)

    async def _send(self, job: Job) -> None:
        outgoing = job.outgoing
        outcome = Outcome(job)
        try:
            file = None
            if outgoing.make_file is not None:
                content = await asyncio.to_thread(outgoing.make_file)
                file = InputFile(content, filename=outgoing.file_name)
            outcome.result = await self._telegram.call(
                outgoing.method, outgoing.params, file=file, file_field=outgoing.file_field
            )
        except RetryAfter as error:
            self._pace.block(job.message.chat_id, _seconds(error))
            outcome.error = error
        except Exception as error:
            outcome.error = error
        self._outcomes.append(outcome)
        self._change.set()

    def _mark(self, session: Session, outcomes: list[Outcome]) -> None:
        now = self._clock.now()
        for outcome in outcomes:
            if outcome.error is None:
                outbox.mark_sent(session, outcome.job.message, _message_id(outcome), now)
            else:
                self._mark_error(session, outcome.job, outcome.error, now)

    def _mark_error(self, session: Session, job: Job, error: Exception, now: datetime) -> None:
        message = job.message
        words = str(error).lower()
        if isinstance(error, RetryAfter):
            outbox.postpone(session, message, now + timedelta(seconds=_seconds(error)), "retry after")
        elif isinstance(error, ChatMigrated):
            outbox.postpone(session, message, now, "migrated")
            migrated(session, message.chat_id, error.new_chat_id)
        elif isinstance(error, Forbidden) or "chat not found" in words:
            unreachable(session, message.chat_id)
            outbox.mark_failed(session, message, now, str(error))
        elif isinstance(error, BadRequest):
            self._mark_bad_request(session, job, words, now)
        elif isinstance(error, InvalidToken | NetworkError | OSError):
            outbox.postpone(session, message, now + _backoff(message.attempts), type(error).__name__)
        elif message.attempts < outbox.MAX_ATTEMPTS:
            log.warning("a message could not be sent", action="send.failed", id=message.id, error=str(error))
            outbox.postpone(session, message, now + _backoff(message.attempts), str(error))
        else:
            outbox.mark_failed(session, message, now, str(error))

    def _mark_bad_request(self, session: Session, job: Job, words: str, now: datetime) -> None:
        message, outgoing = job.message, job.outgoing
        if "message is not modified" in words:
            outbox.mark_sent(session, message, outgoing.params.get("message_id"), now)
            return
        instead = _instead(outgoing, words) if message.kind == "call" else None
        if instead is not None:
            outbox.replace_call(session, message, instead.method, instead.params)
        elif message.slot and any(reason in words for reason in NOT_EDITABLE):
            # The standing post was deleted: forget it, and the composer posts it anew.
            post = session.get(Post, message.slot)
            if post is not None:
                session.delete(post)
            outbox.postpone(session, message, now, "post deleted")
        elif outgoing.file_field == "photo" and not message.error.startswith(PICTURE_FAILED):
            # The composer says it without the picture then.
            outbox.postpone(session, message, now, PICTURE_FAILED + words)
        else:
            log.error(
                "Telegram refused a message", action="send.refused", id=message.id, kind=message.kind, error=words
            )
            outbox.mark_failed(session, message, now, words)


def _instead(outgoing: Outgoing, words: str) -> Outgoing | None:
    """Another way to say what Telegram would not take, so that nobody meets silence; None when there is none."""
    params = dict(outgoing.params)
    if outgoing.method == "editMessageText" and any(reason in words for reason in NOT_EDITABLE):
        params.pop("message_id", None)
        return Outgoing("sendMessage", params)
    if "thread not found" in words and "message_thread_id" in params:
        params.pop("message_thread_id")
        return Outgoing(outgoing.method, params)
    if "can't parse entities" in words and params.pop("parse_mode", None):
        params["text"] = html.unescape(re.sub(r"<[^>]*>", "", str(params.get("text", ""))))
        return Outgoing(outgoing.method, params)
    return None


def _message_id(outcome: Outcome) -> int | None:
    result = outcome.result
    return result.get("message_id") if isinstance(result, dict) else None


def _backoff(attempts: int) -> timedelta:
    return min(timedelta(seconds=2 ** min(attempts, 10)), LONGEST_BACKOFF)


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
