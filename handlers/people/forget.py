"""`/forget <name>`: take a person or a hire out of the records; every figure of the past stays (handbook §10).

An admin names somebody, reads what will happen, and confirms with a button. It cannot be undone.
"""

from collections.abc import Callable, Sequence

from markupsafe import Markup
from sqlmodel import Session, select

from handlers.keyboards import Button, Keyboard, button_data
from handlers.menus import plan_menu_of
from handlers.people.roles import ROLE_NAMES, decision_of, number
from handlers.roster.hire_words import hire_words
from handlers.translations import N_, translator
from handlers.turn import Turn
from storage.forgetting import forget_hire, forget_person, is_forgotten
from storage.people import Company, CompanyId, Person, PersonState, Role, display_name, name_key
from storage.people_changes import count_people_listed, deactivate, lock_person, people_listed
from storage.roster import Cohort, Hire
from storage.roster_lists import find_hires

BUTTON = "forget"
MOST_OFFERED = 20
LONGEST_LABEL = 40
GONE = N_("This is no longer there.")
LABEL = N_("removed #{number}")
"""What somebody is called afterwards, in the language of the bot."""


def forget(turn: Turn) -> None:
    """`/forget 王芳`: people and hires of that name, or with that Telegram id."""
    t, wanted = turn.t, " ".join(turn.arguments.split())
    if not wanted:
        turn.say(t(N_("Who is to be forgotten? Please send the name with it, e.g. /forget Li Na. I ask before I do.")))
        return
    people, hires = _people_called(turn.session, wanted), _hires_called(turn, wanted)
    if len(people) + len(hires) == 1:
        turn.say(*(_ask_person(turn, people[0]) if people else _ask_hire(turn, hires[0])))
    elif people or hires:
        turn.say(t(N_("Whom do you mean?")), _choices(turn, people, hires))
    else:
        turn.say(t(N_("I do not know anybody called {name}."), name=wanted[:LONGEST_LABEL]))


def pressed(turn: Turn) -> None:
    """`forget:<what>:<id>`. The role was asked before; the record is looked up anew."""
    what, first = (*(turn.press.arguments if turn.press is not None else ()), "", "")[:2]
    action = _ACTIONS.get(what)
    if what == "no":
        turn.redraw(turn.t(N_("Nothing was changed.")))
    elif action is None:
        turn.toast(turn.t.plain(GONE))
    else:
        action(turn, number(first) or 0)


def _people_called(session: Session, wanted: str) -> list[Person]:
    """Everybody the bot knows, also those who never said who they are: these by account."""
    everyone = people_listed(session, count_people_listed(session))
    if wanted.isascii() and wanted.isdecimal():
        return list(session.exec(select(Person).where(Person.telegram_id == int(wanted[:15]))).all())
    key = name_key(wanted)
    known = [person for person in everyone if not is_forgotten(person)]
    exact = [person for person in known if name_key(display_name(person)) == key]
    return exact or [person for person in known if key in name_key(display_name(person))]


def _hires_called(turn: Turn, wanted: str) -> list[Hire]:
    # Also of companies that are no longer active.
    ids = [CompanyId(number) for number in turn.session.exec(select(Company.id)).all() if number is not None]
    found = find_hires(turn.session, ids, wanted, turn.today)
    return found or find_hires(turn.session, ids, wanted, turn.today, partly=True)


def _choices(turn: Turn, people: Sequence[Person], hires: Sequence[Hire]) -> Keyboard:
    t = turn.t
    buttons = [
        Button(f"{display_name(person)} · {t.plain(ROLE_NAMES[person.role])}", button_data(BUTTON, "person", person.id))
        for person in people
    ]
    buttons += [Button(hire_words(t, hire, turn.today), button_data(BUTTON, "hire", hire.id)) for hire in hires]
    return [[button] for button in buttons[:MOST_OFFERED]]


