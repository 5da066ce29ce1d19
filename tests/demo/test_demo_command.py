"""`python -m bot demo`: one command, a page that answers; a port that is taken is said."""

import asyncio
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.demo.program import free_port, serve_demo

SECONDS = 60


@asynccontextmanager
async def command(port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--port", str(port), "--no-open", stdout=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_the_command_opens_a_page_that_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with command(port) as process, asyncio.timeout(SECONDS):
            assert process.stdout is not None
            assert f"Port {port} is taken" in (await process.stdout.readline()).decode()
            address = (await process.stdout.readline()).decode().split()[4].rstrip("/")
            async with aiohttp.ClientSession(base_url=address) as page:
                async with page.get("/") as response:
                    assert response.status == 200
                async with page.post("/demo/people/5200000001/say", json={"text": "日报"}) as response:
                    assert response.status == 200
                await first_answer(page)
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0


async def first_answer(page: aiohttp.ClientSession) -> str:
    """What the bot says first, as the page hears of it."""
    async with page.get("/demo/events?after=0") as response:
        async for line in response.content:
            said = json.loads(line[5:]).get("message") if line.startswith(b"data:") else None
            if said and said["from"]["is_bot"] and said["chat"]["type"] == "private":
                return str(said["text"])
    raise AssertionError("the stream ended")


def test_a_taken_port_gives_way_to_the_next() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = free_port("127.0.0.1", port)
        assert found is not None
        assert port < found < port + 20
    assert free_port("127.0.0.1", port) == port
    assert free_port("127.0.0.1", 0) == 0


async def test_when_every_port_is_taken_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.demo.program.free_port", lambda host, port: None)
    with pytest.raises(SystemExit, match=r"Ports 8090 to 8109 are all taken\. Please choose another one with --port"):
        await serve_demo()
