"""What a start does without: the first answer would wait for what few people ever use, and memory would hold it."""

import subprocess
import sys
from pathlib import Path

from storage.migration import upgrade

LATE = {
    "aiohttp.web": "a bot that polls may have no web server",
    "alembic": "the database takes a step after an update only",
    "bot.demo": "the demo",
    "matplotlib": "pictures",
    "numpy": "pictures",
    "python_calamine": "rosters sent as workbooks",
    "starlette": "the demo",
    "telegram.ext": "the library's own way to run a bot",
    "uvicorn": "the demo",
    "xlsxwriter": "workbooks",
}
"""Each with what needs it; imported there, when it is needed."""

START = """
import sys
from bot.command_line import app
from bot.program import run_bot
from bot.settings import load_settings
from storage.migration import upgrade
upgrade(sys.argv[1])
print(*sys.modules)
"""


def test_a_start_imports_nothing_that_is_rarely_used(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/bot.db"
    upgrade(database)

    started = subprocess.run([sys.executable, "-c", START, database], capture_output=True, text=True, check=True)

    imported = set(started.stdout.split())
    assert "telegram" in imported
    assert sorted(imported & set(LATE)) == []
