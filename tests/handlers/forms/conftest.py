"""A person in a private chat with the form driver, on a real database, each step in a session of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col, select

from handlers.forms import driver
from handlers.forms.fields import Values
from handlers.forms.form import Form, FormTurn
from handlers.translations import Language, translator
from handlers.turn import Chat, ChatKind, Press, Speaker, Surroundings, Turn
from storage.conversations import Conversation, active_conversation
from storage.database import Database
from storage.outbox import OutboxMessage
from storage.people import Person, PersonId, PersonState, Role
from tests.databases import open_database
from tests.handlers.forms import visit_form
from tests.handlers.forms.visit_form import FORMS

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
"""Monday 2026-11-23 12:00 in Shanghai."""
TELEGRAM_ID = 4711


@pytest.fixture
def every_text_has_its_chinese() -> None:
    """Not here: the form that these tests declare for themselves speaks English only."""


@dataclass
class Screen:
    """What stands in the chat after a step."""

    method: str
    text: str
    buttons: dict[str, str]


@dataclass
class PersonInChat:
    """Drives the form driver the way the dispatcher does."""

    database: Database
    now: datetime = NOON
    language: Language = "en"
    toast: str = ""
    screens: list[Screen] = field(default_factory=list)
    taken: bool = False

    def starts(self, form: Form, **arguments: Any) -> str:
        """Send the form's command."""
        return self._step(lambda turn: driver.start(turn, form, **arguments))

    def says(self, text: str) -> str:
        """Type an answer."""

        def answer(turn: Turn) -> None:
            turn.text = text
            conversation = active_conversation(turn.session, turn.who.id)  # type: ignore[arg-type]  # stored: has an id
            assert conversation is not None, "no form is being filled"
            self.taken = driver.answer_text(turn, conversation, FORMS[conversation.form])

        return self._step(answer)

    def taps(self, label: str) -> str:
        """Press the button of the last screen whose label begins so."""
        found = [data for name, data in self.screen.buttons.items() if name.removeprefix("✅ ").startswith(label)]
        assert found, f"no button {label!r} among {list(self.screen.buttons)}"
        return self.presses(found[0])

    def presses(self, data: str) -> str:
        """Press a button by its data, however old."""
        name, *arguments = data.split(":")
        press = Press(name, tuple(arguments), message_id=99)
        return self._step(lambda turn: driver.press(turn, FORMS), press)

    @property
    def screen(self) -> Screen:
        """The last message with its buttons."""
        return self.screens[-1]

    @property
    def values(self) -> Values:
        """The values of the active conversation, read from the database."""
        return dict(self.state()["values"])

    def state(self) -> dict[str, Any]:
        """The state of the active conversation, read from the database."""
        found = self.active()
        assert found is not None, "no form is being filled"
        return dict(found.state)

    def active(self) -> Conversation | None:
        """The active conversation as stored."""
        with Session(self.database.engine) as session:
            return session.exec(select(Conversation).where(col(Conversation.active))).first()

    def conversations(self) -> int:
        """How many conversations are stored."""
        with Session(self.database.engine) as session:
            return len(session.exec(select(Conversation)).all())

    def is_now(self, role: Role, state: PersonState = PersonState.active) -> None:
        """An admin changes the person."""
        with self.database.transaction() as session:
            person = session.get(Person, 1)
            assert person is not None
            person.role, person.state = role, state
            session.add(person)

    def form_turn(self, session: Session, values: Values | None = None) -> FormTurn:
        """A turn for kinds and pure functions."""
        return FormTurn(self.turn(session), dict(values or {}))

    def turn(self, session: Session, press: Press | None = None) -> Turn:
        """A turn of the person."""
        return Turn(
            session=session,
            surroundings=Surroundings(ZONE, "en", 1, "bot"),
            now=self.now,
            speaker=Speaker(TELEGRAM_ID),
            chat=Chat(TELEGRAM_ID, ChatKind.private),
            person=session.get(Person, 1),
            t=translator(self.language),
            press=press,
        )

    def takes_text(self, form: Form) -> bool:
        """Whether the open question is answered by typing alone."""
        with Session(self.database.engine) as session:
            found = active_conversation(session, PersonId(1))
            assert found is not None
            return driver.takes_text(self.turn(session), found, form)

    @contextmanager
    def forms(self, form: Form) -> Iterator[None]:
        """Another version of a form is declared."""
        before = FORMS[form.name]
        FORMS[form.name] = form
        try:
            yield
        finally:
            FORMS[form.name] = before

    def _step(self, work: Any, press: Press | None = None) -> str:
        self.now += timedelta(seconds=1)
        with self.database.transaction() as session:
            last = session.exec(select(OutboxMessage.id).order_by(col(OutboxMessage.id).desc())).first() or 0
            turn = self.turn(session, press)
            work(turn)
            session.flush()
            said = session.exec(
                select(OutboxMessage).where(col(OutboxMessage.id) > last).order_by(col(OutboxMessage.id))
            ).all()
            self.toast = turn.toast_text
            self.screens += [_screen(message.content) for message in said]
        return "\n".join(screen.text for screen in self.screens[len(self.screens) - len(said) :]) or self.toast


def _screen(content: dict[str, Any]) -> Screen:
    params = content["params"]
    rows = params.get("reply_markup", {}).get("inline_keyboard", [])
    buttons: dict[str, str] = {}
    for button in (button for row in rows for button in row):
        buttons.setdefault(button["text"], button["callback_data"])
    assert all(len(data.encode()) <= 64 for data in buttons.values())
    assert all(len(row) <= 8 for row in rows)
    assert sum(len(row) for row in rows) <= 100
    assert all(button["text"] for row in rows for button in row)
    assert 0 < len(params["text"].encode("utf-16-le")) // 2 <= 4096
    return Screen(content["method"], params["text"], buttons)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite file with one active manager."""
    database = open_database(f"sqlite:///{tmp_path / 'bot.db'}")
    with database.transaction() as session:
        session.add(
            Person(
                telegram_id=TELEGRAM_ID,
                real_name="王芳",
                role=Role.manager,
                state=PersonState.active,
                created_at=NOON,
            )
        )
    yield database
    database.close()


@pytest.fixture
def chat(database: Database) -> PersonInChat:
    """The manager, about to say something."""
    visit_form.SAVED.clear()
    return PersonInChat(database)
