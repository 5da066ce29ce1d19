"""`/calendar [2026-12] [company]`: a month with its deadlines as a picture and a table; admins set days (handbook §4).

`/calendar 2026-12-31 上班 note`, `/calendar 12/31 杭州甲 休息`, `/calendar 12/31 删除` change a day at once.
"""

from markupsafe import Markup

from handlers.figures.periods_typed import nearest, period_of_key, read_question
from handlers.keyboards import Button, button_data
from handlers.roster.roster_scope import own_company
from handlers.translations import N_
from handlers.turn import Turn
from handlers.working_days.calendar_changes import DAY_BUTTON, apply_typed, change_in
from handlers.working_days.month_view import MONTH, month_of, table
from schedules.calendars import deadline_rules
from schedules.periods import Period
from storage.people import Company, Role, active_companies

BUTTON = "calendar"
NOT_UNDERSTOOD = N_(
    "I did not understand “{words}”. You can ask e.g. /calendar, /calendar 2026-12 or /calendar next month."
)
ADMINS_SET = N_("Working days are set by admins. Please ask one of them.")


def calendar(turn: Turn) -> None:
    """`/calendar [month or day] [company]`, or with a day and what it is: set it."""
    written = turn.arguments.strip()
    change = change_in(turn, written)
    if change is not None:
        if turn.who.role is Role.admin:
            apply_typed(turn, change)
        else:
            turn.say(turn.t(ADMINS_SET))
        return
    question = read_question(written, turn.today, _visible(turn), [])
    if question.unknown or question.kind is not None:
        turn.say(turn.t(NOT_UNDERSTOOD, words=" ".join(question.unknown)[:60] or written[:60]))
        return
    period = nearest(question.period or Period.monthly_of(turn.today), written, turn.today)
    show_month(turn, Period.monthly_of(period.first), question.company)


def pressed(turn: Turn) -> None:
    """`calendar:<month's key>:<company or 0>`."""
    arguments = turn.press.arguments if turn.press is not None else ()
    period = period_of_key(":".join(arguments[:2]))
    company = own_company(turn, arguments[2]) if len(arguments) > 2 else None
    if period is None or (company is None and arguments[2:3] not in ((), ("0",))):
        turn.toast(turn.t.plain(N_("This month is out of reach.")))
        return
    show_month(turn, Period.monthly_of(period.first), company)


def show_month(turn: Turn, period: Period, company: Company | None) -> None:
    """The picture first, then the table with the buttons."""
    rules = deadline_rules(turn.session, turn.zone)
    month = month_of(turn.session, period, turn.who, company, rules)
    company_id = company.id if company is not None else None
    turn.show(MONTH, {"month": period.key, "company": company_id, "person": turn.person_id})
    key = company_id or 0
    row = [
        Button(f"‹ {period.previous().label}", button_data(BUTTON, *period.previous().key.split(":"), key)),
        Button(f"{period.next().label} ›", button_data(BUTTON, *period.next().key.split(":"), key)),
    ]
    keyboard = [row]
    if turn.who.role is Role.admin:
        t = turn.t
        keyboard.append([Button(t.plain(N_("Set a day")), button_data(DAY_BUTTON, "set", key))])
        keyboard.append([Button(t.plain(N_("Weekly rest days of a company")), button_data(DAY_BUTTON, "rest", key))])
    turn.say(Markup("\n").join(table(turn.t, month)), keyboard)


def _visible(turn: Turn) -> list[Company]:
    return [each for each in active_companies(turn.session) if own_company(turn, each.id) is not None]