def _ask_person(turn: Turn, person: Person) -> tuple[Markup, Keyboard]:
    t, name = turn.t, display_name(person)
    if _is_active_admin(person):
        return (
            t(
                N_("{name} is an admin. Please give them another role or switch off their access first (/people)."),
                name=name,
            ),
            [],
        )
    lines = [
        t(N_("<b>Forget {name}?</b>"), name=name),
        t(
            N_(
                "Account, messages, half-filled forms, reasons for leave and the comments of ratings go; the name "
                "becomes “{label}” everywhere. Reports, records and every figure stay."
            ),
            label=_label(turn, person.id),
        ),
    ]
    if person.state is PersonState.active:
        lines.append(t(N_("Their access is switched off with it.")))
    return _question(turn, lines, "person-yes", person.id)


def _ask_hire(turn: Turn, hire: Hire) -> tuple[Markup, Keyboard]:
    t = turn.t
    cohort = turn.session.get_one(Cohort, hire.cohort_id)
    lines = [
        t(N_("<b>Forget {name}?</b>"), name=hire.name),
        Markup("{} · {}").format(cohort.name, hire_words(t, hire, turn.today)),
        t(
            N_(
                "Reasons and everything written about this hire go; the name becomes “{label}” everywhere. Orders, "
                "days, scores and every figure stay."
            ),
            label=_label(turn, hire.id),
        ),
    ]
    return _question(turn, lines, "hire-yes", hire.id)


def _question(turn: Turn, lines: Sequence[Markup], yes: str, record_id: int | None) -> tuple[Markup, Keyboard]:
    t = turn.t
    text = Markup("\n").join([*lines, t(N_("This cannot be undone."))])
    return text, [
        [
            Button(t.plain(N_("Yes, forget")), button_data(BUTTON, yes, record_id)),
            Button(t.plain(N_("No")), button_data(BUTTON, "no")),
        ]
    ]


# What the buttons do


def _show_person(turn: Turn, person_id: int) -> None:
    person = turn.session.get(Person, person_id)
    if person is None or is_forgotten(person):
        turn.toast(turn.t.plain(GONE))
    else:
        turn.redraw(*_ask_person(turn, person))


def _show_hire(turn: Turn, hire_id: int) -> None:
    hire = turn.session.get(Hire, hire_id)
    if hire is None:
        turn.toast(turn.t.plain(GONE))
    else:
        turn.redraw(*_ask_hire(turn, hire))


def _forget_person(turn: Turn, person_id: int) -> None:
    person = lock_person(turn.session, person_id)
    if person is None or is_forgotten(person):
        turn.toast(turn.t.plain(GONE))
        return
    if _is_active_admin(person):
        turn.redraw(*_ask_person(turn, person))
        return
    if person.state is PersonState.active:
        deactivate(turn.session, person, decision_of(turn))
        turn.session.flush()
        plan_menu_of(turn.session, person, turn.now, turn.surroundings)
    label = _label(turn, person.id)
    forget_person(turn.session, person, label, decision_of(turn))
    _say_done(turn, label)


def _forget_hire(turn: Turn, hire_id: int) -> None:
    hire = turn.session.get(Hire, hire_id)
    if hire is None:
        turn.toast(turn.t.plain(GONE))
        return
    label = _label(turn, hire.id)
    forget_hire(turn.session, hire, label, decision_of(turn))
    _say_done(turn, label)


def _say_done(turn: Turn, label: str) -> None:
    turn.redraw(
        turn.t(
            N_(
                "Done: it says {label} from now on. Backups made before still hold the old records "
                "until you delete them."
            ),
            label=label,
        )
    )


def _label(turn: Turn, record_id: int | None) -> str:
    return translator(turn.surroundings.language).plain(LABEL, number=record_id)


def _is_active_admin(person: Person) -> bool:
    return person.role is Role.admin and person.state is PersonState.active


_ACTIONS: dict[str, Callable[[Turn, int], None]] = {
    "person": _show_person,
    "person-yes": _forget_person,
    "hire": _show_hire,
    "hire-yes": _forget_hire,
}
