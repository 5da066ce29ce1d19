"""Practice drill 陪练: you do it, I watch, with the correction method; what went wrong is carried on (handbook §6)."""

from collections.abc import Sequence

from markupsafe import Markup

from handlers.follow_up.drill_fields import FIELDS, STEPS, content_words, drilled
from handlers.follow_up.own_lists import LIST_WORDS, LISTED, Entry, argument, offset_of, short, show_entries
from handlers.follow_up.present_hires import names_of, present
from handlers.forms import driver
from handlers.forms.choices import key_of
from handlers.forms.fields import Values, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.keyboards import Button, button_data
from handlers.people.roles import number
from handlers.roster.hire_choices import own_company_ids
from handlers.roster.roster_scope import company_ids
from handlers.translations import N_
from handlers.turn import Turn
from storage.drills import (
    OTHER,
    DrillNote,
    change_drill,
    count_drills_by,
    drills_by,
    last_drill,
    note_of,
    record_drill,
)
from storage.follow_up import Drill
from storage.people import Role
from storage.roster import HireId

START, EDIT, LIST = "drill", "drill_edit", "drill_list"
CARRIED_COMPANIES = 3
"""Somebody who looks after more reads the carried problems on the card, once the people are chosen."""


def start(turn: Turn) -> None:
    """`/drill`, 陪练: the form, after what the last drill left to work on; with 列表 behind it the own drills."""
    written = turn.arguments if turn.press is None else ""
    if key_of(written) in LIST_WORDS:
        show_list(turn)
    elif not present(FormTurn(turn, {})):
        turn.say(turn.t("There is nobody on the roster of your companies yet. /roster adds people."))
    else:
        ids = own_company_ids(turn)
        for company_id in ids if len(ids) <= CARRIED_COMPANIES else ():
            last = last_drill(turn.session, company_id)
            if last is not None and last.common_problems:
                turn.say(_carried(turn, last))
        driver.start(turn, DRILL, pasted=written)


def pressed_edit(turn: Turn) -> None:
    """The Edit button of a drill."""
    driver.start(turn, DRILL, record_id=number(argument(turn)) or 0)


def load(turn: Turn, record_id: int) -> Values | None:
    """The values of one of the person's own drills."""
    drill = _own(turn, record_id)
    if drill is None:
        return None
    note = note_of(drill)
    ticks = {"acted_out": note.acted_out, "commented": note.commented, "corrected": note.corrected}
    return {
        "day": note.day.isoformat(),
        "starts": note.starts,
        "hires": [str(hire_id) for hire_id in note.hires],
        "content": list(note.content),
        "other": note.other_content or None,
        "steps": [step.value for step in STEPS if ticks[step.value]] or None,
        "problems": note.common_problems or None,
        "result": note.result,
    }


def save(turn: FormTurn) -> None:
    """Record the drill, or change the one under edit and keep its earlier version."""
    session, t, now = turn.turn.session, turn.turn.t, turn.turn.now
    hires, note = drilled(turn, turn.values["hires"]), _note(turn)
    company_id, people = hires[0].company_id, len(hires)
    if turn.record_id is not None:
        drill = _own(turn.turn, turn.record_id)
        if drill is None:
            raise Wrong(driver.RECORD_GONE)
        change_drill(drill, note, company_id, now)
        said = t("✅ Drill of {day} changed.", day=t.day(note.day))
    else:
        drill = record_drill(session, note, company_id, turn.turn.person_id, now)
        said = t.plural(
            "✅ Drill saved: {day}, {count} person.",
            "✅ Drill saved: {day}, {count} people.",
            people,
            day=t.day(note.day),
        )
    session.flush()
    lines = [said]
    if note.common_problems:
        lines.append(t("The common problems will be shown at the beginning of the next drill."))
    mine = Button(t.plain(N_("My drills")), button_data(LIST))
    turn.turn.redraw(Markup("\n").join(lines), [[edit_button(turn.turn, drill), mine]])


def notes(turn: FormTurn) -> Sequence[str | Markup]:
    """What the company's last drill left to work on."""
    try:
        company_id = drilled(turn, turn.values.get("hires") or [])[0].company_id
    except Wrong:
        return []
    last = last_drill(turn.turn.session, company_id, turn.record_id) if turn.record_id is None else None
    return [_carried(turn.turn, last)] if last is not None and last.common_problems else []


def show_list(turn: Turn) -> None:
    """The person's own drills, newest first, each with a button to change it."""
    ids, offset = company_ids(turn), offset_of(turn)
    drills = drills_by(turn.session, turn.person_id, ids, LISTED, offset)
    if not drills:
        turn.say(turn.t("You have not recorded a drill yet. /drill begins one."))
        return
    entries = [
        Entry(
            turn.t(
                "{day} {time} · {people} · {content}",
                day=turn.t.day(drill.day),
                time=drill.starts,
                people=names_of(FormTurn(turn, {}), drill.hires, most=3),
                content=short(content_words(turn.t, note_of(drill))),
            ),
            [edit_button(turn, drill, f"✏️ {turn.t.day(drill.day)} {drill.starts}")],
        )
        for drill in drills
    ]
    total = count_drills_by(turn.session, turn.person_id, ids)
    show_entries(turn, turn.t("<b>My drills</b>"), entries, LIST, offset, total)


def edit_button(turn: Turn, drill: Drill, label: str = "") -> Button:
    """The button that opens a drill for editing."""
    return Button(label or turn.t.plain(N_("✏️ Edit")), button_data(EDIT, drill.id))


DRILL = Form(
    name="drill",
    title=N_("Drill"),
    words=("陪练", "drill"),
    fields=FIELDS,
    save=save,
    notes=notes,
    confirm_label=N_("✅ Confirm"),
    example=N_(
        "Drill\nStarts at: 14:00\nWho took part: Zhang Wei, Li Na\nContent: CRM, two-minute introduction\n"
        "Steps: acted out, commented, corrected\nCommon problems: the introduction takes too long\nResult: good"
    ),
    load=load,
)


def _carried(turn: Turn, last: Drill) -> Markup:
    return turn.t(
        "📌 To work on since the drill of {day}: {problems}", day=turn.t.day(last.day), problems=last.common_problems
    )


def _note(turn: FormTurn) -> DrillNote:
    values = turn.values
    steps = values.get("steps") or []
    return DrillNote(
        day=turn.day(),
        starts=values["starts"],
        hires=tuple(HireId(int(written)) for written in values["hires"]),
        content=tuple(values["content"]),
        other_content=(values.get("other") or "") if OTHER in values["content"] else "",
        acted_out="acted_out" in steps,
        commented="commented" in steps,
        corrected="corrected" in steps,
        common_problems=values.get("problems") or "",
        result=values["result"],
    )


def _own(turn: Turn, drill_id: int) -> Drill | None:
    """A drill the person recorded (an admin: any), in one of their companies."""
    drill = turn.session.get(Drill, drill_id)
    if drill is None or drill.company_id not in company_ids(turn):
        return None
    return drill if drill.person_id == turn.person_id or turn.who.role is Role.admin else None
