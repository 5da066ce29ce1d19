"""Exam, drill, trial post and elimination on the way to the post, for one hire or for many at once (handbook §6)."""

from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup

from handlers.forms.fields import Field, Option, Wrong, iso
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import Day, Number, OneOf
from handlers.roster.hire_card import draw_after
from handlers.roster.hire_picks import candidates_where, chosen, pick_fields
from handlers.roster.hire_words import some_names
from handlers.roster.leaving import Reason
from handlers.roster.roster_scope import as_wrong, own_cohort, own_hire, recording
from handlers.translations import N_
from storage.hire_state import Exam, replay
from storage.people import Company
from storage.roster import Hire, Stage
from storage.roster_events import (
    eliminate,
    fail_exam,
    fail_trial,
    history,
    miss_exam,
    pass_exam,
    pass_trial,
    record_drill,
    start_training,
    start_trial,
)
from storage.roster_rules import ENDED, Recording, RosterRefusal

NOT_POSSIBLE = N_("This is not possible for {names} at present.")
BOTH = "both"
STARTED, EXAM, EXAM_FAILED, EXAM_ABSENT = "started", "exam", "exam_failed", "exam_absent"
DRILL, DRILL_FAILED = "drill", "drill_failed"
TRIAL, TRIAL_PASSED, TRIAL_FAILED = "trial", "trial_passed", "trial_failed"
ELIMINATED = "eliminated"

STEPS = {
    STARTED: Option(STARTED, N_("Training started"), ("开训", "开始培训")),
    BOTH: Option(BOTH, N_("Exam and drill passed"), ("考试陪练通过", "都通过", "passed")),
    EXAM: Option(EXAM, N_("Exam passed"), ("考试通过", "考试合格")),
    EXAM_FAILED: Option(EXAM_FAILED, N_("Exam not passed"), ("考试未通过", "考试不合格")),
    EXAM_ABSENT: Option(EXAM_ABSENT, N_("Absent from exam"), ("缺考", "请假缺考")),
    DRILL: Option(DRILL, N_("Drill passed"), ("陪练通过", "陪练合格")),
    DRILL_FAILED: Option(DRILL_FAILED, N_("Drill not passed"), ("陪练未通过",)),
    TRIAL: Option(TRIAL, N_("Trial post started"), ("开始试岗", "试岗开始")),
    TRIAL_PASSED: Option(TRIAL_PASSED, N_("Trial post passed"), ("试岗通过", "试岗合格")),
    TRIAL_FAILED: Option(TRIAL_FAILED, N_("Trial not passed"), ("试岗未通过", "试岗淘汰")),
    ELIMINATED: Option(ELIMINATED, N_("Eliminated"), ("淘汰", "培训淘汰")),
}


def _everybody(hire: Hire) -> bool:
    return True


_FITS: dict[str, Callable[[Hire], bool]] = {
    STARTED: lambda hire: hire.on_post is None and not hire.trained,
    BOTH: lambda hire: not (hire.exam_passed and hire.drill_passed),
    EXAM: lambda hire: not hire.exam_passed,
    EXAM_FAILED: _everybody,
    EXAM_ABSENT: lambda hire: not hire.exam_passed,
    DRILL: lambda hire: not hire.drill_passed,
    DRILL_FAILED: _everybody,
    TRIAL: lambda hire: hire.on_post is None and hire.stage is not Stage.on_trial and hire.trial_passed is None,
    TRIAL_PASSED: lambda hire: hire.on_post is None and hire.stage is Stage.on_trial,
    TRIAL_FAILED: lambda hire: hire.on_post is None and hire.stage is Stage.on_trial,
    ELIMINATED: lambda hire: hire.on_post is None,
}
_TRIAL_STEPS = (TRIAL, TRIAL_PASSED, TRIAL_FAILED)
_TRAINING_STEPS = (STARTED, BOTH, EXAM, EXAM_FAILED, EXAM_ABSENT, DRILL, DRILL_FAILED)


def possible_steps(hires: Sequence[Hire], *, trial_first: bool) -> list[str]:
    """What can be recorded for at least one of these people, in the order in which the company does things."""
    # Whoever is on trial is mostly looked up for the result, which should not stand on the second page.
    is_running = any(hire.stage is Stage.on_trial for hire in hires)
    ordered = (*_TRIAL_STEPS, *_TRAINING_STEPS) if trial_first or is_running else (*_TRAINING_STEPS, *_TRIAL_STEPS)
    active = [hire for hire in hires if hire.stage not in ENDED]
    return [step for step in (*ordered, ELIMINATED) if any(_FITS[step](hire) for hire in active)]


def trial_first(company: Company) -> bool:
    """Whether the company lets people try the post before it trains them (handbook §6)."""
    return company.trial_when == "before_training"


def _fits_step(turn: FormTurn) -> list[Hire]:
    fits = _FITS.get(str(turn.values.get("what")), _everybody)
    return list(candidates_where(lambda hire: hire.stage not in ENDED and fits(hire))(turn))


def _step_options(turn: FormTurn) -> list[Option]:
    hires = [h for h in (own_hire(turn.turn, n) for n in str(turn.values.get("whom", "")).split(",")) if h is not None]
    hires = hires or list(candidates_where(lambda hire: hire.stage not in ENDED)(turn))
    if not hires:
        return []
    company = turn.turn.session.get_one(Company, hires[0].company_id)
    return [STEPS[step] for step in possible_steps(hires, trial_first=trial_first(company))]


