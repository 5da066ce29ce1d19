"""A snapshot reads one moment, beside whoever writes, and writes nothing."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from storage.database import Database, snapshot
from storage.migration import upgrade
from storage.people import Company


def company(name: str) -> Company:
    return Company(name=name, created_at=datetime(2026, 11, 1, tzinfo=UTC))


def names(session: Session) -> list[str]:
    return list(session.exec(select(Company.name)))


def test_a_snapshot_sees_one_moment_while_others_write(database_url: str) -> None:
    upgrade(database_url)
    database = Database(database_url)
    with database.transaction() as session:
        session.add(company("杭州甲"))
    with snapshot(database_url) as reader:
        assert names(reader) == ["杭州甲"]
        with database.transaction() as session:
            session.add(company("苏州乙"))
        assert names(reader) == ["杭州甲"]
    with snapshot(database_url) as reader:
        assert names(reader) == ["杭州甲", "苏州乙"]
    database.close()


def test_a_snapshot_writes_nothing(database_url: str) -> None:
    upgrade(database_url)
    with snapshot(database_url) as session:
        session.add(company("杭州甲"))
        with pytest.raises(DBAPIError):
            session.flush()
        session.rollback()
        assert names(session) == []
