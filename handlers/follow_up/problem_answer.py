"""Answering a problem (admins), closing it, and the message to admins about those nobody answered (handbook §6)."""

from datetime import datetime

from markupsafe import Markup
from sqlmodel import Session, col, select

from handlers.access import ADMINS
from handlers.follow_up.own_lists import short
from handlers.follow_up.problem_card import BUTTON, own_problem, show_problem
from handlers.forms.fields import Field, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import Text
from handlers.keyboards import Button, button_data, reply_markup, rows_of
from handlers.outgoing import Outgoing
from handlers.people.roles import translator_for
from handlers.translations import N_
from handlers.turn import Surroundings, Turn
from storage.outbox import OutboxMessage
from storage.people import Company, Person, PersonState, Role, display_name
from storage.problem_book import answer_problem, close_problem
from storage.problems import Problem

CLOSED = N_("This problem was closed meanwhile.")
MOST_LISTED = 20


def _open_problem(turn: FormTurn) -> Problem:
    problem = own_problem(turn.turn, turn.values.get("problem"))
    if problem is None or problem.closed_at is not None:
        raise Wrong(CLOSED)
    return problem


def _about(turn: FormTurn) -> list[Markup]:
    problem = own_problem(turn.turn, turn.values.get("problem"))
    if problem is None:
        return []
    return [turn.turn.t("For problem #{number}: {text}", number=problem.id, text=problem.text)]


def tell_reporter(turn: Turn, problem: Problem, text: str) -> None:
    """Tell whoever reported a problem what was answered, in their language."""
    reporter = turn.session.get(Person, problem.person_id)
    if reporter is None or reporter.id == turn.person_id or reporter.state is not PersonState.active:
        return
    if reporter.reachable:
        t = translator_for(reporter, turn.surroundings)
        told = t(
            "💬 {name} answered your problem #{number}: {text}",
            name=display_name(turn.who),
            number=problem.id,
            text=text,
        )
        turn.say_to(reporter, told, [[Button(f"#{problem.id}", button_data(BUTTON, "card", problem.id))]])


def _answer(turn: FormTurn) -> None:
    problem, text = _open_problem(turn), turn.values["answer"]
    answer_problem(turn.turn.session, problem, text, turn.turn.person_id, turn.turn.now)
    tell_reporter(turn.turn, problem, text)
    show_problem(turn.turn, problem, [turn.turn.t("✅ Answer recorded.")])


def _close(turn: FormTurn) -> None:
    problem = _open_problem(turn)
    close_problem(turn.turn.session, problem, turn.values["note"], turn.turn.now)
    show_problem(turn.turn, problem, [turn.turn.t("✅ Closed. Thank you!")])


ANSWER = Form(
    name="answer",
    title=N_("Answer"),
    words=(),
    fields=(
        Field(
            key="answer",
            label=N_("Answer"),
            ask=N_("What is the answer?"),
            kind=Text(2, 500, "many"),
            words=("回复", "答复", "answer"),
        ),
    ),
    save=_answer,
    roles=ADMINS,
    notes=_about,
    confirm_label=N_("✅ Confirm"),
)
CLOSING = Form(
    name="closing",
    title=N_("Close the problem"),
    words=(),
    fields=(
        Field(
            key="note",
            label=N_("How it ended"),
            ask=N_("How was it settled? One sentence will do."),
            kind=Text(2, 300),
            words=("说明", "结果", "note"),
        ),
    ),
    save=_close,
    notes=_about,
    confirm_label=N_("✅ Confirm"),
)


def compose_unanswered(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """To an admin: problems nobody has answered for two days; None when all of them are answered or closed by now."""
    admin = session.get(Person, message.content["person_id"])
    if admin is None or admin.state is not PersonState.active or admin.role is not Role.admin:
        return None
    waiting = session.exec(
        select(Problem)
        .where(
            col(Problem.id).in_(message.content["problems"]),
            col(Problem.closed_at).is_(None),
            col(Problem.answered_at).is_(None),
        )
        .order_by(col(Problem.id))
    ).all()
    if not waiting:
        return None
    t = translator_for(admin, surroundings)
    lines = [t("🙋 Without an answer for two days or more:")]
    for problem in waiting[:MOST_LISTED]:
        reporter, company = session.get(Person, problem.person_id), session.get(Company, problem.company_id)
        lines.append(
            t(
                "#{number} · {company} · {name}: {text}",
                number=problem.id,
                company=company.name if company is not None else "—",
                name=display_name(reporter) if reporter is not None else "—",
                text=short(problem.text, 80),
            )
        )
    if len(waiting) > MOST_LISTED:
        lines.append(t("… and {count} more: /problem", count=len(waiting) - MOST_LISTED))
    cards = [Button(f"#{problem.id}", button_data(BUTTON, "card", problem.id)) for problem in waiting[:MOST_LISTED]]
    params = {
        "chat_id": admin.telegram_id,
        "text": str(Markup("\n").join(lines)),
        "parse_mode": "HTML",
        "reply_markup": reply_markup(rows_of(cards, 4)),
    }
    return Outgoing("sendMessage", params)
