"""Moving a hire to another cohort before going on post, and correcting a name (handbook §5.2, §6)."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from handlers.forms.fields import Field, Option, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import OneOf, Text
from handlers.roster.cohort_form import cohort_choices, cohort_chosen
from handlers.roster.hire_card import draw_hire
from handlers.roster.new_hires import same_name_words
from handlers.roster.roster_entry import LONGEST_NAME, HireLine, checked, clean
from handlers.roster.roster_scope import as_wrong, own_hire, recording
from handlers.translations import N_
from storage.roster import Hire
from storage.roster_events import move_to_cohort, rename
from storage.roster_lists import same_names
from storage.roster_rules import RosterRefusal

NOT_YOURS = N_("This hire is no longer yours to change.")


def _hire(turn: FormTurn) -> Hire | None:
    return own_hire(turn.turn, turn.values.get("whom", ""))


def _cohorts(turn: FormTurn) -> list[Option]:
    hire = _hire(turn)
    if hire is None:
        return []
    return cohort_choices(turn, hire.company_id, hire.cohort_id)


def _move(turn: FormTurn) -> None:
    whole_turn, hire = turn.turn, _hire(turn)
    if hire is None:
        raise Wrong(NOT_YOURS)
    cohort = cohort_chosen(turn, turn.values.get("to"), hire.company_id, turn.today)
    try:
        move_to_cohort(whole_turn.session, hire, cohort, whole_turn.today, recording(whole_turn))
    except RosterRefusal as refusal:
        raise as_wrong(whole_turn, refusal, hire.name) from None
    said = whole_turn.t(N_("✅ {name} is in {cohort} now."), name=hire.name, cohort=cohort.name)
    whole_turn.redraw(*draw_hire(whole_turn, hire, above=said))


def _move_notes(turn: FormTurn) -> Sequence[str | Markup]:
    hire = _hire(turn)
    said = turn.turn.t(N_("{name} counts where he or she goes on post."), name=hire.name if hire else "")
    return [said]


MOVE = Form(
    name="movehire",
    title=N_("To another cohort"),
    words=("movehire",),
    fields=(Field("to", N_("Cohort"), N_("To which cohort from now on?"), OneOf(_cohorts, per_row=1)),),
    save=_move,
    notes=_move_notes,
)


def _check_name(turn: FormTurn, value: Any) -> None:
    try:
        checked(HireLine(clean(str(value))), turn.today)
    except Wrong as wrong:
        why = turn.turn.t.plain(wrong.message, **wrong.values)
        raise Wrong(N_("This cannot be taken: {why}. Please send the name alone."), why=why) from None


def _rename(turn: FormTurn) -> None:
    whole_turn, hire = turn.turn, _hire(turn)
    if hire is None:
        raise Wrong(NOT_YOURS)
    former = hire.name
    try:
        rename(whole_turn.session, hire, clean(str(turn.values["name"])), recording(whole_turn))
    except RosterRefusal as refusal:
        raise as_wrong(whole_turn, refusal, hire.name) from None
    said = whole_turn.t(N_("✅ {former} is now {name}."), former=former, name=hire.name)
    whole_turn.redraw(*draw_hire(whole_turn, hire, above=said))


def _rename_warnings(turn: FormTurn) -> Sequence[str | Markup]:
    hire = _hire(turn)
    name = clean(str(turn.values.get("name") or ""))
    if hire is None or name == hire.name:
        return []
    return same_name_words(turn.turn.t, same_names(turn.turn.session, hire.company_id, [name]), turn.today)


RENAME = Form(
    name="hirename",
    title=N_("Rename"),
    words=("hirename",),
    fields=(Field("name", N_("Hire's name"), N_("What is the right name?"), Text(1, LONGEST_NAME), check=_check_name),),
    save=_rename,
    warnings=_rename_warnings,
)
