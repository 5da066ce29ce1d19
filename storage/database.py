"""The engine: one transaction at a time for SQLite, several for PostgreSQL, never on the event loop.

All database work is synchronous and runs in threads of its own: a statement then costs one call instead of a
hop between threads, and the code that records and composes is plain Python.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, ResourceClosedError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from storage import once

Result = TypeVar("Result")

POSTGRES_THREADS = 6
LASTING = "lasting"


SQLITE_TROUBLE = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PROTOCOL,
    }
)
POSTGRES_TROUBLE = ("08", "25", "40", "53", "55", "57", "58", "XX")
"""Classes of SQLSTATE: connection, read-only or aborted transaction, serialization and deadlock, resources, locks,
shutdown, system and internal errors."""


def fault_of(error: Exception) -> str:
    """What is wrong with a database, in the driver's own first line; statements and values are somebody's words."""
    return str(getattr(error, "orig", None) or error).partition("\n")[0]


def is_database_trouble(error: BaseException) -> bool:
    """Whether the database itself is in trouble (full, locked, away, deadlocked), so that the same may work later.

    What a statement or its values are to blame for is not.
    """
    if isinstance(error, PoolTimeout | ResourceClosedError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.Error):
        # The low byte of an extended code is the code itself.
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in SQLITE_TROUBLE
    state = getattr(error.orig, "sqlstate", None)
    # Without a state the connection broke before the server could answer.
    return state is None or str(state).startswith(POSTGRES_TROUBLE)


class Database:
    """The bot's database, SQLite (a file) or PostgreSQL, behind the same calls.

    `transaction()` is for synchronous callers; `run()` hands a piece of work to a database thread and awaits it.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url)
        once.watch(self.engine, remembers=self.is_sqlite)
        # SQLite has one writer: one thread saves waiting for its lock.
        self._threads = ThreadPoolExecutor(1 if self.is_sqlite else POSTGRES_THREADS, "database")
        # Synchronous callers (tests, pictures) take turns with that thread instead of meeting SQLite's busy timeout.
        self._writer = threading.RLock() if self.is_sqlite else None

    @contextmanager
    def transaction(self, *, lasting: bool = True) -> Iterator[Session]:
        """A session whose work commits together at the end, or not at all.

        What is not `lasting` SQLite need not have on the disk before it goes on: a power cut may undo it, a crash not.
        """
        with self._writer or nullcontext(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            if not lasting:
                session.connection(execution_options={LASTING: False})
            yield session

    async def run(self, work: Callable[[Session], Result], *, lasting: bool = True) -> Result:
        """Run `work` in one transaction (see there) on a database thread."""

        def in_transaction() -> Result:
            with self.transaction(lasting=lasting) as session:
                return work(session)

        return await asyncio.get_running_loop().run_in_executor(self._threads, in_transaction)

    def close(self) -> None:
        """Wait for the work under way and let go of every connection."""
        self._threads.shutdown(wait=True)
        self.engine.dispose()


@contextmanager
def snapshot(url: str) -> Iterator[Session]:
    """A session that only reads, and sees one moment of the database while others write.

    For processes that gather for seconds: nobody waits for them. Writing raises.
    """
    is_sqlite = make_url(url).get_backend_name() == "sqlite"
    if is_sqlite:
        engine = _sqlite_engine(url, reads_only=True)
    else:
        engine = _postgres_engine(url).execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    once.watch(engine, remembers=False)
    try:
        with Session(engine, expire_on_commit=False) as session:
            yield session
    finally:
        engine.dispose()


def _postgres_engine(url: str) -> Engine:
    # A server that vanished is noticed within half a minute, and a process that froze in a transaction does not keep
    # its locks from the others for longer than that.
    connect = {
        "connect_timeout": 10,
        "keepalives_idle": 15,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
        "options": "-c idle_in_transaction_session_timeout=30s -c lock_timeout=20s",
    }
    return create_engine(
        url, pool_size=POSTGRES_THREADS, pool_pre_ping=True, connect_args=connect, hide_parameters=True
    )


def _sqlite_engine(url: str, *, reads_only: bool = False) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    # Measured: with the driver's own transactions concurrent updates are silently lost; hence autocommit in the
    # driver and an explicit BEGIN IMMEDIATE.
    connect = {"isolation_level": None, "check_same_thread": False, "timeout": 30}
    # Errors go into the log, and the values of statements are somebody's words.
    engine = create_engine(url, connect_args=connect, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        assert isinstance(connection, sqlite3.Connection)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")
        if reads_only:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        lasting = connection.get_execution_options().get(LASTING, True)
        if connection.info.get(LASTING, True) != lasting:
            connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if lasting else 'NORMAL'}")
            connection.info[LASTING] = lasting
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

    return engine
