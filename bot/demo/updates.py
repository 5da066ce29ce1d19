"""The queue of updates, with the offsets of `getUpdates` and the settings of the webhook."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from bot.demo.events import Bell
from bot.demo.refusal import JsonObject, RefusedError, bad_request

_NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
_FIRST_UPDATE = 700_000_001


@dataclass(frozen=True)
class Update:
    """One update, waiting to be confirmed."""

    update_id: int
    kind: str
    content: JsonObject

    def as_json(self) -> JsonObject:
        return {"update_id": self.update_id, self.kind: self.content}


@dataclass
class Webhook:
    """Where updates are pushed to, and how the last pushes went."""

    url: str = ""
    secret_token: str | None = None
    max_connections: int = 40
    last_error: str | None = None
    last_error_date: datetime | None = None


class UpdateQueue:
    """Holds updates until the bot confirms them.

    An update leaves the queue when `getUpdates` comes with a higher offset, or when the webhook answered 2xx.
    """

    def __init__(self) -> None:
        self._next_id = _FIRST_UPDATE
        self._waiting: deque[Update] = deque()
        self._again: deque[Update] = deque()
        self._repeats = 0
        self._poller = 0
        self.allowed: list[str] | None = None
        self.webhook = Webhook()
        self.arrived = Bell()
        self.accepted: list[int] = []

    @property
    def pending(self) -> int:
        """How many updates the bot has not confirmed."""
        return len(self._waiting)

    @property
    def polls(self) -> int:
        """How often the bot came to ask."""
        return self._poller

    def put(self, kind: str, content: JsonObject) -> int | None:
        """Queue an update and say its id; None when the bot does not want this kind."""
        wanted = kind in self.allowed if self.allowed else kind not in _NOT_BY_DEFAULT
        if not wanted:
            return None
        update = Update(self._next_id, kind, content)
        self._next_id += 1
        self._waiting.append(update)
        self.arrived.ring()
        return update.update_id

    def duplicate_next(self, count: int) -> None:
        """Deliver the next so many updates a second time although the bot confirmed them."""
        self._repeats += count

    def drop_pending(self) -> None:
        """Forget what was not confirmed."""
        self._waiting.clear()
        self._again.clear()

    def fetch(self, offset: int | None, limit: int | None, allowed: list[str] | None) -> list[JsonObject]:
        """Confirm what lies before the offset and return what waits after it, at once.

        A negative offset keeps only that many of the last updates. RefusedError (409) while a webhook is set.
        """
        if self.webhook.url:
            raise RefusedError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        if limit is not None and not 1 <= limit <= 100:
            limit = 100
        self.set_allowed(allowed)
        if offset is not None and offset < 0:
            while len(self._waiting) > -offset:
                self._waiting.popleft()
        elif offset:
            while self._waiting and self._waiting[0].update_id < offset:
                self.confirm_first()
        batch = [*self._again, *self._waiting][: limit or 100]
        self._again.clear()
        return [update.as_json() for update in batch]

    def set_allowed(self, allowed: list[str] | None) -> None:
        """Keep the kinds of updates the bot wants; no list changes nothing, an empty one is the default."""
        if allowed is not None:
            if not all(isinstance(kind, str) for kind in allowed):
                raise bad_request("can't parse allowed_updates")
            self.allowed = allowed or None

    def first(self) -> Update | None:
        """The oldest unconfirmed update: what the webhook gets next."""
        return self._again[0] if self._again else (self._waiting[0] if self._waiting else None)

    def confirm_first(self) -> None:
        """The oldest update arrived."""
        if self._again and self.webhook.url:
            self._again.popleft()
            return
        update = self._waiting.popleft()
        self.accepted.append(update.update_id)
        if self._repeats:
            self._repeats -= 1
            self._again.append(update)

    def begin_poll(self) -> int:
        """A poller arrives, ending the one before it; says the poller's number."""
        self._poller += 1
        self.arrived.ring()
        return self._poller

    def superseded(self, number: int) -> RefusedError | None:
        """The 409 for a poller that another one has ended."""
        if number == self._poller:
            return None
        return RefusedError(
            409,
            "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
        )
