"""Setting working days: single days for all or one company, a company's weekly rest days (handbook §4). Admins.

What is changed concerns days ahead only: deadlines not due yet are worked out anew, nothing in the past is re-labelled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from handlers.access import ADMINS
from handlers.forms import driver
from handlers.forms.dates import read_day
from handlers.forms.fields import Field, Option, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import Day, HirePick, ManyOf, OneOf, Text
from handlers.forms.numbers import half_width
from handlers.keyboards import Button, button_data
from handlers.people.roles import number
from handlers.roster.roster_scope import own_company
from handlers.translations import N_, Translator, both_languages
from handlers.turn import Turn
from schedules.calendars import rest_weekdays
from schedules.obligations import recompute_future
from storage.calendar_book import NOTE_LENGTH, forget_day, set_day
from storage.groups import record_audit
from storage.people import Company, active_companies, find_company, name_key

DAY_BUTTON = "calendarday"
FAR = 800
WORK, REST, FORGET = "work", "rest", "forget"
ALL = "0"
STATES = (
    Option(WORK, N_("Working day"), words=("上班", "工作", "工作日", "补班", "work", "working")),
    Option(REST, N_("Rest day"), words=("休息", "放假", "休", "rest", "off", "holiday")),
    Option(FORGET, N_("As announced"), words=("删除", "恢复", "取消", "撤销", "delete", "remove", "reset")),
)
WEEKDAYS = tuple(
    Option(str(number), name, words=words)
    for number, name, words in (
        (1, N_("Monday"), ("周一", "星期一", "mon")),
        (2, N_("Tuesday"), ("周二", "星期二", "tue")),
        (3, N_("Wednesday"), ("周三", "星期三", "wed")),
        (4, N_("Thursday"), ("周四", "星期四", "thu")),
        (5, N_("Friday"), ("周五", "星期五", "fri")),
        (6, N_("Saturday"), ("周六", "星期六", "sat")),
        (7, N_("Sunday"), ("周日", "星期日", "星期天", "sun")),
    )
)
OVER = N_("{day} is over: nothing in the past is re-labelled. Please choose today or a later day.")
NOTHING_SET = N_("Nothing was set for {day}; it is as announced already.")


@dataclass(frozen=True)
class DayChange:
    """What an admin wants of a day; `company` None: for everybody."""

    day: date
    state: str
    company: Company | None
    note: str = ""


def change_in(turn: Turn, written: str) -> DayChange | None:
    """A day with what it is, as typed behind /calendar; None for anything else."""
    words = half_width(written).split()
    place = next((n for n, word in enumerate(words[:5]) if name_key(word) in _STATE_WORDS), None)
    dated = next((n for n, word in enumerate(words[:5]) if read_day(word, turn.today) is not None), None)
    if place is None or dated is None or dated > place:
        return None
    day = read_day(words[dated], turn.today)
    assert day is not None
    state = _STATE_WORDS[name_key(words[place])]
    before, after = words[:dated] + words[dated + 1 : place], words[place + 1 :]
    company = find_company(turn.session, " ".join(before)) if before else None
    if before and company is None:
        return None
    for count in range(min(3, len(after)), 0, -1) if company is None else ():
        company = find_company(turn.session, " ".join(after[:count]))
        if company is not None:
            after = after[count:]
            break
    return DayChange(day, state, company, " ".join(after))


def apply_typed(turn: Turn, change: DayChange) -> None:
    """Make a typed change, or say what is wrong with it."""
    try:
        note = _NOTE.parse(change.note, FormTurn(turn, {})) if change.note else ""
        apply(turn, DayChange(change.day, change.state, change.company, note))
    except Wrong as wrong:
        turn.say(turn.t(wrong.message, **wrong.values))


def apply(turn: Turn, change: DayChange) -> None:
    """Set or free a day, audited; deadlines ahead follow. Raises Wrong."""
    if change.day < turn.today:
        raise Wrong(OVER, day=turn.t.day(change.day))
    company_id = change.company.id if change.company is not None else None
    if change.state == FORGET:
        if not forget_day(turn.session, change.day, company_id, turn.person_id, turn.now):
            raise Wrong(NOTHING_SET, day=turn.t.day(change.day))
    else:
        set_day(
            turn.session,
            change.day,
            works=change.state == WORK,
            note=change.note,
            company_id=company_id,
            by=turn.person_id,
            now=turn.now,
        )
    moved = recompute_future(turn.session, turn.now)
    _say_changed(turn, change, moved)


def pressed(turn: Turn) -> None:
    """`calendarday:set:<company>`, `rest:<company>`, `forget:<day>:<company>`."""
    what, first, second = (*(turn.press.arguments if turn.press is not None else ()), "", "", "")[:3]
    if what == "set":
        driver.start(turn, DAY, values={"company": first} if own_company(turn, first) is not None else {})
    elif what == "rest":
        driver.start(turn, REST_DAYS, values={"company": first} if own_company(turn, first) is not None else {})
    elif what == "forget":
        _press_forget(turn, first, second)
    else:
        turn.toast(turn.t.plain(N_("This button is no longer in use. /calendar shows the month.")))


def _press_forget(turn: Turn, written: str, company: str) -> None:
    day = read_day(written, turn.today) if len(written) == 10 else None
    if day is None:
        turn.toast(turn.t.plain(N_("This button is no longer in use. /calendar shows the month.")))
        return
    try:
        apply(turn, DayChange(day, FORGET, turn.session.get(Company, number(company) or 0)))
    except Wrong as wrong:
        turn.toast(turn.t.plain(wrong.message, **wrong.values), alert=True)


def _say_changed(turn: Turn, change: DayChange, moved: int) -> None:
    t = turn.t
    day = t.day(change.day) if change.day.year == turn.today.year else f"{change.day.year}/{t.day(change.day)}"
    shown = {"day": day, "company": _company_name(t, change.company)}
    if change.state == FORGET:
        said = t("↩️ {day} is as announced again ({company}).", **shown)
    elif change.state == WORK:
        said = t("✅ {day} is a working day now ({company}).", **shown)
    else:
        said = t("✅ {day} is a rest day now ({company}).", **shown)
    lines = [said, deadlines_moved(t, moved)]
    month = Button(
        t.plain(N_("Show the month")), button_data("calendar", "monthly", f"{change.day:%Y-%m}", _key(change))
    )
    undo = Button(t.plain(N_("Take it back")), button_data(DAY_BUTTON, FORGET, change.day.isoformat(), _key(change)))
    turn.redraw(Markup("\n").join(lines), [[month] if change.state == FORGET else [undo, month]])


def deadlines_moved(t: Translator, moved: int) -> Markup:
    """How many open deadlines followed a change of the calendar."""
    if not moved:
        return t("No open deadline changes by it; nothing in the past is touched.")
    return t.plural(
        "{count} open deadline was worked out anew; nothing in the past is touched.",
        "{count} open deadlines were worked out anew; nothing in the past is touched.",
        moved,
    )


def _key(change: DayChange) -> int:
    return (change.company.id or 0) if change.company is not None else 0


def _company_name(t: Translator, company: Company | None) -> str:
    return company.name if company is not None else t.plain(N_("all companies"))


def _company_options(turn: FormTurn) -> Sequence[Option]:
    t = turn.turn.t
    every = Option(ALL, t.plain(N_("All companies")), ("全部", "所有公司", "all"), literal=True)
    return [every, *_companies(turn)]


def _companies(turn: FormTurn) -> Sequence[Option]:
    return [Option(str(each.id), each.name, literal=True) for each in active_companies(turn.turn.session)]


def _save_day(turn: FormTurn) -> None:
    company = own_company(turn.turn, turn.values["company"]) if turn.values["company"] != ALL else None
    if company is None and turn.values["company"] != ALL:
        raise Wrong(N_("This company is no longer there."))
    apply(turn.turn, DayChange(turn.day(), turn.values["state"], company, turn.values.get("note") or ""))


_NOTE = Text(1, NOTE_LENGTH)
DAY = Form(
    name="calendarday",
    title=N_("A working day"),
    words=(),
    fields=(
        Field("day", N_("Date"), N_("Which day?"), Day(past_days=0, future_days=FAR), words=("日期",)),
        Field("state", N_("What it is"), N_("What is it to be?"), OneOf(STATES, per_row=1), words=("上班或休息",)),
        Field("company", N_("For whom"), N_("For all companies, or for one?"), HirePick(_company_options)),
        Field(
            "note",
            N_("Note"),
            N_("A note, e.g. the reason?"),
            _NOTE,
            required=False,
            applies=lambda turn: turn.values.get("state") != FORGET,
            asked=False,
            add_label=N_("+ Note"),
        ),
    ),
    save=_save_day,
    roles=ADMINS,
    confirm_label=N_("✅ Confirm"),
)


# A company's weekly rest days


def _load_rest(turn: FormTurn) -> list[str] | None:
    company = own_company(turn.turn, turn.values.get("company", ""))
    return sorted(str(day) for day in rest_weekdays(company.rest_days)) if company is not None else None


def _rest_notes(turn: FormTurn) -> Sequence[Markup]:
    t = turn.turn.t
    lines = [t("With none chosen the work week of /company holds. Holidays and make-up days come first in any case.")]
    return [*lines, t("It takes effect from the next period.")]


def _save_rest(turn: FormTurn) -> None:
    whole, company = turn.turn, own_company(turn.turn, turn.values["company"])
    if company is None:
        raise Wrong(N_("This company is no longer there."))
    before, after = company.rest_days, ",".join(turn.values["days"] or [])
    if len(turn.values["days"] or []) == len(WEEKDAYS):
        raise Wrong(N_("At least one day of the week has to be worked."))
    company.rest_days = after
    details = {"company": company.id, "before": before or "—", "after": after or "—"}
    record_audit(whole.session, whole.now, whole.person_id, "calendar.rest_days", details)
    shown = REST_KIND.show(turn.values["days"], turn)
    whole.redraw(
        whole.t(
            "✅ {company} rests on: {days}. It takes effect from the next period.", company=company.name, days=shown
        )
    )


REST_KIND = ManyOf(WEEKDAYS, least=0, per_row=4)
REST_DAYS = Form(
    name="restdays",
    title=N_("Weekly rest days"),
    words=(),
    fields=(
        Field("company", N_("Company"), N_("Of which company?"), HirePick(_companies), words=("公司",)),
        Field("days", N_("Rest days"), N_("On which days of the week does it rest?"), REST_KIND),
    ),
    save=_save_rest,
    roles=ADMINS,
    notes=_rest_notes,
    confirm_label=N_("✅ Confirm"),
)
_STATE_WORDS = {
    name_key(word): option.value for option in STATES for word in (*option.words, *both_languages(option.label))
}
