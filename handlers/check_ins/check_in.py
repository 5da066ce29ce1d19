"""Daily check-in 日报: starting it for the right day, saving it with what belongs to it, editing it (handbook §3, §6).

The body of the report holds the form's values (`status`, `in_training`, `trial` with on_trial, passed and failed,
`sessions`, `problem`, `category`, `progress`, `plan`), and `problem_id` and `leave_id` of what was recorded with it.
"""

from datetime import date
from typing import Any

from markupsafe import Markup

from handlers.check_ins.check_in_fields import (
    FIELDS,
    ON_LEAVE,
    WORKING,
    check_day,
    companies,
    day_to_fill,
)
from handlers.check_ins.check_in_notes import as_text, notes, warnings
from handlers.forms import driver
from handlers.forms.fields import Values, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.paste import parse_block
from handlers.keyboards import Button, button_data
from handlers.translations import N_
from handlers.turn import Turn
from schedules.calendars import calendar_of
from schedules.filing import file_report
from schedules.periods import Period
from storage.check_ins import (
    SessionHeld,
    check_in_of,
    open_solutions,
    record_problem,
    record_progress,
    replace_sessions,
    withdraw_problem,
)
from storage.kinds import ReportKind, ReportState
from storage.leaves import cancel_leave, overlapping_leaves, record_leave
from storage.people import CompanyId
from storage.problems import Problem
from storage.reports import Leave, Report

START, EDIT = "checkin", "checkin_edit"
STATE_WORDS = {
    ReportState.on_time: N_("on time"),
    ReportState.late: N_("handed in late"),
    ReportState.extra: N_("extra, nothing was due"),
    ReportState.unannounced: N_("the holiday calendar is not announced yet, so nobody is late"),
}


def start(turn: Turn) -> None:
    """`/checkin`, 日报: for the day it belongs to; filled from the block pasted behind it."""
    pasted = turn.arguments if turn.press is None else ""
    if pasted:
        driver.start(turn, CHECK_IN, values=_meant_by(turn, pasted), pasted=pasted)
        return
    decided = day_to_fill(FormTurn(turn, {}))
    if decided.asks:
        driver.start(turn, CHECK_IN)
    elif not _edit_if_filed(turn, decided.day):
        _say_which_day(turn, decided.day)
        driver.start(turn, CHECK_IN)


def start_for_day(turn: Turn, day: date) -> None:
    """The check-in of one day, from a button under a reminder or a list; opens it for editing when it is in."""
    if not _edit_if_filed(turn, day):
        _say_which_day(turn, day)
        driver.start(turn, CHECK_IN, values={"day": day.isoformat()})


def pressed_start(turn: Turn) -> None:
    """A `checkin` button: its argument is the day as ISO text; without one as `/checkin`."""
    written = turn.press.arguments[0] if turn.press and turn.press.arguments else ""
    if not written:
        start(turn)
        return
    try:
        check_day(FormTurn(turn, {}), written)
    except Wrong as wrong:
        turn.say(turn.t(wrong.message, **wrong.values))
    except ValueError:
        start(turn)
    else:
        start_for_day(turn, date.fromisoformat(written))


def edit(turn: Turn, report_id: int) -> None:
    """Open the card of one of the person's own check-ins, to change it."""
    driver.start(turn, CHECK_IN, record_id=report_id)


def pressed_edit(turn: Turn) -> None:
    """The Edit button under a saved check-in."""
    written = turn.press.arguments[0] if turn.press and turn.press.arguments else ""
    edit(turn, int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else 0)


def edit_button(turn: Turn, report_id: int) -> Button:
    """The button that opens a saved check-in for editing."""
    return Button(turn.t.plain(N_("✏️ Edit")), button_data(EDIT, report_id))


def load(turn: Turn, record_id: int) -> Values | None:
    """The values of one of the person's own check-ins."""
    report = turn.session.get(Report, record_id)
    if report is None or report.kind is not ReportKind.daily or report.person_id != turn.who.id:
        return None
    known = {each.key for each in FIELDS}
    values = {key: value for key, value in report.body.items() if key in known}
    return values | {"day": report.first_day.isoformat()}


def save(turn: FormTurn) -> None:
    """Hand the check-in in, or a new version of it, and record what came with it."""
    session, who, now = turn.turn.session, turn.turn.who, turn.turn.now
    person_id, day = turn.turn.person_id, turn.day()
    check_day(turn, day.isoformat())
    before = check_in_of(session, person_id, day)
    body = dict(turn.values)
    old: dict[str, Any] = dict(before.body) if before is not None else {}
    body["leave_id"] = _settle_leave(turn, old)
    body["problem_id"] = _settle_problem(turn, old)
    report = file_report(session, who, Period.daily(day), now, body, as_text(CHECK_IN, turn))
    sessions = _sessions(turn)
    if sessions or report.version > 1:
        replace_sessions(session, report, sessions, person_id, now)
    _settle_progress(turn, old)
    _say_saved(turn, report)


CHECK_IN = Form(
    name="checkin",
    title=N_("Check-in"),
    words=("日报", "签到", "daily"),
    fields=FIELDS,
    save=save,
    about=lambda turn: turn.turn.t.day(turn.day()) if turn.values.get("day") else "",
    notes=notes,
    warnings=warnings,
    confirm_label=N_("✅ Confirm"),
    example=N_("Check-in\nIn training: 12\nTrial post: 3/1/0\nPlan for tomorrow: two ride-alongs"),
    load=load,
)


