"""The real bot as a process of its own: started, watched, killed on request, started again."""

import asyncio
import contextlib
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

COMMAND = (sys.executable, "-m", "bot.demo.process")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 8.0
_STOP_SECONDS = 6.0
GO = b"\n"
"""What a started process waits for on its standard input before it does anything."""


class BotProcess:
    """Keeps one bot running. `changed` is called whenever it starts, begins its work or ends.

    Loading its program takes the bot seconds, so it is started ahead of its work: while there are no data yet, and
    while it is away after a kill.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        log_path: Path,
        changed: Callable[[], None],
        command: Sequence[str] = COMMAND,
        directory: Path | None = None,
    ) -> None:
        self._environment = dict(environment)
        self._log_path = log_path
        self._changed = changed
        self._command = tuple(command)
        self._directory = directory
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._wanted = asyncio.Event()
        self._away_seconds: float | None = None
        self._at_work = False
        self.starts = 0
        self.last_exit: int | None = None

    @property
    def running(self) -> bool:
        """Whether the process is at work; it may still be getting ready."""
        return self._at_work and self._process is not None and self._process.returncode is None

    def start(self) -> None:
        """Load the bot and keep it there until `stop`; it waits for `go`."""
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep())

    def go(self) -> None:
        """Let the bot begin its work, now and whenever it is started again."""
        self._wanted.set()

    def kill(self, away_seconds: float = 0.0) -> None:
        """SIGKILL, as a power cut would; the bot comes back after so many seconds."""
        self._away_seconds = away_seconds
        if self._process is not None and self.running:
            self._process.kill()

    async def stop(self) -> None:
        """End the bot for good: SIGTERM first, SIGKILL when it does not listen."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
        self._changed()

    def log_tail(self, lines: int = 20) -> str:
        """The last words of the bot's log."""
        if not self._log_path.exists():
            return ""
        return "\n".join(self._log_path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    async def _keep(self) -> None:
        pause, away = _FIRST_PAUSE, 0.0
        while True:
            process = self._process = await self._started()
            started = asyncio.get_running_loop().time()
            beginning = asyncio.create_task(self._begin_work(process, away))
            try:
                self.last_exit = await process.wait()
            finally:
                beginning.cancel()
            self._at_work = False
            self._changed()
            ordered, self._away_seconds = self._away_seconds, None
            if ordered is not None:
                pause, away = _FIRST_PAUSE, ordered
                continue
            if asyncio.get_running_loop().time() - started > _LONGEST_PAUSE:
                pause = _FIRST_PAUSE
            await asyncio.sleep(pause)
            pause, away = min(pause * 2, _LONGEST_PAUSE), 0.0

    async def _started(self) -> asyncio.subprocess.Process:
        # Its standard input ends when this program does, however it ends: then the bot stops too.
        with self._log_path.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=self._environment,
                cwd=self._directory,
            )
        self.starts += 1
        return process

    async def _begin_work(self, process: asyncio.subprocess.Process, away_seconds: float) -> None:
        await asyncio.sleep(away_seconds)
        await self._wanted.wait()
        assert process.stdin is not None
        process.stdin.write(GO)
        self._at_work = True
        self._changed()
