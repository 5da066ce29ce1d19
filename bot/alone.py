"""One process at a time on a SQLite file: a lock that the system takes back even after SIGKILL."""

import fcntl
from pathlib import Path
from typing import IO


def hold_alone(database: Path) -> IO[str] | None:
    """The lock of a SQLite file, held until it is closed; None while another process holds it."""
    lock = database.with_name(database.name + ".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock
