"""Filling a form in a chat: asked, checked, gone back, skipped, edited, resumed, confirmed once (handbook §6)."""

from dataclasses import replace

import pytest
from sqlmodel import Session

from handlers.forms import driver
from handlers.forms.fields import Values, Wrong
from handlers.forms.progress import Path, next_field
from handlers.forms.screens import token
from storage.conversations import Conversation, active_conversation
from storage.people import PersonState, Role
from tests.handlers.forms.conftest import PersonInChat
from tests.handlers.forms.visit_form import COMPLETE, SAVED, SHORT, VISIT

FEEDBACK = "listened well to the customer"


def fill_up_to_feedback(chat: PersonInChat) -> None:
    """The usual answers, up to the last question."""
    chat.starts(VISIT)
    for typed in ("新人03", "alone", "2", "3 1 0", "none", "crm", "skip", "yes", "skip", "9:00"):
        chat.says(typed)


def fill(chat: PersonInChat) -> None:
    """The usual answers, up to the card."""
    fill_up_to_feedback(chat)
    chat.says(FEEDBACK)


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({}, ("hire",)),
        ({"hire": "3"}, ("mode",)),
        ({**COMPLETE}, ("scores",)),
        ({**COMPLETE, "scores": None, "share": None}, None),
        ({**COMPLETE, "scores": None, "share": None, "happy": False}, ("why",)),
        ({**COMPLETE, "scores": {}, "share": 0, "visits": 0}, None),
        ({**COMPLETE, "scores": None, "share": None, "sessions": [{"topic": "CRM"}]}, ("sessions", 0, "time")),
        ({k: v for k, v in COMPLETE.items() if k != "trial"}, ("trial",)),
    ],
)
def test_next_field(chat: PersonInChat, values: Values, path: Path | None) -> None:
    with Session(chat.database.engine) as session:
        turn = chat.form_turn(session, values)
        assert next_field(VISIT, turn) == path
        assert turn.values == values, "deciding changes nothing"
        assert next_field(VISIT, turn, ask=("day",)) == ("day",)


def test_typed_from_start_to_saved(chat: PersonInChat) -> None:
    fill(chat)
    assert "Feedback: listened well" in chat.screen.text
    assert "Taken from the roster." in chat.screen.text
    assert chat.says("确认") == "Saved."
    assert SAVED == [{**COMPLETE, "day": "2026-11-23", "scores": None, "share": None}]
    assert chat.conversations() == 0


def test_tapped_from_start_to_saved(chat: PersonInChat) -> None:
    chat.starts(VISIT)
    for label in ("2/3", "新人10", "Together", "3", "All 0", "None", "CRM", "Rules", "CRM", "Done", "3", "Done", "Yes"):
        chat.taps(label)
    chat.taps("Skip")
    assert chat.screen.method == "editMessageText"
    chat.says("9点半")
    assert chat.screen.method == "sendMessage"
    chat.says(FEEDBACK)
    chat.taps("Confirm")
    assert SAVED == [
        {
            "day": "2026-11-23",
            "hire": "10",
            "mode": "together",
            "visits": 3,
            "trial": {"on_trial": 0, "passed": 0, "failed": 0},
            "sessions": [],
            "topics": ["rules"],
            "scores": {"opening": 3},
            "happy": True,
            "share": None,
            "at": "09:30",
            "feedback": FEEDBACK,
        }
    ]


def test_a_wrong_answer_keeps_the_question_and_everything_before(chat: PersonInChat) -> None:
    chat.starts(VISIT)
    chat.says("新人03")
    chat.says("alone")
    buttons = chat.screen.buttons
    said = chat.says("lots")
    assert said.startswith("I could not read a number there.")
    assert "How many visits?" in said
    assert chat.screen.buttons == buttons
    chat.says("2")
    said = chat.says("1 2 2")
    assert said.startswith("Passed and failed are more than those on trial.")
    assert chat.values == {"day": "2026-11-23", "hire": "3", "mode": "alone", "visits": 2}


