"""What an operator can type: run, demo, check, migrate, backup, restore, move-database.

Imports stand inside the commands: `--help` answers at once, and nothing of the demo is loaded by the real bot.
"""

import asyncio
import gc
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
    # What is imported stays: to look for garbage in it takes a seventh of the start, and time again and again later.
    gc.disable()
    from bot.clock import SystemClock
    from bot.logs import configure_logs
    from bot.program import run_bot
    from bot.settings import SettingsError, load_settings

    gc.freeze()
    gc.enable()
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
    from sqlalchemy.exc import SQLAlchemyError

    from bot.settings import SettingsError, load_settings
    from storage.database import fault_of
    from storage.migration import DatabaseIsNewer, upgrade

    try:
        upgrade(load_settings().database_url)
    except (SettingsError, DatabaseIsNewer) as error:
        _stop(str(error))
    except (SQLAlchemyError, OSError) as error:
        _stop(f"BOT_DATABASE_URL cannot be used: {fault_of(error)}")
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


@app.command()
def restore(
    file: Annotated[Path | None, typer.Argument(help="A file written by `backup`.")] = None,
    messages_aside: Annotated[
        bool, typer.Option("--messages-aside", help="Only the second half, after pg_restore: put aside what waits.")
    ] = False,
) -> None:
    """Put a backup in the place of an empty SQLite database; what was due meanwhile is put aside, not sent."""
    from bot.clock import SystemClock
    from bot.restoring import RestoreError, put_messages_aside
    from bot.restoring import restore as put_back
    from bot.settings import SettingsError, load_settings

    if (file is None) != messages_aside:
        _stop("Give the file to restore, or --messages-aside after a restore by other means.")
    try:
        settings, now = load_settings(), SystemClock().now()
        restored = put_back(settings, file, now) if file is not None else put_messages_aside(settings, now)
    except (SettingsError, RestoreError) as error:
        _stop(str(error))
    until = f"{restored.known_until:%Y-%m-%d %H:%M} UTC" if restored.known_until else "an unknown moment"
    typer.echo(f"Restored. It knows what happened until {until}; {restored.aside.count} messages were put aside.")
    typer.echo("The admins are told when the bot is started.")


@app.command()
def move_database(
    source: Annotated[str, typer.Argument(metavar="FROM", help="sqlite:///data/bot.db")],
    target: Annotated[str, typer.Argument(metavar="TO", help="postgresql+psycopg://user:password@host/name")],
) -> None:
    """Copy everything from one database to another, empty one, and compare. Stop the bot first; can be repeated."""
    from bot.clock import SystemClock
    from bot.moving import MoveError, move

    try:
        moved = move(source, target, SystemClock().now(), typer.echo)
    except MoveError as error:
        _stop(str(error))
    typer.echo(f"Moved {moved.rows} rows of {len(moved.tables)} tables; both databases hold the same.")
    typer.echo("Now set BOT_DATABASE_URL to the new address and start the bot.")


def _stop(words: str) -> NoReturn:
    typer.echo(words, err=True)
    raise typer.Exit(1)
