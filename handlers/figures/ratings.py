"""`/rate`: rate a manager's month from 0 to 100 with a comment, for the rated lines of the KPI card (handbook §8).

Viewers rate the managers of their companies, admins everybody; private. `/rate 王芳 入职培训 88 讲解清楚` goes straight
to the card.
"""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from handlers.access import VIEWERS
from handlers.administration.manager_picks import manager_in, manager_options, split_name, tell
from handlers.administration.setting_words import LINE_NAMES
from handlers.figures.periods_typed import read_period
from handlers.forms import driver
from handlers.forms.choices import find_option
from handlers.forms.fields import Field, Option, Values, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import HirePick, Number, OneOf, Text
from handlers.forms.numbers import half_width, read_number
from handlers.translations import N_, Translator
from handlers.turn import Turn
from schedules.kpi import FULL, RATED, KpiLine
from schedules.periods import Period, start_of
from schedules.settings import SATISFACTION, value_of
from schedules.working_days import ONE_DAY
from storage.groups import record_audit
from storage.induction import induction_hints
from storage.kinds import ReportKind
from storage.people import companies_of, display_name
from storage.period_records import records_between
from storage.ratings import find_rating, rate

MONTHS_BACK = 6
POSITIONS = (
    Option("supervisor", N_("Sales supervisor"), words=("主管", "supervisor")),
    Option("project_lead", N_("Project lead"), words=("项目负责人", "项目经理", "lead")),
    Option("gm", N_("General manager"), words=("总经理", "gm")),
    Option("field_rep", N_("Field representative"), words=("党代表", "代表", "representative")),
)
LINE_WORDS = {
    KpiLine.induction: ("入职培训", "入职", "induction"),
    KpiLine.problems: ("问题收集", "问题", "problems"),
    KpiLine.solutions: ("方案推动", "方案", "solutions"),
    KpiLine.satisfaction: ("满意度", "满意", "satisfaction"),
}
LINES = tuple(Option(line.value, LINE_NAMES[line], LINE_WORDS[line]) for line in RATED)


def command(turn: Turn) -> None:
    """`/rate [name [month] [what value comment]]`."""
    written = turn.arguments.strip()
    if not written or "\n" in written:
        driver.start(turn, RATING, pasted=written)
        return
    try:
        person, rest = split_name(turn, written)
        values = {"person": str(person.id)} | _read(turn, rest)
    except Wrong as wrong:
        example = turn.t(N_("/rate Wang Fang induction 88 clear and well prepared"))
        turn.say(
            Markup("\n").join([turn.t(wrong.message, **wrong.values), turn.t("Typed: {example}", example=example)])
        )
        return
    driver.start(turn, RATING, values=values)


def _read(turn: Turn, written: str) -> Values:
    """`[month] [what [value [comment]]]`; raises Wrong."""
    words, form_turn = half_width(written).split(), FormTurn(turn, {})
    if not words:
        return {}
    values: Values = {}
    month = read_period(words[0], turn.today)
    if month is not None and month.kind is ReportKind.monthly:
        values["month"] = find_option(month.label, _month_options(form_turn), form_turn).value
        del words[0]
        if not words:
            return values
    values["line"] = find_option(words[0], LINES, form_turn).value
    if len(words) > 1 and read_number(words[1]) is not None:
        values["value"] = _VALUE.parse(words[1], form_turn)
        if len(words) > 2:
            values["comment"] = _COMMENT.parse(" ".join(words[2:]), form_turn)
    return values


def _month_options(turn: FormTurn) -> Sequence[Option]:
    """This month and the ones before it, the present one last in early days of a month."""
    months = [Period.monthly_of(turn.today)]
    for _ in range(MONTHS_BACK - 1):
        months.append(months[-1].previous())
    return [Option(month.label, month.label, literal=True) for month in months]


def _month(turn: FormTurn) -> Period:
    return Period.from_key(f"monthly:{turn.values['month']}")


def _preset_month(turn: FormTurn) -> str:
    """In the first ten days the month that has just ended, else the present one."""
    month = Period.monthly_of(turn.today)
    return (month.previous() if turn.today.day <= 10 else month).label


def is_satisfaction(turn: FormTurn) -> bool:
    """Whether it has to be said as whom one rates."""
    return turn.values.get("line") == KpiLine.satisfaction.value


