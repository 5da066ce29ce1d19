"""Everything kept about one person, table by table (handbook §10).

Which columns say whom a row is about, or who recorded it, is told from their names, so that a table added later is
included by itself.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Table, or_, select
from sqlmodel import Session

from storage.people import Person
from storage.schema import metadata

PERSON_COLUMNS = frozenset(
    {
        "person_id",
        "owner_id",
        "recorded_by",
        "rated_by",
        "confirmed_by",
        "filed_by",
        "created_by",
        "changed_by",
        "linked_by",
        "loaded_by",
    }
)
"""Columns that hold a person's id, whatever the table."""
CHAT_TABLES = frozenset({"inbox", "outbox", "post"})
"""Tables whose rows belong to a chat; a private chat has the id of its person's account."""
KEYS_SHOWN = 4
"""Of an invitation's code: whole, it would let somebody in."""

Record = dict[str, Any]


def everything_about(session: Session, person: Person) -> dict[str, list[Record]]:
    """Each table's rows that are about the person, were recorded by them, or passed through their chat; by table.

    Plain JSON values: instants as ISO text in UTC, days as ISO dates. Rows come in the order of their keys; tables
    without any are left out.
    """
    session.flush()
    found: dict[str, list[Record]] = {}
    for table in metadata.sorted_tables:
        condition = of_person(table, person)
        if condition is None:
            continue
        rows = session.connection().execute(select(table).where(condition).order_by(*table.primary_key)).mappings()
        records = [_record(table, dict(row)) for row in rows]
        if records:
            found[table.name] = records
    return found


def of_person(table: Table, person: Person) -> ColumnElement[bool] | None:
    """That a row of the table belongs to the person; None when no row of it can."""
    wanted: list[ColumnElement[bool]] = [
        column == person.id for column in table.columns if column.name in PERSON_COLUMNS
    ]
    if table.name == "person":
        wanted.append(table.c.id == person.id)
    if table.name in CHAT_TABLES:
        wanted.append(table.c.chat_id == person.telegram_id)
    if table.name == "inbox":
        # What they said in a group.
        wanted.append(table.c.body.contains(f'"from": {{"id": {person.telegram_id},', autoescape=True))
    if table.name == "preference":
        wanted.append(table.c.name == menu_name(person.telegram_id))
    if table.name == "audit_entry":
        wanted.append(table.c.details["person"].as_integer() == person.id)
    if table.name == "report_version":
        report = metadata.tables["report"]
        wanted.append(table.c.report_id.in_(select(report.c.id).where(report.c.person_id == person.id)))
    return or_(*wanted) if wanted else None


def menu_name(telegram_id: int) -> str:
    """The preference under which is kept what command menu an account was given."""
    return f"menu:{telegram_id}"


def _record(table: Table, row: Record) -> Record:
    if table.name == "invitation":
        row["code"] = f"{row['code'][:KEYS_SHOWN]}…"
    if table.name == "inbox":
        row["body"] = _parsed(row["body"])
    return {name: _plain(value) for name, value in row.items()}


def _parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def person_columns() -> Iterator[tuple[str, str]]:
    """Every column of the database that holds a person's id, as table and column."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.name in PERSON_COLUMNS:
                yield table.name, column.name
