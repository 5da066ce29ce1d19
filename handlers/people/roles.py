"""Who is who, in words; and in which language somebody is written to."""

from handlers.translations import N_, Translator, translator
from handlers.turn import Surroundings, Turn
from storage.people import Person, PersonId, Role
from storage.people_changes import Decision

ROLE_NAMES = {Role.manager: N_("training manager"), Role.viewer: N_("viewer"), Role.admin: N_("admin")}
LANGUAGE_NAMES = {"zh": "中文", "en": N_("English")}


def translator_for(person: Person, surroundings: Surroundings) -> Translator:
    """Says things in the language of somebody who is not the one speaking."""
    known = person.language if person.language in LANGUAGE_NAMES else surroundings.language
    return translator("zh" if known == "zh" else "en")


def decision_of(turn: Turn) -> Decision:
    """The person who speaks decides, now."""
    return Decision(by=turn.person_id, now=turn.now, today=turn.today)


def id_of(person: Person) -> PersonId:
    """The id of a stored person."""
    assert person.id is not None
    return person.id


def number(written: str) -> int | None:
    """An id out of callback data, which anybody can forge; None when it is none."""
    return int(written) if written.isascii() and written.isdecimal() and len(written) <= 9 else None
