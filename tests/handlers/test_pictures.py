"""Pictures: right size and figures, nothing missing, whatever people are called (handbook §5, P6)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from io import BytesIO
from itertools import accumulate
from statistics import median
from subprocess import run
from sys import executable
from time import perf_counter

import pytest
from matplotlib.artist import Artist
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text
from PIL import Image, ImageColor

from handlers.pictures import Words, drawing, lettering
from handlers.pictures.calendar_picture import (
    CalendarDay,
    CalendarPicture,
    DayKind,
    calendar_labels,
    draw_month,
)
from handlers.pictures.cohort_picture import CohortPicture, cohort_labels, draw_cohort
from handlers.pictures.trend_picture import TrendPanel, TrendPicture, TrendPoint, draw_trend, trend_labels
from handlers.translations import translator

# A glyph that is missing is a warning of matplotlib's.
pytestmark = pytest.mark.filterwarnings("error")

ZH: Words = translator("zh").plain
EN: Words = translator("en").plain

AWKWARD_NAMES = (
    "<b>=1+1&",
    "$x^2$",
    r"$\nonsense{$",
    r"\frac{1}{2} {0} %s",
    "😀👩‍👩‍👧🇨🇳👍🏽",
    "مرحبا नमस्ते ไทย 한국",
    "欧阳喆堃 㛃 䶮 𬭎 𫖮 𠀀",
    "a\tb\nc\r\u2028d\u202ee\u0000f\ud800g",
    "",
)


def days(**orders: int) -> tuple[int, ...]:
    """Thirty days with orders on some: days(d3=1, d12=2)."""
    return tuple(orders.get(f"d{day_no}", 0) for day_no in range(1, 31))


# Scenario S2: 18 on post, 12 of the 15 who stayed and 2 of the 3 who left have an order, 19 orders.
S2_ORDERS = days(d3=1, d5=1, d6=2, d9=1, d12=3, d13=1, d15=1, d18=2, d20=1, d23=2, d26=1, d29=2, d30=1)
S2_FIRST_ORDERS = days(d3=1, d5=1, d6=1, d9=1, d12=2, d13=1, d15=1, d18=2, d20=1, d23=1, d26=1, d29=1)


def cohort(t: Words = ZH) -> CohortPicture:
    return CohortPicture(
        title="2026年3月第1期",
        company="杭州诚信渠道",
        subtitle="03-02 – 03-31",
        window_days=30,
        daily_orders=S2_ORDERS,
        hires_with_orders=tuple(accumulate(S2_FIRST_ORDERS)),
        on_post=18,
        numerator=12,
        rate_text="12/18 = 66.6%",
        level_text="19/18 = 1.05",
        retention_text="15/18 = 83.3%",
        labels=cohort_labels(t, interim=False, on_post=18, orders=19),
        leavers_text="离职 3 人，其中 2 人有单",
        target=Fraction(3, 5),
        target_text="目标 60%",
    )


def interim_cohort(today_no: int, reached_by_all: int | None = None) -> CohortPicture:
    return replace(
        cohort(),
        interim=True,
        today_no=today_no,
        reached_by_all=reached_by_all,
        labels=cohort_labels(ZH, interim=True, on_post=18, orders=8, today_no=today_no),
    )


def trend(points: tuple[TrendPoint | None, ...], t: Words = ZH) -> TrendPicture:
    labels = trend_labels(t)
    names = (labels.order_rate, labels.order_level, labels.on_time_rate, labels.ride_along_coverage)
    return TrendPicture(
        title="杭州诚信渠道",
        subtitle="2025-12 – 2026-11",
        months=tuple(f"{month}月" for month in (12, *range(1, 12))),
        panels=tuple(TrendPanel(name, points, percentage=name != labels.order_level) for name in names),
        labels=labels,
    )


def rates(*percentages: int | None, interim: bool = False) -> tuple[TrendPoint | None, ...]:
    return tuple(
        None if p is None else TrendPoint(Fraction(p, 100), f"{p}.0%", f"{p}/100", interim) for p in percentages
    )


def month(year: int, number: int, *, deadlines: tuple[str, ...] = (), t: Words = ZH) -> CalendarPicture:
    first = date(year, number, 1)
    dates = [first + timedelta(days=n) for n in range(31)]
    return CalendarPicture(
        title=f"{year}年{number}月",
        subtitle="",
        days=tuple(
            CalendarDay(
                day,
                DayKind.REST if day.isoweekday() > 5 else DayKind.WORKDAY,
                deadlines=deadlines if day.day == 25 else (),
            )
            for day in dates
            if day.month == number
        ),
        labels=calendar_labels(t),
    )


def image_of(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("RGB")


def count(image: Image.Image, color: str, box: tuple[int, int, int, int] | None = None) -> int:
    """Pixels of exactly this colour."""
    part = image.crop(box) if box else image
    wanted = ImageColor.getrgb(color)
    return sum(number for number, found in part.getcolors(maxcolors=1 << 24) or [] if found == wanted)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every line of text that was drawn."""
    drawn: list[str] = []
    add = drawing.Sheet._add

    def listen(sheet: drawing.Sheet, artist: Artist) -> None:
        if isinstance(artist, Text):
            drawn.append(artist.get_text())
        add(sheet, artist)

    monkeypatch.setattr(drawing.Sheet, "_add", listen)
    return drawn


