"""Inside a form: at every step of every form, somebody who may no longer fill it fills in nothing.

Generated from `handlers.commands.FORMS`: a new form, and a new field of one, is in it by being there. One person sits
at each step; then something happens to all of them, and each types an answer and presses the button that would go on.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from bot.demo.people import People
from handlers.commands import FORMS
from handlers.forms.driver import NOT_OPEN
from handlers.forms.form import Form
from handlers.forms.progress import Progress, Screen
from handlers.forms.screens import BUTTON
from handlers.people.start import NO_ACCESS
from handlers.translations import translator
from storage.conversations import Conversation
from storage.people import Person, PersonState, Role, person_by_telegram_id
from storage.schema import metadata
from tests.chat import Phone, World

MOVING = {"inbox", "outbox", "post", "heartbeat", "preference"}
"""Tables that change by the mere fact that somebody said something."""


@dataclass
class Inside:
    """Somebody at one step of a form."""

    form: Form
    step: str
    phone: Phone
    conversation_id: int
    toasts: list[str]


def sit_down(world: World) -> list[Inside]:
    """One person at each question of each form that is not for those who only want to join, and one at each card."""
    places = [
        (form, step)
        for form in FORMS
        if PersonState.active in form.states
        for step in (*(field.key for field in form.fields), "")
    ]
    ids = [world.stranger().telegram_id for _ in places]
    inside = []
    with world.database.transaction() as session:
        for (form, step), telegram_id in zip(places, ids, strict=True):
            now, role = world.clock.now(), min(form.roles)
            person = Person(
                telegram_id=telegram_id, real_name="王芳", role=role, language="zh", reachable=True, created_at=now
            )
            person.state = PersonState.active
            session.add(person)
            session.flush()
            assert person.id is not None
            progress = Progress(title=form.title)
            progress.screen, progress.at = (Screen.question, (step,)) if step else (Screen.card, ())
            conversation = Conversation(
                person_id=person.id,
                chat_id=telegram_id,
                form=form.name,
                step=1,
                state=progress.to_json(),
                started_at=now,
                updated_at=now,
            )
            session.add(conversation)
            session.flush()
            assert conversation.id is not None
            inside.append(Inside(form, step, Phone(world, telegram_id), conversation.id, []))
    return inside


def records(world: World) -> dict[str, Any]:
    """Everything that is stored, but for what moves by itself."""
    with world.session() as session:
        tables = [table for table in metadata.sorted_tables if table.name not in MOVING]
        return {table.name: session.execute(select(table)).all() for table in tables}


def everybody_goes_on(world: World, inside: list[Inside], chat_id: int | None = None) -> None:
    """Each types an answer and presses a button of the present step, in private or in a group."""
    queries = []

    def act(people: People) -> None:
        for each in inside:
            said = people.say(each.phone.telegram_id, "1", chat_id)
            move = "confirm" if not each.step else "option:1"
            data = f"{BUTTON}:{each.conversation_id}:1:{move}"
            queries.append(people.forge_press(each.phone.telegram_id, said.message_id, data, chat_id))

    world.act(act)
    world.settle()
    for each, query in zip(inside, queries, strict=True):
        each.toasts.append(query.text or "")


def all_become(world: World, inside: list[Inside], **changes: object) -> None:
    """An admin changes something about all of them."""
    with world.database.transaction() as session:
        for each in inside:
            person = person_by_telegram_id(session, each.phone.telegram_id)
            assert person is not None
            for name, value in changes.items():
                setattr(person, name, value)


def test_who_is_deactivated_inside_a_form_goes_no_further(world: World) -> None:
    inside = sit_down(world)
    all_become(world, inside, state=PersonState.deactivated)
    before = records(world)
    everybody_goes_on(world, inside)

    expected = translator("zh").plain(NO_ACCESS)
    for each in inside:
        assert ([said.text for said in each.phone.heard], each.toasts) == ([expected], [expected]), each
    assert records(world) == before


@pytest.mark.parametrize("role", Role)
def test_who_gets_another_role_inside_a_form_goes_no_further(world: World, role: Role) -> None:
    inside = [each for each in sit_down(world) if role not in each.form.roles]
    assert inside or role is Role.admin, "an admin may fill every form"
    all_become(world, inside, role=role)
    before = records(world)
    everybody_goes_on(world, inside)

    expected = translator("zh").plain(NOT_OPEN)
    for each in inside:
        assert ([said.text for said in each.phone.heard], each.toasts) == ([expected], [expected]), each
    assert records(world) == before


def test_a_form_is_not_filled_in_the_group(world: World) -> None:
    inside = sit_down(world)
    group = world.group(*(each.phone for each in inside))
    before = records(world)
    everybody_goes_on(world, inside, group)

    assert world.heard_in(group) == []
    assert all(each.toasts[0] for each in inside)
    assert records(world) == before
