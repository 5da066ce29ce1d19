"""Spot check 抽查: basic skills, rules or promotion, with written feedback (handbook §6)."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from handlers.follow_up.own_lists import LIST_WORDS, LISTED, Entry, argument, offset_of, short, show_entries
from handlers.follow_up.present_hires import present, present_options, refuse_gone
from handlers.forms import driver
from handlers.forms.choices import key_of
from handlers.forms.fields import Field, Option, Values, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import Day, HirePick, OneOf, Text
from handlers.keyboards import Button, button_data
from handlers.people.roles import number
from handlers.roster.hire_choices import chosen_name, hire_name, needed_hire, own_hire
from handlers.roster.roster_scope import company_ids
from handlers.translations import N_
from handlers.turn import Turn
from storage.follow_up import SpotCheck
from storage.people import Role
from storage.ride_alongs import WRITTEN_FEEDBACK
from storage.roster import Hire
from storage.spot_checks import (
    SpotCheckNote,
    change_spot_check,
    count_spot_checks_by,
    record_spot_check,
    spot_checks_by,
)

START, EDIT, LIST = "spotcheck", "spot_edit", "spot_list"
TOPICS = (
    Option("basics", N_("Basic skills"), ("基本功", "basics")),
    Option("rules", N_("Rules and policy"), ("制度规范", "制度", "规范", "rules")),
    Option("promotion", N_("Promotion"), ("促销政策", "促销", "promotion")),
)
RESULTS = (
    Option("good", N_("Good"), ("好", "良好", "优秀", "合格", "通过")),
    Option("fair", N_("Fair"), ("一般", "中", "尚可")),
    Option("poor", N_("To be repeated"), ("差", "不合格", "不通过", "poor")),
)


def start(turn: Turn) -> None:
    """`/spotcheck`, 抽查: the form; with 列表 behind it the own spot checks."""
    written = turn.arguments if turn.press is None else ""
    if key_of(written) in LIST_WORDS:
        show_list(turn)
    elif not present(FormTurn(turn, {})):
        turn.say(turn.t("There is nobody on the roster of your companies yet. /roster adds people."))
    else:
        driver.start(turn, SPOT_CHECK, pasted=written)


def pressed_edit(turn: Turn) -> None:
    """The Edit button of a spot check."""
    driver.start(turn, SPOT_CHECK, record_id=number(argument(turn)) or 0)


def load(turn: Turn, record_id: int) -> Values | None:
    """The values of one of the person's own spot checks."""
    check = _own(turn, record_id)
    if check is None:
        return None
    return {
        "hire": str(check.hire_id),
        "day": check.day.isoformat(),
        "topic": check.topic,
        "result": check.result,
        "feedback": check.feedback,
    }


def save(turn: FormTurn) -> None:
    """Record the spot check, or change the one under edit and keep its earlier version."""
    session, t, now = turn.turn.session, turn.turn.t, turn.turn.now
    hire = needed_hire(turn.turn, turn.values["hire"])
    refuse_gone(turn, hire)
    assert hire.id is not None
    note = SpotCheckNote(
        hire_id=hire.id,
        day=turn.day(),
        topic=turn.values["topic"],
        result=turn.values["result"],
        feedback=turn.values["feedback"],
    )
    if turn.record_id is not None:
        check = _own(turn.turn, turn.record_id)
        if check is None:
            raise Wrong(driver.RECORD_GONE)
        change_spot_check(check, note, hire.company_id, now)
        said = t("✅ Spot check of {name} on {day} changed.", name=hire.name, day=t.day(note.day))
    else:
        check = record_spot_check(session, note, hire.company_id, turn.turn.person_id, now)
        said = t("✅ Spot check of {name} on {day} saved.", name=hire.name, day=t.day(note.day))
    session.flush()
    mine = Button(t.plain(N_("My spot checks")), button_data(LIST))
    again = Button(t.plain(N_("Check another one")), button_data(START))
    turn.turn.redraw(said, [[edit_button(turn.turn, check), mine], [again]])


