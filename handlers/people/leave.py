"""Leave 请假: away from–to, recorded by the manager or by an admin for somebody (handbook §3, §6)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup, escape

from handlers.forms import driver
from handlers.forms.dates import read_day
from handlers.forms.fields import Field, Option, Values, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import HirePick, Text
from handlers.forms.numbers import half_width
from handlers.keyboards import Button, button_data
from handlers.translations import N_, translator
from handlers.turn import Turn
from schedules.calendars import calendar_of
from storage.groups import record_audit
from storage.leaves import (
    REASON_LENGTH,
    cancel_leave,
    end_leave,
    leaves_from,
    overlapping_leaves,
    record_leave,
)
from storage.people import Person, PersonId, PersonState, Role, active_people
from storage.reports import Leave

START, CANCEL, EDIT = "leave", "leave_cancel", "leave_edit"
AHEAD, BACK = timedelta(days=90), timedelta(days=7)
ONE_DAY = timedelta(days=1)
MOST_WORDS = 12
"""Of the days of a leave; what stands behind them is the reason."""
_BETWEEN = re.compile(r"\s*(?:--|[~–—]|至|到|\bto\b)\s*")
_BARE_DAY = re.compile(r"\d{1,2}[日号]?")

NO_RANGE = N_("I could not read the days. Please type them like 11/23-11/25, or one day like 11/23.")
BACKWARDS = N_("The last day ({last}) is before the first ({first}). Please type them like 11/23-11/25.")
TOO_EARLY = N_("Leave can be entered from {earliest} on; for earlier days please ask an admin.")
TOO_FAR = N_("Leave can be entered up to {latest}.")
NOT_YOURS = N_("This leave is no longer there, or is not yours.")


@dataclass(frozen=True)
class DayRange:
    """From one local day to another, both included: `{"first": iso, "last": iso}`."""

    def parse(self, text: str, turn: FormTurn) -> dict[str, str]:
        """11/23-11/25, 11/23-25, 明天到周五, 11/23; raises Wrong."""
        days = read_range(text, turn.today)
        if days is None:
            raise Wrong(NO_RANGE)
        return self._within(*days, turn)

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """Today and tomorrow; other days are typed."""
        t, tomorrow = turn.turn.t, turn.today + ONE_DAY
        return (
            Option("today", t.plain(N_("Today {day}"), day=t.day(turn.today)), ("今天", "today"), literal=True),
            Option("tomorrow", t.plain(N_("Tomorrow {day}"), day=t.day(tomorrow)), ("明天", "tomorrow"), literal=True),
        )

    def choose(self, value: str, turn: FormTurn) -> dict[str, str]:
        """The pressed day; raises Wrong."""
        day = turn.today + ONE_DAY if value == "tomorrow" else turn.today
        return self._within(day, day, turn)

    def show(self, value: Any, turn: FormTurn) -> str:
        """From–to, with weekdays."""
        return range_words(turn.turn, date.fromisoformat(value["first"]), date.fromisoformat(value["last"]))

    def _within(self, first: date, last: date, turn: FormTurn) -> dict[str, str]:
        t = turn.turn.t
        if last < first:
            raise Wrong(BACKWARDS, first=t.day(first), last=t.day(last))
        earliest, latest = turn.today - BACK, turn.today + AHEAD
        if first < earliest and turn.turn.who.role is not Role.admin:
            raise Wrong(TOO_EARLY, earliest=t.day(earliest))
        if last > latest:
            raise Wrong(TOO_FAR, latest=t.day(latest))
        return {"first": first.isoformat(), "last": last.isoformat()}


def read_range(text: str, today: date) -> tuple[date, date] | None:
    """The first and last local day somebody typed; one day is both. None when they can't be read."""
    words = half_width(text).strip(" ,.。")
    single = read_day(words, today)
    if single is not None:
        return single, single
    # A hyphen also stands inside dates: the first one that leaves a day on either side separates.
    for match in [*_BETWEEN.finditer(words), *re.finditer(r"\s*-\s*", words)]:
        first = read_day(words[: match.start()], today)
        last = _last_day(words[match.end() :], first, today) if first is not None else None
        if first is not None and last is not None:
            return first, last
    return None


def _last_day(words: str, first: date, today: date) -> date | None:
    if _BARE_DAY.fullmatch(words):
        try:
            return first.replace(day=int(re.sub(r"\D", "", words)))
        except ValueError:
            return None
    last = read_day(words, today, lambda day: day >= first)
    if last is not None and not first <= last <= first + AHEAD and not re.match(r"\d{4}", words):
        # 12/30-1/2 and 11/25-11/23: the nearest such day to the first, be it before it.
        return read_day(words, first)
    return last


def range_words(turn: Turn, first: date, last: date) -> str:
    """Days as people read them: 11/23 周一 – 11/25 周三."""
    return turn.t.day(first) if first == last else f"{turn.t.day(first)} – {turn.t.day(last)}"


