"""The stand-in for Telegram: one bot account, its chats, and the Bot API as a function of state.

`Telegram.call` carries out one call at once and needs neither HTTP nor an event loop; `Telegram.answer` does
the same for a server or an asynchronous test, with long polling and slow networks. What people do in the
messenger is `Telegram.people`. Not for several threads at once.
"""

import asyncio
import time
from collections.abc import Callable, Mapping

from bot.demo import account, editing, membership, receiving, sending
from bot.demo.chats import Person
from bot.demo.faults import EDITING, SENDING, Fault, FaultKind, Faults
from bot.demo.journal import Journal
from bot.demo.pacing import Pacing
from bot.demo.params import Params, UploadedFile
from bot.demo.people import People
from bot.demo.refusal import (
    ConnectionDroppedError,
    GarbledAnswerError,
    JsonObject,
    RefusedError,
    too_many_requests,
)
from bot.demo.world import Clock, World

TOKEN = "7000000001:demo-AAHfiqksKZ8WmR2zSjiQ7_v4TMA1234567"
BOT = Person(7_000_000_001, "培训经理助手", username="training_desk_bot", is_bot=True)

_METHODS: dict[str, Callable[[World, Params], object]] = {
    "getme": account.get_me,
    "getupdates": receiving.get_updates,
    "setwebhook": receiving.set_webhook,
    "deletewebhook": receiving.delete_webhook,
    "getwebhookinfo": receiving.get_webhook_info,
    "sendmessage": sending.send_message,
    "sendphoto": sending.send_photo,
    "senddocument": sending.send_document,
    "sendchataction": sending.send_chat_action,
    "editmessagetext": editing.edit_message_text,
    "editmessagecaption": editing.edit_message_caption,
    "editmessagemedia": editing.edit_message_media,
    "editmessagereplymarkup": editing.edit_message_reply_markup,
    "deletemessage": editing.delete_message,
    "pinchatmessage": editing.pin_chat_message,
    "unpinchatmessage": editing.unpin_chat_message,
    "answercallbackquery": editing.answer_callback_query,
    "setmycommands": account.set_my_commands,
    "getmycommands": account.get_my_commands,
    "deletemycommands": account.delete_my_commands,
    "setmydescription": account.set_my_description,
    "getmydescription": account.get_my_description,
    "setmyshortdescription": account.set_my_short_description,
    "getmyshortdescription": account.get_my_short_description,
    "setchatmenubutton": account.set_chat_menu_button,
    "getchatmenubutton": account.get_chat_menu_button,
    "getfile": account.get_file,
    "getchat": membership.get_chat,
    "getchatmember": membership.get_chat_member,
    "getchatadministrators": membership.get_chat_administrators,
    "getchatmembercount": membership.get_chat_member_count,
    "leavechat": membership.leave_chat,
}
_LONGEST_POLL = 50


class Telegram:
    """A Telegram of one's own."""

    def __init__(
        self,
        clock: Clock,
        token: str = TOKEN,
        bot: Person = BOT,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.token = token
        self.world = World(clock, bot, monotonic)
        self.people = People(self.world)
        self.faults = Faults(monotonic)
        self.pacing = Pacing(monotonic)
        self.journal = Journal()

    def call(
        self,
        token: str,
        method: str,
        params: Mapping[str, object] | None = None,
        files: Mapping[str, UploadedFile] | None = None,
    ) -> tuple[int, JsonObject]:
        """Carry out one call at once: HTTP status and body.

        Method names are read in any case. Faults that break the connection raise ConnectionDroppedError or
        GarbledAnswerError; a delay is ignored and a hang counts as dropped, for nothing waits here.
        """
        read = Params(params or {}, files)
        fault = self.faults.take(method, _chat_id(read))
        return self._carry_out_under(fault, token, method, read)

    async def answer(
        self,
        token: str,
        method: str,
        params: Mapping[str, object] | None = None,
        files: Mapping[str, UploadedFile] | None = None,
    ) -> tuple[int, JsonObject]:
        """Carry out one call as a server would: `getUpdates` waits, delays and hangs take time."""
        read = Params(params or {}, files)
        fault = self.faults.take(method, _chat_id(read))
        if fault is not None and fault.kind in (FaultKind.DELAY, FaultKind.HANG):
            await asyncio.sleep(fault.wait)
            fault = fault if fault.kind is FaultKind.HANG else None
        if method.lower() == "getupdates" and token == self.token and fault is None:
            return await self._poll(read)
        return self._carry_out_under(fault, token, method, read)

    def close(self) -> None:
        """End what waits: polls and event streams."""
        self.world.updates.begin_poll()
        self.world.events.close()

    async def _poll(self, params: Params) -> tuple[int, JsonObject]:
        # Asked anew at each arrival: the offset is confirmed once, at the first asking.
        updates = self.world.updates
        number = updates.begin_poll()
        started = time.monotonic()
        while True:
            status, body = self._carry_out(self.token, "getUpdates", params, updates.superseded(number))
            left = started - time.monotonic()
            if status == 200:
                left += min(params.integer("timeout") or 0, _LONGEST_POLL)
            if left <= 0 or body.get("result"):
                self._note("getUpdates", params, "answered", status, body)
                return status, body
            await updates.arrived.wait(left)

    def _carry_out_under(self, fault: Fault | None, token: str, method: str, params: Params) -> tuple[int, JsonObject]:
        kind = fault.kind if fault is not None else None
        if kind in (FaultKind.DROP_BEFORE, FaultKind.HANG):
            self._note(method, params, "dropped before")
            raise ConnectionDroppedError(carried_out=False)
        if kind is FaultKind.GARBAGE:
            self._note(method, params, "garbled")
            raise GarbledAnswerError
        refusal = fault.refusal() if fault is not None else None
        status, body = self._carry_out(token, method, params, refusal)
        if kind is FaultKind.DROP_AFTER:
            self._note(method, params, "dropped after", status, body)
            raise ConnectionDroppedError(carried_out=True)
        self._note(method, params, "answered", status, body)
        return status, body

    def _carry_out(
        self, token: str, method: str, params: Params, refusal: RefusedError | None
    ) -> tuple[int, JsonObject]:
        try:
            if token != self.token:
                raise RefusedError(401, "Unauthorized")
            if method.lower() not in _METHODS:
                raise RefusedError(404, "Not Found: method not found")
            if refusal is not None:
                raise refusal
            self._check_pace(method, params)
            return 200, {"ok": True, "result": _METHODS[method.lower()](self.world, params)}
        except RefusedError as refused:
            return refused.status, refused.as_answer()

    def _check_pace(self, method: str, params: Params) -> None:
        chat_id = _chat_id(params)
        paced = SENDING if chat_id is None or chat_id > 0 else SENDING | EDITING
        if chat_id is not None and method.lower() in paced:
            wait = self.pacing.note(chat_id)
            if wait is not None:
                raise too_many_requests(wait)

    def _note(
        self,
        method: str,
        params: Params,
        outcome: str,
        status: int | None = None,
        answer: JsonObject | None = None,
    ) -> None:
        call = self.journal.note(self.world.clock.now(), method, params.for_the_log(), outcome, status, answer)
        if method.lower() != "getupdates":
            self.world.events.publish(
                "call", {"number": call.number, "method": method, "outcome": outcome, "status": status}
            )


def _chat_id(params: Params) -> int | None:
    try:
        return params.integer("chat_id")
    except RefusedError:
        return None
