"""Training sessions apart from the check-in: recording and changing one, adding a missing summary (handbook §6)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from handlers.check_ins.check_in_amend import amend_check_in
from handlers.check_ins.check_in_fields import SESSION_FIELDS, SESSION_KINDS
from handlers.follow_up.company_field import COMPANY_FIELD, NO_COMPANY, chosen_company, company_suffix
from handlers.follow_up.own_lists import LIST_WORDS, LISTED, Entry, argument, offset_of, show_entries
from handlers.forms import driver
from handlers.forms.choices import key_of
from handlers.forms.fields import Field, Values, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import Day, Text
from handlers.keyboards import Button, button_data
from handlers.people.roles import number
from handlers.roster.roster_scope import company_ids
from handlers.translations import N_, Translator
from handlers.turn import Turn
from storage.people import Role
from storage.reports import Report
from storage.sessions_book import (
    SessionNote,
    change_session,
    count_sessions_by,
    lacks_summary,
    like_it,
    missing_summaries,
    place_in_check_in,
    record_session,
    sessions_by,
)
from storage.trainings import SUMMARY_LENGTH, TrainingSession

START, EDIT, LIST, SUMMARIZE = "session", "session_edit", "session_list", "session_sum"
SUMMARIES_LISTED = 8
_WORDS = {
    "kind": ("类型", "培训类型", "kind"),
    "topic": ("主题", "topic"),
    "time": ("时间", "time"),
    "expected": ("应到", "应到人数", "expected"),
    "present": ("实到", "实到人数", "present"),
    "summary": ("小结", "总结", "summary"),
}


def start(turn: Turn) -> None:
    """`/session`: what lacks its summary and a button for a new one, or the form when nothing does; a block behind it
    fills the form; with 列表 the own sessions.
    """
    written = turn.arguments if turn.press is None else ""
    if key_of(written) in LIST_WORDS:
        show_list(turn)
    elif not company_ids(turn):
        turn.say(turn.t(NO_COMPANY))
    elif written or turn.press is not None or not _say_missing(turn):
        driver.start(turn, SESSION, pasted=written)


def pressed_edit(turn: Turn) -> None:
    """The Edit button of a session."""
    driver.start(turn, SESSION, record_id=number(argument(turn)) or 0)


def pressed_summarize(turn: Turn) -> None:
    """The button that adds a missing summary."""
    held = own_session(turn, number(argument(turn)) or 0)
    if held is None:
        turn.toast(turn.t.plain(driver.RECORD_GONE))
        return
    turn.say(line_of(turn.t, held))
    driver.start(turn, SUMMARY, record_id=held.id)


def show_list(turn: Turn) -> None:
    """The person's own sessions, newest first, with a button to change each, and one for a summary that is missing."""
    ids, offset, t = company_ids(turn), offset_of(turn), turn.t
    sessions = sessions_by(turn.session, turn.person_id, ids, LISTED, offset)
    if not sessions:
        turn.say(t("You have not recorded a training session yet. /session begins one."))
        return
    entries = []
    for held in sessions:
        buttons = [edit_button(turn, held, f"✏️ {t.day(held.day)} {held.topic}")]
        if lacks_summary(held):
            buttons.append(summary_button(t, held))
        entries.append(Entry(line_of(t, held) + company_suffix(turn, held.company_id), buttons))
    total = count_sessions_by(turn.session, turn.person_id, ids)
    show_entries(turn, t("<b>My training sessions</b>"), entries, LIST, offset, total)


def line_of(t: Translator, held: TrainingSession) -> Markup:
    """A session on one line."""
    kind = next((option.text(t) for option in SESSION_KINDS if option.value == held.kind), held.kind)
    line = t(
        "{day} {start}–{end} · {kind} · {topic} · {present}/{expected} present",
        day=t.day(held.day),
        start=held.starts,
        end=held.ends,
        kind=kind,
        topic=held.topic,
        present=held.present,
        expected=held.expected,
    )
    return line + t(" · summary missing") if lacks_summary(held) else line


def edit_button(turn: Turn, held: TrainingSession, label: str = "") -> Button:
    """The button that opens a session for editing."""
    return Button(label or turn.t.plain(N_("✏️ Edit")), button_data(EDIT, held.id))


def summary_button(t: Translator, held: TrainingSession, label: str = "") -> Button:
    """The button that adds the summary."""
    return Button(label or t.plain(N_("✍️ Summary")), button_data(SUMMARIZE, held.id))


def own_session(turn: Turn, session_id: int) -> TrainingSession | None:
    """A session the person told of (an admin: any), in one of their companies."""
    held = turn.session.get(TrainingSession, session_id)
    if held is None or held.company_id not in company_ids(turn):
        return None
    return held if held.person_id == turn.person_id or turn.who.role is Role.admin else None


def _say_missing(turn: Turn) -> bool:
    """List the sessions that lack their summary; whether there are any."""
    t = turn.t
    before = turn.today + timedelta(days=1)
    missing = missing_summaries(turn.session, turn.person_id, company_ids(turn), before)
    if not missing:
        return False
    lines = [t("<b>Summary still to come</b> ({count})", count=len(missing))]
    keyboard = []
    for held in missing[:SUMMARIES_LISTED]:
        lines.append(t("{day} · {topic}", day=t.day(held.day), topic=held.topic))
        keyboard.append([summary_button(t, held, f"✍️ {t.day(held.day)} {held.topic}")])
    keyboard.append(
        [
            Button(t.plain(N_("＋ New session")), button_data(START)),
            Button(t.plain(N_("My sessions")), button_data(LIST)),
        ]
    )
    turn.say(Markup("\n").join(lines), keyboard)
    return True


