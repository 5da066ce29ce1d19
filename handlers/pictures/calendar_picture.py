"""A month as a picture: working, rest, holiday and make-up days with the deadlines in them (handbook §3, §4).

Weeks start on Sunday, as the weekly report's do. Days are local dates. A deadline at 24:00 belongs into the
cell of the day that ends then; which words stand in a cell is the caller's decision.
"""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from handlers.pictures import Words, drawing
from handlers.pictures.drawing import Sheet
from handlers.pictures.lettering import drawable, width_of, wrap

_MARGIN = 24  # narrower than elsewhere: seven columns need the room
_TOP = 262
_CELL_WIDTH = (drawing.WIDTH - 2 * _MARGIN) / 7
_CELL_HEIGHT = 190
_GAP = 4
_CHIP = 40

_WORKDAY, _REST, _HOLIDAY, _MAKE_UP = "#FFFFFF", "#EDF0F3", "#FCE4E0", "#E0ECF8"
_STRIPES = "#C9D0D7"
_RED, _REST_TEXT = "#A3201A", "#56626E"


class DayKind(StrEnum):
    """What a day is; a make-up day is a weekend day worked because of a holiday."""

    WORKDAY = "workday"
    REST = "rest"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"


@dataclass(frozen=True)
class CalendarDay:
    """One day of the month.

    `provisional` also stands for a day that is only assumed. `deadlines` are short words, most urgent
    first: four Chinese characters or seven Latin letters fit, three words to a day, the rest is counted
    ("+2").
    """

    day: date
    kind: DayKind
    name: str = ""
    provisional: bool = False
    deadlines: tuple[str, ...] = ()
    today: bool = False


@dataclass(frozen=True)
class CalendarLabels:
    """The fixed words of the picture, in the reader's language; seven weekdays from Sunday."""

    weekdays: tuple[str, ...]
    holiday_mark: str
    make_up_mark: str
    workday: str
    rest: str
    holiday: str
    make_up: str
    provisional: str
    deadline: str

    def __post_init__(self) -> None:
        if len(self.weekdays) != 7:
            raise ValueError("a week has seven days")


def calendar_labels(t: Words) -> CalendarLabels:
    """The words from the catalog."""
    return CalendarLabels(
        weekdays=tuple(t("Sun Mon Tue Wed Thu Fri Sat").split()),
        holiday_mark=t("H"),
        make_up_mark=t("W"),
        workday=t("Working day"),
        rest=t("Rest day"),
        holiday=t("Holiday"),
        make_up=t("Make-up day"),
        provisional=t("Not announced yet"),
        deadline=t("Deadline"),
    )


@dataclass(frozen=True)
class CalendarPicture:
    """What the picture shows: exactly the days of one month, in order."""

    title: str
    subtitle: str
    days: tuple[CalendarDay, ...]
    labels: CalendarLabels

    def __post_init__(self) -> None:
        if not self.days:
            raise ValueError("a month has days")
        first = self.days[0].day
        month = [date(first.year, first.month, n + 1) for n in range(monthrange(first.year, first.month)[1])]
        if [entry.day for entry in self.days] != month:
            raise ValueError("the days must be exactly those of one month, in order")


def _column(day: date) -> int:
    """0 for Sunday."""
    return day.isoweekday() % 7


def draw_month(picture: CalendarPicture) -> bytes:
    """The picture as a PNG, 1080 pixels wide, as high as its weeks and the rows of its legend need."""
    offset = _column(picture.days[0].day)
    weeks = (offset + len(picture.days) + 6) // 7
    bottom = _TOP + weeks * _CELL_HEIGHT
    legend = _place_legend(picture)
    sheet = Sheet(bottom + 40 + 56 * (1 + max(place.row for place in legend)))
    width = sheet.width - 2 * drawing.MARGIN
    sheet.text(drawing.MARGIN, 94, picture.title, 54, bold=True, width=width, smallest=44)
    sheet.text(drawing.MARGIN, 152, picture.subtitle, 36, color=drawing.QUIET, width=width, smallest=32)
    for column, name in enumerate(picture.labels.weekdays):
        color = _REST_TEXT if column in (0, 6) else drawing.INK
        x = _MARGIN + (column + 0.5) * _CELL_WIDTH
        sheet.text(x, _TOP - 22, name, 34, color=color, bold=True, align="center", width=_CELL_WIDTH, smallest=30)
    for entry in picture.days:
        week, column = divmod(offset + entry.day.day - 1, 7)
        _draw_day(sheet, picture, entry, _MARGIN + column * _CELL_WIDTH, _TOP + week * _CELL_HEIGHT)
    for place in legend:
        _draw_legend_entry(sheet, place, bottom + 56 + 56 * place.row)
    return sheet.png()


def _fill(kind: DayKind) -> str:
    return {
        DayKind.WORKDAY: _WORKDAY,
        DayKind.REST: _REST,
        DayKind.HOLIDAY: _HOLIDAY,
        DayKind.MAKE_UP: _MAKE_UP,
    }[kind]


