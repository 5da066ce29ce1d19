"""The test kit over the wire: the bot as a process of its own, the stand-in for Telegram over HTTP.

The same people and phones as in `tests.chat`; what differs is that the bot can be killed and started again, and that
its clock is the file it shares with the test.
"""

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from bot.demo.bot_process import GO
from bot.demo.clock import DemoClock
from bot.demo.people import People
from bot.demo.server import running_stand_in
from bot.demo.telegram import TOKEN
from bot.demo.telegram import Telegram as StandIn
from handlers.turn import Surroundings
from schedules.planner import PART as PLANNER
from storage.database import Database
from storage.groups import Heartbeat
from storage.inbox import InboxState, count_updates
from storage.migration import upgrade
from storage.outbox import oldest_due
from tests.chat import ADMIN_ID, ZONE, Acted, StillClock, World

PATIENCE = 60.0
"""Seconds until a bot that does not come to rest is a failure."""


class SharedClock(StillClock):
    """The clock of test, stand-in and bot: real time plus an offset in a file; it can only be moved forward.

    `begins` sets it to a local time, whatever day it really is.
    """

    def __init__(self, path: Path, begins: str = "") -> None:
        begin = datetime.fromisoformat(begins).replace(tzinfo=ZONE).astimezone(UTC) if begins else None
        self.shared = DemoClock(path, begin)
        if begin is not None:
            self.shared.reset()
        super().__init__()

    def now(self) -> datetime:
        """The present instant, UTC."""
        return self.shared.now()

    def to(self, local: str) -> None:
        """Move to a local time."""
        self.moment = self.shared.move_to(datetime.fromisoformat(local).replace(tzinfo=ZONE).astimezone(UTC))


class BotProcess(Protocol):
    """A bot that was started."""

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""

    def kill(self) -> None:
        """SIGKILL."""

    def terminate(self) -> None:
        """SIGTERM."""

    def wait(self, seconds: float, /) -> int:
        """Wait for its end; the exit code."""


