"""One rate limit for several processes: buckets in PostgreSQL that every sender draws from.

Each bucket is one instant, until when what was sent is paid for; the server's clock counts, so the clocks of the
machines need not agree. The table is unlogged and no part of the migrations: what it says is worthless after seconds,
and it is made when a process starts. SQLite has one process, which counts in memory (`bot.pacing`).
"""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel import Session

from bot.pacing import rates_and_sizes

PACE_LOCK = 7_226_320
"""PostgreSQL advisory lock: of several senders one claims messages at a time."""
OVERALL = 2**62
"""Stands for the whole bot; no chat has an id as large."""
TIDY_EVERY = 100

_CREATE = """CREATE UNLOGGED TABLE IF NOT EXISTS bot_pace (
    chat_id bigint PRIMARY KEY, spent_until timestamptz NOT NULL)"""
_DEBTS = """SELECT chat_id, extract(epoch FROM spent_until - clock_timestamp())::float8
    FROM bot_pace WHERE spent_until > clock_timestamp()"""
_SPEND = """INSERT INTO bot_pace VALUES (:chat, clock_timestamp() + make_interval(secs => :seconds))
    ON CONFLICT (chat_id) DO UPDATE
    SET spent_until = greatest(bot_pace.spent_until, clock_timestamp()) + make_interval(secs => :seconds)"""
_BLOCK = """INSERT INTO bot_pace VALUES (:chat, clock_timestamp() + make_interval(secs => :seconds))
    ON CONFLICT (chat_id) DO UPDATE SET spent_until = greatest(bot_pace.spent_until, EXCLUDED.spent_until)"""
_TIDY = "DELETE FROM bot_pace WHERE spent_until < clock_timestamp()"


class SharedPace:
    """Token buckets for the whole bot and for each chat, in the database of several processes."""

    def __init__(self, per_second: float, per_second_per_chat: float, per_minute_per_group: float) -> None:
        self._rates, self._sizes = rates_and_sizes(per_second, per_second_per_chat, per_minute_per_group)
        self._spent = 0
        self.seconds_until_change = 60.0
        """When the next bucket that was empty at the last look has room again."""

    def prepare(self, session: Session) -> None:
        """Make the table if it is not there."""
        self._lock(session)
        session.connection().execute(text(_CREATE))

    def look(self, session: Session) -> tuple[int, list[int]]:
        """How many messages may go out now, and the chats that must not be written to.

        Holds the other processes' senders back until the transaction ends, so that no token is spent twice.
        """
        self._lock(session)
        allowance, resting, waits = int(self._sizes["all"]), [], []
        for chat, debt in session.connection().execute(text(_DEBTS)):
            kind = _kind(chat)
            tokens = self._sizes[kind] - debt * self._rates[kind]
            if tokens < 1:
                waits.append((1 - tokens) / self._rates[kind])
            if chat == OVERALL:
                allowance = max(int(tokens), 0)
            elif tokens < 1:
                resting.append(chat)
        self.seconds_until_change = max(0.01, min(waits, default=60.0))
        return allowance, resting

    def spend(self, session: Session, chats: Sequence[int]) -> None:
        """Messages go out to these chats."""
        if not chats:
            return
        for chat, count in sorted(Counter([*chats, *[OVERALL] * len(chats)]).items()):
            seconds = count / self._rates[_kind(chat)]
            session.connection().execute(text(_SPEND), {"chat": chat, "seconds": seconds})
        self._spent += 1
        if self._spent % TIDY_EVERY == 0:
            session.connection().execute(text(_TIDY))

    def block(self, session: Session, chat: int, seconds: float) -> None:
        """Telegram asked to wait before writing to a chat again."""
        kind = _kind(chat)
        until = seconds + (self._sizes[kind] - 1) / self._rates[kind]
        session.connection().execute(text(_BLOCK), {"chat": chat, "seconds": until})

    def _lock(self, session: Session) -> None:
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": PACE_LOCK})


def _kind(chat: int) -> str:
    return "all" if chat == OVERALL else "group" if chat < 0 else "private"
