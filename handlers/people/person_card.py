"""One person's card: what an admin sees of somebody and can change. All audited; the person is told (handbook §10)."""

from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup

from handlers.access import ADMINS
from handlers.figures.missing import EXEMPT
from handlers.forms import driver
from handlers.forms.fields import Field, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.keyboards import Button, Keyboard, button_data, rows_of
from handlers.menus import plan_menu_of
from handlers.people import admission
from handlers.people.names import RealName
from handlers.people.roles import LANGUAGE_NAMES, ROLE_NAMES, decision_of, id_of, number, translator_for
from handlers.people.start import NAMESAKE
from handlers.translations import N_, Translator
from handlers.turn import Turn
from storage.people import (
    Company,
    Person,
    PersonState,
    Role,
    active_companies,
    active_people,
    display_name,
    memberships_of,
)
from storage.people_changes import (
    add_company,
    application_of,
    change_role,
    deactivate,
    namesake,
    reactivate,
    remove_company,
    rename,
)

COMPANIES_PER_PAGE = 12
UNKNOWN = N_("I do not know this person any more.")
STATE_NAMES = {
    PersonState.pending: N_("waiting for approval"),
    PersonState.active: N_("takes part"),
    PersonState.deactivated: N_("has no access"),
}


def show_card(turn: Turn, person: Person) -> None:
    """Show somebody's card, with the buttons an admin has."""
    text, keyboard = _card(turn, person)
    turn.redraw(text, keyboard)


def act(turn: Turn, person: Person, what: str, argument: str) -> None:
    """Do what a button of a card says; a card that waits for approval has only its own."""
    action = _ACTIONS.get(what)
    if action is None or (person.state is PersonState.pending and what != "rename"):
        show_card(turn, person)
    else:
        action(turn, person, argument)


def _card(turn: Turn, person: Person) -> tuple[Markup, Keyboard]:
    t = turn.t
    application = application_of(turn.session, person) if person.state is PersonState.pending else None
    back = [Button(t.plain(N_("‹ People")), button_data("person", "page", 0))]
    if application is not None:
        text, keyboard = admission.request(turn, t, person, application)
        return text, [*keyboard, back]
    own = memberships_of(turn.session, [id_of(person)]).get(id_of(person), [])
    lines = [
        Markup("<b>{}</b>").format(display_name(person)),
        t("Role: {role}", role=t.plain(ROLE_NAMES[person.role])),
        t("Companies: {companies}", companies=companies_in_words(t, person, own)),
        t("Language: {language}", language=LANGUAGE_NAMES.get(person.language, "—")),
        t("State: {state}", state=t.plain(STATE_NAMES[person.state])),
    ]
    if person.username:
        lines.append(t("Account: @{username}", username=person.username))
    if person.state is PersonState.active and not person.reachable:
        lines.append(t("I cannot write to them: they blocked me or never pressed Start."))
    if person.active_from is not None and person.active_from > turn.today and person.role is Role.manager:
        lines.append(t("Asked for reports from {day} on", day=t.day(person.active_from)))
    rename_button = _act(t, N_("Change the name"), "rename", person)
    if person.state is not PersonState.active:
        return Markup("\n").join(lines), [[rename_button, _act(t, N_("Reactivate"), "on", person)], back]
    roles = [
        _act(t, label, "role", person, role.value)
        for role, label in (
            (Role.manager, N_("Make manager")),
            (Role.viewer, N_("Make viewer")),
            (Role.admin, N_("Make admin")),
        )
        if role is not person.role
    ]
    companies = [_act(t, N_("＋ Company"), "companies", person, 0)]
    if own:
        companies.append(_act(t, N_("－ Company"), "own", person))
    reports = []
    if person.role is Role.manager:
        label = t.plain(N_("Reports: exempt, move, file"))
        reports = [[Button(label, button_data(EXEMPT, "person", person.id))]]
    return Markup("\n").join(lines), [
        companies,
        roles,
        [rename_button, _act(t, N_("Deactivate"), "off", person)],
        *reports,
        back,
    ]


