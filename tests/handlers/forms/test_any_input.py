"""Whatever is typed or pressed, nothing raises and no answered value is lost unless it was discarded."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.forms.numbers import half_width, read_number, read_parts
from storage.people import Person, PersonState, Role
from tests.databases import open_database
from tests.handlers.forms.conftest import NOON, TELEGRAM_ID, PersonInChat
from tests.handlers.forms.visit_form import FIELDS, SAVED, VISIT

LIKELY = (
    "ok", "取消", "no", "返回", "跳过", "无", "3", "3 1 0",
    "昨天", "yes", "新人03", "张伟", "9:00", "9:00-11:00", "crm", "alone",
    "CRM, 9:00-10:00, 5, 4", "4 5 -", "listened well to the customer",
    "visits: 3\nmode: alone", "happy: no", "edit", "note",
    "note: <b>", "add", "done", "50%", "家数: many\n开始: 9点", "反馈:\n\n", "13812345678", "重来",
)  # fmt: skip
ANYTHING = st.text(st.characters(codec=None), max_size=40)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("says"), st.one_of(st.sampled_from(LIKELY), ANYTHING)),
        st.tuples(st.just("taps"), st.integers(0, 60)),
        st.tuples(st.just("old"), st.integers(0, 400)),
        st.tuples(st.just("data"), st.text(st.sampled_from("f:0123456789-abcdeoptinrmvkl"), max_size=30)),
        st.tuples(st.just("starts"), st.sampled_from(("", "visits: 3", "新人04", "2\n3"))),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_nothing_raises_and_nothing_is_lost(steps: list[tuple[str, Any]]) -> None:
    with TemporaryDirectory() as folder:
        chat = _new_chat(Path(folder))
        chat.starts(VISIT)
        pressed: list[str] = list(chat.screen.buttons.values())
        for kind, what in steps:
            before, was = _open_values(chat), len(SAVED)
            data = ""
            if kind == "says" and before is not None:
                chat.says(what)
            elif kind == "taps" and chat.screen.buttons:
                data = list(chat.screen.buttons.values())[what % len(chat.screen.buttons)]
                chat.presses(data)
            elif kind == "old" and pressed:
                data = pressed[what % len(pressed)]
                chat.presses(data)
            elif kind == "data":
                chat.presses(what)
            elif kind == "starts":
                chat.starts(VISIT, pasted=what)
            pressed += chat.screen.buttons.values()
            after = _open_values(chat)
            if kind == "starts" or before is None or after is None or len(SAVED) > was or "-yes" in data:
                continue
            if chat.screen.text.startswith(("Cancelled", "Editing")) or not _same_form(before, after):
                continue
            lost = {key for key in before if key not in after}
            assert not lost, (kind, what, lost)
        for saved in SAVED:
            assert all(field.key in saved for field in FIELDS if field.required and field.key != "why")


@given(ANYTHING)
def test_reading_numbers_never_raises(text: str) -> None:
    read_number(text)
    read_parts(text, {"a": "a", "通过": "b"})
    half_width(text).encode()


def _new_chat(folder: Path) -> PersonInChat:
    SAVED.clear()
    database = open_database(f"sqlite:///{folder / 'bot.db'}")
    with database.transaction() as session:
        session.add(
            Person(
                telegram_id=TELEGRAM_ID, role=Role.manager, state=PersonState.active, created_at=NOON, real_name="王"
            )
        )
    return PersonInChat(database)


def _open_values(chat: PersonInChat) -> dict[str, Any] | None:
    found = chat.active()
    return None if found is None else dict(found.state["values"]) | {"#": found.id, "given": found.state["touched"]}


def _same_form(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """The same conversation, not started over."""
    return before["#"] == after["#"] and (after["given"] or not before["given"])
