"""`/redate`: move a manager's daily to the right day; `/backfill`: file an old daily for a manager (handbook §3).

`/redate 王芳 11/20 11/19`. The state follows the new day's deadline with the moment at which the daily was sent; what
is filed for somebody counts as handed in now. Admins; the manager is told of both.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from handlers.access import ADMINS
from handlers.administration.manager_picks import manager_in, manager_options, split_name, tell
from handlers.check_ins.check_in import STATE_WORDS
from handlers.check_ins.check_in_fields import RESTING, TRIAL_PARTS, WORKING
from handlers.forms import driver
from handlers.forms.dates import read_day
from handlers.forms.fields import Field, Kind, Option, Values, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import Day, HirePick, Number, Numbers, OneOf, Text
from handlers.forms.numbers import half_width
from handlers.keyboards import Button, button_data
from handlers.people.roles import number
from handlers.translations import N_
from handlers.turn import Turn
from schedules.exemptions import Refusal, Refused, backfill_daily, redate_daily
from storage.check_ins import daily_of
from storage.people import Person, PersonId, display_name

REDATE, BACKFILL = "redate", "backfill"
REACH = 400
"""Days back that an admin can file for or move."""
REFUSED = {
    Refused.no_report: N_("There is no daily of {name} for {day}."),
    Refused.day_taken: N_("{name} has a daily for {right_day} already; move or leave that one first."),
    Refused.same_day: N_("It is for {day} already."),
    Refused.after_sending: N_("It was sent before {right_day} began, so it cannot be the daily of that day."),
    Refused.in_future: N_("{right_day} has not come yet."),
}
HOW_TO_MOVE = N_("Typed: {example}")
NO_DAYS = N_("I need two days: the one it stands under, and the right one.")


def redate(turn: Turn) -> None:
    """`/redate [name day right-day]`."""
    _begin(turn, MOVE_FORM, ("day", "right_day"))


def backfill(turn: Turn) -> None:
    """`/backfill [name day]`."""
    _begin(turn, OLD_FORM, ("day",))


def pressed_redate(turn: Turn) -> None:
    """`redate:<person>`, from a person's card."""
    driver.start(turn, MOVE_FORM, values=_pressed_person(turn))


def pressed_backfill(turn: Turn) -> None:
    """`backfill:<person>`, from a person's card."""
    driver.start(turn, OLD_FORM, values=_pressed_person(turn))


def _pressed_person(turn: Turn) -> Values:
    person = number(turn.press.arguments[0]) if turn.press is not None and turn.press.arguments else None
    return {"person": str(person)} if person is not None else {}


def _begin(turn: Turn, form: Form, keys: tuple[str, ...]) -> None:
    written = turn.arguments.strip()
    if not written or "\n" in written:
        driver.start(turn, form, pasted=written)
        return
    try:
        person, rest = split_name(turn, written)
        days = half_width(rest).split()[: len(keys)]
        values: Values = {"person": str(person.id)}
        for key, typed in zip(keys, days, strict=False):
            day = read_day(typed, turn.today, lambda day: day <= turn.today)
            if day is None:
                raise Wrong(NO_DAYS if form is MOVE_FORM else N_("I could not read the day: {typed}"), typed=typed)
            values[key] = _DAY.parse(day.isoformat(), FormTurn(turn, {}))
        for each in form.fields:
            if each.key in keys and each.key in values:
                each.check(FormTurn(turn, values), values[each.key])
    except Wrong as wrong:
        moves = N_("/redate Wang Fang 11/20 11/19")
        example = turn.t(moves if form is MOVE_FORM else N_("/backfill Wang Fang 11/10"))
        turn.say(Markup("\n").join([turn.t(wrong.message, **wrong.values), turn.t(HOW_TO_MOVE, example=example)]))
        return
    driver.start(turn, form, values=values)


def _refuse(turn: FormTurn, refusal: Refusal, day: date, right_day: date) -> Wrong:
    t, person = turn.turn.t, manager_in(turn)
    return Wrong(REFUSED[refusal.reason], name=display_name(person), day=t.day(day), right_day=t.day(right_day))


def _id(person: Person) -> PersonId:
    assert person.id is not None
    return person.id


# Moving


def _check_there(turn: FormTurn, value: Any) -> None:
    person, day = manager_in(turn), date.fromisoformat(value)
    if daily_of(turn.turn.session, _id(person), day) is None:
        raise _refuse(turn, Refusal(Refused.no_report), day, day)


def _move_notes(turn: FormTurn) -> Sequence[Markup]:
    t, report = turn.turn.t, daily_of(turn.turn.session, _id(manager_in(turn)), turn.day())
    if report is None:
        return []
    sent = t.moment(report.sent_at, turn.turn.zone)
    return [t("It was sent {moment}; its state follows the new day's deadline.", moment=sent)]


