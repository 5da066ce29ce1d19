"""Figures for Prometheus, told at `/metrics`: counts of this process, and the queues as the database has them.

Labels are words of the program (kinds of messages, methods, names of errors): never a name, a text, a chat or a token.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlmodel import Session

from storage.groups import Heartbeat
from storage.inbox import InboxState, count_updates, oldest_open
from storage.outbox import OutboxState, count_messages, oldest_due

CONTENT_TYPE = CONTENT_TYPE_LATEST
PLANNER, RECEIVER = "planner", "receiver"

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

_UPDATES = Counter(
    "bot_updates",
    "Updates of Telegram by what became of them: received, handled, failed (an attempt), aside (given up).",
    ["outcome"],
    registry=REGISTRY,
)
_MESSAGES = Counter(
    "bot_messages",
    "Messages and other calls by kind and by what became of them: sent, failed (given up), postponed.",
    ["kind", "outcome"],
    registry=REGISTRY,
)
_TELEGRAM_ERRORS = Counter(
    "bot_telegram_errors", "Calls that Telegram or the network refused.", ["method", "error"], registry=REGISTRY
)
_TICK = Histogram(
    "bot_planner_tick_seconds",
    "How long the planner takes to work out what is due.",
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
_TICKS_FAILED = Counter("bot_planner_ticks_failed", "Ticks of the planner that failed.", registry=REGISTRY)
_LENGTH = Gauge(
    "bot_queue_length",
    "Rows that wait, and rows that were given up.",
    ["queue", "state"],
    registry=REGISTRY,
)
_OLDEST = Gauge("bot_queue_oldest_seconds", "Age of the oldest row that waits.", ["queue"], registry=REGISTRY)
_BEAT = Gauge(
    "bot_last_beat_timestamp_seconds",
    "When a part last did its work, in any process (Unix time).",
    ["part"],
    registry=REGISTRY,
)

for _outcome in ("received", "handled", "failed", "aside"):
    _UPDATES.labels(_outcome)


def count_received(count: int) -> None:
    """New updates were committed to the inbox."""
    _UPDATES.labels("received").inc(count)


def count_answered(handled: int, failed: int, aside: int) -> None:
    """A batch was answered: how many updates were dealt with well, how many attempts failed, how many were given up."""
    for outcome, count in (("handled", handled), ("failed", failed), ("aside", aside)):
        _UPDATES.labels(outcome).inc(count)


def count_messages_marked(marked: Iterable[tuple[str, OutboxState]]) -> None:
    """What became of messages, by kind: still open means postponed."""
    for kind, state in marked:
        _MESSAGES.labels(kind, "postponed" if state is OutboxState.open else state.value).inc()


def count_telegram_error(method: str, error: Exception) -> None:
    """A call was refused, or the network was away."""
    _TELEGRAM_ERRORS.labels(method, type(error).__name__).inc()


def count_tick(seconds: float, *, failed: bool = False) -> None:
    """The planner ticked."""
    _TICK.observe(seconds)
    if failed:
        _TICKS_FAILED.inc()


@dataclass(frozen=True)
class Queues:
    """What waits, and since when (aware UTC), as the database has it: the same for every process on it."""

    updates_open: int
    updates_aside: int
    messages_open: int
    messages_failed: int
    oldest_update: datetime | None
    oldest_message: datetime | None
    planner: datetime | None
    receiver: datetime | None


def look_at_queues(session: Session, now: datetime) -> Queues:
    """Read the queues and the parts' last beats."""
    beats = {part: session.get(Heartbeat, part) for part in (PLANNER, RECEIVER)}
    at = {part: beat.at if beat is not None else None for part, beat in beats.items()}
    return Queues(
        updates_open=count_updates(session, InboxState.open),
        updates_aside=count_updates(session, InboxState.aside),
        messages_open=count_messages(session, OutboxState.open),
        messages_failed=count_messages(session, OutboxState.failed),
        oldest_update=oldest_open(session),
        oldest_message=oldest_due(session, now),
        planner=at[PLANNER],
        receiver=at[RECEIVER],
    )


def exposition(queues: Queues | None, now: datetime) -> bytes:
    """Everything in Prometheus' text form; the queues as they were last known when they cannot be read."""
    if queues is not None:
        _set_gauges(queues, now)
    return generate_latest(REGISTRY)


def _set_gauges(queues: Queues, now: datetime) -> None:
    for queue, state, count in (
        ("inbox", "open", queues.updates_open),
        ("inbox", "aside", queues.updates_aside),
        ("outbox", "open", queues.messages_open),
        ("outbox", "failed", queues.messages_failed),
    ):
        _LENGTH.labels(queue, state).set(count)
    for queue, oldest in (("inbox", queues.oldest_update), ("outbox", queues.oldest_message)):
        _OLDEST.labels(queue).set(max((now - oldest).total_seconds(), 0) if oldest is not None else 0)
    for part, at in ((PLANNER, queues.planner), (RECEIVER, queues.receiver)):
        if at is not None:
            _BEAT.labels(part).set(at.timestamp())
