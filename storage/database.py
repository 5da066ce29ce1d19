"""The engine: one transaction at a time for SQLite, several for PostgreSQL, never on the event loop.

All database work is synchronous and runs in threads of its own: a statement then costs one call instead of a
hop between threads, and the code that records and composes is plain Python.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

Result = TypeVar("Result")

POSTGRES_THREADS = 6


class Database:
    """The bot's database, SQLite (a file) or PostgreSQL, behind the same calls.

    `transaction()` is for synchronous callers; `run()` hands a piece of work to a database thread and awaits it.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if self.is_sqlite else create_engine(url, pool_size=POSTGRES_THREADS)
        # SQLite has one writer: one thread saves waiting for its lock.
        self._threads = ThreadPoolExecutor(1 if self.is_sqlite else POSTGRES_THREADS, "database")
        # Synchronous callers (tests, pictures) take turns with that thread instead of meeting SQLite's busy timeout.
        self._writer = threading.RLock() if self.is_sqlite else None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work commits together at the end, or not at all."""
        if self._writer is None:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
            return
        with self._writer, Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    async def run(self, work: Callable[[Session], Result]) -> Result:
        """Run `work` in one transaction on a database thread."""

        def in_transaction() -> Result:
            with self.transaction() as session:
                return work(session)

        return await asyncio.get_running_loop().run_in_executor(self._threads, in_transaction)

    def close(self) -> None:
        """Wait for the work under way and let go of every connection."""
        self._threads.shutdown(wait=True)
        self.engine.dispose()


def _sqlite_engine(url: str) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    # Measured: with the driver's own transactions concurrent updates are silently lost; hence autocommit in the
    # driver and an explicit BEGIN IMMEDIATE.
    engine = create_engine(url, connect_args={"isolation_level": None, "check_same_thread": False, "timeout": 30})

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        assert isinstance(connection, sqlite3.Connection)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: object) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # type: ignore[attr-defined]  # a Connection, untyped by the event

    return engine
