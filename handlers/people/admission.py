"""Letting people in: every admin is asked once, whoever presses first decides, and the others see it decided."""

from datetime import timedelta
from typing import Any

from markupsafe import Markup

from handlers import help
from handlers.keyboards import Button, Keyboard, button_data, reply_markup
from handlers.menus import plan_menu_of
from handlers.orders.order_entry import near_matches
from handlers.people.roles import ROLE_NAMES, decision_of, id_of, number, translator_for
from handlers.translations import N_, Translator
from handlers.turn import Turn
from storage import outbox
from storage.company_changes import create_company
from storage.conversations import conversations_of, end_conversation
from storage.people import (
    Company,
    Person,
    PersonState,
    Role,
    active_companies,
    active_people,
    companies_of,
    display_name,
    find_company,
)
from storage.people_changes import Application, admit, application_of, lock_person, namesake, reject

SENTENCE_LET_IN = N_("{name} takes part now as {role}, companies: {companies}. Decided by {admin}.")
NOT_LET_IN = N_(
    "Thank you for asking. An admin has decided not to let you in for now; please talk to them if you need it."
)
SENTENCE_REJECTED = N_("{name} was not let in. Decided by {admin}.")
ALL_COMPANIES = N_("all companies")
NEAR_SHOWN = 2
_ALL, _NEW = "all", "new"


def announce(turn: Turn, person: Person, application: Application) -> None:
    """Ask every admin to decide on somebody. Asking again changes the message they have."""
    for admin in active_people(turn.session, Role.admin):
        t = translator_for(admin, turn.surroundings)
        text, keyboard = request(turn, t, person, application)
        _write(turn, admin, person, text, keyboard)


def request(turn: Turn, t: Translator, person: Person, application: Application) -> tuple[Markup, Keyboard]:
    """Who would like to join, with the buttons to decide."""
    known = find_company(turn.session, application.company)
    account = f" (@{person.username})" if person.username else ""
    lines = [
        t("<b>{name}</b>{account} would like to join.", name=application.real_name, account=account),
        t("Company: {company}", company=application.company),
    ]
    number_of = id_of(person)
    names = [company.name for company in active_companies(turn.session)]
    near: list[Company] = []
    if known is None:
        lines.append(t("This company is not there yet: approving as manager creates it."))
        near = [c for n in near_matches(application.company, names, NEAR_SHOWN) if (c := find_company(turn.session, n))]
    elif known.id is not None and namesake(turn.session, application.real_name, known.id, person.id) is not None:
        lines.append(t("⚠️ There is a {name} at this company already.", name=application.real_name))
    target = known.id if known is not None else _NEW
    keyboard = [[Button(t.plain(N_("Approve as manager")), button_data("approve", number_of, "manager", target))]]
    keyboard += [
        [
            Button(
                t.plain(N_("Manager of {company}"), company=c.name), button_data("approve", number_of, "manager", c.id)
            )
        ]
        for c in near
    ]
    viewers = []
    if known is not None:
        viewers.append(Button(t.plain(N_("As viewer")), button_data("approve", number_of, "viewer", known.id)))
    viewers.append(Button(t.plain(N_("Viewer of all")), button_data("approve", number_of, "viewer", _ALL)))
    keyboard += [viewers, [Button(t.plain(N_("Reject")), button_data("reject", number_of))]]
    return Markup("\n").join(lines), keyboard


def approve(turn: Turn) -> None:
    """The button that lets somebody in: person, role, company. The first press counts."""
    found = _undecided(turn)
    arguments = turn.press.arguments if turn.press is not None else ()
    if found is None or len(arguments) != 3 or arguments[1] not in (Role.manager, Role.viewer):
        return
    person, application = found
    role = Role(arguments[1])
    company: Company | None = None
    if arguments[2] == _NEW and role is Role.manager:
        company = find_company(turn.session, application.company)
        company = company or create_company(turn.session, application.company, decision_of(turn))
    elif arguments[2] != _ALL or role is Role.manager:
        company = turn.session.get(Company, number(arguments[2]) or 0)
        if company is None or not company.active:
            turn.toast(turn.t.plain(N_("This company is no longer there.")))
            return
    admit(turn.session, person, role, company, decision_of(turn))
    _drop_joining(turn, person)
    turn.session.flush()
    own = translator_for(person, turn.surroundings)
    turn.say_to(person, welcome(turn, person, own))
    plan_menu_of(turn.session, person, turn.now, turn.surroundings)

    def sentence(t: Translator) -> Markup:
        return t(
            SENTENCE_LET_IN,
            name=person.real_name,
            role=t.plain(ROLE_NAMES[role]),
            companies=company.name if company is not None else t.plain(ALL_COMPANIES),
            admin=display_name(turn.who),
        )

    _show_decided(turn, person, sentence)


