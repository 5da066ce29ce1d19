"""Pressing Start: joining with an invitation or by asking an admin, links out of the group, and the first greeting."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from sqlmodel import Session, select

from handlers import help
from handlers.access import EVERY_ROLE, may
from handlers.forms import driver
from handlers.forms.fields import Field, Values, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.keyboards import Button, button_data
from handlers.menus import plan_menu_of
from handlers.people import admission
from handlers.people.names import CompanyName, RealName
from handlers.people.roles import id_of, translator_for
from handlers.translations import N_
from handlers.turn import ChatKind, Turn
from storage.conversations import active_conversation, conversations_of, end_conversation
from storage.groups import Invitation, shared_group
from storage.invitations import open_invitation, use_invitation
from storage.people import (
    Company,
    Person,
    PersonState,
    Role,
    active_companies,
    companies_of,
    display_name,
)
from storage.people_changes import (
    Application,
    Decision,
    add_company,
    admit,
    application_of,
    ask_to_join,
    count_waiting,
    namesake,
)

INVITED, GO = "inv_", "go_"

STRANGER = N_(
    "Hello! This bot helps the training managers of partner companies. To join, please open the invitation link "
    "your admin gave you, or send /start."
)
NO_ACCESS = N_("You have no access to this bot at present. If you need it, please ask an admin.")
WAITING = N_("Your request is with the admins. As soon as one of them decides, you will hear from me here.")
LINK_OVER = N_(
    "This invitation link can no longer be used. Please ask your admin for a new one, or ask to join without a link."
)
LINK_OVER_BUT_IN = N_("This invitation link can no longer be used, but you take part already.")
NAMESAKE = N_("There is already a {name} at {company}. Please add something that tells you apart, e.g. {name}2.")


def start(turn: Turn) -> None:
    """`/start`, alone or with what a link carries: an invitation, or the command a button in the group names."""
    payload = turn.arguments.strip()
    turn.arguments = ""
    person = turn.person
    if person is not None and person.language == "":
        person.language = turn.t.language
    if payload.startswith(INVITED):
        _open_invitation(turn, payload.removeprefix(INVITED))
    elif person is None or person.state is PersonState.pending:
        _ask_who(turn)
    elif not (payload.startswith(GO) and _go(turn, payload.removeprefix(GO))):
        _greet(turn)


def join(turn: Turn) -> None:
    """The button that asks to join without a link, or says again who one is."""
    if turn.person is not None and turn.person.state is not PersonState.pending:
        turn.toast(turn.t.plain(N_("You have joined already. /help shows what you can do.")))
        return
    driver.start(turn, JOIN, values=_known_of(turn))


def refusal(turn: Turn) -> str:
    """The one sentence (catalog text) for somebody who does not take part, or not yet."""
    person = turn.person
    if person is not None and person.state is PersonState.deactivated:
        return NO_ACCESS
    if person is not None and application_of(turn.session, person) is not None:
        return WAITING
    return STRANGER


def _ask_who(turn: Turn) -> None:
    person = turn.person
    has_asked = person is not None and application_of(turn.session, person) is not None
    if person is not None and has_asked and active_conversation(turn.session, id_of(person)) is None:
        again = Button(turn.t.plain(N_("Correct what I said")), button_data("join"))
        turn.say(turn.t(WAITING), [[again]])
        return
    driver.start(turn, JOIN, values=_known_of(turn))


def _known_of(turn: Turn) -> Values:
    """What the form begins with; makes the person known, as a conversation belongs to one."""
    if turn.person is None:
        turn.person = Person(
            telegram_id=turn.speaker.telegram_id,
            username=turn.speaker.username,
            language=turn.t.language,
            reachable=True,
            created_at=turn.now,
        )
        turn.session.add(turn.person)
        turn.session.flush()
    return {}


def _open_invitation(turn: Turn, code: str) -> None:
    found = open_invitation(turn.session, code, turn.now)
    person = turn.person
    if found is None:
        if person is not None and person.state is PersonState.active:
            _greet(turn, turn.t(LINK_OVER_BUT_IN))
        else:
            turn.say(turn.t(LINK_OVER), [[Button(turn.t.plain(N_("Ask to join")), button_data("join"))]])
        return
    invitation, company = found
    if person is not None and person.state is PersonState.active:
        _take_on(turn, person, invitation, company)
        return
    values = _known_of(turn) | {"invitation": invitation.code}
    _drop_other_joining(turn, invitation.code)
    driver.start(turn, JOIN, values=values)


def _take_on(turn: Turn, person: Person, invitation: Invitation, company: Company) -> None:
    """An invitation opened by somebody who takes part already: one more company for a manager."""
    held = {c.id for c in companies_of(turn.session, person)}
    if person.role is not Role.manager or company.id in held:
        _greet(turn)
    elif use_invitation(turn.session, invitation.code, turn.now):
        add_company(turn.session, person, company, Decision(None, turn.now, turn.today))
        turn.say(turn.t("You look after {company} as well now. /me shows your companies.", company=company.name))


def _drop_other_joining(turn: Turn, code: str) -> None:
    """A form of joining begun another way would hide the company of this invitation."""
    for begun in conversations_of(turn.session, turn.person_id):
        if begun.form == JOIN.name and begun.state.get("values", {}).get("invitation") != code:
            end_conversation(turn.session, begun)


def _go(turn: Turn, name: str) -> bool:
    """Open the command a link names; False when there is none for this person."""
    # The list of commands names this module's handlers.
    from handlers.commands import COMMAND_BY_NAME

    command = COMMAND_BY_NAME.get(name)
    if command is None or command.name == "start" or not may(command, turn.person, ChatKind.private):
        return False
    command.handler(turn)
    return True


def _greet(turn: Turn, above: Markup | None = None) -> None:
    t, person = turn.t, turn.who
    lines = [above] if above is not None else []
    lines.append(t("Hello, {name}!", name=display_name(person)))
    if person.role is Role.admin:
        lines += _what_to_do_first(turn)
    turn.say(Markup("\n").join([*lines, Markup(""), help.overview(turn)]))


def _what_to_do_first(turn: Turn) -> list[Markup]:
    """The steps an admin has still to take; nothing once the bot is set up."""
    t, session = turn.t, turn.session
    steps: list[Markup] = []
    if shared_group(session) is None:
        steps.append(t("Add me to the managers' group and send /link there."))
    if not active_companies(session):
        steps.append(t("/company creates the companies you look after."))
    if not _has_managers(session):
        steps.append(t("/invite makes links for the managers to join by."))
    if not turn.who.real_name:
        steps.append(t("/people is where you set your own real name."))
    lines = [Markup("{}. {}").format(n, step) for n, step in enumerate(steps, 1)]
    if lines:
        lines.insert(0, t("<b>What to do first</b>"))
    waiting = count_waiting(session)
    if waiting:
        lines.append(t("Waiting for approval: {count} — see /people.", count=waiting))
    return lines


def _has_managers(session: Session) -> bool:
    return (
        session.exec(select(Person.id).where(Person.role == Role.manager, Person.state == PersonState.active)).first()
        is not None
    )


def _invitation_of(form_turn: FormTurn) -> tuple[Invitation, Company] | None:
    code = form_turn.values.get("invitation")
    return open_invitation(form_turn.turn.session, code, form_turn.turn.now) if isinstance(code, str) else None


def _is_uninvited(form_turn: FormTurn) -> bool:
    return _invitation_of(form_turn) is None


def _check_name(form_turn: FormTurn, name: Any) -> None:
    # Who has no invitation learns nothing of who is there: an admin sees the namesake instead.
    found = _invitation_of(form_turn)
    if found is not None:
        company_id = found[1].id
        assert company_id is not None
        if namesake(form_turn.turn.session, name, company_id, form_turn.turn.who.id) is not None:
            raise Wrong(NAMESAKE, name=name, company=found[1].name)


def _notes(form_turn: FormTurn) -> Sequence[Markup]:
    t, found = form_turn.turn.t, _invitation_of(form_turn)
    if found is None:
        return [t("An admin will be asked to let you in.")]
    return [t("Company: {company}", company=found[1].name)]


def _save(form_turn: FormTurn) -> None:
    turn, person, name = form_turn.turn, form_turn.turn.who, form_turn.values["real_name"]
    found = _invitation_of(form_turn)
    if found is not None and use_invitation(turn.session, found[0].code, turn.now):
        person.real_name, person.username = name, turn.speaker.username
        admit(turn.session, person, Role.manager, found[1], Decision(None, turn.now, turn.today))
        turn.redraw(admission.welcome(turn, person, turn.t))
        plan_menu_of(turn.session, person, turn.now, turn.surroundings)
        _tell_inviter(turn, found[0], found[1], person)
        return
    company = found[1].name if found is not None else form_turn.values["company"]
    person.username = turn.speaker.username
    application = Application(name, company)
    ask_to_join(turn.session, person, application, turn.now)
    turn.redraw(turn.t("Thank you, {name}. The admins have been asked; you will hear from me here.", name=name))
    admission.announce(turn, person, application)


def _tell_inviter(turn: Turn, invitation: Invitation, company: Company, person: Person) -> None:
    inviter = turn.session.get(Person, invitation.created_by) if invitation.created_by is not None else None
    if inviter is not None and inviter.state is PersonState.active and inviter.reachable:
        t = translator_for(inviter, turn.surroundings)
        text = t("{name} joined {company} by your link.", name=person.real_name, company=company.name)
        turn.say_to(inviter, text)


JOIN = Form(
    name="join",
    title=N_("Joining"),
    words=(),
    fields=(
        Field(
            key="real_name",
            label=N_("Real name"),
            ask=N_("What is your real name? Your reports carry it."),
            kind=RealName(),
            words=("姓名", "名字", "name"),
            check=_check_name,
        ),
        Field(
            key="company",
            label=N_("Company"),
            ask=N_("Which company do you work for?"),
            # Names of the companies are not shown to people nobody has let in yet.
            kind=CompanyName(offered=False),
            words=("公司", "company"),
            applies=_is_uninvited,
        ),
    ),
    save=_save,
    roles=EVERY_ROLE,
    states=frozenset({PersonState.pending}),
    notes=_notes,
    confirm_label=N_("That is me"),
)
