"""`/exempt`: excuse a manager from a report or from a stretch of dailies, and take that back (handbook §3). Admins.

`/exempt 王芳 日报 11/20 原因`, `/exempt 王芳 月报 2026-11 原因`; `/exempt 王芳` shows what is in force. Also reached
from /missing and from a person's card.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from handlers.access import ADMINS
from handlers.administration.manager_picks import NOBODY, manager_in, manager_options, split_name, tell
from handlers.figures.missing import EXEMPT, open_periods
from handlers.figures.periods_typed import nearest, period_of_key, read_period, report_kind
from handlers.forms import driver
from handlers.forms.fields import Field, Option, Values, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import HirePick, OneOf, Text
from handlers.forms.numbers import half_width
from handlers.keyboards import Button, button_data, rows_of
from handlers.people.leave import read_range
from handlers.people.roles import number
from handlers.reminding.owed_lines import KIND_NAMES
from handlers.translations import N_, Translator
from handlers.turn import Turn
from schedules.calendars import calendar_of
from schedules.exemptions import Span, exempt, exemptions_in_force, undo_exemption
from schedules.periods import Period
from storage.exemptions import REASON_LENGTH, Exemption
from storage.kinds import ReportKind
from storage.people import Person, display_name

LISTED = 12
MOST_PICKS = 40
LONGEST, FAR = timedelta(days=92), timedelta(days=366)

NO_DAYS = N_("I could not read the days. Please type them like 11/20, 11/20-11/22, or a month like 2026-11.")
TOO_LONG = N_("At most three months at a time, please.")
OUT_OF_REACH = N_("Please choose days within a year from today.")
HOW = N_("Typed: /exempt name, kind of report, days, reason — e.g. {example}")
GONE = N_("This exemption is no longer in force.")


@dataclass(frozen=True)
class ExemptDays:
    """Days or a month, both ends included: `{"first": iso, "last": iso}`."""

    def parse(self, text: str, turn: FormTurn) -> dict[str, str]:
        """11/20, 11/20-11/22, 上周, 2026-11; raises Wrong."""
        days = read_days(text, turn.today)
        if days is None:
            raise Wrong(NO_DAYS)
        first, last = days
        if last < first or last - first > LONGEST:
            raise Wrong(TOO_LONG)
        if not turn.today - FAR <= first <= last <= turn.today + FAR:
            raise Wrong(OUT_OF_REACH)
        return {"first": first.isoformat(), "last": last.isoformat()}

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """None: it is typed."""
        return ()

    def choose(self, value: str, turn: FormTurn) -> dict[str, str]:
        """There is nothing to press."""
        return self.parse(value, turn)

    def show(self, value: Any, turn: FormTurn) -> str:
        """The periods they lie in, once the kind is known."""
        kind = turn.values.get("kind")
        first, last = date.fromisoformat(value["first"]), date.fromisoformat(value["last"])
        return Span.of(ReportKind(kind), first, last).label if kind in set(ReportKind) else f"{first} – {last}"


def read_days(text: str, today: date) -> tuple[date, date] | None:
    """First and last local day of what somebody typed; a month without a year is the nearest."""
    days = read_range(text, today)
    if days is not None:
        return days
    period = read_period(text, today)
    if period is None:
        return None
    period = nearest(period, text, today)
    return period.first, period.last


def command(turn: Turn) -> None:
    """`/exempt [name [kind days reason]]`."""
    written = turn.arguments.strip()
    if not written or "\n" in written:
        driver.start(turn, EXEMPT_FORM, pasted=written)
        return
    try:
        person, rest = split_name(turn, written)
        if not rest:
            show_person(turn, person)
            return
        values = {"person": str(person.id)} | _read(turn, rest)
    except Wrong as wrong:
        turn.say(Markup("\n").join([turn.t(wrong.message, **wrong.values), _how(turn)]))
        return
    driver.start(turn, EXEMPT_FORM, values=values)


def pressed(turn: Turn) -> None:
    """`exempt:person:<id>`, `new:<id>`, `undo:<exemption>`, `list:<period or now>`, `one:<period>:<id>`."""
    what, *rest = turn.press.arguments if turn.press is not None and turn.press.arguments else ("",)
    first = rest[0] if rest else ""
    if what == "list":
        _show_waiting(turn, period_of_key(":".join(rest[:2])))
    elif what == "undo":
        _undo(turn, number(first))
    elif what == "one" and len(rest) == 3:
        _start_for(turn, period_of_key(":".join(rest[:2])), number(rest[2]))
    elif what in ("person", "new"):
        person = turn.session.get(Person, number(first) or 0)
        if person is None:
            turn.toast(turn.t.plain(NOBODY))
        elif what == "person":
            show_person(turn, person)
        else:
            driver.start(turn, EXEMPT_FORM, values={"person": str(person.id)})
    else:
        turn.toast(turn.t.plain(GONE))


def show_person(turn: Turn, person: Person) -> None:
    """What somebody is exempt from, and what else can be done about their reports."""
    t = turn.t
    held = exemptions_in_force(turn.session, person, LISTED)
    lines = [t("<b>Reports of {name}</b>", name=display_name(person))]
    lines += [Markup("• {}").format(words(t, each)) for each in held]
    if not held:
        lines.append(t("No exemption is in force."))
    undo = [[_undo_button(t, each)] for each in held]
    actions = [
        Button(t.plain(N_("Exempt from a report")), button_data(EXEMPT, "new", person.id)),
        Button(t.plain(N_("Move a daily")), button_data("redate", person.id)),
        Button(t.plain(N_("File an old daily")), button_data("backfill", person.id)),
    ]
    back = [Button(t.plain(N_("‹ Back")), button_data("person", "card", person.id))]
    turn.redraw(Markup("\n").join(lines), [*undo, *rows_of(actions, 1), back])


def words(t: Translator, exemption: Exemption) -> Markup:
    """An exemption on one line."""
    span = Span(exemption.kind, exemption.first_day, exemption.last_day)
    return t("{kind} {days}: {reason}", kind=t(KIND_NAMES[span.kind]), days=span.label, reason=exemption.reason)


def _undo_button(t: Translator, exemption: Exemption) -> Button:
    span = Span(exemption.kind, exemption.first_day, exemption.last_day)
    return Button(t.plain(N_("Take back {days}"), days=span.label), button_data(EXEMPT, "undo", exemption.id))


def _undo(turn: Turn, exemption_id: int | None) -> None:
    exemption = turn.session.get(Exemption, exemption_id or 0)
    if exemption is None or exemption.cancelled_at is not None:
        turn.toast(turn.t.plain(GONE))
        return
    undo_exemption(turn.session, exemption, turn.person_id, turn.now)
    person = turn.session.get_one(Person, exemption.person_id)
    span = Span(exemption.kind, exemption.first_day, exemption.last_day)
    tell(
        turn,
        person,
        lambda t: t("{kind} {days} is asked for again.", kind=t(KIND_NAMES[span.kind]), days=span.label),
    )
    said = turn.t(
        "↩️ Taken back: {name} is asked for {kind} {days} again.",
        name=display_name(person),
        kind=turn.t(KIND_NAMES[span.kind]),
        days=span.label,
    )
    turn.redraw(said, [[Button(display_name(person)[:30], button_data(EXEMPT, "person", person.id))]])


def _show_waiting(turn: Turn, period: Period | None) -> None:
    """Who has not handed in, each with a button."""
    t, buttons = turn.t, []
    for each in open_periods(turn, period):
        for standing in each.standings:
            person = turn.session.get(Person, standing.person_id)
            if person is not None:
                label = f"{display_name(person)} · {t.plain(KIND_NAMES[each.period.kind])} {each.period.label}"
                data = button_data(EXEMPT, "one", *each.period.key.split(":"), person.id)
                buttons.append(Button(label[:40], data))
    if not buttons:
        turn.say(t("Nobody is waited for."))
        return
    turn.say(Markup("\n").join([t("Who shall be exempt, from what?"), _how(turn)]), rows_of(buttons[:MOST_PICKS], 1))


def _start_for(turn: Turn, period: Period | None, person_id: int | None) -> None:
    if period is None:
        turn.toast(turn.t.plain(GONE))
        return
    days = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    driver.start(turn, EXEMPT_FORM, values={"person": str(person_id), "kind": period.kind.value, "days": days})


def _how(turn: Turn) -> Markup:
    return turn.t(HOW, example=turn.t(N_("/exempt Wang Fang daily 11/20 training trip")))


def _read(turn: Turn, written: str) -> Values:
    """`kind days [reason]`; raises Wrong."""
    form_turn, pieces = FormTurn(turn, {}), half_width(written).split()
    counts = (count for count in range(len(pieces), 0, -1) if report_kind(" ".join(pieces[:count])) is not None)
    count_of_kind = next(counts, 0)
    kind = report_kind(" ".join(pieces[:count_of_kind]))
    if kind is None:
        raise Wrong(N_("Which kind of report? E.g. daily, weekly, monthly, plan."))
    rest = pieces[count_of_kind:]
    for count in range(len(rest), 0, -1):
        if read_days(" ".join(rest[:count]), turn.today) is not None:
            days = ExemptDays().parse(" ".join(rest[:count]), form_turn)
            reason = " ".join(rest[count:])
            values: Values = {"kind": kind.value, "days": days}
            return values | ({"reason": _REASON.parse(reason, form_turn)} if reason else {})
    raise Wrong(NO_DAYS)


def _span(turn: FormTurn) -> Span:
    days = turn.values["days"]
    return Span.of(ReportKind(turn.values["kind"]), date.fromisoformat(days["first"]), date.fromisoformat(days["last"]))


def _notes(turn: FormTurn) -> Sequence[Markup]:
    t, span, person = turn.turn.t, _span(turn), manager_in(turn)
    lines = [t("What is exempt is not asked for and counts nowhere; {name} is told.", name=display_name(person))]
    if span.kind is ReportKind.daily and span.first != span.last:
        count = len(calendar_of(turn.turn.session, person).workdays(span.first, span.last))
        lines.append(t.plural("{count} working day lies in it.", "{count} working days lie in it.", count))
    return lines


def _save(turn: FormTurn) -> None:
    whole, person, span = turn.turn, manager_in(turn), _span(turn)
    reason = turn.values["reason"]
    exemption = exempt(whole.session, person, span, reason, whole.person_id, whole.now)
    tell(
        whole,
        person,
        lambda t: t(
            "🙏 You need not hand in {kind} {days}: {reason}",
            kind=t(KIND_NAMES[span.kind]),
            days=span.label,
            reason=reason,
        ),
    )
    t = whole.t
    said = t(
        "✅ {name} is exempt from {kind} {days}.",
        name=display_name(person),
        kind=t(KIND_NAMES[span.kind]),
        days=span.label,
    )
    whole.redraw(said, [[_undo_button(t, exemption)]])


def _kinds(turn: FormTurn) -> Sequence[Option]:
    return [Option(kind.value, KIND_NAMES[kind]) for kind in ReportKind]


_REASON = Text(2, REASON_LENGTH)
EXEMPT_FORM = Form(
    name="exempt",
    title=N_("Exemption"),
    words=("免交",),
    fields=(
        Field("person", N_("Who"), N_("Who shall be exempt?"), HirePick(manager_options), words=("姓名", "谁")),
        Field("kind", N_("Report"), N_("From which report?"), OneOf(_kinds, per_row=2), words=("报告", "种类")),
        Field(
            "days",
            N_("Which days"),
            N_("For which days or month?"),
            ExemptDays(),
            words=("日期", "时间", "days"),
            help=N_("E.g. 11/20, 11/20-11/22, or 2026-11."),
        ),
        Field("reason", N_("Reason"), N_("What is the reason?"), _REASON, words=("原因", "事由")),
    ),
    save=_save,
    roles=ADMINS,
    notes=_notes,
    confirm_label=N_("✅ Confirm"),
)
