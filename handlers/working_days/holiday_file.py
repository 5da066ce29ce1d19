"""A year's official holidays, sent as one JSON file in the public `holiday-cn` form (handbook §4). Admins.

Shown first, kept when confirmed. From then on every day of the year is official; deadlines ahead follow, nothing in the
past is re-labelled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from markupsafe import Markup

from handlers.access import ADMINS
from handlers.forms import driver
from handlers.forms.fields import Field, Option, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.translations import N_, Translator
from handlers.turn import Turn
from handlers.working_days.calendar_changes import deadlines_moved
from schedules.obligations import recompute_future
from schedules.working_days import LARGEST_FILE, HolidayFile, HolidayFileError, parse_holiday_json
from storage.calendar_book import NoticeDay, effect_of_year, load_year

MOST_LINES = 30
YEARS_AHEAD = 2
NOT_YOURS = N_("A calendar file is for admins to send; I did nothing with it.")
NOT_TEXT = N_("This is not a JSON file. Please send the year's file unchanged.")
TOO_LARGE = N_("The file is too large for one year's holidays.")
OVER = N_("{year} is over: nothing in the past is re-labelled. Please send a year from {first} to {last}.")


def read_upload(turn: Turn) -> None:
    """A JSON file was sent: show what it holds, keep it when it is confirmed."""
    if turn.upload is None or turn.upload.file is None or turn.who.role not in ADMINS:
        turn.say(turn.t(NOT_YOURS))
        return
    try:
        value = _read(_text(turn.upload.file.content), turn.today)
    except Wrong as wrong:
        turn.say(turn.t(wrong.message, **wrong.values))
        return
    driver.start(turn, YEAR, values={"holidays": value})


def _text(content: bytes) -> str:
    # A character has at most four bytes.
    if len(content) > 4 * LARGEST_FILE:
        raise Wrong(TOO_LARGE)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Wrong(NOT_TEXT) from None


def _read(text: str, today: date) -> dict[str, Any]:
    """The file as a form's value; raises Wrong with what to mend."""
    try:
        found: HolidayFile = parse_holiday_json(text)
    except HolidayFileError as error:
        raise Wrong(error.msgid, **error.arguments) from None
    first, last = today.year, today.year + YEARS_AHEAD
    if not first <= found.year <= last:
        raise Wrong(OVER, year=found.year, first=first, last=last)
    days = [[row.day.isoformat(), row.is_workday, row.note] for row in found.overrides]
    return {"year": found.year, "days": days}


@dataclass(frozen=True)
class YearFile:
    """A year's file: sent, or its content pasted."""

    def parse(self, text: str, turn: FormTurn) -> dict[str, Any]:
        """The content of a file; raises Wrong."""
        return _read(text, turn.today)

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """None: a file is sent."""
        return ()

    def choose(self, value: str, turn: FormTurn) -> dict[str, Any]:
        """There is nothing to press."""
        return self.parse(value, turn)

    def show(self, value: Any, turn: FormTurn) -> str:
        """The year, with how many days."""
        off = sum(not works for _, works, _ in value["days"])
        return turn.turn.t.plain(
            N_("{year}: {off} days off, {worked} make-up days"),
            year=value["year"],
            off=off,
            worked=len(value["days"]) - off,
        )


def _days(value: dict[str, Any]) -> list[NoticeDay]:
    return [NoticeDay(date.fromisoformat(day), bool(works), str(name)) for day, works, name in value["days"]]


def _notes(turn: FormTurn) -> Sequence[Markup]:
    t, value = turn.turn.t, turn.values["holidays"]
    days = _days(value)
    effect = effect_of_year(turn.turn.session, value["year"], days)
    lines = list(_lines(t, days))[:MOST_LINES]
    if effect.is_known:
        lines.append(t("{year} was loaded before; this file takes its place.", year=value["year"]))
    if effect.replaced:
        lines.append(t("Days set differently for everybody until now: {count}", count=effect.replaced))
    if effect.dropped:
        lines.append(t("Days no longer in the notice: {count}", count=effect.dropped))
    lines.append(
        t("Every other day of {year} is then official as well. Nothing in the past is re-labelled.", year=value["year"])
    )
    return lines


def _lines(t: Translator, days: Sequence[NoticeDay]) -> Sequence[Markup]:
    """One line a holiday: its days off, and the days worked for it."""
    lines = []
    for name, group in groupby(sorted(days, key=lambda each: (each.name, each.day)), key=lambda each: each.name):
        own = list(group)
        off = [each.day for each in own if not each.is_workday]
        worked = [t.day(each.day) for each in own if each.is_workday]
        span = "—" if not off else t.day(off[0]) if len(off) == 1 else f"{t.day(off[0])} – {t.day(off[-1])}"
        line = t("{name}: off {days} ({count})", name=name, days=span, count=len(off))
        lines.append(
            (off[0] if off else own[0].day, line + (t("; worked {days}", days=", ".join(worked)) if worked else ""))
        )
    return [line for _, line in sorted(lines, key=lambda pair: pair[0])]


def _save(turn: FormTurn) -> None:
    whole, value = turn.turn, turn.values["holidays"]
    days = _days(value)
    load_year(whole.session, value["year"], days, whole.person_id, whole.now)
    moved = recompute_future(whole.session, whole.now)
    t = whole.t
    said = t("✅ The holidays of {year} are loaded: {count} days.", year=value["year"], count=len(days))
    whole.redraw(Markup("\n").join([said, deadlines_moved(t, moved)]))


YEAR = Form(
    name="holidays",
    title=N_("Holidays of a year"),
    words=(),
    fields=(
        Field(
            "holidays",
            N_("Holidays"),
            N_("Please send the year's JSON file."),
            YearFile(),
        ),
    ),
    save=_save,
    roles=ADMINS,
    notes=_notes,
    confirm_label=N_("✅ Confirm"),
)
