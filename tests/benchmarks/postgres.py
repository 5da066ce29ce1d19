"""Check-ins on PostgreSQL, one process against three: answers a second, processor time, and round trips an update.

The processes share one database and one webhook, whose deliveries a proxy would spread; here the stand-in does. The
server is the tests' own, with its disk guarantees on. Round trips are counted in a round of their own, on the way to
the server.
"""

import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import create_engine, make_url, text

from tests.benchmarks.crowd import CHECK_IN, Crowd, percentile
from tests.benchmarks.large_town import FIRST_ACCOUNT
from tests.benchmarks.processes import Running, bot_settings, free_port, running, until_open, until_ready
from tests.benchmarks.report import Figure, told
from tests.benchmarks.rounds import WARM_UP, Round, settle
from tests.benchmarks.wire import Wire
from tests.postgres import empty_database, running_server

AT_ONCE = 64
PROCESSES = 3
COUNTED = 25
"""People whose round trips are counted."""


async def measure(people: int) -> list[Figure]:
    """One round with one process, one with three, and a slow one in which round trips are counted."""
    with running_server(is_durable=True) as server:
        one, one_server = await _round(server, people, 1)
        three, three_server = await _round(server, people, PROCESSES)
        alone, together = await _trips(server, 1), await _trips(server, AT_ONCE)
    return [
        told("postgres", "one process: answers a second", one.rate, "/s"),
        told("postgres", "one process: processor time an answer", one.cpu_ms, "ms"),
        told("postgres", "one process: the server's, the same", one_server, "ms"),
        told("postgres", "one process: time to answer, median", one.p50, "ms"),
        told("postgres", f"{PROCESSES} processes: answers a second", three.rate, "/s"),
        told("postgres", f"{PROCESSES} processes: against one", three.rate / one.rate, "×"),
        told("postgres", f"{PROCESSES} processes: processor time an answer", three.cpu_ms, "ms"),
        told("postgres", f"{PROCESSES} processes: the server's, the same", three_server, "ms"),
        told("postgres", f"{PROCESSES} processes: time to answer, median", three.p50, "ms"),
        told("postgres", "round trips an answer, one person at a time", alone, ""),
        told("postgres", f"round trips an answer, {AT_ONCE} people at a time", together, ""),
    ]


async def _round(server: str, people: int, processes: int) -> tuple[Round, float]:
    """What a crowd met, and the server's milliseconds of processor time for an answer."""
    crowd, answers = Crowd(), people * len(CHECK_IN)
    with empty_database(server) as url:
        settle(url, people + WARM_UP)
        async with _bots(crowd, url, processes) as (wire, bots):
            await _go(wire, crowd, _accounts(0, WARM_UP), AT_ONCE)
            before, before_server = _cpu(bots), _cpu([_postmaster(server)])
            seconds = await _go(wire, crowd, _accounts(WARM_UP, people), AT_ONCE)
            found = Round(
                answers / seconds,
                (_cpu(bots) - before) / answers * 1000,
                percentile(crowd.seconds, 0.5) * 1000,
                percentile(crowd.seconds, 0.99) * 1000,
            )
            return found, (_cpu([_postmaster(server)]) - before_server) / answers * 1000


async def _trips(server: str, at_once: int) -> float:
    """Round trips to the server for an answer, with what the clock and the idle processes ask meanwhile."""
    crowd = Crowd()
    with empty_database(server) as url:
        settle(url, COUNTED + WARM_UP)
        with _Counting(url) as way:
            async with _bots(crowd, way.url, 1) as (wire, _):
                await _go(wire, crowd, _accounts(0, WARM_UP), at_once)
                before = way.trips
                await _go(wire, crowd, _accounts(WARM_UP, COUNTED), at_once)
                return (way.trips - before) / (COUNTED * len(CHECK_IN))


@asynccontextmanager
async def _bots(crowd: Crowd, url: str, processes: int) -> AsyncIterator[tuple[Wire, Sequence[Running]]]:
    ports = [free_port() for _ in range(processes)]
    async with Wire(crowd.hears, behind=ports) as wire, AsyncExitStack() as stack:
        bots = []
        for port in ports:
            # All give Telegram the one address: the proxy's.
            settings = bot_settings(wire, url, port=ports[0], BOT_LISTEN=f"127.0.0.1:{port}")
            bots.append(stack.enter_context(running("bot", "run", environment=settings)))
        await until_ready(wire)
        for port in ports:
            await until_open(port)
        await crowd.until_quiet()
        yield wire, bots


async def _go(wire: Wire, crowd: Crowd, accounts: Sequence[int], at_once: int) -> float:
    crowd.seconds.clear()
    return await crowd.converse(wire, accounts, CHECK_IN, at_once=at_once)


def _accounts(after: int, people: int) -> range:
    return range(FIRST_ACCOUNT + 1 + after, FIRST_ACCOUNT + 1 + after + people)


def _cpu(processes: Sequence[Running]) -> float:
    return sum(each.cpu_seconds() for each in processes)


def _postmaster(server: str) -> Running:
    """The process that all of the server's come from, as it runs on this machine."""
    engine = create_engine(server)
    with engine.connect() as connection:
        backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        parent = int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])
    engine.dispose()
    return Running(parent)


class _Counting:
    """A way to a PostgreSQL server on which round trips are counted: how often it answers after it was asked.

    In threads, as the bot still needs its database while the measuring loop waits for it to end.
    """

    def __init__(self, url: str) -> None:
        self._to = make_url(url)
        self.trips = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        here = self._to.set(host="127.0.0.1", port=self._listener.getsockname()[1], query={})
        self.url = here.render_as_string(hide_password=False)

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, server, asked = self._listener.accept()[0], self._connect(), threading.Event()
                threading.Thread(target=self._ask, args=(client, server, asked), daemon=True).start()
                threading.Thread(target=self._answer, args=(client, server, asked), daemon=True).start()

    def _connect(self) -> socket.socket:
        folder, port = str(self._to.query.get("host", "")), self._to.port or 5432
        if not folder:
            return socket.create_connection((self._to.host or "127.0.0.1", port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{folder}/.s.PGSQL.{port}")
        return server

    def _ask(self, client: socket.socket, server: socket.socket, asked: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                asked.set()
                server.sendall(data)
        server.close()

    def _answer(self, client: socket.socket, server: socket.socket, asked: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                self.trips += asked.is_set()
                asked.clear()
                client.sendall(data)
        client.close()
