"""A very small bot, run as a program: it echoes with a button, and tells the demo's time."""

import asyncio
import os
from pathlib import Path

import aiohttp

from bot.demo.clock import DemoClock


async def main() -> None:
    base = f"{os.environ['BOT_API_URL']}/bot{os.environ['BOT_TOKEN']}"
    clock = DemoClock(Path(os.environ["BOT_DEMO_CLOCK"]))
    offset = 0
    async with aiohttp.ClientSession() as session:

        async def call(method: str, **params: object) -> list[dict[str, dict[str, object]]]:
            while True:
                try:
                    async with session.post(f"{base}/{method}", json=params) as response:
                        body = await response.json()
                        result = body.get("result", [])
                        return result if isinstance(result, list) else [result]
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)

        while True:
            for update in await call("getUpdates", offset=offset, timeout=20):
                offset = int(str(update["update_id"])) + 1
                if message := update.get("message"):
                    markup = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
                    text = f"{message.get('text')} at {clock.now().isoformat()}"
                    chat = message["chat"]
                    assert isinstance(chat, dict)
                    await call("sendMessage", chat_id=chat["id"], text=text, reply_markup=markup)
                elif query := update.get("callback_query"):
                    await call("answerCallbackQuery", callback_query_id=query["id"], text="pressed")


if __name__ == "__main__":
    # As the real one: nothing before there is data.
    os.read(0, 1)
    asyncio.run(main())
