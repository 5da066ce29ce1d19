"""Delivery to a webhook: one update after another, each again until it is taken."""

from collections.abc import Callable

import aiohttp

from bot.demo.telegram import Telegram
from bot.demo.world import World

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 3.0
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


async def deliver_to_webhook(telegram: Callable[[], Telegram], timeout_seconds: float = 10.0) -> None:
    """Push updates to the webhook, in order, whenever one is set. Runs until cancelled.

    Anything but 2xx is tried again after a growing pause (real time).
    """
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout_seconds)) as session:
        pause = _FIRST_PAUSE
        while True:
            world = telegram().world
            update, webhook = world.updates.first(), world.updates.webhook
            if update is None or not webhook.url:
                await world.updates.arrived.wait(1.0)
                continue
            failure = await _push(session, webhook.url, webhook.secret_token, update.as_json())
            if world.updates.webhook is not webhook:
                continue
            if failure is None:
                pause = _FIRST_PAUSE
                if world.updates.first() is update:
                    world.updates.confirm_first()
            else:
                _note_failure(world, failure)
                await world.updates.arrived.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)


async def _push(session: aiohttp.ClientSession, url: str, secret: str | None, update: dict[str, object]) -> str | None:
    headers = {_SECRET_HEADER: secret} if secret else {}
    try:
        async with session.post(url, json=update, headers=headers) as response:
            await response.read()
            if 200 <= response.status < 300:
                return None
            return f"Wrong response from the webhook: {response.status} {response.reason}"
    except (aiohttp.ClientError, TimeoutError) as error:
        return f"Connection failed: {type(error).__name__}"


def _note_failure(world: World, failure: str) -> None:
    world.updates.webhook.last_error = failure
    world.updates.webhook.last_error_date = world.clock.now()
