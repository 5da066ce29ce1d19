"""The test kit: people who chat with the real bot, in process.

Everything between the person's message and the bot's answer is real (receiver, inbox, worker, handlers, outbox,
sender), except the wire: the stand-in for Telegram is called directly. Time moves only by hand.

    world = World(tmp_path)
    wang = world.manager("王芳", "杭州甲")
    wang.says("日报")
    wang.taps("上班")
    assert "计划" in wang.last.text
"""

import asyncio
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from sqlmodel import Session, select
from telegram import Bot
from telegram._utils.types import ODVInput
from telegram.request import BaseRequest, RequestData

from bot.demo.chats import Message
from bot.demo.params import UploadedFile
from bot.demo.people import People, buttons
from bot.demo.telegram import TOKEN
from bot.demo.telegram import Telegram as StandIn
from bot.pacing import Pace
from bot.receiver import Receiver
from bot.sender import Sender
from bot.telegram_http import Telegram
from bot.worker import Worker
from handlers.turn import Surroundings
from schedules.planner import TickResult, tick
from storage.groups import Group
from storage.people import Company, Person, PersonState, Role, assign_company, find_company
from tests.databases import open_database

ZONE = ZoneInfo("Asia/Shanghai")
ADMIN_ID = 900
_numbers = itertools.count(1000)
Acted = TypeVar("Acted")


@dataclass
class StillClock:
    """Time that moves only by hand; said and read in local time."""

    moment: datetime = field(default=datetime(2026, 11, 23, 2, 0, tzinfo=UTC))

    def now(self) -> datetime:
        """The present instant, UTC."""
        return self.moment

    def to(self, local: str) -> None:
        """Set the time: "2026-11-24 07:00", Asia/Shanghai."""
        self.moment = datetime.fromisoformat(local).replace(tzinfo=ZONE).astimezone(UTC)

    def forward(self, **step: float) -> None:
        """Let time pass: forward(minutes=5)."""
        self.moment += timedelta(**step)

    @property
    def today(self) -> date:
        """The local date."""
        return self.now().astimezone(ZONE).date()


class DirectRequest(BaseRequest):
    """python-telegram-bot's transport without a wire: calls go straight into the stand-in."""

    def __init__(self, stand_in: StandIn) -> None:
        self._stand_in = stand_in

    @property
    def read_timeout(self) -> float:
        return 5.0

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

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
        *_, token_part, name = url.split("/")
        if "/file/" in url:
            path = unquote(url).partition(f"{TOKEN}/")[2]
            stored = self._stand_in.world.files.at(path)
            return (200, stored.content) if stored is not None else (404, b"")
        params: dict[str, object] = dict(request_data.json_parameters) if request_data else {}
        files = {
            field_name: UploadedFile(file_name, content if isinstance(content, bytes) else content.read(), mime)
            for field_name, (file_name, content, mime) in (request_data.multipart_data.items() if request_data else ())
        }
        status, body = self._stand_in.call(token_part.removeprefix("bot"), name, params, files)
        return status, json.dumps(body).encode()


@dataclass
class Said:
    """One message as a person sees it."""

    message: Message

    @property
    def text(self) -> str:
        """The text or caption, without markup."""
        return self.message.content.text if self.message.content else ""

    @property
    def buttons(self) -> list[str]:
        """The labels of the buttons under it."""
        return [str(b["text"]) for b in buttons(self.message)]

    @property
    def has_picture(self) -> bool:
        """Whether it is a photo."""
        return self.message.media is not None and type(self.message.media).__name__ == "Photo"


