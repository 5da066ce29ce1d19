"""Putting a backup back: into an empty database, and without saying anything twice.

Nobody knows which of the messages that were due between the backup and now have been sent meanwhile. So everything that
waits in the copy, and everything the clock would plan at this moment, is put aside, and the admins are told in one
message at the next start. What people recorded after the backup is not in it: Telegram delivers again only what was
never acknowledged.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from bot.alone import hold_alone
from bot.settings import Settings
from handlers.people.roles import translator_for
from handlers.translations import N_, Translator
from handlers.turn import Surroundings
from schedules.planner import tick
from storage.database import Database
from storage.groups import record_audit
from storage.migration import DatabaseIsNewer, pending, upgrade
from storage.outbox import Priority, say
from storage.people import Role, active_people
from storage.restored import PutAside, last_beat, put_open_messages_aside

RUNNING = timedelta(minutes=1)
"""A database in which a bot wrote down so lately that it is alive is in use."""


class RestoreError(Exception):
    """A restore that cannot be made; the text says why and what to do instead."""


@dataclass(frozen=True)
class Restored:
    """What came back: until when the copy knows what happened (UTC), and what was put aside."""

    known_until: datetime | None
    aside: PutAside


def restore(settings: Settings, file: Path, now: datetime) -> Restored:
    """Put a copy made by `backup` in the place of the SQLite database, which must be empty or not there yet.

    All or nothing: the copy is made ready beside its place and renamed. Raises RestoreError.
    """
    target = settings.sqlite_path
    if target is None:
        raise RestoreError(
            "BOT_DATABASE_URL is PostgreSQL: restore the dump with pg_restore into an empty database, then run "
            "python -m bot restore --messages-aside before the bot is started."
        )
    if not file.is_file():
        raise RestoreError(f"There is no file {file}.")
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = hold_alone(target)
    if lock is None:
        raise RestoreError(f"A bot runs on {target}: stop it first.")
    with lock:
        if not _is_empty(target):
            raise RestoreError(
                f"{target} has records in it: move it away first, or set BOT_DATABASE_URL to a new file."
            )
        ready = target.with_name(target.name + ".restoring")
        try:
            _copy(file, ready)
            restored = _make_ready(ready, settings, now)
            _in_one_file(ready)
            for leftover in ("-wal", "-shm"):
                target.with_name(target.name + leftover).unlink(missing_ok=True)
            ready.replace(target)
        except (sqlite3.Error, OSError) as error:
            raise RestoreError(f"{file} cannot be restored: {error}") from None
        finally:
            for leftover in ("", "-wal", "-shm"):
                ready.with_name(ready.name + leftover).unlink(missing_ok=True)
    return restored


def put_messages_aside(settings: Settings, now: datetime) -> Restored:
    """The second half of a restore by other means (pg_restore, a file put back by hand). Raises RestoreError."""
    path = settings.sqlite_path
    lock = hold_alone(path) if path is not None and path.parent.is_dir() else None
    if path is not None and (lock is None or not path.is_file()):
        raise RestoreError(f"There is no database at {path}, or a bot runs on it: stop it first.")
    try:
        if pending(settings.database_url):
            upgrade(settings.database_url)
        database = Database(settings.database_url)
        try:
            with database.transaction() as session:
                beat = last_beat(session)
                if path is None and beat is not None and timedelta(0) <= now - beat < RUNNING:
                    raise RestoreError(
                        "A bot wrote to this database less than a minute ago: stop every process of it, wait a minute, "
                        "and try again."
                    )
                return _put_aside(session, settings, now)
        finally:
            database.close()
    except DatabaseIsNewer as error:
        raise RestoreError(str(error)) from None
    finally:
        if lock is not None:
            lock.close()


def _copy(file: Path, ready: Path) -> None:
    for leftover in ("", "-wal", "-shm"):
        ready.with_name(ready.name + leftover).unlink(missing_ok=True)
    # The backup itself is never changed, and may lie where nothing can be written.
    has_log = file.with_name(file.name + "-wal").exists()
    how = "mode=ro" if has_log else "immutable=1"
    with (
        closing(sqlite3.connect(f"{file.resolve().as_uri()}?{how}", uri=True)) as old,
        closing(sqlite3.connect(ready)) as new,
    ):
        old.backup(new)
        if new.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise RestoreError(f"{file} is damaged: it does not pass SQLite's integrity check.")
        tables = {name for (name,) in new.execute("select name from sqlite_master where type = 'table'")}
    if not {"alembic_version", "outbox", "person"} <= tables:
        raise RestoreError(f"{file} is not a backup of this bot.")


def _make_ready(ready: Path, settings: Settings, now: datetime) -> Restored:
    url = f"sqlite:///{ready}"
    try:
        upgrade(url)
    except DatabaseIsNewer as error:
        raise RestoreError(str(error)) from None
    database = Database(url)
    try:
        with database.transaction() as session:
            return _put_aside(session, settings, now)
    finally:
        database.close()


def _put_aside(session: Session, settings: Settings, now: datetime) -> Restored:
    known_until = last_beat(session)
    # What falls due up to this moment gets its keys, so that the first tick of the bot does not send it.
    tick(session, now, settings.zone)
    restored = Restored(known_until, put_open_messages_aside(session))
    _tell_admins(session, restored, settings, now)
    details = {"known_until": known_until.isoformat() if known_until else None, "aside": restored.aside.count}
    record_audit(session, now, None, "database.restored", details)
    return restored


def _tell_admins(session: Session, restored: Restored, settings: Settings, now: datetime) -> None:
    surroundings = Surroundings(settings.zone, settings.language, bot_id=0, bot_username="")
    for admin in active_people(session, Role.admin):
        if admin.reachable:
            text = _words(translator_for(admin, surroundings), restored, settings)
            params = {"chat_id": admin.telegram_id, "text": text, "parse_mode": "HTML"}
            say(session, admin.telegram_id, "sendMessage", params, now, priority=Priority.reply)


def _words(t: Translator, restored: Restored, settings: Settings) -> str:
    known, aside = restored.known_until, restored.aside
    lines = [
        t(
            N_("♻️ A backup was restored. What was recorded after {moment} is not in it; please ask for it again."),
            moment=t.moment(known, settings.zone) if known is not None else "—",
        )
    ]
    if aside.count:
        lines.append(
            t(
                N_(
                    "Not sent, because it may have been sent before: {replies} answers, {private} reminders and other "
                    "private messages, {posts} posts to the group."
                ),
                replies=aside.replies,
                private=aside.private,
                posts=aside.posts,
            )
        )
    lines.append(t(N_("/missing shows what is not in and can remind people; /summary posts the cohort cards again.")))
    return "\n".join(map(str, lines))


def _is_empty(target: Path) -> bool:
    """Whether nothing would be lost: no file, or tables without a row."""
    if not target.exists() or target.stat().st_size == 0:
        return True
    try:
        with closing(sqlite3.connect(target)) as old:
            tables = [name for (name,) in old.execute("select name from sqlite_master where type = 'table'")]
            kept = [name for name in tables if name != "alembic_version" and not name.startswith("sqlite_")]
            return all(old.execute(f'select 1 from "{name}" limit 1').fetchone() is None for name in kept)
    except sqlite3.Error:
        return False


def _in_one_file(ready: Path) -> None:
    with closing(sqlite3.connect(ready)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
