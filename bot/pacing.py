"""How fast the bot may speak: overall, to one person, to one group (Telegram's documented limits, a little below).

Telegram counts each second over all chats and each minute in a group, also after a long silence. So no minute in a
group sees more than was set, and no second over all chats more than a fifth above it (29 of Telegram's 30 at 25).
Buckets are counted on the monotonic clock: moving the wall clock changes nothing.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

PRIVATE_BURST = 3
"""Telegram tolerates a short burst to one person; a reply need not wait for the one before it."""
GROUP_BURST = 3


def rates_and_sizes(
    per_second: float, per_second_per_chat: float, per_minute_per_group: float
) -> tuple[dict[str, float], dict[str, float]]:
    """How fast each kind of bucket fills (per second), and how much it holds."""
    group_size = max(1.0, min(GROUP_BURST, per_minute_per_group / 2))
    # A full bucket counts too.
    group_rate = max(per_minute_per_group - group_size, per_minute_per_group / 2)
    return (
        {"all": 0.96 * per_second, "private": per_second_per_chat, "group": group_rate / 60},
        {"all": max(1.0, per_second / 5), "private": PRIVATE_BURST, "group": group_size},
    )


@dataclass
class _Bucket:
    tokens: float
    filled_at: float


class Pace:
    """Token buckets for the whole bot and for each chat."""

    def __init__(
        self,
        per_second: float,
        per_second_per_chat: float,
        per_minute_per_group: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        self._rates, self._sizes = rates_and_sizes(per_second, per_second_per_chat, per_minute_per_group)
        self._overall = _Bucket(self._sizes["all"], monotonic())
        self._chats: dict[int, _Bucket] = {}
        self._blocked_until: dict[int, float] = {}

    def allowance(self) -> int:
        """How many messages may go out now, over all chats."""
        self._refill(self._overall, "all")
        return int(self._overall.tokens)

    def resting_chats(self) -> list[int]:
        """Chats that must not be written to right now. Chats at rest for long are forgotten."""
        now = self._monotonic()
        self._blocked_until = {chat: until for chat, until in self._blocked_until.items() if until > now}
        resting = set(self._blocked_until)
        for chat, bucket in list(self._chats.items()):
            self._refill(bucket, _kind(chat))
            if bucket.tokens >= self._sizes[_kind(chat)]:
                del self._chats[chat]
            elif bucket.tokens < 1:
                resting.add(chat)
        return sorted(resting)

    def spend(self, chat: int) -> None:
        """A message goes out to a chat."""
        self._overall.tokens -= 1
        bucket = self._chats.setdefault(chat, _Bucket(self._sizes[_kind(chat)], self._monotonic()))
        bucket.tokens -= 1

    def block(self, chat: int, seconds: float) -> None:
        """Telegram asked to wait before writing to a chat again."""
        self._blocked_until[chat] = max(self._blocked_until.get(chat, 0), self._monotonic() + seconds)

    def seconds_until_change(self) -> float:
        """When the next resting chat or the overall bucket has room again."""
        now = self._monotonic()
        waits = [until - now for until in self._blocked_until.values()]
        waits += [
            (1 - bucket.tokens) / self._rates[_kind(chat)] for chat, bucket in self._chats.items() if bucket.tokens < 1
        ]
        if self._overall.tokens < 1:
            waits.append((1 - self._overall.tokens) / self._rates["all"])
        return max(0.01, min(waits, default=60.0))

    def _refill(self, bucket: _Bucket, kind: str) -> None:
        now = self._monotonic()
        bucket.tokens = min(self._sizes[kind], bucket.tokens + (now - bucket.filled_at) * self._rates[kind])
        bucket.filled_at = now


def _kind(chat: int) -> str:
    """Groups and channels have negative ids at Telegram."""
    return "group" if chat < 0 else "private"
