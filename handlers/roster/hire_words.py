"""Where a hire stands, in words, and how many of a cohort stand where (handbook §2, §6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from handlers.translations import N_, Translator
from storage.hire_state import day_no
from storage.roster import EventKind, Hire, Stage

EVENT_WORDS = {
    EventKind.hired: N_("hired"),
    EventKind.training_started: N_("training started"),
    EventKind.exam_passed: N_("exam passed"),
    EventKind.exam_failed: N_("exam not passed"),
    EventKind.exam_absent: N_("absent from the exam with cause"),
    EventKind.drill_passed: N_("drill passed"),
    EventKind.drill_failed: N_("drill not passed"),
    EventKind.trial_started: N_("trial post started"),
    EventKind.trial_passed: N_("trial post passed"),
    EventKind.trial_failed: N_("trial post not passed"),
    EventKind.on_post: N_("on post"),
    EventKind.on_post_corrected: N_("on-post date corrected"),
    EventKind.eliminated: N_("eliminated in training"),
    EventKind.left: N_("left"),
    EventKind.rejoined: N_("rejoined"),
    EventKind.moved: N_("moved to another cohort"),
    EventKind.renamed: N_("renamed"),
    EventKind.earning: N_("earns, at six months"),
    EventKind.not_earning: N_("does not earn yet, at six months"),
}


@dataclass(frozen=True)
class StageCounts:
    """How many people of a cohort stand where on a date; the sum of all is everybody ever in it."""

    hired: int = 0
    in_training: int = 0
    on_trial: int = 0
    new_hires: int = 0
    month_complete: int = 0
    left: int = 0
    eliminated: int = 0
    failed: int = 0

    @property
    def everybody(self) -> int:
        """All of them."""
        return sum(number for number in vars(self).values())


_COUNT_WORDS = (
    ("hired", N_("not started {count}")),
    ("in_training", N_("in training {count}")),
    ("on_trial", N_("on trial {count}")),
    ("new_hires", N_("new hires on post {count}")),
    ("month_complete", N_("month complete {count}")),
    ("left", N_("left {count}")),
    ("eliminated", N_("eliminated {count}")),
    ("failed", N_("trial not passed {count}")),
)


def place_of(hire: Hire, today: date) -> str:
    """The name in `StageCounts` of where a hire stands on a local date."""
    if hire.stage is Stage.left and hire.last_day is not None and hire.last_day >= today and hire.on_post is not None:
        # Gives notice, but works until the last day.
        return "new_hires" if hire.closes_on is not None and hire.closes_on >= today else "month_complete"
    if hire.stage is Stage.on_post:
        return "new_hires" if hire.closes_on is not None and hire.closes_on >= today else "month_complete"
    return hire.stage.value


def count_places(hires: Iterable[Hire], today: date) -> StageCounts:
    """Count people by where they stand."""
    counts: dict[str, int] = {}
    for hire in hires:
        place = place_of(hire, today)
        counts[place] = counts.get(place, 0) + 1
    return StageCounts(**counts)


def counts_words(t: Translator, counts: StageCounts) -> str:
    """`在训 2 · 新人 18 · 离职 3`: only what is not 0."""
    parts = [t.plain(words, count=getattr(counts, key)) for key, words in _COUNT_WORDS if getattr(counts, key)]
    return " · ".join(parts) if parts else t.plain(N_("nobody yet"))


def stage_words(t: Translator, hire: Hire, today: date) -> str:
    """Where a hire stands, short: `第12/30天`, `在训`, `满月`, `3/11离职`."""
    if hire.stage is Stage.left and hire.last_day is not None:
        day = short_day(hire.last_day, today)
        if hire.last_day >= today:
            return t.plain(N_("leaves, last day {day}"), day=day)
        return (
            t.plain(N_("left {day}"), day=day) if hire.on_post else t.plain(N_("resigned in training {day}"), day=day)
        )
    if hire.stage is Stage.on_post and hire.on_post is not None and hire.closes_on is not None:
        if hire.closes_on < today:
            return t.plain(N_("month complete"))
        length = day_no(hire.on_post, hire.closes_on)
        return t.plain(N_("day {day}/{length}"), day=day_no(hire.on_post, today), length=length)
    return t.plain(
        {
            Stage.hired: N_("not started"),
            Stage.in_training: N_("in training"),
            Stage.on_trial: N_("on trial"),
            Stage.failed: N_("trial not passed"),
            Stage.eliminated: N_("eliminated"),
        }.get(hire.stage, N_("left"))
    )


def hire_words(t: Translator, hire: Hire, today: date) -> str:
    """A hire with where he stands: `张伟 · 第12/30天`."""
    return f"{hire.name} · {stage_words(t, hire, today)}"


def short_day(day: date, today: date) -> str:
    """`3/11`, with the year when it is not this one."""
    return f"{day.month}/{day.day}" if day.year == today.year else f"{day.year}/{day.month}/{day.day}"


def some_names(t: Translator, hires: Iterable[Hire], most: int = 30) -> str:
    """Names in a row, the last ones counted when there are many."""
    names = [hire.name for hire in hires]
    text = t.plain(N_(", ")).join(names[:most])
    return text if len(names) <= most else t.plain(N_("{names} and {count} more"), names=text, count=len(names) - most)
