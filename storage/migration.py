"""Bringing a database to the tables this version of the bot expects, step by step (Alembic).

A new database gets every step as well. There are no steps back: the way back is the backup made before.

Alembic is imported where a step is taken or written: a start that finds its database up to date does without.
"""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, inspect, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from storage.tallies import watch_what_is_counted

if TYPE_CHECKING:
    from alembic.config import Config

STEPS = Path(__file__).parent / "migrations" / "versions"
UPGRADE_LOCK = 7_226_318
"""PostgreSQL advisory lock: of several processes that start together one migrates, the others wait."""


class DatabaseIsNewer(Exception):
    """The database was last used by a newer version of the bot, whose tables this one does not know."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database is at step {revision}, which this version of the bot does not know. "
            "Use the newer version, or restore a backup made before it."
        )
        self.revision = revision


def upgrade(url: str) -> list[str]:
    """Take the database to the newest step, all or nothing; the steps that were taken.

    Raises `DatabaseIsNewer`; whatever the database itself raises leaves it as it was.
    """
    with altering(url) as connection:
        taken = _pending(_revision(connection))
        if taken:
            from alembic import command

            command.upgrade(_config(connection), "head")
            # SQLite loses the triggers of a table that is copied.
            watch_what_is_counted(connection)
            _check_foreign_keys(connection)
    return taken


def current(url: str) -> str | None:
    """The step the database is at; None for a new one. Does not create an SQLite file."""
    if not _exists(url):
        return None
    with _engine(url).connect() as connection:
        return _revision(connection)


def pending(url: str) -> list[str]:
    """The steps the database still has to take, in order. Raises `DatabaseIsNewer`."""
    return _pending(current(url))


def write(name: str) -> Path:
    """Write the next step: what the models have that the steps so far lack. For `make migration`."""
    from alembic import command

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/empty.db"
        upgrade(url)
        with _engine(url).connect() as connection:
            config = _config(connection)
            number = len(_pending(None)) + 1
            script = command.revision(config, name, autogenerate=True, rev_id=f"{number:04d}")
    assert script is not None
    assert not isinstance(script, list)
    path = Path(script.path)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.lstrip().startswith("# ###")), encoding="utf-8")
    return path


@contextmanager
def altering(url: str) -> Iterator[Connection]:
    """A transaction in which tables may be altered, by one process at a time; creates an SQLite file."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    with _engine(url).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})"))
        yield connection


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _pending(revision: str | None) -> list[str]:
    # One after the other, each numbered by `write`.
    steps = sorted(path.name.partition("_")[0] for path in STEPS.glob("[0-9]*.py"))
    if revision is None:
        return steps
    if revision not in steps:
        raise DatabaseIsNewer(revision)
    return steps[steps.index(revision) + 1 :]


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _exists(url: str) -> bool:
    address = make_url(url)
    return address.get_backend_name() != "sqlite" or Path(address.database or "").is_file()


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise RuntimeError("a migration left rows that point at rows which are gone")


def _engine(url: str) -> Engine:
    """An engine of its own: a table that SQLite copies must not meet the foreign keys the bot enforces."""
    engine = create_engine(url, poolclass=NullPool)
    if engine.dialect.name != "sqlite":
        return engine

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        assert isinstance(connection, sqlite3.Connection)
        # The driver would leave table changes outside the transaction.
        connection.isolation_level = None
        for pragma in ("busy_timeout=30000", "foreign_keys=OFF"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