class TestFont:
    @pytest.mark.parametrize("font", [lettering.REGULAR, lettering.BOLD])
    def test_has_every_character_of_gb2312(self, font: str) -> None:
        rows = (bytes([row, cell]) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
        characters = "".join(pair.decode("gb2312", "ignore") for pair in rows)
        assert len(characters) == 6763
        assert {ord(c) for c in characters} <= FT2Font(str(font)).get_charmap().keys()

    def test_has_every_character_of_gbk_and_rare_ones_in_names(self) -> None:
        known = FT2Font(str(lettering.REGULAR)).get_charmap().keys()
        assert set(range(0x4E00, 0x9FA6)) <= known
        assert {ord(c) for c in "喆堃祎㛃䶮𬭎𫖮𬱖𬍛"} <= known

    @pytest.mark.parametrize("font", [lettering.REGULAR, lettering.BOLD])
    def test_has_what_is_written_around_names(self, font: str) -> None:
        marks = "Äéñß，。、；：？！（）《》【】“”‘’…—–·•「」％＋－＝０９ＡＺ→←↑↓─│┌■□▲△●○✓±×÷≥≤−№℃¥￥€ΑωЯж"
        known = FT2Font(str(font)).get_charmap().keys()
        assert [c for c in marks if ord(c) not in known] == []

    def test_licence_stands_beside_it_with_the_copyright_of_the_font(self) -> None:
        licence = (lettering.FONT_FOLDER / "OFL.txt").read_text(encoding="utf-8")
        assert "Copyright 2014-2021 Adobe (http://www.adobe.com/)" in licence.splitlines()[0]
        assert "SIL OPEN FONT LICENSE Version 1.1" in licence
        notice = FT2Font(str(lettering.REGULAR)).get_sfnt()[3, 1, 0x409, 0].decode("utf-16-be")
        assert notice == "© 2014-2021 Adobe (http://www.adobe.com/)."

    def test_fonts_stay_small(self) -> None:
        assert lettering.REGULAR.stat().st_size < 6_000_000
        assert lettering.BOLD.stat().st_size < 2_000_000


class TestLettering:
    @pytest.mark.parametrize(
        ("text", "drawn"),
        [
            ("张伟", "张伟"),
            ("<b>=1+1&", "<b>=1+1&"),
            ("$x^2$", "$x^2$"),
            ("王😀芳", "王□芳"),
            ("👩\u200d👩\u200d👧王", "□王"),
            ("👍🏽", "□"),
            ("🇨🇳", "□□"),
            ("❤\ufe0f李", lettering.drawable("❤") + "李"),
            ("한국", "□□"),
            ("  a\t b\nc\u2028d ", "a b c d"),
            ("a\u202eb\u200bc\u0007", "abc"),
            ("e\u0301", "é"),
            ("\ud800", "□"),
            ("", ""),
        ],
    )
    def test_what_the_font_lacks_becomes_a_box(self, text: str, drawn: str) -> None:
        assert lettering.drawable(text) == drawn

    def test_long_text_is_cut_with_an_ellipsis(self) -> None:
        assert lettering.shorten("欧阳娜娜娜娜", 40, 160) == "欧阳娜…"
        assert lettering.shorten("欧阳娜娜", 40, 160) == "欧阳娜娜"
        for size in (30, 54):
            cut = lettering.shorten("nobody has a name of this length " * 9, size, 500, bold=True)
            assert cut.endswith("…")
            assert 400 < lettering.width_of(cut, size, bold=True) <= 500

    def test_wraps_at_spaces_and_otherwise_between_characters(self) -> None:
        assert lettering.wrap("National Day", 30, 125, 2) == ["National", "Day"]
        assert lettering.wrap("Mid-Autumn", 30, 125, 2) == ["Mid-", "Autumn"]
        assert lettering.wrap("国庆节中秋节", 30, 130, 2) == ["国庆节中", "秋节"]
        assert lettering.wrap("国庆节中秋节国庆节", 30, 130, 2) == ["国庆节中", "秋节国…"]
        assert lettering.wrap("", 30, 130, 2) == []

    def test_a_bold_text_with_a_rare_character_is_set_in_regular(self) -> None:
        assert lettering.font_for("张伟", bold=True) == lettering.BOLD
        assert lettering.font_for("张\u9fa5", bold=True) == lettering.REGULAR

    def test_shrinks_no_further_than_it_may(self) -> None:
        assert lettering.fitting_size("张伟", 40, 30, 80) == 40
        assert lettering.fitting_size("张伟", 40, 30, 70) == 35
        assert lettering.fitting_size("张伟", 40, 30, 10) == 30

    def test_an_undrawable_character_would_be_noticed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(drawing, "drawable", str)
        monkeypatch.setattr(lettering, "drawable", str)
        monkeypatch.setattr(lettering, "_advance", lambda font, character: 1000)
        with pytest.raises(UserWarning, match="missing from"):
            draw_cohort(replace(cohort(), title="😀"))


class TestCohort:
    def test_shows_rate_level_and_retention_as_they_were_given(self, lines: list[str]) -> None:
        image = image_of(draw_cohort(cohort()))
        assert image.size == (1080, 1210)
        for text in ("66.6%", "12/18", "19/18 = 1.05", "15/18 = 83.3%", "最终", "出单率", "目标 60%"):
            assert text in lines

    def test_sellers_who_left_are_taken_off_where_the_line_ends(self, lines: list[str]) -> None:
        draw_cohort(cohort())
        assert "14/18" in lines
        assert "−2 离职" in lines
        lines.clear()
        draw_cohort(replace(cohort(), hires_with_orders=tuple(min(12, n) for n in cohort().hires_with_orders)))
        assert "14/18" not in lines
        assert not any("−" in line for line in lines)

    def test_english(self, lines: list[str]) -> None:
        draw_cohort(replace(cohort(EN), title="Cohort A", company="Chengxin", leavers_text="", target_text="Target"))
        assert {"Order rate", "Order level", "Retention", "Final", "Day 1", "19 in all", "−2 left"} <= set(lines)
        assert not any("\u4e00" <= c <= "\u9fff" for line in lines for c in line)

    def test_days_to_come_are_shaded_and_nothing_stands_in_them(self, lines: list[str]) -> None:
        final, interim = image_of(draw_cohort(cohort())), image_of(draw_cohort(interim_cohort(12)))
        orders_after_day_12 = (500, 1000, 884, 1129)
        assert count(final, drawing.SHADE, orders_after_day_12) == 0
        assert count(final, drawing.BLUE, orders_after_day_12) > 1000
        assert count(interim, drawing.SHADE, orders_after_day_12) > 40_000
        assert count(interim, drawing.BLUE, orders_after_day_12) == 0
        assert {"进行中", "第12天", "尚未到来"} <= set(lines)
        assert interim.size == (1080, 1270)

    def test_staggered_hires_have_days_that_not_everyone_has_reached(self, lines: list[str]) -> None:
        draw_cohort(interim_cohort(30, reached_by_all=24))
        assert "部分新人未到" in lines
        assert "尚未到来" not in lines

    @pytest.mark.parametrize("today_no", [0, 1, 15, 29, 30, 45])
    def test_any_day_of_the_window(self, today_no: int) -> None:
        assert image_of(draw_cohort(interim_cohort(today_no))).width == 1080

    def test_nobody_on_post_is_not_zero_percent(self, lines: list[str]) -> None:
        nothing = replace(
            cohort(),
            daily_orders=days(),
            hires_with_orders=days(),
            on_post=0,
            numerator=0,
            rate_text="— (无人上岗)",
            level_text="—",
            retention_text="—",
            leavers_text="",
            labels=cohort_labels(ZH, interim=False, on_post=0, orders=0),
        )
        image = image_of(draw_cohort(nothing))
        assert "— (无人上岗)" in lines
        assert not any("%" in line for line in lines)
        assert count(image, drawing.BLUE) == 0

    def test_no_orders_at_all(self, lines: list[str]) -> None:
        draw_cohort(
            replace(cohort(), daily_orders=days(), hires_with_orders=days(), numerator=0, rate_text="0/18 = 0.0%")
        )
        assert {"没有出单", "0.0%", "0/18"} <= set(lines)

    def test_three_hundred_hires(self, lines: list[str]) -> None:
        orders = tuple(7 + day_no * 5 % 31 for day_no in range(30))
        image = image_of(
            draw_cohort(
                replace(
                    cohort(),
                    daily_orders=orders,
                    hires_with_orders=tuple(range(10, 310, 10)),
                    on_post=300,
                    numerator=288,
                    rate_text="288/300 = 96.0%",
                    level_text=f"{sum(orders)}/300 = 2.13",
                )
            )
        )
        assert image.size == (1080, 1210)
        assert str(max(orders)) in lines
        assert "288/300" in lines
        beyond_the_margin = (1040, 600, 1080, 1210)
        assert count(image, drawing.PAPER, beyond_the_margin) == 40 * 610

    @pytest.mark.parametrize("name", AWKWARD_NAMES)
    def test_any_name_is_shown_literally_or_as_a_box(self, name: str, lines: list[str]) -> None:
        picture = replace(cohort(), title=name, company=name, subtitle=name, leavers_text=name, target_text=name)
        assert image_of(draw_cohort(picture)).size == (1080, 1210)
        assert lettering.drawable(name) in [*lines, ""]

    def test_long_names_are_cut_before_the_label(self, lines: list[str]) -> None:
        draw_cohort(replace(cohort(), title="很长的批次名称" * 20, company="渠道" * 90))
        cut = [line for line in lines if line.endswith("…")]
        assert len(cut) == 2
        assert lettering.width_of(cut[0], 44, bold=True) < 1080 - 2 * drawing.MARGIN - 100

    def test_other_windows(self) -> None:
        for window in (1, 7, 45, 90):
            counts = tuple([1] * window)
            picture = replace(cohort(), window_days=window, daily_orders=counts, hires_with_orders=counts)
            assert image_of(draw_cohort(picture)).size == (1080, 1210)

    def test_a_day_too_few_is_refused(self) -> None:
        with pytest.raises(ValueError, match="each day"):
            replace(cohort(), daily_orders=(1, 2))


class TestTrend:
    def test_undefined_months_are_gaps_not_zeros(self) -> None:
        gap = image_of(draw_trend(trend(rates(50, 50, 50, 50, None, 50, 50, 50, 50, 50, 50, 50))))
        zero = image_of(draw_trend(trend(rates(50, 50, 50, 50, 0, 50, 50, 50, 50, 50, 50, 50))))
        fifth_month = (176 + 4 * 74 - 30, 320, 176 + 4 * 74 + 30, 487)
        assert count(gap, drawing.BLUE, fifth_month) == 0
        assert count(zero, drawing.BLUE, fifth_month) > 150

    def test_highest_lowest_and_latest_are_labelled(self, lines: list[str]) -> None:
        draw_trend(trend(rates(50, 40, 60, 90, 55, 50, 50, 50, 50, 50, 50, 70)))
        assert [lines.count(f"{p}.0%") for p in (90, 40, 70, 60)] == [4, 4, 4, 0]

    def test_interim_is_marked(self, lines: list[str]) -> None:
        final = rates(*[50] * 11)
        draw_trend(trend((*final, *rates(60))))
        assert not any("进行中" in line for line in lines)
        draw_trend(trend((*final, *rates(60, interim=True))))
        assert "11月 进行中 60/100" in lines
        assert {"最终", "进行中"} <= set(lines)

    @pytest.mark.parametrize(
        "points",
        [
            rates(*[None] * 12),
            rates(*[0] * 12),
            rates(*[100] * 12),
            rates(*[None] * 11, 300),
            rates(*[250] * 12),
        ],
    )
    def test_extremes(self, points: tuple[TrendPoint | None, ...], lines: list[str]) -> None:
        assert image_of(draw_trend(trend(points))).size == (1080, 1668)
        assert ("还没有记录" in lines) == (points == rates(*[None] * 12))

    def test_target_and_awkward_names(self, lines: list[str]) -> None:
        picture = trend(rates(*range(5, 65, 5)), EN)
        for name in AWKWARD_NAMES:
            panel = replace(picture.panels[0], name=name, target=Fraction(2, 3), target_text=name)
            draw_trend(replace(picture, title=name, subtitle=name, panels=(panel,)))
        assert "<b>=1+1&" in lines

    def test_a_single_month(self) -> None:
        picture = trend(rates(*[50] * 12))
        panels = tuple(replace(panel, points=panel.points[:1]) for panel in picture.panels)
        assert image_of(draw_trend(replace(picture, months=("1月",), panels=panels))).size == (1080, 1668)

    def test_a_month_too_few_is_refused(self) -> None:
        with pytest.raises(ValueError, match="each month"):
            trend(rates(50, 60))


class TestCalendar:
    def test_weeks_start_on_sunday(self, lines: list[str]) -> None:
        picture = month(2026, 2)  # the first is a Sunday, so four weeks are enough
        assert image_of(draw_month(picture)).height == 262 + 4 * 190 + 40 + 56
        assert lines.index("日") < lines.index("一") < lines.index("六") < lines.index("1")
        assert image_of(draw_month(month(2026, 11))).height == 262 + 5 * 190 + 40 + 56
        assert image_of(draw_month(month(2026, 8))).height == 262 + 6 * 190 + 40 + 56

    def test_holidays_and_make_up_days_have_their_sign(self, lines: list[str]) -> None:
        picture = month(2026, 2)
        kinds = {17: (DayKind.HOLIDAY, "春节"), 28: (DayKind.MAKE_UP, "")}
        marked = tuple(
            replace(entry, kind=kinds[entry.day.day][0], name=kinds[entry.day.day][1])
            if entry.day.day in kinds
            else entry
            for entry in picture.days
        )
        draw_month(replace(picture, days=marked))
        assert lines.count("休") == lines.count("班") == 2  # in the cell and in the legend
        assert {"春节", "节假日", "调休上班"} <= set(lines)

    def test_deadlines_stand_in_their_cell_and_the_rest_is_counted(self, lines: list[str]) -> None:
        draw_month(month(2026, 2, deadlines=("周报", "月报", "计划")))
        assert {"周报", "月报", "计划"} <= set(lines)
        lines.clear()
        draw_month(month(2026, 2, deadlines=("周报", "月报", "计划", "出单率")))
        assert "+2" in lines
        assert "计划" not in lines

    def test_provisional_days_are_hatched(self, lines: list[str]) -> None:
        picture = month(2026, 12)
        plain = image_of(draw_month(picture))
        assert "假期未公布" not in lines
        days_of_month = tuple(replace(entry, provisional=entry.day.day >= 29) for entry in picture.days)
        hatched = image_of(draw_month(replace(picture, days=days_of_month)))
        assert "假期未公布" in lines
        wednesday_30 = (480, 262 + 4 * 190 + 60, 600, 262 + 5 * 190 - 10)
        assert plain.crop(wednesday_30).getcolors() == [
            (plain.crop(wednesday_30).width * plain.crop(wednesday_30).height, (255, 255, 255))
        ]
        assert len(hatched.crop(wednesday_30).getcolors(1 << 16) or []) > 2

    @pytest.mark.parametrize("name", AWKWARD_NAMES)
    def test_any_name(self, name: str, lines: list[str]) -> None:
        picture = month(2026, 2, deadlines=(name,), t=EN)
        days_of_month = tuple(
            replace(entry, kind=DayKind.HOLIDAY, name=name, today=True, provisional=True) for entry in picture.days
        )
        draw_month(replace(picture, title=name, subtitle=name, days=days_of_month))
        assert "Holiday" in lines

    def test_another_month_or_a_gap_is_refused(self) -> None:
        picture = month(2026, 2)
        with pytest.raises(ValueError, match="one month"):
            replace(picture, days=picture.days[:-1])
        with pytest.raises(ValueError, match="one month"):
            replace(picture, days=(*picture.days[1:], picture.days[0]))


def test_the_same_picture_is_the_same_file() -> None:
    assert draw_cohort(cohort()) == draw_cohort(cohort())


def test_threads_do_not_disturb_each_other() -> None:
    pictures = [replace(cohort(), title=f"第{n}期") for n in range(6)]
    alone = [draw_cohort(picture) for picture in pictures]
    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(draw_cohort, pictures)) == alone


def test_matplotlib_is_not_loaded_before_the_first_picture() -> None:
    names = ("cohort_picture", "trend_picture", "calendar_picture")
    program = f"import sys\nfrom handlers.pictures import {', '.join(names)}\nsys.exit('matplotlib' in sys.modules)"
    assert run([executable, "-c", program], check=False).returncode == 0


def test_how_long_a_drawing_takes(capsys: pytest.CaptureFixture[str]) -> None:
    """Printed for whoever changes the drawing, not judged: machines differ."""
    drawings: dict[str, Callable[[], bytes]] = {
        "cohort": lambda: draw_cohort(cohort()),
        "trend": lambda: draw_trend(trend(rates(*range(5, 65, 5)))),
        "month": lambda: draw_month(month(2026, 2, deadlines=("周报", "月报"))),
    }
    for name, draw in drawings.items():
        seconds: list[float] = []
        for _ in range(5):
            start = perf_counter()
            assert len(draw()) < 400_000  # well under what a phone loads at once
            seconds.append(perf_counter() - start)
        with capsys.disabled():
            print(f"\n  a picture of a {name}: {median(seconds) * 1000:.0f} ms", end="")
