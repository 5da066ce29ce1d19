"""What has to be on the disk before the bot goes on, and what has not."""

from storage.database import Database

NORMAL, FULL = 1, 2
"""SQLite's own numbers."""


def waits_for_disk(database: Database, *, lasting: bool) -> int:
    with database.transaction(lasting=lasting) as session:
        found: int = session.connection().exec_driver_sql("PRAGMA synchronous").scalar_one()
        return found


def test_only_what_need_not_last_is_not_waited_for(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    assert [waits_for_disk(database, lasting=lasting) for lasting in (True, False, False, True)] == [
        FULL,
        NORMAL,
        NORMAL,
        FULL,
    ]
    with database.transaction() as session:
        assert session.connection().exec_driver_sql("PRAGMA synchronous").scalar_one() == FULL
    database.close()
