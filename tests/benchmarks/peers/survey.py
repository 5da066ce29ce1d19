"""aiogram's own example `finite_state_machine.py`, its handlers unchanged, as a webhook, with its states in Redis.

`python -m tests.benchmarks.peers.survey <Bot API address> <port> <Redis port>`
"""

import sys
from typing import Any

from aiogram import Bot, Dispatcher, F, Router, html
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.filters import Command, CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.redis import RedisStorage
from aiogram.types import KeyboardButton, Message, ReplyKeyboardMarkup, ReplyKeyboardRemove
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from tests.benchmarks.wire import TOKEN

form_router = Router()


class Form(StatesGroup):
    """What is asked."""

    name = State()
    like_bots = State()
    language = State()


@form_router.message(CommandStart())
async def command_start(message: Message, state: FSMContext) -> None:
    """Ask for the name."""
    await state.set_state(Form.name)
    await message.answer("Hi there! What's your name?", reply_markup=ReplyKeyboardRemove())


@form_router.message(Command("cancel"))
@form_router.message(F.text.casefold() == "cancel")
async def cancel_handler(message: Message, state: FSMContext) -> None:
    """Allow user to cancel any action."""
    current_state = await state.get_state()
    if current_state is None:
        return
    await state.clear()
    await message.answer("Cancelled.", reply_markup=ReplyKeyboardRemove())


@form_router.message(Form.name)
async def process_name(message: Message, state: FSMContext) -> None:
    """Keep the name, ask the next question."""
    await state.update_data(name=message.text)
    await state.set_state(Form.like_bots)
    await message.answer(
        f"Nice to meet you, {html.quote(str(message.text))}!\nDid you like to write bots?",
        reply_markup=ReplyKeyboardMarkup(
            keyboard=[[KeyboardButton(text="Yes"), KeyboardButton(text="No")]],
            resize_keyboard=True,
        ),
    )


@form_router.message(Form.like_bots, F.text.casefold() == "no")
async def process_dont_like_write_bots(message: Message, state: FSMContext) -> None:
    """End here."""
    data = await state.get_data()
    await state.clear()
    await message.answer("Not bad not terrible.\nSee you soon.", reply_markup=ReplyKeyboardRemove())
    await show_summary(message=message, data=data, positive=False)


@form_router.message(Form.like_bots, F.text.casefold() == "yes")
async def process_like_write_bots(message: Message, state: FSMContext) -> None:
    """Ask the last question."""
    await state.set_state(Form.language)
    await message.reply(
        "Cool! I'm too!\nWhat programming language did you use for it?",
        reply_markup=ReplyKeyboardRemove(),
    )


@form_router.message(Form.like_bots)
async def process_unknown_write_bots(message: Message) -> None:
    """Neither yes nor no."""
    await message.reply("I don't understand you :(")


@form_router.message(Form.language)
async def process_language(message: Message, state: FSMContext) -> None:
    """Keep the language and sum up."""
    data = await state.update_data(language=message.text)
    await state.clear()
    if str(message.text).casefold() == "python":
        await message.reply("Python, you say? That's the language that makes my circuits light up! 😉")
    await show_summary(message=message, data=data)


async def show_summary(message: Message, data: dict[str, Any], positive: bool = True) -> None:
    """What was answered."""
    name = data["name"]
    language = data.get("language", "<something unexpected>")
    text = f"I'll keep in mind that, {html.quote(name)}, "
    text += (
        f"you like to write bots with {html.quote(language)}."
        if positive
        else "you don't like to write bots, so sad..."
    )
    await message.answer(text=text, reply_markup=ReplyKeyboardRemove())


def main() -> None:
    """Start the bot."""
    address, port, redis_port = sys.argv[1:]
    dispatcher = Dispatcher(storage=RedisStorage.from_url(f"redis://127.0.0.1:{redis_port}/0"))
    dispatcher.include_router(form_router)
    bot = Bot(
        token=TOKEN,
        session=AiohttpSession(api=TelegramAPIServer.from_base(address)),
        default=DefaultBotProperties(parse_mode=ParseMode.HTML),
    )

    async def set_webhook() -> None:
        await bot.set_webhook(f"http://127.0.0.1:{port}/telegram")

    dispatcher.startup.register(set_webhook)
    application = web.Application()
    SimpleRequestHandler(dispatcher=dispatcher, bot=bot).register(application, path="/telegram")
    setup_application(application, dispatcher, bot=bot)
    web.run_app(application, host="127.0.0.1", port=int(port), print=lambda *_: None)


if __name__ == "__main__":
    main()
