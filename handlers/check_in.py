"""Daily check-in 日报: starting it for the right day, saving it with its sessions and problem, editing it (handbook §3, §6).

The body of the report are the form's values: `status` (working, resting, leave), `in_training`, `trial` (on_trial, passed,
failed), `sessions`, `problem`, `category`, `progress`, `plan`; and `problem_id`, `leave_id` of what was recorded with it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from handlers.check_in_fields import (
    CATEGORIES,
    FIELDS,
    ON_LEAVE,
    check_day,
    companies,
    day_to_fill,
)
from handlers.forms import driver
from handlers.forms.fields import Values
from handlers.forms.form import Form, FormTurn
from handlers.forms.progress import applying
from handlers.forms.screens import show
from handlers.keyboards import Button, button_data
from handlers.roster_words import EVENT_WORDS
from handlers.translations import N_
from handlers.turn import Turn
from schedules.calendars import calendar_of
from schedules.filing import file_report
from schedules.periods import Period
from storage.day_records import (
    daily_of,
    records_of_day,
    record_solution_progress,
    replace_problem,
    replace_sessions,
    SessionHeld,
    withdraw_problem,
)
from storage.kinds import ReportKind, ReportState
from storage.leaves import cancel_leave, overlapping_leaves, record_leave
from storage.people import CompanyId, PersonId
from storage.reports import Leave, Report

EDIT, START = "checkin_edit", "checkin"
STATE_WORDS = {
    ReportState.on_time: N_("on time"),
    ReportState.late: N_("handed in late"),
    ReportState.extra: N_("extra: nothing was due"),
    ReportState.unannounced: N_("holiday calendar not announced yet"),
    ReportState.missing: N_("missing"),
    ReportState.exempt: N_("exempt"),
    ReportState.pending: N_("not handed in yet"),
}


def start(turn: Turn) -> None:
    """`/checkin`, 日报: for the day it belongs to; with a pasted block behind it, filled from that."""
    pasted = turn.arguments if turn.press is None else ""
    decided = day_to_fill(FormTurn(turn, {}))
    if decided.asks or pasted:
        driver.start(turn, CHECK_IN, pasted=pasted)
    elif not _edit_if_filed(turn, decided.day):
        _say_if_nothing_is_due(turn, decided.day)
        driver.start(turn, CHECK_IN)


def start_for_day(turn: Turn, day: date) -> None:
    """The check-in of one day, from a button under a reminder or on a list; edits it when it is in already."""
    if not _edit_if_filed(turn, day):
        _say_if_nothing_is_due(turn, day)
        driver.start(turn, CHECK_IN, values={"day": day.isoformat()})


def pressed_start(turn: Turn) -> None:
    """A `checkin` button: its argument is the day; without one as `/checkin`."""
    written = turn.press.arguments[0] if turn.press and turn.press.arguments else ""
    try:
        day = date.fromisoformat(written)
        check_day(FormTurn(turn, {}), written)
    except ValueError:
        start(turn)
    else:
        start_for_day(turn, day)


def edit(turn: Turn, report_id: int) -> None:
    """The card of one of the person's own check-ins, to change it."""
    driver.start(turn, CHECK_IN, record_id=report_id)


def pressed_edit(turn: Turn) -> None:
    """The Edit button under a saved check-in."""
    written = turn.press.arguments[0] if turn.press and turn.press.arguments else ""
    edit(turn, int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else 0)


def edit_button(turn: Turn, report_id: int, label: str = N_("Edit")) -> Button:
    """The button that opens a saved check-in for editing."""
    return Button(turn.t.plain(label), button_data(EDIT, report_id))
