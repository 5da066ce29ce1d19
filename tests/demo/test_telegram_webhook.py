"""Delivery to a webhook: in order, with the secret, again after a failure."""

import asyncio
import json

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.demo.events import Bell
from bot.demo.server import listening
from tests.demo.conftest import Desk


class Hook:
    """A bot's webhook that fails when it is told to."""

    def __init__(self) -> None:
        self.got: list[tuple[int, str | None]] = []
        self.bell = Bell()
        self.refuse = 0
        self.app = Starlette(routes=[Route("/hook", self.take, methods=["POST"])])

    async def take(self, request: Request) -> Response:
        update = json.loads(await request.body())
        if self.refuse:
            self.refuse -= 1
            return Response(status_code=503)
        self.got.append((update["update_id"], request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        self.bell.ring()
        return Response()

    async def has(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.got) < count:
                await self.bell.wait(5)


async def test_updates_come_in_order_and_again_after_a_failure(desk: Desk, wang: int, address: str) -> None:
    hook = Hook()
    async with listening(hook.app) as url:
        desk.people.say(wang, "before")
        desk.call("setWebhook", url=f"{url}/hook", secret_token="s3cret")
        hook.refuse = 2
        for number in range(5):
            desk.people.say(wang, str(number))
        await hook.has(6)
        numbers = [number for number, _ in hook.got]
        assert numbers == list(range(numbers[0], numbers[0] + 6))
        assert {secret for _, secret in hook.got} == {"s3cret"}
        info = desk.call("getWebhookInfo")
        assert isinstance(info, dict)
        assert info["pending_update_count"] == 0
        assert info["last_error_message"] == "Wrong response from the webhook: 503 Service Unavailable"
        desk.telegram.world.updates.duplicate_next(1)
        desk.people.say(wang, "twice")
        await hook.has(8)
        assert hook.got[-1] == hook.got[-2]
    desk.people.say(wang, "while it is down")
    await asyncio.sleep(0.2)
    assert desk.telegram.world.updates.pending == 1


async def test_a_webhook_needs_a_safe_address(desk: Desk) -> None:
    assert desk.refusal("setWebhook", url="http://example.org/hook")[1].endswith(
        "An HTTPS URL must be provided for webhook"
    )
    assert desk.refusal("setWebhook", url="nonsense")[0] == 400
    assert desk.refusal("setWebhook", url="https://example.org", secret_token="no spaces")[0] == 400