def companies_in_words(t: Translator, person: Person, own: Sequence[Company]) -> str:
    """Whom somebody looks after, on one line."""
    if own:
        more = f" +{len(own) - 3}" if len(own) > 3 else ""
        return t.plain(N_(", ")).join(company.name for company in own[:3]) + more
    return "—" if person.role is Role.manager else t.plain(admission.ALL_COMPANIES)


def _act(t: Translator, label: str, what: str, person: Person, *argument: object) -> Button:
    return Button(t.plain(label), button_data("person", what, person.id, *argument))


# What the buttons of a card do


def _change_role(turn: Turn, person: Person, argument: str) -> None:
    if argument not in set(Role) or argument == person.role:
        show_card(turn, person)
        return
    why_not = _why_stay_admin(turn, person)
    if why_not:
        turn.toast(turn.t.plain(why_not), alert=True)
        return
    change_role(turn.session, person, Role(argument), decision_of(turn))
    turn.session.flush()
    t = _tell(turn, person)
    if t is not None:
        turn.say_to(
            person,
            t("Your role is now: {role}. /help shows what you can do.", role=t.plain(ROLE_NAMES[person.role])),
        )
    plan_menu_of(turn.session, person, turn.now, turn.surroundings)
    show_card(turn, person)


def _why_stay_admin(turn: Turn, person: Person) -> str:
    """Why somebody cannot stop being an admin (catalog text); empty when they can, or are none."""
    if person.role is not Role.admin:
        return ""
    if person.telegram_id in turn.surroundings.admin_ids:
        return N_("This admin is named in the settings of the bot (BOT_ADMIN_IDS) and can only be changed there.")
    if len(active_people(turn.session, Role.admin)) <= 1:
        return N_("This is the last admin: please make somebody else admin first.")
    return ""


