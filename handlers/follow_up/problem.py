"""Problems and suggestions 问题: reporting one, the open ones, and what can be done with each (handbook §6)."""

import re
from collections.abc import Sequence

from markupsafe import Markup

from handlers.check_ins.check_in_amend import amend_check_in
from handlers.check_ins.check_in_fields import CATEGORIES
from handlers.follow_up.company_field import COMPANY_FIELD, NO_COMPANY, chosen_company
from handlers.follow_up.first_line import with_label
from handlers.follow_up.own_lists import LIST_WORDS, LISTED, argument
from handlers.follow_up.problem_answer import ANSWER, CLOSING
from handlers.follow_up.problem_card import (
    BUTTON,
    age_in_days,
    button,
    line_of,
    may_edit,
    own_problem,
    own_solution,
    show_problem,
)
from handlers.follow_up.solution import PROGRESS, SOLUTION
from handlers.forms import driver
from handlers.forms.choices import key_of
from handlers.forms.fields import Field, Values, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import OneOf, Text
from handlers.forms.numbers import half_width
from handlers.keyboards import Button, button_data, rows_of
from handlers.people.roles import number
from handlers.roster.roster_scope import company_ids
from handlers.translations import N_
from handlers.turn import Turn
from storage.check_ins import WITHDRAWN, daily_of
from storage.people import Role
from storage.problem_book import (
    ProblemNote,
    change_problem,
    count_open_problems,
    open_problems,
    reopen_problem,
    report_problem,
    solutions_of,
)
from storage.problems import Problem

GONE = N_("This problem is not there, or not one of your companies'.")
_NUMBER = re.compile(r"(?:#|no\.?)?\s*(\d{1,9})", re.IGNORECASE)


def start(turn: Turn) -> None:
    """`/problem`, 问题: the open problems, or the form when there are none; `/problem 12` that problem; with a text
    behind it the form with the text filled in.
    """
    written = turn.arguments.strip() if turn.press is None else ""
    found = _NUMBER.fullmatch(half_width(written))
    if found is not None:
        _show(turn, int(found.group(1)))
    elif key_of(written) in LIST_WORDS:
        _show_list(turn, 0)
    elif not company_ids(turn):
        turn.say(turn.t(NO_COMPANY))
    elif written or not count_open_problems(turn.session, company_ids(turn)):
        driver.start(turn, PROBLEM, pasted=with_label(PROBLEM, "text", written))
    else:
        _show_list(turn, 0)


def pressed(turn: Turn) -> None:
    """The buttons of problems: `problem:<what>[:<number>]`. Whose the record is, is asked here and again on saving."""
    what, which = argument(turn), number(argument(turn, 1))
    if what == "list":
        _show_list(turn, which or 0)
    elif what == "new":
        driver.start(turn, PROBLEM)
    elif what in ("progress", "change"):
        found = own_solution(turn, which)
        if found is None or found[1].closed_at is not None:
            turn.toast(turn.t.plain(GONE))
        elif what == "progress":
            driver.start(turn, PROGRESS, values={"solution": found[0].id, "problem": found[1].id})
        else:
            driver.start(turn, SOLUTION, record_id=found[0].id)
    else:
        _press_problem(turn, what, which)


def _press_problem(turn: Turn, what: str, which: int | None) -> None:
    problem = own_problem(turn, which)
    if problem is None:
        turn.toast(turn.t.plain(GONE))
    elif what == "reopen" and problem.closed_at is not None and problem.closing_note != WITHDRAWN:
        reopen_problem(turn.session, problem)
        show_problem(turn, problem)
    elif problem.closed_at is not None or what == "card":
        show_problem(turn, problem)
    elif what == "solve":
        driver.start(turn, SOLUTION, values={"problem": problem.id})
    elif what == "close":
        driver.start(turn, CLOSING, values={"problem": problem.id})
    elif what == "answer" and turn.who.role is Role.admin:
        driver.start(turn, ANSWER, values={"problem": problem.id})
    elif what == "edit" and may_edit(turn, problem):
        driver.start(turn, PROBLEM, record_id=problem.id)
    else:
        show_problem(turn, problem)


def _show(turn: Turn, which: int) -> None:
    problem = own_problem(turn, which)
    if problem is None:
        turn.say(turn.t(GONE))
    else:
        show_problem(turn, problem)


