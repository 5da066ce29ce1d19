"""What stands in the log: what failed and where, and neither a token nor anybody's words."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import structlog
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.demo.people import People
from bot.logs import configure_logs, places_of, redact
from handlers import dispatch
from handlers.turn import Turn
from storage.people import Role
from tests.chat import World

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_"
SECRET = "webhook-secret"


@contextmanager
def logging_as_the_program_does() -> Iterator[None]:
    """Logs as the program writes them, on standard error; afterwards as they were."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logs("json", TOKEN, SECRET)
    # A logger that is bound for good would go on like this in every other test.
    structlog.configure(cache_logger_on_first_use=False)
    try:
        yield
    finally:
        root.handlers[:], root.level = handlers, level
        structlog.configure(**before)


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines() if line[:1] == "{"]


def test_the_token_is_taken_out_of_every_line(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_as_the_program_does():
        structlog.get_logger().warning(
            "call", action="x", error=f"https://api.telegram.org/bot{TOKEN}/getMe", other=SECRET
        )
        logging.getLogger("some.library").warning("POST %s", f"/bot{TOKEN}/sendMessage")
        try:
            raise OSError(5, f"no route to /bot{TOKEN}/getMe")
        except OSError:
            logging.getLogger("asyncio").exception("Task exception was never retrieved")

    lines = written(capsys)
    assert len(lines) == 3
    assert TOKEN not in json.dumps(lines)
    assert SECRET not in json.dumps(lines)
    assert "<secret>" in lines[0]["error"]


def test_what_looks_like_any_bots_token_is_taken_out() -> None:
    assert redact(f"bot{TOKEN}/x") == "bot<token>/x"


def test_an_update_that_fails_is_logged_without_what_was_said(
    capsys: pytest.CaptureFixture[str], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(turn: Turn) -> None:
        try:
            int(turn.text)
        except ValueError as error:
            raise RuntimeError(turn.text) from error

    monkeypatch.setattr(dispatch, "_answer_private", fail)
    wang = world.person("王芳", Role.viewer)

    def speak(people: People) -> None:
        people.say(wang.telegram_id, "机密的话")

    world.act(speak)
    with logging_as_the_program_does():
        world.settle()

    (line,) = [line for line in written(capsys) if line.get("action") == "update.failed"]
    assert "ValueError" in line["exception"]
    assert "RuntimeError" in line["exception"]
    assert "test_logs.py" in line["exception"], "the place is told"
    assert "机密" not in json.dumps(line, ensure_ascii=False)


def test_a_databases_own_trouble_is_told_in_its_words() -> None:
    full = OperationalError("INSERT …", {"name": "王芳"}, Exception("database or disk is full\nDETAIL: 王芳"))
    assert places_of(full) == "sqlalchemy.exc.OperationalError: database or disk is full"
    twice = IntegrityError("INSERT …", {}, Exception("Key (name)=(王芳) already exists"))
    assert places_of(twice) == "sqlalchemy.exc.IntegrityError"
