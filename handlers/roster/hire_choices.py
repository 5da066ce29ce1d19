"""Hires as people choose them: those of the own companies, shown as "张伟 · 第12/30天" (handbook §6, Orders)."""

from collections.abc import Sequence
from datetime import date, timedelta

from handlers.forms.fields import Option, Wrong
from handlers.forms.form import FormTurn
from handlers.translations import N_
from handlers.turn import Turn
from storage.hire_state import day_no
from storage.people import CompanyId, companies_of
from storage.roster import Cohort, Hire
from storage.roster_lists import hires_of

LEFT_LATELY = timedelta(days=7)
"""What somebody who left did before can still be entered for this long by choosing the name."""
GONE = N_("This hire is not on the roster of your companies. Please choose again.")


def own_company_ids(turn: Turn) -> list[CompanyId]:
    """The companies whose hires the person may record for."""
    return [company.id for company in companies_of(turn.session, turn.who) if company.id is not None]


def own_hire(turn: Turn, value: object) -> Hire | None:
    """The hire behind a form's value, asked anew whether it belongs to one of the person's companies."""
    text = str(value)
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        return None
    hire = turn.session.get(Hire, int(text))
    return hire if hire is not None and hire.company_id in own_company_ids(turn) else None


def needed_hire(turn: Turn, value: object) -> Hire:
    """As `own_hire`; raises Wrong when there is none."""
    hire = own_hire(turn, value)
    if hire is None:
        raise Wrong(GONE)
    return hire


def day_words(turn: Turn, hire: Hire, day: date) -> str:
    """Which day of the window a date is for a hire: 第12/30天, 第31天; empty before going on post."""
    if hire.on_post is None or hire.closes_on is None or day < hire.on_post:
        return ""
    number = day_no(hire.on_post, day)
    if day > hire.closes_on:
        return turn.t.plain(N_("day {number}"), number=number)
    return turn.t.plain(N_("day {number}/{of}"), number=number, of=day_no(hire.on_post, hire.closes_on))


def hire_label(turn: Turn, hire: Hire, day: date) -> str:
    """The name with the day of the window."""
    if hire.last_day is not None and hire.last_day < day:
        words = turn.t.plain(N_("left {day}"), day=turn.t.day(hire.last_day))
    else:
        words = day_words(turn, hire, day)
    return f"{hire.name} · {words}" if words else hire.name


def hire_options(turn: Turn, hires: Sequence[Hire], day: date) -> list[Option]:
    """Hires as buttons; two of one name are told apart by their cohort."""
    names = [hire.name for hire in hires]
    options = []
    for hire in hires:
        label = hire_label(turn, hire, day)
        if names.count(hire.name) > 1:
            cohort = turn.session.get(Cohort, hire.cohort_id)
            label += f" · {cohort.name}" if cohort is not None else ""
        options.append(Option(str(hire.id), label, literal=True))
    return options


def on_post_options(turn: FormTurn) -> list[Option]:
    """The hires on post in the person's companies, those in their window first, those who just left at the end."""
    session, ids, day = turn.turn.session, own_company_ids(turn.turn), turn.day()
    hires = hires_of(session, ids, day, on_post_only=True)
    known = {hire.id for hire in hires}
    just_left = [h for h in hires_of(session, ids, day - LEFT_LATELY, on_post_only=True) if h.id not in known]
    return hire_options(turn.turn, [*hires, *just_left], day)


def chosen_name(turn: FormTurn) -> str:
    """The name of the hire among a form's values; empty while none is chosen."""
    hire = own_hire(turn.turn, turn.values.get("hire"))
    return hire.name if hire is not None else ""


def hire_name(turn: FormTurn, value: str) -> str:
    """The name for a value that is not offered (any more)."""
    hire = own_hire(turn.turn, value)
    return hire_label(turn.turn, hire, turn.day()) if hire is not None else "—"
