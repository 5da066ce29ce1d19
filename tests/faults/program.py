"""The whole program inside the test's process, over HTTP: its clock, database and network can be disturbed.

The same people as in `tests.live`; what differs is that the program is `run_bot` on the test's own loop, which starts
in a moment and whose log is at hand.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import structlog
from pydantic import SecretStr
from sqlalchemy import NullPool, create_engine
from sqlmodel import Session, select
from structlog.typing import EventDict, WrappedLogger

from bot import program
from bot.clock import Clock
from bot.demo.faults import SENDING, Fault, FaultKind
from bot.demo.telegram import TOKEN
from bot.settings import Settings
from storage.inbox import InboxState, InboxUpdate
from storage.outbox import OutboxMessage, OutboxState
from tests.chat import ADMIN_ID, Phone
from tests.live import PATIENCE, LiveWorld


class Watch:
    """The bot's own clock, which somebody may set wrong; Telegram's is right."""

    def __init__(self, right: Clock) -> None:
        self._right = right
        self.wrong_by = timedelta(0)

    def now(self) -> datetime:
        """The present instant as this machine believes, UTC."""
        return self._right.now() + self.wrong_by


class Program(LiveWorld):
    """The bot, a stand-in over HTTP, and the people who talk."""

    def __init__(self, folder: Path, *, url: str = "", webhook_port: int | None = None) -> None:
        super().__init__(folder, url=url, webhook_port=webhook_port)
        self.watch = Watch(self.clock)
        self.entries: list[EventDict] = []
        """What the bot wrote into its log."""
        # Reading must not take the writer's lock.
        self._reading = create_engine(self.url, poolclass=NullPool)
        self._run: Future[int] | None = None
        self._stoppings: list[asyncio.Event] = []

    def settings(self) -> Settings:
        """What the bot is started with."""
        webhook = f"http://127.0.0.1:{self._webhook_port}/telegram" if self._webhook_port else ""
        return Settings(
            token=SecretStr(TOKEN),
            api_url=self.address,
            database_url=self.url,
            admin_ids=str(ADMIN_ID),
            webhook_url=webhook,
            listen=f"127.0.0.1:{self._webhook_port}" if self._webhook_port else "",
            tick_seconds=0.5,
            messages_per_second=1000,
            messages_per_second_per_chat=1000,
            messages_per_minute_per_group=6000,
        )

    def start(self) -> None:
        """Start the bot."""
        self._run = asyncio.run_coroutine_threadsafe(program.run_bot(self.settings(), self.watch), self.loop)

    def stop(self) -> int:
        """Ask the bot to stop; its exit code."""
        assert self._run is not None
        for stopping in self._stoppings:
            self.loop.call_soon_threadsafe(stopping.set)
        return self.exit_code()

    def exit_code(self, seconds: float = PATIENCE) -> int:
        """Wait until the bot ends; its exit code."""
        assert self._run is not None
        code = self._run.result(seconds)
        self._run = None
        self._stoppings.clear()
        for lock in program._held:
            lock.close()
        program._held.clear()
        return code

    def kill(self) -> None:
        """End the bot if it runs."""
        if self._run is not None:
            self.stop()
        self._reading.dispose()

    def settle(self, patience: float = PATIENCE) -> None:
        """Wait until the bot has nothing left to receive, answer or send. Does nothing while it is not running."""
        if self._run is not None:
            self.seconds_until(self._is_quiet, patience)
            self.seconds_until(self._is_quiet, patience)

    def seconds_until(self, what: Callable[[], bool], patience: float = PATIENCE) -> float:
        """Wait until something is so; how long it took."""
        began = time.monotonic()
        while not what():
            assert time.monotonic() - began < patience, f"it did not come to that; the log: {self.actions()[-30:]}"
            if self._run is not None and self._run.done():
                raise AssertionError(f"the bot ended with {self._run.result()}: {self.entries[-5:]}")
            time.sleep(0.02)
        return time.monotonic() - began

    def seconds_until_said(self, phone: Phone, words: str, patience: float = PATIENCE) -> float:
        """Wait until the bot has said something to a person; how long it took."""
        return self.seconds_until(lambda: words in phone.texts, patience)

    def _is_quiet(self) -> bool:
        # It has begun to receive; and what waits for another attempt counts as well.
        begun = any(self.stand_in.journal.calls(method, ok=True) for method in ("getUpdates", "setWebhook"))
        if self.stand_in.world.updates.pending or not begun:
            return False
        with Session(self._reading) as session:
            unanswered = session.exec(select(InboxUpdate.update_id).where(InboxUpdate.state == InboxState.open)).first()
            unsent = session.exec(select(OutboxMessage.id).where(OutboxMessage.state == OutboxState.open)).first()
        return unanswered is None and unsent is None

    def asks(self, phone: Phone, text: str) -> None:
        """Somebody types, and nobody waits for the answer."""
        self.act(lambda people: people.say(phone.telegram_id, text))

    def disturb(
        self,
        kind: FaultKind,
        *,
        methods: frozenset[str] = frozenset(),
        chat: Phone | None = None,
        calls: int | None = None,
        wait: float = 1.0,
        retry_after: int = 1,
        status: int = 502,
    ) -> None:
        """From now on Telegram or the network misbehaves."""
        fault = Fault(
            kind,
            methods=methods,
            chat_id=chat.telegram_id if chat is not None else None,
            calls=calls,
            wait=wait,
            retry_after=retry_after,
            status=status,
        )
        self.act(lambda _people: self.stand_in.faults.add(fault))

    def calm(self) -> None:
        """From now on all is well."""
        self.act(lambda _people: self.stand_in.faults.clear())

    def actions(self) -> list[str]:
        """What the log speaks of, in order."""
        return [str(entry.get("action", "")) for entry in self.entries]


@contextmanager
def running_program(folder: Path, *, url: str = "", webhook_port: int | None = None) -> Iterator[Program]:
    """A program that is started by the test, its log caught while the block runs."""
    before = structlog.get_config()
    world = Program(folder, url=url, webhook_port=webhook_port)

    def keep(_logger: WrappedLogger, method: str, entry: EventDict) -> EventDict:
        world.entries.append({"level": method, **entry})
        raise structlog.DropEvent

    structlog.configure(processors=[structlog.processors.format_exc_info, keep])
    try:
        with patch.object(program, "_stop_on_signals", world._stoppings.append):
            yield world
    finally:
        world.calm()
        world.close()
        structlog.configure(**before)


__all__ = ["SENDING", "Fault", "FaultKind", "Program", "Watch", "running_program"]