def _pick_company(turn: Turn, person: Person, argument: str) -> None:
    """Buttons of the companies somebody does not look after yet, paged."""
    held = {c.id for c in memberships_of(turn.session, [id_of(person)]).get(id_of(person), [])}
    open_ones = [c for c in active_companies(turn.session) if c.id not in held]
    pages = max(1, -(-len(open_ones) // COMPANIES_PER_PAGE))
    page = min(number(argument) or 0, pages - 1)
    shown = open_ones[page * COMPANIES_PER_PAGE : (page + 1) * COMPANIES_PER_PAGE]
    rows = rows_of([Button(c.name, button_data("person", "add", person.id, c.id)) for c in shown], 2)
    turning = [Button(f"‹ {page}/{pages}", button_data("person", "companies", person.id, page - 1))] if page else []
    if page < pages - 1:
        turning.append(Button(f"{page + 2}/{pages} ›", button_data("person", "companies", person.id, page + 1)))
    question = (
        N_("Which company shall {name} look after as well?") if open_ones else N_("{name} looks after all of them.")
    )
    turn.redraw(
        turn.t(question, name=display_name(person)), [*rows, turning, [_act(turn.t, N_("‹ Back"), "card", person)]]
    )


def _add_company(turn: Turn, person: Person, argument: str) -> None:
    company = turn.session.get(Company, number(argument) or 0)
    if company is None or not company.active:
        turn.toast(turn.t.plain(N_("This company is no longer there.")))
        return
    add_company(turn.session, person, company, decision_of(turn))
    turn.session.flush()
    t = _tell(turn, person)
    if t is not None:
        turn.say_to(person, t("An admin has given you {company} to look after.", company=company.name))
    show_card(turn, person)


def _pick_own(turn: Turn, person: Person, argument: str) -> None:
    own = memberships_of(turn.session, [id_of(person)]).get(id_of(person), [])
    buttons = [Button(c.name, button_data("person", "remove", person.id, c.id)) for c in own[:40]]
    turn.redraw(
        turn.t("Which company shall {name} no longer look after?", name=display_name(person)),
        [*rows_of(buttons, 2), [_act(turn.t, N_("‹ Back"), "card", person)]],
    )


def _remove_company(turn: Turn, person: Person, argument: str) -> None:
    company = turn.session.get(Company, number(argument) or 0)
    if company is not None:
        remove_company(turn.session, person, company, decision_of(turn))
        turn.session.flush()
        t = _tell(turn, person)
        if t is not None:
            turn.say_to(person, t("You no longer look after {company}; thank you for your work.", company=company.name))
    show_card(turn, person)


def _ask_name(turn: Turn, person: Person, argument: str) -> None:
    driver.start(turn, RENAME, values={"person": person.id})


def _ask_to_deactivate(turn: Turn, person: Person, argument: str) -> None:
    why_not = _why_stay_admin(turn, person)
    if why_not:
        turn.toast(turn.t.plain(why_not), alert=True)
        return
    turn.redraw(
        turn.t("Switch off the access of {name}? What was recorded stays.", name=display_name(person)),
        [[_act(turn.t, N_("Yes, deactivate"), "off-yes", person), _act(turn.t, N_("No"), "card", person)]],
    )


def _deactivate(turn: Turn, person: Person, argument: str) -> None:
    why_not = _why_stay_admin(turn, person)
    if why_not:
        turn.toast(turn.t.plain(why_not), alert=True)
        return
    if person.state is PersonState.active:
        t = _tell(turn, person)
        if t is not None:
            turn.say_to(person, t("An admin has switched off your access to this bot. Thank you for your work."))
        deactivate(turn.session, person, decision_of(turn))
        turn.session.flush()
        plan_menu_of(turn.session, person, turn.now, turn.surroundings)
    show_card(turn, person)


def _reactivate(turn: Turn, person: Person, argument: str) -> None:
    if person.state is PersonState.deactivated:
        reactivate(turn.session, person, decision_of(turn))
        turn.session.flush()
        t = _tell(turn, person)
        if t is not None:
            turn.say_to(person, admission.welcome(turn, person, t))
        plan_menu_of(turn.session, person, turn.now, turn.surroundings)
    show_card(turn, person)


def _tell(turn: Turn, person: Person) -> Translator | None:
    """In which language to tell somebody of a change; None when they make it themselves or cannot be written to."""
    if person.id == turn.person_id or not person.reachable:
        return None
    return translator_for(person, turn.surroundings)


_ACTIONS: dict[str, Callable[[Turn, Person, str], None]] = {
    "role": _change_role,
    "companies": _pick_company,
    "add": _add_company,
    "own": _pick_own,
    "remove": _remove_company,
    "rename": _ask_name,
    "off": _ask_to_deactivate,
    "off-yes": _deactivate,
    "on": _reactivate,
}


# A new name


def _renamed(form_turn: FormTurn) -> Person | None:
    return form_turn.turn.session.get(Person, form_turn.values.get("person") or 0)


def _check_name(form_turn: FormTurn, name: Any) -> None:
    person = _renamed(form_turn)
    if person is None:
        return
    for company in memberships_of(form_turn.turn.session, [id_of(person)]).get(id_of(person), []):
        assert company.id is not None
        if namesake(form_turn.turn.session, name, company.id, person.id) is not None:
            raise Wrong(NAMESAKE, name=name, company=company.name)


def _notes(form_turn: FormTurn) -> Sequence[Markup]:
    person = _renamed(form_turn)
    return [form_turn.turn.t("Until now: {name}", name=display_name(person))] if person is not None else []


def _save_name(form_turn: FormTurn) -> None:
    turn, person = form_turn.turn, _renamed(form_turn)
    if person is None:
        raise Wrong(UNKNOWN)
    rename(turn.session, person, form_turn.values["real_name"], decision_of(turn))
    turn.session.flush()
    t = _tell(turn, person)
    if t is not None:
        turn.say_to(person, t("Your name here is now {name}; your reports carry it.", name=person.real_name))
    show_card(turn, person)


RENAME = Form(
    name="rename",
    title=N_("Real name"),
    words=(),
    fields=(
        Field(
            key="real_name",
            label=N_("Real name"),
            ask=N_("What is the real name?"),
            kind=RealName(),
            check=_check_name,
        ),
    ),
    save=_save_name,
    roles=ADMINS,
    notes=_notes,
)
