"""The training plan 下月培训计划: next month by the week, and its recruiting peaks (handbook §6)."""

from collections.abc import Sequence
from datetime import date, timedelta

from markupsafe import Markup

from handlers.forms import kinds
from handlers.forms.choices import OneOf
from handlers.forms.fields import Field, Option, Rows, Values, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.reports import filed
from handlers.reports.draft import Section, as_text
from handlers.reports.sections import SESSION_KINDS
from handlers.translations import N_
from schedules.periods import Period
from storage.kinds import ReportKind

SMALL_CLASS = 10
"""Below this many participants the plan warns (handbook §6)."""
NO_TRAINING = "none"
KINDS = (
    Option(NO_TRAINING, N_("No training"), words=("无培训", "无", "no training", "none")),
    *(Option(value, label) for value, label in SESSION_KINDS.items()),
)


def weeks_of(month: Period) -> list[tuple[date, date]]:
    """The weeks (Sunday to Saturday) of a month, cut at its first and last day."""
    weeks = []
    first = month.first
    while first <= month.last:
        last = min(first + timedelta(days=5 - first.weekday() if first.weekday() < 6 else 6), month.last)
        weeks.append((first, last))
        first = last + timedelta(days=1)
    return weeks


def _trains(turn: FormTurn) -> bool:
    return turn.values.get("kind") not in (None, NO_TRAINING)


def _week_options(turn: FormTurn) -> Sequence[Option]:
    return [
        Option(
            str(number),
            f"{number}. {first.month}/{first.day}–{last.month}/{last.day}",
            (f"第{number}周", f"第{'一二三四五六'[number - 1]}周", f"week {number}"),
            literal=True,
        )
        for number, (first, last) in enumerate(weeks_of(filed.period_in(turn)), 1)
    ]


def _text(
    key: str, label: str, ask: str, most: int = 60, *, required: bool = True, words: tuple[str, ...] = ()
) -> Field:
    return Field(key, label, ask, kinds.Text(1, most), required=required, applies=_trains, words=words)


WEEK_FIELDS = (
    Field("week", N_("Week"), N_("Which week?"), OneOf(_week_options, per_row=2), words=("周", "week")),
    Field("kind", N_("Kind"), N_("What kind of training?"), OneOf(KINDS, per_row=2), words=("类型", "kind")),
    _text("dates", N_("Dates"), N_("On which dates? For example 12/07–12/11."), words=("日期", "dates")),
    _text("place", N_("Place"), N_("Where?"), words=("地点", "place")),
    _text("region", N_("Region"), N_("For which region?"), required=False, words=("区域", "region")),
    _text("teacher", N_("Class teacher"), N_("Who is the class teacher?"), words=("班主任", "teacher")),
    _text(
        "lecturer", N_("Internal lecturer"), N_("Who lectures?"), required=False, words=("内部讲师", "讲师", "lecturer")
    ),
    Field(
        "participants",
        N_("Participants"),
        N_("How many participants?"),
        kinds.Number(0, 999),
        applies=_trains,
        words=("人数", "participants"),
    ),
)


def _suggested(turn: FormTurn) -> Sequence[Values]:
    """One tap for each week in which nothing is planned yet."""
    planned = {row.get("week") for row in turn.values.get("weeks") or []}
    free = (option for option in _week_options(turn) if option.value not in planned)
    return [{"week": option.value, "kind": NO_TRAINING} for option in free]


def _total(turn: FormTurn) -> int:
    return sum(int(row.get("participants") or 0) for row in turn.values.get("weeks") or [])


def _check_weeks(turn: FormTurn, weeks: Sequence[Values]) -> None:
    planned = {row.get("week") for row in weeks}
    empty = [option.label for option in _week_options(turn) if option.value not in planned]
    if empty:
        raise Wrong(
            N_("Nothing is planned for: {weeks}. Please add a training there, or tap “No training” for it."),
            weeks=", ".join(empty),
        )


def _warnings(turn: FormTurn) -> Sequence[str | Markup]:
    small = [
        row for row in turn.values.get("weeks") or [] if row.get("kind") != NO_TRAINING and _size(row) < SMALL_CLASS
    ]
    if not small:
        return ()
    return [
        turn.turn.t(
            "{count} of the trainings have fewer than {least} participants.", count=len(small), least=SMALL_CLASS
        )
    ]


def _size(row: Values) -> int:
    return int(row.get("participants") or 0)


def _notes(turn: FormTurn) -> Sequence[str | Markup]:
    return [*filed.heading(turn), turn.turn.t("Participants in all: {total}", total=_total(turn))]


def _save(turn: FormTurn) -> None:
    t = turn.turn.t
    names = {option.value: option.text(t) for option in KINDS}
    weeks = {option.value: option.label for option in _week_options(turn)}
    lines = []
    for row in sorted(turn.values.get("weeks") or [], key=lambda r: str(r.get("week"))):
        parts = [weeks.get(str(row.get("week")), ""), names.get(str(row.get("kind")), "")]
        parts += [
            f"{t.plain(field.label)} {row[field.key]}"
            for field in WEEK_FIELDS[2:]
            if row.get(field.key) not in (None, "")
        ]
        lines.append(" · ".join(parts))
    written = [
        Section(t.plain("Trainings by week"), tuple(lines)),
        Section(t.plain("Participants"), (str(_total(turn)),)),
        Section(t.plain("Recruiting peaks"), (str(turn.values.get("peaks", "")),)),
    ]
    filed.file(turn, as_text(written))


PLAN = Form(
    name=ReportKind.plan,
    title=N_("Training plan"),
    words=("培训计划", "下月计划", "计划报送", "plan"),
    fields=(
        Field(
            "weeks",
            N_("Weeks"),
            N_("What is planned, week by week? Each week needs a training or “No training”."),
            Rows(WEEK_FIELDS, most=12, least=1, row_title=N_("Training {number}"), suggestions=_suggested),
            words=("周次", "weeks"),
            check=_check_weeks,
        ),
        Field(
            "peaks",
            N_("Recruiting peaks"),
            N_("When are the recruiting peaks? For example 12/05–12/12, or “none”."),
            kinds.Text(1, 300),
            words=("招聘高峰", "peaks"),
        ),
    ),
    save=_save,
    about=lambda turn: filed.period_in(turn).label,
    notes=_notes,
    warnings=_warnings,
    confirm_label=N_("Send"),
    load=filed.load,
)
