"""A database with every table, of each kind, for every test of what is remembered."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlmodel import Session

from storage.database import Database
from tests import postgres
from tests.databases import open_database
from tests.storage.channel_company import ChannelCompany


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with every table and nothing in it, for tests that commit."""
    with _with_tables(database_url) as database:
        yield database


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def shared_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with every table, into which nothing is ever committed."""
    if request.param == "sqlite":
        with _with_tables(f"sqlite:///{tmp_path_factory.mktemp('shared')}/bot.db") as database:
            yield database
        return
    with postgres.empty_database(request.getfixturevalue("postgres_server")) as url, _with_tables(url) as database:
        yield database


@pytest.fixture
def session(shared_database: Database) -> Iterator[Session]:
    """One transaction for the whole test, rolled back after it: most tests need no database of their own."""
    with Session(shared_database.engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def company(session: Session) -> ChannelCompany:
    """One company, with nobody in it yet."""
    return ChannelCompany(session)


@contextmanager
def _with_tables(url: str) -> Iterator[Database]:
    database = open_database(url)
    yield database
    database.close()
