"""The demo on a stage of its own for the browser: the real bot, the sample data, always the same Tuesday."""

import asyncio
import json
import sqlite3
import threading
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.request import ProxyHandler, Request, build_opener
from zoneinfo import ZoneInfo

from sqlalchemy import make_url

from bot.demo.program import running_demo
from bot.demo.sample import load_sample
from bot.demo.stage import Demo
from storage.database import Database

BEGINS = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PATIENCE = 120.0
"""Seconds until a bot that is not there is a failure."""

_opener = build_opener(ProxyHandler({}))


class Stage:
    """A running demo in a thread of its own, spoken to over HTTP as the page does.

    `hurried`: its people tap faster than Telegram would let a bot answer, so the bot does not pace itself.
    """

    def __init__(self, *, hurried: bool = True) -> None:
        unpaced = {"BOT_MESSAGES_PER_SECOND_PER_CHAT": "50", "BOT_MESSAGES_PER_MINUTE_PER_GROUP": "3000"}
        self._settings = unpaced if hurried else {}
        self.address = ""
        self.used = False
        """Whether a page was opened since the demo began."""
        self._demo: Demo | None = None
        self._sample = b""
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._over = asyncio.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _load(self, database_url: str, now: datetime) -> None:
        """The sample data, made once: every beginning is at the same moment."""
        path = Path(make_url(database_url).database or "")
        if not self._sample:
            load_sample(database_url, now)
            with closing(sqlite3.connect(path)) as connection:
                self._sample = connection.serialize()
            return
        path.write_bytes(self._sample)

    def start(self) -> Self:
        """Raise the curtain; `until_begun` waits for the play."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Let it end."""
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(PATIENCE)

    def until_begun(self) -> None:
        """Wait until the bot listens for the first time."""
        assert self._ready.wait(PATIENCE), "the demo did not begin"
        if self._failure is not None:
            raise self._failure
        self.until_running()

    def __enter__(self) -> Self:
        self.start().until_begun()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._play())
        except BaseException as failure:
            self._failure = failure
            self._ready.set()
        finally:
            self._loop.close()

    async def _play(self) -> None:
        async with running_demo(begins=BEGINS, load=self._load, settings=self._settings) as demo:
            self._demo, self.address = demo, demo.address
            assert demo.beginning is not None
            await demo.beginning
            self._ready.set()
            await self._over.wait()

    # What the page could ask as well

    def get(self, path: str) -> Any:
        """An answer of the demo's server."""
        return self._answer(Request(self.address + path))

    def post(self, path: str, body: dict[str, object] | None = None) -> Any:
        """Ask the demo's server to do something."""
        content = json.dumps(body or {}).encode()
        return self._answer(Request(self.address + path, content, {"Content-Type": "application/json"}))

    def _answer(self, request: Request) -> Any:
        with _opener.open(request, timeout=PATIENCE) as response:
            return json.load(response)

    def now(self) -> datetime:
        """The time of the demo, in its zone."""
        return datetime.fromisoformat(self.get("/demo/state")["now"]).astimezone(BEGINS.tzinfo)

    def reset(self) -> None:
        """Begin anew: sample data, empty chats, the first moment."""
        self.post("/demo/reset")
        self.used = False
        self.until_running()

    def until_running(self) -> None:
        """Wait until the bot listens."""
        deadline = time.monotonic() + PATIENCE
        while (state := self.get("/demo/state")["process"])["state"] != "running":
            assert time.monotonic() < deadline, state
            time.sleep(0.05)

    @property
    def messages(self) -> int:
        """How many messages all chats hold."""
        assert self._demo is not None
        return sum(len(chat.messages) for chat in list(self._demo.telegram.world.chats.values()))

    def database(self) -> Database:
        """The bot's database; close it."""
        assert self._demo is not None
        return Database(self._demo.database_url)
