"""Sending mail: the one other way out besides Telegram, behind the same outbox.

A mail that cannot be delivered now is `MailDelayed`: the sender offers it again later. One that the server refuses for
good is `MailRefused`. What the two say is safe to log: the password is taken out.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog

log = structlog.get_logger()

LONGEST, GOODBYE = 45.0, 3.0
"""Seconds for one mail and for the parting: less than a lease of the outbox, so that nobody else takes it up."""
PORTS = {"smtp": 587, "smtps": 465}
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_WORKBOOK = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")


class MailDelayed(Exception):
    """The mail did not go out and may later: the server is away, busy, or does not know us yet."""


class MailRefused(Exception):
    """The server will not take this mail, however often it is offered."""


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in. `repr` keeps the password to itself."""

    host: str
    port: int
    user: str
    password: str
    encrypted: bool
    """From the first byte (smtps); else the connection is encrypted as soon as the server offers it (STARTTLS)."""

    def __repr__(self) -> str:
        return f"MailServer({self.host}:{self.port})"

    @property
    def must_encrypt(self) -> bool:
        """A password never crosses a network in the clear."""
        return bool(self.password) and self.host not in _LOCAL


def read_server(url: str) -> MailServer:
    """smtp://user:password@host:587 or smtps://…, signs in the password percent-encoded. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("not the address of a mail server")
    return MailServer(
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        encrypted=parts.scheme == "smtps",
    )


def is_address(text: str) -> bool:
    """Whether it is one e-mail address that can stand in a mail, with or without a name before it."""
    try:
        address = _address(text)
    except (ValueError, IndexError, HeaderParseError):
        return False
    return bool(address.username and address.domain) and text.isprintable() and address.addr_spec.isascii()


class Mailer:
    """Hands mail in, one connection a mail: reports are few."""

    def __init__(self, server: MailServer, sender: str, recipients: Sequence[str]) -> None:
        self._server = server
        self._sender = sender
        self._recipients = tuple(recipients)

    async def send(self, params: dict[str, Any], file_name: str, file: bytes) -> None:
        """Deliver one mail as `handlers.reports.report_mail` composed it. Raises MailDelayed or MailRefused."""
        message = self.message(params, file_name, file)
        try:
            refused = await self._hand_in(message)
        except TimeoutError:
            raise MailDelayed("the mail server took too long") from None
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = {each.code for each in error.recipients}
            raise _verdict(codes, self._safe(f"recipients refused: {sorted(codes)}")) from None
        except aiosmtplib.SMTPAuthenticationError as error:
            # Nothing is wrong with the mail: it goes out once the settings are put right.
            raise MailDelayed(self._safe(f"the mail server does not accept the login: {error.code}")) from None
        except aiosmtplib.SMTPResponseException as error:
            raise _verdict({error.code}, self._safe(f"{error.code} {error.message}")) from None
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
            raise MailDelayed(self._safe(f"{type(error).__name__}: {error}")) from None
        if refused:
            log.warning("some recipients were refused", action="mail.partly", refused=len(refused))

    def message(self, params: dict[str, Any], file_name: str, file: bytes) -> EmailMessage:
        """The mail itself. Values become headers by the library's rules: none can begin a header of its own."""
        message = EmailMessage(policy=SMTP)
        message["Subject"] = _one_line(params["subject"])
        message["From"] = _address(self._sender)
        message["To"] = [_address(each) for each in self._recipients]
        message["Date"] = datetime.fromisoformat(params["date"])
        message["Message-ID"] = f"<{params['message_id']}@{_address(self._sender).domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(params["text"], cte="base64")
        maintype, subtype = _WORKBOOK
        message.add_attachment(file, maintype=maintype, subtype=subtype, filename=_one_line(file_name))
        return message

    async def _hand_in(self, message: EmailMessage) -> dict[str, Any]:
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            use_tls=server.encrypted,
            start_tls=False if server.encrypted else True if server.must_encrypt else None,
            timeout=LONGEST / 3,
        )
        try:
            async with asyncio.timeout(LONGEST):
                await client.connect()
                refused, _ = await client.send_message(message)
        finally:
            # The server has the mail, or has not: how the two part changes neither.
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=GOODBYE)
            client.close()
        return refused

    def _safe(self, text: str) -> str:
        """The text without the password, on one line."""
        password = self._server.password
        return _one_line(text.replace(password, "<secret>") if password else text)[:300]


def _verdict(codes: set[int], words: str) -> MailDelayed | MailRefused:
    """4xx: later; 5xx: never (RFC 5321 §4.2.1)."""
    return MailRefused(words) if codes and all(code >= 500 for code in codes) else MailDelayed(words)


def _address(text: str) -> Address:
    name, spec = parseaddr(text)
    return Address(display_name=name, addr_spec=spec)


def _one_line(text: str) -> str:
    return " ".join(text.split())
