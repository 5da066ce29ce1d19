"""The roster as a workbook, and the empty one to be filled in: text stays text, dates are dates (handbook §6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from io import BytesIO

from sqlmodel import Session, col, func, select

from handlers.figures.cohort_card import address, translator_of
from handlers.outgoing import Outgoing
from handlers.roster.hire_words import stage_words
from handlers.roster.roster_table import COHORT, COLUMNS, LAST_DAY, NAME, ON_POST, REASON, STARTED, STATUS
from handlers.translations import N_, Translator
from handlers.turn import Surroundings, Turn
from storage.outbox import OutboxMessage
from storage.people import Company, Person, PersonState, Role, companies_of
from storage.roster import Cohort, EventKind, Hire, HireEvent, Stage
from storage.roster_lists import cohorts_of, hires_of

WORKBOOK, TEMPLATE = "roster_workbook", "roster_template"
XLSX = ".xlsx"
_WIDE, _NARROW = 90, 14
_MOST_STATUS_ROWS = 2000
EXPORTED_STAGES = {
    Stage.hired: N_("not started"),
    Stage.in_training: N_("in training"),
    Stage.on_trial: N_("on trial"),
    Stage.on_post: N_("on post"),
    Stage.failed: N_("trial not passed"),
    Stage.eliminated: N_("eliminated"),
    Stage.left: N_("left"),
}
"""Words that are understood again on the way in."""
FURTHER = (N_("Now"), N_("Exam"), N_("Drill"), N_("Window until"))
HOW_TO = (
    N_("One row for each person; only the name is needed."),
    N_("Cohort: the name as in the bot; a new name creates a cohort. Empty: you are asked."),
    N_(
        "Status: not started, in training, on trial, on post, left, eliminated. Empty: in training, or on post if "
        "there is an on-post date."
    ),
    N_("On-post date: day 1 of the 30 days. Exam and drill are then recorded as passed."),
    N_("Last day: for somebody who left. Reason: a few words."),
    N_("Dates like 2026-03-02. No phone numbers, please."),
    N_("Save the file as XLSX or CSV and send it to the bot. It shows everything before anything is recorded."),
)

Cell = str | date | None


@dataclass(frozen=True)
class Sheet:
    """A sheet to be written: headings and rows; a date is written as a date, everything else as text."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def show_template(turn: Turn, company: Company) -> None:
    """How to send a roster as a file, with the file to fill in."""
    turn.say(
        turn.t(
            N_("Fill in this file and send it back to me (XLSX or CSV). I show you everything before it is recorded.")
        )
    )
    turn.show(TEMPLATE, {"company": company.id, "person": turn.person_id})


def show_roster(turn: Turn, company: Company) -> None:
    """The company's roster as a workbook."""
    turn.show(WORKBOOK, {"company": company.id, "person": turn.person_id})


def compose_template(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """The empty workbook, with a sheet that says how to fill it in."""
    t = translator_of(message, surroundings)
    headings = tuple(t.plain(column) for column in COLUMNS)
    sheets = [
        Sheet(t.plain(N_("Roster")), headings, ()),
        Sheet(
            t.plain(N_("How to fill it in")), (t.plain(N_("How to fill it in")),), tuple((t.plain(x),) for x in HOW_TO)
        ),
    ]
    statuses = [t.plain(words) for words in EXPORTED_STAGES.values()]
    return _document(message, t.plain(N_("roster-template")) + XLSX, sheets, statuses)


def compose_roster(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """Everybody on the company's roster; nothing when whoever asked may not see it any more."""
    person, company = session.get(Person, message.content["person"]), session.get(Company, message.content["company"])
    if person is None or company is None or not _may_see(session, person, company):
        return None
    t, today = translator_of(message, surroundings), now.astimezone(surroundings.zone).date()
    assert company.id is not None
    cohorts = {cohort.id: cohort for cohort in cohorts_of(session, [company.id])}
    hires = sorted(hires_of(session, [company.id], today), key=lambda hire: (hire.cohort_id, hire.id or 0))
    started = _training_starts(session, company)
    headings = tuple(t.plain(column) for column in (*COLUMNS, *FURTHER))
    rows = tuple(_row(t, hire, cohorts[hire.cohort_id], started.get(hire.id or 0), today) for hire in hires)
    what = t.plain(N_("roster"))
    name = f"{what}-{_file_name(company.name)}-{today:%y%m%d}{XLSX}"
    return _document(message, name, [Sheet(t.plain(N_("Roster")), headings, rows)], [])


def _may_see(session: Session, person: Person, company: Company) -> bool:
    """Asked again when the file is sent: rights may have gone meanwhile."""
    if person.state is not PersonState.active or not company.active:
        return False
    return person.role is Role.admin or company.id in {own.id for own in companies_of(session, person)}


def _training_starts(session: Session, company: Company) -> dict[int, date]:
    """When each hire's training began, by the hire's id."""
    statement = (
        select(HireEvent.hire_id, func.min(HireEvent.day))
        .join(Hire, col(Hire.id) == col(HireEvent.hire_id))
        .where(Hire.company_id == company.id, HireEvent.kind == EventKind.training_started)
        .group_by(col(HireEvent.hire_id))
    )
    return {int(hire_id): day for hire_id, day in session.exec(statement).all()}


def _row(t: Translator, hire: Hire, cohort: Cohort, started: date | None, today: date) -> tuple[Cell, ...]:
    passed, open_ = t.plain(N_("passed")), t.plain(N_("open"))
    said: dict[str, Cell] = {
        COHORT: cohort.name,
        NAME: hire.name,
        STATUS: t.plain(EXPORTED_STAGES[hire.stage]),
        STARTED: started,
        ON_POST: hire.on_post,
        LAST_DAY: hire.last_day,
        REASON: hire.left_reason,
    }
    return (
        *(said[column] for column in COLUMNS),
        stage_words(t, hire, today),
        passed if hire.exam_passed else open_,
        passed if hire.drill_passed else open_,
        hire.closes_on,
    )


def _document(message: OutboxMessage, name: str, sheets: Sequence[Sheet], statuses: Sequence[str]) -> Outgoing:
    return Outgoing(
        "sendDocument",
        address(message),
        file_field="document",
        file_name=name,
        make_file=partial(workbook, tuple(sheets), tuple(statuses)),
    )


def workbook(sheets: Sequence[Sheet], statuses: Sequence[str] = ()) -> bytes:
    """An XLSX file; nothing that was typed can become a formula or a link. `statuses` are offered in that column."""
    import xlsxwriter

    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        bold, day_format = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.title)
            page.freeze_panes(1, 0)
            for column, heading in enumerate(sheet.headings):
                page.write_string(0, column, heading, bold)
                page.set_column(column, column, _WIDE if len(sheet.headings) == 1 else _NARROW)
            for number, row in enumerate(sheet.rows, 1):
                for column, cell in enumerate(row):
                    if isinstance(cell, date):
                        page.write_datetime(number, column, cell, day_format)
                    elif cell is not None:
                        page.write_string(number, column, str(cell))
            if statuses and len(sheet.headings) == len(COLUMNS):
                place = COLUMNS.index(STATUS)
                page.data_validation(1, place, _MOST_STATUS_ROWS, place, {"validate": "list", "source": list(statuses)})
    return buffer.getvalue()


def _file_name(text: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in text)[:40]
