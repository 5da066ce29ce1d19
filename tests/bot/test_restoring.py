"""A backup made while the bot is at work, put back and started: nothing twice, nothing pretended."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlmodel import Session, select

from bot.demo.people import People
from bot.restoring import RestoreError, put_messages_aside, restore
from bot.settings import Settings
from storage import migration
from storage.database import Database
from storage.groups import AuditEntry, beat
from storage.inbox import InboxState, count_updates
from storage.orders import Order
from storage.outbox import OutboxMessage, OutboxState, plan_message, say
from storage.people import Person, PersonState, Role
from storage.restored import ASIDE
from tests.chat import World
from tests.live import LiveWorld
from tests.seed import put_on_post

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def settings_of(url: str) -> Settings:
    return Settings(database_url=url, _env_file=None)


def say_to_bot(sender: int, text: str, people: People) -> None:
    people.say(sender, text)


def command(url: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"BOT_DATABASE_URL": url}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments], env=environment, capture_output=True, text=True, check=False
    )


def test_a_backup_of_a_busy_bot_is_restored_and_started(tmp_path: Path) -> None:
    """Orders come in without a pause while the copy is made; the copy holds each of them wholly or not at all."""
    world = LiveWorld(tmp_path / "first")
    (tmp_path / "first").mkdir(exist_ok=True)
    copy, names = tmp_path / "copy.db", [f"新人{n:02}" for n in range(60)]
    try:
        managers = [world.manager(f"经理{n}", f"公司{n}") for n in range(3)]
        admin = world.admin()
        for n in range(3):
            put_on_post(world, f"公司{n}", f"批次{n}", names, date(2026, 11, 25))
        world.start()
        world.settle()
        busy, copied = threading.Event(), threading.Event()

        def keep_recording() -> None:
            for number, name in enumerate(names):
                sender, text = managers[number % 3].telegram_id, f"出单 {name} 1"
                world.act(partial(say_to_bot, sender, text))
                if number == 15:
                    busy.set()
                if number == 40:
                    copied.wait(30)
                time.sleep(0.02)

        recording = threading.Thread(target=keep_recording)
        recording.start()
        busy.wait(20)
        told = command(world.url, "backup", str(copy))
        copied.set()
        recording.join()
        assert told.returncode == 0, told.stderr
        world.settle()
        refused = command(world.url, "restore", str(copy))
        assert (refused.returncode, "A bot runs on" in refused.stderr) == (1, True)
        world.stop()
        refused = command(world.url, "restore", str(copy))
        assert (refused.returncode, "has records in it" in refused.stderr) == (1, True)

        with closing(sqlite3.connect(copy)) as backup:
            (orders,) = backup.execute("select count(*) from orders").fetchone()
            (done,) = backup.execute(
                "select count(*) from inbox where state = 'done' and body like '%出单%'"
            ).fetchone()
        assert 0 < orders < 60
        assert orders == done, "an update is done exactly when its order is there"

        # The machine is lost; the bot goes on with the copy.
        world.database.close()
        for leftover in ("bot.db", "bot.db-wal", "bot.db-shm"):
            (tmp_path / "first" / leftover).unlink(missing_ok=True)
        settings = settings_of(world.url)
        restored = restore(settings, copy, world.clock.now())
        assert restored.known_until is not None
        world.database = Database(world.url)
        admin.forgets()
        world.start()
        world.settle()
        assert "已恢复一份备份" in world.await_text(admin.chat_id, "备份")
        managers[0].says("出单 新人59 1")
        assert "新人59" in managers[0].last.text
        with world.session() as session:
            assert count_updates(session, InboxState.open) == 0
            assert session.exec(select(AuditEntry.action)).all()[-1] == "database.restored"
            recorded = len(session.exec(select(Order)).all())
        assert recorded >= orders
        assert world.stop() == 0
    finally:
        world.close()


def prepared(tmp_path: Path) -> tuple[World, Path]:
    """A world with a manager, an admin, the group, and a backup of the evening before a deadline."""
    folder = tmp_path / "old"
    folder.mkdir()
    world = World(folder, now="2026-11-23 19:30")
    migrated(world)
    wang, admin = world.manager("王芳", "杭州甲"), world.admin()
    world.group(wang, admin)
    world.tick()
    with world.database.transaction() as session:
        say(session, wang.telegram_id, "sendMessage", {"chat_id": wang.telegram_id, "text": "回复"}, world.clock.now())
        plan_message(
            session,
            key="x",
            chat_id=wang.telegram_id,
            kind="reminder",
            content={"person_id": 1, "reminders": []},
            now=world.clock.now(),
        )
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(folder / "bot.db")) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
    return world, copy


def migrated(world: World) -> None:
    """The test kit makes the tables at once; a real database knows its step as well."""
    with migration.altering(world.database.url) as connection:
        connection.exec_driver_sql("create table alembic_version (version_num varchar(32) not null primary key)")
        newest = migration._pending(None)[-1]
        connection.exec_driver_sql(f"insert into alembic_version values ('{newest}')")


def test_what_was_due_in_the_gap_is_put_aside_and_told_once(tmp_path: Path) -> None:
    """Backed up at 19:30, restored at 20:30: whether the 20:00 reminder went out nobody knows."""
    world, copy = prepared(tmp_path)
    world.close()
    (tmp_path / "new").mkdir()
    url = f"sqlite:///{tmp_path}/new/bot.db"
    restored = restore(settings_of(url), copy, datetime(2026, 11, 23, 12, 30, tzinfo=UTC))
    assert restored.aside.replies == 1
    assert restored.aside.private >= 2, "the reminder that waited, and the one of 20:00"

    after = World(tmp_path / "new", now="2026-11-23 20:31", url=url)
    with after.session() as session:
        waiting = session.exec(select(OutboxMessage).where(OutboxMessage.state == OutboxState.open)).all()
        aside = session.exec(select(OutboxMessage).where(OutboxMessage.error == ASIDE)).all()
        assert len(waiting) == 1, "one message to the one admin"
        assert "已恢复一份备份" in waiting[0].content["params"]["text"]
        assert "回复 1 条" in waiting[0].content["params"]["text"]
        assert any((message.key or "").startswith("daily:2026-11-23") for message in aside)
    after.tick()
    with after.session() as session:
        reminders = session.exec(select(OutboxMessage).where(OutboxMessage.kind == "reminder")).all()
        of_the_evening = [m for m in reminders if (m.key or "").startswith(("daily:2026-11-23", "x"))]
        assert [m.state for m in of_the_evening] == [OutboxState.failed] * 2
    after.close()


def test_the_backup_is_not_changed_and_nothing_is_left_lying_about(tmp_path: Path) -> None:
    world, copy = prepared(tmp_path)
    world.close()
    before = copy.read_bytes()
    target = tmp_path / "data" / "bot.db"
    restore(settings_of(f"sqlite:///{target}"), copy, NOW)
    assert copy.read_bytes() == before
    assert sorted(file.name for file in target.parent.iterdir()) == ["bot.db", "bot.db.lock"]
    assert migration.pending(f"sqlite:///{target}") == []


def test_an_empty_database_is_replaced_and_a_used_one_is_not(tmp_path: Path) -> None:
    world, copy = prepared(tmp_path)
    world.close()
    url = f"sqlite:///{tmp_path}/bot.db"
    migration.upgrade(url)
    restore(settings_of(url), copy, NOW)
    with pytest.raises(RestoreError, match="has records"):
        restore(settings_of(url), copy, NOW)


def refused(url: str, file: Path) -> str:
    with pytest.raises(RestoreError) as caught:
        restore(settings_of(url), file, NOW)
    return str(caught.value)


def test_what_is_no_backup_is_refused_and_leaves_nothing_behind(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/bot.db"
    assert "There is no file" in refused(url, tmp_path / "none.db")
    text = tmp_path / "text.db"
    text.write_text("not a database" * 100)
    assert "cannot be restored" in refused(url, text)
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("create table t (x)")
        connection.commit()
    assert "not a backup of this bot" in refused(url, other)
    world, copy = prepared(tmp_path)
    world.close()
    newer = tmp_path / "newer.db"
    shutil.copy(copy, newer)
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
        connection.commit()
    assert "newer version" in refused(url, newer)
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["bot.db.lock"]


def test_after_pg_restore_the_second_half_is_a_command(postgres_url: str, tmp_path: Path) -> None:
    assert "pg_restore" in refused(postgres_url, tmp_path / "dump")
    migration.upgrade(postgres_url)
    engine = create_engine(postgres_url)
    with Session(engine) as session:
        session.add(
            Person(
                telegram_id=7,
                real_name="管理员",
                role=Role.admin,
                state=PersonState.active,
                reachable=True,
                created_at=NOW,
            )
        )
        say(session, 7, "sendMessage", {"chat_id": 7, "text": "x"}, NOW)
        beat(session, "planner", NOW)
        session.commit()
    settings = settings_of(postgres_url)
    with pytest.raises(RestoreError, match="less than a minute ago"):
        put_messages_aside(settings, NOW + timedelta(seconds=30))
    restored = put_messages_aside(settings, NOW + timedelta(hours=1))
    assert (restored.aside.replies, restored.known_until) == (1, NOW)
    with Session(engine) as session:
        states = [m.state for m in session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == 7)).all()]
    engine.dispose()
    assert sorted(states)[0] == OutboxState.failed
    assert states.count(OutboxState.open) == 1
    told = command(postgres_url, "restore")
    assert told.returncode == 1
    assert "--messages-aside" in told.stderr
