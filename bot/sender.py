"""Saying what the outbox holds: claim under a lease, send, mark; paced, retried, replies ahead of broadcasts.

Each round is one transaction that marks what came back and claims what may go next.
"""

import asyncio
import html
import re
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import structlog
from sqlmodel import Session
from telegram import InputFile
from telegram.error import (
    BadRequest,
    ChatMigrated,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot import metrics
from bot.clock import Clock
from bot.mailer import MailDelayed, Mailer, MailRefused
from bot.pacing import Pace
from bot.shared_pace import SharedPace
from bot.telegram_http import Telegram
from bot.workshop import WorkFailed, Workshops
from handlers.announcements import COMPOSERS, GATHERED, compose_and_make
from handlers.membership import migrated, topic_gone, unreachable
from handlers.outgoing import PICTURE_FAILED, Outgoing
from handlers.reports.announced import MAIL
from handlers.turn import MAX_MESSAGE, Surroundings
from storage import outbox
from storage.database import Database, is_database_trouble
from storage.outbox import OutboxMessage, OutboxState, Post, state_of

log = structlog.get_logger()

Made = TypeVar("Made")

IN_FLIGHT = 64
LONGEST_BACKOFF = timedelta(minutes=5)
IDLE_SECONDS = 1.0
LONGEST_REST = 10.0
"""Seconds between two attempts to reach a Telegram that does not answer at all."""
RENEW_SECONDS = outbox.LEASE.total_seconds() / 3
"""How often the lease of a message is renewed that is still being made."""
NOT_WELCOME = ("chat not found", "not enough rights to send", "no rights to send", "chat_write_forbidden")
UNFIT_TEXT = ("can't parse entities", "message is too long", "message_too_long")
NOT_EDITABLE = ("message to edit not found", "message can't be edited", "message_id_invalid")


@dataclass
class Job:
    """A claimed message and what it has become."""

    message: OutboxMessage
    outgoing: Outgoing
    """Of a gathered message only its kind, until it is made."""


class NoLongerOfUse(Exception):
    """A message that was composed apart turned out to be of no use any more."""


@dataclass
class Outcome:
    """What Telegram said to a job."""

    job: Job
    result: Any = None
    error: Exception | None = None
    state: OutboxState = OutboxState.sent
    """What its row was marked as; open: to be offered again."""


class Sender:
    """Empties the outbox."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        telegram: Telegram,
        surroundings: Surroundings,
        pace: Pace,
        mailer: Mailer | None = None,
        shared_pace: SharedPace | None = None,
        workshops: Workshops | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._telegram = telegram
        self._surroundings = surroundings
        self._pace = pace
        self._mailer = mailer
        self._shared_pace = shared_pace
        """What several processes may send together; None where there is one."""
        self._workshops = workshops or Workshops.in_threads()
        """Where files are made."""
        self._change = asyncio.Event()
        self._in_flight: dict[asyncio.Task[None], int] = {}
        """The calls under way, with the chat each goes to."""
        self._outcomes: list[Outcome] = []
        self._silent = 0
        """How often in a row nobody answered; what is owed then waits in its order."""
        self._rests_until = 0.0

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
                if self._shared_pace is not None:
                    wait = min(wait, self._shared_pace.seconds_until_change)
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
        self._notice_silence(outcomes)
        room = min(IN_FLIGHT - len(self._in_flight), self._pace.allowance())
        if time.monotonic() < self._rests_until:
            room = 0
        # A lease alone would do, were it not for a wall clock that can jump while a call is under way.
        resting = [*self._pace.resting_chats(), *self._in_flight.values()]

        def mark_and_claim(session: Session) -> list[Job]:
            self._mark(session, outcomes)
            if room <= 0:
                return []
            if self._shared_pace is None:
                return self._claim(session, room, resting)
            allowed, tired = self._shared_pace.look(session)
            jobs = self._claim(session, min(room, allowed), [*resting, *tired]) if allowed else []
            self._shared_pace.spend(session, [job.message.chat_id for job in jobs])
            return jobs

        try:
            # A lease is this process's own business: a power cut ends both.
            jobs = await self._database.run(mark_and_claim, lasting=bool(outcomes))
        except Exception:
            self._outcomes = outcomes + self._outcomes
            raise
        metrics.count_messages_marked((outcome.job.message.kind, outcome.state) for outcome in outcomes)
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

    def _notice_silence(self, outcomes: list[Outcome]) -> None:
        """Rest while Telegram answers nothing at all, longer each time; one answer to anything ends it."""
        told = [outcome.error for outcome in outcomes if outcome.job.outgoing.method != MAIL]
        answers = [error for error in told if error is None or isinstance(error, TelegramError)]
        # A picture that cannot be drawn says nothing about Telegram.
        silences = [error for error in told if error is not None and _is_silence(error)]
        if any(error is None or not _is_silence(error) for error in answers):
            if self._silent:
                log.info("Telegram answers again", action="send.recovered", after=self._silent)
            self._silent, self._rests_until = 0, 0.0
        elif silences and time.monotonic() >= self._rests_until:
            self._silent += 1
            self._rests_until = time.monotonic() + min(0.25 * 2 ** min(self._silent, 6), LONGEST_REST)
            if self._silent in {1, 5} or self._silent % 20 == 0:
                why = str(silences[0])
                log.warning("Telegram does not answer", action="send.waiting", times=self._silent, error=why)

    def _claim(self, session: Session, room: int, resting: list[int]) -> list[Job]:
        now = self._clock.now()
        jobs: list[Job] = []
        for message in outbox.claim_messages(session, now, room, resting):
            if message.expires_at is not None and message.expires_at <= now:
                outbox.mark_dropped(session, message, now, "expired")
                continue
            if message.kind == MAIL and self._mailer is None:
                outbox.mark_dropped(session, message, now, "no mail server is set")
                continue
            if message.kind == "call":
                jobs.append(Job(message, _as_written(message)))
                continue
            if message.kind in GATHERED:
                jobs.append(Job(message, Outgoing(message.kind, {})))
                continue
            savepoint = session.begin_nested()
            try:
                outgoing = COMPOSERS[message.kind](session, message, now, self._surroundings)
                savepoint.commit()
            except Exception as error:
                savepoint.rollback()
                if is_database_trouble(error):
                    raise
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

    async def _send(self, job: Job) -> None:
        outcome = Outcome(job)
        try:
            content = await self._make(job)
            outgoing = job.outgoing
            if self._mailer is not None and outgoing.method == MAIL:
                await self._mailer.send(outgoing.params, outgoing.file_name, content or b"")
            else:
                file = InputFile(content, filename=outgoing.file_name) if content is not None else None
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

    async def _make(self, job: Job) -> bytes | None:
        """The file of a message, made apart from everything else; a gathered message is composed there too."""
        message, outgoing = job.message, job.outgoing
        if message.kind in GATHERED:
            assert message.id is not None
            now = self._clock.now()
            work = partial(compose_and_make, self._database.url, message.id, now, self._surroundings)
            made = await self._under_lease(message, self._workshops.gathering.do(work))
            if made is None:
                raise NoLongerOfUse
            job.outgoing, content = made
            return content
        if outgoing.make_file is None:
            return None
        try:
            return await self._under_lease(message, self._workshops.drawing.do(outgoing.make_file))
        except WorkFailed as error:
            if outgoing.file_field != "photo":
                raise
            raise WorkFailed(f"{PICTURE_FAILED}{error}") from error

    async def _under_lease(self, message: OutboxMessage, making: Awaitable[Made]) -> Made:
        """Wait for what may take longer than a lease, and keep the lease meanwhile."""
        task = asyncio.ensure_future(making)
        try:
            while not (await asyncio.wait({task}, timeout=RENEW_SECONDS))[0]:
                await self._database.run(lambda session: outbox.renew_lease(session, message, self._clock.now()))
            return task.result()
        finally:
            task.cancel()

    def _mark(self, session: Session, outcomes: list[Outcome]) -> None:
        now = self._clock.now()
        outbox.mark_sent(session, [(o.job.message, _message_id(o)) for o in outcomes if o.error is None], now)
        for outcome in outcomes:
            if outcome.error is not None:
                self._mark_failure(session, outcome.job, outcome.error, now)
                outcome.state = state_of(session, outcome.job.message)

    def _mark_failure(self, session: Session, job: Job, error: Exception, now: datetime) -> None:
        """Note a failure; what goes wrong in noting it must not hold up everybody else's messages."""
        savepoint = session.begin_nested()
        try:
            self._mark_error(session, job, error, now)
            savepoint.commit()
        except Exception as trouble:
            savepoint.rollback()
            if is_database_trouble(trouble):
                raise
            log.exception("a failure could not be noted", action="send.unnoted", id=job.message.id)
            outbox.mark_failed(session, job.message, now, f"{type(trouble).__name__} after {type(error).__name__}")

    def _mark_error(self, session: Session, job: Job, error: Exception, now: datetime) -> None:
        message = job.message
        words = str(error).lower()
        if isinstance(error, RetryAfter):
            if self._shared_pace is not None:
                self._shared_pace.block(session, message.chat_id, _seconds(error))
            outbox.postpone(session, message, now + timedelta(seconds=_seconds(error)), "retry after")
        elif isinstance(error, ChatMigrated):
            outbox.postpone(session, message, now, "migrated")
            migrated(session, message.chat_id, error.new_chat_id)
        elif isinstance(error, Forbidden) or _may_not_speak(job.outgoing, words):
            unreachable(session, message.chat_id, now, self._surroundings)
            outbox.mark_failed(session, message, now, str(error))
        elif isinstance(error, NoLongerOfUse):
            outbox.mark_dropped(session, message, now, "no longer of use")
        elif isinstance(error, BadRequest):
            self._mark_bad_request(session, job, words, now)
        elif isinstance(error, MailDelayed):
            log.warning("a mail has to wait", action="mail.delayed", id=message.id, error=str(error))
            outbox.postpone(session, message, now + _backoff(message.attempts), str(error))
        elif isinstance(error, MailRefused):
            log.error("the mail server refused a mail", action="mail.refused", id=message.id, error=str(error))
            outbox.mark_failed(session, message, now, str(error))
        elif _is_silence(error):
            if self._silent:
                outbox.put_back(session, message, type(error).__name__)
            else:
                # Others were answered: it may be this message's own doing.
                outbox.postpone(session, message, now + _backoff(message.attempts), type(error).__name__)
        elif message.attempts < outbox.MAX_ATTEMPTS:
            log.warning(
                "a message could not be sent", action="send.failed", id=message.id, error=_without_quotes(words)
            )
            outbox.postpone(session, message, now + _backoff(message.attempts), str(error))
        else:
            outbox.mark_failed(session, message, now, str(error))

    def _mark_bad_request(self, session: Session, job: Job, words: str, now: datetime) -> None:
        message, outgoing = job.message, job.outgoing
        if "message is not modified" in words:
            outbox.mark_sent(session, [(message, outgoing.params.get("message_id"))], now)
            return
        instead = _instead(outgoing, words) if message.kind == "call" else None
        if instead is not None:
            outbox.replace_content(session, message, {"method": instead.method, "params": instead.params})
        elif "thread not found" in words and "thread_id" in message.content:
            topic_gone(session, message.chat_id, message.content["thread_id"], now, self._surroundings)
            rest = {key: value for key, value in message.content.items() if key != "thread_id"}
            outbox.replace_content(session, message, rest)
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
                "Telegram refused a message",
                action="send.refused",
                id=message.id,
                kind=message.kind,
                error=_without_quotes(words),
            )
            outbox.mark_failed(session, message, now, words)


