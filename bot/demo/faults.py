"""Faults to order: the stand-in misbehaves as Telegram and the network do on bad days."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.demo.refusal import JsonObject, RefusedError, forbidden, too_many_requests

SENDING = frozenset({"sendmessage", "sendphoto", "senddocument"})
EDITING = frozenset({"editmessagetext", "editmessagecaption", "editmessagemedia", "editmessagereplymarkup"})


class FaultKind(StrEnum):
    RATE_LIMIT = "rate_limit"
    FORBIDDEN = "forbidden"
    SERVER_ERROR = "server_error"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    HANG = "hang"
    GARBAGE = "garbage"
    DELAY = "delay"


@dataclass
class Fault:
    """One kind of trouble: for whom, and for how long.

    `calls` limits how often it strikes, `seconds` how long it lasts (real time); without either it stays.
    `methods` are lower case, empty for all; `chat_id` None for all. `wait` is the seconds of a delay or of a
    hang, `retry_after` what a 429 asks for, `status` the one of a server error.
    """

    kind: FaultKind
    methods: frozenset[str] = frozenset()
    chat_id: int | None = None
    calls: int | None = None
    seconds: float | None = None
    wait: float = 1.0
    retry_after: int = 1
    status: int = 502
    description: str = ""
    struck: int = 0
    until: float | None = None

    def refusal(self) -> RefusedError | None:
        """The error answer of this fault, if it is of the kind that answers."""
        if self.kind is FaultKind.RATE_LIMIT:
            return too_many_requests(self.retry_after)
        if self.kind is FaultKind.FORBIDDEN:
            return forbidden(self.description or "bot was blocked by the user")
        if self.kind is FaultKind.SERVER_ERROR:
            return RefusedError(self.status, self.description or "Bad Gateway")
        return None

    def as_json(self) -> JsonObject:
        return {
            "kind": self.kind.value,
            "methods": sorted(self.methods),
            "chat_id": self.chat_id,
            "calls": self.calls,
            "seconds": self.seconds,
            "struck": self.struck,
        }


class Faults:
    """The faults in force; the first that fits a call strikes."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put a fault in force from now on."""
        if fault.seconds is not None:
            fault.until = self._monotonic() + fault.seconds
        self._faults.append(fault)

    def clear(self) -> None:
        """Fine weather."""
        self._faults.clear()

    def in_force(self) -> list[Fault]:
        """The faults that can still strike."""
        now = self._monotonic()
        self._faults = [
            fault
            for fault in self._faults
            if (fault.calls is None or fault.struck < fault.calls) and (fault.until is None or now < fault.until)
        ]
        return list(self._faults)

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """The fault that strikes this call, counted; None when all goes well."""
        for fault in self.in_force():
            if fault.methods and method.lower() not in fault.methods:
                continue
            if fault.chat_id is not None and fault.chat_id != chat_id:
                continue
            fault.struck += 1
            return fault
        return None
