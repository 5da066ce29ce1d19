"""Leaving 离职 and coming back, each with what it does to the figures (handbook §5.2, §6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from handlers.forms.fields import Field, Option, Wrong, iso
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import Day, OneOf, Text
from handlers.roster.cohort_form import cohort_choices, cohort_chosen
from handlers.roster.hire_card import draw_after, draw_hire
from handlers.roster.hire_picks import candidates_where, chosen, pick_fields
from handlers.roster.hire_words import some_names
from handlers.roster.roster_scope import as_wrong, own_hire, recording
from handlers.translations import N_, Translator
from handlers.turn import Turn
from storage.cohort_figures import LeavingEffect, effect_of_leaving
from storage.roster import EventKind, Hire, Stage
from storage.roster_events import eliminate, history, leave, record_event, rejoin
from storage.roster_rules import ENDED, RosterRefusal

AHEAD_DAYS = 62
RESIGNED, ELIMINATED = "resigned", "eliminated"

NUMERATOR = {
    -1: N_("numerator −1"),
    0: N_("numerator unchanged"),
    1: N_("numerator +1"),
}


@dataclass(frozen=True)
class Reason(Text):
    """A reason: typed, or one of the usual ones."""

    least: int = 1
    most: int = 200
    usual: tuple[str, ...] = ()

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """The usual reasons, in the reader's language."""
        t = turn.turn.t
        return tuple(Option(t.plain(text), t.plain(text), literal=True) for text in self.usual)


LEAVING_REASONS = Reason(
    usual=(
        N_("Own wish"),
        N_("Found another job"),
        N_("Family or health"),
        N_("No results"),
        N_("Let go"),
        N_("Stopped coming"),
    )
)


def effect_words(t: Translator, name: str, effect: LeavingEffect) -> Markup:
    """`张伟: 第12天离职: 分子减1, 分母不变`."""
    if effect.day_no is None:
        return t(N_("{name}: leaves before going on post, so no order rate changes."), name=name)
    numerator = t.plain(NUMERATOR[effect.numerator_delta])
    return t(
        N_("{name}: leaves on day {number}: {numerator}, denominator unchanged"),
        name=name,
        number=effect.day_no,
        numerator=numerator,
    )


def can_leave(hire: Hire) -> bool:
    """Whether somebody is still there."""
    return hire.stage not in ENDED


def _reason_noted(turn: FormTurn) -> str | None:
    """Why somebody left, when it is the last day that is corrected."""
    hires = chosen(turn)
    return (hires[0].left_reason or None) if len(hires) == 1 and hires[0].stage is Stage.left else None


def _in_training(turn: FormTurn) -> bool:
    hires = chosen(turn)
    return bool(hires) and all(hire.on_post is None for hire in hires)


def _check_day(turn: FormTurn, value: Any) -> None:
    if turn.values.get("how") == ELIMINATED and date.fromisoformat(value) > turn.today:
        raise Wrong(N_("An elimination is recorded on its day or afterwards. Please send today or an earlier day."))
    for hire in chosen(turn):
        if hire.on_post is not None and date.fromisoformat(value) < hire.on_post:
            raise Wrong(
                N_("{name} went on post on {day}: the last day cannot be earlier. Please check the date."),
                name=hire.name,
                day=turn.turn.t.day(hire.on_post),
            )


def _notes(turn: FormTurn) -> Sequence[str | Markup]:
    t = turn.turn.t
    if turn.values.get("how") == ELIMINATED:
        return [t(N_("Counts as eliminated in training; no order rate changes."))]
    there = [hire for hire in chosen(turn) if hire.on_post is None or hire.on_post <= turn.day()]
    effects = [(hire.name, effect_of_leaving(turn.turn.session, hire, turn.day())) for hire in there]
    said = [effect_words(t, name, effect) for name, effect in effects[:20]]
    if any(effect.day_no is not None for _, effect in effects):
        said.append(t(N_("The orders so far keep counting for the order level.")))
    return said


def _save(turn: FormTurn) -> None:
    whole_turn, session, told = turn.turn, turn.turn.session, recording(turn.turn)
    hires, reason = chosen(turn), str(turn.values.get("reason") or "")
    is_elimination = turn.values.get("how") == ELIMINATED
    t = whole_turn.t
    effects = [effect_words(t, hire.name, effect_of_leaving(session, hire, turn.day())) for hire in hires]
    for hire in hires:
        try:
            if is_elimination:
                eliminate(session, hire, turn.day(), told, reason=reason)
            else:
                leave(session, hire, turn.day(), told, reason=reason)
        except RosterRefusal as refusal:
            raise as_wrong(whole_turn, refusal, hire.name) from None
    names = some_names(t, hires)
    if is_elimination:
        said = t(N_("✅ Eliminated in training: {names}."), names=names)
    else:
        said = t(N_("✅ Left, last day {day}: {names}."), day=t.day(turn.day()), names=names)
        said = Markup("\n").join([said, *effects[:20]])
    whole_turn.redraw(*draw_after(whole_turn, hires, above=said))


