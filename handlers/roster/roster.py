"""`/roster` 名册: who is where, and the way to everything that is recorded about hires (handbook §6).

`/roster` shows the screens; `/roster November, first` opens a cohort and `/roster Li Na` a card; names in the lines
below are added; `/roster on post Li Na 3/2`, `left`, `exam`, `new`, `template` and `export` begin what they say.
"""

from collections.abc import Callable

from handlers.figures.pages import page_number
from handlers.forms import driver
from handlers.forms.fields import Values, Wrong, iso
from handlers.forms.form import Form, FormTurn
from handlers.forms.paste import parse_block
from handlers.roster import hire_history
from handlers.roster.cohort_form import COHORT
from handlers.roster.going_on_post import ON_POST, ON_POST_DATE, can_start
from handlers.roster.hire_card import draw_hire
from handlers.roster.hire_moves import MOVE, RENAME
from handlers.roster.hire_picks import ids_text
from handlers.roster.leaving import LEFT, REJOIN, can_leave, undo
from handlers.roster.new_hires import HIRES, HireLines
from handlers.roster.roster_entry import read_people, read_verb
from handlers.roster.roster_files import FILE
from handlers.roster.roster_scope import companies, company_ids, own_cohort, own_company, own_hire
from handlers.roster.roster_screens import BUTTON as BUTTON
from handlers.roster.roster_screens import draw_cohort, draw_companies, draw_company, draw_home, draw_search
from handlers.roster.roster_workbook import show_roster, show_template
from handlers.roster.training_steps import ELIMINATED, STEP
from handlers.translations import N_
from handlers.turn import Turn
from storage.people import Company, name_key
from storage.roster import Cohort, Hire
from storage.roster_lists import cohorts_of, find_hires

FORMS: tuple[Form, ...] = (COHORT, HIRES, ON_POST, ON_POST_DATE, LEFT, REJOIN, STEP, MOVE, RENAME, FILE)

NOT_FOUND = N_("I find neither a cohort nor a hire called “{name}”. Here is the roster.")
NO_COHORT = N_("First there has to be a cohort; then its people can be added.")
GONE = N_("This is no longer there, or is not yours.")


def show(turn: Turn) -> None:
    """`/roster`, 名册, with whatever stands behind it."""
    first, _, below = turn.arguments.strip().partition("\n")
    asked = read_verb(first)
    if not first:
        turn.say(*draw_home(turn))
    elif asked is not None and not _is_called(turn, first):
        _start_typed(turn, *asked, below.strip())
    elif below.strip():
        _add_pasted(turn, first.strip(), below)
    elif "\n" in turn.text.strip():
        # The word alone in its line, one name below it.
        _add(turn, {}, first)
    else:
        _find(turn, first)


def pressed(turn: Turn) -> None:
    """A roster button: `ro:<what>:<id>[:<page>]`."""
    what, number, more = (*(turn.press.arguments if turn.press else ()), "", "", "")[:3]
    page = page_number(more)
    if what == "companies":
        turn.redraw(*draw_companies(turn, page))
    elif what in _ON_COMPANY:
        company = own_company(turn, number)
        if company is None:
            _gone(turn)
        else:
            _ON_COMPANY[what](turn, company, page)
    elif what in _ON_COHORT:
        cohort = own_cohort(turn, number)
        if cohort is None:
            _gone(turn)
        else:
            _ON_COHORT[what](turn, cohort, page)
    else:
        hire = own_hire(turn, number)
        if hire is None or what not in _ON_HIRE:
            _gone(turn)
        else:
            _ON_HIRE[what](turn, hire, more)


def _gone(turn: Turn) -> None:
    turn.toast(turn.t.plain(GONE), alert=True)


def _form_of_cohort(form: Form) -> Callable[[Turn, Cohort, int], None]:
    return lambda turn, cohort, page: driver.start(turn, form, values={"cohort": str(cohort.id)})


def _form_of_hire(form: Form) -> Callable[[Turn, Hire, str], None]:
    def start(turn: Turn, hire: Hire, more: str) -> None:
        driver.start(turn, form, values={"whom": str(hire.id)})

    return start


_ON_COMPANY: dict[str, Callable[[Turn, Company, int], None]] = {
    "company": lambda turn, company, page: turn.redraw(*draw_company(turn, company, page)),
    "new": lambda turn, company, page: driver.start(turn, COHORT, values={"company": str(company.id)}),
    "template": lambda turn, company, page: show_template(turn, company),
    "export": lambda turn, company, page: show_roster(turn, company),
}
_ON_COHORT: dict[str, Callable[[Turn, Cohort, int], None]] = {
    "cohort": lambda turn, cohort, page: turn.redraw(*draw_cohort(turn, cohort, page)),
    "edit": lambda turn, cohort, page: driver.start(turn, COHORT, record_id=cohort.id),
    "add": _form_of_cohort(HIRES),
    "post": _form_of_cohort(ON_POST),
    "left": _form_of_cohort(LEFT),
    "step": _form_of_cohort(STEP),
}
_ON_HIRE: dict[str, Callable[[Turn, Hire, str], None]] = {
    "hire": lambda turn, hire, more: turn.redraw(*draw_hire(turn, hire)),
    "post1": _form_of_hire(ON_POST),
    "left1": _form_of_hire(LEFT),
    "step1": _form_of_hire(STEP),
    "move": _form_of_hire(MOVE),
    "rejoin": _form_of_hire(REJOIN),
    "date": lambda turn, hire, more: driver.start(turn, ON_POST_DATE, values={"whom": str(hire.id)}),
    "rename": lambda turn, hire, more: driver.start(turn, RENAME, values={"whom": str(hire.id)}),
    "undo": undo,
    "history": lambda turn, hire, more: hire_history.pressed(turn, str(hire.id), page_number(more)),
}


