"""The people's side over HTTP: JSON under `/demo`, used by the page and by tests.

Something a person cannot do is answered with 409, an unreadable request with 400, both as `{"error": …}`.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from bot.demo.account import menu_for
from bot.demo.bodies import read_params
from bot.demo.chats import BotStatus, Chat
from bot.demo.faults import Fault, FaultKind
from bot.demo.params import Params
from bot.demo.refusal import JsonObject, NotPossibleError, RefusedError, bad_request
from bot.demo.telegram import Telegram

CurrentTelegram = Callable[[], Telegram]
Answer = JsonObject | list[JsonObject]
Action = Callable[[Telegram, Request, Params], Awaitable[Answer]]
_SHOWN_INLINE = ("image/png", "image/jpeg", "image/gif")


def json_route(path: str, telegram: CurrentTelegram, action: Action, methods: list[str]) -> Route:
    """An address that answers in JSON; requests from other sites are turned away."""

    async def endpoint(request: Request) -> Response:
        origin = request.headers.get("origin")
        if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
            return JSONResponse({"error": "requests from other sites are not taken"}, 403)
        try:
            return JSONResponse(await action(telegram(), request, await read_params(request)))
        except NotPossibleError as problem:
            return JSONResponse({"error": str(problem)}, 409)
        except RefusedError as refused:
            return JSONResponse({"error": refused.description}, refused.status)
        except ValueError as problem:
            return JSONResponse({"error": str(problem)}, 400)

    return Route(path, endpoint, methods=methods)


def control_routes(telegram: CurrentTelegram) -> list[BaseRoute]:
    """Every address of the people's side."""
    table: list[tuple[str, str, Action]] = [
        ("GET", "/demo/people", _list_people),
        ("POST", "/demo/people", _add_person),
        ("POST", "/demo/people/{person:int}/files", _send_file),
        ("POST", "/demo/people/{person:int}/{action:str}", _act),
        ("GET", "/demo/answers/{query:str}", _callback_answer),
        ("GET", "/demo/chats", _list_chats),
        ("GET", "/demo/chats/{chat:str}/messages", _list_messages),
        ("GET", "/demo/chats/{chat:str}/menu", _list_menu),
        ("POST", "/demo/groups", _add_group),
        ("POST", "/demo/groups/{chat:str}/{action:str}", _change_group),
        ("GET", "/demo/calls", _list_calls),
        ("GET", "/demo/faults", _list_faults),
        ("POST", "/demo/faults", _add_fault),
        ("DELETE", "/demo/faults", _clear_faults),
        ("POST", "/demo/duplicates", _duplicate),
        ("POST", "/demo/pacing", _set_pacing),
    ]
    routes: list[BaseRoute] = [json_route(path, telegram, action, [verb]) for verb, path, action in table]

    async def events(request: Request) -> Response:
        after = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
        stream = _event_stream(telegram(), int(after) if after.isdigit() else 0)
        return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    async def file(request: Request) -> Response:
        try:
            stored = telegram().world.files.get(request.path_params["file"])
        except RefusedError:
            return Response(status_code=404)
        # What somebody uploaded is shown as a picture or saved, never opened as a page.
        inline = stored.mime_type in _SHOWN_INLINE
        return Response(
            stored.content,
            media_type=stored.mime_type if inline else "application/octet-stream",
            headers={
                "X-Content-Type-Options": "nosniff",
                "Content-Disposition": "inline" if inline else "attachment",
                "Cache-Control": "private, max-age=86400",
            },
        )

    routes.append(Route("/demo/events", events))
    routes.append(Route("/demo/files/{file:str}", file))
    return routes


def describe_chat(telegram: Telegram, chat: Chat) -> JsonObject:
    """A chat for the page: the Bot API's form and what only the messenger knows."""
    return chat.as_chat() | {
        "members": list(chat.members),
        "administrators": sorted(chat.administrators),
        "bot_status": chat.bot_status.value,
        "started": chat.started,
        "blocked": chat.blocked,
        "pinned": list(chat.pinned),
        "topics": [{"thread_id": topic.thread_id, "name": topic.name} for topic in chat.topics.values()],
        "migrated_to": chat.migrated_to,
        "last_message_id": max(chat.messages, default=0),
    }


async def _event_stream(telegram: Telegram, after: int) -> AsyncIterator[str]:
    yield "retry: 500\n\n"
    async for event in telegram.world.events.follow(after):
        if event is None:
            yield ": still here\n\n"
        else:
            detail = json.dumps(event.detail, ensure_ascii=False)
            yield f"id: {event.number}\nevent: {event.kind}\ndata: {detail}\n\n"


async def _list_people(telegram: Telegram, request: Request, params: Params) -> Answer:
    return [person.as_user() for person in telegram.world.people.values()]


async def _add_person(telegram: Telegram, request: Request, params: Params) -> Answer:
    person = telegram.people.add(
        params.text("first_name") or "",
        params.text("last_name"),
        params.text("username"),
        params.text("language_code"),
        params.integer("id"),
    )
    return person.as_user()


