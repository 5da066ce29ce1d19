"""/due: what I still owe and until when, and the buttons that start the right form (handbook §3)."""

from dataclasses import replace

from markupsafe import Markup

from handlers.check_ins import check_in
from handlers.reminding.owed_lines import buttons, line
from handlers.reports import report
from handlers.turn import Turn
from schedules.calendars import deadline_rules
from schedules.owed import next_daily, owed_by
from schedules.periods import Period
from storage.kinds import ReportKind
from storage.people import companies_of

MOST_LISTED = 25


def due(turn: Turn) -> None:
    """List what the person owes, the soonest first, and what comes next."""
    t, rules = turn.t, deadline_rules(turn.session, turn.zone)
    owed = owed_by(turn.session, turn.who, turn.now, rules)
    pressing = [o for o in owed if o.is_pressing]
    later = [o for o in owed if not o.is_pressing]
    lines: list[Markup] = []
    if pressing:
        lines.append(t("<b>Still open</b>"))
        lines += [line(o, t, rules) for o in pressing[:MOST_LISTED]]
    else:
        lines.append(t("👍 Nothing is waiting for you right now."))
    if later:
        lines.append(t("<b>Coming up</b>"))
        lines += [line(o, t, rules) for o in later[:MOST_LISTED]]
    else:
        upcoming = next_daily(turn.session, turn.who, turn.now, rules)
        if upcoming is not None:
            lines.append(t("The next daily report is for {day}.", day=t.day(upcoming.first)))
    turn.say(Markup("\n").join(lines), buttons([*pressing, *later], t))


def pressed_go(turn: Turn) -> None:
    """A button under a reminder or a list: start the form of the report it names.

    The data may be old or forged: the period must be one, and a company one of the person's own.
    """
    arguments = turn.press.arguments if turn.press is not None else ()
    try:
        period = Period.from_key(":".join(arguments[:2]))
    except ValueError:
        turn.toast(turn.t.plain("This button is no longer in use. /due shows what is open."))
        return
    company = None
    if len(arguments) > 2:
        company = next((c for c in companies_of(turn.session, turn.who) if str(c.id) == arguments[2]), None)
        if company is None:
            turn.toast(turn.t.plain("This company is not one of yours."))
            return
    if period.kind is ReportKind.daily and turn.press is not None:
        # The check-in's own button knows which days can still be filled in.
        turn.press = replace(turn.press, name=check_in.START, arguments=(period.first.isoformat(),))
        check_in.pressed_start(turn)
    else:
        report.start(turn, period.kind, period, company.id if company is not None else None)
