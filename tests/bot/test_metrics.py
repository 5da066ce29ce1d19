"""What an operator can watch: figures that move with what happens, and that tell nothing about anybody."""

import json
import re
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlmodel import Session

from bot import metrics
from bot.demo.telegram import TOKEN
from bot.settings import Settings
from bot.web import Health, make_app
from storage.inbox import InboxState, InboxUpdate
from storage.outbox import OutboxMessage, OutboxState, say
from tests.chat import World
from tests.live import LiveWorld

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def figures() -> dict[str, float]:
    """Every figure of this process by its name and labels."""
    lines = metrics.exposition(None, NOW).decode().splitlines()
    return {key: float(value) for key, _, value in (line.rpartition(" ") for line in lines if line[:1] != "#")}


def told(world: World) -> str:
    with world.database.transaction() as session:
        queues = metrics.look_at_queues(session, world.clock.now())
    return metrics.exposition(queues, world.clock.now()).decode()


def grown(before: dict[str, float]) -> dict[str, float]:
    """The bot's own counters that are larger than before."""
    now = figures()
    return {
        key: value - before.get(key, 0)
        for key, value in now.items()
        if key.startswith("bot_") and not key.endswith("_created") and value > before.get(key, 0)
    }


def test_updates_and_answers_are_counted(world: World) -> None:
    wang = world.manager("王芳")
    before = figures()
    wang.says("/me").says("日报")
    rise = grown(before)
    assert rise['bot_updates_total{outcome="received"}'] == 2
    assert rise['bot_updates_total{outcome="handled"}'] == 2
    assert rise['bot_messages_total{kind="call",outcome="sent"}'] >= 2
    assert 'bot_updates_total{outcome="failed"}' not in rise


def test_an_update_delivered_twice_is_received_once(world: World) -> None:
    wang = world.manager("王芳")
    world.act(lambda people: people.say(wang.telegram_id, "/me"))
    before = figures()
    world.receive_only()
    world.receive_only()
    assert grown(before)['bot_updates_total{outcome="received"}'] == 1


def test_a_fault_is_counted_at_each_attempt_and_once_when_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any) -> None:
        raise RuntimeError("王芳")

    wang = world.manager("王芳")
    monkeypatch.setattr("bot.worker.answer", fail)
    before = figures()
    for _ in range(4):
        wang.says("/me") if _ == 0 else world.settle()
        world.clock.forward(minutes=1)
    rise = grown(before)
    assert rise['bot_updates_total{outcome="failed"}'] == 3
    assert rise['bot_updates_total{outcome="aside"}'] == 1
    assert 'bot_queue_length{queue="inbox",state="aside"} 1.0' in told(world)


def test_what_telegram_refuses_is_counted_by_kind_method_and_error(world: World) -> None:
    wang = world.manager("王芳")
    world.act(lambda people: people.block(wang.telegram_id))
    world.settle()
    with world.database.transaction() as session:
        say(session, wang.telegram_id, "sendMessage", {"chat_id": wang.telegram_id, "text": "x"}, world.clock.now())
    before = figures()
    world.settle()
    rise = grown(before)
    assert rise['bot_messages_total{kind="call",outcome="failed"}'] == 1
    assert rise['bot_telegram_errors_total{error="Forbidden",method="sendMessage"}'] == 1


def test_the_queues_tell_length_and_age(world: World) -> None:
    now = world.clock.now()
    with world.database.transaction() as session:
        old = now - timedelta(minutes=7)
        session.add(InboxUpdate(update_id=1, chat_id=1, body="{}", received_at=old, said_at=old))
        session.add(
            InboxUpdate(update_id=2, chat_id=1, body="{}", received_at=old, said_at=old, state=InboxState.aside)
        )
        session.add(OutboxMessage(chat_id=1, kind="call", created_at=now - timedelta(seconds=90)))
        session.add(OutboxMessage(chat_id=1, kind="call", created_at=old, state=OutboxState.failed))
    text = told(world)
    for line in (
        'bot_queue_length{queue="inbox",state="open"} 1.0',
        'bot_queue_length{queue="inbox",state="aside"} 1.0',
        'bot_queue_length{queue="outbox",state="open"} 1.0',
        'bot_queue_length{queue="outbox",state="failed"} 1.0',
        'bot_queue_oldest_seconds{queue="inbox"} 420.0',
        'bot_queue_oldest_seconds{queue="outbox"} 90.0',
    ):
        assert line in text


