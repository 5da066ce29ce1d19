"""Answers that are names: a person's real name, a company's name."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from handlers.forms.fields import Option, Wrong
from handlers.forms.form import FormTurn
from handlers.translations import N_
from storage.people import active_companies, find_company

_NAME = re.compile(r"[^\W_][\w .·'’()（）-]{0,18}[\w.)）]")

NAME_WANTED = N_("Please send your real name in Chinese or Latin letters, 2 to 20 characters, e.g. 王芳 or Jane Wang.")
COMPANY_UNKNOWN = N_("I do not know this company. Please tap one, or type its name as it is written there.")
COMPANY_WANTED = N_("Please send the company's name, 2 to 40 characters on one line.")


@dataclass(frozen=True)
class RealName:
    """A person's real name: 2 to 20 characters, Chinese or Latin letters, digits to tell namesakes apart."""

    def parse(self, text: str, turn: FormTurn) -> str:
        """The name with single spaces; raises Wrong."""
        name = " ".join(text.split())
        letters = [character for character in name if character.isalpha()]
        # Names of other scripts could not be drawn in pictures: the fonts of the bot hold these two.
        known = all(unicodedata.name(letter, "").startswith(("CJK", "LATIN")) for letter in letters)
        if not letters or not known or _NAME.fullmatch(name) is None:
            raise Wrong(NAME_WANTED)
        return name

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """None: it is typed."""
        return ()

    def choose(self, value: str, turn: FormTurn) -> str:
        """There is nothing to press."""
        return self.parse(value, turn)

    def show(self, value: Any, turn: FormTurn) -> str:
        """The name."""
        return str(value)


@dataclass(frozen=True)
class CompanyName:
    """A company by name: one there is, or with `may_be_new` a new name. `offered` shows those there are as buttons."""

    offered: bool = True
    may_be_new: bool = True

    def parse(self, text: str, turn: FormTurn) -> str:
        """The company's own spelling, or the new name; raises Wrong."""
        name = " ".join(text.split())
        known = find_company(turn.turn.session, name)
        if known is not None:
            return known.name
        if not self.may_be_new:
            raise Wrong(COMPANY_UNKNOWN)
        if not 2 <= len(name) <= 40 or not any(character.isalnum() for character in name):
            raise Wrong(COMPANY_WANTED)
        return name

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """The companies there are, where they may be shown."""
        if not self.offered:
            return ()
        return tuple(Option(c.name, c.name, literal=True) for c in active_companies(turn.turn.session))

    def choose(self, value: str, turn: FormTurn) -> str:
        """The pressed company; raises Wrong."""
        return self.parse(value, turn)

    def show(self, value: Any, turn: FormTurn) -> str:
        """The name."""
        return str(value)
