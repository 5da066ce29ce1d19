"""What the page shows and turns beside the chats: state, clock, timeline, weather, the process, the tour."""

import asyncio
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from bot.demo.cast import CAST, GROUP_ID
from bot.demo.control import Answer, describe_chat, json_route
from bot.demo.params import Params
from bot.demo.passing import pass_time
from bot.demo.refusal import JsonObject, NotPossibleError, bad_request
from bot.demo.stage import Demo
from bot.demo.telegram import Telegram
from bot.demo.timeline import Coming, next_to_come
from bot.demo.weather import Weather, describe_weather, set_weather
from schedules.posts import COHORT_CARD

_PAGE = Path(__file__).parent / "page"
_AWAY_SECONDS = 2.5
_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)


def desk_routes(demo: Demo) -> list[BaseRoute]:
    """The page and the addresses only the demo has."""

    files = {path.relative_to(_PAGE).as_posix(): path for path in _PAGE.rglob("*") if path.is_file()}

    def telegram() -> Telegram:
        return demo.telegram

    async def index(request: Request) -> Response:
        headers = {"Content-Security-Policy": _SECURITY, "Cache-Control": "no-cache"}
        return FileResponse(_PAGE / "index.html", headers=headers)

    async def page_file(request: Request) -> Response:
        path = files.get(request.path_params["path"])
        if path is None:
            return Response(status_code=404)
        return FileResponse(path, headers={"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"})

    async def state(_: Telegram, request: Request, params: Params) -> Answer:
        return describe_demo(demo)

    async def clock(_: Telegram, request: Request, params: Params) -> Answer:
        now = await _move_clock(demo, params)
        demo.telegram.world.events.publish("clock", {"now": now.isoformat()})
        return {"now": now.isoformat()}

    async def timeline(_: Telegram, request: Request, params: Params) -> Answer:
        return [coming.as_json() for coming in await _coming(demo)]

    async def weather(current: Telegram, request: Request, params: Params) -> Answer:
        set_weather(current, Weather(params.text("kind") or ""))
        return describe_weather(current)

    async def kill(current: Telegram, request: Request, params: Params) -> Answer:
        if demo.process is None or not demo.process.running:
            raise NotPossibleError("the bot is not running")
        demo.tour.note_crash()
        demo.process.kill(away_seconds=_AWAY_SECONDS)
        return demo.describe_process()

    async def reset(_: Telegram, request: Request, params: Params) -> Answer:
        await demo.reset()
        return {"round": demo.round}

    async def tour(_: Telegram, request: Request, params: Params) -> Answer:
        return demo.tour.progress()

    async def enlarged(_: Telegram, request: Request, params: Params) -> Answer:
        demo.tour.note_enlarged()
        return demo.tour.progress()

    return [
        Route("/", index),
        json_route("/demo/state", telegram, state, ["GET"]),
        json_route("/demo/clock", telegram, clock, ["POST"]),
        json_route("/demo/timeline", telegram, timeline, ["GET"]),
        json_route("/demo/weather", telegram, weather, ["POST"]),
        json_route("/demo/bot/kill", telegram, kill, ["POST"]),
        json_route("/demo/reset", telegram, reset, ["POST"]),
        json_route("/demo/tour", telegram, tour, ["GET"]),
        json_route("/demo/tour/enlarged", telegram, enlarged, ["POST"]),
        Route("/page/{path:path}", page_file),
    ]


def describe_demo(demo: Demo) -> JsonObject:
    """Everything a page needs to draw itself, but for the messages."""
    world = demo.telegram.world
    return {
        "round": demo.round,
        "now": demo.clock.now().isoformat(),
        "zone": demo.zone.key,
        "bot": world.bot.as_user(),
        "cast": [member.as_json() for member in CAST],
        "group_id": GROUP_ID,
        "people": [person.as_user() for person in world.people.values()],
        "chats": [describe_chat(demo.telegram, chat) for chat in world.chats.values()],
        "process": demo.describe_process(),
        "weather": describe_weather(demo.telegram),
        "descriptions": {code: text for (kind, code), text in world.descriptions.items() if kind == "description"},
        "last_event": world.events.last,
    }


async def _coming(demo: Demo, limit: int = 30) -> list[Coming]:
    if demo.process is None:
        return []
    return await asyncio.to_thread(next_to_come, demo.database_url, demo.clock.now(), limit)


async def _move_to_coming(demo: Demo, wanted: Callable[[Coming], bool]) -> datetime:
    # Mostly it is among the next; a cohort can close behind weeks of reminders.
    for limit in (20, 1000):
        for coming in await _coming(demo, limit):
            if wanted(coming):
                return await pass_time(demo, coming.at)
    raise NotPossibleError("nothing of this kind is planned")


async def _move_clock(demo: Demo, params: Params) -> datetime:
    now = demo.clock.now()
    if (seconds := params.text("seconds")) is not None:
        return await pass_time(demo, now + timedelta(seconds=float(seconds)))
    if (to := params.text("to")) is not None:
        moment = datetime.fromisoformat(to)
        return await pass_time(demo, moment if moment.tzinfo else moment.replace(tzinfo=demo.zone))
    match params.text("step"):
        case "morning":
            tomorrow = now.astimezone(demo.zone).date() + timedelta(days=1)
            return await pass_time(demo, datetime.combine(tomorrow, time(7, 50), demo.zone))
        case "next":
            return await _move_to_coming(demo, lambda one: one.people > 0)
        case "cohort":
            return await _move_to_coming(demo, lambda one: one.kind == COHORT_CARD)
        case _:
            raise bad_request("say seconds, to or step")