def turn_down(turn: Turn) -> None:
    """The button that does not let somebody in."""
    found = _undecided(turn)
    if found is None:
        return
    person, _ = found
    reject(turn.session, person, decision_of(turn))
    _drop_joining(turn, person)
    turn.say_to(person, translator_for(person, turn.surroundings)(NOT_LET_IN))

    def sentence(t: Translator) -> Markup:
        return t(SENTENCE_REJECTED, name=display_name(person), admin=display_name(turn.who))

    _show_decided(turn, person, sentence)


def welcome(turn: Turn, person: Person, t: Translator) -> Markup:
    """The first message to somebody who was let in: their companies, when they are asked first, what they can do."""
    names = t.plain(N_(", ")).join(company.name for company in companies_of(turn.session, person))
    lines = [
        t("Welcome, {name}! You take part as {role}.", name=person.real_name, role=t.plain(ROLE_NAMES[person.role])),
        t("Companies: {companies}", companies=names or "—"),
    ]
    if person.role is Role.manager:
        first = turn.today + timedelta(days=1)
        lines.append(t("Your first daily report is that of {day}; I will remind you in time.", day=t.day(first)))
    return Markup("\n").join([*lines, Markup(""), help.overview_of(person.role, t)])


def _undecided(turn: Turn) -> tuple[Person, Application] | None:
    """The person a button is about while nobody has decided; otherwise says what was decided."""
    arguments = turn.press.arguments if turn.press is not None else ()
    person_id = number(arguments[0]) if arguments else None
    person = lock_person(turn.session, person_id) if person_id is not None else None
    application = application_of(turn.session, person) if person is not None else None
    if person is None or application is None:
        turn.toast(turn.t.plain(N_("There is nothing to decide here.")))
        return None
    if person.state is PersonState.pending:
        return person, application
    turn.toast(turn.t.plain(N_("Another admin has decided already.")))
    state = N_("takes part") if person.state is PersonState.active else N_("has no access")
    turn.redraw(
        turn.t("Decided already: {name} {state}. /people shows more.", name=display_name(person), state=turn.t(state))
    )
    return None


def _show_decided(turn: Turn, person: Person, sentence: Any) -> None:
    """Put the decision in place of the question, for the admin who pressed and for the others."""
    turn.redraw(sentence(turn.t))
    for admin in active_people(turn.session, Role.admin):
        post = outbox.post_in(turn.session, _slot(person, admin))
        is_pressed = turn.press is not None and post is not None and post.message_id == turn.press.message_id
        if post is None or (is_pressed and admin.id == turn.person_id):
            continue
        text = sentence(translator_for(admin, turn.surroundings))
        params = {"chat_id": post.chat_id, "message_id": post.message_id, "text": str(text), "parse_mode": "HTML"}
        outbox.say(turn.session, post.chat_id, "editMessageText", params, turn.now)


def _write(turn: Turn, admin: Person, person: Person, text: Markup, keyboard: Keyboard) -> None:
    params: dict[str, Any] = {
        "chat_id": admin.telegram_id,
        "text": str(text),
        "parse_mode": "HTML",
        "reply_markup": reply_markup(keyboard),
    }
    slot = _slot(person, admin)
    post = outbox.post_in(turn.session, slot)
    method = "sendMessage"
    if post is not None:
        method, params = "editMessageText", params | {"message_id": post.message_id}
    outbox.say(turn.session, admin.telegram_id, method, params, turn.now, slot=slot)


def _slot(person: Person, admin: Person) -> str:
    return f"join:{person.id}:admin:{admin.id}"


def _drop_joining(turn: Turn, person: Person) -> None:
    """A form of joining that is still open has nothing left to ask."""
    for conversation in conversations_of(turn.session, id_of(person)):
        end_conversation(turn.session, conversation)
