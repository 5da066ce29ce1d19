"""A cohort's card as a picture: who has an order by which day, and each day's orders (handbook §5.1, §5.2).

Days are day numbers: day 1 is each hire's own on-post date, so hires who started on different dates are
laid over each other. The picture works out nothing but positions; rates, levels and percentages arrive as
printed texts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from handlers.pictures import Words, drawing
from handlers.pictures.drawing import MARGIN, Point, Sheet
from handlers.pictures.lettering import drawable, width_of

HEIGHT, HEIGHT_WITH_LEGEND = 1210, 1270
_LEFT, _RIGHT = 142, 884  # of both charts; percentages stand left of them, the result right
_SHARE_TOP, _SHARE_BOTTOM = 660, 880
_ORDERS_TOP, _ORDERS_BOTTOM = 1000, 1130
_MINUS = "\N{MINUS SIGN}"
_LINE = 47  # between the baselines of the labels at the end of the line


@dataclass(frozen=True)
class CohortLabels:
    """The fixed words of the picture, in the reader's language."""

    order_rate: str
    order_level: str
    retention: str
    state: str  # interim or final
    hires_with_order: str
    left: str
    orders_by_day: str
    orders_in_all: str
    no_orders: str
    nobody: str
    first_day: str
    today: str  # the name of the last day shown, "Day 12"; empty when final
    partly_reached: str
    to_come: str


def cohort_labels(t: Words, *, interim: bool, on_post: int, orders: int, today_no: int | None = None) -> CohortLabels:
    """The words from the catalog for one cohort; `orders` is T(c), the sum of its daily orders."""
    return CohortLabels(
        order_rate=t("Order rate"),
        order_level=t("Order level"),
        retention=t("Retention"),
        state=t("Interim") if interim else t("Final"),
        hires_with_order=t("Hires with an order, of {count}", count=on_post),
        left=t("left"),
        orders_by_day=t("Orders by day"),
        orders_in_all=t("{count} in all", count=orders),
        no_orders=t("No orders"),
        nobody=t("Nobody on post"),
        first_day=t("Day {number}", number=1),
        today=t("Day {number}", number=today_no) if today_no else "",
        partly_reached=t("Not reached by everyone"),
        to_come=t("Still to come"),
    )


@dataclass(frozen=True)
class CohortPicture:
    """What the picture shows.

    `daily_orders` and `hires_with_orders` (cumulative, leavers included) have one entry for each of the
    `window_days` days; entries after `today_no` are not drawn. `numerator` is A(c), `on_post` N of handbook
    §5.2. When interim, `today_no` is the furthest day that any hire has reached and `reached_by_all` the
    last that all have (None: the same). `target` places the line of the target and `target_text` names it.
    `rate_text` is "12/18 = 66.6%"; without " = " it is drawn as it stands. `leavers_text` is one line and
    may be empty.
    """

    title: str
    company: str
    subtitle: str
    window_days: int
    daily_orders: tuple[int, ...]
    hires_with_orders: tuple[int, ...]
    on_post: int
    numerator: int
    rate_text: str
    level_text: str
    retention_text: str
    labels: CohortLabels
    interim: bool = False
    today_no: int | None = None
    reached_by_all: int | None = None
    leavers_text: str = ""
    target: Fraction | None = None
    target_text: str = ""

    def __post_init__(self) -> None:
        if not len(self.daily_orders) == len(self.hires_with_orders) == self.window_days > 0:
            raise ValueError("daily_orders and hires_with_orders need one entry for each day of the window")

    @property
    def last_day(self) -> int:
        """The last day number that has happened for anyone, 0 before the first."""
        if self.interim and self.today_no is not None:
            return max(0, min(self.today_no, self.window_days))
        return self.window_days

    @property
    def last_common_day(self) -> int:
        """The last day number that has happened for everyone."""
        if self.interim and self.reached_by_all is not None:
            return max(0, min(self.reached_by_all, self.last_day))
        return self.last_day


