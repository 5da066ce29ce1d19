"""Choosing hires in a form: everybody, one by a tap, several by switches, or by typing their names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.forms.choices import find_option
from handlers.forms.fields import Field, Option, Wrong
from handlers.forms.form import FormTurn
from handlers.forms.kinds import ManyOf
from handlers.roster.hire_words import hire_words, some_names
from handlers.roster.roster_entry import read_people
from handlers.roster.roster_scope import company_ids, own_cohort, own_hire
from handlers.translations import N_
from storage.roster import Hire
from storage.roster_lists import hires_of

ALL, SEVERAL = "all", "several"
WHOM, SWITCHED = "whom", "several"
"""The keys of the two fields."""

NOBODY = N_("There is nobody here for whom this is possible at present.")
NAMES_WANTED = N_("Please type one or several names, e.g. {example}, or tap a button.")

Candidates = Callable[[FormTurn], Sequence[Hire]]
Fits = Callable[[Hire], bool]


@dataclass(frozen=True)
class HirePicks:
    """One or several hires. The value is their ids with commas between, or `several`: the next field asks who."""

    candidates: Candidates
    everybody: str = ""
    """The button for all of them, with {count} (catalog text); empty: there is none."""

    def parse(self, text: str, turn: FormTurn) -> str:
        """Names, `all`, or `all but …`; raises Wrong."""
        hires = self._hires(turn)
        if text.strip().casefold() in {turn.turn.t.plain(_SEVERAL_LABEL).casefold(), SEVERAL}:
            return SEVERAL
        said = read_people(text, turn.today)
        if said.everybody and not self.everybody:
            raise Wrong(NAMES_WANTED, example=hires[0].name)
        if not said.names and not said.everybody:
            raise Wrong(NAMES_WANTED, example=hires[0].name)
        options = _options(hires, turn)
        named = {find_option(name, options, turn).value for name in said.names}
        chosen = [h for h in hires if (str(h.id) in named) is not said.everybody]
        return ids_text(chosen)

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """Everybody, several, and each."""
        hires, t = list(self.candidates(turn)), turn.turn.t
        several = [Option(SEVERAL, _SEVERAL_LABEL)] if len(hires) > 2 else []
        if self.everybody and len(hires) > 1:
            several.insert(0, Option(ALL, t.plain(self.everybody, count=len(hires)), literal=True))
        return [*several, *_options(hires, turn)]

    def choose(self, value: str, turn: FormTurn) -> str:
        """The pressed choice; all of them are noted one by one, so that nobody slips in later."""
        hires = self._hires(turn)
        if value == ALL and self.everybody:
            return ids_text(hires)
        if value == SEVERAL:
            return SEVERAL
        return ids_text([h for h in hires if str(h.id) == value]) or self.parse("", turn)

    def show(self, value: Any, turn: FormTurn) -> str:
        """The names, counted when there are several."""
        t = turn.turn.t
        if value == SEVERAL:
            return t.plain(_SEVERAL_LABEL)
        hires = hires_in(turn, str(value).split(","))
        if len(hires) == 1:
            return hire_words(t, hires[0], turn.today)
        return t.plain(N_("{count} people: {names}"), count=len(hires), names=some_names(t, hires, 60))

    def _hires(self, turn: FormTurn) -> list[Hire]:
        hires = list(self.candidates(turn))
        if not hires:
            raise Wrong(NOBODY)
        return hires


_SEVERAL_LABEL = N_("Several …")


def pick_fields(candidates: Candidates, ask: str, everybody: str = "") -> tuple[Field, Field]:
    """The question who, and the switches that follow `several`."""
    return (
        Field(
            WHOM,
            N_("Whom"),
            ask,
            HirePicks(candidates, everybody),
            help=N_("Tap, or type names with spaces between them; “all but …” works too."),
        ),
        Field(
            SWITCHED,
            N_("Chosen"),
            N_("Switch on everybody who is meant, then tap Done."),
            ManyOf(lambda turn: _options(candidates(turn), turn)),
            applies=lambda turn: turn.values.get(WHOM) == SEVERAL,
        ),
    )


def chosen(turn: FormTurn) -> list[Hire]:
    """The hires chosen so far, those of the speaker's companies only."""
    whom = turn.values.get(WHOM)
    values = turn.values.get(SWITCHED) if whom == SEVERAL else str(whom).split(",") if whom else ()
    return hires_in(turn, values or ())


def hires_in(turn: FormTurn, ids: Sequence[str]) -> list[Hire]:
    """The hires of these ids that belong to the speaker's companies."""
    found = (own_hire(turn.turn, number) for number in ids)
    return [hire for hire in found if hire is not None]


def ids_text(hires: Sequence[Hire]) -> str:
    """Hires as the value of a `HirePicks`."""
    return ",".join(str(hire.id) for hire in hires)


def candidates_where(fits: Fits) -> Candidates:
    """Those of the form's cohort (or, without one, of all own companies) for whom something is possible."""

    def candidates(turn: FormTurn) -> list[Hire]:
        cohort = own_cohort(turn.turn, turn.values.get("cohort", ""))
        ids = company_ids(turn.turn) if cohort is None else [cohort.company_id]
        number = cohort.id if cohort is not None else None
        hires = hires_of(turn.turn.session, ids, turn.today, cohort_id=number)
        return sorted((h for h in hires if fits(h)), key=lambda h: h.id or 0)

    return candidates


def _options(hires: Sequence[Hire], turn: FormTurn) -> list[Option]:
    return [Option(str(h.id), hire_words(turn.turn.t, h, turn.today), (h.name,), literal=True) for h in hires]
