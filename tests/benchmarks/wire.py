"""A Bot API server that costs as little as it can, so that the bots are measured and not it.

It stands in the measuring process; bots run in processes of their own, the peers' and ours against the same server.
Requests are read as Telegram documents them: a JSON body or a form. Answers carry what the libraries need, no more.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from bot.clock import SystemClock

TOKEN = "1000001:benchmark"
BOT = {"id": 1000001, "is_bot": True, "first_name": "Bench", "username": "benchmark_bot"}
CONNECTIONS = 40
"""Telegram's own default for webhooks, and the most that both bots ask for."""

Params = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One call of a bot: its method, its parameters, the id of the message it made or changed."""

    method: str
    params: Params
    message_id: int

    @property
    def chat_id(self) -> int:
        """The chat it goes to; 0 for calls without one."""
        return int(self.params.get("chat_id", 0))

    def button(self, label: str) -> str:
        """The callback data of the button whose label contains a word; "" for none. Every call has "" itself."""
        if not label:
            return "any"
        markup = self.params.get("reply_markup") or {}
        rows = (json.loads(markup) if isinstance(markup, str) else markup).get("inline_keyboard", [])
        return next((b["callback_data"] for row in rows for b in row if label in b["text"]), "")


class Wire:
    """The server, and the way updates go to the bot: by its webhook, or by the getUpdates it asks for."""

    def __init__(self, heard: Callable[[Call], None], *, answer_after: float = 0.0, behind: Sequence[int] = ()) -> None:
        self._heard = heard
        self._behind = behind
        """Ports that a proxy spreads the deliveries over; none: the bot itself listens where its webhook is."""
        self.answer_after = answer_after
        """Seconds until a call is answered, as a far Telegram takes them."""
        self.address = ""
        self.polled = asyncio.Event()
        """Set by the first getUpdates, or the first setWebhook."""
        self.first_asked_at = 0.0
        self._messages = 0
        self._updates = 0
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue()
        self._deliverers: list[asyncio.Task[None]] = []
        self._idle: dict[int, list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]] = {}
        """Connections to each port."""
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(lambda: _Connection(self), "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._deliverers:
            task.cancel()
        await asyncio.gather(*self._deliverers, return_exceptions=True)
        self._close_idle()
        assert self._server is not None
        self._server.close()

    def says(self, telegram_id: int, text: str) -> None:
        """Somebody types a message in their private chat."""
        self._messages += 1
        message: Params = {
            "message_id": self._messages,
            "date": _now(),
            "chat": _private(telegram_id),
            "from": _user(telegram_id),
            "text": text,
        }
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        self._deliver({"message": message})

    def presses(self, telegram_id: int, message_id: int, data: str) -> None:
        """Somebody presses a button of a message."""
        message = {"message_id": message_id, "date": _now(), "chat": _private(telegram_id), "from": BOT}
        query = {"id": str(self._updates), "from": _user(telegram_id), "chat_instance": "1"}
        self._deliver({"callback_query": query | {"message": message, "data": data}})

    def _deliver(self, update: Params) -> None:
        self._updates += 1
        self._waiting.put_nowait(json.dumps({"update_id": self._updates} | update).encode())

    async def answer(self, method: str, params: Params) -> Any:
        """The result of a call."""
        if method == "getUpdates":
            self._note_asked()
            return await self._next_updates(float(params.get("timeout") or 0))
        if method == "setWebhook":
            self._note_asked()
            self._start_delivering(str(params["url"]), str(params.get("secret_token") or ""))
            return True
        if method == "getMe":
            return BOT
        if method == "getWebhookInfo":
            return {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
        if not method.startswith(("send", "edit")):
            return True
        return self._message(method, params)

    def _note_asked(self) -> None:
        if not self.polled.is_set():
            self.first_asked_at = time.monotonic()
            self.polled.set()

    def _message(self, method: str, params: Params) -> Params:
        is_edit = method.startswith("edit")
        if not is_edit:
            self._messages += 1
        call = Call(method, params, int(params["message_id"]) if is_edit else self._messages)
        self._heard(call)
        return {
            "message_id": call.message_id,
            "date": _now(),
            "chat": _private(call.chat_id),
            "from": BOT,
            "text": params.get("text", ""),
        }

    async def _next_updates(self, seconds: float) -> list[Any]:
        try:
            first = await asyncio.wait_for(self._waiting.get(), seconds or 0.001)
        except TimeoutError:
            return []
        bodies = [first]
        while len(bodies) < 100 and not self._waiting.empty():
            bodies.append(self._waiting.get_nowait())
        return [json.loads(body) for body in bodies]

    def _start_delivering(self, url: str, secret: str) -> None:
        if not self._deliverers:
            where = urlsplit(url)
            ports = self._behind or (where.port or 80,)
            head = f"POST {where.path or '/'} HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Type: application/json\r\n"
            if secret:
                head += f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\n"
            self._deliverers = [
                asyncio.create_task(self._deliver_to(where.hostname or "", ports[number % len(ports)], head))
                for number in range(CONNECTIONS)
            ]

    async def _deliver_to(self, host: str, port: int, head: str) -> None:
        while True:
            body = await self._waiting.get()
            while True:
                with contextlib.suppress(OSError, EOFError):
                    # The bot's server closes a connection that was idle for a while.
                    await self._deliver_one(host, port, head, body)
                    break
                self._close_idle()
                await asyncio.sleep(0.02)

    async def _deliver_one(self, host: str, port: int, head: str, body: bytes) -> None:
        idle = self._idle.setdefault(port, [])
        reader, writer = idle.pop() if idle else await asyncio.open_connection(host, port)
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = next((line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length")), b":0")
        await reader.readexactly(int(length.split(b":")[1]))
        idle.append((reader, writer))
        if not answer.startswith(b"HTTP/1.1 200"):
            raise OSError(answer)

    def _close_idle(self) -> None:
        for idle in self._idle.values():
            while idle:
                idle.pop()[1].close()


class _Connection(asyncio.Protocol):
    """One kept-alive connection of a bot; its calls are answered in their order."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._data = bytearray()
        self._head: list[str] = []
        """The lines before the body of the request that is coming in, once they are there."""
        self._body = slice(0, 0)
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        # A workbook comes in a hundred pieces: none is looked at twice.
        self._data += data
        if not self._head:
            end = self._data.find(b"\r\n\r\n")
            if end < 0:
                return
            self._head = self._data[:end].decode("latin-1").split("\r\n")
            self._body = slice(end + 4, end + 4 + int(self._header("content-length") or 0))
        if len(self._data) < self._body.stop:
            return
        method = self._head[0].split(" ")[1].rpartition("/")[2]
        params = _params(bytes(self._data[self._body]), self._header("content-type"))
        del self._data[: self._body.stop]
        self._head = []
        self._task = asyncio.ensure_future(self._answer(method, params))

    def _header(self, name: str) -> str:
        lines = (line.partition(":") for line in self._head[1:])
        return next((value.strip() for key, _, value in lines if key.lower() == name), "")

    async def _answer(self, method: str, params: Params) -> None:
        if self._wire.answer_after and method != "getUpdates":
            await asyncio.sleep(self._wire.answer_after)
        body = json.dumps({"ok": True, "result": await self._wire.answer(method, params)}).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        if self._transport is not None:
            self._transport.write(head.encode() + body)


def _params(body: bytes, content_type: str) -> Params:
    if "json" in content_type:
        found: Params = json.loads(body)
        return found
    if "multipart" in content_type:
        boundary = content_type.partition("boundary=")[2].strip('"').encode()
        parts = (part.partition(b"\r\n\r\n") for part in body.split(b"--" + boundary) if b"name=" in part)
        return {_part_name(head): content.strip()[:200].decode("utf-8", "replace") for head, _, content in parts}
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def _part_name(head: bytes) -> str:
    return head.partition(b"name=")[2].split(b";")[0].split(b"\r\n")[0].strip(b'"').decode()


def _now() -> int:
    return int(SystemClock().now().timestamp())


def _user(telegram_id: int) -> Mapping[str, Any]:
    return {"id": telegram_id, "is_bot": False, "first_name": "N", "language_code": "zh-hans"}


def _private(telegram_id: int) -> Mapping[str, Any]:
    return {"id": telegram_id, "type": "private", "first_name": "N"}