def draw_cohort(picture: CohortPicture) -> bytes:
    """The picture as a PNG, 1080 by 1210 pixels, or by 1270 with a legend for days still to come."""
    sheet = Sheet(HEIGHT_WITH_LEGEND if _grounds(picture) else HEIGHT)
    _draw_heading(sheet, picture)
    _draw_figures(sheet, picture)
    _draw_ground(sheet, picture)
    _draw_share(sheet, picture)
    _draw_orders(sheet, picture)
    _draw_days(sheet, picture)
    return sheet.png()


def _draw_heading(sheet: Sheet, picture: CohortPicture) -> None:
    fill, color = (
        (drawing.INTERIM_FILL, drawing.INTERIM_TEXT) if picture.interim else (drawing.FINAL_FILL, drawing.FINAL_TEXT)
    )
    right = sheet.width - MARGIN
    pill = sheet.pill(right, 92, picture.labels.state, fill, color)
    sheet.text(MARGIN, 94, picture.title, 54, bold=True, width=right - pill - 28 - MARGIN, smallest=44)
    line = "·".join(part for part in (picture.company, picture.subtitle) if part)
    sheet.text(MARGIN, 152, line, 36, color=drawing.QUIET, width=right - MARGIN, smallest=32)


def _draw_figures(sheet: Sheet, picture: CohortPicture) -> None:
    """The rate, large, with its fraction beside it; level and retention beneath."""
    width = sheet.width - 2 * MARGIN
    sheet.text(MARGIN, 230, picture.labels.order_rate, 36, color=drawing.QUIET, width=width)
    fraction, equals, percent = picture.rate_text.partition(" = ")
    if equals:
        used = sheet.text(MARGIN - 6, 382, percent, 160, bold=True, width=width * 0.7, smallest=90)
        sheet.text(MARGIN + used + 30, 382, fraction, 84, color=drawing.QUIET, width=width - used - 30, smallest=44)
    else:
        sheet.text(MARGIN, 360, picture.rate_text, 84, bold=True, width=width, smallest=48)

    half = width / 2
    for column, (name, value) in enumerate(
        ((picture.labels.order_level, picture.level_text), (picture.labels.retention, picture.retention_text))
    ):
        x = MARGIN + column * half
        sheet.text(x, 456, name, 36, color=drawing.QUIET, width=half - 24)
        sheet.text(x, 516, value, 52, bold=True, width=half - 24, smallest=36)
    sheet.box(MARGIN, 552, width, 2, drawing.RULE)


def _day_width(picture: CohortPicture) -> float:
    return (_RIGHT - _LEFT) / picture.window_days


def _after(picture: CohortPicture, day_no: int) -> float:
    """The x at the end of a day."""
    return _LEFT + day_no * _day_width(picture)


def _draw_ground(sheet: Sheet, picture: CohortPicture) -> None:
    """Days that have not come, for some or for all, lie on a shaded ground."""
    common, last = _after(picture, picture.last_common_day), _after(picture, picture.last_day)
    for top, bottom in ((_SHARE_TOP, _SHARE_BOTTOM), (_ORDERS_TOP, _ORDERS_BOTTOM)):
        sheet.box(common, top, last - common, bottom - top, drawing.PAPER, stripes=drawing.SHADE)
        sheet.box(last, top, _RIGHT - last, bottom - top, drawing.SHADE)
        if picture.last_day < picture.window_days:
            sheet.line([(last, top), (last, bottom)], drawing.QUIET, 2)