async def _act(telegram: Telegram, request: Request, params: Params) -> Answer:
    people, who = telegram.people, int(request.path_params["person"])
    chat_id, shown = params.integer("chat_id"), telegram.world.message_json
    match request.path_params["action"]:
        case "start":
            return shown(people.start(who, params.text("payload") or ""))
        case "open":
            return describe_chat(telegram, people.open(who))
        case "say":
            text, reply_to = params.text("text") or "", params.integer("reply_to")
            return shown(people.say(who, text, chat_id, reply_to, params.integer("thread_id")))
        case "edit":
            message_id = params.required_integer("message_id")
            return shown(people.edit(who, message_id, params.text("text") or "", chat_id))
        case "press":
            message_id = params.required_integer("message_id")
            text = params.text("text") or ""
            return people.press(who, message_id, params.text("data"), chat_id, text).as_json()
        case "forge_press":
            message_id = params.required_integer("message_id")
            return people.forge_press(who, message_id, params.text("data") or "", chat_id).as_json()
        case "block":
            people.block(who)
        case "unblock":
            people.unblock(who)
        case "join":
            return shown(people.join(who, params.required_integer("chat_id")))
        case "leave":
            return shown(people.leave(who, params.required_integer("chat_id")))
        case other:
            raise NotPossibleError(f"nobody can do this: {other}")
    return {"done": True}


async def _send_file(telegram: Telegram, request: Request, params: Params) -> Answer:
    if "file" not in params.files:
        raise bad_request("there is no file in the request")
    message = telegram.people.send_file(
        int(request.path_params["person"]),
        params.files["file"],
        params.text("caption") or "",
        params.integer("chat_id"),
        params.flag("as_photo"),
        params.integer("reply_to"),
        params.integer("thread_id"),
    )
    return telegram.world.message_json(message)


async def _callback_answer(telegram: Telegram, request: Request, params: Params) -> Answer:
    seconds = min(params.integer("wait") or 0, 30)
    query = await telegram.people.wait_for_answer(request.path_params["query"], seconds)
    return query.as_json()


async def _list_chats(telegram: Telegram, request: Request, params: Params) -> Answer:
    return [describe_chat(telegram, chat) for chat in telegram.world.chats.values()]


async def _list_messages(telegram: Telegram, request: Request, params: Params) -> Answer:
    after, last = params.integer("after") or 0, params.integer("last") or 0
    messages = telegram.people.messages(int(request.path_params["chat"]))
    wanted = [message for message in messages if message.message_id > after]
    return [telegram.world.message_json(message) for message in wanted[-last:]]


async def _list_menu(telegram: Telegram, request: Request, params: Params) -> Answer:
    chat = telegram.world.chats.get(int(request.path_params["chat"]))
    person_id = params.required_integer("person")
    if chat is None or person_id not in telegram.world.people:
        raise NotPossibleError("there is no such chat or person")
    return [command.as_json() for command in menu_for(telegram.world, chat, person_id)]


async def _add_group(telegram: Telegram, request: Request, params: Params) -> Answer:
    chat = telegram.people.add_group(
        params.text("title") or "",
        params.text("kind") or "supergroup",
        tuple(int(str(number)) for number in params.array("members") or []),
        tuple(int(str(number)) for number in params.array("administrators") or []),
        BotStatus(params.text("bot") or "member"),
        params.integer("id"),
    )
    return describe_chat(telegram, chat)


async def _change_group(telegram: Telegram, request: Request, params: Params) -> Answer:
    people, chat_id = telegram.people, int(request.path_params["chat"])
    match request.path_params["action"]:
        case "bot":
            people.set_bot_status(chat_id, BotStatus(params.text("status") or ""), params.integer("by"))
            return describe_chat(telegram, telegram.world.chats[chat_id])
        case "migrate":
            return describe_chat(telegram, people.migrate(chat_id))
        case "topics":
            by = params.required_integer("by")
            topic = people.add_topic(chat_id, by, params.text("name") or "")
            return {"thread_id": topic.thread_id, "name": topic.name}
        case other:
            raise NotPossibleError(f"nobody can do this: {other}")


async def _list_calls(telegram: Telegram, request: Request, params: Params) -> Answer:
    calls = telegram.journal.calls(params.text("method"), params.integer("after") or 0)
    counts: JsonObject = {f"{method} {outcome}": count for (method, outcome), count in telegram.journal.counts.items()}
    return {
        "calls": [call.as_json() for call in calls],
        "counts": counts,
        "pacing_violations": telegram.pacing.violations,
        "pending_updates": telegram.world.updates.pending,
        "confirmed_updates": list(telegram.world.updates.accepted),
    }


async def _list_faults(telegram: Telegram, request: Request, params: Params) -> Answer:
    return [fault.as_json() for fault in telegram.faults.in_force()]


async def _add_fault(telegram: Telegram, request: Request, params: Params) -> Answer:
    seconds, wait = params.text("seconds"), params.text("wait")
    fault = Fault(
        FaultKind(params.text("kind") or ""),
        methods=frozenset(str(name).lower() for name in params.array("methods") or []),
        chat_id=params.integer("chat_id"),
        calls=params.integer("calls"),
        seconds=float(seconds) if seconds is not None else None,
        wait=float(wait) if wait is not None else 1.0,
        retry_after=params.integer("retry_after") or 1,
        status=params.integer("status") or 502,
        description=params.text("description") or "",
    )
    telegram.faults.add(fault)
    return fault.as_json()


async def _clear_faults(telegram: Telegram, request: Request, params: Params) -> Answer:
    telegram.faults.clear()
    return {"done": True}


async def _duplicate(telegram: Telegram, request: Request, params: Params) -> Answer:
    telegram.world.updates.duplicate_next(params.integer("count") or 1)
    return {"done": True}


async def _set_pacing(telegram: Telegram, request: Request, params: Params) -> Answer:
    telegram.pacing.enforced = params.flag("enforced")
    return {"enforced": telegram.pacing.enforced}
