"""Reading once what is asked again and again: who speaks, companies, calendars, settings.

`once` keeps what was read until the transaction ends; `kept` also for later transactions, on SQLite, where this process
is the only one. Either is forgotten as soon as one of the tables it was read from is written: by this transaction
(every statement is looked at), by another connection (SQLite counts commits) or by a rollback.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExecutionContext
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlmodel import Session, SQLModel

Read = TypeVar("Read")
Tables = tuple[type[SQLModel], ...]
Answers = dict[Tables, dict[Hashable, Any]]
"""What was read, by the tables it was read from: a write drops it table by table."""

MOST_KEPT = 5000
"""Answers kept between transactions, of the same tables; the oldest go first."""
_KEY = "read once"
_READS = ("SELECT", "WITH", "PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")
"""How statements begin that change no table."""


@dataclass
class _Memory:
    """What committed transactions read, for later ones of this process."""

    answers: Answers = field(default_factory=dict)

    def take(self, tables: Tables, found: dict[Hashable, Any]) -> None:
        known = self.answers.setdefault(tables, {})
        known |= found
        for key in list(known)[: max(len(known) - MOST_KEPT, 0)]:
            del known[key]


@dataclass
class _Reading:
    """What one transaction has read, and which tables it has written (some, where that cannot be told)."""

    memory: _Memory | None
    answers: Answers = field(default_factory=dict)
    fresh: Answers = field(default_factory=dict)
    """Of these, what is to be kept."""
    written: set[str] = field(default_factory=set)
    wrote_unknown: bool = False
    over: bool = False

    def write(self, table: str) -> None:
        self.written.add(table)
        _drop(self.answers, {table})

    def write_unknown(self) -> None:
        self.wrote_unknown = True
        self.answers.clear()

    def remembered(self, tables: Tables, key: Hashable) -> Any:
        if self.memory is None or self.wrote_unknown or not _names(tables).isdisjoint(self.written):
            return _NOTHING
        return self.memory.answers.get(tables, {}).get(key, _NOTHING)

    def commit(self) -> None:
        if self.memory is None:
            return
        if self.wrote_unknown:
            self.memory.answers.clear()
            return
        _drop(self.memory.answers, self.written)
        _drop(self.fresh, self.written)
        for tables, found in self.fresh.items():
            self.memory.take(tables, found)


_NOTHING: Any = object()


@cache
def _names(tables: Tables) -> frozenset[str]:
    return frozenset(str(table.__tablename__) for table in tables)


def _drop(answers: Answers, written: set[str]) -> None:
    for tables in [each for each in answers if not _names(each).isdisjoint(written)]:
        del answers[tables]


def once(session: Session, key: Hashable, tables: Tables, read: Callable[[], Read]) -> Read:
    """What `read` gives, read at most once in a transaction for this key while none of its tables is written."""
    return _answer(session, key, tables, read, keep=False)


def kept(session: Session, key: Hashable, tables: Tables, read: Callable[[], Read]) -> Read:
    """The same, also for later transactions. Rows come as the session's own; other values must never be changed."""
    return _answer(session, key, tables, read, keep=True)


def _answer(session: Session, key: Hashable, tables: Tables, read: Callable[[], Read], *, keep: bool) -> Read:
    # What was changed and not written yet counts, as it would for a query.
    session.flush()
    reading: _Reading | None = session.info.get(_KEY)
    if reading is None or reading.over:
        reading = session.info[_KEY] = session.connection().info.get(_KEY)
        if reading is None:
            return read()
    found: Read = reading.answers.get(tables, {}).get(key, _NOTHING)
    if found is not _NOTHING:
        return found
    old = reading.remembered(tables, key) if keep else _NOTHING
    found = _as_own(session, old) if old is not _NOTHING else read()
    reading.answers.setdefault(tables, {})[key] = found
    if keep and old is _NOTHING:
        reading.fresh.setdefault(tables, {})[key] = found
    return found


def _as_own(session: Session, value: Any) -> Any:
    """Rows of an earlier session as rows of this one."""
    if isinstance(value, SQLModel):
        return session.merge(value, load=False)
    return [_as_own(session, each) for each in value] if isinstance(value, list) else value


def watch(engine: Engine, *, remembers: bool) -> None:
    """Let transactions of an engine read once; `remembers`: what they read is kept for the next (SQLite)."""
    memory = _Memory() if remembers else None

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if memory is not None and _others_committed(connection):
            memory.answers.clear()
        connection.info[_KEY] = _Reading(memory)

    @event.listens_for(engine, "before_cursor_execute")
    def before(
        connection: Connection, _cursor: object, statement: str, _params: object, context: ExecutionContext, _many: bool
    ) -> None:
        reading: _Reading | None = connection.info.get(_KEY)
        if reading is None or not isinstance(context, DefaultExecutionContext):
            return
        changes = context.isinsert or context.isupdate or context.isdelete
        table = getattr(context.invoked_statement, "table", None) if changes else None
        if table is not None:
            reading.write(str(table.name))
        elif changes or not statement.lstrip().upper().startswith(_READS):
            reading.write_unknown()

    @event.listens_for(engine, "rollback_savepoint")
    def undo(connection: Connection, _name: str, _context: None) -> None:
        reading: _Reading | None = connection.info.get(_KEY)
        if reading is not None:
            reading.answers.clear()
            reading.fresh.clear()

    @event.listens_for(engine, "commit")
    def commit(connection: Connection) -> None:
        reading: _Reading | None = connection.info.pop(_KEY, None)
        if reading is not None:
            reading.commit()
            reading.over = True

    @event.listens_for(engine, "rollback")
    def rollback(connection: Connection) -> None:
        reading: _Reading | None = connection.info.pop(_KEY, None)
        if reading is not None:
            reading.over = True


def _others_committed(connection: Connection) -> bool:
    """Whether another connection, of this process or another, has committed since this one last looked."""
    commits = connection.connection.cursor().execute("PRAGMA data_version").fetchone()[0]
    before = connection.info.get("commits of others")
    connection.info["commits of others"] = commits
    return bool(before != commits)