def _draw_day(sheet: Sheet, picture: CalendarPicture, entry: CalendarDay, left: float, top: float) -> None:
    x, y = left + _GAP / 2, top + _GAP / 2
    width, height = _CELL_WIDTH - _GAP, _CELL_HEIGHT - _GAP
    stripes = _STRIPES if entry.provisional else None
    sheet.box(x, y, width, height, _fill(entry.kind), edge=drawing.RULE, edge_width=2, stripes=stripes)
    if entry.today:
        sheet.box(x + 4, y + 5, 68, 52, drawing.BLUE, radius=12)
    color = {DayKind.HOLIDAY: _RED, DayKind.REST: _REST_TEXT}.get(entry.kind, drawing.INK)
    halo = _fill(entry.kind) if entry.provisional and not entry.today else None
    number_color = drawing.PAPER if entry.today else color
    number = str(entry.day.day)
    number_x = x + 38 - width_of(number, 44, bold=True) / 2 if entry.today else x + 12
    sheet.text(number_x, y + 47, number, 44, bold=True, color=number_color, halo=halo)
    _draw_mark(sheet, picture, entry, x + width - 8, y + 10)
    _draw_words(sheet, entry, x, y, width, color)


def _draw_mark(sheet: Sheet, picture: CalendarPicture, entry: CalendarDay, right: float, top: float) -> None:
    """The square sign that Chinese calendars use: 休 on a holiday, 班 on a make-up day."""
    word = _mark(picture, entry.kind)
    if word:
        width = max(42.0, width_of(drawable(word), 30, bold=True) + 12)
        sheet.box(right - width, top, width, 42, _mark_color(entry.kind), radius=8)
        sheet.text(right - width / 2, top + 32, word, 30, bold=True, color=drawing.PAPER, align="center")


def _mark(picture: CalendarPicture, kind: DayKind) -> str:
    marks = {DayKind.HOLIDAY: picture.labels.holiday_mark, DayKind.MAKE_UP: picture.labels.make_up_mark}
    return marks.get(kind, "")


def _mark_color(kind: DayKind) -> str:
    return _RED if kind is DayKind.HOLIDAY else drawing.BLUE


def _draw_words(sheet: Sheet, entry: CalendarDay, x: float, y: float, width: float, color: str) -> None:
    """Deadlines from the bottom of the cell upwards, the day's name in what is left."""
    places = 3
    words = list(entry.deadlines)
    if len(words) > places:
        words = [*words[: places - 1], f"+{len(words) - places + 1}"]
    bottom = y + _CELL_HEIGHT - _GAP - 6
    for place, word in enumerate(reversed(words)):
        chip_top = bottom - (place + 1) * (_CHIP + 3) + 3
        sheet.box(x + 5, chip_top, width - 10, _CHIP, drawing.INK, radius=7)
        sheet.text(
            x + width / 2,
            chip_top + 30,
            word,
            30,
            bold=True,
            color=drawing.PAPER,
            align="center",
            width=width - 18,
            smallest=27,
        )
    lines = max(0, places - len(words))
    for place, line in enumerate(wrap(entry.name, 30, width - 16, min(lines, 2)) if lines else ()):
        halo = _fill(entry.kind) if entry.provisional else None
        sheet.text(x + 10, y + 88 + place * 36, line, 30, color=color, halo=halo)


@dataclass(frozen=True)
class _LegendEntry:
    name: str
    fill: str
    mark: str = ""
    striped: bool = False
    x: float = 0
    row: int = 0


def _place_legend(picture: CalendarPicture) -> list[_LegendEntry]:
    """What occurs in this month and nothing else, from left to right in as many rows as it takes."""
    labels = picture.labels
    kinds = {entry.kind for entry in picture.days}
    entries = [
        _LegendEntry(name, _mark_color(kind) if _mark(picture, kind) else _fill(kind), _mark(picture, kind))
        for kind, name in (
            (DayKind.WORKDAY, labels.workday),
            (DayKind.REST, labels.rest),
            (DayKind.HOLIDAY, labels.holiday),
            (DayKind.MAKE_UP, labels.make_up),
        )
        if kind in kinds
    ]
    if any(entry.deadlines for entry in picture.days):
        entries.append(_LegendEntry(labels.deadline, drawing.INK))
    if any(entry.provisional for entry in picture.days):
        entries.append(_LegendEntry(labels.provisional, _WORKDAY, striped=True))
    left, x, row = _MARGIN + 8.0, _MARGIN + 8.0, 0
    placed: list[_LegendEntry] = []
    for entry in entries:
        needed = 54 + width_of(drawable(entry.name), 32)
        if x > left and x + needed > drawing.WIDTH - _MARGIN:
            x, row = left, row + 1
        placed.append(replace(entry, x=x, row=row))
        x += needed + 34
    return placed


def _draw_legend_entry(sheet: Sheet, entry: _LegendEntry, baseline: float) -> None:
    edge = None if entry.mark else drawing.QUIET
    stripes = _STRIPES if entry.striped else None
    sheet.box(entry.x, baseline - 31, 42, 40, entry.fill, edge=edge, edge_width=2, stripes=stripes)
    if entry.mark:
        sheet.text(
            entry.x + 21,
            baseline,
            entry.mark,
            30,
            bold=True,
            color=drawing.PAPER,
            align="center",
            width=42,
            smallest=24,
        )
    sheet.text(entry.x + 54, baseline, entry.name, 32, color=drawing.INK)
