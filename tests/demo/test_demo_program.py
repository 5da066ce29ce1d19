"""The demo as a whole, with a small bot instead of the real one: process, clock, weather, reset, page."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.clock import SystemClock
from bot.demo.bot_process import BotProcess
from bot.demo.cast import LI_QIANG, WANG_FANG
from bot.demo.passing import pass_time
from bot.demo.program import running_demo, until_stopped
from bot.demo.stage import Demo
from bot.demo.timeline import Coming
from storage.migration import upgrade

ECHO = (sys.executable, str(Path(__file__).with_name("echo_bot.py")))


@pytest.fixture
async def demo() -> AsyncIterator[Demo]:
    loaded: list[str] = []

    def load(url: str, now: datetime) -> None:
        assert now.tzinfo is not None
        assert url.startswith("sqlite:///")
        assert url not in loaded
        loaded.append(url)
        upgrade(url)

    async with running_demo(command=ECHO, load=load) as running:
        await reaches(running, lambda: running.describe_process()["state"] == "running")
        yield running


async def reaches(demo: Demo, true: Callable[[], bool], seconds: float = 15) -> None:
    """Wait until something holds, looking again at each event."""
    async with asyncio.timeout(seconds):
        while not true():
            await demo.telegram.world.events.bell.wait(0.1)


def said(demo: Demo, chat_id: int) -> list[str]:
    return [
        message.content.text
        for message in demo.telegram.people.messages(chat_id)
        if message.sender is demo.telegram.world.bot and message.content
    ]


async def test_the_bot_answers_by_the_clock_of_the_page(demo: Demo) -> None:
    before = demo.clock.now()
    async with aiohttp.ClientSession(base_url=demo.address) as page:
        async with page.post("/demo/clock", json={"seconds": 3600}) as response:
            assert datetime.fromisoformat((await response.json())["now"]) >= before + timedelta(hours=1)
        async with page.post("/demo/clock", json={"step": "morning"}) as response:
            now = datetime.fromisoformat((await response.json())["now"])
            assert now.astimezone(demo.zone).strftime("%H:%M") == "07:50"
        async with page.post("/demo/clock", json={"to": "2020-01-01T08:00"}) as response:
            assert response.status == 400
        async with page.post(f"/demo/people/{WANG_FANG.id}/say", json={"text": "日报"}) as response:
            assert response.status == 200
        await reaches(demo, lambda: bool(said(demo, WANG_FANG.id)))
        word, _, moment = said(demo, WANG_FANG.id)[0].partition(" at ")
        assert word == "日报"
        assert timedelta(0) <= datetime.fromisoformat(moment) - now < timedelta(seconds=20)


async def test_the_clock_stops_wherever_the_bot_does_something(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    now = demo.clock.now()
    coming = [Coming(now + timedelta(hours=hours), "reminder") for hours in (1, 2, 2, 5)]
    monkeypatch.setattr("bot.demo.passing.next_to_come", lambda url, now, limit: coming[:limit])
    monkeypatch.setattr("bot.demo.passing.planned_until", lambda url: demo.clock.now())
    until = now + timedelta(hours=3)
    assert await pass_time(demo, until) >= until
    told = [e.detail["now"] for e in demo.telegram.world.events.since(0) if e.kind == "clock"]
    hours = [round((datetime.fromisoformat(str(moment)) - now) / timedelta(hours=1)) for moment in told]
    assert hours == [1, 2]
    with pytest.raises(ValueError, match="only moves forward"):
        await pass_time(demo, now)


async def test_a_killed_bot_comes_back_and_misses_nothing(demo: Demo) -> None:
    async with aiohttp.ClientSession(base_url=demo.address) as page:
        async with page.post("/demo/bot/kill") as response:
            assert response.status == 200
        await reaches(demo, lambda: demo.describe_process()["state"] == "away")
        async with page.post("/demo/bot/kill") as response:
            assert response.status == 409
        demo.telegram.people.say(LI_QIANG.id, "are you there?")
        await reaches(demo, lambda: bool(said(demo, LI_QIANG.id)))
        assert demo.describe_process() == {"state": "running", "starts": 2, "log": ""}
        assert len(said(demo, LI_QIANG.id)) == 1


@pytest.mark.parametrize("kind", ["slow", "down", "limited"])
async def test_weather(demo: Demo, kind: str) -> None:
    async with aiohttp.ClientSession(base_url=demo.address) as page:

        async def weather(kind: str) -> dict[str, object]:
            async with page.post("/demo/weather", json={"kind": kind}) as response:
                answer = await response.json()
                assert isinstance(answer, dict)
                return answer

        assert (await weather(kind))["kind"] == kind
        demo.telegram.people.say(WANG_FANG.id, "hello")
        faults = demo.telegram.faults
        await reaches(demo, lambda: any(fault.struck for fault in faults.in_force()))
        if kind != "slow":
            assert said(demo, WANG_FANG.id) == []
        assert await weather("fine") == {"kind": "fine", "struck": 0, "waiting_updates": demo_pending(demo)}
        demo.telegram.people.say(WANG_FANG.id, "again")
        await reaches(demo, lambda: any(text.startswith("again") for text in said(demo, WANG_FANG.id)))


def demo_pending(demo: Demo) -> int:
    return demo.telegram.world.updates.pending


async def test_reset_begins_anew(demo: Demo) -> None:
    demo.clock.advance(timedelta(days=2))
    demo.telegram.people.say(WANG_FANG.id, "hello")
    old = demo.telegram
    async with aiohttp.ClientSession(base_url=demo.address) as page:
        async with page.post("/demo/reset") as response:
            assert await response.json() == {"round": 1}
        async with page.get("/demo/state") as response:
            state = await response.json()
    assert old.world.events.since(0)[-1].kind == "reset"
    assert demo.telegram.people.messages(WANG_FANG.id) == []
    assert abs(datetime.fromisoformat(state["now"]) - SystemClock().now()) < timedelta(seconds=10)
    assert [member["name"] for member in state["cast"]][:2] == ["王芳", "李强"]
    await reaches(demo, lambda: demo.describe_process()["state"] == "running")


async def test_the_page_and_its_files_are_served(demo: Demo) -> None:
    async with aiohttp.ClientSession(base_url=demo.address) as page:
        async with page.get("/") as response:
            html = await response.text()
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        named = [part.partition('"')[0] for part in html.split('"/page/')[1:]]
        assert named
        for name in named:
            async with page.get(f"/page/{name}") as response:
                assert response.status == 200, name
        async with page.get("/page/../program.py") as response:
            assert response.status == 404
        async with page.get("/demo/timeline") as response:
            assert isinstance(await response.json(), list)


async def test_a_bot_that_falls_is_picked_up_and_its_last_words_are_kept(tmp_path: Path) -> None:
    changes: list[int] = []
    process = BotProcess(
        {"PATH": "/usr/bin:/bin"},
        tmp_path / "bot.log",
        changed=lambda: changes.append(process.starts),
        command=(sys.executable, "-c", "raise SystemExit('no database')"),
    )
    process.start()
    async with asyncio.timeout(10):
        await until(lambda: process.starts >= 2)
    await process.stop()
    assert process.last_exit == 1
    assert process.log_tail(1) == "no database"
    assert not process.running


async def test_sample_data_that_cannot_be_loaded_ends_the_demo_with_its_error() -> None:
    def load(url: str, now: datetime) -> None:
        raise RuntimeError("no such table")

    async with running_demo(command=ECHO, load=load) as demo:
        with pytest.raises(RuntimeError, match="no such table"):
            await until_stopped(asyncio.Event(), demo)
        assert demo.describe_process()["state"] == "loading"


async def test_a_demo_that_is_told_to_stop_stops() -> None:
    stopping = asyncio.Event()
    async with running_demo(command=ECHO, load=lambda url, now: None) as demo:
        waiting = asyncio.create_task(until_stopped(stopping, demo))
        await reaches(demo, lambda: demo.describe_process()["state"] == "running")
        assert not waiting.done()
        stopping.set()
        await asyncio.wait_for(waiting, 5)
        process = demo.process
    assert process is not None
    assert not process.running


async def until(true: Callable[[], bool], pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    while not true():
        await pause(0.02)
