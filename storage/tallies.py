"""What was counted before: how many of each sort a period holds, and the figures of closed cohorts.

A tally is forgotten by triggers the moment anything it counted changes, in the same transaction and whoever changes it:
another process, a later version of the bot, a person with a database's own tools. So what is there is true, and what is
not there is counted from the records: the same figure, later.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sql
from sqlalchemy import JSON, Column, Connection, Integer, Table, UniqueConstraint, event, func, text
from sqlmodel import Field, Session, SQLModel, col

from storage import follow_up, orders, reports  # noqa: F401  imported for the tables that are counted
from storage.alike import Alike, count_alike
from storage.dialect import enum_column, insert_new
from storage.kinds import ReportKind, ReportState
from storage.people import CompanyId
from storage.reports import Obligation
from storage.roster import CohortId

CHANGING = 7_226_319
"""PostgreSQL advisory lock: shared by all that change what is counted, alone for whoever keeps a tally."""


class Tally(SQLModel, table=True):
    """What one period of one kind holds."""

    __tablename__ = "tally"
    __table_args__ = (UniqueConstraint("kind", "first_day"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: ReportKind = Field(sa_column=enum_column(ReportKind))
    first_day: date
    sorts: list[list[Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """One for each sort, with how many: see `_written`."""


class CohortTally(SQLModel, table=True):
    """The figures of a cohort whose last window has closed, as of any later date."""

    __tablename__ = "cohort_tally"

    cohort_id: CohortId = Field(primary_key=True, sa_type=Integer)
    on_post: int
    ordered_and_stayed: int
    orders: int
    stayed: int
    started: int
    eliminated: int
    trial_passed: int
    trial_failed: int
    trial_undecided: int
    first_on_post: date
    closes_on: date
    accompanied: int
    checked: int


def count_by_tally(
    session: Session, kind: ReportKind, first_days: Collection[date], for_companies: bool
) -> Counter[Alike]:
    """The same as `count_alike` for everybody, counted anew only where no tally is kept."""
    session.flush()
    if not first_days:
        return Counter()
    known = sql.select(col(Tally.first_day), col(Tally.sorts)).where(
        col(Tally.kind) == kind, col(Tally.first_day).between(min(first_days), max(first_days))
    )
    found: Counter[Alike] = Counter()
    rest = set(first_days)
    for first_day, sorts in session.connection().execute(known):
        if first_day in rest:
            rest.remove(first_day)
            found.update({_read(first_day, written): written[-1] for written in sorts})
    found.update(count_alike(session, kind, rest, for_companies))
    return found


def tallies_kept(session: Session, since: date) -> Mapping[ReportKind, int]:
    """How many periods that begin at or after a day have a tally, kind by kind."""
    query = sql.select(col(Tally.kind), func.count()).where(col(Tally.first_day) >= since).group_by(col(Tally.kind))
    return dict(session.connection().execute(query).tuples().all())


def untallied(session: Session, kind: ReportKind, first_days: Iterable[date]) -> list[date]:
    """Those of these periods without a tally."""
    query = sql.select(col(Tally.first_day)).where(col(Tally.kind) == kind)
    known = set(session.connection().execute(query).scalars())
    return [day for day in first_days if day not in known]


def keep_tallies(session: Session, kind: ReportKind, first_days: Collection[date], for_companies: bool) -> bool:
    """Count these periods and keep the tallies; False, and nothing done, while somebody else changes what is counted.

    Whoever wants to change it later waits for the end of this transaction: it should be near.
    """
    session.flush()
    if not nobody_changes(session):
        return False
    sorts: dict[date, list[list[Any]]] = {day: [] for day in first_days}
    for alike, number in count_alike(session, kind, first_days, for_companies).items():
        sorts[alike.first_day].append(_written(alike, number))
    insert_new(session, Tally, [{"kind": kind, "first_day": day, "sorts": own} for day, own in sorts.items()])
    return True


def nobody_changes(session: Session) -> bool:
    """Whether nobody has changed what is counted and not committed yet; from now on whoever wants to waits for the end
    of this transaction.
    """
    if session.get_bind().dialect.name == "sqlite":
        return True
    return bool(session.connection().execute(sql.select(func.pg_try_advisory_xact_lock(CHANGING))).scalar_one())


def earliest_obligations(session: Session) -> Mapping[ReportKind, date]:
    """The first day of the first period of each kind that was ever owed."""
    kinds = list(ReportKind)
    first = [
        sql.select(func.min(col(Obligation.first_day))).where(col(Obligation.kind) == kind).scalar_subquery()
        for kind in kinds
    ]
    row = session.connection().execute(sql.select(*first)).one()
    return {kind: day for kind, day in zip(kinds, row, strict=True) if day is not None}


def _written(alike: Alike, number: int) -> list[Any]:
    due_at, late_from = (at.isoformat() if at is not None else None for at in (alike.due_at, alike.late_from))
    return [alike.last_day.isoformat(), due_at, late_from, *alike[4:], number]


def _read(first_day: date, written: list[Any]) -> Alike:
    last_day, due_at, late_from, certainty, waived, state, on_leave, company_id, _ = written
    return Alike(
        first_day,
        date.fromisoformat(last_day),
        datetime.fromisoformat(due_at) if due_at is not None else None,
        datetime.fromisoformat(late_from) if late_from is not None else None,
        certainty,
        waived,
        ReportState(state) if state is not None else None,
        on_leave,
        CompanyId(company_id) if company_id is not None else None,
    )


def watch_what_is_counted(connection: Connection) -> None:
    """Set the triggers anew and forget every tally: after the tables were made or altered."""
    for statement in TRIGGERS[connection.dialect.name]:
        connection.execute(text(statement))
    for table in ("tally", "cohort_tally"):
        connection.execute(text(f"DELETE FROM {table}"))


_PERIOD = "DELETE FROM tally WHERE kind = {row}.kind AND first_day = {row}.first_day;"
_COHORT = "DELETE FROM cohort_tally WHERE cohort_id = (SELECT cohort_id FROM hire WHERE id = {row}.hire_id);"
COUNTED = {
    "obligation": (
        "kind, first_day, last_day, person_id, company_id, company_key, due_at, late_from, certainty, waived",
        _PERIOD,
    ),
    "report": ("kind, first_day, last_day, person_id, company_id, company_key, state", _PERIOD),
    "leave": (
        "person_id, first_day, last_day, cancelled_at",
        "DELETE FROM tally WHERE kind = 'daily' AND first_day BETWEEN {row}.first_day AND {row}.last_day;",
    ),
    "hire": (
        "cohort_id, on_post, closes_on, last_day, trained, stage, trial_passed",
        "DELETE FROM cohort_tally WHERE cohort_id = {row}.cohort_id;",
    ),
    "orders": ("hire_id, day, quantity, refunded", _COHORT),
    "ride_along": ("hire_id, day, to_improve", _COHORT),
    "spot_check": ("hire_id, day, feedback", _COHORT),
}
"""Of each table that is counted: the columns the counts depend on, and what forgets the tallies a row of it is in."""
ROWS = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}


def _triggers(dialect: str) -> Iterator[str]:
    for table, (columns, forget) in COUNTED.items():
        for change, rows in ROWS.items():
            name, of = f"tally_{table}_{change}", f" OF {columns}" if change == "update" else ""
            forgets = " ".join(forget.format(row=row) for row in rows)
            if dialect == "sqlite":
                yield f"DROP TRIGGER IF EXISTS {name}"
                yield f'CREATE TRIGGER {name} AFTER {change}{of} ON "{table}" BEGIN {forgets} END'
                continue
            # A tally that is being kept just now is seen, and forgotten, once the lock is granted.
            yield (
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"PERFORM pg_advisory_xact_lock_shared({CHANGING}); {forgets} RETURN NULL; END $$"
            )
            yield f'DROP TRIGGER IF EXISTS {name} ON "{table}"'
            yield f'CREATE TRIGGER {name} AFTER {change}{of} ON "{table}" FOR EACH ROW EXECUTE FUNCTION {name}()'


TRIGGERS = {dialect: tuple(_triggers(dialect)) for dialect in ("sqlite", "postgresql")}

_TABLES = SQLModel.metadata.tables
for _counted in COUNTED:
    # Made, and filled by a move to another database, after what they count.
    for _tally in ("tally", "cohort_tally"):
        _TABLES[_tally].add_is_dependent_on(_TABLES[_counted])
_TABLES["tally"].add_is_dependent_on(_TABLES["cohort_tally"])


@event.listens_for(_TABLES["tally"], "after_create")
def _after_create(_table: Table, connection: Connection, **_: Any) -> None:
    watch_what_is_counted(connection)
