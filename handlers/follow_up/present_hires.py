"""Hires in training or at work as people choose them for drills and spot checks: one, several, a whole cohort."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from handlers.follow_up.several import Several
from handlers.forms.fields import Option, Wrong
from handlers.forms.form import FormTurn
from handlers.roster.hire_choices import LEFT_LATELY, hire_options, own_company_ids
from handlers.roster.hire_words import some_names
from handlers.translations import N_
from storage.hires_present import cohorts_named, hires_numbered, hires_present
from storage.roster import Hire
from storage.roster_rules import ENDED

COHORT_MARK = "c"
COHORTS_OFFERED = 4
NAMES_SHOWN = 60


def present(turn: FormTurn) -> list[Hire]:
    """The hires of the person's companies on the day of the form, those who ended in the week before included."""
    ids, day = own_company_ids(turn.turn), turn.day()
    return hires_present(turn.turn.session, ids, day, left_since=day - LEFT_LATELY)


def present_options(turn: FormTurn) -> list[Option]:
    """Them as buttons."""
    return hire_options(turn.turn, present(turn), turn.day())


def refuse_gone(turn: FormTurn, hire: Hire) -> None:
    """Raises Wrong for somebody who was no longer there on the day of the form."""
    if hire.last_day is not None and turn.day() > hire.last_day:
        raise Wrong(
            N_("{name} left on {day}. Please send that day or an earlier one."),
            name=hire.name,
            day=turn.turn.t.day(hire.last_day),
        )


@dataclass(frozen=True)
class HirePicks(Several):
    """Several hires. A cohort's button stands for everybody of it who is there."""

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """The newest cohorts with two or more people, then the people."""
        hires = present(turn)
        return [*_cohort_options(turn, hires), *hire_options(turn.turn, hires, turn.day())]

    def settle(self, chosen: Sequence[str], turn: FormTurn) -> list[str]:
        """The numbers of the people; raises Wrong when there is none."""
        hires = present(turn)
        cohorts = {value.removeprefix(COHORT_MARK) for value in chosen if value.startswith(COHORT_MARK)}
        offered = {str(hire.id) for hire in hires}
        picked = [str(h.id) for h in hires if str(h.id) in chosen or (str(h.cohort_id) in cohorts and not _ended(h))]
        # People of an older record who are not offered any more stay in it.
        older = own_hires(turn, [value for value in dict.fromkeys(chosen) if value not in offered])
        people = [*picked, *(str(hire.id) for hire in older)]
        if len(people) < self.least:
            raise Wrong(N_("Please choose at least {least}, then tap Done."), least=self.least)
        return people

    def show(self, value: Any, turn: FormTurn) -> str:
        """How many, and their names."""
        return names_of(turn, value)


def own_hires(turn: FormTurn, numbers: Sequence[object]) -> list[Hire]:
    """The hires behind a form's values, asked anew whether they are of the person's companies; others are left out."""
    texts = [str(number) for number in numbers]
    wanted = [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 10]
    return hires_numbered(turn.turn.session, own_company_ids(turn.turn), wanted)


def names_of(turn: FormTurn, numbers: Sequence[object], most: int = NAMES_SHOWN) -> str:
    """The names of hires by their numbers, with their count when there are several."""
    t = turn.turn.t
    hires = own_hires(turn, numbers)
    names = some_names(t, hires, most) or "—"
    return t.plain(N_("{count} people: {names}"), count=len(numbers), names=names) if len(numbers) > 1 else names


def _cohort_options(turn: FormTurn, hires: Sequence[Hire]) -> list[Option]:
    sizes: dict[int, int] = {}
    for hire in hires:
        if not _ended(hire):
            sizes[hire.cohort_id] = sizes.get(hire.cohort_id, 0) + 1
    classes = sorted((number for number, size in sizes.items() if size > 1), reverse=True)[:COHORTS_OFFERED]
    named = cohorts_named(turn.turn.session, [hire for hire in hires if hire.cohort_id in classes])
    return [
        Option(f"{COHORT_MARK}{number}", f"👥 {named[number]} ({sizes[number]})", (named[number],), literal=True)
        for number in classes
    ]


def _ended(hire: Hire) -> bool:
    return hire.stage in ENDED