def _notes(turn: FormTurn) -> Sequence[str | Markup]:
    """What the records say about it, whether it counts, and what the same person gave before."""
    whole, person, line, month = turn.turn, manager_in(turn), KpiLine(turn.values["line"]), _month(turn)
    t = whole.t
    ids = [company.id for company in companies_of(whole.session, person) if company.id is not None]
    last = min(month.last, whole.today)
    records = records_between(whole.session, ids, month.first, last)
    lines: list[str | Markup] = []
    if line is KpiLine.induction:
        start, end = start_of(month.first, whole.zone), start_of(last + ONE_DAY, whole.zone)
        hints = induction_hints(whole.session, ids, month.first, last, start, end)
        lines.append(
            t(
                "For your judgement: opened on time {opened}/{due}; sessions without summary {missing}/{sessions}; put "
                "on post past the gate: {overrides}",
                opened=hints.opened_on_time,
                due=hints.due_to_open,
                missing=len(records.missing_summaries),
                sessions=len(records.sessions),
                overrides=hints.overrides,
            )
        )
    elif line is KpiLine.problems:
        lines.append(t("For your judgement: problems reported {count}", count=len(records.new_problems)))
    elif line is KpiLine.solutions:
        lines += _progress_lines(t, [check.progress for _, check in records.progress])
    elif not value_of(whole.session, SATISFACTION):
        lines.append(t("Satisfaction is still to be confirmed: it is kept, and does not count at present."))
    known = find_rating(whole.session, _id(turn), month.first, line.value, whole.person_id, _position(turn))
    if known is not None:
        lines.append(t("You gave {value} before; it will be replaced, the earlier one is kept.", value=known.value))
    return lines


def _progress_lines(t: Translator, progress: Sequence[int]) -> list[Markup]:
    if not progress:
        return [t("For your judgement: no solution moved on")]
    shown = ", ".join(f"{percent}%" for percent in progress[:10])
    return [t("For your judgement: solutions that moved on {count}: {progress}", count=len(progress), progress=shown)]


def _id(turn: FormTurn) -> Any:
    return manager_in(turn).id


def _position(turn: FormTurn) -> str:
    return str(turn.values.get("position") or "") if is_satisfaction(turn) else ""


def _save(turn: FormTurn) -> None:
    whole, person, month = turn.turn, manager_in(turn), _month(turn)
    line = KpiLine(turn.values["line"])
    assert person.id is not None
    if person.id == whole.person_id:
        raise Wrong(N_("Nobody rates themselves."))
    rate(
        whole.session,
        person.id,
        month.first,
        line.value,
        turn.values["value"],
        turn.values["comment"],
        whole.person_id,
        whole.now,
        _position(turn),
    )
    # The trail says that it was done; what was given stays on the card.
    details = {"person": person.id, "month": month.label, "line": line.value}
    record_audit(whole.session, whole.now, whole.person_id, "rating.given", details)
    tell(
        whole,
        person,
        lambda t: t("🎯 Your KPI card for {month} has a new rating: /kpi {month}", month=month.label),
    )
    t = whole.t
    whole.redraw(
        t(
            "✅ {name}, {month}, {line}: {value}/{full}. Thank you! Only {name} and the admins see it.",
            name=display_name(person),
            month=month.label,
            line=t.plain(LINE_NAMES[line]),
            value=turn.values["value"],
            full=FULL,
        )
    )


_VALUE = Number(0, FULL, offer=(60, 70, 80, 90, 100))
_COMMENT = Text(2, 300, "many")
RATING = Form(
    name="rating",
    title=N_("Rating of a month"),
    words=("评分", "rating"),
    fields=(
        Field("person", N_("Who"), N_("Whom do you rate?"), HirePick(manager_options), words=("姓名", "谁")),
        Field("line", N_("What"), N_("What do you rate?"), OneOf(LINES, per_row=2), words=("项目",)),
        Field(
            "month",
            N_("Month"),
            N_("For which month?"),
            OneOf(_month_options),
            words=("月份", "month"),
            preset=_preset_month,
        ),
        Field(
            "position",
            N_("As"),
            N_("In which position do you rate?"),
            OneOf(POSITIONS, per_row=2),
            words=("身份",),
            applies=is_satisfaction,
        ),
        Field("value", N_("Rating"), N_("How many points, from 0 to 100?"), _VALUE, words=("分数", "评分")),
        Field(
            "comment",
            N_("Comment"),
            N_("A comment, please: what was good, what could be better?"),
            _COMMENT,
            words=("评语", "意见"),
        ),
    ),
    save=_save,
    roles=VIEWERS,
    notes=_notes,
    confirm_label=N_("✅ Confirm"),
    example=N_("Rating\nWho: Wang Fang\nWhat: induction training\nRating: 88\nComment: clear and well prepared"),
)
