"""Twelve months as a picture: order rate and level, on-time rate, ride-along coverage (handbook §5.2, §5.4).

The panels stand one beneath the other over the same months. A month without a defined figure is a gap: the
line breaks and a dash stands in its place, never 0. The picture works out nothing but positions; each point
brings its printed text.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from handlers.pictures import Words, drawing
from handlers.pictures.drawing import MARGIN, Sheet
from handlers.pictures.lettering import drawable, width_of

_TOP = 206
_PANEL = 330
_PLOT_TOP, _PLOT_BOTTOM = 110, 282  # inside a panel
_LEFT, _RIGHT = 176, 996  # the middles of the first and the last month
_FOOT = 142


@dataclass(frozen=True)
class TrendLabels:
    """The fixed words of the picture, in the reader's language."""

    order_rate: str
    order_level: str
    on_time_rate: str
    ride_along_coverage: str
    final: str
    interim: str
    undefined: str
    nothing: str


def trend_labels(t: Words) -> TrendLabels:
    """The words from the catalog; the four names are for the panels."""
    return TrendLabels(
        order_rate=t("Order rate"),
        order_level=t("Order level"),
        on_time_rate=t("On-time rate"),
        ride_along_coverage=t("Ride-along coverage"),
        final=t("Final"),
        interim=t("Interim"),
        undefined=t("No figure"),
        nothing=t("Nothing recorded yet"),
    )


@dataclass(frozen=True)
class TrendPoint:
    """One month's figure: its value, its print ("66.6%"), its fraction ("12/18"), if it is interim."""

    value: Fraction
    text: str
    fraction_text: str = ""
    interim: bool = False


@dataclass(frozen=True)
class TrendPanel:
    """One figure over the months; `points` has one entry for each month, None where it is undefined.

    The scale of a percentage ends at 100 %, that of any other figure a little above its highest value.
    """

    name: str
    points: tuple[TrendPoint | None, ...]
    percentage: bool = True
    target: Fraction | None = None
    target_text: str = ""


@dataclass(frozen=True)
class TrendPicture:
    """What the picture shows: months oldest first, by their short names ("1月", "Jan")."""

    title: str
    subtitle: str
    months: tuple[str, ...]
    panels: tuple[TrendPanel, ...]
    labels: TrendLabels

    def __post_init__(self) -> None:
        if not self.months or not self.panels:
            raise ValueError("a trend needs months and panels")
        if any(len(panel.points) != len(self.months) for panel in self.panels):
            raise ValueError("every panel needs one point, or None, for each month")


def draw_trend(picture: TrendPicture) -> bytes:
    """The picture as a PNG of 1080 pixels by 348 and 330 for each panel: 1668 for the usual four."""
    sheet = Sheet(_TOP + _PANEL * len(picture.panels) + _FOOT)
    width = sheet.width - 2 * MARGIN
    sheet.text(MARGIN, 94, picture.title, 54, bold=True, width=width, smallest=44)
    sheet.text(MARGIN, 152, picture.subtitle, 36, color=drawing.QUIET, width=width, smallest=32)
    for place, panel in enumerate(picture.panels):
        _draw_panel(sheet, picture, panel, _TOP + place * _PANEL)
    bottom = _TOP + _PANEL * len(picture.panels) - _PANEL + _PLOT_BOTTOM
    _draw_months(sheet, picture, bottom + 48)
    _draw_legend(sheet, picture, bottom + 126)
    return sheet.png()


def _middle(picture: TrendPicture, month: int) -> float:
    """The x of a month, counted from 0."""
    if len(picture.months) == 1:
        return (_LEFT + _RIGHT) / 2
    return _LEFT + month * _month_width(picture)


def _month_width(picture: TrendPicture) -> float:
    return (_RIGHT - _LEFT) / max(1, len(picture.months) - 1)


