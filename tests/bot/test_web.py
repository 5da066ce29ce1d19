"""The webhook's door: it opens to Telegram's secret alone, takes bounded bodies, and says ok for what is stored."""

import json
from collections.abc import Callable

import pytest
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from bot.settings import Settings
from bot.web import LARGEST_BODY, SECRET_HEADER, Health, make_app
from storage.inbox import InboxUpdate
from tests.chat import World

SECRET = "a-secret-of-the-test"
UPDATE = json.dumps({"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}}})
Post = Callable[..., int]


@pytest.fixture
def post(world: World) -> Post:
    """Delivers something to the webhook of a bot."""
    settings = Settings(
        token=SecretStr("1:x"),
        webhook_url="https://bot.example.com/telegram",
        webhook_secret=SecretStr(SECRET),
        _env_file=None,
    )
    app = make_app(settings, world.receiver, world.database, lambda _session: Health(True, {}), world.clock.now)

    async def deliver(body: bytes, headers: dict[str, str], path: str) -> int:
        async with TestClient(TestServer(app)) as client, client.post(path, data=body, headers=headers) as answer:
            return answer.status

    def deliver_now(body: str | bytes, secret: str | None = SECRET, path: str = "/telegram") -> int:
        content = body.encode() if isinstance(body, str) else body
        headers = {SECRET_HEADER: secret} if secret is not None else {}
        return world.loop.run_until_complete(deliver(content, headers, path))

    return deliver_now


def test_an_update_is_stored_before_it_is_acknowledged(world: World, post: Post) -> None:
    assert post(UPDATE) == 200
    assert [row.update_id for row in world.all_of(InboxUpdate)] == [1]
    assert post(UPDATE) == 200, "once more, as Telegram does when the answer is lost"
    assert len(world.all_of(InboxUpdate)) == 1


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], f"{SECRET}x"])
def test_without_the_secret_nothing_comes_in(world: World, post: Post, secret: str | None) -> None:
    assert post(UPDATE, secret=secret) == 403
    assert world.all_of(InboxUpdate) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"x" * (LARGEST_BODY + 1), 413),
        (b"not JSON", 400),
        (b"\xff\xfe", 400),
        (b"[" * 200_000, 400),
        (b"[]", 400),
        (b'{"update_id": "1"}', 400),
        (b'{"update_id": 99999999999999999999}', 400),
        (b"{}", 400),
    ],
    ids=["large", "words", "bytes", "deep", "list", "text for a number", "beyond all bounds", "nothing"],
)
def test_what_is_no_update_is_refused(world: World, post: Post, body: bytes, status: int) -> None:
    assert post(body) == status
    assert world.all_of(InboxUpdate) == []


def test_the_path_alone_is_the_door(post: Post) -> None:
    assert post(UPDATE, path="/other") == 404


def test_what_cannot_be_stored_is_not_acknowledged(world: World, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_session: Session, *_rows: object) -> int:
        raise OperationalError("x", {}, Exception("database is locked"))

    with monkeypatch.context() as patch:
        patch.setattr("bot.receiver.store_updates", away)
        assert post(UPDATE) == 503
    assert post(UPDATE) == 200
    assert len(world.all_of(InboxUpdate)) == 1
