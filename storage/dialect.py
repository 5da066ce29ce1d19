"""The two spots where SQLite and PostgreSQL are told apart, and how enums are stored."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Column, Enum, Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def enum_column(kind: type[StrEnum], *, index: bool = False, nullable: bool = False) -> Column[Any]:
    """A column that stores an enum by its value, in text both databases read alike."""
    stored = Enum(kind, native_enum=False, length=24, values_callable=lambda members: [m.value for m in members])
    return Column(stored, nullable=nullable, index=index)


def insert_new(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, object]]) -> int:
    """Insert the rows whose unique key does not exist yet; the number that were new."""
    if not rows:
        return 0
    statement = _insert_new(table, session.get_bind().dialect.name)
    # Without this psycopg's answer to several rows in one statement is -1.
    result = session.connection().execute(
        statement, [dict(row) for row in rows], execution_options={"preserve_rowcount": True}
    )
    return result.rowcount


@cache
def _insert_new(table: type[SQLModel], dialect: str) -> Executable:
    """Built once: one statement, whatever the number of rows."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing()


def locks_rows(session: Session) -> bool:
    """Whether several processes may claim rows side by side (FOR UPDATE SKIP LOCKED)."""
    return session.get_bind().dialect.name != "sqlite"
