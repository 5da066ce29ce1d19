"""The letters of the pictures: the fonts that come with the product, what they lack, and how wide a text is.

Lengths are in pixels, sizes in pixels per em. Nothing here needs a font to be installed on the machine. The
functions may be called from several threads.
"""

import unicodedata
from functools import lru_cache
from pathlib import Path
from threading import RLock

FONT_FOLDER = Path(__file__).parent / "fonts"
REGULAR = FONT_FOLDER / "NotoSansCJKsc-Subset-Regular.otf"
BOLD = FONT_FOLDER / "NotoSansCJKsc-Subset-Bold.otf"

MISSING = "□"
ELLIPSIS = "…"
_ZERO_WIDTH_JOINER = "\u200d"
_UNITS_PER_EM = 1000

# matplotlib promises nothing about threads: its font objects and text caches are shared by the whole process.
ONE_AT_A_TIME = RLock()


@lru_cache(maxsize=2)
def _characters(font: Path) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    with ONE_AT_A_TIME:
        return frozenset(FT2Font(str(font)).get_charmap())


@lru_cache(maxsize=8192)
def _advance(font: Path, character: str) -> int:
    """Width of one character in thousandths of an em."""
    from matplotlib.font_manager import get_font
    from matplotlib.ft2font import LoadFlags

    with ONE_AT_A_TIME:
        return int(get_font(str(font)).load_char(ord(character), flags=LoadFlags.NO_SCALE).horiAdvance)


def drawable(text: str) -> str:
    """The text as one line that the fonts can draw, each character they lack replaced by □.

    White space becomes single spaces. Marks that show nothing (direction, variation, joiners) go; an emoji
    made of several code points becomes one □, not five.
    """
    known = _characters(REGULAR)
    letters: list[str] = []
    joined = False
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if character == _ZERO_WIDTH_JOINER:
            joined = letters[-1:] == [MISSING]
        elif joined:
            joined = False
        elif category in ("Cc", "Zs", "Zl", "Zp"):
            letters.append(" ")
        elif category == "Cf":
            continue
        elif ord(character) in known:
            letters.append(character)
        elif category.startswith("M") or category == "Sk":
            continue  # accents, variation selectors and skin tones belong to the character before
        else:
            letters.append(MISSING)
    return " ".join("".join(letters).split())


def font_for(text: str, bold: bool) -> Path:
    """Bold has fewer characters: a text with a rare one is set in Regular from end to end."""
    if bold and all(ord(character) in _characters(BOLD) for character in text):
        return BOLD
    return REGULAR


def width_of(text: str, size: float, bold: bool = False) -> float:
    """How wide a drawable text is, without kerning (which only makes it narrower)."""
    font = font_for(text, bold)
    return sum(_advance(font, character) for character in text) * size / _UNITS_PER_EM


def shorten(text: str, size: float, width: float, bold: bool = False) -> str:
    """The drawable text, cut with … where it is wider than `width`."""
    text = drawable(text)
    if width_of(text, size, bold) <= width:
        return text
    while text and width_of(text + ELLIPSIS, size, bold) > width:
        text = text[:-1].rstrip()
    return text + ELLIPSIS


def fitting_size(text: str, size: float, smallest: float, width: float, bold: bool = False) -> float:
    """The largest size down to `smallest` in which the text is no wider than `width`, else `smallest`."""
    natural = width_of(drawable(text), size, bold)
    return size if natural <= width else max(smallest, size * width / natural)


def wrap(text: str, size: float, width: float, lines: int, bold: bool = False) -> list[str]:
    """At most `lines` lines, broken at spaces and hyphens or else between characters; the last one is cut."""
    rest = drawable(text)
    wrapped: list[str] = []
    while rest and len(wrapped) < lines - 1 and width_of(rest, size, bold) > width:
        end = next(n for n in range(len(rest), 0, -1) if n == 1 or width_of(rest[:n], size, bold) <= width)
        gap = max(rest.rfind(" ", 0, end + 1), rest.rfind("-", 0, end) + 1)
        end = gap if gap > 0 else end
        wrapped.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*wrapped, shorten(rest, size, width, bold)] if rest else wrapped