def _load(turn: Turn, record_id: int) -> Values | None:
    held = own_session(turn, record_id)
    if held is None:
        return None
    return {
        "day": held.day.isoformat(),
        "kind": held.kind,
        "topic": held.topic,
        "time": {"start": held.starts, "end": held.ends},
        "expected": held.expected,
        "present": held.present,
        "summary": held.summary or None,
        "company": str(held.company_id),
    }


def _note(turn: FormTurn) -> SessionNote:
    values = turn.values
    return SessionNote(
        company_id=chosen_company(turn),
        day=turn.day(),
        kind=values["kind"],
        topic=values["topic"],
        starts=values["time"]["start"],
        ends=values["time"]["end"],
        expected=values["expected"],
        present=values["present"],
        summary=values.get("summary") or "",
    )


def _save(turn: FormTurn) -> None:
    t, note = turn.turn.t, _note(turn)
    if turn.record_id is None:
        held = record_session(turn.turn.session, note, turn.turn.person_id, turn.turn.now)
        said = t("✅ Session saved.")
    else:
        found = own_session(turn.turn, turn.record_id)
        if found is None:
            raise Wrong(driver.RECORD_GONE)
        held = found
        change_session(held, note)
        said = t("✅ Session changed.")
    _finish(turn.turn, held, said)


def _save_summary(turn: FormTurn) -> None:
    held = own_session(turn.turn, turn.record_id or 0)
    if held is None:
        raise Wrong(driver.RECORD_GONE)
    held.summary = turn.values["summary"]
    _finish(turn.turn, held, turn.turn.t("✅ Summary added."))


def _finish(turn: Turn, held: TrainingSession, said: Markup) -> None:
    """Store the session, let the check-in it came with say the same, and show it."""
    turn.session.add(held)
    turn.session.flush()
    _amend(turn, held)
    t = turn.t
    buttons = [edit_button(turn, held), Button(t.plain(N_("My sessions")), button_data(LIST))]
    if lacks_summary(held):
        buttons.insert(0, summary_button(t, held))
    turn.redraw(Markup("\n").join([said, line_of(t, held)]), [buttons])


def _amend(turn: Turn, held: TrainingSession) -> None:
    report = turn.session.get(Report, held.report_id) if held.report_id is not None else None
    rows = [dict(row) for row in (report.body.get("sessions") or [])] if report is not None else []
    place = place_in_check_in(turn.session, held)
    if report is None or place >= len(rows):
        return
    rows[place] |= {
        "kind": held.kind,
        "topic": held.topic,
        "time": {"start": held.starts, "end": held.ends},
        "expected": held.expected,
        "present": held.present,
        "summary": held.summary or None,
    }
    if rows[place].get("company") is not None:
        rows[place]["company"] = str(held.company_id)
    amend_check_in(turn, report, {"sessions": rows})


def _warnings(turn: FormTurn) -> Sequence[Markup]:
    """Whether it may have been told already, in a check-in or here."""
    t = turn.turn.t
    try:
        twin = like_it(turn.turn.session, _note(turn), turn.record_id)
    except (KeyError, Wrong):
        return []
    if twin is None:
        return []
    return [t("A session at this time is recorded already: {topic}. Is it the same one?", topic=twin.topic)]


def _check_day(turn: FormTurn, value: Any) -> None:
    held = own_session(turn.turn, turn.record_id) if turn.record_id is not None else None
    if held is not None and held.report_id is not None and date.fromisoformat(value) != held.day:
        raise Wrong(N_("This session stands in the check-in for {day}: its date stays."), day=turn.turn.t.day(held.day))


def _summary_of(turn: Turn, record_id: int) -> Values | None:
    held = own_session(turn, record_id)
    return None if held is None else {"summary": held.summary} if held.summary else {}


SUMMARY_FIELD = Field(
    key="summary",
    label=N_("Summary of the session"),
    ask=N_("What came out of the session? A few sentences."),
    kind=Text(SUMMARY_LENGTH, 500, "many"),
    words=("小结", "总结", "summary"),
    help=N_("At least 10 characters; no customers' names or phone numbers."),
)
FIELDS = (
    Field(
        key="day",
        label=N_("Date"),
        ask=N_("On which day was the session?"),
        kind=Day(),
        words=("日期",),
        preset=lambda turn: turn.today.isoformat(),
        check=_check_day,
    ),
    *(replace(each, words=_WORDS[each.key]) for each in SESSION_FIELDS if each.key in _WORDS),
    COMPANY_FIELD,
)
SESSION = Form(
    name="session",
    title=N_("Training session"),
    words=("培训记录", "session"),
    fields=FIELDS,
    save=_save,
    warnings=_warnings,
    confirm_label=N_("✅ Confirm"),
    example=N_(
        "Training session\nKind: refresher\nTopic: asking for the order\nTime: 9:00-11:00\nExpected: 12\nPresent: 11\n"
        "Summary: everybody acted out two closings"
    ),
    load=_load,
)
SUMMARY = Form(
    name="summary",
    title=N_("Summary of the session"),
    words=(),
    fields=(SUMMARY_FIELD,),
    save=_save_summary,
    confirm_label=N_("✅ Confirm"),
    load=_summary_of,
)
FORMS = (SESSION, SUMMARY)
