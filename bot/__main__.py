"""`python -m bot`."""

from bot.command_line import app

app(prog_name="python -m bot")
