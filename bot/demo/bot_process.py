"""The real bot as a process of its own: started, watched, killed on request, started again."""

import asyncio
import contextlib
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

COMMAND = (sys.executable, "-m", "bot.demo.process")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 8.0
_STOP_SECONDS = 6.0


class BotProcess:
    """Keeps one bot running. `changed` is called whenever it starts or ends."""

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
        self._pause_once: float | None = None
        self.starts = 0
        self.last_exit: int | None = None

    @property
    def running(self) -> bool:
        """Whether the process is there; it may still be getting ready."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self.running else None

    def start(self) -> None:
        """Start the bot and keep it running until `stop`."""
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep())

    def kill(self, away_seconds: float = 0.0) -> None:
        """SIGKILL, as a power cut would; the bot comes back after so many seconds."""
        self._pause_once = away_seconds
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
        pause = _FIRST_PAUSE
        while True:
            # Its standard input ends when this program does, however it ends: then the bot stops too.
            with self._log_path.open("ab") as log:
                self._process = await asyncio.create_subprocess_exec(
                    *self._command,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    env=self._environment,
                    cwd=self._directory,
                )
            self.starts += 1
            self._changed()
            started = asyncio.get_running_loop().time()
            self.last_exit = await self._process.wait()
            self._changed()
            if asyncio.get_running_loop().time() - started > _LONGEST_PAUSE:
                pause = _FIRST_PAUSE
            ordered, self._pause_once = self._pause_once, None
            await asyncio.sleep(pause if ordered is None else ordered)
            pause = _FIRST_PAUSE if ordered is not None else min(pause * 2, _LONGEST_PAUSE)
