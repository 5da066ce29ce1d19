"""The guides in docs/ tell what is so: their conversations are held with the bot, their commands and pictures exist.

In a guide a block marked `chat` is one message to the bot (`chat admin`, `chat group` say by whom and where), `tap` is
a button, and what stands in the block `bot` after it must be in the answer, line for line; `[labels]` are buttons. A
comment `<!-- clock 2026-11-24 07:00 -->` lets time pass. Under every heading half-filled forms are forgotten.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import delete

from handlers.commands import COMMANDS
from handlers.translations import translator
from storage.conversations import Conversation
from tests.chat import Phone
from tests.illustrations import Office, set_up

DOCS = Path(__file__).parent.parent / "docs"
GUIDES = {"zh": DOCS / "guide.md", "en": DOCS / "guide.en.md"}
LANGUAGES = tuple(GUIDES)

NOT_UNDERSTOOD = (
    "I did not understand that. Try /checkin, /ridealong or /orders; /help shows everything I can do.",
    "I do not know this command. /help shows what I understand.",
    "/{command} is not open to your role. /help shows what you can do.",
    "Sorry, something went wrong on my side. What you sent is kept and an admin has been told; please try again, "
    "or go on with /help.",
    "I could not place this line: {line}",
    "I could not find {typed} there. Please tap a button or type its text.",
    "This is not one of the choices. Please tap a button or type its text.",
    "This is still missing.",
)
"""What the bot says when an example in a guide is wrong."""

PART = re.compile(
    r"^(?P<heading>#+ [^\n]*)$"
    r"|^<!-- clock (?P<clock>[-\d]+ [\d:]+) -->$"
    r"|^```(?P<kind>chat|tap|bot)(?P<where>[ a-z]*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Part:
    """A heading, a moment, or one block of a conversation."""

    line: int
    kind: str
    text: str
    where: str = ""


def parts_of(language: str) -> Iterator[Part]:
    """The guide's parts in order."""
    guide = GUIDES[language].read_text(encoding="utf-8")
    for found in PART.finditer(guide):
        line = guide.count("\n", 0, found.start()) + 1
        if found["heading"]:
            yield Part(line, "heading", found["heading"])
        elif found["clock"]:
            yield Part(line, "clock", found["clock"])
        else:
            yield Part(line, found["kind"], found["text"].strip("\n"), found["where"].strip())


class Reader:
    """Somebody who does what the guide says, and compares."""

    def __init__(self, office: Office, language: str) -> None:
        self.office = office
        t = translator("en" if language == "en" else "zh")
        self.complaints = [max(re.split(r"\{\w+\}", t.plain(text)), key=len) for text in NOT_UNDERSTOOD]
        self.who = office.wang
        self.before = 0

    def phone(self, where: str) -> Phone:
        """Who speaks, and where."""
        if where == "group":
            return self.office.world.group_phone(self.office.admin, self.office.group_id)
        return {"": self.office.wang, "admin": self.office.admin, "li": self.office.li}[where]

    def answers(self) -> tuple[str, list[str]]:
        """What the bot has said since the last action, and its buttons."""
        new = [said for said in self.who.heard if said.message.message_id > self.before]
        said = [*new, self.who.last] if new or self.who.heard else new
        return "\n".join(each.text for each in said), [label for each in said for label in each.buttons]

    def does(self, part: Part) -> None:
        """Follow one part of the guide."""
        world = self.office.world
        if part.kind == "heading":
            with world.database.transaction() as session:
                session.exec(delete(Conversation))
        elif part.kind == "clock":
            self.mark()
            world.clock.to(part.text)
            world.tick()
        elif part.kind == "bot":
            self.compares(part)
        else:
            self.who = self.phone(part.where)
            self.mark()
            if part.kind == "chat":
                self.who.says(part.text)
            else:
                self.who.taps(part.text)
            world.clock.forward(seconds=20)
            text, _ = self.answers()
            assert text, f"line {part.line}: no answer to {part.text!r}"
            for complaint in self.complaints:
                assert complaint not in text, f"line {part.line}: {part.text!r}: {text}"

    def mark(self) -> None:
        """What comes from now on is an answer."""
        messages = self.office.world.stand_in.world.chats[self.who.chat_id].messages
        self.before = max(messages, default=0)

    def compares(self, part: Part) -> None:
        """Every line of the block was said, every label is a button."""
        if part.where:
            self.who = self.phone(part.where)
        text, labels = self.answers()
        said = {line.strip() for line in text.splitlines()}
        for line in filter(None, map(str.strip, part.text.splitlines())):
            if line.startswith("["):
                for label in re.findall(r"\[([^\]]+)\]", line):
                    assert label in labels, f"line {part.line}: no button {label!r}, but {labels}"
            else:
                assert line in said, f"line {part.line}: {line!r} is not said; said was:\n{text}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_conversations_of_the_guide_are_what_the_bot_says(language: str, tmp_path: Path) -> None:
    office = set_up(tmp_path, language)
    reader = Reader(office, language)
    parts = list(parts_of(language))
    for part in parts:
        reader.does(part)
    office.world.close()
    assert sum(part.kind == "chat" for part in parts) >= 20


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_in_the_guide_exists(language: str) -> None:
    known = {command.name for command in COMMANDS}
    guide = GUIDES[language].read_text(encoding="utf-8")
    named = re.findall(r"(?<![\w/.<])/([a-z]{2,32})\b", re.sub(r"https?://\S+|\]\([^)]*\)", "", guide))
    assert set(named) <= known


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_is_in_the_guide(language: str) -> None:
    guide = GUIDES[language].read_text(encoding="utf-8")
    assert [command.name for command in COMMANDS if not re.search(rf"/{command.name}\b", guide)] == []


def test_both_guides_tell_the_same_story() -> None:
    zh, en = (list(parts_of(language)) for language in LANGUAGES)
    assert [(part.kind, part.where) for part in zh] == [(part.kind, part.where) for part in en]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_and_page_linked_exists(language: str) -> None:
    guide = GUIDES[language].read_text(encoding="utf-8")
    linked = [target for target in re.findall(r"\]\(([^)#]+)", guide) if "://" not in target]
    assert linked
    assert [target for target in linked if not (DOCS / target).is_file()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_within_the_guide_lead_to_a_heading(language: str) -> None:
    guide = GUIDES[language].read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", guide, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", guide)) <= anchors
