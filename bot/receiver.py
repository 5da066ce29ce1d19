"""Taking updates in: each is committed to the inbox before it is acknowledged.

By polling, the acknowledgement is the offset of the next `getUpdates`; by webhook it is the answer 200. Both
happen only after the commit, so an update survives a crash at any moment; Telegram then delivers it again and the inbox
knows its id.
"""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlmodel import Session
from telegram.error import Conflict, EndPointNotFound, InvalidToken, RetryAfter, TelegramError, TimedOut

from bot import metrics
from bot.clock import Clock
from bot.telegram_http import Telegram
from bot.troubles import Troubles
from storage.database import Database
from storage.groups import Heartbeat, beat
from storage.inbox import NewUpdate, store_updates

log = structlog.get_logger()

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
POLL_SECONDS = 25
PART = "receiver"
BEAT = timedelta(seconds=15)
OUTAGE = timedelta(seconds=90)
BACKLOG_SECONDS = 120.0
"""After so long an outage a webhook may still, for so long after the start, be delivered what waited at Telegram."""
BATCH = 100
LONGEST_PAUSE = 10.0
LAST_SECOND = 2**33
"""Telegram's dates are seconds of our days; what lies beyond is nonsense."""
LARGEST_ID = 2**62
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class TokenRefused(Exception):
    """Telegram does not know the token (any more): polling on would be useless."""


class NotStored(Exception):
    """The commit that an update shared with others failed."""


@dataclass
class _Delivery:
    """Updates that came one by one and are committed together."""

    updates: list[dict[str, Any]] = field(default_factory=list)
    is_stored: bool = False


class Receiver:
    """Puts updates into the inbox and wakes the worker."""

    def __init__(self, database: Database, clock: Clock, wake_worker: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._wake_worker = wake_worker
        self._started = time.monotonic()
        self._delivery = _Delivery()
        self._storing = asyncio.Lock()
        self.troubles = Troubles(clock)
        self.out_of_reach = Troubles(clock)
        """Of the questions that watch a webhook: a delivery, or none, says nothing about our way to Telegram."""
        self.last_good_at: datetime | None = None
        """When Telegram last answered, or last delivered; what the watchdog looks at."""
        self.heard_before: datetime | None = None
        """Until when the bot was in reach before this process, or before the network went away."""
        self.caught_up = asyncio.Event()
        """Set once what waited at Telegram as the bot started is in the inbox."""

    async def remember(self) -> None:
        """Look up when the bot was last in reach before this process."""
        self.heard_before = await self._database.run(_last_beat)

    async def deliver(self, update: dict[str, Any]) -> None:
        """Take what a webhook delivers; what comes while a commit is under way shares the next one.

        Soon after an outage it may have waited at Telegram. Raises when it could not be stored.
        """
        was_away = self.heard_before is not None and self._clock.now() - self.heard_before > OUTAGE
        delivery = self._delivery
        delivery.updates.append(update)
        async with self._storing:
            if delivery is self._delivery:
                self._delivery = _Delivery()
                backlog = was_away and time.monotonic() - self._started < BACKLOG_SECONDS
                await self.take(delivery.updates, backlog=backlog)
                delivery.is_stored = True
        if not delivery.is_stored:
            raise NotStored

    async def take(self, updates: Sequence[dict[str, Any]], *, backlog: bool = False) -> None:
        """Commit a batch of updates in one transaction. `backlog`: they may have waited at Telegram."""
        now = self._clock.now()
        rows = _new_updates(updates, now, self.heard_before if backlog else None)

        def keep(session: Session) -> int:
            # A note of the time on every delivery, and now and then while there is none.
            heard = None if rows else _last_beat(session)
            if heard is None or not timedelta(0) <= now - heard <= BEAT:
                beat(session, PART, now)
            self.troubles.end(session, now)
            return store_updates(session, rows)

        metrics.count_received(await self._database.run(keep))
        self.troubles.forget()
        self.last_good_at = now
        if updates:
            self._wake_worker()

    async def in_reach(self) -> None:
        """Telegram has answered a question about the webhook; admins hear of it if it had not for long."""
        if self.out_of_reach.present:
            now = self._clock.now()
            await self._database.run(lambda session: self.out_of_reach.end(session, now))
            self.out_of_reach.forget()

    async def poll(self, telegram: Telegram, stopping: asyncio.Event) -> None:
        """Fetch updates until told to stop. Raises TokenRefused when Telegram does not accept the token."""
        offset: int | None = None
        failures = refusals = 0
        # What the first answers after an outage bring had waited; what a waiting poll brings is fresh, however long it
        # waited.
        catching_up = True
        await self.remember()
        while not stopping.is_set():
            params: dict[str, Any] = {
                "timeout": 0 if catching_up else POLL_SECONDS,
                "limit": BATCH,
                "allowed_updates": ALLOWED_UPDATES,
            }
            if offset is not None:
                params["offset"] = offset
            try:
                updates = await _until(stopping, telegram.call("getUpdates", params, timeout=POLL_SECONDS + 10))
                if updates is None:
                    return
                known = [u for u in updates if is_update(u)] if isinstance(updates, list) else []
                if not isinstance(updates, list) or (updates and not known):
                    raise TelegramError("getUpdates: not a list of updates")
                await self.take(known, backlog=catching_up)
            except (InvalidToken, EndPointNotFound):
                # One such answer can be a proxy's mistake; several in a row are Telegram's word.
                refusals += 1
                if refusals >= 5:
                    raise TokenRefused from None
                log.warning("getUpdates was refused", action="poll.refused", times=refusals)
                await _pause(stopping, refusals)
                continue
            except RetryAfter as error:
                await _pause(stopping, _seconds(error))
                continue
            except Exception as error:
                # Telegram or the database is in trouble: nothing was acknowledged, so all of it comes again.
                failures += 1
                if not isinstance(error, Conflict):
                    self.troubles.strike(error)
                if not catching_up:
                    self.heard_before, catching_up = self.last_good_at, True
                if failures in {1, 5} or failures % 20 == 0:
                    hint = " (another process polls with this token?)" if isinstance(error, Conflict) else ""
                    words = str(error) if isinstance(error, TelegramError) else type(error).__name__
                    log.warning("getUpdates failed" + hint, action="poll.failed", times=failures, error=words)
                if not isinstance(error, TimedOut):
                    await _pause(stopping, min(0.25 * 2 ** min(failures, 6), LONGEST_PAUSE))
                continue
            if failures:
                log.info("getUpdates works again", action="poll.recovered", after=failures)
            failures = refusals = 0
            catching_up = catching_up and len(updates) >= BATCH
            if not catching_up:
                self.caught_up.set()
            if known:
                # Only now, after the commit: the next call acknowledges them.
                offset = max(u["update_id"] for u in known) + 1


def is_update(content: object) -> bool:
    """Whether something that came over the wire can be kept as an update."""
    return (
        isinstance(content, dict)
        and isinstance(content.get("update_id"), int)
        and abs(content["update_id"]) < LARGEST_ID
    )


def _last_beat(session: Session) -> datetime | None:
    heartbeat = session.get(Heartbeat, PART)
    return heartbeat.at if heartbeat is not None else None


def _new_updates(updates: Sequence[dict[str, Any]], now: datetime, heard_before: datetime | None) -> list[NewUpdate]:
    """The inbox rows of a batch. Ids rise with time, so nothing was said before what stands ahead of it.

    `heard_before`: since when they may have waited at Telegram; None for what has just been said.
    """
    rows: list[NewUpdate] = []
    earliest = heard_before
    for update in sorted(updates, key=lambda u: int(u["update_id"])):
        said = said_at(update, now, earliest)
        if earliest is not None:
            earliest = max(earliest, said)
        rows.append(
            NewUpdate(
                update_id=update["update_id"],
                chat_id=_chat_id(update),
                body=_body(update),
                received_at=now,
                said_at=said,
            )
        )
    return rows


def _body(update: dict[str, Any]) -> str:
    """The update's JSON as both databases can keep it, and every text in it: no NUL, no half of a surrogate pair."""
    body = json.dumps(update, ensure_ascii=False)
    if "\\u0000" not in body and not _LONE_SURROGATE.search(body):
        return body
    return json.dumps(_storable(update), ensure_ascii=False)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("\ufffd", value.replace("\0", ""))
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(one) for key, one in value.items()}
    return value


