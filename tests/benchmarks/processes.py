"""Bots as processes of their own: started, watched, stopped."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.wire import TOKEN, Wire

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 60.0
BYTECODE = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": f"{tempfile.gettempdir()}/benchmark-bytecode"}
"""A bot that is installed has been compiled, whatever the environment says of this one."""


@dataclass(frozen=True)
class Running:
    """A bot's process."""

    pid: int

    def cpu_seconds(self) -> float:
        """Processor time used so far, by every thread of it."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mib(self, what: str = "VmRSS") -> float:
        """Resident memory now; `VmHWM`: the most there ever was."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(what)) / 1024

    def forget_peak(self) -> None:
        """Let `VmHWM` begin anew."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Run `python -m module` until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=os.environ | BYTECODE | dict(environment or {}),
        stdout=subprocess.DEVNULL,
        stderr=None if os.environ.get("BENCHMARK_LOG") else subprocess.DEVNULL,
    )
    try:
        yield Running(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def bot_settings(wire: Wire, database: Path, *, webhook: bool = True, **more: str) -> dict[str, str]:
    """The product's environment: every promise of durability on, its pace beyond what is measured."""
    port = free_port()
    hook = {"BOT_WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram", "BOT_LISTEN": f"127.0.0.1:{port}"}
    return {
        "BOT_TOKEN": TOKEN,
        "BOT_API_URL": wire.address,
        "BOT_DATABASE_URL": f"sqlite:///{database}",
        "BOT_MESSAGES_PER_SECOND": "1000000",
        "BOT_MESSAGES_PER_SECOND_PER_CHAT": "1000000",
        "BOT_MESSAGES_PER_MINUTE_PER_GROUP": "1000000",
        **(hook if webhook else {}),
        **more,
    }


async def until_ready(wire: Wire) -> None:
    """Wait until the bot asks for updates."""
    await asyncio.wait_for(wire.polled.wait(), START_SECONDS)