class Phone:
    """One person's private chat with the bot; with `chat_id`, what they say in a group."""

    def __init__(self, world: "World", telegram_id: int, chat_id: int | None = None) -> None:
        self.world = world
        self.telegram_id = telegram_id
        self.chat_id = chat_id or telegram_id
        self.toast = ""
        """What the last pressed button answered."""

    def says(self, text: str) -> Self:
        """Type a message and wait until the bot has answered."""
        self.world.act(lambda people: people.say(self.telegram_id, text, self.chat_id))
        self.world.settle()
        return self

    def starts(self, payload: str = "") -> Self:
        """Press Start, or open a deep link."""
        self.world.act(lambda people: people.start(self.telegram_id, payload))
        self.world.settle()
        return self

    def sends(self, name: str, content: bytes, caption: str = "") -> Self:
        """Send a document."""
        self.world.act(lambda people: people.send_file(self.telegram_id, UploadedFile(name, content), caption))
        self.world.settle()
        return self

    def taps(self, label: str, *, settle: bool = True) -> Self:
        """Press the newest button whose label contains the words."""
        for message in reversed(self.world.stand_in.people.messages(self.chat_id)):
            found = [b for b in buttons(message) if label in str(b["text"]) and "callback_data" in b]
            if found:
                exact = [b for b in found if b["text"] == label]
                self.presses(message.message_id, str((exact or found)[0]["callback_data"]), settle=settle)
                return self
        raise AssertionError(f"no button {label!r} in sight; the last message offers {self.last.buttons}")

    def presses(self, message_id: int, data: str, *, settle: bool = True) -> Self:
        """Press a button by its data, also one that is not there (as a tampered app can)."""
        query = self.world.act(lambda people: people.forge_press(self.telegram_id, message_id, data, self.chat_id))
        if settle:
            self.world.settle()
            self.toast = query.text or ""
        return self

    @property
    def heard(self) -> list[Said]:
        """Everything the bot said here, oldest first."""
        messages = self.world.stand_in.people.messages(self.chat_id)
        return [Said(m) for m in messages if m.sender.is_bot and m.service is None]

    @property
    def last(self) -> Said:
        """What the bot said or redrew last."""
        messages = self.world.stand_in.world.chats[self.chat_id].messages
        # Many calls fall on one instant of the still clock: the order of the calls decides.
        for call in reversed(self.world.stand_in.journal.calls(ok=True)):
            result = (call.answer or {}).get("result")
            if isinstance(result, dict) and str(call.params.get("chat_id")) == str(self.chat_id):
                message_id = result.get("message_id")
                if isinstance(message_id, int) and message_id in messages:
                    return Said(messages[message_id])
        raise AssertionError("the bot has said nothing here")

    @property
    def texts(self) -> str:
        """Everything the bot said here, one text."""
        return "\n\n".join(said.text for said in self.heard)

    def forgets(self) -> Self:
        """Clear the screen, so that `heard` begins anew."""
        self.world.stand_in.world.chats[self.chat_id].messages.clear()
        return self


