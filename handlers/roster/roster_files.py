"""Rosters in by sending the bot an XLSX or CSV file, and out as XLSX (handbook §6).

A file is read in a process of its own (`handlers.roster.roster_reader`), shown with what is wrong row by row, and
recorded only when it is confirmed.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from markupsafe import Markup

from handlers.forms import driver
from handlers.forms.fields import Field, Option, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import OneOf
from handlers.roster.cohort_form import cohort_choices, cohort_chosen, company_id, company_options, preset_company
from handlers.roster.new_hires import (
    ADD,
    LEAVE_OUT,
    HireLines,
    as_value,
    enter,
    groups_words,
    people_of,
    same_name_words,
    standard_stage,
    standard_start,
)
from handlers.roster.roster_entry import HireLine, UnfitLine
from handlers.roster.roster_scope import as_wrong, own_cohort, own_company
from handlers.roster.roster_screens import draw_company
from handlers.roster.roster_table import TableLine, read_table
from handlers.translations import N_
from handlers.turn import FetchedFile, Turn
from storage.people import Company, CompanyId, name_key
from storage.roster import Cohort
from storage.roster_events import create_cohort
from storage.roster_lists import SameName, cohorts_of, same_names
from storage.roster_rules import RosterRefusal

MOST_PEOPLE = 500
"""In one file: each takes some milliseconds to record, during which nobody else is answered."""
READ_SECONDS = 10
_READER = Path(__file__).with_name("roster_reader.py")
_GROUP_LINES = 20
_UNFIT_SAID = 200

TOO_LARGE = N_("This file is too large once unpacked. A roster of some hundred people is what I can read.")
TOO_MANY_ROWS = N_("This file has too many rows. Please send at most {most} people at a time.")
EMPTY = N_("There is nothing in this file. Please fill in one row for each person.")
UNREADABLE = N_("I cannot read this file. Please save it as XLSX or CSV and send it again.")
REFUSED = {
    "too_large": TOO_LARGE,
    "too_many_rows": TOO_MANY_ROWS,
    "too_many_columns": N_("This file has too many columns. Please keep to those of the template."),
    "locked": N_("This file is locked with a password. Please save it without one and send it again."),
    "encoding": N_("I cannot read the characters in this file. Please save it as XLSX, or as CSV in UTF-8."),
    "empty": EMPTY,
    "unreadable": UNREADABLE,
}
"""What the reader answers, as a sentence."""
OLD_FORMAT = N_("This is the old Excel format. Please save the file as XLSX and send it again.")
NOT_FOR_YOU = N_("Rosters are kept by managers and admins; I did nothing with this file.")


def read_upload(turn: Turn) -> None:
    """An XLSX or CSV file was sent, and read: show what it would record."""
    if turn.who.role not in FILE.roles or turn.upload is None or turn.upload.file is None:
        turn.say(turn.t(NOT_FOR_YOU))
        return
    file = turn.upload.file
    try:
        if file.refused:
            raise Wrong(REFUSED.get(file.refused, UNREADABLE), most=MOST_PEOPLE)
        lines, unfit = read_table(file.rows, turn.today)
        if len(lines) > MOST_PEOPLE:
            raise Wrong(TOO_MANY_ROWS, most=MOST_PEOPLE)
    except Wrong as wrong:
        turn.say(turn.t(wrong.message, **wrong.values))
        return
    _say_unfit(turn, unfit)
    if not lines:
        if not unfit:
            turn.say(turn.t(EMPTY))
        return
    driver.start(turn, FILE, values={"people": _as_value(lines, unfit), "file": turn.upload.file_name[:60]})


def old_format(turn: Turn) -> None:
    """An XLS file was sent."""
    turn.say(turn.t(OLD_FORMAT))


def look_into(file_name: str, content: bytes) -> FetchedFile:
    """Read a file in a process of its own, bounded in time and memory: its rows, or why they cannot be had."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BOT_")}
    kind = "csv" if file_name.lower().endswith(".csv") else "xlsx"
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_READER), kind],
            input=content,
            capture_output=True,
            timeout=READ_SECONDS,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return FetchedFile(content, refused="too_large")
    if done.returncode != 0:
        # It was ended for taking too much time or memory.
        return FetchedFile(content, refused="too_large")
    answer = json.loads(done.stdout)
    if "refused" in answer:
        return FetchedFile(content, refused=str(answer["refused"]))
    return FetchedFile(content, [(int(number), [str(cell) for cell in cells]) for number, cells in answer["rows"]])