def test_back_keeps_what_was_answered_and_goes_on_where_it_was(chat: PersonInChat) -> None:
    chat.starts(VISIT)
    chat.says("新人03")
    chat.says("alone")
    chat.taps("‹ Back")
    assert "How?" in chat.screen.text
    assert "Now: Alone" in chat.screen.text
    chat.says("返回")
    assert "Who?" in chat.screen.text
    assert "‹ Back" not in chat.screen.buttons
    chat.says("新人05")
    assert "How many visits?" in chat.screen.text
    assert chat.values["mode"] == "alone"
    chat.taps("‹ Back")
    assert "Who?" in chat.screen.text
    chat.taps("Keep: 新人05")
    assert "How many visits?" in chat.screen.text


def test_what_is_needed_cannot_be_skipped(chat: PersonInChat) -> None:
    fill_up_to_feedback(chat)
    assert "Skip" not in chat.screen.buttons
    assert chat.says("跳过").startswith("This one is needed and cannot be skipped.")
    number, step = chat.screen.buttons["Cancel"].split(":")[1:3]
    chat.presses(f"f:{number}:{step}:skip")
    assert "feedback" not in chat.values


def test_cancel_asks_once_and_loses_nothing_until_confirmed(chat: PersonInChat) -> None:
    chat.starts(SHORT)
    assert chat.taps("Cancel") == "Cancelled: nothing was recorded."
    assert chat.conversations() == 0
    chat.starts(SHORT)
    chat.says("3")
    assert "Discard" in chat.says("取消")
    assert chat.conversations() == 1
    assert "The plan?" in chat.taps("No, go on")
    assert chat.values == {"count": 3}
    chat.taps("Cancel")
    assert "Short" in chat.says("visit the three new ones"), "an answer instead of yes or no is taken as the answer"
    assert chat.values == {"count": 3, "plan": "visit the three new ones"}
    chat.says("cancel")
    assert chat.taps("Yes, discard") == "Cancelled: nothing was recorded."
    assert chat.conversations() == 0
    assert SAVED == []


def test_edit_from_the_card_and_return_to_it(chat: PersonInChat) -> None:
    fill(chat)
    chat.taps("Edit")
    chat.taps("Visits")
    assert "Now: 2" in chat.screen.text
    assert "Confirm" in (chat.taps("3") and chat.screen.buttons)
    chat.taps("Edit")
    chat.taps("‹ Back")
    chat.says("visits: 12")
    assert "⚠️ Many visits!" in chat.screen.text
    chat.says("家数：一百")
    assert chat.screen.text.startswith("⚠️ Visits: 100 is too much")
    assert "How many visits?" in chat.screen.text, "what was wrong is asked, what was there is kept"
    chat.taps("Keep: 12")
    chat.says("reason")
    assert chat.screen.text.startswith("Please tap “Confirm”, or type"), "a field that does not apply cannot be edited"
    chat.says("反馈")
    chat.says("much better than before")
    chat.says("hello there")
    assert chat.screen.text.startswith("Please tap “Confirm”")
    chat.says("ok")
    assert SAVED[0]["visits"] == 12
    assert SAVED[0]["feedback"] == "much better than before"


def test_a_field_that_stops_applying_loses_its_value_at_save_only(chat: PersonInChat) -> None:
    fill(chat)
    chat.says("happy: no")
    assert "Why not?" in chat.screen.text
    chat.says("too far away")
    assert "Reason: too far away" in chat.screen.text
    chat.says("happy: yes")
    assert "Reason" not in chat.screen.text
    chat.says("happy: no")
    assert "Reason: too far away" in chat.screen.text
    chat.says("happy: yes")
    chat.says("yes")
    assert "why" not in SAVED[0]


def test_an_optional_extra_is_added_from_the_card(chat: PersonInChat) -> None:
    fill(chat)
    chat.taps("+ Note")
    chat.taps("‹ Back")
    assert "Confirm" in chat.screen.buttons
    chat.taps("+ Note")
    chat.says("bring the sales kit")
    assert "Note: bring the sales kit" in chat.screen.text
    assert "+ Note" not in chat.screen.buttons


