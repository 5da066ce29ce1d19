"""Long lists page by page: as many lines as fit into one message, and the buttons that turn the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from handlers.keyboards import Button, button_data

ROOM = 3200
"""UTF-16 units of one page, markup included; a heading and a closing line fit beside it in Telegram's 4096."""


@dataclass(frozen=True)
class Page:
    """One page of a list."""

    lines: tuple[Markup, ...]
    start: int
    """The place of its first line in the whole list."""
    number: int
    """From 0."""
    of: int

    def turning(self, name: str, *arguments: object) -> list[Button]:
        """The buttons to the pages before and after, the page's number being the last argument; [] for one page."""
        buttons = []
        if self.number:
            buttons.append(Button(f"‹ {self.number}/{self.of}", button_data(name, *arguments, self.number - 1)))
        if self.number + 1 < self.of:
            buttons.append(Button(f"{self.number + 2}/{self.of} ›", button_data(name, *arguments, self.number + 1)))
        return buttons


def page_of(lines: Sequence[Markup], number: int = 0, most: int = 30, room: int = ROOM) -> Page:
    """A page of at most `most` lines and `room` units; the last one when there are not that many pages."""
    pages = list(_pages(lines, most, room)) or [(0, ())]
    number = max(0, min(number, len(pages) - 1))
    start, shown = pages[number]
    return Page(shown, start, number, len(pages))


def page_number(text: str) -> int:
    """A page as a button says it; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else 0


def utf16_length(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def _pages(lines: Sequence[Markup], most: int, room: int) -> Iterator[tuple[int, tuple[Markup, ...]]]:
    start, length = 0, 0
    for place, line in enumerate(lines):
        length += utf16_length(line) + 1
        if place > start and (place - start == most or length > room):
            yield start, tuple(lines[start:place])
            start, length = place, utf16_length(line) + 1
    if lines:
        yield start, tuple(lines[start:])
