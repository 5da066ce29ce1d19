"""What comes back until it is closed 待办: next steps of ride-alongs, problems, missing summaries (handbook §6).

`/todo` shows it at any time; managers get it once a working day, in one message that is made when it is sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from markupsafe import Markup
from sqlmodel import Session

from handlers.figures.pages import page_number, page_of
from handlers.follow_up.own_lists import argument, short
from handlers.follow_up.problem_card import BUTTON as PROBLEM_BUTTON
from handlers.follow_up.training_session import summary_button
from handlers.forms import driver
from handlers.forms.fields import Field, Option, Values, Wrong, iso
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import Day
from handlers.keyboards import Button, Keyboard, button_data, reply_markup
from handlers.outgoing import Outgoing
from handlers.people.roles import number, translator_for
from handlers.roster.roster_scope import company_ids
from handlers.translations import N_, Translator
from handlers.turn import Surroundings, Turn
from schedules.calendars import deadline_rules
from schedules.obligations import absences_between
from schedules.open_items import REST
from schedules.periods import local_day
from storage.follow_up import RideAlong
from storage.open_items import OpenItems, coming_steps, open_items_of
from storage.outbox import OutboxMessage
from storage.people import Person, PersonState, Role, companies_of
from storage.problem_book import count_open_problems
from storage.ride_alongs import change_ride_along, note_of
from storage.roster import Hire

BUTTON = "todo"
"""`todo:page:<page>`, `todo:done:<ride-along>:<page>`, `todo:later:<ride-along>`."""
PER_PAGE = 8
GONE = N_("This next step is not there any more, or is not yours.")
LATER = (1, 3, 7)
"""Days ahead that have a button."""


def todo(turn: Turn) -> None:
    """`/todo`, 待办: what is open now."""
    _show(turn, 0)


def pressed(turn: Turn) -> None:
    """The buttons of the list. Whose the ride-along is, is asked here and again on saving."""
    what, which, page = argument(turn), number(argument(turn, 1)), page_number(argument(turn, 2))
    if what == "page":
        _show(turn, page_number(argument(turn, 1)))
    elif what in ("done", "later"):
        ride = _own_step(turn, which)
        if ride is None:
            turn.toast(turn.t.plain(GONE))
        elif ride.next_step_closed_at is not None:
            turn.toast(turn.t.plain(N_("It is closed already.")))
            _show(turn, page)
        elif what == "later":
            driver.start(turn, NEXT_STEP, record_id=ride.id)
        else:
            ride.next_step_closed_at = turn.now
            turn.session.add(ride)
            turn.session.flush()
            turn.toast(turn.t.plain(N_("✅ Done. Thank you!")))
            _show(turn, page)
    else:
        _show(turn, 0)


def items_now(turn: Turn) -> OpenItems:
    """What is open for the speaker at this moment; today's sessions included."""
    return open_items_of(
        turn.session,
        turn.person_id,
        company_ids(turn),
        turn.today,
        quiet_since=turn.now - REST,
        sessions_before=turn.today + timedelta(days=1),
    )


