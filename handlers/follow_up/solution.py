"""What is done about a problem 方案: its owner, its progress and the checks on it (handbook §6)."""

from collections.abc import Sequence

from markupsafe import Markup

from handlers.follow_up.problem_answer import tell_reporter
from handlers.follow_up.problem_card import BUTTON, own_problem, own_solution, show_problem
from handlers.forms.fields import Field, Option, Values, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import HirePick, Percent, Text
from handlers.keyboards import Button, button_data
from handlers.people.roles import translator_for
from handlers.translations import N_
from handlers.turn import Turn
from storage.check_ins import record_progress
from storage.people import Person, Role, active_people, display_name, managers_of
from storage.problem_book import add_solution, answer_problem
from storage.problems import Problem, Solution

FINISHED = 100
NOTE_LENGTH = 200
"""As in the daily check-in, which asks for the same (handbook §6)."""
CLOSED = N_("This problem was closed meanwhile.")


def _problem(turn: FormTurn) -> Problem | None:
    """The open problem the form is about."""
    if turn.record_id is not None:
        found = own_solution(turn.turn, turn.record_id)
        problem = found[1] if found is not None else None
    else:
        problem = own_problem(turn.turn, turn.values.get("problem"))
    return problem if problem is not None and problem.closed_at is None else None


def about(turn: FormTurn) -> Sequence[Markup]:
    """Which problem the form is about."""
    problem = _problem(turn)
    if problem is None:
        return [turn.turn.t(CLOSED)]
    return [turn.turn.t("For problem #{number}: {text}", number=problem.id, text=problem.text)]


def _owners(turn: FormTurn) -> list[Option]:
    """The managers of the problem's company and the admins, the speaker first."""
    problem, session = _problem(turn), turn.turn.session
    managers = managers_of(session, problem.company_id) if problem is not None else []
    others = [person for person in [*managers, *active_people(session, Role.admin)] if person.id != turn.turn.person_id]
    return [Option(str(person.id), display_name(person), literal=True) for person in [turn.turn.who, *others]]


def _owner_name(turn: FormTurn, value: str) -> str:
    person = turn.turn.session.get(Person, int(value)) if value.isdecimal() else None
    return display_name(person) if person is not None else "—"


def _load(turn: Turn, record_id: int) -> Values | None:
    found = own_solution(turn, record_id)
    if found is None or found[1].closed_at is not None:
        return None
    solution = found[0]
    return {"text": solution.text, "owner": str(solution.owner_id) if solution.owner_id is not None else None}


def _save(turn: FormTurn) -> None:
    problem, t = _problem(turn), turn.turn.t
    if problem is None:
        raise Wrong(CLOSED)
    session, now, text = turn.turn.session, turn.turn.now, turn.values["text"]
    owner = session.get(Person, int(turn.values["owner"]))
    if turn.record_id is None:
        before = None
        solution = add_solution(session, problem, text, owner.id if owner is not None else None, now)
        said = t("✅ Solution recorded.")
        if turn.turn.who.role is Role.admin:
            answer_problem(session, problem, text, turn.turn.person_id, now)
            tell_reporter(turn.turn, problem, text)
    else:
        solution = session.get_one(Solution, turn.record_id)
        before, solution.text = solution.owner_id, text
        solution.owner_id = owner.id if owner is not None else None
        session.add(solution)
        said = t("✅ Solution changed.")
    session.flush()
    if owner is not None and owner.id != before:
        _tell_owner(turn.turn, owner, problem, solution)
    show_problem(turn.turn, problem, [said])


def _tell_owner(turn: Turn, owner: Person, problem: Problem, solution: Solution) -> None:
    if owner.id == turn.person_id or not owner.reachable:
        return
    t = translator_for(owner, turn.surroundings)
    told = t(
        "🔧 {name} has put you down for the solution to problem #{number}: {text}",
        name=display_name(turn.who),
        number=problem.id,
        text=solution.text,
    )
    turn.say_to(owner, told, [[Button(f"#{problem.id}", button_data(BUTTON, "card", problem.id))]])


SOLUTION = Form(
    name="solution",
    title=N_("Solution"),
    words=(),
    fields=(
        Field(
            key="text",
            label=N_("Solution"),
            ask=N_("What will be done about it?"),
            kind=Text(2, 500, "many"),
            words=("方案", "办法", "solution"),
        ),
        Field(
            key="owner",
            label=N_("Owner"),
            ask=N_("Who sees to it?"),
            kind=HirePick(_owners, name=_owner_name),
            words=("负责人", "owner"),
        ),
    ),
    save=_save,
    notes=about,
    confirm_label=N_("✅ Confirm"),
    load=_load,
)


def _save_progress(turn: FormTurn) -> None:
    found = own_solution(turn.turn, turn.values.get("solution"))
    if found is None or found[1].closed_at is not None:
        raise Wrong(CLOSED)
    solution, problem = found
    percent, note, t = turn.values["percent"], turn.values.get("note") or "", turn.turn.t
    record_progress(turn.turn.session, solution, turn.turn.person_id, turn.today, percent, note, turn.turn.now)
    turn.turn.session.flush()
    said = [t("✅ Progress noted: {percent}%.", percent=percent)]
    if percent == FINISHED:
        said.append(t("Is the problem solved? Then please close it."))
    show_problem(turn.turn, problem, said)


PROGRESS = Form(
    name="progress",
    title=N_("Progress"),
    words=(),
    fields=(
        Field(
            key="percent",
            label=N_("Progress"),
            ask=N_("How far is it, from 0 to 100?"),
            kind=Percent(offer=(25, 50, 75, 100)),
            words=("进度", "progress"),
        ),
        Field(
            key="note",
            label=N_("Note"),
            ask=N_("A note on it?"),
            kind=Text(1, NOTE_LENGTH),
            required=False,
            words=("备注", "note"),
        ),
    ),
    save=_save_progress,
    notes=about,
    confirm_label=N_("✅ Confirm"),
)