def _edit_if_filed(turn: Turn, day: date) -> bool:
    known = check_in_of(turn.session, turn.person_id, day)
    if known is None:
        return False
    turn.say(
        turn.t("Your check-in for {day} is in already. Here it is, in case you want to change it.", day=turn.t.day(day))
    )
    edit(turn, known.report_id)
    return True


def _meant_by(turn: Turn, pasted: str) -> Values:
    """What a block says; one that does not speak of the status means a day at work."""
    block = parse_block(CHECK_IN, pasted, FormTurn(turn, {}))
    if not block.labelled:
        return {}
    return block.values if "status" in block.wrong_keys else {"status": WORKING, **block.values}


def _say_which_day(turn: Turn, day: date) -> None:
    """Say what is not obvious: another day than today, or one for which nothing is due."""
    t = turn.t
    if not calendar_of(turn.session, turn.who).is_workday(day):
        turn.say(t("{day} is a rest day: nothing is due. You can still hand one in as an extra.", day=t.day(day)))
    elif overlapping_leaves(turn.session, turn.person_id, day, day):
        turn.say(t("You are on leave on {day}: nothing is due. You can still hand one in as an extra.", day=t.day(day)))
    elif day != turn.today:
        turn.say(t("This check-in is for {day}, which is still open.", day=t.day(day)))


def _say_saved(turn: FormTurn, report: Report) -> None:
    t = turn.turn.t
    if turn.values.get("status") == ON_LEAVE:
        lines = [t("✅ Noted: you are on leave on {day}. Nothing is due for it.", day=t.day(turn.day()))]
    elif report.version > 1:
        lines = [
            t("✅ Check-in for {day} changed (version {version}).", day=t.day(turn.day()), version=report.version),
            t("It counts as: {state}.", state=t(STATE_WORDS[report.state])),
        ]
    else:
        state = t(STATE_WORDS[report.state])
        lines = [t("✅ Check-in for {day} saved: {state}.", day=t.day(turn.day()), state=state)]
    lines.append(t("You can change it at any time; earlier versions are kept."))
    assert report.id is not None
    turn.turn.redraw(Markup("\n").join(lines), [[edit_button(turn.turn, report.id)]])


def _settle_leave(turn: FormTurn, old: Values) -> int | None:
    """Being on leave is recorded as leave; a day of leave that came from this check-in goes when it changes."""
    session, person_id, day = turn.turn.session, turn.turn.person_id, turn.day()
    held = session.get(Leave, old["leave_id"]) if old.get("leave_id") else None
    if turn.values.get("status") == ON_LEAVE:
        known = overlapping_leaves(session, person_id, day, day)
        if known:
            return held.id if held is not None and held.cancelled_at is None else None
        return record_leave(session, person_id, day, day, "", person_id, turn.turn.now).id
    if held is not None and held.cancelled_at is None and held.first_day == held.last_day == day:
        cancel_leave(session, held, turn.turn.now)
    return None


def _settle_problem(turn: FormTurn, old: Values) -> int | None:
    """Give the problem its number once; a changed text changes it, a removed one withdraws it."""
    session, now = turn.turn.session, turn.turn.now
    held = session.get(Problem, old["problem_id"]) if old.get("problem_id") else None
    text = turn.values.get("problem")
    if not text:
        if held is not None:
            withdraw_problem(held, now)
        return None
    category, company_id = str(turn.values.get("category")), _company_id(turn, turn.values)
    if held is not None and held.closed_at is None:
        held.text, held.category, held.company_id = text, category, company_id
        return held.id
    if held is not None and held.text == text:
        return held.id
    return record_problem(session, company_id, turn.turn.person_id, category, text, turn.day(), now).id


def _settle_progress(turn: FormTurn, old: Values) -> None:
    """Note the progress that an earlier version had not noted already."""
    ids = [company.id for company in companies(turn) if company.id is not None]
    solutions = {str(solution.id): solution for solution in open_solutions(turn.turn.session, ids)}
    for row in turn.values.get("progress") or []:
        if row in (old.get("progress") or []) or row["solution"] not in solutions:
            continue
        record_progress(
            turn.turn.session,
            solutions[row["solution"]],
            turn.turn.person_id,
            turn.day(),
            row["percent"],
            row.get("note") or "",
            turn.turn.now,
        )


def _sessions(turn: FormTurn) -> list[SessionHeld]:
    return [
        SessionHeld(
            company_id=_company_id(turn, row),
            kind=row["kind"],
            topic=row["topic"],
            starts=row["time"]["start"],
            ends=row["time"]["end"],
            expected=row["expected"],
            present=row["present"],
            summary=row.get("summary") or "",
        )
        for row in turn.values.get("sessions") or []
    ]


def _company_id(turn: FormTurn, values: Values) -> CompanyId:
    """The company something belongs to: the one chosen, or the only one there is."""
    own = {company.id for company in companies(turn) if company.id is not None}
    chosen = values.get("company")
    if chosen is not None and str(chosen).isdecimal() and int(chosen) in own:
        return CompanyId(int(chosen))
    if not own:
        raise Wrong(N_("You look after no company yet, so sessions and problems cannot be kept. An admin can help."))
    return next(company.id for company in companies(turn) if company.id is not None)