def _show_list(turn: Turn, offset: int) -> None:
    """The open problems of the person's companies, the oldest first."""
    t, ids = turn.t, company_ids(turn)
    total = count_open_problems(turn.session, ids)
    new = [button(t, N_("＋ New problem"), "new")]
    offset = min(offset, max(total - 1, 0) // LISTED * LISTED)
    problems = open_problems(turn.session, ids, LISTED, offset)
    if not problems:
        turn.redraw(t("No problem is open."), [new])
        return
    lines = [t("<b>Open problems</b> ({count})", count=total)]
    done = _progress(turn, problems)
    for problem in problems:
        age = age_in_days(turn, problem)
        lines.append(line_of(turn, problem))
        state = t(N_("answered")) if problem.answered_at is not None else t(N_("not answered yet"))
        if problem.id in done:
            state = t("{progress}% done", progress=done[problem.id])
        lines.append(Markup("    ") + t.plural("{count} day · {state}", "{count} days · {state}", age, state=state))
    turning = []
    if offset:
        turning.append(button(t, N_("‹ Older"), "list", max(offset - LISTED, 0)))
    if offset + LISTED < total:
        turning.append(button(t, N_("Newer ›"), "list", offset + LISTED))
    cards = [Button(f"#{problem.id}", button_data(BUTTON, "card", problem.id)) for problem in problems]
    turn.redraw(Markup("\n").join(lines), [*rows_of(cards, 4), turning, new])


def _progress(turn: Turn, problems: Sequence[Problem]) -> dict[int | None, int]:
    """How far the furthest solution of each of these problems is."""
    done: dict[int | None, int] = {}
    for solution in solutions_of(turn.session, [problem.id for problem in problems if problem.id is not None]):
        done[solution.problem_id] = max(solution.progress, done.get(solution.problem_id, 0))
    return done


def _load(turn: Turn, record_id: int) -> Values | None:
    problem = own_problem(turn, record_id)
    if problem is None or not may_edit(turn, problem):
        return None
    return {
        "text": problem.text,
        "category": problem.category,
        "company": str(problem.company_id),
        "suggestion": problem.suggestion or None,
    }


def _save(turn: FormTurn) -> None:
    t, values = turn.turn.t, turn.values
    note = ProblemNote(
        company_id=chosen_company(turn),
        category=values["category"],
        text=values["text"],
        suggestion=values.get("suggestion") or "",
    )
    if turn.record_id is None:
        problem = report_problem(turn.turn.session, note, turn.turn.person_id, turn.today, turn.turn.now)
        said = t("✅ Recorded as #{number}. It stays open until it is closed.", number=problem.id)
    else:
        found = own_problem(turn.turn, turn.record_id)
        if found is None or not may_edit(turn.turn, found):
            raise Wrong(driver.RECORD_GONE)
        problem = found
        change_problem(problem, note)
        _amend(turn.turn, problem)
        said = t("✅ #{number} changed.", number=problem.id)
    turn.turn.session.flush()
    show_problem(turn.turn, problem, [said])


def _amend(turn: Turn, problem: Problem) -> None:
    """Let the check-in it came with say the same."""
    report = daily_of(turn.session, problem.person_id, problem.reported_on)
    if report is not None and report.body.get("problem_id") == problem.id:
        changes: Values = {"problem": problem.text, "category": problem.category}
        if report.body.get("company") is not None:
            changes["company"] = str(problem.company_id)
        amend_check_in(turn, report, changes)


PROBLEM = Form(
    name="problem",
    title=N_("Problem"),
    words=("问题", "problem"),
    fields=(
        Field(
            key="text",
            label=N_("What it is"),
            ask=N_("What is the problem or suggestion?"),
            kind=Text(2, 500, "many"),
            words=("内容", "描述"),
            help=N_("No customers' names or phone numbers, please."),
        ),
        Field(
            key="category",
            label=N_("Category"),
            ask=N_("What is the problem about?"),
            kind=OneOf(CATEGORIES, per_row=2),
            words=("类别", "分类"),
        ),
        COMPANY_FIELD,
        Field(
            key="suggestion",
            label=N_("Suggestion"),
            ask=N_("What do you suggest?"),
            kind=Text(2, 500, "many"),
            required=False,
            words=("建议", "suggestion"),
        ),
    ),
    save=_save,
    confirm_label=N_("✅ Confirm"),
    example=N_("Problem\nWhat it is: the CRM is slow in the morning\nCategory: other\nSuggestion: log in by turns"),
    load=_load,
)
FORMS = (PROBLEM, SOLUTION, PROGRESS, ANSWER, CLOSING)
