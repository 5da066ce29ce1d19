"""The demo, put together: the stand-in for Telegram, the page, the clock, and the real bot beside them."""

import asyncio
import shutil
import signal
import socket
import tempfile
import webbrowser
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from bot.demo.bot_process import COMMAND
from bot.demo.desk import desk_routes
from bot.demo.server import listening, stand_in_app
from bot.demo.stage import Demo, LoadSample
from bot.demo.webhook import deliver_to_webhook

_PORTS = 20


@asynccontextmanager
async def running_demo(
    host: str = "127.0.0.1",
    port: int = 0,
    command: Sequence[str] = COMMAND,
    load: LoadSample | None = None,
    begins: datetime | None = None,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Demo]:
    """A demo while the block runs; the bot starts in the background, `demo.address` is the page.

    `begins` (aware) is the moment it starts at, now without it; `settings` are further ones of the bot (BOT_…).
    """
    folder = Path(tempfile.mkdtemp(prefix="training-desk-demo-"))
    demo = Demo(folder, command, load, begins, settings)
    courier = asyncio.create_task(deliver_to_webhook(lambda: demo.telegram))
    app = stand_in_app(lambda: demo.telegram, desk_routes(demo))
    try:
        async with listening(app, host, port) as address:
            demo.address = address
            demo.beginning = asyncio.create_task(demo.begin())
            try:
                yield demo
            finally:
                await asyncio.wait({demo.beginning})
                await demo.end()
    finally:
        courier.cancel()
        await asyncio.gather(courier, return_exceptions=True)
        shutil.rmtree(folder, ignore_errors=True)


async def serve_demo(host: str = "127.0.0.1", port: int = 8090, *, open_browser: bool = False) -> None:
    """Run the demo until Ctrl-C or SIGTERM. A port that is taken gives way to the next free one.

    SystemExit with a sentence when none of the next few is free either.
    """
    chosen = free_port(host, port)
    if chosen is None:
        raise SystemExit(f"Ports {port} to {port + _PORTS - 1} are all taken. Please choose another one with --port.")
    if chosen != port:
        print(f"Port {port} is taken, so this one has another.", flush=True)
    stopping = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    async with running_demo(host, chosen) as demo:
        print(f"The demo is at {demo.address}/ — stop it with Ctrl-C.", flush=True)
        if open_browser:
            await asyncio.to_thread(webbrowser.open, f"{demo.address}/")
        # Sample data that cannot be loaded must not leave a page that waits for ever.
        await until_stopped(stopping, demo)


def free_port(host: str, port: int) -> int | None:
    """The port itself or the next free one of a few; None when all are taken. 0 stays 0: any free one."""
    for candidate in range(port, min(port + _PORTS, 65_536)) if port else (0,):
        try:
            socket.create_server((host, candidate)).close()
        except OSError:
            continue
        return candidate
    return None


async def until_stopped(stopping: asyncio.Event, demo: Demo) -> None:
    """Wait for the signal to stop; raises what went wrong at the beginning."""
    stop = asyncio.create_task(stopping.wait())
    try:
        if demo.beginning is not None:
            await asyncio.wait({stop, demo.beginning}, return_when=asyncio.FIRST_COMPLETED)
            if demo.beginning.done():
                demo.beginning.result()
        await stop
    finally:
        stop.cancel()
