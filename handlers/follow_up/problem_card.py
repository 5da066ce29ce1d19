"""What is known of a problem 问题 on one card, and whose it is to see and to change (handbook §6)."""

from collections.abc import Sequence
from datetime import timedelta

from markupsafe import Markup

from handlers.check_ins.check_in_fields import CATEGORIES
from handlers.follow_up.company_field import company_suffix, may_touch
from handlers.follow_up.own_lists import short
from handlers.keyboards import Button, Keyboard, button_data, rows_of
from handlers.translations import N_, Translator
from handlers.turn import Turn
from storage.check_ins import WITHDRAWN
from storage.people import Person, PersonId, Role, display_name
from storage.problem_book import answers_to, newest_checks, solutions_of
from storage.problems import Problem, Solution

BUTTON = "problem"
"""Every button of problems and solutions: `problem:<what>[:<number>]`."""
SOLUTIONS_SHOWN, ANSWERS_SHOWN = 5, 3


def own_problem(turn: Turn, number: int | None) -> Problem | None:
    """A problem of one of the speaker's companies (an admin: any)."""
    problem = turn.session.get(Problem, number) if number else None
    return problem if problem is not None and may_touch(turn, problem.company_id) else None


def own_solution(turn: Turn, number: int | None) -> tuple[Solution, Problem] | None:
    """A solution with its problem, of one of the speaker's companies (an admin: any)."""
    solution = turn.session.get(Solution, number) if number else None
    problem = own_problem(turn, solution.problem_id) if solution is not None else None
    return (solution, problem) if solution is not None and problem is not None else None


def may_edit(turn: Turn, problem: Problem) -> bool:
    """Whether the speaker may put it into other words: whoever reported it, or an admin, while it is open."""
    return problem.closed_at is None and (problem.person_id == turn.person_id or turn.who.role is Role.admin)


def button(t: Translator, label: str, what: str, *arguments: object) -> Button:
    """A button of problems."""
    return Button(t.plain(label), button_data(BUTTON, what, *arguments))


def category_words(t: Translator, category: str) -> str:
    """The category in words."""
    return next((option.text(t) for option in CATEGORIES if option.value == category), category)


def age_in_days(turn: Turn, problem: Problem) -> int:
    """Whole days a problem has been open."""
    return (turn.now - problem.recorded_at) // timedelta(days=1)


def show_problem(turn: Turn, problem: Problem, above: Sequence[Markup] = ()) -> None:
    """Draw the card; `above` is said before it."""
    assert problem.id is not None
    solutions = solutions_of(turn.session, [problem.id])[-SOLUTIONS_SHOWN:]
    lines = [*above, *([Markup("")] if above else []), *_lines(turn, problem), *_solution_lines(turn, solutions)]
    turn.redraw(Markup("\n").join(lines), _keyboard(turn, problem, solutions))


def _lines(turn: Turn, problem: Problem) -> list[Markup]:
    t = turn.t
    lines = [
        t("<b>Problem #{number}</b> · {category}", number=problem.id, category=category_words(t, problem.category))
        + company_suffix(turn, problem.company_id),
        t("{name}, {day}", name=name_of(turn, problem.person_id), day=t.day(problem.reported_on)),
        Markup.escape(problem.text),
    ]
    if problem.suggestion:
        lines.append(t("Suggestion: {text}", text=problem.suggestion))
    assert problem.id is not None
    for answer in answers_to(turn.session, problem.id, ANSWERS_SHOWN):
        day = t.day(answer.at.astimezone(turn.zone).date())
        lines.append(t("💬 {name}, {day}: {text}", name=name_of(turn, answer.by), day=day, text=answer.text))
    if problem.closed_at is not None:
        day = t.day(problem.closed_at.astimezone(turn.zone).date())
        note = t.plain(N_("taken out of the check-in")) if problem.closing_note == WITHDRAWN else problem.closing_note
        lines.append(t("✅ Closed on {day}: {note}", day=day, note=note))
    elif problem.answered_at is None:
        lines.append(t("Not answered yet."))
    return lines


def _solution_lines(turn: Turn, solutions: Sequence[Solution]) -> list[Markup]:
    t = turn.t
    checks = newest_checks(turn.session, [solution.id for solution in solutions if solution.id is not None])
    lines = []
    for place, solution in enumerate(solutions, 1):
        owner = name_of(turn, solution.owner_id) if solution.owner_id is not None else "—"
        lines.append(
            t(
                "🔧 {place}. {text} · {owner} · {progress}%",
                place=place,
                text=solution.text,
                owner=owner,
                progress=solution.progress,
            )
        )
        check = checks.get(solution.id or 0)
        if check is not None:
            lines.append(Markup("    {} {}% {}").format(t.day(check.day), check.progress, check.note))
    return lines


def _keyboard(turn: Turn, problem: Problem, solutions: Sequence[Solution]) -> Keyboard:
    t, number = turn.t, problem.id
    back = [button(t, N_("‹ Open problems"), "list", 0)]
    if problem.closed_at is not None:
        return (
            [[button(t, N_("Open it again"), "reopen", number)], back] if problem.closing_note != WITHDRAWN else [back]
        )
    steps = []
    for place, solution in enumerate(solutions, 1):
        progress = t.plain(N_("📈 {place}. Progress"), place=place)
        change = t.plain(N_("✏️ {place}. Solution"), place=place)
        steps += [
            Button(progress, button_data(BUTTON, "progress", solution.id)),
            Button(change, button_data(BUTTON, "change", solution.id)),
        ]
    own = [button(t, N_("＋ Solution"), "solve", number), button(t, N_("✅ Close"), "close", number)]
    if turn.who.role is Role.admin:
        own.append(button(t, N_("💬 Answer"), "answer", number))
    if may_edit(turn, problem):
        own.append(button(t, N_("✏️ Edit"), "edit", number))
    return [*rows_of(own, 2), *rows_of(steps, 2), back]


def name_of(turn: Turn, person_id: PersonId | None) -> str:
    """What to call somebody by their id."""
    person = turn.session.get(Person, person_id) if person_id is not None else None
    return display_name(person) if person is not None else "—"


def line_of(turn: Turn, problem: Problem) -> Markup:
    """A problem on one line of a list."""
    t = turn.t
    return t(
        "#{number} · {category} · {text}",
        number=problem.id,
        category=category_words(t, problem.category),
        text=short(problem.text, 60),
    ) + company_suffix(turn, problem.company_id)
