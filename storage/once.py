"""Reading once what is asked again and again: who speaks, companies, calendars, settings.

`once` keeps what was read until the transaction ends; `kept` also for later transactions, on SQLite, where this process
is the only one. Either is forgotten as soon as one of the tables it was read from is written: by this transaction
(every statement is looked at), by another connection (SQLite counts commits) or by a rollback.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExecutionContext
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlmodel import Session, SQLModel

Read = TypeVar("Read")
Tables = tuple[type[SQLModel], ...]

MOST_KEPT = 5000
"""Answers kept between transactions; the oldest go first."""
_KEY = "read once"
_READS = ("SELECT", "WITH", "PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")
"""How statements begin that change no table."""


@dataclass(frozen=True)
class _Answer:
    tables: frozenset[str]
    value: Any
    keep: bool


@dataclass
class _Memory:
    """What committed transactions read, for later ones of this process."""

    answers: dict[Hashable, _Answer] = field(default_factory=dict)

    def forget(self, tables: set[str]) -> None:
        self.answers = {key: kept for key, kept in self.answers.items() if not kept.tables & tables}

    def take(self, answers: dict[Hashable, _Answer]) -> None:
        self.answers |= answers
        for key in list(self.answers)[: max(len(self.answers) - MOST_KEPT, 0)]:
            del self.answers[key]


@dataclass
class _Reading:
    """What one transaction has read, and which tables it has written (some, where that cannot be told)."""

    memory: _Memory | None
    answers: dict[Hashable, _Answer] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    wrote_unknown: bool = False

    def write(self, table: str) -> None:
        self.written.add(table)
        self.answers = {key: answer for key, answer in self.answers.items() if table not in answer.tables}

    def write_unknown(self) -> None:
        self.wrote_unknown = True
        self.answers = {}

    def remembered(self, key: Hashable) -> _Answer | None:
        answer = self.memory.answers.get(key) if self.memory is not None and not self.wrote_unknown else None
        return answer if answer is not None and not answer.tables & self.written else None

    def commit(self) -> None:
        if self.memory is None:
            return
        if self.wrote_unknown:
            self.memory.answers = {}
            return
        if self.written:
            self.memory.forget(self.written)
        self.memory.take({k: a for k, a in self.answers.items() if a.keep and not a.tables & self.written})


def once(session: Session, key: Hashable, tables: Tables, read: Callable[[], Read]) -> Read:
    """What `read` gives, read at most once in a transaction for this key while none of its tables is written."""
    return _answer(session, key, tables, read, keep=False)


def kept(session: Session, key: Hashable, tables: Tables, read: Callable[[], Read]) -> Read:
    """The same, also for later transactions. Rows come as the session's own; other values must never be changed."""
    return _answer(session, key, tables, read, keep=True)


def _answer(session: Session, key: Hashable, tables: Tables, read: Callable[[], Read], *, keep: bool) -> Read:
    # What was changed and not written yet counts, as it would for a query.
    session.flush()
    reading: _Reading | None = session.connection().info.get(_KEY)
    if reading is None:
        return read()
    answer = reading.answers.get(key)
    if answer is None:
        old = reading.remembered(key) if keep else None
        value = _as_own(session, old.value) if old is not None else read()
        names = old.tables if old is not None else frozenset(str(table.__tablename__) for table in tables)
        answer = reading.answers[key] = _Answer(names, value, keep and old is None)
    found: Read = answer.value
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
            memory.answers = {}
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
            reading.answers = {}

    @event.listens_for(engine, "commit")
    def commit(connection: Connection) -> None:
        reading: _Reading | None = connection.info.pop(_KEY, None)
        if reading is not None:
            reading.commit()

    @event.listens_for(engine, "rollback")
    def rollback(connection: Connection) -> None:
        connection.info.pop(_KEY, None)


def _others_committed(connection: Connection) -> bool:
    """Whether another connection, of this process or another, has committed since this one last looked."""
    commits = connection.connection.cursor().execute("PRAGMA data_version").fetchone()[0]
    before = connection.info.get("commits of others")
    connection.info["commits of others"] = commits
    return bool(before != commits)
