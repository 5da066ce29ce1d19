"""Moving everything from one database to another: SQLite to PostgreSQL as the group grows, or back.

Tables are copied parents first, in batches that are committed as they come; a move that was interrupted goes on where
it stopped. Until both sides have been compared the new database bears a step of its own instead of the newest one, so
that no bot starts on half of the records.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Integer, MetaData, Table, delete, func, insert, make_url, select, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from bot.alone import hold_alone
from storage.database import Database
from storage.migration import DatabaseIsNewer, current, pending, upgrade
from storage.schema import metadata

BATCH = 2000
RUNNING = timedelta(minutes=1)
"""A database in which a bot wrote down so lately that it is alive is in use."""
UNFINISHED = "unfinished-move-"
"""Begins the step of a database that is being filled; what follows tells from which one."""


class MoveError(Exception):
    """A move that cannot be made or did not come out right; the text says why and what to do."""


@dataclass
class Moved:
    """What was compared and found the same: the rows of each table."""

    tables: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """All of them."""
        return sum(self.tables.values())


def move(source_url: str, target_url: str, now: datetime, say: Callable[[str], None], *, batch: int = BATCH) -> Moved:
    """Copy every table, set the sequences, compare counts and contents; `say` hears how far it is.

    No bot may run on either side (`now`, aware UTC, tells how long ago one did). Raises MoveError.
    """
    for url in (source_url, target_url):
        _check_address(url)
    if _without_password(source_url) == _without_password(target_url):
        raise MoveError("Both addresses are the same database.")
    with ExitStack() as stack:
        for url in (source_url, target_url):
            _hold(url, stack)
        source = _open(source_url, stack)
        _check_source(source_url, source, now)
        _prepare_target(source_url, target_url)
        target = _open(target_url, stack)
        try:
            for table in metadata.sorted_tables:
                _copy_table(table, source, target, batch, say)
            moved = _compare(source, target, say)
            with target.engine.begin() as connection:
                if not target.is_sqlite:
                    _set_sequences(connection)
                _set_step(connection, current(source_url) or "")
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
            raise MoveError(f"The move stopped: {reason}. Give the same command again to go on.") from None
    return moved


def _check_address(url: str) -> None:
    try:
        address = make_url(url)
    except ArgumentError:
        raise MoveError(f"{url!r} is not an address such as sqlite:///data/bot.db") from None
    if address.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise MoveError("Addresses begin with sqlite:/// or postgresql+psycopg://")


def _hold(url: str, stack: ExitStack) -> None:
    """Keep every bot away from a SQLite file meanwhile."""
    address = make_url(url)
    if address.drivername == "sqlite":
        path = Path(address.database or "")
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = hold_alone(path)
        if lock is None:
            raise MoveError(f"A bot runs on {path}: stop it first.")
        stack.enter_context(lock)


def _open(url: str, stack: ExitStack) -> Database:
    database = Database(url)
    stack.callback(database.close)
    return database


def _check_source(url: str, source: Database, now: datetime) -> None:
    try:
        if current(url) is None or pending(url):
            raise MoveError("The database to move from is not up to date: run python -m bot migrate on it first.")
    except DatabaseIsNewer as error:
        raise MoveError(str(error)) from None
    except SQLAlchemyError as error:
        raise MoveError(f"The database to move from cannot be read: {type(error).__name__}.") from None
    heartbeat = metadata.tables["heartbeat"]
    with source.engine.begin() as connection:
        beat = connection.execute(select(func.max(heartbeat.c.at))).scalar_one()
    if not source.is_sqlite and beat is not None and timedelta(0) <= now - beat < RUNNING:
        raise MoveError("A bot wrote to the database less than a minute ago: stop every process, wait, try again.")


def _prepare_target(source_url: str, target_url: str) -> None:
    """Make the tables of an empty database and mark it as being filled; go on with one this source began."""
    mark = UNFINISHED + hashlib.sha256(_without_password(source_url).encode()).hexdigest()[:12]
    try:
        step = current(target_url)
        if step == mark:
            return
        if step is not None and step.startswith(UNFINISHED):
            raise MoveError("The new database holds the half of a move from another one: empty it first.")
        probe = Database(target_url)
        try:
            with probe.engine.begin() as connection:
                if step is not None and not _has_no_rows(connection):
                    raise MoveError("The new database is not empty: give one without any records.")
                if step is None and _has_tables(connection):
                    raise MoveError("The new database has tables of something else: give an empty one.")
        finally:
            probe.close()
        upgrade(target_url)
        marking = Database(target_url)
        try:
            with marking.engine.begin() as connection:
                _set_step(connection, mark)
        finally:
            marking.close()
    except DatabaseIsNewer as error:
        raise MoveError(str(error)) from None
    except SQLAlchemyError as error:
        raise MoveError(f"The new database cannot be used: {type(error).__name__}.") from None


def _copy_table(table: Table, source: Database, target: Database, batch: int, say: Callable[[str], None]) -> None:
    """Copy what the target has not got yet: behind its last number, or all of it where rows have no numbers."""
    (key,) = table.primary_key
    copied = 0
    if not isinstance(key.type, Integer):
        with source.engine.begin() as connection:
            rows = [dict(row) for row in connection.execute(select(table)).mappings()]
        with target.engine.begin() as connection:
            connection.execute(delete(table))
            for start in range(0, len(rows), batch):
                connection.execute(insert(table), rows[start : start + batch])
        copied = len(rows)
    else:
        for rows in _batches(table, source, target, batch):
            with target.engine.begin() as connection:
                connection.execute(insert(table), rows)
            copied += len(rows)
    if copied:
        say(f"{table.name}: {copied} rows copied")


def _batches(table: Table, source: Database, target: Database, batch: int) -> Iterator[list[dict[str, Any]]]:
    (key,) = table.primary_key
    with target.engine.begin() as connection:
        last = connection.execute(select(func.max(key))).scalar_one()
    while True:
        query = select(table).order_by(key).limit(batch)
        if last is not None:
            query = query.where(key > last)
        # A transaction for each batch: none is open for long on either side.
        with source.engine.begin() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        if not rows:
            return
        yield rows
        last = rows[-1][key.name]


def _compare(source: Database, target: Database, say: Callable[[str], None]) -> Moved:
    """Count the rows of every table and add up what they hold, on both sides. Raises MoveError on a difference."""
    moved = Moved()
    different: list[str] = []
    for table in metadata.sorted_tables:
        before, after = _sum_of(table, source), _sum_of(table, target)
        moved.tables[table.name] = after[0]
        if before != after:
            different.append(f"{table.name} ({before[0]} rows, copied {after[0]})")
    if different:
        raise MoveError(
            f"These tables differ: {', '.join(different)}. Was the old database changed meanwhile? "
            "Empty the new one and start again."
        )
    say(f"compared: {moved.rows} rows, {moved.tables.get('orders', 0)} of them orders, hold the same on both sides")
    return moved


def _sum_of(table: Table, database: Database) -> tuple[int, int]:
    """How many rows, and the sum of their hashes: whatever the order in which a database gives them."""
    count = total = 0
    with database.engine.begin() as connection:
        result = connection.execution_options(yield_per=BATCH).execute(select(table))
        for row in result:
            count += 1
            plain = json.dumps([_plain(value) for value in row], ensure_ascii=False, sort_keys=True)
            total += int.from_bytes(hashlib.blake2b(plain.encode(), digest_size=8).digest(), "big")
    return count, total % 2**64


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _set_sequences(connection: Connection) -> None:
    """PostgreSQL counts on by itself only from where it is told."""
    for table in metadata.sorted_tables:
        (key,) = table.primary_key
        name = connection.execute(
            text("SELECT pg_get_serial_sequence(:table, :key)"), {"table": f'"{table.name}"', "key": key.name}
        ).scalar_one()
        if name is not None:
            last = connection.execute(select(func.max(key))).scalar_one()
            values = {"name": name, "last": max(last or 1, 1), "used": last is not None}
            connection.execute(text("SELECT setval(CAST(:name AS regclass), :last, :used)"), values)


def _set_step(connection: Connection, step: str) -> None:
    connection.execute(text("UPDATE alembic_version SET version_num = :step"), {"step": step})


def _has_no_rows(connection: Connection) -> bool:
    return all(connection.execute(select(table).limit(1)).first() is None for table in metadata.sorted_tables)


def _has_tables(connection: Connection) -> bool:
    found = MetaData()
    found.reflect(connection)
    return bool(found.tables)


def _without_password(url: str) -> str:
    return make_url(url).set(password=None).render_as_string()
