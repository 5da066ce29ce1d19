"""`/roster` 名册: who is where, and the way to everything that is recorded about hires (handbook §6).

`/roster` shows the screens; `/roster November, first` opens a cohort and `/roster Li Na` a card; with names in the lines
below they are added; `/roster on post Li Na 3/2`, `left`, `exam`, `new`, `template` and `export` begin what they say.
"""

from collections.abc import Callable, Sequence

from handlers import hire_history
from handlers.cohort_form import COHORT
from handlers.forms import driver
from handlers.forms.choices import find_option
from handlers.forms.fields import Option, Values, Wrong, iso
from handlers.forms.form import Form, FormTurn
from handlers.going_on_post import ON_POST, ON_POST_DATE
from handlers.hire_card import draw_hire
from handlers.hire_moves import MOVE, RENAME
from handlers.hire_picks import ids_text
from handlers.hire_words import hire_words
from handlers.leaving import LEFT, REJOIN, undo
from handlers.new_hires import HIRES, HireLines
from handlers.order_entry import name_key
from handlers.roster_entry import read_people, read_verb
from handlers.roster_scope import company_ids, own_cohort, own_company, own_hire
from handlers.roster_screens import draw_cohort, draw_companies, draw_company, draw_home, draw_search
from handlers.training_steps import STEP
from handlers.translations import N_
from handlers.turn import Turn
from storage.roster import Cohort, Hire
from storage.roster_lists import cohorts_of, find_hires

FORMS: tuple[Form, ...] = (COHORT, HIRES, ON_POST, ON_POST_DATE, LEFT, REJOIN, STEP, MOVE, RENAME)

NOT_FOUND = N_("I find neither a cohort nor a hire called “{name}”. Here is the roster.")
NO_COHORT = N_("First there has to be a cohort; then its people can be added.")
GONE = N_("This is no longer there, or is not yours.")


def show(turn: Turn) -> None:
    """`/roster`, 名册, with whatever stands behind it."""
    first, _, below = turn.arguments.strip().partition("\n")
    if below.strip():
        _add_pasted(turn, first.strip(), below)
    elif not first:
        turn.say(*draw_home(turn))
    elif (asked := read_verb(first)) is not None:
        _start_typed(turn, *asked)
    else:
        _find(turn, first)


def pressed(turn: Turn) -> None:
    """A roster button: `ro:<what>:<id>[:<page>]`."""
    what, number, more = (*(turn.press.arguments if turn.press else ()), "", "", "")[:3]
    page = int(more) if more.isascii() and more.isdecimal() and len(more) < 5 else 0
    if what == "companies":
        turn.redraw(*draw_companies(turn, page))
    elif what in _ON_COMPANY:
        company = own_company(turn, number)
        if company is None:
            _gone(turn)
        elif what == "company":
            turn.redraw(*draw_company(turn, company, page))
        else:
            driver.start(turn, COHORT, values={"company": str(company.id)})
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


_ON_COMPANY = frozenset({"company", "new"})
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
    "date": lambda turn, hire, more: driver.start(turn, ON_POST_DATE, record_id=hire.id),
    "rename": lambda turn, hire, more: driver.start(turn, RENAME, values={"whom": str(hire.id)}),
    "undo": undo,
    "history": lambda turn, hire, more: hire_history.pressed(turn, str(hire.id), int(more) if more.isdecimal() else 0),
}
