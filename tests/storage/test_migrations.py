"""The steps a database is taken through: they end where the models are, all or nothing, on both databases."""

import ast
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, String, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from storage import migration
from storage.database import Database
from storage.people import Company, CompanyId
from storage.roster import Cohort
from storage.schema import metadata

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def tables(url: str) -> set[str]:
    """The tables a database has, the one in which Alembic keeps the step left out."""
    engine = create_engine(url)
    names = set(inspect(engine).get_table_names()) - {"alembic_version"}
    engine.dispose()
    return names


def execute(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def difference(connection: Connection) -> object:
    context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
    return compare_metadata(context, metadata)


def test_the_steps_end_where_the_models_are(database_url: str) -> None:
    migration.upgrade(database_url)

    engine = create_engine(database_url)
    with engine.connect() as connection:
        assert difference(connection) == [], "the models changed: make migration name=what_changed"
    engine.dispose()
    assert tables(database_url) == set(metadata.tables)


def test_a_new_database_waits_for_every_step_and_an_upgraded_one_for_none(database_url: str) -> None:
    waiting = migration.pending(database_url)
    assert waiting[0] == "0001"
    assert migration.current(database_url) is None

    assert migration.upgrade(database_url) == waiting

    assert migration.pending(database_url) == []
    assert migration.current(database_url) == waiting[-1]


def test_the_steps_are_in_the_order_alembic_takes_them(database_url: str) -> None:
    """The bot tells them by the names of their files, so that a start needs no Alembic."""
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    newest_first = ScriptDirectory.from_config(config).walk_revisions()
    assert migration.pending(database_url) == [step.revision for step in newest_first][::-1]


def test_upgrading_again_changes_nothing_and_keeps_what_is_there(database_url: str) -> None:
    migration.upgrade(database_url)
    database = Database(database_url)
    with database.transaction() as session:
        session.add(Company(name="ABC", created_at=NOW))

    assert migration.upgrade(database_url) == []

    with Session(database.engine) as session:
        assert session.get_one(Company, 1).name == "ABC"
    database.close()


def test_asking_does_not_create_a_database_file(tmp_path: Path) -> None:
    file = tmp_path / "bot.db"

    assert migration.current(f"sqlite:///{file}") is None
    assert migration.pending(f"sqlite:///{file}") != []

    assert not file.exists()


def test_the_folder_of_a_new_database_is_made(tmp_path: Path) -> None:
    file = tmp_path / "data" / "bot.db"

    migration.upgrade(f"sqlite:///{file}")

    assert file.exists()


def test_a_step_that_fails_leaves_the_database_as_it_was(database_url: str) -> None:
    execute(database_url, "CREATE TABLE person (stranger INTEGER)")

    with pytest.raises(DBAPIError):
        migration.upgrade(database_url)

    assert tables(database_url) == {"person"}
    assert migration.current(database_url) is None


def test_a_database_of_a_newer_version_is_refused_in_plain_words(database_url: str) -> None:
    migration.upgrade(database_url)
    execute(database_url, "UPDATE alembic_version SET version_num = '9999'")

    for ask in (migration.pending, migration.upgrade):
        with pytest.raises(migration.DatabaseIsNewer, match="9999, which this version of the bot does not know"):
            ask(database_url)


def test_processes_that_start_together_migrate_once(database_url: str) -> None:
    with ThreadPoolExecutor(4) as processes:
        taken = list(processes.map(migration.upgrade, [database_url] * 4))

    assert sorted(map(bool, taken)) == [False, False, False, True]


def test_a_table_that_is_copied_keeps_the_rows_that_point_at_it(database_url: str) -> None:
    """SQLite alters a table by copying it and dropping the old one."""
    migration.upgrade(database_url)
    database = Database(database_url)
    with database.transaction() as session:
        session.add(Company(id=CompanyId(1), name="ABC", created_at=NOW))
        session.flush()
        session.add(Cohort(company_id=CompanyId(1), name="November", created_at=NOW))
    database.close()

    with migration.altering(database_url) as connection:
        steps = Operations(MigrationContext.configure(connection))
        with steps.batch_alter_table("company") as company:
            company.alter_column("name", type_=String(80), existing_nullable=False)

    with migration.altering(database_url) as connection:
        found = connection.execute(text("SELECT company.name FROM cohort JOIN company ON company.id = company_id"))
        assert found.scalars().all() == ["ABC"]


def columns_without_a_value(step: str) -> list[int]:
    """Lines of a step that add a column which must not be NULL and say nothing for the rows already there."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(step))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add_column"
        for options in [ast.unparse(node)]
        if "nullable=False" in options and "server_default" not in options
    ]


def test_a_new_column_has_a_value_for_the_rows_already_there() -> None:
    steps = {file.name: file.read_text(encoding="utf-8") for file in migration.STEPS.glob("*.py")}
    assert "0001_initial.py" in steps
    assert [name for name, step in steps.items() if columns_without_a_value(step)] == []
    assert columns_without_a_value("t.add_column(Column('size', Integer(), nullable=False))") == [1]
    assert columns_without_a_value("t.add_column(Column('a', Text(), nullable=False, server_default=''))") == []


def test_every_key_and_constraint_has_a_name(database_url: str) -> None:
    """A later step can only alter what it can name (`storage.naming`)."""
    migration.upgrade(database_url)

    engine = create_engine(database_url)
    database = inspect(engine)
    for table in metadata.tables:
        assert database.get_pk_constraint(table)["name"] == f"pk_{table}"
    assert {key["name"] for key in database.get_foreign_keys("membership")} == {
        "fk_membership_person_id_person",
        "fk_membership_company_id_company",
    }
    assert {key["name"] for key in database.get_unique_constraints("membership")} == {
        "uq_membership_person_id_company_id_since"
    }
    assert {check["name"] for check in database.get_check_constraints("orders")} == {
        "ck_orders_quantity",
        "ck_orders_refunded",
    }
    engine.dispose()