def is_admin(turn: FormTurn) -> bool:
    """Whether somebody else's leave can be entered."""
    return turn.turn.who.role is Role.admin


def _people(turn: FormTurn) -> list[Option]:
    own = turn.turn.who
    others = [person for person in active_people(turn.turn.session, Role.manager) if person.id != own.id]
    return [Option(str(person.id), person.real_name, literal=True) for person in [own, *others]]


def _person(turn: FormTurn) -> Person:
    """Whose leave it is: the person's own unless an admin chose somebody."""
    chosen = turn.values.get("person") if is_admin(turn) else None
    person = turn.turn.session.get(Person, int(chosen)) if chosen and str(chosen).isdecimal() else turn.turn.who
    if person is None or person.state is not PersonState.active:
        raise Wrong(N_("This person does not take part at present. Please choose somebody else."))
    return person


def _days(turn: FormTurn) -> tuple[date, date]:
    value = turn.values["days"]
    return date.fromisoformat(value["first"]), date.fromisoformat(value["last"])


def _check_days(turn: FormTurn, value: Any) -> None:
    if date.fromisoformat(value["last"]) > turn.today + AHEAD:
        raise Wrong(TOO_FAR, latest=turn.turn.t.day(turn.today + AHEAD))


FIELDS = (
    Field(
        key="person",
        label=N_("Who"),
        ask=N_("Whose leave is it?"),
        kind=HirePick(_people),
        words=("姓名", "谁"),
        applies=is_admin,
        preset=lambda turn: str(turn.turn.who.id),
    ),
    Field(
        key="days",
        label=N_("Days"),
        ask=N_("From which day to which day?"),
        kind=DayRange(),
        words=("日期", "时间", "days"),
        help=N_("Tap a day, or type it like 11/23-11/25."),
        check=_check_days,
    ),
    Field(
        key="reason",
        label=N_("Reason"),
        ask=N_("What is the reason? You need not say."),
        kind=Text(1, REASON_LENGTH),
        required=False,
        words=("原因", "事由"),
        asked=False,
        add_label=N_("+ Reason"),
    ),
)


def start(turn: Turn) -> None:
    """`/leave`, 请假: the form; `/leave 11/23-11/25`, for an admin with a name in front, goes to its card."""
    written = turn.arguments.strip() if turn.press is None else ""
    if not written:
        _say_coming(turn)
        driver.start(turn, LEAVE)
        return
    if "\n" in written:
        driver.start(turn, LEAVE, pasted=written)
        return
    try:
        values = _read(turn, written)
    except Wrong as wrong:
        turn.say(turn.t(wrong.message, **wrong.values))
        driver.start(turn, LEAVE)
    else:
        driver.start(turn, LEAVE, values=values)


def edit(turn: Turn, leave_id: int) -> None:
    """Open the card of a leave, to change its days or reason."""
    driver.start(turn, LEAVE, record_id=leave_id)


def pressed_edit(turn: Turn) -> None:
    """The Edit button of a leave."""
    edit(turn, _number(turn))


def load(turn: Turn, record_id: int) -> Values | None:
    """The values of a leave: one's own, or anybody's for an admin."""
    leave = _own(turn, record_id)
    if leave is None:
        return None
    days = {"first": leave.first_day.isoformat(), "last": leave.last_day.isoformat()}
    return {"person": str(leave.person_id), "days": days, "reason": leave.reason or None}


def notes(turn: FormTurn) -> Sequence[str | Markup]:
    """What the leave does: how many working days are not asked for, which other leave it is joined with."""
    t, (first, last), person = turn.turn.t, _days(turn), _person(turn)
    lines: list[str | Markup] = [effect(turn.turn, person, first, last)]
    for other in _others(turn, person, first, last):
        days = range_words(turn.turn, other.first_day, other.last_day)
        lines.append(t("Joined with the leave {days}, which it overlaps.", days=days))
    return lines


def effect(turn: Turn, person: Person, first: date, last: date) -> Markup:
    """How many working days are not asked for."""
    count = len(calendar_of(turn.session, person).workdays(first, last))
    if not count:
        return turn.t("There is no working day among them: nothing would have been asked for anyway.")
    return turn.t.plural(
        "{count} working day is not asked for and counts nowhere.",
        "{count} working days are not asked for and count nowhere.",
        count,
    )


def save(turn: FormTurn) -> None:
    """Record the leave, joined with what it overlaps; tell the person when an admin entered it."""
    session, who, now = turn.turn.session, turn.turn.who, turn.turn.now
    t, (first, last), person = turn.turn.t, _days(turn), _person(turn)
    assert person.id is not None
    if turn.record_id is not None:
        before = _own(turn.turn, turn.record_id)
        if before is None:
            raise Wrong(NOT_YOURS)
        cancel_leave(session, before, now)
        person = session.get_one(Person, before.person_id)
    leave = record_leave(session, _id(person), first, last, turn.values.get("reason") or "", who.id, now)
    days = range_words(turn.turn, leave.first_day, leave.last_day)
    counted = effect(turn.turn, person, leave.first_day, leave.last_day)
    if person.id == who.id:
        said = t("✅ Leave recorded: {days}.", days=days)
    else:
        said = t("✅ Leave recorded for {name}: {days}.", name=person.real_name, days=days)
        details = {"person": person.id, "first": leave.first_day.isoformat(), "last": leave.last_day.isoformat()}
        record_audit(session, now, who.id, "leave recorded", details)
        _tell(turn.turn, person, leave)
    turn.turn.redraw(Markup("\n").join([said, counted]), [_buttons(turn.turn, leave)])


