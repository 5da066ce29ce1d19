"""A hire's card: everything that is known, and buttons for what is possible next (handbook §6)."""

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from handlers.keyboards import Button, rows_of
from handlers.roster.hire_words import short_day, stage_words
from handlers.roster.roster_screens import Screen, button, draw_cohort
from handlers.translations import N_, Translator
from handlers.turn import Turn
from storage.cohort_figures import months_after
from storage.hire_state import Exam, HireState, day_no, replay
from storage.order_book import orders_of_hire
from storage.people import Company
from storage.roster import Cohort, EventKind, Hire, HireEvent, Stage
from storage.roster_events import history
from storage.roster_rules import ENDED

EXAM_WORDS = {
    Exam.open: N_("exam open"),
    Exam.make_up: N_("exam: make-up to come"),
    Exam.passed: N_("exam passed"),
    Exam.failed: N_("exam not passed"),
}


EARNING_MONTHS = 6
EARNING_WORDS = {None: N_("not entered"), True: N_("yes"), False: N_("not yet")}


def draw_hire(turn: Turn, hire: Hire, *, above: str | Markup = "") -> Screen:
    """The card of one hire."""
    t, session = turn.t, turn.session
    events = history(session, hire)
    cohort, company = session.get_one(Cohort, hire.cohort_id), session.get_one(Company, hire.company_id)
    lines = [Markup.escape(above), Markup("")] if above else []
    lines.append(Markup("<b>{}</b> · {}").format(hire.name, stage_words(t, hire, turn.today)))
    lines.append(Markup("{} · {}").format(cohort.name, company.name))
    lines += _training_lines(t, hire, replay(events))
    lines += _post_lines(turn, hire, events)
    if is_asked_about_earning(hire, turn.today):
        lines.append(t(N_("Earning at six months: {answer}"), answer=t.plain(EARNING_WORDS[replay(events).earning])))
    if hire.stage in ENDED and hire.last_day is not None:
        lines.append(
            t(N_("Last day {day}. Reason: {reason}"), day=t.day(hire.last_day), reason=hire.left_reason or "—")
        )
    return Markup("\n").join(lines), _buttons(turn, hire, trial_first=company.trial_when == "before_training")


def is_asked_about_earning(hire: Hire, today: date) -> bool:
    """Whether the manager may say if somebody earns: six months after going on post (handbook §9)."""
    return hire.on_post is not None and hire.stage not in ENDED and today >= months_after(hire.on_post, EARNING_MONTHS)


def draw_after(turn: Turn, hires: Sequence[Hire], *, above: str | Markup = "") -> Screen:
    """What is shown after something was recorded: the card of the one, the cohort of several."""
    if len(hires) == 1:
        return draw_hire(turn, hires[0], above=above)
    cohort = turn.session.get_one(Cohort, hires[0].cohort_id)
    return draw_cohort(turn, cohort, above=above)


def _training_lines(t: Translator, hire: Hire, state: HireState) -> list[Markup]:
    started = t.plain(N_("training started")) if state.trained else t.plain(N_("training not started"))
    parts = [started, t.plain(EXAM_WORDS[state.exam])]
    parts.append(t.plain(N_("drill passed")) if state.drill_passed else t.plain(N_("drill open")))
    if state.trial_running:
        parts.append(t.plain(N_("on trial")))
    elif state.trial_passed is not None:
        parts.append(t.plain(N_("trial post passed")) if state.trial_passed else t.plain(N_("trial post not passed")))
    return [Markup.escape(" · ".join(parts))]


def _post_lines(turn: Turn, hire: Hire, events: Sequence[HireEvent]) -> list[Markup]:
    if hire.on_post is None or hire.closes_on is None or hire.id is None:
        return []
    t = turn.t
    lines = [
        t(
            N_("On post {day}; the window lasts until {until}, 24:00"),
            day=_long_day(turn, hire),
            until=t.day(hire.closes_on),
        )
    ]
    override = next((e.note for e in events if e.kind is EventKind.on_post and e.note), "")
    if override:
        lines.append(t(N_("On post by an admin's override: {reason}"), reason=override))
    orders = orders_of_hire(turn.session, hire.id)
    counted = sum(o.quantity - o.refunded for o in orders if hire.on_post <= o.day <= hire.closes_on)
    later = sum(o.quantity - o.refunded for o in orders) - counted
    lines.append(t(N_("Orders in the window: {count}"), count=counted))
    if later:
        lines.append(t(N_("Orders outside of it: {count} (kept, not counted)"), count=later))
    if hire.stage is Stage.left and hire.last_day is not None:
        lines.append(t(N_("Left on day {number}"), number=day_no(hire.on_post, hire.last_day)))
    return lines


def _long_day(turn: Turn, hire: Hire) -> str:
    assert hire.on_post is not None
    return turn.t.day(hire.on_post) if hire.on_post.year == turn.today.year else short_day(hire.on_post, turn.today)


def _buttons(turn: Turn, hire: Hire, *, trial_first: bool) -> list[list[Button]]:
    t, number = turn.t, hire.id
    steps: list[Button] = []
    if hire.stage not in ENDED and hire.on_post is None:
        steps.append(button(t, N_("On post"), "post1", number))
        steps.append(button(t, N_("Exam, drill, trial"), "step1", number))
    elif hire.stage not in ENDED and not (hire.exam_passed and hire.drill_passed):
        steps.append(button(t, N_("Exam, drill"), "step1", number))
    if hire.stage not in ENDED:
        steps.append(button(t, N_("Left"), "left1", number))
    elif hire.last_day is not None:
        if hire.last_day < turn.today:
            steps.append(button(t, N_("Rejoined"), "rejoin", number))
        steps.append(button(t, N_("↩ Undo: still there"), "undo", number, hire.last_day))
        if hire.stage is Stage.left:
            steps.append(button(t, N_("Correct last day"), "left1", number))
    if is_asked_about_earning(hire, turn.today):
        steps += [
            button(t, N_("Earns"), "earning", number, "yes"),
            button(t, N_("Does not earn yet"), "earning", number, "no"),
        ]
    changes = [button(t, N_("Correct date"), "date", number)] if hire.on_post is not None else []
    if hire.on_post is None and hire.stage not in ENDED:
        changes.append(button(t, N_("Other cohort"), "move", number))
    changes += [button(t, N_("Rename"), "rename", number), button(t, N_("History"), "history", number)]
    return [*rows_of(steps, 2), *rows_of(changes, 3), [button(t, N_("‹ Cohort"), "cohort", hire.cohort_id)]]
