"""The clock of the demo: real time plus an offset that only ever grows."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path


class DemoClock:
    """Tells the time of the demo and moves it forward.

    The offset lives in a small JSON file, so that the stand-in for Telegram and the bot, two processes, see
    the same time. Times are aware UTC. Moving backwards raises ValueError. `begins` is the moment a demo starts
    at, for one that is to be the same every day; without it, real time.
    """

    def __init__(self, path: Path, begins: datetime | None = None) -> None:
        self._path = path
        self._begins = begins
        self._seen: tuple[int, int, int] | None = None
        self._offset = timedelta(0)

    def now(self) -> datetime:
        """The present moment of the demo, aware UTC."""
        return datetime.now(UTC) + self._current_offset()

    def advance(self, step: timedelta) -> datetime:
        """Move time forward by a step and say what time it is now; ValueError for a negative step."""
        if step < timedelta(0):
            raise ValueError("time only moves forward")
        self._write(self._current_offset() + step)
        return self.now()

    def move_to(self, moment: datetime) -> datetime:
        """Move time forward to an aware moment and say what time it is now; ValueError for the past."""
        if moment.tzinfo is None:
            raise ValueError("the moment needs a time zone")
        real = datetime.now(UTC)
        offset = moment - real
        if offset < self._current_offset():
            raise ValueError("time only moves forward")
        self._write(offset)
        return self.now()

    def reset(self) -> None:
        """Back to where a demo begins: for the start of a new one, never in the middle of one."""
        self._write(self._begins - datetime.now(UTC) if self._begins is not None else timedelta(0))

    def _current_offset(self) -> timedelta:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return timedelta(0)
        seen = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
        if seen != self._seen:
            content = json.loads(self._path.read_text(encoding="utf-8"))
            self._offset = timedelta(seconds=float(content["offset_seconds"]))
            self._seen = seen
        return self._offset

    def _write(self, offset: timedelta) -> None:
        # Written aside and renamed: the bot never reads half a file.
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}.draft")
        draft.write_text(json.dumps({"offset_seconds": offset.total_seconds()}), encoding="utf-8")
        draft.replace(self._path)
