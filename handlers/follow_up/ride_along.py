"""Ride-along 陪访: a day at customers with a hire, with written feedback (handbook §6)."""

from collections.abc import Sequence

from markupsafe import Markup

from handlers.follow_up.ride_along_fields import FIELDS, refuse_unless_at_work
from handlers.forms import driver
from handlers.forms.choices import key_of
from handlers.forms.fields import Values, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.keyboards import Button, button_data
from handlers.roster.hire_choices import (
    chosen_name,
    hire_label,
    needed_hire,
    on_post_options,
    own_company_ids,
    own_hire,
)
from handlers.translations import N_
from handlers.turn import Turn
from storage.follow_up import RideAlong
from storage.people import Role
from storage.ride_alongs import (
    RideAlongNote,
    change_ride_along,
    count_ride_alongs_by,
    note_of,
    record_ride_along,
    ride_alongs_by,
)
from storage.roster import Hire

START, EDIT, LIST, CLOSE = "ridealong", "ride_edit", "ride_list", "ride_close"
LISTED = 8
LIST_WORDS = frozenset({"列表", "记录", "我的", "list", "mine"})


def start(turn: Turn) -> None:
    """`/ridealong`, 陪访: the form; with 列表 behind it the person's own ride-alongs."""
    written = turn.arguments if turn.press is None else ""
    if key_of(written) in LIST_WORDS:
        show_list(turn)
    elif not on_post_options(FormTurn(turn, {})):
        turn.say(turn.t("Nobody is on post in your companies yet. /roster puts hires on post."))
    else:
        driver.start(turn, RIDE_ALONG, pasted=written)


def edit(turn: Turn, ride_id: int) -> None:
    """Open the card of one of the person's own ride-alongs, to change it."""
    driver.start(turn, RIDE_ALONG, record_id=ride_id)


def pressed_edit(turn: Turn) -> None:
    """The Edit button of a ride-along."""
    edit(turn, _number(turn))


def edit_button(turn: Turn, ride: RideAlong, label: str = "") -> Button:
    """The button that opens a ride-along for editing."""
    return Button(label or turn.t.plain(N_("✏️ Edit")), button_data(EDIT, ride.id))


def load(turn: Turn, record_id: int) -> Values | None:
    """The values of a ride-along: the person's own, in one of their companies."""
    ride = _own(turn, record_id)
    if ride is None:
        return None
    note = note_of(ride)
    return {
        "hire": str(note.hire_id),
        "day": note.day.isoformat(),
        "part_of_day": note.part_of_day,
        "mode": note.mode,
        "visits": note.visits,
        "customer_kinds": ",".join(note.customer_kinds),
        "scores": dict(note.scores) or None,
        "did_well": note.did_well,
        "to_improve": note.to_improve,
        "next_step": note.next_step or None,
        "next_step_on": note.next_step_on.isoformat() if note.next_step_on else None,
    }


def save(turn: FormTurn) -> None:
    """Record the ride-along, or change the one under edit and keep its earlier version."""
    session, t, now, who = turn.turn.session, turn.turn.t, turn.turn.now, turn.turn.who
    hire = needed_hire(turn.turn, turn.values["hire"])
    refuse_unless_at_work(turn, hire, turn.day())
    note = _note(turn, hire)
    if turn.record_id is not None:
        ride = _own(turn.turn, turn.record_id)
        if ride is None:
            raise Wrong(driver.RECORD_GONE)
        change_ride_along(ride, note, hire.company_id, now)
        said = t("✅ Ride-along with {name} on {day} changed.", name=hire.name, day=t.day(note.day))
    else:
        assert who.id is not None
        ride = record_ride_along(session, note, hire.company_id, who.id, now)
        said = t("✅ Ride-along with {name} on {day} saved.", name=hire.name, day=t.day(note.day))
    session.flush()
    lines = [said]
    if note.next_step_on is not None:
        lines.append(t("Next step on {day}: {step}", day=t.day(note.next_step_on), step=note.next_step))
    keyboard = [[edit_button(turn.turn, ride), Button(t.plain(N_("My ride-alongs")), button_data(LIST))]]
    turn.turn.redraw(Markup("\n").join(lines), keyboard)


def notes(turn: FormTurn) -> Sequence[str | Markup]:
    """Whether the ride-along lies outside what coverage counts."""
    t, day = turn.turn.t, turn.day()
    hire = own_hire(turn.turn, turn.values.get("hire"))
    if hire is None or hire.closes_on is None or day <= hire.closes_on:
        return []
    return [t("{day} is after the 30 days of {name}: kept, outside coverage.", day=t.day(day), name=hire.name)]


