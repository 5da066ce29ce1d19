"""`python -m bot check`: is everything in place to run?"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp
from sqlalchemy.exc import SQLAlchemyError
from telegram.error import TelegramError

from bot.clock import SystemClock
from bot.logs import redact
from bot.settings import Settings
from bot.telegram_http import Telegram, make_bot
from schedules.working_days import known_through
from storage.database import Database, fault_of
from storage.groups import shared_group
from storage.migration import DatabaseIsNewer, pending

LARGEST_CLOCK_ERROR = timedelta(seconds=30)
CALENDAR_MARGIN = timedelta(days=14)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    fit: bool
    words: str


async def run_checks(settings: Settings) -> list[Finding]:
    """Look at settings, database, clock, calendar, token and group, in this order."""
    findings = [Finding("settings", True, f"time zone {settings.timezone}, language {settings.language}")]
    findings.append(
        Finding("admins", bool(settings.admins), f"{len(settings.admins)} in BOT_ADMIN_IDS")
        if settings.admins
        else Finding(
            "admins", False, "BOT_ADMIN_IDS is empty: set your Telegram user id, or nobody can approve managers"
        )
    )
    database, group_id = _check_database(settings)
    findings.append(database)
    findings.append(await _check_clock(settings))
    findings.append(_check_calendar())
    findings += await _check_telegram(settings, group_id)
    return findings


def _check_database(settings: Settings) -> tuple[Finding, int | None]:
    path = settings.sqlite_path
    if path is not None and not _is_writable(path):
        return Finding("database", False, "BOT_DATABASE_URL cannot be used: the file cannot be written there"), None
    try:
        steps = pending(settings.database_url)
        if settings.sqlite_path is not None and not _can_be_made(settings.sqlite_path):
            return Finding("database", False, f"BOT_DATABASE_URL: {settings.sqlite_path} cannot be written"), None
        if steps:
            return Finding("database", True, "reachable; its tables are made or updated at the next start"), None
        database = Database(settings.database_url)
        try:
            with database.transaction() as session:
                group = shared_group(session)
        finally:
            database.close()
        return Finding("database", True, "reachable and up to date"), group.chat_id if group else None
    except DatabaseIsNewer as error:
        return Finding("database", False, str(error)), None
    except (SQLAlchemyError, OSError) as error:
        return Finding("database", False, f"BOT_DATABASE_URL cannot be used: {fault_of(error)}"), None


def _can_be_made(path: Path) -> bool:
    """Whether the file of a new database could be written, without making anything; one that is there is tried."""
    nearest = next((folder for folder in path.absolute().parents if folder.exists()), path)
    return path.exists() or (nearest.is_dir() and os.access(nearest, os.W_OK))


def _is_writable(path: Path) -> bool:
    """Whether a file is, or could be made: then its nearest folder that exists has to let us."""
    if path.exists():
        return path.is_file() and os.access(path, os.W_OK)
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


async def _check_clock(settings: Settings) -> Finding:
    """Compare with the clock of the Telegram server: deadlines and message dates have to agree."""
    try:
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(settings.api_url) as response:
            told = response.headers.get("Date")
    except (aiohttp.ClientError, TimeoutError):
        return Finding("clock", False, f"cannot be compared: {settings.api_url} does not answer (BOT_API_URL)")
    now = SystemClock().now()
    if told is None:
        return Finding("clock", True, f"{now:%Y-%m-%d %H:%M:%S} UTC (the server tells no time to compare with)")
    error = abs(now - parsedate_to_datetime(told).astimezone(UTC))
    fit = error <= LARGEST_CLOCK_ERROR
    words = f"{now:%Y-%m-%d %H:%M:%S} UTC, {error.total_seconds():.0f} s from Telegram's"
    return Finding("clock", fit, words if fit else words + ": set the machine's clock (NTP)")


def _check_calendar() -> Finding:
    horizon = known_through()
    left = datetime(horizon.year, horizon.month, horizon.day, tzinfo=UTC) - SystemClock().now()
    words = f"official working days are known through {horizon}"
    if left < CALENDAR_MARGIN:
        return Finding("calendar", False, words + ": update chinesecalendar, or send the bot next year's holiday file")
    return Finding("calendar", True, words)


async def _check_telegram(settings: Settings, group_id: int | None) -> list[Finding]:
    if not settings.token.get_secret_value():
        return [Finding("token", False, "BOT_TOKEN is not set: ask @BotFather for one")]
    bot = make_bot(settings.token.get_secret_value(), settings.api_url)
    telegram = Telegram(bot)
    try:
        await bot.request.initialize()
        me = await telegram.call("getMe", {})
        findings = [Finding("token", True, f"belongs to @{me['username']}")]
        if group_id is None:
            findings.append(Finding("group", True, "none linked yet: an admin sends /link in it"))
        else:
            chat = await telegram.call("getChat", {"chat_id": group_id})
            findings.append(Finding("group", True, f"linked: {chat.get('title', group_id)}"))
        return findings
    except TelegramError as error:
        return [Finding("token", False, f"Telegram says: {redact(str(error))}")]
    finally:
        await bot.request.shutdown()
