"""What a planned message becomes when its turn to be sent has come."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from handlers.turn import Surroundings
from storage.outbox import OutboxMessage

PICTURE_FAILED = "picture: "
"""Begins the error of a message whose picture could not be drawn or was refused: it is composed without it then."""


@dataclass(frozen=True)
class Outgoing:
    """One call to Telegram, ready to be made."""

    method: str
    """sendMessage, sendPhoto, sendDocument, editMessageText …"""
    params: dict[str, Any]
    file_field: str = ""
    """The parameter the file goes into: photo or document."""
    file_name: str = ""
    make_file: Callable[[], bytes] | None = None
    """Draws the picture or writes the workbook: slow, without the database; picklable, as another process does it."""


Composer = Callable[[Session, OutboxMessage, datetime, Surroundings], Outgoing | None]
"""Makes a planned message at the moment it is sent, in the reader's language; None when it is of no use any more."""