def compose_open_items(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """The day's message to a manager, with what is open when it is sent; None when everything has been closed.

    None as well for somebody who is on leave today, was deactivated, or is no manager any more.
    """
    person = session.get(Person, message.content["person_id"])
    if person is None or person.id is None or person.state is not PersonState.active or person.role is not Role.manager:
        return None
    rules = deadline_rules(session, surroundings.zone)
    today = local_day(now, surroundings.zone)
    if absences_between(session, today, today, now, rules, [person.id]).away(person.id, today):
        return None
    ids = [company.id for company in companies_of(session, person) if company.id is not None]
    items = open_items_of(session, person.id, ids, today, quiet_since=now - REST, sessions_before=today)
    if not items:
        return None
    t = translator_for(person, surroundings)
    text, keyboard = _drawn(session, t, items, today, 0, t("📌 Good morning! This is still open:"))
    params = {
        "chat_id": person.telegram_id,
        "text": str(text),
        "parse_mode": "HTML",
        "reply_markup": reply_markup(keyboard),
    }
    return Outgoing("sendMessage", params)


@dataclass(frozen=True)
class _Item:
    line: Markup
    buttons: Sequence[Button]


def _show(turn: Turn, page: int) -> None:
    t, items = turn.t, items_now(turn)
    others = _others(turn, items)
    if not items:
        turn.redraw(Markup("\n").join([t("✅ Nothing is open. Thank you!"), *others]))
        return
    text, keyboard = _drawn(turn.session, t, items, turn.today, page, t("📌 Still open:"))
    turn.redraw(Markup("\n").join([text, *others]), keyboard)


def _others(turn: Turn, items: OpenItems) -> list[Markup]:
    """What is under way and need not be looked at today."""
    t = turn.t
    lines, ids = [], company_ids(turn)
    coming = coming_steps(turn.session, turn.person_id, ids, turn.today)
    if coming and coming[0].next_step_on is not None:
        lines.append(
            t("Later: {count} next steps, the first on {day}.", count=len(coming), day=t.day(coming[0].next_step_on))
        )
    moving = count_open_problems(turn.session, ids) - len(items.problems)
    if moving > 0:
        lines.append(t("Under way: {count} open problems, see /problem.", count=moving))
    return [Markup(""), *lines] if lines else []


def _drawn(
    session: Session, t: Translator, items: OpenItems, today: date, wanted: int, heading: Markup
) -> tuple[Markup, Keyboard]:
    """A page of the list, numbered, each item with its buttons under the same number."""
    listed = _items(session, t, items, today, wanted)
    page = page_of([item.line for item in listed], wanted, PER_PAGE)
    shown = listed[page.start : page.start + len(page.lines)]
    rows = [list(item.buttons) for item in shown]
    return Markup("\n").join([heading, *page.lines]), [*rows, page.turning(BUTTON, "page")]


def _items(session: Session, t: Translator, items: OpenItems, today: date, page: int) -> list[_Item]:
    found: list[_Item] = []
    for ride in items.next_steps:
        place = len(found) + 1
        hire = session.get(Hire, ride.hire_id)
        day = t.day(ride.next_step_on) if ride.next_step_on is not None else ""
        line = t(
            "{place}. ⏳ {day} {name}: {step}",
            place=place,
            day=day,
            name=hire.name if hire is not None else "—",
            step=short(ride.next_step, 60),
        )
        done = Button(t.plain(N_("{place} ✅ Done"), place=place), button_data(BUTTON, "done", ride.id, page))
        later = Button(t.plain(N_("{place} 📅 New date"), place=place), button_data(BUTTON, "later", ride.id))
        found.append(_Item(line, [done, later]))
    for problem in items.problems:
        place = len(found) + 1
        line = t("{place}. ❓ Problem #{number}: {text}", place=place, number=problem.id, text=short(problem.text, 60))
        label = t.plain(N_("{place} ❓ #{number}"), place=place, number=problem.id)
        found.append(_Item(line, [Button(label, button_data(PROBLEM_BUTTON, "card", problem.id))]))
    for held in items.summaries:
        place = len(found) + 1
        line = t("{place}. ✍️ {day} {topic}: summary missing", place=place, day=t.day(held.day), topic=held.topic)
        found.append(_Item(line, [summary_button(t, held, t.plain(N_("{place} ✍️ Summary"), place=place))]))
    return found


def _own_step(turn: Turn, which: int | None) -> RideAlong | None:
    """A ride-along with a next step that the speaker recorded (an admin: any), in one of their companies."""
    ride = turn.session.get(RideAlong, which) if which else None
    if ride is None or ride.next_step_on is None or ride.company_id not in company_ids(turn):
        return None
    return ride if ride.person_id == turn.person_id or turn.who.role is Role.admin else None


@dataclass(frozen=True)
class LaterDay(Day):
    """A day ahead: typed, or one of a few."""

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """Tomorrow, in three days, in a week, another day."""
        t = turn.turn.t
        days = [turn.today + timedelta(days=count) for count in LATER]
        return (*(Option(iso(day), t.day(day), literal=True) for day in days), Option("other", N_("Another day")))


def _load(turn: Turn, record_id: int) -> Values | None:
    """The date itself is asked anew."""
    ride = _own_step(turn, record_id)
    return None if ride is None or ride.next_step_closed_at is not None else {}


def _notes(turn: FormTurn) -> Sequence[Markup]:
    ride = _own_step(turn.turn, turn.record_id)
    return [turn.turn.t("Next step: {step}", step=ride.next_step)] if ride is not None else []


def _save(turn: FormTurn) -> None:
    ride = _own_step(turn.turn, turn.record_id)
    if ride is None or ride.next_step_closed_at is not None:
        raise Wrong(GONE)
    note = note_of(ride)
    day = turn.day()
    moved = replace(note, next_step_on=day)
    change_ride_along(ride, moved, ride.company_id, turn.turn.now)
    turn.turn.session.add(ride)
    turn.turn.session.flush()
    t = turn.turn.t
    text = t("✅ New date: {day}. {step}", day=t.day(day), step=ride.next_step)
    turn.turn.redraw(text, [[Button(t.plain(N_("📌 What is open")), button_data(BUTTON, "page", 0))]])


NEXT_STEP = Form(
    name="next_step",
    title=N_("Next step"),
    words=(),
    fields=(
        Field(
            key="day",
            label=N_("Next step on"),
            ask=N_("On which day? You will be reminded."),
            kind=LaterDay(past_days=0, future_days=90, earliest=lambda turn: turn.today + timedelta(days=1)),
            words=("日期", "day"),
        ),
    ),
    save=_save,
    notes=_notes,
    confirm_label=N_("✅ Confirm"),
    load=_load,
)