def _check_whom(turn: FormTurn) -> None:
    fits = _FITS.get(str(turn.values.get("what")))
    unfit = [hire for hire in chosen(turn) if fits is not None and (hire.stage in ENDED or not fits(hire))]
    if unfit:
        raise Wrong(NOT_POSSIBLE, names=some_names(turn.turn.t, unfit))


def _make_up(turn: FormTurn, hire: Hire) -> bool:
    """Whether an absence now is one from the make-up exam."""
    state = replay(history(turn.turn.session, hire))
    return state.exam is not Exam.open


def _notes(turn: FormTurn) -> Sequence[str | Markup]:
    t, what, said = turn.turn.t, turn.values.get("what"), []
    if what == EXAM_ABSENT:
        again = [hire for hire in chosen(turn) if _make_up(turn, hire)]
        first = [hire for hire in chosen(turn) if hire not in again]
        if first:
            said.append(t(N_("A make-up exam follows for: {names}"), names=some_names(t, first)))
        if again:
            said.append(t(N_("Absent from the make-up too, so it counts as 0: {names}"), names=some_names(t, again)))
    elif what == ELIMINATED:
        said.append(t(N_("Counts as eliminated in training. Whoever resigned is recorded under “Left”.")))
    elif what == TRIAL_FAILED:
        said.append(t(N_("Ends here: they do not go on post.")))
    return said


def _save(turn: FormTurn) -> None:
    whole_turn, told = turn.turn, recording(turn.turn)
    what, hires, t = str(turn.values["what"]), chosen(turn), turn.turn.t
    zeros: list[Hire] = []
    for hire in hires:
        try:
            if _record(turn, what, hire, told):
                zeros.append(hire)
        except RosterRefusal as refusal:
            raise as_wrong(whole_turn, refusal, hire.name) from None
    label, names = STEPS[what].text(t), some_names(t, hires)
    said = t(N_("✅ {step}: {count} people ({names})."), step=label, count=len(hires), names=names)
    if zeros:
        said += Markup("\n") + t(N_("Absent from the make-up, counts as 0: {names}"), names=some_names(t, zeros))
    whole_turn.redraw(*draw_after(whole_turn, hires, above=said))


def _record(turn: FormTurn, what: str, hire: Hire, told: Recording) -> bool:
    """Record a step; whether an absence counts as 0."""
    session, day = turn.turn.session, turn.day()
    note = str(turn.values.get("note") or turn.values.get("cause") or "")
    score = "" if turn.values.get("score") is None else str(turn.values["score"])
    if what in {EXAM, BOTH} and not hire.exam_passed:
        pass_exam(session, hire, day, told, score=score)
    if what in {DRILL, BOTH} and not hire.drill_passed:
        record_drill(session, hire, day, told, passed=True)
    if what == EXAM_ABSENT:
        return miss_exam(session, hire, day, told, cause=note) is Exam.failed
    moves: dict[str, Callable[[], None]] = {
        STARTED: lambda: start_training(session, hire, day, told),
        EXAM_FAILED: lambda: fail_exam(session, hire, day, told, score=score),
        DRILL_FAILED: lambda: record_drill(session, hire, day, told, passed=False),
        TRIAL: lambda: start_trial(session, hire, day, told),
        TRIAL_PASSED: lambda: pass_trial(session, hire, day, told),
        TRIAL_FAILED: lambda: fail_trial(session, hire, day, told, reason=note),
        ELIMINATED: lambda: eliminate(session, hire, day, told, reason=note),
    }
    if what in moves:
        moves[what]()
    return False


def _has_score(turn: FormTurn) -> bool:
    return turn.values.get("what") in {EXAM, EXAM_FAILED, BOTH}


def _check_what(turn: FormTurn, value: Any) -> None:
    if turn.values.get("cohort") and own_cohort(turn.turn, turn.values["cohort"]) is None:
        raise Wrong(N_("This cohort is no longer yours to change."))


STEP = Form(
    name="step",
    title=N_("Exam, drill, trial"),
    words=("step",),
    fields=(
        Field("what", N_("What"), N_("What shall be recorded?"), OneOf(_step_options, per_row=2), check=_check_what),
        *pick_fields(_fits_step, N_("For whom?"), N_("Everybody ({count})")),
        Field(
            "day",
            N_("Date"),
            N_("On which day?"),
            Day(past_days=1100),
            preset=lambda turn: iso(turn.today),
        ),
        Field(
            "cause",
            N_("Cause"),
            N_("Why absent?"),
            Reason(usual=(N_("Ill"), N_("Family matter"), N_("With a customer"))),
            applies=lambda turn: turn.values.get("what") == EXAM_ABSENT,
        ),
        Field(
            "score",
            N_("Score"),
            N_("What score?"),
            Number(0, 100),
            required=False,
            asked=False,
            applies=_has_score,
            add_label=N_("＋ Score"),
        ),
        Field(
            "note",
            N_("Reason"),
            N_("For what reason?"),
            Reason(),
            required=False,
            asked=False,
            applies=lambda turn: turn.values.get("what") in {TRIAL_FAILED, ELIMINATED},
            add_label=N_("＋ Reason"),
        ),
    ),
    save=_save,
    check=_check_whom,
    notes=_notes,
    example=N_("/roster exam Li Na, Zhang Wei"),
)