def test_rows_are_asked_suggested_typed_changed_and_removed(chat: PersonInChat) -> None:
    chat.starts(VISIT)
    for typed in ("新人03", "alone", "2", "3 1 0"):
        chat.says(typed)
    chat.taps("＋ CRM")
    assert "How many came?" in chat.screen.text
    assert chat.says("11").startswith("Present 11 is more than expected 10.")
    chat.says("9")
    assert "＋ CRM" not in "".join(chat.screen.buttons)
    chat.says("Sales kit, 13:00-14:00, 应到5, 实到5\nKit, 9-8, 3, 3")
    assert "The end (08:00) must be after the start (09:00)" in chat.screen.text
    assert [row["topic"] for row in chat.values["sessions"]] == ["CRM", "Sales kit"]
    chat.taps("✏️ 2")
    chat.taps("Topic")
    chat.says("Sales kit, once more")
    chat.taps("✏️ 1")
    chat.taps("Remove")
    chat.taps("Add one")
    for typed in ("Rules", "9:00-10:00", "3", "2"):
        chat.says(typed)
    chat.taps("That is all")
    assert "Which topics?" in chat.screen.text
    assert chat.values["sessions"] == [
        {"topic": "Sales kit, once more", "time": {"start": "13:00", "end": "14:00"}, "expected": 5, "present": 5},
        {"topic": "Rules", "time": {"start": "09:00", "end": "10:00"}, "expected": 3, "present": 2},
    ]


def test_a_half_filled_row_is_asked_for_the_rest(chat: PersonInChat) -> None:
    chat.starts(VISIT)
    for typed in ("新人03", "alone", "2", "3 1 0", "add", "CRM basics", "back", "back"):
        chat.says(typed)
    assert "That is all" in chat.screen.buttons
    chat.taps("That is all")
    assert "From when to when?" in chat.screen.text
    assert chat.values["sessions"] == [{"topic": "CRM basics"}]


def test_confirm_pressed_twice_saves_once(chat: PersonInChat) -> None:
    fill(chat)
    confirm = chat.screen.buttons["Confirm"]
    chat.presses(confirm)
    chat.presses(confirm)
    assert chat.toast == "This is finished already; nothing is recorded twice."
    assert len(SAVED) == 1


def test_save_that_refuses_returns_to_the_card(chat: PersonInChat) -> None:
    fill(chat)
    chat.says("note: refuse me")
    chat.taps("Confirm")
    assert chat.screen.text.startswith("The record book is full of &lt;notes&gt;.")
    assert chat.values["feedback"] == FEEDBACK
    chat.says("note: fine")
    chat.taps("Confirm")
    assert SAVED[0]["note"] == "fine"


def test_role_and_state_are_asked_at_every_step(chat: PersonInChat) -> None:
    fill(chat)
    confirm = chat.screen.buttons["Confirm"]
    for role, state in ((Role.viewer, PersonState.active), (Role.manager, PersonState.deactivated)):
        chat.is_now(role, state)
        chat.presses(confirm)
        assert chat.toast.startswith("Sorry, this is not open to you")
        assert chat.says("ok").startswith("Sorry, this is not open to you")
        assert chat.starts(VISIT).startswith("Sorry, this is not open to you")
    assert SAVED == []
    chat.is_now(Role.manager)
    chat.presses(confirm)
    assert len(SAVED) == 1


def test_a_stored_record_is_edited_on_its_card(chat: PersonInChat) -> None:
    assert chat.starts(VISIT, record_id=8) == "This record is no longer there, or is not yours to edit."
    chat.starts(VISIT, record_id=7)
    assert "Date: Sun 11/22" in chat.screen.text
    chat.says("家数 3")
    chat.starts(VISIT, record_id=7)
    assert chat.screen.text.startswith("You began this")
    chat.says("cancel")
    assert "The record stays as it was." in chat.screen.text
    chat.says("no")
    chat.says("yes")
    assert SAVED == [{**COMPLETE, "visits": 3, "scores": None, "share": None}]


def test_presets_behind_a_changed_answer_are_worked_out_anew(chat: PersonInChat) -> None:
    doubled = replace(
        SHORT.fields[1], key="double", preset=lambda turn: f"twice {turn.values['count']}", words=("double",)
    )
    form = replace(SHORT, fields=(SHORT.fields[0], doubled, SHORT.fields[1]))
    with chat.forms(form):
        chat.starts(form)
        chat.says("3")
        assert chat.values["double"] == "twice 3"
        chat.says("back")
        chat.says("4")
        assert chat.values["double"] == "twice 4"


