"""Starting a bot in a moment: a process that has imported the program already forks for each start.

Importing takes the program seconds, which is most of what a start costs; a thousand kills would be spent waiting for
it. A fork is a process of its own in all that SIGKILL touches: memory, connections, locks, leases.
"""

import asyncio
import multiprocessing
import os
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from bot.demo.clock import DemoClock
from bot.logs import configure_logs
from bot.program import run_bot
from bot.settings import load_settings

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["tests.crash.starting", "storage.migrations.versions.0001_initial"])


class ForkedBot:
    """A running bot; to be handled like a `subprocess.Popen`."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._process: ForkServerProcess = _FORKING.Process(target=_run, args=(environment, log), daemon=True)
        self._process.start()

    @property
    def returncode(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._process.exitcode

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()

    def terminate(self) -> None:
        """SIGTERM."""
        self._process.terminate()

    def wait(self, seconds: float) -> int:
        """Wait for its end; the exit code. Raises TimeoutError."""
        self._process.join(seconds)
        code = self._process.exitcode
        if code is None:
            raise TimeoutError(f"the bot does not end within {seconds:.0f} s")
        self._process.close()
        return code


def _run(environment: dict[str, str], log: Path) -> None:
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    settings = load_settings(need_token=True)
    configure_logs(settings.log_format, settings.token.get_secret_value(), settings.effective_webhook_secret)
    clock = DemoClock(Path(environment["BOT_DEMO_CLOCK"]))
    raise SystemExit(asyncio.run(run_bot(settings, clock)))
