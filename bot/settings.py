"""Settings from the environment or `.env`, each named as the operator writes it (`BOT_…`)."""

import hashlib
import re
from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot.mailer import Mailer, is_address, read_server

DEFAULT_DATABASE = "sqlite:///data/bot.db"
DEFAULT_LISTEN = "127.0.0.1:8080"


class SettingsError(Exception):
    """Settings that cannot be used; the text names each one and says what to write instead."""


class Settings(BaseSettings):
    """What an operator can set. The README has the same list in words."""

    model_config = SettingsConfigDict(env_prefix="BOT_", env_file=".env", extra="ignore", frozen=True)

    token: SecretStr = SecretStr("")
    api_url: str = "https://api.telegram.org"
    database_url: str = DEFAULT_DATABASE
    admin_ids: str = ""
    timezone: str = "Asia/Shanghai"
    language: Literal["zh", "en"] = "zh"
    log_format: Literal["console", "json"] = "console"
    webhook_url: str = ""
    webhook_secret: SecretStr = SecretStr("")
    listen: str = ""
    tick_seconds: float = Field(default=2.0, gt=0, le=300)
    messages_per_second: float = Field(default=25.0, gt=0)
    messages_per_second_per_chat: float = Field(default=1.0, gt=0)
    messages_per_minute_per_group: float = Field(default=18.0, gt=0)
    keep_days: int = Field(default=30, ge=2, le=3650)
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = Field(default="", validate_default=True)
    mail_to: str = Field(default="", validate_default=True)

    @field_validator("api_url")
    @classmethod
    def _check_api_url(cls, value: str) -> str:
        if urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname:
            raise ValueError("give an address such as https://api.telegram.org or http://127.0.0.1:8081")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: str) -> str:
        try:
            url = make_url(value)
        except ArgumentError:
            raise ValueError("give sqlite:///data/bot.db or postgresql+psycopg://user:password@host/name") from None
        if url.drivername not in {"sqlite", "postgresql+psycopg"}:
            raise ValueError("give a URL that begins with sqlite:/// or postgresql+psycopg://")
        return value

    @field_validator("admin_ids")
    @classmethod
    def _check_admin_ids(cls, value: str) -> str:
        if any(not part.strip().isdigit() for part in value.split(",") if part.strip()):
            raise ValueError("give Telegram user ids separated by commas, such as 123456789,987654321")
        return value

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("give a time zone such as Asia/Shanghai") from None
        return value

    @field_validator("webhook_url")
    @classmethod
    def _check_webhook_url(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in {"http", "https"}:
            raise ValueError("give the public address Telegram calls, such as https://bot.example.com/telegram")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _check_webhook_secret(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", value.get_secret_value()):
            raise ValueError("give at most 256 letters A-Z and a-z, digits, _ and -: Telegram takes no others")
        return value

    @field_validator("listen")
    @classmethod
    def _check_listen(cls, value: str) -> str:
        host, colon, port = value.rpartition(":")
        if value and not (colon and host and port.isdigit() and int(port) < 65536):
            raise ValueError("give an address and a port, such as 127.0.0.1:8080")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _check_smtp_url(cls, value: SecretStr) -> SecretStr:
        try:
            fit = not value.get_secret_value() or bool(read_server(value.get_secret_value()))
        except ValueError:
            fit = False
        if not fit:
            raise ValueError(
                "give smtp://user:password@host:587 or smtps://user:password@host:465, signs such as @ in the password "
                "as %40"
            )
        return value

    @field_validator("mail_from", "mail_to")
    @classmethod
    def _check_mail(cls, value: str, info: ValidationInfo) -> str:
        smtp_url = info.data.get("smtp_url")
        if smtp_url is not None and smtp_url.get_secret_value() and not value.strip():
            raise ValueError("BOT_SMTP_URL is set: give an address, such as reports@example.com")
        addresses = [part.strip() for part in value.split(",") if part.strip()]
        if not all(is_address(each) for each in addresses) or (info.field_name == "mail_from" and len(addresses) > 1):
            raise ValueError("give an e-mail address such as reports@example.com; several to send to, with commas")
        return value

    @property
    def mailer(self) -> Mailer | None:
        """What sends mail; None: reports are told in the bot only."""
        url = self.smtp_url.get_secret_value()
        recipients = [part.strip() for part in self.mail_to.split(",") if part.strip()]
        return Mailer(read_server(url), self.mail_from.strip(), recipients) if url else None

    @property
    def zone(self) -> ZoneInfo:
        """The one time zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def admins(self) -> frozenset[int]:
        """Telegram ids of the admins from the start."""
        return frozenset(int(part) for part in self.admin_ids.split(",") if part.strip())

    @property
    def web_address(self) -> tuple[str, int] | None:
        """Host and port of the web server; None: no web server (polling, and BOT_LISTEN not set)."""
        listen = self.listen or (DEFAULT_LISTEN if self.webhook_url else "")
        if not listen:
            return None
        host, _, port = listen.rpartition(":")
        return host.strip("[]"), int(port)

    @cached_property
    def effective_webhook_secret(self) -> str:
        """What Telegram repeats with every delivery: as set, or derived from the token."""
        given = self.webhook_secret.get_secret_value()
        return given or hashlib.sha256(b"webhook:" + self.token.get_secret_value().encode()).hexdigest()

    @property
    def sqlite_path(self) -> Path | None:
        """The database file; None for PostgreSQL."""
        url = make_url(self.database_url)
        return Path(url.database) if url.drivername == "sqlite" and url.database else None


def load_settings(*, need_token: bool = False) -> Settings:
    """Read the settings; SettingsError names every one that is wrong, never showing a secret's value."""
    try:
        settings = Settings()
    except ValidationError as error:
        lines = [f"BOT_{str(e['loc'][0]).upper()}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors()]
        raise SettingsError("\n".join(lines)) from None
    if need_token and not settings.token.get_secret_value():
        raise SettingsError(
            "BOT_TOKEN: not set. Ask @BotFather for a token and set it in the environment or in a file named .env"
        )
    return settings