def _add_pasted(turn: Turn, first: str, below: str) -> None:
    """Names in lines of their own; the first line may name the cohort."""
    named = _cohorts_called(turn, first)
    values: Values = {"cohort": str(named[0].id)} if len(named) == 1 else {}
    _add(turn, values, below if named else f"{first}\n{below}")


def _add(turn: Turn, values: Values, names: str) -> None:
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


def _start_typed(turn: Turn, verb: str, rest: str, below: str) -> None:
    """What a word behind /roster asks for, with what stands behind the word and in the lines below."""
    if verb in _FILES:
        for company in _companies_called(turn, rest):
            _FILES[verb](turn, company)
        return
    if verb == "new":
        # As given values: what is pasted over a preset would give way to the preset worked out anew.
        said_below = parse_block(COHORT, below, FormTurn(turn, {})).values
        driver.start(turn, COHORT, values=({"name": rest} if rest else {}) | said_below, pasted=below)
        return
    cohorts = _cohorts_called(turn, rest) if rest else []
    values: Values = {"cohort": str(cohorts[0].id)} if len(cohorts) == 1 else {}
    names = below if cohorts else f"{rest}\n{below}".strip()
    if verb == "add":
        _add(turn, values, names)
        return
    said = read_people(names, turn.today)
    hires: list[Hire] = []
    for name in said.names:
        meant = _hires_meant(turn, name, can_start if verb == "post" else can_leave)
        if not meant:
            turn.say(turn.t(hire_history.NOBODY_CALLED, name=name[:60]))
            return
        if len(meant) > 1:
            turn.say(*draw_search(turn, (), meant))
            return
        hires += meant
    values |= {"whom": ids_text(hires)} if hires else {}
    values |= {"day": iso(said.day)} if said.day else {}
    values |= {"what": ELIMINATED} if verb == "out" else {}
    driver.start(turn, _FORM_OF_VERB[verb], values=values)


_FILES = {"template": show_template, "export": show_roster}
_FORM_OF_VERB = {"post": ON_POST, "left": LEFT, "step": STEP, "out": STEP}


def _find(turn: Turn, name: str) -> None:
    """A cohort or a hire by name or part of a name."""
    cohorts = _cohorts_called(turn, name)
    ids = company_ids(turn)
    hires = find_hires(turn.session, ids, name, turn.today)
    if not cohorts and not hires:
        hires = find_hires(turn.session, ids, name, turn.today, partly=True)
    if len(cohorts) + len(hires) == 1:
        turn.say(*(draw_cohort(turn, cohorts[0]) if cohorts else draw_hire(turn, hires[0])))
    elif cohorts or hires:
        turn.say(*draw_search(turn, cohorts, hires))
    else:
        turn.say(*draw_home(turn, above=turn.t(NOT_FOUND, name=name[:60])))


def _companies_called(turn: Turn, name: str) -> list[Company]:
    """The one company that is meant; with several and no name, the choice is shown."""
    own = companies(turn)
    named = [company for company in own if name_key(company.name) == name_key(name)] if name else own
    if len(named) == 1:
        return named
    turn.say(*draw_companies(turn))
    return []


def _is_called(turn: Turn, name: str) -> bool:
    """Whether a cohort has exactly this name, whatever else it means."""
    return any(name_key(cohort.name) == name_key(name) for cohort in cohorts_of(turn.session, company_ids(turn)))


def _cohorts_called(turn: Turn, name: str) -> list[Cohort]:
    """The cohorts of exactly this name, or else those whose name has it inside."""
    wanted = name_key(name)
    own = cohorts_of(turn.session, company_ids(turn))
    exact = [cohort for cohort in own if name_key(cohort.name) == wanted]
    return exact or [cohort for cohort in own if len(wanted) > 1 and wanted in name_key(cohort.name)]


def _hires_meant(turn: Turn, name: str, fits: Callable[[Hire], bool]) -> list[Hire]:
    """Who a typed name means: of several with one name those for whom it is possible, not somebody who left before."""
    ids = company_ids(turn)
    named = find_hires(turn.session, ids, name, turn.today)
    found = named or find_hires(turn.session, ids, name, turn.today, partly=True)
    return found if len(found) == 1 else [hire for hire in found if fits(hire)] or found