def _draw_panel(sheet: Sheet, picture: TrendPicture, panel: TrendPanel, top: float) -> None:
    points = panel.points
    defined = [(month, point) for month, point in enumerate(points) if point is not None]
    plot_top, plot_bottom = top + _PLOT_TOP, top + _PLOT_BOTTOM
    _draw_panel_heading(sheet, picture, panel, defined[-1] if defined else None, top + 44)

    highest = 1.0 if panel.percentage else max([1.0, *(1.15 * float(point.value) for _, point in defined)])

    def y_of(value: Fraction) -> float:
        return plot_bottom - min(max(float(value) / highest, 0.0), 1.0) * (plot_bottom - plot_top)

    edge_left, edge_right = MARGIN + 92, sheet.width - MARGIN
    sheet.box(edge_left, plot_bottom - 1, edge_right - edge_left, 2, drawing.QUIET)
    sheet.text(edge_left - 14, plot_bottom + 11, "0", 30, color=drawing.QUIET, align="right")
    if panel.percentage:
        sheet.box(edge_left, plot_top - 1, edge_right - edge_left, 2, drawing.RULE)
        sheet.text(edge_left - 14, plot_top + 11, "100%", 30, color=drawing.QUIET, align="right")
    else:
        y = y_of(Fraction(1))
        sheet.box(edge_left, y - 1, edge_right - edge_left, 2, drawing.RULE)
        sheet.text(edge_left - 14, y + 11, "1", 30, color=drawing.QUIET, align="right")
    if not defined:
        sheet.text(edge_left + 10, plot_bottom - 40, picture.labels.nothing, 36, color=drawing.QUIET)
        return
    if panel.target is not None:
        y = y_of(panel.target)
        sheet.line([(edge_left, y), (edge_right, y)], drawing.RUST, 3, dashed=True)

    for (month, point), (following, next_point) in pairwise(defined):
        if following == month + 1:
            ends = [
                (_middle(picture, month), y_of(point.value)),
                (_middle(picture, following), y_of(next_point.value)),
            ]
            sheet.line(ends, drawing.BLUE, 6, dashed=next_point.interim or point.interim)
    for month, maybe in enumerate(points):
        x = _middle(picture, month)
        if maybe is None:
            sheet.box(x - 14, plot_bottom - 22, 28, 6, drawing.QUIET)
        elif maybe.interim:
            sheet.dot(x, y_of(maybe.value), 11, drawing.PAPER, edge=drawing.BLUE, edge_width=5)
        else:
            sheet.dot(x, y_of(maybe.value), 12, drawing.BLUE, edge=drawing.PAPER, edge_width=3)
    for month, point, lowest in _worth_a_label(defined):
        y = y_of(point.value)
        beneath = lowest and y + 50 < plot_bottom
        x, baseline = _middle(picture, month), y + 46 if beneath else y - 22
        sheet.text(x, baseline, point.text, 32, align="center", halo=drawing.PAPER)


def _draw_panel_heading(
    sheet: Sheet,
    picture: TrendPicture,
    panel: TrendPanel,
    latest: tuple[int, TrendPoint] | None,
    baseline: float,
) -> None:
    """The name on the left; on the right the latest figure with its month and its fraction."""
    right: float = sheet.width - MARGIN
    if latest is not None:
        month, point = latest
        color = drawing.INTERIM_TEXT if point.interim else drawing.BLUE
        right -= sheet.text(right, baseline, point.text, 48, bold=True, color=color, align="right")
        state = picture.labels.interim if point.interim else ""
        about = "  ".join(part for part in (picture.months[month], state, point.fraction_text) if part)
        right -= 20 + sheet.text(right - 20, baseline, about, 34, color=drawing.QUIET, align="right")
    used = sheet.text(MARGIN, baseline, panel.name, 40, bold=True, width=right - MARGIN - 20, smallest=32)
    room = right - MARGIN - used - 44
    if panel.target is not None and room > 90:
        sheet.text(MARGIN + used + 22, baseline, panel.target_text, 32, color=drawing.RUST, width=room, smallest=30)


def _worth_a_label(defined: list[tuple[int, TrendPoint]]) -> list[tuple[int, TrendPoint, bool]]:
    """The highest and the lowest (True) month before the latest one, which the heading names."""
    values = [point.value for _, point in defined[:-1]]
    if not values or min(values) == max(values):
        return []
    return [(*defined[values.index(max(values))], False), (*defined[values.index(min(values))], True)]


def _draw_months(sheet: Sheet, picture: TrendPicture, baseline: float) -> None:
    """Every month where the names fit, every second one (the latest always) where they do not."""
    widest = max(width_of(drawable(name), 32) for name in picture.months)
    every = 1 if widest + 14 <= _month_width(picture) else 2
    for month, name in enumerate(picture.months):
        if (len(picture.months) - 1 - month) % every == 0:
            sheet.text(_middle(picture, month), baseline, name, 32, color=drawing.QUIET, align="center")


def _draw_legend(sheet: Sheet, picture: TrendPicture, baseline: float) -> None:
    points = [point for panel in picture.panels for point in panel.points]
    x, y = MARGIN + 104.0, baseline - 12
    if any(point is not None and not point.interim for point in points):
        sheet.dot(x, y, 12, drawing.BLUE)
        x += 24 + sheet.text(x + 24, baseline, picture.labels.final, 32, color=drawing.QUIET) + 56
    if any(point is not None and point.interim for point in points):
        sheet.dot(x, y, 11, drawing.PAPER, edge=drawing.BLUE, edge_width=5)
        x += 24 + sheet.text(x + 24, baseline, picture.labels.interim, 32, color=drawing.QUIET) + 56
    if any(point is None for point in points):
        sheet.box(x - 14, y - 3, 28, 6, drawing.QUIET)
        sheet.text(x + 28, baseline, picture.labels.undefined, 32, color=drawing.QUIET)