def said_at(update: dict[str, Any], now: datetime, heard_before: datetime | None) -> datetime:
    """When the person acted, UTC (handbook §3).

    A message tells its date. A button press does not: it counts as pressed when it was received. One that may have
    waited at Telegram since `heard_before` has the benefit of the doubt: an outage, however short, makes nobody late.
    """
    for kind in ("message", "edited_message", "my_chat_member"):
        body = update.get(kind)
        if isinstance(body, dict):
            told = _instant(body.get("edit_date") if kind == "edited_message" else body.get("date"))
            if told is not None:
                return told
    press = update.get("callback_query")
    if isinstance(press, dict):
        told = _instant(press.get("date"))
        if told is not None:
            return told
        if heard_before is not None:
            message = press.get("message")
            shown = _instant(message.get("edit_date") or message.get("date")) if isinstance(message, dict) else None
            return min(max(heard_before, shown or heard_before), now)
    return now


def _instant(seconds: object) -> datetime | None:
    """A Unix time as Telegram writes it; None for anything else (0 stands for an inaccessible message)."""
    if not isinstance(seconds, int) or not 0 < seconds < LAST_SECOND:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _chat_id(update: dict[str, Any]) -> int:
    """The chat whose order is kept; a button's chat is its message's."""
    for value in update.values():
        if isinstance(value, dict):
            holder = value.get("message", value) if "data" in value or "chat_instance" in value else value
            chat = holder.get("chat") if isinstance(holder, dict) else None
            if isinstance(chat, dict) and isinstance(chat.get("id"), int) and abs(chat["id"]) < LARGEST_ID:
                return int(chat["id"])
            sender = value.get("from")
            if isinstance(sender, dict) and isinstance(sender.get("id"), int) and abs(sender["id"]) < LARGEST_ID:
                return int(sender["id"])
    return 0


async def _until(stopping: asyncio.Event, call: Awaitable[Any]) -> Any:
    """The call's result, or None as soon as the bot is told to stop."""
    task = asyncio.ensure_future(call)
    stop = asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        return await task if task.done() else None
    finally:
        for unfinished in (task, stop):
            unfinished.cancel()


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