def show_list(turn: Turn) -> None:
    """The person's own ride-alongs, newest first, each with a button to change it; pages from a button."""
    offset = _number(turn) if turn.press is not None else 0
    ids, person_id = own_company_ids(turn), turn.who.id
    assert person_id is not None
    rides = ride_alongs_by(turn.session, person_id, ids, LISTED, offset)
    if not rides:
        turn.say(turn.t("You have not recorded a ride-along yet. /ridealong begins one."))
        return
    lines = [turn.t("<b>My ride-alongs</b>")]
    keyboard: list[list[Button]] = []
    for ride in rides:
        hire = turn.session.get(Hire, ride.hire_id)
        name = hire_label(turn, hire, ride.day) if hire is not None else "—"
        lines.append(
            turn.t("{day} · {name}: {feedback}", day=turn.t.day(ride.day), name=name, feedback=_short(ride.to_improve))
        )
        keyboard.append([edit_button(turn, ride, f"✏️ {turn.t.day(ride.day)} {hire.name if hire else ''}")])
        if ride.next_step_on is not None and ride.next_step_closed_at is None:
            lines.append(turn.t("   ⏳ {day}: {step}", day=turn.t.day(ride.next_step_on), step=_short(ride.next_step)))
            keyboard[-1].append(close_button(turn, ride))
    keyboard.append(_pages(turn, offset, count_ride_alongs_by(turn.session, person_id, ids)))
    turn.redraw(Markup("\n").join(lines), keyboard)


def close_button(turn: Turn, ride: RideAlong) -> Button:
    """The button that closes a ride-along's next step."""
    return Button(turn.t.plain(N_("✅ Step done")), button_data(CLOSE, ride.id))


def pressed_close(turn: Turn) -> None:
    """Close an open next step: it is not reminded of any more."""
    ride = _own(turn, _number(turn))
    if ride is None or ride.next_step_on is None:
        turn.toast(turn.t.plain(driver.RECORD_GONE))
    elif ride.next_step_closed_at is not None:
        turn.toast(turn.t.plain(N_("It is closed already.")))
    else:
        ride.next_step_closed_at = turn.now
        turn.session.add(ride)
        turn.session.flush()
        turn.say(turn.t("✅ Next step closed: {step}", step=ride.next_step))


RIDE_ALONG = Form(
    name="ridealong",
    title=N_("Ride-along"),
    words=("陪访", "ridealong"),
    fields=FIELDS,
    about=chosen_name,
    save=save,
    notes=notes,
    confirm_label=N_("✅ Confirm"),
    example=N_(
        "Ride-along\nHire: Zhang Wei\nPart of the day: morning\nMode: hire does, I watch\nVisits: 3\n"
        "Customer kinds: cold visit\nDid well: friendly opening\nTo improve: ask about needs before the demo"
    ),
    load=load,
)


def _note(turn: FormTurn, hire: Hire) -> RideAlongNote:
    assert hire.id is not None
    values = turn.values
    return RideAlongNote(
        hire_id=hire.id,
        day=turn.day(),
        part_of_day=values["part_of_day"],
        mode=values["mode"],
        visits=values["visits"],
        customer_kinds=tuple(values["customer_kinds"].split(",")),
        scores=values.get("scores") or {},
        did_well=values["did_well"],
        to_improve=values["to_improve"],
        next_step=values.get("next_step") or "",
        next_step_on=turn.day("next_step_on") if values.get("next_step") and values.get("next_step_on") else None,
    )


def _own(turn: Turn, ride_id: int) -> RideAlong | None:
    """A ride-along the person recorded (an admin: any), in one of their companies."""
    ride = turn.session.get(RideAlong, ride_id)
    if ride is None or ride.company_id not in own_company_ids(turn):
        return None
    return ride if ride.person_id == turn.who.id or turn.who.role is Role.admin else None


def _number(turn: Turn) -> int:
    written = turn.press.arguments[0] if turn.press and turn.press.arguments else ""
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else 0


def _pages(turn: Turn, offset: int, total: int) -> list[Button]:
    buttons = []
    if offset:
        buttons.append(Button(turn.t.plain(N_("‹ Newer")), button_data(LIST, max(offset - LISTED, 0))))
    if offset + LISTED < total:
        buttons.append(Button(turn.t.plain(N_("Older ›")), button_data(LIST, offset + LISTED)))
    return buttons


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"