def _as_written(message: OutboxMessage) -> Outgoing:
    """A call whose content was ready when it was owed."""
    params = message.content["params"]
    # The row's chat is the true one: a group may have become a supergroup since this was written.
    return Outgoing(message.content["method"], params | ({"chat_id": message.chat_id} if "chat_id" in params else {}))


def _is_silence(error: Exception) -> bool:
    """Whether Telegram itself, or the way to it, is in trouble: no connection, 5xx, 401, 404, not an answer at all."""
    if isinstance(error, BadRequest):
        return False
    # Of the library's errors the plain TelegramError is an answer that is no JSON.
    return isinstance(error, NetworkError | InvalidToken | EndPointNotFound | OSError) or type(error) is TelegramError


def _without_quotes(words: str) -> str:
    """Telegram's reason as it may be logged: what it quotes of a message is somebody's."""
    return re.sub(r'"[^"]*"', '"…"', words)


def _may_not_speak(outgoing: Outgoing, words: str) -> bool:
    """Whether the chat takes nothing at all from the bot; one that only takes no pictures is told in words."""
    return outgoing.file_field != "photo" and any(reason in words for reason in NOT_WELCOME)


def _instead(outgoing: Outgoing, words: str) -> Outgoing | None:
    """Another way to say what Telegram would not take, so that nobody meets silence; None when there is none."""
    params = dict(outgoing.params)
    if outgoing.method == "editMessageText" and any(reason in words for reason in NOT_EDITABLE):
        params.pop("message_id", None)
        return Outgoing("sendMessage", params)
    if "thread not found" in words and "message_thread_id" in params:
        params.pop("message_thread_id")
        return Outgoing(outgoing.method, params)
    if any(reason in words for reason in UNFIT_TEXT) and params.pop("parse_mode", None):
        params["text"] = _cut(html.unescape(re.sub(r"<[^>]*>", "", str(params.get("text", "")))))
        return Outgoing(outgoing.method, params)
    return None


def _cut(text: str) -> str:
    """As much of a text as one message holds, counted as Telegram does: in UTF-16 units."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MAX_MESSAGE:
        return text
    return units[: 2 * MAX_MESSAGE - 2].decode("utf-16-le", "ignore") + "…"


def _message_id(outcome: Outcome) -> int | None:
    result = outcome.result
    return result.get("message_id") if isinstance(result, dict) else None


def _backoff(attempts: int) -> timedelta:
    return min(timedelta(seconds=2 ** min(attempts, 10)), LONGEST_BACKOFF)


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
