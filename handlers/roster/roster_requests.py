"""What stands behind /roster as people type it: `上岗 张伟 3/2`, `离职 张伟 3/11 个人原因`, names below a cohort."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from handlers.forms import driver
from handlers.forms.fields import Values, Wrong, iso
from handlers.forms.form import Form, FormTurn
from handlers.forms.paste import parse_block
from handlers.roster.cohort_form import COHORT
from handlers.roster.going_on_post import ON_POST, ON_POST_DATE, can_start
from handlers.roster.hire_card import draw_hire
from handlers.roster.hire_history import NOBODY_CALLED
from handlers.roster.hire_moves import MOVE, RENAME
from handlers.roster.hire_picks import Fits, ids_text
from handlers.roster.leaving import LEFT, REJOIN, can_leave
from handlers.roster.new_hires import HIRES, HireLines
from handlers.roster.roster_entry import PeopleSaid, read_people, split_day
from handlers.roster.roster_scope import companies, company_ids
from handlers.roster.roster_screens import draw_companies, draw_search
from handlers.roster.roster_workbook import show_roster, show_template
from handlers.roster.training_steps import ELIMINATED, NOT_POSSIBLE, STEP
from handlers.translations import N_
from handlers.turn import Turn
from storage.people import Company, name_key
from storage.roster import Cohort, Hire
from storage.roster_lists import cohorts_of, find_hires, hires_of

NO_COHORT = N_("First there has to be a cohort; then its people can be added.")
ONE_DAY = N_("One date at a time, please: first those of {first}, then those of {second} in a message of their own.")


@dataclass(frozen=True)
class _Step:
    """A form about people who are named, and who can be meant."""

    form: Form
    fits: Fits
    reason: str = ""
    """The field that takes what stands behind the date; empty: there is none, and it is one more name."""
    means_all: bool = True
    """Whether everybody can be said."""
    what: str = ""


_STEP_OF_VERB = {
    "post": _Step(ON_POST, can_start),
    "left": _Step(LEFT, can_leave, reason="reason", means_all=False),
    "step": _Step(STEP, can_start),
    "out": _Step(STEP, can_start, reason="note", means_all=False, what=ELIMINATED),
}


@dataclass(frozen=True)
class _Change:
    """A form about one hire, and for whom it is possible."""

    form: Form
    fits: Fits


_CHANGES = {
    "move": _Change(MOVE, can_start),
    "date": _Change(ON_POST_DATE, lambda hire: hire.on_post is not None),
    "back": _Change(REJOIN, lambda hire: not can_leave(hire)),
    "rename": _Change(RENAME, lambda hire: True),
}
_FILES: dict[str, Callable[[Turn, Company], None]] = {"template": show_template, "export": show_roster}


def take_request(turn: Turn, verb: str, rest: str, below: str) -> None:
    """What a word behind /roster asks for, with what stands behind the word and in the lines below."""
    if verb in _FILES:
        for company in _companies_called(turn, rest):
            _FILES[verb](turn, company)
    elif verb == "new":
        _begin_cohort(turn, rest, below)
    elif verb == "add":
        _begin_adding(turn, rest, below)
    elif verb in _CHANGES:
        _begin_change(turn, _CHANGES[verb], f"{rest}\n{below}".strip())
    else:
        _begin_step(turn, _STEP_OF_VERB[verb], f"{rest}\n{below}".strip())


def add_pasted(turn: Turn, first: str, below: str) -> None:
    """Names in lines of their own; the first line may name the cohort."""
    named = cohorts_called(turn, first)
    add(turn, _within(named), below if named else f"{first}\n{below}")


def add(turn: Turn, values: Values, names: str) -> None:
    """The form that adds hires, with the names that were typed."""
    if not cohorts_of(turn.session, company_ids(turn)):
        turn.say(turn.t(NO_COHORT))
        driver.start(turn, COHORT)
        return
    if names.strip():
        try:
            values = values | {"people": HireLines().parse(names, FormTurn(turn, {}))}
        except Wrong as wrong:
            turn.say(turn.t(wrong.message, **wrong.values))
            return
    driver.start(turn, HIRES, values=values)


def is_called(turn: Turn, name: str) -> bool:
    """Whether a cohort has exactly this name, whatever else it means."""
    return any(name_key(cohort.name) == name_key(name) for cohort in cohorts_of(turn.session, company_ids(turn)))


def cohorts_called(turn: Turn, name: str) -> list[Cohort]:
    """The cohorts of exactly this name, or else those whose name has it inside."""
    wanted = name_key(name)
    own = cohorts_of(turn.session, company_ids(turn))
    exact = [cohort for cohort in own if name_key(cohort.name) == wanted]
    return exact or [cohort for cohort in own if len(wanted) > 1 and wanted in name_key(cohort.name)]


def _begin_cohort(turn: Turn, rest: str, below: str) -> None:
    """`新批次 3月一期 2026-02-16`, with labelled lines below."""
    name, start = split_day(rest, turn.today)
    values: Values = ({"name": name} if name else {}) | ({"starts_on": iso(start)} if start else {})
    # As given values: what is pasted over a preset would give way to the preset worked out anew.
    values |= parse_block(COHORT, below, FormTurn(turn, {})).values
    driver.start(turn, COHORT, values=values, pasted=below)


def add_in_one_line(turn: Turn, line: str) -> bool:
    """`3月一期 张伟、李娜`: a cohort and the people to add to it; whether it was that."""
    cohort, names = _cohort_in_front(turn, line, partly=False)
    if cohort is None or not names:
        return False
    add(turn, _within([cohort]), names)
    return True


def _begin_adding(turn: Turn, rest: str, below: str) -> None:
    """`添加新人 3月一期`, with names in the same line or in the lines below."""
    named = cohorts_called(turn, rest) if rest else []
    if named:
        add(turn, _within(named), below)
        return
    cohort, names = _cohort_in_front(turn, f"{rest}\n{below}".strip())
    add(turn, _within([cohort] if cohort is not None else []), names)


def _begin_change(turn: Turn, change: _Change, text: str) -> None:
    """What is changed of one hire: who is named first, then what it becomes."""
    text, day = split_day(" ".join(text.split()), turn.today)
    words = text.split()
    ids = company_ids(turn)
    whole = (n for n in range(len(words), 1, -1) if find_hires(turn.session, ids, " ".join(words[:n]), turn.today))
    length = next(whole, 1)
    name, behind = " ".join(words[:length]), " ".join(words[length:])
    found = _hires_called(turn, name, change.fits, None)
    if len(found) != 1:
        turn.say(*draw_search(turn, (), found)) if found else turn.say(turn.t(NOBODY_CALLED, name=text[:60]))
        return
    (hire,) = found
    if not change.fits(hire):
        turn.say(*draw_hire(turn, hire, above=turn.t(NOT_POSSIBLE, names=hire.name)))
        return
    values: Values = {"whom": str(hire.id)}
    if change.form is RENAME and behind:
        values["name"] = behind
    cohorts = cohorts_called(turn, behind) if change.form is MOVE and behind else []
    cohorts = [cohort for cohort in cohorts if cohort.company_id == hire.company_id and cohort.id != hire.cohort_id]
    values |= {"to": str(cohorts[0].id)} if len(cohorts) == 1 else {}
    values |= {"day": iso(day)} if day is not None and change.form in (REJOIN, ON_POST_DATE) else {}
    driver.start(turn, change.form, values=values)


def _begin_step(turn: Turn, step: _Step, text: str) -> None:
    """A step of people who are named, of a cohort, or of everybody in it."""
    cohort, text = _cohort_in_front(turn, text)
    said = read_people(text, turn.today)
    if len(said.days) > 1:
        turn.say(turn.t(ONE_DAY, first=turn.t.day(said.days[0]), second=turn.t.day(said.days[1])))
        return
    hires = _people_meant(turn, step, said, cohort)
    if hires is None:
        return
    values = _within([cohort] if cohort is not None else [])
    values |= {"whom": ids_text(hires)} if hires else {}
    values |= {"day": iso(said.days[0])} if said.days else {}
    values |= {"what": step.what} if step.what else {}
    values |= {step.reason: said.behind[:200]} if step.reason and said.behind else {}
    driver.start(turn, step.form, values=values)


def _people_meant(turn: Turn, step: _Step, said: PeopleSaid, cohort: Cohort | None) -> list[Hire] | None:
    """Who is meant, nobody when that is still to be asked; None when it was said why it cannot be told."""
    named: list[Hire] = []
    for name in (*said.names, *(said.behind.split() if not step.reason else ())):
        meant = _hires_called(turn, name, step.fits, cohort)
        if not meant:
            turn.say(turn.t(NOBODY_CALLED, name=name[:60]))
            return None
        if len(meant) > 1:
            turn.say(*draw_search(turn, (), meant))
            return None
        named += meant
    if not said.everybody:
        return named
    if not step.means_all:
        return []
    ids = company_ids(turn) if cohort is None else [cohort.company_id]
    there = hires_of(turn.session, ids, turn.today, cohort_id=cohort.id if cohort is not None else None)
    left_out = {hire.id for hire in named}
    return sorted((h for h in there if step.fits(h) and h.id not in left_out), key=lambda h: h.id or 0)


def _hires_called(turn: Turn, name: str, fits: Fits, cohort: Cohort | None) -> list[Hire]:
    """Who a typed name means: of several with one name those for whom it is possible, not somebody who left before."""
    ids = company_ids(turn)
    exact = find_hires(turn.session, ids, name, turn.today)
    found = exact or find_hires(turn.session, ids, name, turn.today, partly=True)
    if cohort is not None:
        found = [hire for hire in found if hire.cohort_id == cohort.id] or found
    return found if len(found) == 1 else [hire for hire in found if fits(hire)] or found


def _cohort_in_front(turn: Turn, text: str, *, partly: bool = True) -> tuple[Cohort | None, str]:
    """The cohort whose name a text begins with, and what stands behind it; somebody of the roster comes first.

    `partly`: the first word may also be a part of the name.
    """
    first, _, behind = text.partition("\n")
    for cohort in sorted(cohorts_of(turn.session, company_ids(turn)), key=lambda c: -len(c.name)):
        rest = first[len(cohort.name) :]
        if first.casefold().startswith(cohort.name.casefold()) and not rest[:1].isalnum():
            return cohort, f"{rest.lstrip(' :：,，、')}\n{behind}".strip()
    if not partly:
        return None, text
    word, _, rest = first.partition(" ")
    is_name = bool(find_hires(turn.session, company_ids(turn), word, turn.today))
    named = [] if is_name or split_day(word, turn.today)[1] is not None else cohorts_called(turn, word)
    return (named[0], f"{rest}\n{behind}".strip()) if len(named) == 1 else (None, text)


def _within(cohorts: Sequence[Cohort]) -> Values:
    """The value of the one cohort that is meant; with several, it is asked."""
    return {"cohort": str(cohorts[0].id)} if len(cohorts) == 1 else {}


def _companies_called(turn: Turn, name: str) -> list[Company]:
    """The one company that is meant; with several and no name, the choice is shown."""
    own = companies(turn)
    named = [company for company in own if name_key(company.name) == name_key(name)] if name else own
    if len(named) == 1:
        return named
    turn.say(*draw_companies(turn))
    return []
