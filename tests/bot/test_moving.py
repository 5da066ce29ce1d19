"""Moving a database to PostgreSQL and back, with a real PostgreSQL: everything, once, in one go or several."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, func, select

from bot import moving
from bot.alone import hold_alone
from bot.moving import MoveError, move
from storage import migration
from storage.cohort_figures import figures_of_companies
from storage.database import Database
from storage.groups import Preference, beat
from storage.inbox import NewUpdate, store_updates
from storage.kinds import ReportKind, ReportState
from storage.migration import DatabaseIsNewer
from storage.orders import Order
from storage.outbox import OutboxMessage, say
from storage.people import Company, CompanyId, Person
from storage.reports import Report
from storage.roster_events import add_hires, create_cohort, put_on_post
from storage.roster_rules import Recording
from storage.schema import metadata

NOW = datetime(2026, 11, 23, 2, 0, 0, 123456, tzinfo=UTC)
ORDERS = 300


def fill(url: str) -> None:
    """A company with hires, orders, a report, messages and settings of every kind of value."""
    migration.upgrade(url)
    database = Database(url)
    with database.transaction() as session:
        company = Company(name="杭州甲", created_at=NOW)
        person = Person(telegram_id=2**41, real_name="王芳", created_at=NOW, active_from=date(2026, 1, 1))
        session.add_all([company, person])
        session.flush()
        assert company.id is not None
        assert person.id is not None
        recording = Recording(by=person.id, now=NOW, today=date(2026, 11, 23))
        cohort = create_cohort(session, company.id, "11月一期", NOW)
        hires = add_hires(session, cohort, ["张伟", "李娜", "<b>=1+1&"], date(2026, 11, 1), recording)
        for hire in hires:
            put_on_post(session, hire, date(2026, 11, 2), recording, gate=False)
            assert hire.id is not None
            for number in range(ORDERS // 3):
                session.add(
                    Order(
                        company_id=company.id,
                        hire_id=hire.id,
                        day=date(2026, 11, 3) + timedelta(days=number % 20),
                        quantity=1,
                        recorded_by=person.id,
                        recorded_at=NOW,
                    )
                )
        session.add(
            Report(
                kind=ReportKind.daily,
                first_day=date(2026, 11, 20),
                last_day=date(2026, 11, 20),
                person_id=person.id,
                sent_at=NOW,
                state=ReportState.on_time,
                body={"plan": "明天陪访😀", "rows": [1, None, {"x": 0.5}]},
            )
        )
        session.add(Preference(name="nothing", value=None, changed_at=NOW))
        session.add(Preference(name="列表", value=["a", 1, True], changed_at=NOW))
        updates = [
            NewUpdate(update_id=10**9 + n, chat_id=-(10**12), body="{}", received_at=NOW, said_at=NOW) for n in range(7)
        ]
        store_updates(session, updates)
        say(session, 2**41, "sendMessage", {"text": "你好"}, NOW)
        beat(session, "planner", NOW)
    database.close()


def figures(url: str) -> object:
    database = Database(url)
    try:
        with Session(database.engine) as session:
            return figures_of_companies(session, [CompanyId(1)], date(2026, 11, 23))
    finally:
        database.close()


@pytest.mark.parametrize("way", ["there", "back"])
def test_everything_is_moved_and_new_rows_get_new_numbers(way: str, sqlite_url: str, postgres_url: str) -> None:
    source, target = (sqlite_url, postgres_url) if way == "there" else (postgres_url, sqlite_url)
    fill(source)
    later = NOW + timedelta(hours=1)
    told: list[str] = []
    moved = move(source, target, later, told.append, batch=40)
    assert moved.tables["orders"] == ORDERS
    assert moved.tables["hire"] == 3
    assert any("orders: 300 rows" in line for line in told)
    assert figures(target) == figures(source)
    assert migration.pending(target) == []
    database = Database(target)
    with database.transaction() as session:
        report = session.exec(select(Report)).one()
        assert report.body == {"plan": "明天陪访😀", "rows": [1, None, {"x": 0.5}]}
        assert report.sent_at == NOW
        assert session.get_one(Preference, "nothing").value is None
        last = session.exec(select(func.max(col(Order.id)))).one() or 0
        order = Order(company_id=CompanyId(1), hire_id=1, day=date(2026, 11, 23), quantity=1, recorded_at=NOW)  # type: ignore[arg-type]  # the first hire
        session.add(order)
        session.flush()
        assert order.id == last + 1
        # The first of a table that was empty.
        say(session, 1, "sendMessage", {}, NOW)
        session.flush()
        assert session.exec(select(func.count(col(OutboxMessage.id)))).one() == 2
    database.close()


def test_an_interrupted_move_goes_on_and_no_bot_starts_meanwhile(sqlite_url: str, postgres_url: str) -> None:
    fill(sqlite_url)

    def pull_the_plug(line: str) -> None:
        if line.startswith("hire:"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(sqlite_url, postgres_url, NOW, pull_the_plug, batch=2)
    with pytest.raises(DatabaseIsNewer):
        migration.upgrade(postgres_url)
    told: list[str] = []
    move(sqlite_url, postgres_url, NOW, told.append, batch=50)
    assert not any(line.startswith("hire:") for line in told), "what was there is not copied twice"
    assert figures(postgres_url) == figures(sqlite_url)
    with pytest.raises(MoveError, match="not empty"):
        move(sqlite_url, postgres_url, NOW, told.append)


def test_a_batch_that_was_committed_before_the_plug_was_pulled_is_not_copied_again(
    sqlite_url: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(sqlite_url)
    batches, seen = moving._batches, 0

    def three_batches(*arguments: object) -> object:
        nonlocal seen
        for rows in batches(*arguments):  # type: ignore[arg-type]  # handed on as they came
            if arguments[0].name == "orders":  # type: ignore[attr-defined]  # a table
                seen += 1
                if seen > 3:
                    raise ConnectionError
            yield rows

    with monkeypatch.context() as patched:
        patched.setattr(moving, "_batches", three_batches)
        with pytest.raises(ConnectionError):
            move(sqlite_url, postgres_url, NOW, print, batch=40)
    told: list[str] = []
    moved = move(sqlite_url, postgres_url, NOW, told.append, batch=40)
    assert f"orders: {ORDERS - 120} rows copied" in told
    assert moved.tables["orders"] == ORDERS


def add_somebody(url: str) -> None:
    database = Database(url)
    with database.transaction() as session:
        session.add(Person(telegram_id=5, created_at=NOW))
    database.close()


def test_a_target_with_records_or_of_another_move_is_refused(
    tmp_path: Path, sqlite_url: str, postgres_url: str
) -> None:
    fill(sqlite_url)
    other = f"sqlite:///{tmp_path}/other.db"
    migration.upgrade(other)
    add_somebody(other)
    with pytest.raises(MoveError, match="not empty"):
        move(sqlite_url, other, NOW, print)

    def stop(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(sqlite_url, postgres_url, NOW, stop)
    with pytest.raises(MoveError, match="half of a move from another"):
        move(other, postgres_url, NOW, print)


def test_a_difference_is_found(sqlite_url: str, postgres_url: str) -> None:
    fill(sqlite_url)

    def change_meanwhile(line: str) -> None:
        if line.startswith("orders:"):
            database = Database(postgres_url)
            with database.transaction() as session:
                order = session.exec(select(Order).order_by(col(Order.id))).first()
                assert order is not None
                order.quantity = 9
            database.close()

    with pytest.raises(MoveError, match="orders"):
        move(sqlite_url, postgres_url, NOW, change_meanwhile)
    with pytest.raises(DatabaseIsNewer):
        migration.upgrade(postgres_url)


def refused(source: str, target: str, now: datetime = NOW) -> str:
    with pytest.raises(MoveError) as caught:
        move(source, target, now, print)
    return str(caught.value)


def test_what_cannot_be_moved_is_said_in_plain_words(sqlite_url: str, postgres_url: str, tmp_path: Path) -> None:
    assert "migrate" in refused(sqlite_url, postgres_url)
    assert "begin with" in refused("mysql://x/y", postgres_url)
    assert "not an address" in refused("nonsense", postgres_url)
    fill(sqlite_url)
    assert "same database" in refused(sqlite_url, sqlite_url)
    nowhere = "postgresql+psycopg://nobody:secret@127.0.0.1:1/none"
    said = refused(sqlite_url, nowhere)
    assert "cannot be used" in said
    assert "secret" not in said
    fill(postgres_url)
    assert "less than a minute ago" in refused(postgres_url, f"sqlite:///{tmp_path}/new.db", NOW)


def test_the_command_refuses_a_database_a_bot_runs_on(sqlite_url: str, postgres_url: str) -> None:
    fill(sqlite_url)
    lock = hold_alone(Path(sqlite_url.removeprefix("sqlite:///")))
    assert lock is not None
    with lock:
        told = run_command(sqlite_url, postgres_url)
    assert told.returncode == 1
    assert "A bot runs on" in told.stderr
    assert "Traceback" not in told.stderr
    told = run_command(sqlite_url, postgres_url)
    assert told.returncode == 0, told.stderr
    assert "both databases hold the same" in told.stdout


def run_command(source: str, target: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "bot", "move-database", source, target], capture_output=True, text=True, check=False
    )


def test_every_table_has_one_key() -> None:
    assert [table.name for table in metadata.sorted_tables if len(table.primary_key) != 1] == []
