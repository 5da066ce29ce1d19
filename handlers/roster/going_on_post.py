"""Marking hires on post 上岗, and correcting the date afterwards (handbook §5.1, §5.2, §6)."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from handlers.forms.fields import Field, Option, Wrong, iso
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import Day, OneOf, Text
from handlers.roster.cohort_form import cohort_choices, cohort_chosen
from handlers.roster.hire_card import draw_after, draw_hire
from handlers.roster.hire_picks import candidates_where, chosen, pick_fields
from handlers.roster.hire_words import some_names
from handlers.roster.roster_scope import as_wrong, own_cohort, own_hire, recording
from handlers.translations import N_
from storage.groups import record_audit
from storage.hire_state import close_of, day_no
from storage.order_book import orders_of_hire
from storage.people import Role
from storage.roster import Cohort, Hire, Stage
from storage.roster_events import (
    correct_on_post,
    move_to_cohort,
    pass_exam,
    pass_trial,
    put_on_post,
    record_drill,
)
from storage.roster_lists import should_ask_next_cohort
from storage.roster_rules import ENDED, NEXT_COHORT_AFTER_DAYS, RosterRefusal

PASSED, ONLY_PASSED, OVERRIDE = "passed", "only", "override"
STAY = "stay"
PAST_DAYS = 1100


def can_start(hire: Hire) -> bool:
    """Whether somebody is still before the post."""
    return hire.on_post is None and hire.stage not in ENDED


def lacking(hires: Sequence[Hire]) -> list[Hire]:
    """Those who have not passed both exam and drill."""
    return [hire for hire in hires if not (hire.exam_passed and hire.drill_passed)]


def _gate_options(turn: FormTurn) -> list[Option]:
    t, hires = turn.turn.t, chosen(turn)
    ready = len(hires) - len(lacking(hires))
    options = [Option(PASSED, N_("Yes, both passed"), ("通过", "都通过", "是", "passed", "yes"))]
    if ready:
        options.append(Option(ONLY_PASSED, t.plain(N_("Only the {count} who passed"), count=ready), literal=True))
    if turn.turn.who.role is Role.admin:
        options.append(Option(OVERRIDE, N_("No: override, with a reason"), ("override", "例外")))
    return options


def _check_gate(turn: FormTurn, value: Any) -> None:
    if value == OVERRIDE and turn.turn.who.role is not Role.admin:
        raise Wrong(N_("Only an admin may put somebody on post without exam and drill. Please ask one."))


def _asking(turn: FormTurn) -> list[Hire]:
    """Those whose date is so long after their cohort's first that it may be the next cohort's."""
    day = turn.day()
    late: dict[int, bool] = {}
    for hire in chosen(turn):
        if hire.cohort_id not in late:
            late[hire.cohort_id] = should_ask_next_cohort(turn.turn.session, hire.cohort_id, day)
    return [hire for hire in chosen(turn) if late[hire.cohort_id]]


def _belongs_options(turn: FormTurn) -> list[Option]:
    asking = _asking(turn)
    if not asking:
        return []
    return [Option(STAY, N_("Yes, this cohort")), *cohort_choices(turn, asking[0].company_id, asking[0].cohort_id)]


def going(turn: FormTurn) -> list[Hire]:
    """Who goes on post when it is confirmed."""
    hires = chosen(turn)
    if turn.values.get("gate") == ONLY_PASSED:
        short = lacking(hires)
        return [hire for hire in hires if hire not in short]
    return hires


def _notes(turn: FormTurn) -> Sequence[str | Markup]:
    t, hires, day = turn.turn.t, going(turn), turn.day()
    until = t.day(close_of(day, recording(turn.turn).window_days))
    said = [t(N_("{count} people; the window lasts until {day}, 24:00."), count=len(hires), day=until)]
    short = lacking(chosen(turn))
    if short and turn.values.get("gate") == PASSED:
        said.append(t(N_("Exam and drill are recorded as passed for: {names}"), names=some_names(t, short)))
    elif short and turn.values.get("gate") == ONLY_PASSED:
        said.append(t(N_("Not yet on post: {names}"), names=some_names(t, short)))
    on_trial = [hire for hire in hires if hire.stage is Stage.on_trial]
    if on_trial:
        said.append(t(N_("The trial post is recorded as passed for: {names}"), names=some_names(t, on_trial)))
    return said


def _warnings(turn: FormTurn) -> Sequence[str | Markup]:
    t, said = turn.turn.t, []
    cohort = own_cohort(turn.turn, turn.values.get("cohort", ""))
    if cohort is not None and cohort.starts_on is not None and turn.day() < cohort.starts_on:
        said.append(t(N_("The training begins on {day}, after this date."), day=t.day(cohort.starts_on)))
    return said


def _check(turn: FormTurn) -> None:
    if len({hire.company_id for hire in chosen(turn)}) > 1:
        raise Wrong(N_("These people are of several companies. Please go company by company."))
    if turn.values.get("whom") and not going(turn):
        raise Wrong(N_("Nobody is left to go on post. Exam and drill come first; the cohort's screen records them."))


def _save(turn: FormTurn) -> None:
    whole_turn, session, day = turn.turn, turn.turn.session, turn.day()
    told, gate = recording(whole_turn), turn.values.get("gate")
    override = str(turn.values.get("override") or "") if gate == OVERRIDE else ""
    if override:
        _check_gate(turn, gate)
    hires = going(turn)
    moving, target = _target(turn)
    for hire in hires:
        try:
            if target is not None and hire in moving:
                move_to_cohort(session, hire, target, told.today, told)
            if gate == PASSED and not hire.exam_passed:
                pass_exam(session, hire, day, told)
            if gate == PASSED and not hire.drill_passed:
                record_drill(session, hire, day, told, passed=True)
            if hire.stage is Stage.on_trial:
                pass_trial(session, hire, day, told)
            put_on_post(session, hire, day, told, override=override)
        except RosterRefusal as refusal:
            raise as_wrong(whole_turn, refusal, hire.name) from None
        if override:
            details = {"hire": hire.id, "reason": override}
            record_audit(session, whole_turn.now, whole_turn.person_id, "roster.gate_overridden", details)
    t = whole_turn.t
    names = some_names(t, hires)
    said = t(N_("✅ On post since {day}: {count} people ({names})."), day=t.day(day), count=len(hires), names=names)
    whole_turn.redraw(*draw_after(whole_turn, hires, above=said))


def _target(turn: FormTurn) -> tuple[list[Hire], Cohort | None]:
    """Who goes over to another cohort first, and to which."""
    belongs, asking = str(turn.values.get("belongs") or STAY), _asking(turn)
    if belongs == STAY or not asking:
        return [], None
    cohort = cohort_chosen(turn, belongs, asking[0].company_id, turn.day())
    return [hire for hire in asking if hire.cohort_id != cohort.id], cohort


ON_POST = Form(
    name="onpost",
    title=N_("On post"),
    words=("onpost",),
    fields=(
        *pick_fields(candidates_where(can_start), N_("Who goes on post?"), N_("Everybody ({count})")),
        Field(
            "day",
            N_("On-post date"),
            N_("Since when? That day is day 1."),
            Day(past_days=PAST_DAYS),
            preset=lambda turn: iso(turn.today),
            words=("日期", "date"),
        ),
        Field(
            "gate",
            N_("Exam and drill"),
            N_("Exam and drill come before going on post. Have all of them passed both?"),
            OneOf(_gate_options, per_row=1),
            applies=lambda turn: bool(lacking(chosen(turn))),
            check=_check_gate,
        ),
        Field(
            "override",
            N_("Reason"),
            N_("Why may they go on post without exam and drill?"),
            Text(2, 200),
            applies=lambda turn: turn.values.get("gate") == OVERRIDE,
        ),
        Field(
            "belongs",
            N_("Cohort"),
            N_("This is more than 15 days after the cohort's first on-post date. Is it still this cohort?"),
            OneOf(_belongs_options, per_row=1),
            applies=lambda turn: bool(_asking(turn)),
        ),
    ),
    save=_save,
    example=N_("/roster on-post Li Na, Zhang Wei 11/2"),
    check=_check,
    notes=_notes,
    warnings=_warnings,
)
assert NEXT_COHORT_AFTER_DAYS == 15, "the question names the number"


def _hire(turn: FormTurn) -> Hire | None:
    return own_hire(turn.turn, turn.values.get("whom", ""))


def _change_notes(turn: FormTurn) -> Sequence[str | Markup]:
    """What another on-post date does to the window and to the orders in it."""
    t, hire = turn.turn.t, _hire(turn)
    if hire is None or hire.on_post is None or hire.closes_on is None:
        return []
    day = turn.day()
    until = close_of(day, recording(turn.turn).window_days)
    orders = orders_of_hire(turn.turn.session, hire.id) if hire.id is not None else []
    before, after = (
        sum(o.quantity - o.refunded for o in orders if first <= o.day <= last)
        for first, last in ((hire.on_post, hire.closes_on), (day, until))
    )
    said = [
        t(
            N_("{name}: window {from_old}–{to_old} → {from_new}–{to_new}"),
            name=hire.name,
            from_old=t.day(hire.on_post),
            to_old=t.day(hire.closes_on),
            from_new=t.day(day),
            to_new=t.day(until),
        ),
        t(N_("Orders in the window: {before} → {after}. All figures follow."), before=before, after=after),
    ]
    if hire.last_day is not None and hire.last_day >= day:
        said.append(t(N_("The last day becomes day {number}."), number=day_no(day, hire.last_day)))
    return said


def _change_warnings(turn: FormTurn) -> Sequence[str | Markup]:
    t, hire = turn.turn.t, _hire(turn)
    if hire is None or hire.id is None:
        return []
    early = [o for o in orders_of_hire(turn.turn.session, hire.id) if o.day < turn.day() and o.quantity > o.refunded]
    if not early:
        return []
    return [t(N_("{count} orders are dated before this day and would not count."), count=len(early))]


def _save_date(turn: FormTurn) -> None:
    whole_turn, hire = turn.turn, _hire(turn)
    if hire is None:
        raise Wrong(N_("This hire is no longer yours to change."))
    before = hire.on_post
    try:
        correct_on_post(
            whole_turn.session, hire, turn.day(), recording(whole_turn), reason=turn.values.get("reason") or ""
        )
    except RosterRefusal as refusal:
        raise as_wrong(whole_turn, refusal, hire.name) from None
    details = {"hire": hire.id, "before": str(before), "after": str(hire.on_post)}
    record_audit(whole_turn.session, whole_turn.now, whole_turn.person_id, "roster.on_post_corrected", details)
    whole_turn.redraw(*draw_hire(whole_turn, hire, above=whole_turn.t(N_("✅ The on-post date is corrected."))))


ON_POST_DATE = Form(
    name="postdate",
    title=N_("Correct the on-post date"),
    words=("postdate",),
    fields=(
        Field(
            "day",
            N_("On-post date"),
            N_("What is the right on-post date?"),
            Day(past_days=PAST_DAYS),
            words=("日期", "date"),
        ),
        Field(
            "reason",
            N_("Reason"),
            N_("Why is it changed?"),
            Text(1, 200),
            required=False,
            asked=False,
            add_label=N_("＋ Reason"),
        ),
    ),
    save=_save_date,
    notes=_change_notes,
    warnings=_change_warnings,
)
