"""The journal of calls: what the bot asked of Telegram, and what it was told."""

from collections import Counter, deque
from dataclasses import dataclass
from datetime import datetime

from bot.demo.refusal import JsonObject


@dataclass(frozen=True)
class Call:
    """One call of the Bot API, numbered from 1.

    `at` is the demo's time, `outcome` "answered" or how the connection failed.
    """

    number: int
    at: datetime
    method: str
    params: JsonObject
    outcome: str
    status: int | None
    answer: JsonObject | None

    @property
    def ok(self) -> bool:
        return self.status == 200

    def as_json(self) -> JsonObject:
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            "method": self.method,
            "params": self.params,
            "outcome": self.outcome,
            "status": self.status,
            "answer": self.answer,
        }


class Journal:
    """The latest calls and how many there were in all, by method and status."""

    def __init__(self, keep: int = 100_000) -> None:
        self._calls: deque[Call] = deque(maxlen=keep)
        self._number = 0
        self.counts: Counter[tuple[str, str]] = Counter()

    def note(
        self,
        at: datetime,
        method: str,
        params: JsonObject,
        outcome: str,
        status: int | None = None,
        answer: JsonObject | None = None,
    ) -> Call:
        """Write a call down."""
        self._number += 1
        call = Call(self._number, at, method, params, outcome, status, answer)
        self._calls.append(call)
        self.counts[method, str(status) if status else outcome] += 1
        return call

    def calls(self, method: str | None = None, after: int = 0, ok: bool | None = None) -> list[Call]:
        """The calls kept, oldest first; of one method, after a number, only good or only bad ones."""
        return [
            call
            for call in self._calls
            if call.number > after
            and (method is None or call.method.lower() == method.lower())
            and (ok is None or call.ok is ok)
        ]