def _draw_share(sheet: Sheet, picture: CohortPicture) -> None:
    labels = picture.labels
    room = sheet.width - 2 * MARGIN
    used = sheet.text(MARGIN, 614, labels.hires_with_order, 38, bold=True, width=room, smallest=32)
    if picture.leavers_text and room - used > 200:
        sheet.text(
            sheet.width - MARGIN,
            614,
            picture.leavers_text,
            34,
            color=drawing.RUST,
            align="right",
            width=room - used - 28,
            smallest=30,
        )
    height = _SHARE_BOTTOM - _SHARE_TOP
    for share, name in ((1.0, "100%"), (0.5, "50%"), (0.0, "0")):
        if share and picture.on_post == 0:
            continue
        y = _SHARE_BOTTOM - share * height
        sheet.box(_LEFT, y - 1, _RIGHT - _LEFT, 2, drawing.QUIET if share == 0 else drawing.RULE)
        sheet.text(_LEFT - 14, y + 11, name, 30, color=drawing.QUIET, align="right")
    if picture.on_post == 0:
        sheet.text(_LEFT + 10, _SHARE_BOTTOM - 40, labels.nobody, 36, color=drawing.QUIET)
        return

    def y_of(people: float) -> float:
        return _SHARE_BOTTOM - min(1.0, people / picture.on_post) * height

    if picture.target is not None:
        y = y_of(float(picture.target) * picture.on_post)
        sheet.line([(_LEFT, y), (_RIGHT, y)], drawing.RUST, 3, dashed=True)
    if picture.last_day:
        steps = _steps(picture, y_of)
        sheet.line(steps, drawing.BLUE, 7)
        _draw_result(sheet, picture, steps[-1], y_of(picture.numerator))
    if picture.target is not None:
        _draw_target_name(sheet, picture, y_of)


def _draw_target_name(sheet: Sheet, picture: CohortPicture, y_of: Callable[[float], float]) -> None:
    """At the left above the target's line, unless an early riser's steps run there: then at the right."""
    target = float(picture.target or 0) * picture.on_post
    y = y_of(target)
    above, beneath = y - 14, y + 38
    baseline = above if y > _SHARE_TOP + 50 else beneath
    width = width_of(drawable(picture.target_text), 32)
    days = min(picture.last_day, ceil((width + 24) / _day_width(picture)))
    early = picture.hires_with_orders[days - 1] if days else 0
    if y_of(early) > baseline + 12:
        sheet.text(_LEFT + 10, baseline, picture.target_text, 32, color=drawing.RUST, halo=drawing.PAPER)
        return
    late = picture.hires_with_orders[picture.last_day - 1]
    sheet.text(
        _RIGHT - 24,
        beneath if late >= target else above,
        picture.target_text,
        32,
        color=drawing.RUST,
        align="right",
        halo=drawing.PAPER,
    )


def _steps(picture: CohortPicture, y_of: Callable[[float], float]) -> list[Point]:
    points: list[Point] = [(_LEFT, y_of(0))]
    for day_no, people in enumerate(picture.hires_with_orders[: picture.last_day], start=1):
        before, y = _after(picture, day_no - 1), y_of(people)
        points += [(before, points[-1][1]), (before, y), (_after(picture, day_no), y)]
    return points


def _draw_result(sheet: Sheet, picture: CohortPicture, end: Point, result_y: float) -> None:
    """The end of the line and what of it counts: who left after an order is taken off (handbook §5.2)."""
    sold = picture.hires_with_orders[picture.last_day - 1]
    gone = sold - picture.numerator
    x, sold_y = end
    halo = drawing.SHADE if x + 190 < _RIGHT else drawing.PAPER
    labels = [(f"{picture.numerator}/{picture.on_post}", 44.0, drawing.BLUE, True)]
    if gone > 0:
        sheet.line([(x, sold_y), (x, result_y)], drawing.RUST, 5)
        sheet.dot(x, sold_y, 9, drawing.PAPER, edge=drawing.BLUE, edge_width=5)
        labels.append((f"{_MINUS}{gone} {picture.labels.left}", 34.0, drawing.RUST, True))
        labels.append((f"{sold}/{picture.on_post}", 34.0, drawing.QUIET, False))
    sheet.dot(x, result_y, 13, drawing.BLUE, edge=drawing.PAPER, edge_width=4)
    lowest = result_y + 15 + (_LINE / 2 if gone > 0 else 0)
    lowest = min(max(lowest, _SHARE_TOP + 20 + _LINE * (len(labels) - 1)), _SHARE_BOTTOM - 12)
    for place, (text, size, color, bold) in enumerate(labels):
        sheet.text(
            x + 26,
            lowest - place * _LINE - (4 if place else 0),
            text,
            size,
            color=color,
            bold=bold,
            width=sheet.width - MARGIN - x - 26,
            smallest=30,
            halo=halo,
        )


