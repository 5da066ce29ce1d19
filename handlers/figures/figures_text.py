"""How a figure is written, everywhere: its fraction with the percentage or level, interim or final (handbook §5).

Nothing is computed here: counts come from `storage.cohort_figures`, `storage.coverage` and `schedules.standing`, and
`storage.ratios` cuts them to decimals. Texts are plain, without markup: for messages, pictures and workbooks alike.
"""

from datetime import date

from handlers.translations import N_, Translator
from schedules.standing import OnTime
from storage.cohort_figures import CohortFigures, Pooled, Survival
from storage.coverage import Coverage
from storage.ratios import UNDEFINED, format_level, format_rate

Figures = CohortFigures | Pooled

_WITH_NOTE = N_("{figure} ({note})")


def order_rate_text(t: Translator, figures: Figures, *, labelled: bool | None = None) -> str:
    """`12/18 = 66.6%`, or `11/18 = 61.1% (进行中)`.

    `labelled`: None says interim only, True also says final, False neither, for where the state stands beside it.
    """
    return _of_people(t, figures, format_rate(figures.ordered_and_stayed, figures.on_post), labelled)


def order_level_text(t: Translator, figures: Figures, *, labelled: bool | None = None) -> str:
    """Orders a head: `19/18 = 1.05`."""
    return _of_people(t, figures, format_level(figures.orders, figures.on_post), labelled)


def retention_text(t: Translator, figures: Figures, *, labelled: bool | None = None) -> str:
    """Who stayed of those on post: `15/18 = 83.3%`."""
    return _of_people(t, figures, format_rate(figures.stayed, figures.on_post), labelled)


def training_pass_text(figures: Figures) -> str:
    """On post of those who started the training: `18/20 = 90.0%`."""
    return format_rate(figures.on_post, figures.started)


def elimination_text(figures: Figures) -> str:
    """Eliminated of those who started the training: `2/20 = 10.0%`."""
    return format_rate(figures.eliminated, figures.started)


def trial_pass_text(t: Translator, figures: Figures) -> str:
    """Passed of those decided, the undecided named beside it: `19/22 = 86.3% (3人待定)`."""
    text = format_rate(figures.trial_passed, figures.trial_passed + figures.trial_failed)
    undecided = figures.trial_undecided if isinstance(figures, CohortFigures) else 0
    return _noted(t, text, t.plain(N_("{count} undecided"), count=undecided)) if undecided else text


def ride_along_text(t: Translator, coverage: Coverage, *, labelled: bool | None = None) -> str:
    """Accompanied of those who stayed: `8/15 = 53.3%`."""
    return _covered(t, coverage, coverage.accompanied, labelled)


def spot_check_text(t: Translator, coverage: Coverage, *, labelled: bool | None = None) -> str:
    """Checked of those who stayed."""
    return _covered(t, coverage, coverage.checked, labelled)


def survival_text(t: Translator, survival: Survival) -> str:
    """Still employed three months after going on post: `14/18 = 77.7%`; interim until the last hire's date is over."""
    if not survival.on_post:
        return _noted(t, UNDEFINED, t.plain(N_("nobody on post")))
    return _labelled(t, format_rate(survival.employed, survival.on_post), survival.interim, None)


def on_time_text(on_time: OnTime) -> str:
    """On time of those required: `19/21 = 90.4%`; "—" while nothing was required."""
    return format_rate(on_time.on_time, on_time.required)


def submission_text(on_time: OnTime) -> str:
    """Handed in, on time or late, of those required: `20/21 = 95.2%`."""
    return format_rate(on_time.on_time + on_time.late, on_time.required)


def state_text(t: Translator, figures: CohortFigures) -> str:
    """`最终`, or `进行中，数据截至 2026-05-06`."""
    if not figures.interim:
        return t.plain("Final")
    return t.plain(N_("{state}, data as of {day}"), state=t.plain("Interim"), day=figures.as_of.isoformat())


def window_text(figures: CohortFigures) -> str:
    """From the first window's first day to the last one's last: `2026-03-02 – 2026-03-31`; "—" with nobody on post."""
    if figures.first_on_post is None or figures.closes_on is None:
        return UNDEFINED
    return days_text(figures.first_on_post, figures.closes_on)


def days_text(first: date, last: date) -> str:
    """A stretch of days with its years."""
    return f"{first.isoformat()} – {last.isoformat()}"


def _of_people(t: Translator, figures: Figures, text: str, labelled: bool | None) -> str:
    if figures.on_post == 0:
        return _noted(t, UNDEFINED, t.plain(N_("nobody on post")))
    return _labelled(t, text, figures.interim, labelled)


def _covered(t: Translator, coverage: Coverage, covered: int, labelled: bool | None) -> str:
    text = format_rate(covered, coverage.stayed)
    return _labelled(t, text, coverage.interim, labelled) if coverage.stayed else text


def _labelled(t: Translator, text: str, interim: bool, labelled: bool | None) -> str:
    if interim if labelled is None else labelled:
        return _noted(t, text, t.plain("Interim") if interim else t.plain("Final"))
    return text


def _noted(t: Translator, text: str, note: str) -> str:
    return t.plain(_WITH_NOTE, figure=text, note=note)