class SpawnedBot:
    """The bot's program as the demo starts it; it ends with the test."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot.demo.process"],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=file,
                stderr=file,
            )
        assert self._process.stdin is not None
        self._process.stdin.write(GO)
        self._process.stdin.flush()
        self.poll, self.kill, self.terminate = self._process.poll, self._process.kill, self._process.terminate

    def wait(self, seconds: float) -> int:
        """Wait for its end; the exit code. Raises TimeoutExpired."""
        code = self._process.wait(seconds)
        if self._process.stdin is not None:
            self._process.stdin.close()
        return code


class LiveWorld(World):
    """A bot process, a stand-in over HTTP, and the people who talk."""

    def __init__(
        self, folder: Path, *, now: str = "2026-12-01 10:00", webhook_port: int | None = None, url: str = ""
    ) -> None:
        self.folder = folder
        self._shared_clock = SharedClock(folder / "clock.json", now)
        self.clock = self._shared_clock
        self.url = url or f"sqlite:///{folder / 'bot.db'}"
        upgrade(self.url)
        self.database = Database(self.url)
        self.stand_in = StandIn(self.clock)
        self.surroundings = Surroundings(
            ZONE, "zh", self.stand_in.world.bot.id, self.stand_in.world.bot.username or "", frozenset({ADMIN_ID})
        )
        self._webhook_port = webhook_port
        self._process: BotProcess | None = None
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self._server = running_stand_in(self.stand_in)
        self.address = asyncio.run_coroutine_threadsafe(self._server.__aenter__(), self.loop).result(10)
        self.log = folder / "bot.log"

    def pass_time(self, step: timedelta) -> None:
        """Move the shared clock forward."""
        self._shared_clock.shared.advance(step)

    # The process

    def start(self) -> None:
        """Start the bot."""
        self._process = self._spawn(self._environment(self._webhook_port))

    def _environment(self, listen_port: int | None) -> dict[str, str]:
        environment = os.environ | {
            "BOT_TOKEN": TOKEN,
            "BOT_API_URL": self.address,
            "BOT_DATABASE_URL": self.url,
            "BOT_ADMIN_IDS": str(ADMIN_ID),
            "BOT_DEMO_CLOCK": str(self.folder / "clock.json"),
            "BOT_TICK_SECONDS": "0.5",
            "BOT_MESSAGES_PER_SECOND": "1000",
            "BOT_MESSAGES_PER_SECOND_PER_CHAT": "1000",
            "BOT_MESSAGES_PER_MINUTE_PER_GROUP": "6000",
        }
        if self._webhook_port is not None:
            environment |= {
                "BOT_WEBHOOK_URL": f"http://127.0.0.1:{self._webhook_port}/telegram",
                "BOT_WEBHOOK_SECRET": "a-secret-of-the-test",
                "BOT_LISTEN": f"127.0.0.1:{listen_port}",
            }
        return environment

    def _spawn(self, environment: dict[str, str]) -> BotProcess:
        return SpawnedBot(environment, self.log)

    def kill(self) -> None:
        """Pull the plug: SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._end(5)

    def restart(self) -> None:
        """Kill the bot and start it again."""
        self.kill()
        self.start()

    def stop(self) -> int:
        """Ask the bot to stop (SIGTERM); its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._end(20)

    def _end(self, seconds: float) -> int:
        assert self._process is not None
        code = self._process.wait(seconds)
        self._process = None
        return code

    def close(self) -> None:
        """End everything."""
        self.kill()
        asyncio.run_coroutine_threadsafe(self._server.__aexit__(None, None, None), self.loop).result(10)
        # Whatever was cancelled needs a moment to end.
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0.05), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)
        self.loop.close()
        self.database.close()

    # The people

    def act(self, action: Callable[[People], Acted]) -> Acted:
        """Let somebody do something at Telegram, on the server's own loop."""

        async def on_loop() -> Acted:
            return action(self.stand_in.people)

        return asyncio.run_coroutine_threadsafe(on_loop(), self.loop).result(10)

    def settle(self, patience: float = PATIENCE) -> None:
        """Wait until the bot has nothing left to receive, answer or send. Does nothing while it is not running."""
        if self._process is None:
            return
        deadline = time.monotonic() + patience
        quiet = 0
        while quiet < 2:
            code = self._process.poll()
            if code is not None:
                raise AssertionError(f"the bot ended with {code}:\n{self.log.read_text()[-3000:]}")
            if time.monotonic() > deadline:
                raise AssertionError(f"the bot does not come to rest:\n{self.log.read_text()[-3000:]}")
            quiet = quiet + 1 if self._is_quiet() else 0
            time.sleep(0.02)

    def _is_quiet(self) -> bool:
        if self.stand_in.world.updates.pending or not self.stand_in.journal.counts["getMe", "200"]:
            return False
        if not self.database.is_sqlite:
            return self._has_nothing_open()
        with closing(sqlite3.connect(self.folder / "bot.db", timeout=10)) as connection:
            (updates,) = connection.execute("select count(*) from inbox where state = 'open'").fetchone()
            (messages,) = connection.execute(
                "select count(*) from outbox where state = 'open' and (not_before is null or not_before <= ?)",
                (self.clock.now().strftime("%Y-%m-%d %H:%M:%S.%f"),),
            ).fetchone()
        return not updates and not messages

    def _has_nothing_open(self) -> bool:
        with self.database.transaction() as session:
            due = oldest_due(session, self.clock.now())
            return due is None and count_updates(session, InboxState.open) == 0

    def await_tick(self, moment: datetime, patience: float = PATIENCE) -> None:
        """Wait until the bot's planner has looked at the clock at an instant (UTC) or later."""
        deadline = time.monotonic() + patience
        while self._last_tick() < f"{moment:%Y-%m-%d %H:%M:%S.%f}":
            if time.monotonic() > deadline:
                raise AssertionError(f"the planner does not tick:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.02)

    def _last_tick(self) -> str:
        if not self.database.is_sqlite:
            with self.database.transaction() as session:
                heartbeat = session.get(Heartbeat, PLANNER)
                return f"{heartbeat.at:%Y-%m-%d %H:%M:%S.%f}" if heartbeat is not None else ""
        # Without a lock, which the bot would have to wait for.
        with closing(sqlite3.connect(self.folder / "bot.db", timeout=10)) as connection:
            row = connection.execute("select at from heartbeat where part = ?", (PLANNER,)).fetchone()
        return str(row[0]) if row else ""

    def await_text(self, chat_id: int, words: str, seconds: float = PATIENCE) -> str:
        """Wait until the bot has said something with these words in a chat; the text."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for said in self.heard_in(chat_id):
                if words in said.text:
                    return said.text
            time.sleep(0.05)
        raise AssertionError(f"{words!r} was not said: {[s.text[:80] for s in self.heard_in(chat_id)][-5:]}")
