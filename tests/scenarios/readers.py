"""Where a cohort's figures are shown, and how each place is read: as the numbers that stand there, never recomputed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from unittest.mock import patch

from python_calamine import CalamineWorkbook

from bot.demo.chats import Document
from handlers.figures import cohort_card
from handlers.pictures.cohort_picture import CohortPicture, draw_cohort
from handlers.translations import translator
from tests.chat import Phone

RATE = r"(\d+)/(\d+) = (\d+\.\d%)(?: \((进行中|最终)\))?"


@dataclass(frozen=True)
class Shown:
    """What one place shows of a cohort; None where the place does not show it."""

    ordered_and_stayed: int
    on_post: int
    percentage: str
    interim: bool | None = None
    orders: int | None = None

    def agrees_with(self, other: "Shown") -> bool:
        """Whether the two say the same, as far as both say it."""
        return all(
            mine is None or theirs is None or mine == theirs
            for mine, theirs in (
                (self.ordered_and_stayed, other.ordered_and_stayed),
                (self.on_post, other.on_post),
                (self.percentage, other.percentage),
                (self.interim, other.interim),
                (self.orders, other.orders),
            )
        )


@contextmanager
def watching_pictures() -> Iterator[list[CohortPicture]]:
    """Collects what is drawn."""
    drawn: list[CohortPicture] = []

    def draw(picture: CohortPicture) -> bytes:
        drawn.append(picture)
        return draw_cohort(picture)

    with patch.object(cohort_card, "draw_cohort", draw):
        yield drawn


def _rate(text: str, pattern: str) -> re.Match[str]:
    found = re.search(pattern, text, re.MULTILINE)
    assert found is not None, f"{pattern} is not in:\n{text}"
    return found


def on_card(text: str) -> Shown:
    """A cohort's card, in private or in the group."""
    rate = _rate(text, rf"^出单率 {RATE}$")
    level = _rate(text, r"^平均出单水平 (\d+)/(\d+) = ")
    assert level[2] == rate[2]
    interim = "状态 进行中" in text
    assert interim is not ("状态 最终" in text)
    assert interim is (rate[4] == "进行中")
    return Shown(int(rate[1]), int(rate[2]), rate[3], interim, int(level[1]))


def in_picture(picture: CohortPicture) -> Shown:
    """What the picture of the card was drawn from."""
    rate = _rate(picture.rate_text, f"^{RATE}$")
    level = _rate(picture.level_text, r"^(\d+)/(\d+) = ")
    assert (picture.numerator, picture.on_post) == (int(rate[1]), int(rate[2]))
    assert sum(picture.daily_orders) == int(level[1])
    return Shown(picture.numerator, picture.on_post, rate[3], picture.interim, sum(picture.daily_orders))


def in_stats(text: str, cohort: str) -> Shown:
    """The cohort's line of /stats; with one cohort only, the pooled figure says the same."""
    lines = re.findall(rf"^• {re.escape(cohort)}: {RATE}$", text, re.MULTILINE)
    assert len(lines) == 1, f"{cohort} stands there {len(lines)} times:\n{text}"
    ordered, on_post, percentage, label = lines[0]
    return Shown(int(ordered), int(on_post), percentage, label == "进行中")


def in_report(text: str, cohort: str) -> Shown:
    """The cohort's line of a draft or a submission: there once, not again with another label."""
    lines = re.findall(
        rf"^{re.escape(cohort)}：出单率 {RATE}，平均出单水平 (\d+)/\d+ = \d+\.\d\d(?: \((进行中|最终)\))?$",
        text,
        re.MULTILINE,
    )
    assert len(lines) == 1, f"{cohort} stands there {len(lines)} times:\n{text}"
    ordered, on_post, percentage, label, orders, _ = lines[0]
    return Shown(int(ordered), int(on_post), percentage, label == "进行中", int(orders))


def newest_document(phone: Phone) -> bytes:
    """The content of the document that was sent last."""
    sent = [said.message.media for said in phone.heard if isinstance(said.message.media, Document)]
    return phone.world.stand_in.world.files.get(sent[-1].file_id).content


def cohorts_in_workbook(content: bytes) -> dict[tuple[str, str], Shown]:
    """The rows of the sheet of figures, by company and cohort."""
    said = translator("zh").plain
    shown: dict[tuple[str, str], Shown] = {}
    for row in _records(content, said("Figures by cohort")):
        if row[said("Cohort")]:
            shown[row[said("Company")], row[said("Cohort")]] = Shown(
                _count(row[said("Ordered and stayed")]),
                _count(row[said("On post")]),
                f"{float(row[said('Order rate')]):.1%}",
                row[said("State")] == said("Interim"),
                _count(row[said("Orders in the windows")]),
            )
    return shown


def in_workbook(content: bytes, company: str, cohort: str) -> Shown:
    """The cohort's row on the sheet of figures, and the sums on its own sheet, which must say the same."""
    said, shown = translator("zh").plain, cohorts_in_workbook(content)[company, cohort]
    headings = [said(text) for text in ("Ordered and stayed", "On post", "Orders in the window")]
    (summed,) = [row for row in _records(content, cohort) if row[said("Hire")] == said("In all")]
    assert [_count(summed[name]) for name in headings] == [shown.ordered_and_stayed, shown.on_post, shown.orders]
    return shown


def _records(content: bytes, title: str) -> list[dict[str, str]]:
    """The rows of a sheet by its headings, as text."""
    heading, *rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_name(title).to_python()
    return [dict(zip(map(str, heading), map(str, row), strict=True)) for row in rows]


def _count(cell: str) -> int:
    return int(float(cell))
