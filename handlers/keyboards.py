"""Buttons under a message.

Callback data is `name:argument:…`, at most 64 bytes; names are listed in `handlers.commands`. Data never carries a
right: whoever presses is checked again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MAX_DATA_BYTES = 64
Keyboard = Sequence[Sequence["Button"]]


@dataclass(frozen=True)
class Button:
    """One inline button: either callback data or a link."""

    label: str
    data: str = ""
    url: str = ""


def button_data(name: str, *arguments: object) -> str:
    """Callback data for a button; ValueError beyond Telegram's 64 bytes."""
    data = ":".join([name, *(str(a) for a in arguments)])
    if len(data.encode()) > MAX_DATA_BYTES:
        raise ValueError(f"callback data over {MAX_DATA_BYTES} bytes: {data!r}")
    return data


def rows_of(buttons: Sequence[Button], per_row: int) -> list[list[Button]]:
    """Lay buttons out in rows of at most `per_row`."""
    return [list(buttons[i : i + per_row]) for i in range(0, len(buttons), per_row)]


def reply_markup(keyboard: Keyboard) -> dict[str, Any]:
    """The Bot API's inline_keyboard."""
    return {
        "inline_keyboard": [
            [{"text": b.label, "url": b.url} if b.url else {"text": b.label, "callback_data": b.data} for b in row]
            for row in keyboard
            if row
        ]
    }
