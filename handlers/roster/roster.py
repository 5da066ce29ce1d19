"""`/roster` 名册: who is where, and the way to everything that is recorded about hires (handbook §6).

`/roster` shows the screens; `/roster November, first` opens a cohort and `/roster Li Na` a card; names in the lines
below are added; `/roster on post Li Na 3/2`, `left`, `exam`, `new`, `template` and `export` begin what they say.
"""

from collections.abc import Callable

from handlers.figures.pages import page_number
from handlers.forms import driver
from handlers.forms.form import Form
from handlers.roster import hire_history
from handlers.roster.cohort_form import COHORT
from handlers.roster.earning import note_earning
from handlers.roster.going_on_post import ON_POST, ON_POST_DATE
from handlers.roster.hire_card import draw_hire
from handlers.roster.hire_moves import MOVE, RENAME
from handlers.roster.leaving import LEFT, REJOIN, undo
from handlers.roster.new_hires import HIRES
from handlers.roster.roster_entry import OPENING_VERBS as OPENING_VERBS
from handlers.roster.roster_entry import read_verb
from handlers.roster.roster_files import FILE
from handlers.roster.roster_requests import add, add_in_one_line, add_pasted, cohorts_called, is_called, take_request
from handlers.roster.roster_scope import company_ids, own_cohort, own_company, own_hire
from handlers.roster.roster_screens import BUTTON as BUTTON
from handlers.roster.roster_screens import draw_cohort, draw_companies, draw_company, draw_home, draw_search
from handlers.roster.roster_workbook import show_roster, show_template
from handlers.roster.training_steps import STEP
from handlers.translations import N_
from handlers.turn import Turn
from storage.people import Company
from storage.roster import Cohort, Hire
from storage.roster_lists import find_hires

FORMS: tuple[Form, ...] = (COHORT, HIRES, ON_POST, ON_POST_DATE, LEFT, REJOIN, STEP, MOVE, RENAME, FILE)

NOT_FOUND = N_("I find neither a cohort nor a hire called “{name}”. Here is the roster.")
GONE = N_("This is no longer there, or is not yours.")


def show(turn: Turn) -> None:
    """`/roster`, 名册, with whatever stands behind it."""
    first, _, below = turn.arguments.strip().partition("\n")
    asked = read_verb(first)
    if not first:
        turn.say(*draw_home(turn))
    elif asked is not None and not is_called(turn, first):
        take_request(turn, *asked, below.strip())
    elif below.strip():
        add_pasted(turn, first.strip(), below)
    elif "\n" in turn.text.strip():
        # The word alone in its line, one name below it.
        add(turn, {}, first)
    elif not add_in_one_line(turn, first):
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
    "earning": note_earning,
    "history": lambda turn, hire, more: hire_history.pressed(turn, str(hire.id), page_number(more)),
}


def _find(turn: Turn, name: str) -> None:
    """A cohort or a hire by name or part of a name."""
    cohorts = cohorts_called(turn, name)
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
