"""`python -m bot check`: what is unfit is named with what to do, in plain words."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from bot.checks import Finding, run_checks
from bot.command_line import app
from bot.demo.server import running_stand_in
from bot.demo.telegram import TOKEN
from bot.settings import Settings
from storage.migration import upgrade
from tests.chat import World


def settings_of(folder: Path, address: str, token: str = TOKEN, admins: str = "900") -> Settings:
    url = f"sqlite:///{folder / 'checked.db'}"
    return Settings(token=SecretStr(token), api_url=address, database_url=url, admin_ids=admins)


async def findings(world: World, settings: Settings | None, folder: Path, **more: str) -> dict[str, Finding]:
    async with running_stand_in(world.stand_in) as address:
        found = await run_checks(settings or settings_of(folder, address, **more))
    return {finding.subject: finding for finding in found}


def look(world: World, folder: Path, settings: Settings | None = None, **more: str) -> dict[str, Finding]:
    return world.loop.run_until_complete(findings(world, settings, folder, **more))


def test_all_is_well(world: World, tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'checked.db'}")
    found = look(world, tmp_path)
    unfit = {subject: finding.words for subject, finding in found.items() if not finding.fit}
    # The calendar ends with the year, whatever the bot does.
    unfit.pop("calendar", None)
    assert unfit == {}
    assert "@training_desk_bot" in found["token"].words
    assert "/link" in found["group"].words


def test_a_token_telegram_does_not_know_is_named_and_not_shown(world: World, tmp_path: Path) -> None:
    token = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_"
    found = look(world, tmp_path, token=token)
    assert not found["token"].fit
    assert token not in str(found)


def test_nobody_could_let_anybody_in(world: World, tmp_path: Path) -> None:
    found = look(world, tmp_path, admins="")
    assert not found["admins"].fit
    assert "BOT_ADMIN_IDS" in found["admins"].words


def test_a_telegram_that_cannot_be_reached(world: World, tmp_path: Path) -> None:
    found = look(world, tmp_path, settings_of(tmp_path, "http://127.0.0.1:9"))
    assert not found["token"].fit
    assert "BOT_API_URL" in found["clock"].words


def test_the_exit_code_tells(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOT_API_URL", "http://127.0.0.1:9")
    (tmp_path / "data").write_text("a file where a folder should be")
    monkeypatch.setenv("BOT_DATABASE_URL", "sqlite:///data/bot.db")
    result = CliRunner().invoke(app, ["check"])
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert any(line.startswith("BAD database: BOT_DATABASE_URL cannot be used") for line in lines)
    assert any(line.startswith("BAD token: BOT_TOKEN is not set") for line in lines)