def test_no_label_tells_about_anybody(world: World) -> None:
    wang, admin = world.manager("王芳", "杭州甲"), world.admin()
    group = world.group(wang, admin)
    wang.says("日报").taps("上班").says("秘密计划").taps("确认")
    admin.says("/stats")
    world.tick()
    text = told(world)
    for secret in ("王芳", "杭州甲", "秘密", "管理员", str(wang.telegram_id), str(group), TOKEN, TOKEN.split(":")[1]):
        assert not re.search(rf"\b{re.escape(secret)}\b", text), secret
    labels = {label for line in text.splitlines() if line.startswith("bot_") for label in re.findall(r'(\w+)="', line)}
    assert labels == {"outcome", "kind", "method", "error", "queue", "state", "part", "le"}


class Answer(NamedTuple):
    """What the web server answered."""

    status: int
    content_type: str
    text: str


Get = Callable[[str], Answer]


@pytest.fixture
def get(world: World) -> Get:
    """Asks the web server of a bot that polls and has not heard from Telegram yet."""
    settings = Settings(listen="127.0.0.1:8080", _env_file=None)

    def health(session: Session) -> Health:
        return Health(False, {"planner_last_tick": None})

    app = make_app(settings, world.receiver, world.database, health, world.clock.now)

    async def ask(path: str) -> Answer:
        async with TestClient(TestServer(app)) as client, client.get(path) as answer:
            return Answer(answer.status, answer.headers["content-type"], await answer.text())

    return lambda path: world.loop.run_until_complete(ask(path))


def test_the_figures_are_served(world: World, get: Get) -> None:
    world.tick()
    answer = get("/metrics")
    assert answer.status == 200
    assert answer.content_type.startswith("text/plain")
    beat = re.search(r'bot_last_beat_timestamp_seconds\{part="planner"\} (\S+)', answer.text)
    assert beat is not None
    assert float(beat[1]) == world.clock.now().timestamp()


def test_alive_is_not_ready(get: Get) -> None:
    assert get("/healthz/live").status == 200
    for path in ("/healthz", "/healthz/ready"):
        answer = get(path)
        told = json.loads(answer.text)
        assert (answer.status, told["live"], told["ready"]) == (503, True, False)


def test_without_a_database_it_is_alive_and_its_own_counts_are_still_told(
    world: World, get: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(work: object) -> None:
        raise OSError

    monkeypatch.setattr(world.database, "run", away)
    assert get("/healthz/live").status == 200
    assert get("/healthz/ready").status == 503
    assert "bot_updates_total" in get("/metrics").text


def test_the_page_for_operators_names_every_figure_and_setting() -> None:
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(bot_[a-z_]+)", page))
    text = metrics.exposition(None, NOW).decode()
    there = {name for name in re.findall(r"# TYPE (bot_[a-z_]+) ", text) if not name.endswith("_created")}
    assert named == there
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    settings = {f"BOT_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in settings if f"`{name}`" not in readme} == set()
    assert set(re.findall(r"\bBOT_[A-Z_]+", page)) <= settings


def test_a_running_bot_becomes_ready_and_tells_of_its_clock(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    live = LiveWorld(tmp_path, webhook_port=port)
    try:
        wang = live.manager("王芳")
        live.start()
        live.settle()
        wang.says("/me")
        for _ in range(100):
            answer = httpx.get(f"http://127.0.0.1:{port}/healthz/ready", trust_env=False)
            if answer.status_code == 200:
                break
            time.sleep(0.1)
        assert answer.json()["ready"], answer.json()
        assert answer.json()["planner_last_tick"] is not None
        text = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
        assert re.search(r"^bot_planner_tick_seconds_count [1-9]", text, re.MULTILINE)
        assert 'bot_updates_total{outcome="handled"} 1.0' in text
        assert "王芳" not in text
    finally:
        live.close()