class World:
    """The bot with its database, clock and Telegram, and the people who talk to it."""

    def __init__(self, folder: Path, *, now: str = "2026-11-23 10:00", language: str = "zh", url: str = "") -> None:
        self.clock = StillClock()
        self.clock.to(now)
        self.stand_in = StandIn(self.clock)
        self.database = open_database(url or f"sqlite:///{folder / 'bot.db'}")
        self.loop = asyncio.new_event_loop()
        self.surroundings = Surroundings(
            zone=ZONE,
            language="en" if language == "en" else "zh",
            bot_id=self.stand_in.world.bot.id,
            bot_username=self.stand_in.world.bot.username or "",
            admin_ids=frozenset({ADMIN_ID}),
        )
        request = DirectRequest(self.stand_in)
        self.telegram = Telegram(Bot(TOKEN, request=request, get_updates_request=request))
        self._build()
        self._offset = 0

    def _build(self) -> None:
        pace = Pace(1e9, 1e9, 1e9)
        self.sender = Sender(self.database, self.clock, self.telegram, self.surroundings, pace)
        self.worker = Worker(self.database, self.clock, self.telegram, self.surroundings, self.sender.wake)
        self.receiver = Receiver(self.database, self.clock, self.worker.wake)

    def restart(self) -> None:
        """Stop the bot and start it again: only what is stored is left."""
        self._build()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()
        self.loop.close()

    def act(self, action: Callable[[People], Acted]) -> Acted:
        """Let somebody do something at Telegram."""
        return action(self.stand_in.people)

    # What the bot does

    def settle(self) -> None:
        """Let the bot receive, answer and send until nothing is left to do."""
        self.loop.run_until_complete(self._settle())

    async def _settle(self) -> None:
        while True:
            updates: Any = await self.telegram.call("getUpdates", {"offset": self._offset})
            if updates:
                await self.receiver.take(updates)
                self._offset = updates[-1]["update_id"] + 1
            handled = await self.worker.step()
            if self.worker._calls:
                await asyncio.wait(self.worker._calls)
            await self.sender.drain()
            if not updates and not handled:
                return

    def receive_only(self) -> None:
        """Commit what waits at Telegram to the inbox, and stop there (the moment before a crash)."""

        async def receive() -> None:
            updates: Any = await self.telegram.call("getUpdates", {"offset": self._offset})
            await self.receiver.take(updates)

        self.loop.run_until_complete(receive())

    def tick(self) -> TickResult:
        """Let the clock do what is due now, and send it."""
        with self.database.transaction() as session:
            result = tick(session, self.clock.now(), ZONE)
        self.settle()
        return result

    def passes_to(self, local: str, *, minutes: int = 30) -> None:
        """Let time pass to a local moment, with a tick every so many minutes and at 08:05, when the board is posted."""
        end = datetime.fromisoformat(local).replace(tzinfo=ZONE).astimezone(UTC)
        while self.clock.moment < end:
            board = datetime.combine(self.clock.today, time(8, 5), ZONE)
            steps = (self.clock.moment + timedelta(minutes=minutes), board, end)
            self.clock.moment = min(step.astimezone(UTC) for step in steps if step > self.clock.moment)
            self.tick()

    # Who there is

    def person(
        self,
        name: str,
        role: Role = Role.manager,
        company: str | tuple[str, ...] = (),
        *,
        language: str = "zh",
        since: str = "2026-01-01",
        state: PersonState = PersonState.active,
        telegram_id: int | None = None,
    ) -> Phone:
        """Somebody who takes part already (companies are made as needed), with the private chat open."""
        number = telegram_id or next(_numbers)
        code = "zh-hans" if language == "zh" else language
        self.act(lambda people: people.add(name, person_id=number, language_code=code))
        self.act(lambda people: people.open(number))
        joined = date.fromisoformat(since)
        with self.database.transaction() as session:
            person = Person(
                telegram_id=number,
                real_name=name,
                role=role,
                state=state,
                language=language,
                reachable=True,
                created_at=self.clock.now(),
                active_from=joined,
            )
            session.add(person)
            session.flush()
            for company_name in (company,) if isinstance(company, str) else company:
                held = find_company(session, company_name)
                if held is None:
                    held = Company(name=company_name, created_at=self.clock.now())
                    session.add(held)
                    session.flush()
                assert person.id is not None
                assert held.id is not None
                assign_company(session, person.id, held.id, joined)
        return Phone(self, number)

    def manager(self, name: str, company: str | tuple[str, ...] = "杭州甲", **more: Any) -> Phone:
        """A training manager of a company."""
        return self.person(name, Role.manager, company, **more)

    def admin(self, name: str = "管理员", **more: Any) -> Phone:
        """An admin, all companies."""
        return self.person(name, Role.admin, **more)

    def stranger(self, name: str = "路人", language_code: str | None = "zh-hans") -> Phone:
        """Somebody the bot has never met."""
        number = next(_numbers)
        self.act(lambda people: people.add(name, person_id=number, language_code=language_code))
        self.act(lambda people: people.open(number))
        return Phone(self, number)

    def group(self, *members: Phone, title: str = "培训经理群", linked: bool = True) -> int:
        """A group with the bot in it; `linked`: it is the shared group already. Its chat id."""
        ids = tuple(m.telegram_id for m in members)
        chat = self.act(lambda people: people.add_group(title, members=ids))
        self.settle()
        if linked:
            with self.database.transaction() as session:
                session.add(Group(chat_id=chat.id, title=title, language="zh", linked_at=self.clock.now()))
        return chat.id

    def group_phone(self, member: Phone, chat_id: int) -> Phone:
        """A person talking in the group."""
        return Phone(self, member.telegram_id, chat_id)

    def heard_in(self, chat_id: int) -> list[Said]:
        """What the bot said in a chat."""
        return Phone(self, 0, chat_id).heard

    # What is stored

    def session(self) -> Session:
        """A session for reading; close it (`with world.session() as s:`)."""
        return Session(self.database.engine, expire_on_commit=False)

    def stored(self, phone: Phone) -> Person:
        """The person behind a phone as stored."""
        with self.database.transaction() as session:
            return session.exec(select(Person).where(Person.telegram_id == phone.telegram_id)).one()

    def all_of(self, table: type[Any]) -> list[Any]:
        """Every row of a table."""
        with self.database.transaction() as session:
            return list(session.exec(select(table)).all())
