"""A stand-in for Telegram with a clock that stands still until it is told otherwise."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.demo.server import running_stand_in
from bot.demo.telegram import TOKEN, Telegram


@dataclass
class StillClock:
    """Time that moves only by hand."""

    moment: datetime = field(default=datetime(2026, 11, 23, 12, 0, tzinfo=UTC))

    def now(self) -> datetime:
        return self.moment

    def forward(self, **step: int) -> None:
        self.moment += timedelta(**step)


class Desk:
    """A stand-in, with the bot's hand on its calls."""

    def __init__(self) -> None:
        self.clock = StillClock()
        self.seconds = 0.0
        self.telegram = Telegram(self.clock, monotonic=lambda: self.seconds)
        self.people = self.telegram.people

    def call(self, method: str, **params: object) -> object:
        """The result of a call that must succeed."""
        status, body = self.telegram.call(TOKEN, method, params)
        assert status == 200, body
        return body["result"]

    def refusal(self, method: str, **params: object) -> tuple[int, str]:
        """Status and description of a call that must fail."""
        status, body = self.telegram.call(TOKEN, method, params)
        assert body["ok"] is False, body
        assert body["error_code"] == status
        return status, str(body["description"])

    def send(self, chat_id: int, text: str = "hello", **params: object) -> dict[str, object]:
        """A message of the bot."""
        result = self.call("sendMessage", chat_id=chat_id, text=text, **params)
        assert isinstance(result, dict)
        return result

    def updates(self, **params: object) -> list[dict[str, object]]:
        """What getUpdates gives."""
        result = self.call("getUpdates", **params)
        assert isinstance(result, list)
        return result


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def wang(desk: Desk) -> int:
    """A manager who pressed Start long ago."""
    person = desk.people.add("芳", "王", "wangfang", "zh-hans", person_id=9001)
    desk.people.open(person.id)
    return person.id


@pytest.fixture
def group(desk: Desk, wang: int) -> int:
    """A supergroup with the manager and the bot in it, in privacy mode."""
    return desk.people.add_group("培训经理群", members=(wang,), silent=True).id


@pytest.fixture
async def address(desk: Desk) -> AsyncIterator[str]:
    """The stand-in over HTTP."""
    async with running_stand_in(desk.telegram) as url:
        yield url