def notes(turn: FormTurn) -> Sequence[str | Markup]:
    """Whether the spot check lies outside what coverage counts."""
    t, day, hire = turn.turn.t, turn.day(), own_hire(turn.turn, turn.values.get("hire"))
    if hire is None:
        return []
    if hire.on_post is None or hire.closes_on is None or day < hire.on_post:
        return [t("{name} is not on post on {day}: kept, outside coverage.", day=t.day(day), name=hire.name)]
    if day > hire.closes_on:
        return [t("{day} is after the 30 days of {name}: kept, outside coverage.", day=t.day(day), name=hire.name)]
    return []


def show_list(turn: Turn) -> None:
    """The person's own spot checks, newest first, each with a button to change it."""
    ids, offset, t = company_ids(turn), offset_of(turn), turn.t
    checks = spot_checks_by(turn.session, turn.person_id, ids, LISTED, offset)
    if not checks:
        turn.say(t("You have not recorded a spot check yet. /spotcheck begins one."))
        return
    entries = []
    for check in checks:
        hire = turn.session.get(Hire, check.hire_id)
        name = hire.name if hire is not None else "—"
        line = t(
            "{day} · {name} · {topic}, {result}: {feedback}",
            day=t.day(check.day),
            name=name,
            topic=_label(turn, TOPICS, check.topic),
            result=_label(turn, RESULTS, check.result),
            feedback=short(check.feedback),
        )
        entries.append(Entry(line, [edit_button(turn, check, f"✏️ {t.day(check.day)} {name}")]))
    total = count_spot_checks_by(turn.session, turn.person_id, ids)
    show_entries(turn, t("<b>My spot checks</b>"), entries, LIST, offset, total)


def edit_button(turn: Turn, check: SpotCheck, label: str = "") -> Button:
    """The button that opens a spot check for editing."""
    return Button(label or turn.t.plain(N_("✏️ Edit")), button_data(EDIT, check.id))


def _check_hire(turn: FormTurn, value: Any) -> None:
    refuse_gone(turn, needed_hire(turn.turn, value))


def _check_day(turn: FormTurn, value: Any) -> None:
    hire = own_hire(turn.turn, turn.values.get("hire"))
    if hire is not None:
        refuse_gone(turn, hire)


FIELDS = (
    Field(
        key="hire",
        label=N_("Hire"),
        ask=N_("Whom did you check?"),
        kind=HirePick(present_options, name=hire_name),
        words=("新人", "姓名", "hire"),
        help=N_("Tap a name, or type it."),
        check=_check_hire,
    ),
    Field(
        key="day",
        label=N_("Date"),
        ask=N_("On which day was it?"),
        kind=Day(),
        words=("日期",),
        preset=lambda turn: turn.today.isoformat(),
        check=_check_day,
    ),
    Field(
        key="topic",
        label=N_("Checked"),
        ask=N_("What was checked?"),
        kind=OneOf(TOPICS),
        words=("抽查内容", "内容", "主题", "topic"),
    ),
    Field(key="result", label=N_("Result"), ask=N_("How was it?"), kind=OneOf(RESULTS), words=("结果", "result")),
    Field(
        key="feedback",
        label=N_("Feedback"),
        ask=N_("What did you tell them? This is the written feedback."),
        kind=Text(WRITTEN_FEEDBACK, 500, "many"),
        words=("反馈", "书面反馈", "feedback"),
        help=N_("At least 10 characters; no customers' names or phone numbers."),
    ),
)
SPOT_CHECK = Form(
    name="spotcheck",
    title=N_("Spot check"),
    words=("抽查", "spotcheck"),
    fields=FIELDS,
    about=chosen_name,
    save=save,
    notes=notes,
    confirm_label=N_("✅ Confirm"),
    example=N_(
        "Spot check\nHire: Zhang Wei\nChecked: basic skills\nResult: fair\n"
        "Feedback: knows the steps, should ask more questions"
    ),
    load=load,
)


def _label(turn: Turn, options: Sequence[Option], value: str) -> str:
    return next((option.text(turn.t) for option in options if option.value == value), value)


def _own(turn: Turn, check_id: int) -> SpotCheck | None:
    """A spot check the person recorded (an admin: any), in one of their companies."""
    check = turn.session.get(SpotCheck, check_id)
    if check is None or check.company_id not in company_ids(turn):
        return None
    return check if check.person_id == turn.person_id or turn.who.role is Role.admin else None
