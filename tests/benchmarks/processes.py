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
    """A process, and those it started."""

    pid: int

    def cpu_seconds(self) -> float:
        """Processor time used so far, by every thread of it and by every process it started, ended ones included."""
        ticks = 0
        for pid in self.family():
            # Its own, and that of its children that have ended.
            fields = _stat(pid)
            ticks += sum(int(field) for field in fields[11:15])
        return ticks / TICKS

    def memory_mib(self, what: str = "VmRSS") -> float:
        """Resident memory now; `VmHWM`: the most there ever was."""
        return _memory_mib(self.pid, what)

    def family_memory_mib(self) -> float:
        """Resident memory now, that of the processes it started included; pages they share count for each."""
        return sum(_memory_mib(pid, "VmRSS") for pid in self.family())

    def forget_peak(self) -> None:
        """Let `VmHWM` begin anew."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def family(self) -> list[int]:
        """This process and all that come from it and live."""
        parents = {
            pid: int(fields[1]) for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if (fields := _stat(pid))
        }
        found = [self.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found


def _stat(pid: int) -> list[str]:
    """What follows a process's name in its `stat`: state, parent, …; nothing when it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _memory_mib(pid: int, what: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) for line in lines if line.startswith(what)), 0) / 1024


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Run `python -m module` until the block ends."""
    with running_program(sys.executable, "-m", module, *arguments, environment=environment) as process:
        yield process


@contextmanager
def running_program(*command: str, environment: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Run a program until the block ends."""
    process = subprocess.Popen(
        command,
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


def bot_settings(
    wire: Wire, database: Path | str, *, webhook: bool = True, port: int | None = None, **more: str
) -> dict[str, str]:
    """The product's environment: every promise of durability on, its pace beyond what is measured.

    `database` is a SQLite file or the address of a database, `port` where the bot listens (None: any free one).
    """
    port = port or free_port()
    hook = {"BOT_WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram", "BOT_LISTEN": f"127.0.0.1:{port}"}
    return {
        "BOT_TOKEN": TOKEN,
        "BOT_API_URL": wire.address,
        "BOT_DATABASE_URL": database if isinstance(database, str) else f"sqlite:///{database}",
        "BOT_MESSAGES_PER_SECOND": "1000000",
        "BOT_MESSAGES_PER_SECOND_PER_CHAT": "1000000",
        "BOT_MESSAGES_PER_MINUTE_PER_GROUP": "1000000",
        **(hook if webhook else {}),
        **more,
    }


async def until_ready(wire: Wire) -> None:
    """Wait until the bot asks for updates."""
    await asyncio.wait_for(wire.polled.wait(), START_SECONDS)


async def until_open(port: int) -> None:
    """Wait until somebody listens on a port."""
    async with asyncio.timeout(START_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return
