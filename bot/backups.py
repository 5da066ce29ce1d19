"""Copies of the database: consistent while the bot runs."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.settings import Settings


class BackupError(Exception):
    """A backup that cannot be made; the text says why and what to do instead."""


def back_up(settings: Settings, file: Path) -> int:
    """Copy the SQLite database into a new file, including what is still in its write-ahead log; its size in bytes."""
    source = settings.sqlite_path
    if source is None:
        raise BackupError("BOT_DATABASE_URL is PostgreSQL: use pg_dump, which copies it while the bot runs.")
    if not source.exists():
        raise BackupError(f"There is no database at {source} yet: start the bot once, or set BOT_DATABASE_URL.")
    if file.exists():
        raise BackupError(f"{file} exists already: give the name of a new file.")
    unfinished = file.with_name(file.name + ".unfinished")
    try:
        with closing(sqlite3.connect(source, timeout=30)) as old, closing(sqlite3.connect(unfinished)) as new:
            old.backup(new)
            if new.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BackupError(f"{source} is damaged: the copy did not pass SQLite's integrity check.")
        unfinished.rename(file)
    except (sqlite3.Error, OSError) as error:
        raise BackupError(f"{file} could not be written: {error}") from None
    finally:
        unfinished.unlink(missing_ok=True)
    return file.stat().st_size
