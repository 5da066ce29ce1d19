"""What every test may use: both databases, and how hypothesis behaves on a small machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from handlers.translations import translator
from tests import postgres
from tests.chat import World

# Two shared cores: how long one example takes says nothing.
settings.register_profile("shared cores", deadline=None, print_blob=True)
settings.load_profile("shared cores")


@pytest.fixture(autouse=True)
def every_text_has_its_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that reaches a Chinese reader without its Chinese fails the test, wherever it came from."""
    chinese = translator("zh")

    def said(message: str, _in_english: str) -> str:
        if message in chinese._catalog:
            return chinese._catalog[message]
        if any("\u3400" <= character <= "\u9fff" for character in message):
            return message
        raise LookupError(f"a text without its Chinese: {message}")

    monkeypatch.setattr(chinese, "_said", said)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a real PostgreSQL that lives as long as the test run (of one of its workers)."""
    with postgres.running_server() as address:
        yield address


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'bot.db'}"


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty PostgreSQL database, dropped afterwards."""
    with postgres.empty_database(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database: the test runs once on SQLite and once on PostgreSQL."""
    url = request.getfixturevalue(f"{request.param}_url")
    assert isinstance(url, str)
    return url


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """The bot in process, on 2026-11-23 10:00, with nobody in it yet."""
    made = World(tmp_path)
    yield made
    made.close()
