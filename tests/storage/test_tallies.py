"""Who else may be at work while a tally is kept, and that nothing takes the triggers away that keep it true."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Delete, Update, create_engine, text
from sqlmodel import Session, select

from schedules.periods import Period
from storage import migration
from storage.follow_up import RideAlong, SpotCheck
from storage.kinds import ReportKind, ReportState
from storage.orders import Order
from storage.reports import Leave, Obligation, Report
from storage.roster import Cohort, Hire
from storage.schema import metadata
from storage.tallies import COUNTED, ROWS, CohortTally, Tally, count_by_tally, keep_tallies, watch_what_is_counted
from tests.schedules.office import Office, at

DAY = date(2026, 11, 9)
NAMES = {f"tally_{table}_{change}" for table in COUNTED for change in ROWS}


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    office = Office(database_url)
    yield office
    office.database.close()


def triggers(url: str) -> set[str]:
    engine = create_engine(url)
    postgres = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    sqlite = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with engine.connect() as connection:
        found = set(connection.execute(text(sqlite if engine.dialect.name == "sqlite" else postgres)).scalars())
    engine.dispose()
    return found


def tallied(session: Session) -> set[tuple[ReportKind, date]]:
    return {(tally.kind, tally.first_day) for tally in session.exec(select(Tally)).all()}


def test_tables_made_by_steps_have_the_triggers(database_url: str) -> None:
    migration.upgrade(database_url)
    assert triggers(database_url) == NAMES


def test_tables_made_without_steps_have_the_triggers(office: Office, database_url: str) -> None:
    assert triggers(database_url) == NAMES


def test_after_a_step_the_triggers_are_set_anew(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite alters a table by copying it, and the copy has none."""
    migration.upgrade(sqlite_url)
    with migration.altering(sqlite_url) as connection:
        connection.execute(text("DROP TRIGGER tally_report_update"))
    monkeypatch.setattr(migration, "_revision", lambda _: "0003")
    assert migration.upgrade(sqlite_url)
    assert triggers(sqlite_url) == NAMES


def test_setting_the_triggers_forgets_what_was_counted_without_them(office: Office) -> None:
    with office.work() as session:
        session.add(Tally(kind=ReportKind.daily, first_day=DAY))
        session.flush()
        watch_what_is_counted(session.connection())
        assert tallied(session) == set()


def test_the_planner_tallies_what_is_past_its_deadline_and_nothing_else(office: Office) -> None:
    wang = office.manager("王芳", office.company("杭州甲"))
    office.tick("2026-11-09 00:00")
    office.tick("2026-11-10 00:00")
    office.tick("2026-11-10 07:59")
    with office.work() as session:
        assert (ReportKind.daily, DAY) not in tallied(session)
    office.tick("2026-11-10 08:00")
    with office.work() as session:
        assert (ReportKind.daily, DAY) in tallied(session)
        assert (ReportKind.daily, date(2026, 11, 10)) not in tallied(session)
    office.files(wang, Period.daily(DAY), "2026-11-10 10:00")
    with office.work() as session:
        assert (ReportKind.daily, DAY) not in tallied(session)


def test_what_changes_a_report_and_what_keeps_a_tally_wait_for_each_other(postgres_url: str) -> None:
    office = Office(postgres_url)
    wang = office.manager("王芳", office.company("杭州甲"))
    office.tick("2026-11-09 00:00")

    def report() -> Report:
        state, sent_at = ReportState.on_time, at("2026-11-09 19:00")
        return Report(
            kind=ReportKind.daily, first_day=DAY, last_day=DAY, person_id=wang, state=state, sent_at=sent_at, body={}
        )

    engine = office.database.engine
    with Session(engine) as writer, Session(engine) as keeper:
        writer.add(report())
        writer.flush()
        assert not keep_tallies(keeper, ReportKind.daily, [DAY], for_companies=False)
        writer.rollback()
        assert keep_tallies(keeper, ReportKind.daily, [DAY], for_companies=False)
        with ThreadPoolExecutor(1) as thread:

            def write() -> None:
                writer.add(report())
                writer.commit()

            waiting = thread.submit(write)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.3)
            keeper.commit()
            waiting.result(timeout=10)
    with office.work() as session:
        assert tallied(session) == set()
        (sort,) = count_by_tally(session, ReportKind.daily, [DAY], for_companies=False)
        assert sort.report_state == "on_time"
    office.database.close()


def test_a_tally_is_moved_to_another_database_after_what_it_counts() -> None:
    tables = [table.name for table in metadata.sorted_tables]
    assert all(tables.index("tally") > tables.index(counted) for counted in COUNTED)