def _say_unfit(turn: Turn, unfit: Sequence[UnfitLine]) -> None:
    """Every row that cannot be recorded, with the reason."""
    if not unfit:
        return
    t = turn.t
    lines = [t.plural("{count} row cannot be recorded:", "{count} rows cannot be recorded:", len(unfit))]
    for line in unfit[:_UNFIT_SAID]:
        why = t.plain(line.why.message, **line.why.values)
        lines.append(t(N_("Row {row}: {why}"), row=line.text, why=why))
    if len(unfit) > _UNFIT_SAID:
        lines.append(t(N_("… and {count} more lines like these."), count=len(unfit) - _UNFIT_SAID))
    turn.say(Markup("\n").join(lines))


def _as_value(lines: Sequence[TableLine], unfit: Sequence[UnfitLine]) -> dict[str, Any]:
    value = as_value([line.person for line in lines], unfit)
    return value | {"cohorts": [line.cohort for line in lines]}


def _lines(turn: FormTurn) -> list[tuple[HireLine, str]]:
    """The people with the cohort their row names."""
    value = turn.values.get("people") or {}
    people = people_of(value)
    named = value.get("cohorts") or [""] * len(people)
    return list(zip(people, named, strict=True))


def _company(turn: FormTurn) -> Company | None:
    return own_company(turn.turn, turn.values.get("company", ""))


def _cohort(turn: FormTurn) -> Cohort | None:
    """The cohort for the rows that name none."""
    cohort = own_cohort(turn.turn, turn.values.get("cohort", ""))
    return cohort if cohort is not None and cohort.company_id == company_id(turn) else None


def _needs_cohort(turn: FormTurn) -> bool:
    return any(not cohort for _, cohort in _lines(turn))


def _cohort_options(turn: FormTurn) -> list[Option]:
    chosen = company_id(turn)
    return cohort_choices(turn, chosen) if chosen is not None else []


def _same(turn: FormTurn) -> list[SameName]:
    chosen = company_id(turn)
    if chosen is None:
        return []
    return same_names(turn.turn.session, chosen, [person.name for person, _ in _lines(turn)])


def _to_add(turn: FormTurn) -> list[tuple[HireLine, str]]:
    """The rows without those left out; of a name that stands twice, the first stays."""
    lines = _lines(turn)
    if turn.values.get("same") != LEAVE_OUT:
        return lines
    known = {same.name for same in _same(turn) if same.hires}
    kept: dict[str, tuple[HireLine, str]] = {}
    for person, cohort in lines:
        if person.name not in known:
            kept.setdefault(person.name, (person, cohort))
    return list(kept.values())


def _by_cohort(turn: FormTurn) -> dict[str, list[HireLine]]:
    """The people by the name of the cohort their row says, "" for none."""
    found: dict[str, list[HireLine]] = {}
    spelled: dict[str, str] = {}
    for person, cohort in _to_add(turn):
        found.setdefault(spelled.setdefault(name_key(cohort), cohort), []).append(person)
    return found


def _known_cohort(turn: FormTurn, name: str) -> Cohort | None:
    chosen = company_id(turn)
    own = cohorts_of(turn.turn.session, [chosen]) if chosen is not None else []
    return next((cohort for cohort in own if name_key(cohort.name) == name_key(name)), None)


