"""Half-filled forms are resumed and set aside, never lost; old and forged buttons do nothing (handbook §6)."""

from datetime import timedelta

import pytest

from storage.conversations import Conversation
from storage.people import Person, PersonId, PersonState
from tests.handlers.forms.conftest import PersonInChat
from tests.handlers.forms.visit_form import SAVED, SHORT, VISIT


def test_the_same_form_again_goes_on_where_it_was(chat: PersonInChat) -> None:
    chat.starts(VISIT)
    chat.says("新人03")
    chat.now += timedelta(days=1)
    chat.starts(VISIT)
    assert chat.screen.text.startswith("You began this on Mon 11/23 12:00 and had not finished.")
    assert "How?" in chat.screen.text
    assert chat.values == {"day": "2026-11-23", "hire": "3"}, "what was decided yesterday stays decided"
    chat.taps("Start over")
    assert "discarded" in chat.screen.text
    chat.taps("No, go on")
    assert chat.values["hire"] == "3"
    chat.starts(VISIT)
    chat.taps("Start over")
    chat.taps("Yes, start over")
    assert "Who?" in chat.screen.text
    assert chat.values == {"day": "2026-11-24"}
    assert chat.conversations() == 1


def test_a_form_into_which_nothing_was_filled_makes_room(chat: PersonInChat) -> None:
    chat.starts(VISIT)
    chat.starts(SHORT)
    assert chat.conversations() == 1
    chat.starts(SHORT)
    assert chat.conversations() == 1
    assert "You began" not in chat.screen.text


def test_another_form_sets_the_first_aside_and_offers_it_afterwards(chat: PersonInChat) -> None:
    chat.starts(VISIT)
    chat.says("新人03")
    old_button = chat.screen.buttons["Alone"]
    assert "“Visit” is kept as it is" in chat.starts(SHORT)
    chat.says("3")
    chat.says("visit everybody")
    chat.taps("Confirm")
    assert "“Visit”, begun on Mon 11/23 12:00, is still half filled." in chat.screen.text
    chat.taps("Go on: Visit")
    assert "How?" in chat.screen.text
    assert chat.values["hire"] == "3"
    chat.starts(SHORT)
    chat.says("4")
    chat.presses(old_button)
    assert "How many visits?" in chat.screen.text, "a button of the waiting form takes it up again"
    assert chat.values["mode"] == "alone"
    assert chat.conversations() == 2


def test_other_values_or_a_block_start_a_form_of_their_own(chat: PersonInChat) -> None:
    chat.starts(VISIT, values={"day": "2026-11-22"})
    chat.says("新人03")
    chat.starts(VISIT, values={"day": "2026-11-22"})
    assert "You began" in chat.screen.text
    chat.starts(VISIT, values={"day": "2026-11-21"})
    assert chat.values == {"day": "2026-11-21"}
    chat.starts(VISIT, pasted="hire: 新人04\nmode: alone")
    assert chat.values["hire"] == "4"
    assert chat.conversations() == 3


def test_an_old_button_says_so_and_draws_the_present_question(chat: PersonInChat) -> None:
    chat.starts(VISIT)
    chat.says("新人03")
    old = chat.screen.buttons["Alone"]
    chat.says("together")
    chat.presses(old)
    assert chat.toast == "This button is an old one. Here is where we are now."
    assert "How many visits?" in chat.screen.text
    assert chat.values["mode"] == "together"
    chat.says("cancel")
    chat.says("yes")
    chat.presses(old)
    assert chat.toast == "This button is an old one and does nothing any more."
    chat.starts(SHORT)
    chat.presses(old)
    assert "How many?" in chat.screen.text


@pytest.mark.parametrize(
    "data",
    ["f", "f:1", "f:x:0:option", "f:1:0:confirm", "f:1:0:nonsense", "f:1:0:edit:3", "f:1:0:add:99", "f:1:0:remove:0",
     "f:1:0:row:0", "f:1:0:page:-1", "f:1:0:toggle:crm", "f:1:0:cancel-yes", "f:1:0:stay", "f:1:0:restart-yes",
     "f:1:0:option:nobody", "f:99999999999999999999:0:option:1", "f:1:0:suggest:1", "f:1:0:keep", "f:1:0:done",
     "f:²:0:option:1", "f:1:0:page:²"],
)  # fmt: skip
def test_forged_data_changes_nothing(chat: PersonInChat, data: str) -> None:
    chat.starts(VISIT)
    before = chat.state()
    chat.presses(data)
    after = chat.state()
    assert {k: v for k, v in after.items() if k != "page"} == {k: v for k, v in before.items() if k != "page"}
    assert SAVED == []


def test_somebody_elses_button(chat: PersonInChat) -> None:
    chat.starts(SHORT)
    button = chat.screen.buttons["Cancel"]
    with chat.database.transaction() as session:
        session.add(Person(telegram_id=5, state=PersonState.active, created_at=chat.now))
        session.flush()
        conversation = session.get(Conversation, 1)
        assert conversation is not None
        conversation.person_id = PersonId(2)
    chat.presses(button)
    assert chat.toast == "This button is an old one and does nothing any more."
    assert chat.conversations() == 1