def test_a_check_that_no_longer_holds_is_asked_before_saving(chat: PersonInChat) -> None:
    def check(turn: object, value: object) -> None:
        if getattr(turn, "values", {}).get("count") == 9:
            raise Wrong("Nine leaves no time for a plan.")

    form = replace(SHORT, fields=(SHORT.fields[0], replace(SHORT.fields[1], check=check)))
    with chat.forms(form):
        chat.starts(form)
        chat.says("3")
        chat.says("visit everybody")
        chat.says("count: 9")
        assert "⚠️ Nine leaves no time for a plan." in chat.screen.text
        chat.taps("Confirm")
        assert chat.screen.text.startswith("Nine leaves no time for a plan.")
        assert "The plan?" in chat.screen.text
        chat.taps("‹ Back")
        chat.says("count: 8")
        chat.taps("Confirm")
        assert SAVED == [{"count": 8, "plan": "visit everybody"}]


def test_takes_text_and_what_is_no_answer(chat: PersonInChat) -> None:
    def is_taken(text: str) -> bool:
        with chat.database.transaction() as session:
            turn = chat.turn(session)
            turn.text = text
            conversation = active_conversation(session, turn.person_id)
            assert conversation is not None
            return driver.answer_text(turn, conversation, SHORT, other_words={"陪访"})

    chat.starts(SHORT)
    assert not is_taken("/due")
    assert not is_taken("陪访 张伟")
    assert chat.values == {}
    assert is_taken("several")
    chat.says("3")
    assert chat.takes_text(SHORT)
    assert is_taken("陪访 张伟"), "free text may say anything"
    assert chat.values == {"count": 3, "plan": "陪访 张伟"}


def test_a_question_the_form_no_longer_has_gives_way(chat: PersonInChat) -> None:
    chat.starts(SHORT)
    chat.says("3")
    form = replace(SHORT, fields=(SHORT.fields[0], replace(SHORT.fields[1], key="plans")))
    with chat.forms(form):
        chat.says("visit everybody")
        assert chat.values == {"count": 3, "plans": "visit everybody"}


def test_callback_data_stays_within_64_bytes() -> None:
    longest = max(len(token(value).encode()) for value in ("x" * 28, "新" * 40, "x" * 300, "09:00:00:00"))
    assert len("f:2147483647:99999:option:") + longest <= 64
    assert token("新人") != token("新人2")


def test_chinese_screens(chat: PersonInChat) -> None:
    chat.language = "zh"
    fill(chat)
    assert "确认" in chat.screen.buttons
    assert "拜访家数：2" in chat.screen.text
    chat.says("提交")
    assert len(SAVED) == 1


def test_a_conversation_is_small(chat: PersonInChat) -> None:
    fill(chat)
    with Session(chat.database.engine) as session:
        conversation = session.get(Conversation, 1)
        assert conversation is not None
        assert conversation.state["screen"] == "card"
        assert conversation.step > 10


def test_long_answers_fit_into_messages(chat: PersonInChat) -> None:
    fill_up_to_feedback(chat)
    chat.says("😀" * 500)
    chat.says("课程:\n" + "\n".join(f"{'培' * 40}, 9:00-11:00, 300, {n}" for n in range(3)))
    chat.says("note: " + "<" * 50)
    assert chat.screen.text.count("培" * 40) == 3
    assert "&lt;" * 50 in chat.screen.text
    chat.taps("Edit")
    chat.taps("Feedback")
    chat.taps("Keep: 😀")
    chat.taps("Confirm")
    assert SAVED[0]["feedback"] == "😀" * 500


def test_an_edit_without_a_change_saves_nothing(chat: PersonInChat) -> None:
    chat.starts(VISIT, record_id=7)
    assert "Nothing was changed" in chat.taps("Confirm")
    assert SAVED == []
    assert chat.conversations() == 0


def test_typed_labels_do_what_their_buttons_do(chat: PersonInChat) -> None:
    chat.starts(VISIT, record_id=7)
    chat.says("edit")
    chat.says("visits")
    chat.says("keep")
    assert chat.values["visits"] == 2
    chat.says("visits: 3")
    chat.says("cancel")
    chat.says("No, go on")
    assert chat.values["visits"] == 3
    chat.says("cancel")
    assert "Editing stopped" in chat.says("Yes, stop")
