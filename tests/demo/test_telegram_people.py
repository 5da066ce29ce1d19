"""The people's side over HTTP: what the page and the end-to-end tests use."""

import asyncio

import aiohttp

from bot.demo.telegram import TOKEN
from tests.demo.conftest import Desk
from tests.demo.test_telegram_shapes import picture


async def test_a_conversation_over_http(desk: Desk, address: str) -> None:
    async with aiohttp.ClientSession(base_url=address) as session:

        async def post(path: str, **body: object) -> dict[str, object]:
            async with session.post(path, json=body) as response:
                assert response.status == 200, await response.text()
                answer = await response.json()
                assert isinstance(answer, dict)
                return answer

        async def refused(path: str, **body: object) -> int:
            async with session.post(path, json=body) as response:
                assert "error" in await response.json()
                return response.status

        person = await post("/demo/people", first_name="芳", last_name="王", language_code="zh-hans", id=9001)
        assert person["first_name"] == "芳"
        assert await refused("/demo/people/9001/say", text="too early") == 409
        assert (await post("/demo/people/9001/start", payload="abc"))["text"] == "/start abc"
        group = await post("/demo/groups", title="群", kind="supergroup", members=[9001])
        assert (await post("/demo/people/9001/say", chat_id=group["id"], text="/link"))["text"] == "/link"
        markup = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
        sent = desk.send(9001, reply_markup=markup)
        pressed = await post("/demo/people/9001/press", message_id=sent["message_id"], data="go")
        assert await refused("/demo/people/9001/press", message_id=sent["message_id"], data="no") == 409
        waiting = asyncio.create_task(session.get(f"/demo/answers/{pressed['query_id']}?wait=5"))
        await asyncio.sleep(0.05)
        desk.call("answerCallbackQuery", callback_query_id=pressed["query_id"], text="done")
        async with await waiting as response:
            answer = await response.json()
            assert (answer["answered"], answer["text"], answer["show_alert"]) == (True, "done", False)
        async with session.get("/demo/chats/9001/messages?last=1") as response:
            assert [message["text"] for message in await response.json()] == ["hello"]
        assert await refused("/demo/people/77/say", text="x") == 409
        assert await refused("/demo/people/9001/dance") == 409
        await post("/demo/people/9001/block")
        assert desk.refusal("sendMessage", chat_id=9001, text="x")[0] == 403
        async with session.get("/demo/calls?method=sendMessage") as response:
            calls = await response.json()
            assert [call["status"] for call in calls["calls"]] == [200, 403]
            assert calls["counts"]["sendMessage 403"] == 1


async def test_files_are_never_opened_as_pages(desk: Desk, wang: int, address: str) -> None:
    async with aiohttp.ClientSession(base_url=address) as session:

        async def send(name: str, content: bytes, as_photo: bool) -> dict[str, str]:
            form = aiohttp.FormData({"as_photo": str(as_photo)}, quote_fields=False)
            form.add_field("file", content, filename=name, content_type="text/html")
            async with session.post(f"/demo/people/{wang}/files", data=form) as response:
                message = await response.json()
            file = message["photo"][-1] if as_photo else message["document"]
            async with session.get(f"/demo/files/{file['file_id']}") as response:
                assert await response.read() == content
                return dict(response.headers)

        page = await send("../../evil.html", b"<script>alert(1)</script>", False)
        assert page["Content-Disposition"] == "attachment"
        assert page["Content-Type"] == "application/octet-stream"
        shown = await send("photo.png", picture(), True)
        assert (shown["Content-Disposition"], shown["Content-Type"]) == ("inline", "image/png")
        document = desk.updates()[0]["message"]
        assert isinstance(document, dict)
        assert document["document"]["file_name"] == "evil.html"


async def test_strangers_on_the_net_are_turned_away(desk: Desk, wang: int, address: str) -> None:
    async with aiohttp.ClientSession(base_url=address) as session:
        for headers, status in (({"Host": "evil.example"}, 400), ({"Origin": "https://evil.example"}, 403)):
            async with session.post(f"/demo/people/{wang}/say", json={"text": "x"}, headers=headers) as response:
                assert response.status == status
        async with session.post(
            f"/demo/people/{wang}/say", json={"text": "x"}, headers={"Origin": address}
        ) as response:
            assert response.status == 200


async def test_events_are_streamed(desk: Desk, wang: int, address: str) -> None:
    desk.people.say(wang, "first")
    async with (
        aiohttp.ClientSession(base_url=address) as session,
        session.get("/demo/events", headers={"Last-Event-ID": str(desk.telegram.world.events.last)}) as stream,
    ):
        await stream.content.readuntil(b"\n\n")
        desk.send(wang, "second")
        event = (await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 2)).decode()
        assert "event: message" in event
        assert '"text": "second"' in event
        assert '"text": "first"' not in event
        assert f"/bot{TOKEN}" not in event


def test_a_reply_in_a_supergroup_is_in_a_thread_that_is_no_topic(desk: Desk, wang: int, group: int) -> None:
    said = desk.send(group)["message_id"]
    assert isinstance(said, int)
    first = desk.people.say(wang, "/due", group, reply_to=said)
    desk.people.say(wang, "/due", group, reply_to=first.message_id)
    threads = [update["message"] for update in desk.updates()]
    assert [(m["message_thread_id"], m.get("is_topic_message")) for m in threads] == [(said, None)] * 2  # type: ignore[index,attr-defined]  # JSON
