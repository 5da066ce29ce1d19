"""`/people`: everyone who takes part or would like to, one page at a time (handbook §1)."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from handlers.keyboards import Button, button_data, rows_of
from handlers.people.person_card import STATE_NAMES, UNKNOWN, act, companies_in_words, show_card
from handlers.people.roles import LANGUAGE_NAMES, ROLE_NAMES, id_of, number
from handlers.translations import N_, Translator
from handlers.turn import Turn
from storage.people import Company, Person, PersonId, PersonState, display_name, memberships_of, name_key
from storage.people_changes import (
    count_people_listed,
    count_waiting,
    lock_person,
    people_listed,
    unreachable_people,
)

PER_PAGE = 8
UNREACHABLE_SHOWN = 20


def people(turn: Turn) -> None:
    """`/people`: the list; with a name, that person's card."""
    wanted = name_key(turn.arguments)
    if wanted:
        everyone = people_listed(turn.session, count_people_listed(turn.session))
        found = [person for person in everyone if wanted in name_key(display_name(person))]
        if len(found) == 1:
            show_card(turn, found[0])
            return
        if found:
            buttons = [_open(person) for person in found[: 5 * PER_PAGE]]
            turn.say(turn.t("Whom do you mean?"), rows_of(buttons, 2))
            return
        turn.say(turn.t("I do not know anybody called {name}.", name=turn.arguments.strip()[:40]))
    _show_list(turn, 0)


def pressed(turn: Turn) -> None:
    """The buttons under the list and the cards: `person:<what>:<id or page>[:<argument>]`. Roles are asked before."""
    what, first, argument = (*(turn.press.arguments if turn.press is not None else ()), "", "", "")[:3]
    if what == "page":
        _show_list(turn, number(first) or 0)
        return
    person = lock_person(turn.session, number(first) or 0)
    if person is None:
        turn.toast(turn.t.plain(UNKNOWN))
    else:
        act(turn, person, what, argument)


def _show_list(turn: Turn, page: int) -> None:
    t, session = turn.t, turn.session
    total = count_people_listed(session)
    pages = max(1, -(-total // PER_PAGE))
    page = min(page, pages - 1)
    listed = people_listed(session, PER_PAGE, page * PER_PAGE)
    companies = memberships_of(session, [id_of(person) for person in listed])
    lines: list[Markup | str] = [t("<b>People</b> ({count})", count=total)]
    waiting = count_waiting(session)
    if waiting:
        lines.append(t("Waiting for approval: {count}", count=waiting))
    lines += [_line(t, n, person, companies) for n, person in enumerate(listed, page * PER_PAGE + 1)]
    unreachable = unreachable_people(session)
    if unreachable:
        names = t.plain(N_(", ")).join(display_name(person) for person in unreachable[:UNREACHABLE_SHOWN])
        more = f" +{len(unreachable) - UNREACHABLE_SHOWN}" if len(unreachable) > UNREACHABLE_SHOWN else ""
        lines += ["", t("I cannot write to: {names}{more}. They need to press Start.", names=names, more=more)]
    turning = [Button(f"‹ {page}/{pages}", button_data("person", "page", page - 1))] if page else []
    if page < pages - 1:
        turning.append(Button(f"{page + 2}/{pages} ›", button_data("person", "page", page + 1)))
    turn.redraw(Markup("\n").join(lines), [*rows_of([_open(person) for person in listed], 2), turning])


def _line(t: Translator, n: int, person: Person, companies: Mapping[PersonId, Sequence[Company]]) -> Markup:
    if person.state is not PersonState.active:
        return Markup("{}. {} · {}").format(n, display_name(person), t.plain(STATE_NAMES[person.state]))
    return Markup("{}. {} · {} · {} · {}{}").format(
        n,
        display_name(person),
        t.plain(ROLE_NAMES[person.role]),
        companies_in_words(t, person, companies.get(id_of(person), [])),
        LANGUAGE_NAMES.get(person.language, "—"),
        "" if person.reachable else t.plain(N_(" · unreachable")),
    )


def _open(person: Person) -> Button:
    label = display_name(person)
    return Button(
        f"⏳ {label}" if person.state is PersonState.pending else label, button_data("person", "card", person.id)
    )
