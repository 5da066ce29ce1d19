"""A database with its tables, for a test: on SQLite a copy of one that was made once, in a tenth of the time."""

import tempfile
from functools import cache
from pathlib import Path

from storage.database import Database
from storage.schema import metadata


def open_database(url: str) -> Database:
    """The database at `url`, with every table the newest schema has; what is in it already stays."""
    database = Database(url)
    path = database.engine.url.database
    if database.engine.dialect.name == "sqlite" and path and not Path(path).exists():
        Path(path).write_bytes(_empty_sqlite())
    else:
        metadata.create_all(database.engine)
    return database


@cache
def _empty_sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        database = Database(f"sqlite:///{path}")
        metadata.create_all(database.engine)
        database.close()
        return path.read_bytes()