def undo(turn: Turn, hire: Hire, last_day: str) -> None:
    """Take back a leaving or an elimination recorded by mistake: back on the next day, so there is no gap."""
    events = history(turn.session, hire)
    undoable = {EventKind.left, EventKind.eliminated, EventKind.trial_failed}
    if hire.last_day is None or str(hire.last_day) != last_day or not events or events[-1].kind not in undoable:
        turn.toast(turn.t.plain(N_("There is nothing to undo any more.")))
        turn.redraw(*draw_hire(turn, hire))
        return
    back = hire.last_day + timedelta(days=1)
    record_event(turn.session, hire, EventKind.rejoined, back, recording(turn), note=turn.t.plain(N_("taken back")))
    turn.redraw(*draw_hire(turn, hire, above=turn.t(N_("↩ Taken back: {name} is still there."), name=hire.name)))


LEFT = Form(
    name="left",
    title=N_("Left"),
    words=("left",),
    fields=(
        *pick_fields(candidates_where(can_leave), N_("Who left?")),
        Field(
            "how",
            N_("How"),
            N_("Still in training: resigned, or eliminated?"),
            OneOf(
                (Option(RESIGNED, N_("Resigned"), ("离职", "主动")), Option(ELIMINATED, N_("Eliminated"), ("淘汰",)))
            ),
            applies=_in_training,
        ),
        Field(
            "day",
            N_("Last day"),
            N_("Which day was the last one at work?"),
            Day(past_days=1100, future_days=AHEAD_DAYS),
            check=_check_day,
            words=("日期", "date"),
        ),
        Field(
            "reason",
            N_("Reason"),
            N_("Why? Tap, or type a few words."),
            LEAVING_REASONS,
            preset=_reason_noted,
            applies=lambda turn: turn.values.get("how") != ELIMINATED,
        ),
    ),
    save=_save,
    notes=_notes,
    example=N_("/roster left Li Na 11/20"),
)


def _hire(turn: FormTurn) -> Hire | None:
    return own_hire(turn.turn, turn.values.get("whom", ""))


def _is_new_episode(turn: FormTurn) -> bool:
    hire = _hire(turn)
    return hire is not None and hire.closes_on is not None and turn.day() > hire.closes_on


def _other_cohorts(turn: FormTurn) -> list[Option]:
    hire = _hire(turn)
    if hire is None:
        return []
    return cohort_choices(turn, hire.company_id, hire.cohort_id)


def _first_day_back(turn: FormTurn) -> date:
    hire = _hire(turn)
    return hire.last_day + timedelta(days=1) if hire is not None and hire.last_day is not None else turn.today


def _rejoin_notes(turn: FormTurn) -> Sequence[str | Markup]:
    t, hire = turn.turn.t, _hire(turn)
    if hire is None:
        return []
    if _is_new_episode(turn):
        return [
            t(
                N_("The window closed before: {name} starts anew with the cohort chosen; the old one keeps a leaver."),
                name=hire.name,
            )
        ]
    if hire.closes_on is not None:
        return [
            t(
                N_("Back inside the window: it is not extended and closes on {day} as before."),
                day=t.day(hire.closes_on),
            )
        ]
    return [t(N_("Goes on where {name} was before leaving."), name=hire.name)]


def _rejoin_save(turn: FormTurn) -> None:
    whole_turn, hire = turn.turn, _hire(turn)
    if hire is None:
        raise Wrong(N_("This hire is no longer yours to change."))
    cohort = None
    if _is_new_episode(turn):
        cohort = cohort_chosen(turn, turn.values.get("cohort"), hire.company_id, turn.day())
    try:
        back = rejoin(whole_turn.session, hire, turn.day(), recording(whole_turn), new_cohort=cohort)
    except RosterRefusal as refusal:
        raise as_wrong(whole_turn, refusal, hire.name) from None
    whole_turn.redraw(*draw_hire(whole_turn, back, above=whole_turn.t(N_("✅ {name} is back."), name=back.name)))


REJOIN = Form(
    name="rejoin",
    title=N_("Rejoined"),
    words=("rejoin",),
    fields=(
        Field(
            "day",
            N_("First day back"),
            N_("Which day was the first one back at work?"),
            Day(earliest=_first_day_back),
            preset=lambda turn: iso(turn.today) if turn.today >= _first_day_back(turn) else None,
            words=("日期", "date"),
        ),
        Field(
            "cohort",
            N_("Cohort"),
            N_("The window has closed: with which cohort does a new start begin?"),
            OneOf(_other_cohorts, per_row=1),
            applies=_is_new_episode,
        ),
    ),
    save=_rejoin_save,
    notes=_rejoin_notes,
)
