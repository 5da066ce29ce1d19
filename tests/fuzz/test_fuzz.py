"""A short run of what `python -m tests.fuzz` does at length."""

from pathlib import Path

import pytest

from tests.fuzz.run import run
from tests.fuzz.town import Tally, Town, readable
from tests.fuzz.updates import NOW, Update

UPDATES = 250


def test_updates_of_every_kind_are_dealt_with() -> None:
    tally = run(UPDATES, 1)

    assert tally.faults == [], "\n\n".join(tally.faults)
    assert tally.updates >= UPDATES
    assert {"message", "callback_query", "edited_message", "my_chat_member"} <= set(tally.delivered)
    assert tally.answers > UPDATES / 4, "most of them are answered"
    assert tally.unreadable < UPDATES / 4


MESSAGE: Update = {
    "message_id": 1,
    "date": NOW,
    "chat": {"id": 5, "type": "private", "first_name": "x"},
    "from": {"id": 5, "is_bot": False, "first_name": "x"},
    "text": "/me",
}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (MESSAGE, True),
        (MESSAGE | {"a_field_of_a_coming_year": 1}, True),
        ({key: value for key, value in MESSAGE.items() if key != "chat"}, False),
        (MESSAGE | {"text": 5}, False),
    ],
)
def test_the_run_knows_which_updates_must_be_answered(message: Update, expected: bool) -> None:
    assert readable({"update_id": 1, "message": message}) is expected


def test_the_run_notices_an_update_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.worker.answer", lambda *_arguments: 1 / 0)
    tally = Tally()
    town = Town(tmp_path)
    person = town.scene.people[0]
    known: Update = {"id": person, "is_bot": False, "first_name": "x"}
    chat: Update = {"id": person, "type": "private", "first_name": "x"}
    town.deliver([{"message": MESSAGE | {"from": known, "chat": chat}}], tally)
    town.close()

    assert len(tally.faults) == 1
    assert "ZeroDivisionError" in tally.faults[0]
