"""python-telegram-bot's own example `echobot.py`, its handlers unchanged, as a webhook instead of by polling.

`python -m tests.benchmarks.peers.echo <Bot API address> <port>`
"""

import sys

from telegram import ForceReply, Update
from telegram.ext import Application, CommandHandler, ContextTypes, MessageHandler, filters

from tests.benchmarks.wire import TOKEN

Context = ContextTypes.DEFAULT_TYPE


async def start(update: Update, context: Context) -> None:
    """Send a message when the command /start is issued."""
    assert update.effective_user is not None
    assert update.message is not None
    user = update.effective_user
    await update.message.reply_html(rf"Hi {user.mention_html()}!", reply_markup=ForceReply(selective=True))


async def help_command(update: Update, context: Context) -> None:
    """Send a message when the command /help is issued."""
    assert update.message is not None
    await update.message.reply_text("Help!")


async def echo(update: Update, context: Context) -> None:
    """Echo the user message."""
    assert update.message is not None
    assert update.message.text is not None
    await update.message.reply_text(update.message.text)


def main() -> None:
    """Start the bot."""
    address, port = sys.argv[1:]
    builder = Application.builder().token(TOKEN).base_url(f"{address}/bot").base_file_url(f"{address}/file/bot")
    application = builder.build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CommandHandler("help", help_command))
    application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, echo))
    application.run_webhook(
        listen="127.0.0.1",
        port=int(port),
        url_path="telegram",
        webhook_url=f"http://127.0.0.1:{port}/telegram",
        allowed_updates=Update.ALL_TYPES,
    )


if __name__ == "__main__":
    main()
