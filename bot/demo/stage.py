"""The stage: one running demo, with its Telegram, its clock, its tour and the real bot."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.demo.bot_process import COMMAND, BotProcess
from bot.demo.cast import ADMIN_IDS, bring_in
from bot.demo.clock import DemoClock
from bot.demo.refusal import JsonObject
from bot.demo.telegram import TOKEN, Telegram
from bot.demo.tour import Tour

ZONE = ZoneInfo("Asia/Shanghai")
_ROOT = Path(__file__).parents[2]
_TICK_SECONDS = "0.5"

LoadSample = Callable[[str, datetime], None]


class Demo:
    """One running demo: what the page shows and turns."""

    def __init__(
        self,
        folder: Path,
        command: Sequence[str] = COMMAND,
        load: LoadSample | None = None,
        begins: datetime | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._folder = folder
        self._command = command
        self._load = load
        self._settings = dict(settings or {})
        self._round = 0
        self.zone = ZONE
        self.address = ""
        self.clock = DemoClock(folder / "clock.json", begins)
        self.clock.reset()
        self.telegram = self._new_telegram()
        self.tour = self._new_tour()
        self.process: BotProcess | None = None
        self.beginning: asyncio.Task[None] | None = None
        self._polls_before = 0
        self._changing = asyncio.Lock()

    @property
    def database_url(self) -> str:
        """The database of this round: every reset has a new one."""
        return f"sqlite:///{self._folder / f'demo-{self._round}.db'}"

    @property
    def round(self) -> int:
        """How often the demo was reset."""
        return self._round

    async def begin(self) -> None:
        """Load the sample data and start the bot."""
        async with self._changing:
            await self._begin(self._next_process())

    async def reset(self) -> None:
        """Start from the beginning: other database, empty chats, the time it began at."""
        async with self._changing:
            self._round += 1
            process = self._next_process()
            if self.process is not None:
                await self.process.stop()
            old = self.telegram
            self.clock.reset()
            self.telegram = self._new_telegram()
            self.tour = self._new_tour()
            old.world.events.publish("reset", {"round": self._round})
            old.close()
            await self._begin(process)

    async def end(self) -> None:
        """Stop the bot and end what waits."""
        if self.process is not None:
            await self.process.stop()
        self.telegram.close()

    def _next_process(self) -> BotProcess:
        """The bot of this round; it loads its program while the round before ends and the sample data is made."""
        process = BotProcess(
            self._environment(),
            self._folder / "bot.log",
            changed=self._process_changed,
            command=self._command,
            directory=self._folder,
        )
        process.start()
        return process

    async def _begin(self, process: BotProcess) -> None:
        self.process = None
        try:
            await asyncio.to_thread(self._load or _sample(), self.database_url, self.clock.now())
        except BaseException:
            await process.stop()
            raise
        self.process = process
        process.go()

    def describe_process(self) -> JsonObject:
        """Whether the bot is there: "loading", "starting", "running" or "away", and why it fell."""
        process, updates = self.process, self.telegram.world.updates
        if process is None:
            return {"state": "loading", "starts": 0, "log": ""}
        state = "away"
        if process.running:
            listening = updates.polls > self._polls_before or updates.webhook.url
            state = "running" if listening else "starting"
        fell = state == "away" and process.last_exit not in (None, 0, -9, -15)
        return {"state": state, "starts": process.starts, "log": process.log_tail() if fell else ""}

    def _process_changed(self) -> None:
        self._polls_before = self.telegram.world.updates.polls
        self.telegram.world.events.publish("bot", {})

    def _new_telegram(self) -> Telegram:
        telegram = Telegram(self.clock)
        bring_in(telegram)
        return telegram

    def _new_tour(self) -> Tour:
        return Tour(self.telegram, self.zone, ADMIN_IDS, self.clock.now())

    def _environment(self) -> dict[str, str]:
        # Nothing of a real bot's settings gets in: neither by the environment nor, in this folder, by a .env.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
        path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
        return inherited | {
            "PYTHONPATH": path,
            "BOT_TOKEN": TOKEN,
            "BOT_API_URL": self.address,
            "BOT_DATABASE_URL": self.database_url,
            "BOT_ADMIN_IDS": ",".join(map(str, ADMIN_IDS)),
            "BOT_TIMEZONE": self.zone.key,
            "BOT_TICK_SECONDS": _TICK_SECONDS,
            "BOT_DEMO_CLOCK": str(self._folder / "clock.json"),
            "NO_PROXY": "127.0.0.1,localhost",
            **self._settings,
        }


def _sample() -> LoadSample:
    from bot.demo.sample import load_sample

    return load_sample
