"""The bot as the demo runs it: the real program with the demo's clock."""

import asyncio
import os
import signal
import sys
import threading
from pathlib import Path

from bot.demo.bot_process import GO
from bot.demo.clock import DemoClock
from bot.logs import configure_logs
from bot.program import run_bot
from bot.settings import load_settings


def main() -> int:
    """Wait until there is data, then run the bot until it is told to stop or the demo is gone; the exit code."""
    if os.read(0, len(GO)) != GO:
        return 0
    settings = load_settings(need_token=True)
    configure_logs(settings.log_format, settings.token.get_secret_value(), settings.effective_webhook_secret)
    threading.Thread(target=_stop_with_the_demo, daemon=True).start()
    return asyncio.run(run_bot(settings, DemoClock(Path(os.environ["BOT_DEMO_CLOCK"]))))


def _stop_with_the_demo() -> None:
    # Not through sys.stdin: its lock, held by a waiting thread, aborts the interpreter as it ends.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
