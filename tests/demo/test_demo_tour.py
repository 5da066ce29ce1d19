"""The guided tour: each step is found done by what happened in the chats, and not before."""

import io
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from bot.demo.cast import ADMIN_IDS, GROUP_ID, LI_QIANG, SUN_LEI, WANG_FANG, ZHOU_JING, bring_in
from bot.demo.params import UploadedFile
from bot.demo.telegram import TOKEN, Telegram
from bot.demo.tour import STEPS, Tour
from tests.demo.conftest import StillClock

KEYBOARD = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}


class Journey:
    """A tour with a bot whose part the test plays. It begins on 2026-11-23 at 20:00 in Shanghai."""

    def __init__(self) -> None:
        self.clock = StillClock()
        self.telegram = Telegram(self.clock)
        bring_in(self.telegram)
        self.tour = Tour(self.telegram, ZoneInfo("Asia/Shanghai"), ADMIN_IDS, self.clock.now())

    def done(self) -> list[object]:
        return [one["step"] for one in self.tour.progress() if one["done"]]

    def says(self, person: int, text: str) -> None:
        self.clock.forward(seconds=1)
        self.telegram.people.say(person, text)

    def bot_says(self, chat: int) -> int:
        self.clock.forward(seconds=1)
        params = {"chat_id": chat, "text": "…", "reply_markup": KEYBOARD}
        status, body = self.telegram.call(TOKEN, "sendMessage", params)
        assert status == 200
        assert isinstance(body["result"], dict)
        return int(body["result"]["message_id"])

    def taps(self, person: int, message: int) -> None:
        self.clock.forward(seconds=1)
        query = self.telegram.people.press(person, message, "go")
        assert self.telegram.call(TOKEN, "answerCallbackQuery", {"callback_query_id": query.id})[0] == 200

    def bot_saves(self, chat: int, message: int) -> None:
        self.clock.forward(seconds=1)
        params = {"chat_id": chat, "message_id": message, "text": "✅ …", "reply_markup": KEYBOARD}
        assert self.telegram.call(TOKEN, "editMessageText", params)[0] == 200

    def bot_sends_picture(self, chat: int) -> None:
        content = io.BytesIO()
        Image.new("RGB", (20, 20)).save(content, "PNG")
        file = UploadedFile("card.png", content.getvalue())
        assert self.telegram.call(TOKEN, "sendPhoto", {"chat_id": chat}, {"photo": file})[0] == 200


def buttons(journey: Journey) -> None:
    journey.says(WANG_FANG.id, "日报")
    form = journey.bot_says(WANG_FANG.id)
    for _ in range(3):
        assert journey.done() == []
        journey.taps(WANG_FANG.id, form)
    assert journey.done() == []
    journey.bot_saves(WANG_FANG.id, form)


def paste(journey: Journey) -> None:
    journey.says(LI_QIANG.id, "日报\n状态：上班\n在训：12")
    card = journey.bot_says(LI_QIANG.id)
    journey.taps(LI_QIANG.id, card)
    assert journey.done() == []
    journey.bot_saves(LI_QIANG.id, card)


def orders(journey: Journey) -> None:
    journey.says(WANG_FANG.id, "/orders")
    journey.bot_says(WANG_FANG.id)
    assert journey.done() == []
    journey.says(WANG_FANG.id, "/orders 张伟 2")
    journey.bot_says(WANG_FANG.id)


def reminder(journey: Journey) -> None:
    journey.bot_says(WANG_FANG.id)
    assert journey.done() == []
    journey.clock.forward(days=1)
    journey.bot_says(WANG_FANG.id)


def board(journey: Journey) -> None:
    journey.bot_says(GROUP_ID)
    assert journey.done() == []
    journey.clock.forward(hours=13)
    journey.bot_says(GROUP_ID)


def cohort(journey: Journey) -> None:
    journey.bot_sends_picture(GROUP_ID)
    assert journey.done() == []
    journey.tour.note_enlarged()


def stats(journey: Journey) -> None:
    journey.says(WANG_FANG.id, "/stats")
    journey.bot_says(WANG_FANG.id)
    assert journey.done() == []
    journey.says(ZHOU_JING.id, "/stats 2026-10")
    journey.bot_says(ZHOU_JING.id)


def crash(journey: Journey) -> None:
    journey.says(WANG_FANG.id, "/checkin")
    journey.bot_says(WANG_FANG.id)
    journey.clock.forward(seconds=5)
    journey.tour.note_crash()
    assert journey.done() == []
    journey.says(WANG_FANG.id, "12")
    journey.bot_says(WANG_FANG.id)


@pytest.mark.parametrize("walk", [buttons, paste, orders, reminder, board, cohort, stats, crash])
def test_a_step_is_done_when_it_was_walked(walk: Callable[[Journey], None]) -> None:
    journey = Journey()
    assert journey.done() == []
    walk(journey)
    assert journey.done() == [walk.__name__]
    assert [one["step"] for one in journey.tour.progress()] == list(STEPS)
    journey.clock.forward(days=3)
    assert journey.done() == [walk.__name__]


def test_the_cast_has_a_newcomer_whom_the_bot_cannot_write_to() -> None:
    journey = Journey()
    status, _ = journey.telegram.call(TOKEN, "sendMessage", {"chat_id": SUN_LEI.id, "text": "x"})
    assert status == 403
    assert journey.telegram.world.updates.pending == 0
    assert journey.clock.now() - journey.tour.began == timedelta(0)
