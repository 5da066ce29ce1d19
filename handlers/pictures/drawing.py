"""The sheet that pictures are drawn on: text, boxes, lines and dots by the pixel, out comes a PNG.

Coordinates are pixels from the top left corner, y downwards; a text stands on its baseline. A picture is
1080 pixels wide, three to each pixel of the narrowest phone, so letters are at least 30 high (10 on such a
phone); only a word too long for its place shrinks a little further before it is cut.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from handlers.pictures.lettering import ONE_AT_A_TIME, drawable, fitting_size, font_for, shorten, width_of

if TYPE_CHECKING:
    from matplotlib.artist import Artist

Point = tuple[float, float]
Align = Literal["left", "center", "right"]

WIDTH = 1080
MARGIN = 48

PAPER = "#FFFFFF"
INK = "#17212B"
QUIET = "#56626E"  # 6.3 : 1 on the paper: the second voice, still easy to read
RULE = "#D5DBE1"
SHADE = "#EEF1F4"
BLUE = "#1B5E9E"
PALE_BLUE = "#8DB4DA"
RUST = "#A8450C"
GREEN = "#1C6B41"
FINAL_FILL, FINAL_TEXT = "#DDF0E4", "#14532F"
INTERIM_FILL, INTERIM_TEXT = "#FFEBC8", "#7A3E00"


class Sheet:
    """One picture in the making."""

    def __init__(self, height: int, width: int = WIDTH) -> None:
        # Imported with the first picture, not with the program: matplotlib takes some 0.6 s and 60 MB, and
        # a bot that is started to answer messages should not wait for it. Not pyplot, which keeps a global
        # list of figures and is not meant for threads.
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D

        self.width, self.height = width, height
        # 72 dots an inch make matplotlib's points the same as pixels.
        self._figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor=PAPER)
        self._pixels = Affine2D().scale(1, -1).translate(0, height)
        self._order = 0

    def _add(self, artist: "Artist") -> None:
        self._order += 1
        artist.set_transform(self._pixels)
        artist.set_zorder(self._order)
        self._figure.add_artist(artist)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        color: str = INK,
        bold: bool = False,
        align: Align = "left",
        width: float | None = None,
        smallest: float | None = None,
        halo: str | None = None,
    ) -> float:
        """Draw one line and return its width. Too wide, it shrinks to `smallest` and is then cut with ….

        `halo` is the colour of a thin edge that keeps a text readable where it crosses a line.
        """
        from matplotlib.font_manager import FontProperties
        from matplotlib.patheffects import withStroke
        from matplotlib.text import Text

        line = drawable(text)
        if width is not None:
            size = fitting_size(line, size, smallest or size, width, bold)
            line = shorten(line, size, width, bold)
        if not line:
            return 0.0
        artist = Text(
            x,
            y,
            line,
            color=color,
            fontproperties=FontProperties(fname=font_for(line, bold), size=size),
            horizontalalignment=align,
            verticalalignment="baseline",
            parse_math=False,  # a hire may be called $x^2$
        )
        if halo:
            artist.set_path_effects([withStroke(linewidth=8, foreground=halo)])
        self._add(artist)
        return width_of(line, size, bold)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str | None,
        *,
        radius: float = 0,
        edge: str | None = None,
        edge_width: float = 0,
        stripes: str | None = None,
    ) -> None:
        """A rectangle from its top left corner; `stripes` is the colour of diagonal hatching over it."""
        from matplotlib.patches import FancyBboxPatch, Rectangle

        if width <= 0 or height <= 0:
            return
        if radius:
            style = f"round,pad=0,rounding_size={min(radius, width / 2, height / 2)}"
            patch: Rectangle | FancyBboxPatch = FancyBboxPatch((x, y), width, height, boxstyle=style)
        else:
            patch = Rectangle((x, y), width, height)
        patch.set_facecolor(fill or "none")
        patch.set_linewidth(edge_width if edge else 0)
        patch.set_edgecolor(edge or "none")
        self._add(patch)
        if stripes:
            overlay = Rectangle((x, y), width, height, facecolor="none", linewidth=0, hatch="/")
            overlay.set_edgecolor(stripes)
            overlay.set_hatch_linewidth(3)
            self._add(overlay)

    def line(self, points: Sequence[Point], color: str, width: float = 2, *, dashed: bool = False) -> None:
        """A line through the points, with round joins."""
        from matplotlib.lines import Line2D

        if len(points) < 2:
            return
        xs, ys = [x for x, _ in points], [y for _, y in points]
        artist = Line2D(xs, ys, color=color, linewidth=width, solid_capstyle="round", solid_joinstyle="round")
        if dashed:
            artist.set_linestyle((0, (3, 2.2)))
        self._add(artist)

    def dot(self, x: float, y: float, radius: float, fill: str, *, edge: str = PAPER, edge_width: float = 0) -> None:
        """A filled circle."""
        from matplotlib.patches import Circle

        self._add(Circle((x, y), radius, facecolor=fill, edgecolor=edge, linewidth=edge_width))

    def pill(self, right: float, baseline: float, text: str, fill: str, color: str, size: float = 36) -> float:
        """A word on a rounded ground that ends at `right`; returns the width it takes."""
        width = width_of(drawable(text), size, bold=True) + size * 1.1
        self.box(right - width, baseline - size * 1.18, width, size * 1.68, fill, radius=size * 0.84)
        self.text(right - width / 2, baseline, text, size, color=color, bold=True, align="center")
        return width

    def png(self) -> bytes:
        """The finished picture, always exactly `width` by `height` pixels."""
        from matplotlib import rc_context
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        image = BytesIO()
        # Unhinted letters keep the shapes and the widths that `lettering` measured.
        with ONE_AT_A_TIME, rc_context({"text.hinting": "no_hinting"}):
            FigureCanvasAgg(self._figure)
            self._figure.savefig(image, format="png", dpi=72, metadata={"Software": None})
        return image.getvalue()