def _draw_orders(sheet: Sheet, picture: CohortPicture) -> None:
    """A bar for each day's orders with its number; with two digits only the highest one has it."""
    used = sheet.text(MARGIN, 958, picture.labels.orders_by_day, 38, bold=True, width=sheet.width / 2, smallest=32)
    shown = picture.daily_orders[: picture.last_day]
    if picture.on_post:
        sheet.text(MARGIN + used + 22, 958, picture.labels.orders_in_all, 36, color=drawing.QUIET)
    sheet.box(_LEFT, _ORDERS_BOTTOM - 1, _RIGHT - _LEFT, 2, drawing.QUIET)
    most = max(shown, default=0)
    if most == 0:
        if picture.on_post:
            sheet.text(
                _LEFT + 10,
                _ORDERS_BOTTOM - 40,
                picture.labels.no_orders,
                36,
                color=drawing.QUIET,
                align="left",
            )
        return
    step = _day_width(picture)
    unit = (_ORDERS_BOTTOM - _ORDERS_TOP - 34) / max(most, 3)
    every = most <= 9 and step >= 20
    for day_no, orders in enumerate(shown, start=1):
        x = _after(picture, day_no - 1)
        top = _ORDERS_BOTTOM - orders * unit
        sheet.box(x + step * 0.12, top, step * 0.76, orders * unit, drawing.BLUE)
        if orders and (every or day_no == shown.index(most) + 1):
            sheet.text(x + step / 2, top - 8, str(orders), 30, bold=True, align="center")


def _draw_days(sheet: Sheet, picture: CohortPicture) -> None:
    """Few day numbers beneath, the present day among them, and what the shaded grounds mean."""
    last, days = picture.last_day, picture.window_days
    baseline = _ORDERS_BOTTOM + 44
    between = 10 if days > 15 else 5
    ticks = {1: picture.labels.first_day} | {day: str(day) for day in range(between, days + 1, between)}
    if 0 < last < days:
        ticks = {day: name for day, name in ticks.items() if abs(day - last) > days / 8}
        ticks[last] = picture.labels.today
    for day, name in ticks.items():
        current = day == last < days
        x = _after(picture, day) - _day_width(picture) / 2
        sheet.box(x - 1, _ORDERS_BOTTOM, 2, 8, drawing.QUIET)
        sheet.text(
            x,
            baseline,
            name,
            32,
            color=drawing.INK if current else drawing.QUIET,
            bold=current,
            align="center",
        )
    _draw_legend(sheet, _grounds(picture), _ORDERS_BOTTOM + 106)


def _grounds(picture: CohortPicture) -> Sequence[tuple[str, bool]]:
    grounds: list[tuple[str, bool]] = []
    if picture.last_common_day < picture.last_day:
        grounds.append((picture.labels.partly_reached, True))
    if picture.last_day < picture.window_days:
        grounds.append((picture.labels.to_come, False))
    return grounds


def _draw_legend(sheet: Sheet, grounds: Sequence[tuple[str, bool]], baseline: float) -> None:
    x: float = _LEFT
    for name, striped in grounds:
        if striped:
            sheet.box(x, baseline - 26, 44, 30, drawing.PAPER, edge=drawing.RULE, edge_width=2, stripes=drawing.RULE)
        else:
            sheet.box(x, baseline - 26, 44, 30, drawing.SHADE, edge=drawing.RULE, edge_width=2)
        x += 60 + sheet.text(x + 58, baseline, name, 32, color=drawing.QUIET) + 44
