"""Settings that are wrong are named, with what to write instead, and no secret is shown."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.command_line import app
from bot.settings import SettingsError, load_settings

SECRET = "S3cretWord"
WRONG = {
    "BOT_API_URL": f"ftp://{SECRET}",
    "BOT_DATABASE_URL": f"mysql://bot:{SECRET}@host/bot",
    "BOT_ADMIN_IDS": f"12,{SECRET}",
    "BOT_TIMEZONE": f"Asia/{SECRET}",
    "BOT_LANGUAGE": SECRET,
    "BOT_LOG_FORMAT": SECRET,
    "BOT_WEBHOOK_URL": f"bot.example.com/{SECRET}",
    "BOT_WEBHOOK_SECRET": f"{SECRET} with spaces",
    "BOT_LISTEN": f"{SECRET}:8080x",
    "BOT_TICK_SECONDS": "0",
    "BOT_MESSAGES_PER_SECOND": "-1",
    "BOT_KEEP_DAYS": "1",
    "BOT_SMTP_URL": f"smtp:{SECRET}",
    "BOT_MAIL_TO": SECRET,
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine, and no `.env`."""
    monkeypatch.chdir(tmp_path)
    for name in (*WRONG, "BOT_TOKEN", "BOT_MAIL_FROM"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, WRONG[name])
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert str(error.value).startswith(f"{name}: ")
    assert SECRET not in str(error.value)


def test_all_wrong_settings_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_LANGUAGE", "fr")
    monkeypatch.setenv("BOT_TIMEZONE", "Mars/Olympus")
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert [line.partition(":")[0] for line in str(error.value).splitlines()] == ["BOT_TIMEZONE", "BOT_LANGUAGE"]


def test_what_needs_a_token_says_where_to_get_one() -> None:
    with pytest.raises(SettingsError, match=r"BOT_TOKEN: not set\. Ask @BotFather"):
        load_settings(need_token=True)
    assert load_settings().token.get_secret_value() == ""


def test_settings_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("BOT_TOKEN=1:x\nBOT_ADMIN_IDS= 7, 8 \n")
    settings = load_settings(need_token=True)
    assert settings.admins == {7, 8}
    assert SECRET not in repr(settings)


def test_the_program_ends_with_the_sentence_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_DATABASE_URL", WRONG["BOT_DATABASE_URL"])
    for command in (["run"], ["check"], ["migrate"], ["backup", "x.db"]):
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 1
        assert result.output.startswith("BOT_DATABASE_URL: give a URL that begins with")
        assert SECRET not in result.output


@pytest.mark.parametrize("command", ["check", "migrate"])
def test_a_database_that_cannot_be_written_is_told_in_plain_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{tmp_path}/file/data/bot.db")
    monkeypatch.setenv("BOT_API_URL", "http://127.0.0.1:9")
    result = CliRunner().invoke(app, [command])
    assert result.exit_code == 1
    assert "BOT_DATABASE_URL" in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "BAD database" in result.output or command == "migrate"