def pressed_cancel(turn: Turn) -> None:
    """Cancel a leave: all of it before it begins or after it is over, else from today on."""
    t, leave = turn.t, _own(turn, _number(turn))
    if leave is None:
        turn.toast(t.plain(NOT_YOURS))
        return
    days = range_words(turn, leave.first_day, leave.last_day)
    if leave.first_day < turn.today <= leave.last_day:
        end_leave(turn.session, leave, turn.today - ONE_DAY)
        said = t(
            "↩️ You are back from today on; the leave was {days}.",
            days=range_words(turn, leave.first_day, leave.last_day),
        )
    else:
        cancel_leave(turn.session, leave, turn.now)
        said = t("↩️ Leave cancelled: {days}. These days are asked for again.", days=days)
    if leave.person_id != turn.who.id:
        record_audit(turn.session, turn.now, turn.who.id, "leave cancelled", {"leave": leave.id})
    turn.redraw(said)


LEAVE = Form(
    name="leave",
    title=N_("Leave"),
    words=("请假", "leave"),
    fields=FIELDS,
    save=save,
    notes=notes,
    confirm_label=N_("✅ Confirm"),
    example=N_("Leave 11/23-11/25"),
    load=load,
)


def _say_coming(turn: Turn) -> None:
    """The leave that is recorded already, each with a button to cancel it."""
    leaves = leaves_from(turn.session, turn.person_id, turn.today - BACK)[:10]
    if not leaves:
        return
    t = turn.t
    lines = [t("Your leave:"), *(escape(f"· {range_words(turn, x.first_day, x.last_day)}") for x in leaves)]
    keyboard = [
        [
            Button(
                t.plain(N_("Cancel {days}"), days=range_words(turn, x.first_day, x.last_day)), button_data(CANCEL, x.id)
            )
        ]
        for x in leaves
    ]
    turn.say(Markup("\n").join(lines), keyboard)


def _read(turn: Turn, written: str) -> Values:
    """`[name] days [reason]`; raises Wrong."""
    form_turn = FormTurn(turn, {})
    values: Values = {}
    words = half_width(written).split()
    named = [p for p in [turn.who, *active_people(turn.session, Role.manager)] if words and p.real_name == words[0]]
    if named:
        if named[0].id != turn.who.id and not is_admin(form_turn):
            raise Wrong(N_("Only an admin can enter somebody else's leave."))
        if len({person.id for person in named}) > 1:
            raise Wrong(N_("There is more than one {name}: please choose below."), name=words[0])
        values["person"] = str(named[0].id)
        words = words[1:]
    for count in range(min(len(words), MOST_WORDS), 0, -1):
        text = " ".join(words[:count])
        if read_range(text, turn.today) is not None:
            values["days"] = DayRange().parse(text, form_turn)
            reason = " ".join(words[count:])
            return values | ({"reason": Text(1, REASON_LENGTH).parse(reason, form_turn)} if reason else {})
    if words:
        raise Wrong(NO_RANGE)
    return values


def _others(turn: FormTurn, person: Person, first: date, last: date) -> list[Leave]:
    known = overlapping_leaves(turn.turn.session, _id(person), first, last)
    return [leave for leave in known if leave.id != turn.record_id]


def _tell(turn: Turn, person: Person, leave: Leave) -> None:
    t = translator("en" if person.language == "en" else "zh" if person.language == "zh" else turn.t.language)
    days = t.day(leave.first_day)
    if leave.last_day != leave.first_day:
        days += f" – {t.day(leave.last_day)}"
    turn.say_to(person, t("{name} recorded leave for you: {days}.", name=turn.who.real_name, days=days))


def _buttons(turn: Turn, leave: Leave) -> list[Button]:
    return [
        Button(turn.t.plain(N_("✏️ Edit")), button_data(EDIT, leave.id)),
        Button(turn.t.plain(N_("Cancel this leave")), button_data(CANCEL, leave.id)),
    ]


def _own(turn: Turn, leave_id: int) -> Leave | None:
    leave = turn.session.get(Leave, leave_id)
    if leave is None or leave.cancelled_at is not None:
        return None
    return leave if leave.person_id == turn.who.id or turn.who.role is Role.admin else None


def _number(turn: Turn) -> int:
    written = turn.press.arguments[0] if turn.press and turn.press.arguments else ""
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else 0


def _id(person: Person) -> PersonId:
    assert person.id is not None
    return person.id
