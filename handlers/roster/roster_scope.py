"""Whose roster somebody may touch, asked anew at every step, and how a refusal of the roster is said."""

from handlers.forms.fields import Wrong
from handlers.translations import N_
from handlers.turn import Turn
from storage.groups import preference
from storage.hire_state import WINDOW_DAYS
from storage.people import Company, CompanyId, Role, active_companies, companies_of
from storage.roster import Cohort, EventKind, Hire
from storage.roster_rules import Recording, RosterReason, RosterRefusal

WINDOW_SETTING = "window_days"

_REFUSED = {
    RosterReason.name_needed: N_("A name is needed. Please send it."),
    RosterReason.name_too_long: N_("This name is too long. Please send a shorter one."),
    RosterReason.note_too_long: N_("This is too long; please keep it within 200 characters."),
    RosterReason.reason_needed: N_("A reason is needed. A few words will do."),
    RosterReason.same_cohort_name: N_("The company has a cohort of this name already. Please choose another name."),
    RosterReason.in_future: N_("{day} has not come yet. Please send today or an earlier day."),
    RosterReason.ended: N_(
        "{name} is no longer there (since {day}). If {name} is back, open the card and tap Rejoined."
    ),
    RosterReason.not_ended: N_("{name} is there already; nothing needs to be undone."),
    RosterReason.already_started: N_("{name} has started the training already."),
    RosterReason.already_passed: N_("{name} has passed the exam already."),
    RosterReason.already_on_post: N_("{name} is on post already, since {day}. The card can correct the date."),
    RosterReason.not_on_post: N_("{name} is not on post yet."),
    RosterReason.before_on_post: N_(
        "{name} went on post on {day}: the last day cannot be earlier. Please check the date."
    ),
    RosterReason.orders_after_last_day: N_(
        "{name} has an order on {day}, after that last day. Please check the date, or the order first."
    ),
    RosterReason.on_post_after_last_day: N_("{name} left on {day}: the on-post date cannot be later."),
    RosterReason.rejoined_outside_window: N_(
        "{name} came back on {day}, which would be after the window with this date. Please check the date."
    ),
    RosterReason.before_last_day: N_("The last day was {day}: please send a later day."),
    RosterReason.cohort_needed: N_("The window closed on {day}: please choose the cohort {name} starts anew with."),
    RosterReason.same_cohort: N_("{name} is in this cohort already. Please choose another one."),
    RosterReason.other_company: N_("This cohort belongs to another company."),
}
_MISSING = {
    (EventKind.exam_passed,): N_("{name} has not passed the exam yet, which comes before going on post."),
    (EventKind.drill_passed,): N_("{name} has not passed the drill yet, which comes before going on post."),
    (EventKind.exam_passed, EventKind.drill_passed): N_(
        "{name} has passed neither exam nor drill yet; both come before going on post."
    ),
}


def companies(turn: Turn) -> list[Company]:
    """The active companies whose roster the speaker may read and change: an admin every one, a manager the own ones."""
    if turn.who.role is Role.admin:
        return active_companies(turn.session)
    return companies_of(turn.session, turn.who)


def company_ids(turn: Turn) -> list[CompanyId]:
    """The ids of `companies`."""
    return [company.id for company in companies(turn) if company.id is not None]


def own_company(turn: Turn, number: object) -> Company | None:
    """The company of an id out of a button or a stored form; None when it is not the speaker's."""
    wanted = _as_id(number)
    return next((company for company in companies(turn) if company.id == wanted), None)


def own_cohort(turn: Turn, number: object) -> Cohort | None:
    """The cohort of an id; None when it is not of one of the speaker's companies."""
    wanted = _as_id(number)
    cohort = turn.session.get(Cohort, wanted) if wanted is not None else None
    return cohort if cohort is not None and cohort.company_id in company_ids(turn) else None


def own_hire(turn: Turn, number: object) -> Hire | None:
    """The hire of an id; None when it is not of one of the speaker's companies."""
    wanted = _as_id(number)
    hire = turn.session.get(Hire, wanted) if wanted is not None else None
    return hire if hire is not None and hire.company_id in company_ids(turn) else None


def recording(turn: Turn) -> Recording:
    """Who records, when, and with which length of the window."""
    window = preference(turn.session, WINDOW_SETTING, WINDOW_DAYS)
    return Recording(turn.person_id, turn.now, turn.today, window if isinstance(window, int) else WINDOW_DAYS)


def as_wrong(turn: Turn, refusal: RosterRefusal, name: str = "") -> Wrong:
    """What the roster refused, as a sentence that names the hire."""
    day = turn.t.day(refusal.day) if refusal.day is not None else "—"
    message = _REFUSED.get(refusal.reason) or _MISSING.get(refusal.missing, _MISSING[tuple(_MISSING)[-1]])
    return Wrong(message, name=name, day=day)


def _as_id(number: object) -> int | None:
    text = str(number)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None