def _move(turn: FormTurn) -> None:
    whole, person = turn.turn, manager_in(turn)
    day, right_day = turn.day(), turn.day("right_day")
    try:
        report = redate_daily(whole.session, person, day, right_day, whole.person_id, whole.now)
    except Refusal as refusal:
        raise _refuse(turn, refusal, day, right_day) from None
    tell(
        whole,
        person,
        lambda t: t(
            "📅 An admin has moved your daily of {day} to {right_day}. It counts as: {state}.",
            day=t.day(day),
            right_day=t.day(right_day),
            state=t.plain(STATE_WORDS[report.state]),
        ),
    )
    t = whole.t
    said = t(
        "✅ The daily of {name} is now for {right_day} (was {day}): {state}.",
        name=display_name(person),
        right_day=t.day(right_day),
        day=t.day(day),
        state=t.plain(STATE_WORDS[report.state]),
    )
    back = Button(
        t.plain(N_("Reports of {name}"), name=display_name(person))[:40], button_data("exempt", "person", person.id)
    )
    whole.redraw(said, [[back]])


_DAY = Day(past_days=REACH)
_WHO = Field("person", N_("Who"), N_("Whose daily is it?"), HirePick(manager_options), words=("姓名", "谁"))
MOVE_FORM = Form(
    name="redate",
    title=N_("Move a daily"),
    words=("改期",),
    fields=(
        _WHO,
        Field(
            "day",
            N_("Stands under"),
            N_("Under which day does it stand?"),
            _DAY,
            words=("原日期", "from"),
            check=_check_there,
        ),
        Field("right_day", N_("Right day"), N_("Which day is the right one?"), _DAY, words=("新日期", "to")),
    ),
    save=_move,
    roles=ADMINS,
    notes=_move_notes,
    confirm_label=N_("✅ Confirm"),
)


# Filing for somebody


def _check_free(turn: FormTurn, value: Any) -> None:
    person, day = manager_in(turn), date.fromisoformat(value)
    if daily_of(turn.turn.session, _id(person), day) is not None:
        raise _refuse(turn, Refusal(Refused.day_taken), day, day)


def _was_working(turn: FormTurn) -> bool:
    return turn.values.get("status") == WORKING


def _file(turn: FormTurn) -> None:
    whole, person, day = turn.turn, manager_in(turn), turn.day()
    body = {key: turn.values.get(key) for key in ("status", "in_training", "trial", "plan")}
    text = _as_text(turn)
    try:
        report = backfill_daily(
            whole.session, person, day, body | {"day": day.isoformat()}, text, whole.person_id, whole.now
        )
    except Refusal as refusal:
        raise _refuse(turn, refusal, day, day) from None
    tell(
        whole,
        person,
        lambda t: t(
            "📝 An admin has filed your daily of {day} for you. It counts as: {state}. /me lets you look at it.",
            day=t.day(day),
            state=t.plain(STATE_WORDS[report.state]),
        ),
    )
    t = whole.t
    whole.redraw(
        t(
            "✅ Filed for {name}: daily of {day}, {state}.",
            name=display_name(person),
            day=t.day(day),
            state=t.plain(STATE_WORDS[report.state]),
        )
    )


def _as_text(turn: FormTurn) -> str:
    """One labelled line per field: what the composed reports quote."""
    t = turn.turn.t
    given = {
        key: value for key in ("status", "in_training", "trial", "plan") if (value := turn.values.get(key)) is not None
    }
    shown: dict[str, Kind] = {"status": _STATUS, "in_training": _IN_TRAINING, "trial": _TRIAL, "plan": _PLAN}
    labels = {each.key: t.plain(each.label) for each in OLD_FORM.fields}
    return "\n".join(f"{labels[key]}: {shown[key].show(value, turn)}" for key, value in given.items())


_STATUS = OneOf(
    (
        Option(WORKING, N_("At work"), ("上班", "在岗")),
        Option(RESTING, N_("Day off"), ("休息",)),
    )
)
_IN_TRAINING, _TRIAL, _PLAN = Number(0, 300), Numbers(TRIAL_PARTS), Text(2, 300)
OLD_FORM = Form(
    name="backfill",
    title=N_("File an old daily"),
    words=("补录",),
    fields=(
        _WHO,
        Field("day", N_("Day"), N_("Which day is it for?"), _DAY, words=("日期",), check=_check_free),
        Field(
            "status",
            N_("Status"),
            N_("Was it a day at work, or off?"),
            _STATUS,
            words=("状态",),
            preset=lambda turn: WORKING,
        ),
        Field(
            "in_training",
            N_("In training"),
            N_("How many people were in training?"),
            _IN_TRAINING,
            words=("在训",),
            applies=_was_working,
        ),
        Field(
            "trial",
            N_("Trial post"),
            N_("Trial post: how many on trial, passed, failed?"),
            _TRIAL,
            words=("试岗",),
            applies=_was_working,
            help=N_("Three numbers, e.g. 3/1/0. 0 is fine."),
        ),
        Field(
            "plan",
            N_("Plan for tomorrow"),
            N_("What was the plan for the next day? One line, please."),
            _PLAN,
            words=("计划",),
        ),
    ),
    save=_file,
    roles=ADMINS,
    confirm_label=N_("✅ Confirm"),
)