def _notes(turn: FormTurn) -> Sequence[str | Markup]:
    t, said = turn.turn.t, []
    groups = list(_by_cohort(turn).items())
    for name, people in groups[:_GROUP_LINES]:
        cohort = _known_cohort(turn, name) if name else _cohort(turn)
        shown = cohort.name if cohort is not None else name or t.plain(N_("A new cohort"))
        heading = Markup("<b>{}</b>").format(shown)
        said.append(heading if cohort is not None else heading + t(N_(" (will be created)")))
        said += groups_words(t, people, standard_stage(cohort, turn.today), turn.today, most=30)
    if len(groups) > _GROUP_LINES:
        said.append(t(N_("… and {count} more cohorts."), count=len(groups) - _GROUP_LINES))
    return said


def _warnings(turn: FormTurn) -> Sequence[str | Markup]:
    t, same = turn.turn.t, _same(turn)
    unfit = (turn.values.get("people") or {}).get("unfit", ())
    said = [t(N_("Left out: {count} rows, as listed above."), count=len(unfit))] if unfit else []
    return [*said, *same_name_words(t, same[:_GROUP_LINES], turn.today)]


def _same_options(turn: FormTurn) -> list[Option]:
    t, count = turn.turn.t, len(_same(turn))
    return [
        Option(LEAVE_OUT, t.plain(N_("Leave these {count} out"), count=count), literal=True),
        Option(ADD, t.plain(N_("Add them: other people")), literal=True),
    ]


def _check(turn: FormTurn) -> None:
    if not _to_add(turn):
        raise Wrong(N_("Everybody in this file is on the roster already: there is nothing to add."))


def _save(turn: FormTurn) -> None:
    whole_turn, company, added = turn.turn, _company(turn), 0
    if company is None or company.id is None:
        raise Wrong(N_("This company is no longer yours to change."))
    for name, people in _by_cohort(turn).items():
        try:
            cohort = _target(turn, company.id, name)
            start = standard_start(cohort, turn.today)
            added += len(enter(whole_turn, cohort, people, start, standard_stage(cohort, turn.today)))
        except RosterRefusal as refusal:
            raise as_wrong(whole_turn, refusal) from None
    said = whole_turn.t(N_("✅ From the file: {count} people added."), count=added)
    whole_turn.redraw(*draw_company(whole_turn, company, above=said))


def _target(turn: FormTurn, company: CompanyId, name: str) -> Cohort:
    """The cohort of some rows, created when there is none yet."""
    starts_on = _earliest(turn, name)
    if not name:
        return cohort_chosen(turn, turn.values.get("cohort"), company, starts_on or turn.today)
    known = _known_cohort(turn, name)
    return known or create_cohort(turn.turn.session, company, name, turn.turn.now, starts_on=starts_on)


def _earliest(turn: FormTurn, name: str) -> date | None:
    """When the training of a new cohort began, as its rows say."""
    days = [line.started for line, cohort in _to_add(turn) if name_key(cohort) == name_key(name) and line.started]
    return min(days, default=None)


FILE = Form(
    name="rosterfile",
    title=N_("Roster from a file"),
    words=("rosterfile",),
    fields=(
        Field(
            "company",
            N_("Company"),
            N_("For which company is this file?"),
            OneOf(company_options, per_row=1),
            preset=preset_company,
        ),
        Field("people", N_("New people"), N_("Please send the file again, or type the names."), HireLines()),
        Field(
            "cohort",
            N_("Cohort"),
            N_("Some rows name no cohort. To which do they belong?"),
            OneOf(_cohort_options, per_row=1),
            applies=_needs_cohort,
        ),
        Field(
            "same",
            N_("Same name"),
            N_("Some of these names are there already. Other people of the same name, or the same again?"),
            OneOf(_same_options, per_row=1),
            applies=lambda turn: bool(_same(turn)),
        ),
    ),
    save=_save,
    check=_check,
    notes=_notes,
    warnings=_warnings,
)
