"""Talking to Telegram: python-telegram-bot's `Bot` on an aiohttp transport.

Measured: the library's own httpx transport is most of its cost (397 against 1,565 echoed updates a second). Nothing
here logs an address: it would carry the token.
"""

import json
import warnings
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram import Bot, InputFile
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from telegram.warnings import PTBUserWarning

from bot import metrics

# `do_api_request` is used on purpose, also for methods the library knows: it hands back Telegram's JSON as it came, and
# one malformed update must not cost the batch it came in.
warnings.filterwarnings("ignore", message="Please use 'Bot\\.", category=PTBUserWarning)

CONNECT_TIMEOUT = 10.0
READ_TIMEOUT = 20.0


class AiohttpRequest(BaseRequest):
    """One pool of connections to the Bot API."""

    def __init__(self, connections: int = 128) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for an answer unless a call says otherwise."""
        return READ_TIMEOUT

    async def initialize(self) -> None:
        """Open the pool. Does nothing when it is open."""
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=60)
            self._session = aiohttp.ClientSession(connector=connector)

    async def shutdown(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make one call; TimedOut and NetworkError carry no address."""
        if self._session is None:
            raise NetworkError("the connection is not open")
        seconds = read_timeout if isinstance(read_timeout, (int, float)) else READ_TIMEOUT
        timeout = aiohttp.ClientTimeout(
            total=seconds + CONNECT_TIMEOUT, sock_connect=CONNECT_TIMEOUT, sock_read=seconds
        )
        body, headers = _encode(request_data)
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=timeout, proxy=_proxy(url.split("/bot", 1)[0])
            ) as response:
                return response.status, await response.read()
        except TimeoutError:
            raise TimedOut from None
        except aiohttp.ClientError as error:
            raise NetworkError(type(error).__name__) from None


@cache
def _proxy(address: str) -> str | None:
    """The proxy of the environment for a server. Looked up once: aiohttp's own way does it at every call."""
    where = urlsplit(address)
    return None if proxy_bypass(where.hostname or "") else getproxies().get(where.scheme)


def _encode(data: RequestData | None) -> tuple[bytes | aiohttp.FormData | None, dict[str, str]]:
    if data is None:
        return None, {}
    if not data.contains_files:
        return json.dumps(data.parameters, ensure_ascii=False).encode(), {"Content-Type": "application/json"}
    # Unquoted, as Telegram reads it: quoted, a Chinese file name arrives as a row of percent signs.
    form = aiohttp.FormData(quote_fields=False)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (file_name, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=file_name, content_type=mime)
    return form, {}


def make_bot(token: str, api_url: str, *, connections: int = 128) -> Bot:
    """A client for Telegram's or a local Bot API server; long polls have a connection of their own."""
    return Bot(
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=AiohttpRequest(connections),
        get_updates_request=AiohttpRequest(1),
    )


class Telegram:
    """The calls the bot makes, as Telegram's own method names and JSON."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    async def call(
        self,
        method: str,
        params: Mapping[str, Any],
        *,
        timeout: float = READ_TIMEOUT,
        file: InputFile | None = None,
        file_field: str = "",
    ) -> Any:
        """Make one call and hand back its result; raises python-telegram-bot's errors."""
        arguments: dict[str, Any] = dict(params)
        if file is not None:
            arguments[file_field] = file
        try:
            return await self.bot.do_api_request(method, api_kwargs=arguments, read_timeout=timeout)
        except TelegramError as error:
            metrics.count_telegram_error(method, error)
            raise

    async def fetch_file(self, file_id: str, most: int) -> bytes | None:
        """A file somebody sent, at most `most` bytes; None when it is larger or cannot be had."""
        try:
            file = await self.bot.get_file(file_id)
            if file.file_size is not None and file.file_size > most:
                return None
            content = bytes(await file.download_as_bytearray())
        except (TimeoutError, TelegramError, RuntimeError):
            return None
        return content if len(content) <= most else None
