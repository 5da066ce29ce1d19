"""Who else may be at work while a tally is kept, and that nothing takes the triggers away that keep it true."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import create_engine, text
from sqlmodel import Session, select

from schedules.periods import Period
from storage import migration
from storage.kinds import ReportKind, ReportState
from storage.reports import Report
from storage.schema import metadata
from storage.tallies import COUNTED, ROWS, Tally, count_by_tally, keep_tallies, watch_what_is_counted
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