OTHER: dict[str, object] = {
    "kind": "weekly",
    "first_day": date(2026, 11, 10),
    "last_day": date(2026, 11, 8),
    "person_id": 2,
    "company_id": 2,
    "company_key": 2,
    "due_at": at("2026-11-11 08:00"),
    "late_from": at("2026-11-11 08:00"),
    "certainty": "assumed",
    "waived": True,
    "state": "late",
    "cancelled_at": at("2026-11-11 08:00"),
    "cohort_id": 2,
    "on_post": date(2026, 9, 2),
    "closes_on": date(2026, 10, 1),
    "trained": True,
    "stage": "left",
    "trial_passed": True,
    "hire_id": 2,
    "day": date(2026, 9, 3),
    "quantity": 5,
    "refunded": 1,
    "to_improve": "语速放慢一些，先听完",
    "feedback": "语速放慢一些，先听完",
}
"""A value for every column that is counted, other than the one in `records`."""
UNCOUNTED = {
    "obligation": {"id", "opens_at", "waived_reason"},
    "report": {"id", "sent_at", "subject", "version", "body", "text", "filed_by"},
    "leave": {"id", "reason", "recorded_by", "recorded_at"},
    "hire": {"id", "company_id", "name", "created_at", "left_reason", "exam_passed", "drill_passed"},
    "orders": {"id", "company_id", "tag", "recorded_by", "recorded_at", "batch"},
}
"""The columns no figure depends on. Of visits and checks only a few are counted."""


def columns_of(table: str) -> list[str]:
    return COUNTED[table][0].split(", ")


def records(office: Office) -> None:
    """One row of everything that is counted, two of what these belong to, and the tallies they are in."""
    companies = [office.company("杭州甲"), office.company("杭州乙")]
    person, _ = (office.manager(name, company) for name, company in zip(("王芳", "李娜"), companies, strict=True))
    noon = at("2026-11-09 12:00")
    own: dict[str, Any] = {"kind": ReportKind.daily, "first_day": DAY, "last_day": DAY, "person_id": person}
    with office.work() as session:
        for name, company in zip(("一期", "二期"), companies, strict=True):
            session.add(Cohort(company_id=company, name=name, created_at=noon))
        session.flush()
        for number in (1, 2):
            of: dict[str, Any] = {
                "company_id": companies[number - 1],
                "cohort_id": number,
                "name": "新人",
                "created_at": noon,
            }
            session.add(Hire(**of, on_post=date(2026, 9, 1), closes_on=date(2026, 9, 30)))
        session.flush()
        of = {"company_id": companies[0], "hire_id": 1, "day": date(2026, 9, 2), "recorded_at": noon}
        session.add(Order(**of, quantity=2))
        session.add(
            RideAlong(
                **of, person_id=person, part_of_day="morning", mode="you_do", visits=1, did_well="好", to_improve="好"
            )
        )
        session.add(SpotCheck(**of, person_id=person, topic="rules", result="passed", feedback="好"))
        session.add(Obligation(**own, opens_at=noon, due_at=noon, late_from=noon))
        session.add(Report(**own, sent_at=noon, state=ReportState.on_time))
        session.add(Leave(person_id=person, first_day=DAY, last_day=DAY, recorded_at=noon))
        session.flush()
        session.add(Tally(kind=ReportKind.daily, first_day=DAY))
        kept: dict[str, Any] = dict.fromkeys(CohortTally.model_fields, 0)
        kept |= {"cohort_id": 1, "first_on_post": date(2026, 9, 1), "closes_on": date(2026, 9, 30)}
        session.add(CohortTally(**kept))


def test_a_change_of_any_counted_column_forgets_the_tally(office: Office) -> None:
    records(office)
    for name in COUNTED:
        table = metadata.tables[name]
        kept = "tally" if name in ("obligation", "report", "leave") else "cohort_tally"
        if name in UNCOUNTED:
            assert set(table.columns.keys()) == set(columns_of(name)) | UNCOUNTED[name], f"is it counted? {name}"
        changes: list[Update | Delete] = [
            table.update().values({column: OTHER[column]}).where(table.c.id == 1) for column in columns_of(name)
        ]
        if name != "hire":
            changes.append(table.delete())
        for change in changes:
            with Session(office.database.engine) as session:
                assert count(session, kept) == 1
                session.connection().execute(change)
                assert count(session, kept) == 0, change
                session.rollback()


def count(session: Session, table: str) -> int:
    return int(session.connection().execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
