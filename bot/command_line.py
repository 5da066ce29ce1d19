"""What an operator can type: run, demo, check, migrate, backup.

Imports stand inside the commands: `--help` answers at once, and nothing of the demo is loaded by the real bot.
"""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

app = typer.Typer(
    help="The training managers' bot for Telegram. Settings come from the environment or a file named .env; "
    "the README lists them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def run() -> None:
    """Run the bot. Needs BOT_TOKEN; stops cleanly on Ctrl-C or SIGTERM."""
    from bot.clock import SystemClock
    from bot.logs import configure_logs
    from bot.program import run_bot
    from bot.settings import SettingsError, load_settings

    try:
        settings = load_settings(need_token=True)
    except SettingsError as error:
        _stop(str(error))
    configure_logs(settings.log_format, settings.token.get_secret_value(), settings.effective_webhook_secret)
    sys.exit(asyncio.run(run_bot(settings, SystemClock())))


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the page on this machine (127.0.0.1).")] = 8090,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
) -> None:
    """Try the bot without a token or the internet: a local stand-in for Telegram, sample data, a page to chat in."""
    from bot.demo.program import serve_demo

    asyncio.run(serve_demo("127.0.0.1", port, open_browser=open_browser))


@app.command()
def check() -> None:
    """Check settings, database, clock, calendar, token and group, in plain words; exit code 1 if one is unfit."""
    from bot.checks import run_checks
    from bot.settings import SettingsError, load_settings

    try:
        settings = load_settings()
    except SettingsError as error:
        _stop(str(error))
    findings = asyncio.run(run_checks(settings))
    for finding in findings:
        typer.echo(f"{'ok ' if finding.fit else 'BAD'} {finding.subject}: {finding.words}")
    raise typer.Exit(0 if all(f.fit for f in findings) else 1)


@app.command()
def migrate() -> None:
    """Bring the database up to the tables of this version."""
    from bot.settings import SettingsError, load_settings
    from storage.migration import DatabaseIsNewer, upgrade

    try:
        upgrade(load_settings().database_url)
    except (SettingsError, DatabaseIsNewer) as error:
        _stop(str(error))
    typer.echo("The database is up to date.")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The file to write; it must not exist yet.")]) -> None:
    """Write a consistent copy of the SQLite database to FILE, also while the bot runs."""
    from bot.backups import BackupError, back_up
    from bot.settings import SettingsError, load_settings

    try:
        settings = load_settings()
        size = back_up(settings, file)
    except (SettingsError, BackupError) as error:
        _stop(str(error))
    typer.echo(f"Wrote {file} ({size} bytes).")


def _stop(words: str) -> NoReturn:
    typer.echo(words, err=True)
    raise typer.Exit(1)
