"""`/me`: who somebody is to the bot, the language it uses, and the own last records with buttons to change them."""

from collections.abc import Sequence

from markupsafe import Markup
from sqlmodel import col, select

from handlers.check_ins import check_in
from handlers.follow_up import ride_along
from handlers.keyboards import Button, button_data, rows_of
from handlers.orders import order_list
from handlers.people import leave
from handlers.people.link import language_buttons
from handlers.people.person_card import companies_in_words
from handlers.people.roles import LANGUAGE_NAMES, ROLE_NAMES
from handlers.translations import N_
from handlers.turn import Turn
from schedules.streaks import SHOWN_FROM, streak
from storage.follow_up import RideAlong
from storage.own_records import own_dailies, own_leaves, own_orders
from storage.people import Role, companies_of, display_name, memberships_of
from storage.ride_alongs import ride_alongs_by
from storage.roster import Hire

LISTED = 3
"""Newest records shown of each kind: a phone screen."""


def me(turn: Turn) -> None:
    """`/me`: the card of the speaker."""
    t, person = turn.t, turn.who
    own = memberships_of(turn.session, [turn.person_id]).get(turn.person_id, [])
    lines = [
        Markup("<b>{}</b>").format(display_name(person)),
        t("Role: {role}", role=t.plain(ROLE_NAMES[person.role])),
        t("Companies: {companies}", companies=companies_in_words(t, person, own)),
        t("Language: {language}", language=LANGUAGE_NAMES.get(person.language, LANGUAGE_NAMES[t.language])),
    ]
    if person.active_from is not None and person.active_from > turn.today:
        lines.append(t("Asked for reports from {day} on", day=t.day(person.active_from)))
    length = streak(turn.session, person, turn.now)
    if length >= SHOWN_FROM:
        lines.append(t("✨ {count} working days in a row on time. Thank you!", count=length))
    buttons: list[Button] = []
    if person.role is not Role.viewer:
        for heading, listed, edits in (_dailies(turn), _ride_alongs(turn), _orders(turn), _leaves(turn)):
            if listed:
                lines += [Markup(""), Markup("<b>{}</b>").format(t.plain(heading)), *listed]
                buttons += edits
    lines += [Markup(""), t("Something wrong with name, role or company? An admin can change it.")]
    turn.say(Markup("\n").join(lines), [*rows_of(buttons, 2), language_buttons()])


Records = tuple[str, Sequence[Markup], Sequence[Button]]
"""A heading (catalog text), one line for each record, the buttons that change them."""


def _dailies(turn: Turn) -> Records:
    t = turn.t
    reports = own_dailies(turn.session, turn.person_id, LISTED)
    lines = [Markup("{} · {}").format(t.day(r.first_day), t.plain(check_in.STATE_WORDS[r.state])) for r in reports]
    daily = t.plain(N_("Daily"))
    buttons = [
        Button(f"✏️ {daily} {r.first_day.month}/{r.first_day.day}", button_data(check_in.EDIT, r.id)) for r in reports
    ]
    return N_("Daily reports"), lines, buttons


def _ride_alongs(turn: Turn) -> Records:
    companies = [company.id for company in companies_of(turn.session, turn.who) if company.id is not None]
    rides: list[RideAlong] = ride_alongs_by(turn.session, turn.person_id, companies, LISTED)
    hires = {
        hire.id: hire.name
        for hire in turn.session.exec(select(Hire).where(col(Hire.id).in_([r.hire_id for r in rides]))).all()
    }
    lines = [Markup("{} · {}").format(turn.t.day(r.day), hires.get(r.hire_id, "")) for r in rides]
    buttons = [
        ride_along.edit_button(turn, r, f"✏️ {hires.get(r.hire_id, '')} {r.day.month}/{r.day.day}") for r in rides
    ]
    return N_("Ride-alongs"), lines, buttons


def _orders(turn: Turn) -> Records:
    t = turn.t
    orders = own_orders(turn.session, turn.person_id, LISTED)
    lines = [Markup("{} · {} · {}").format(t.day(o.day), hire.name, o.quantity - o.refunded) for o, hire in orders]
    buttons = [Button(f"✏️ {h.name} {o.day.month}/{o.day.day}", button_data(order_list.EDIT, o.id)) for o, h in orders]
    return N_("Orders"), lines, buttons


def _leaves(turn: Turn) -> Records:
    t = turn.t
    leaves = own_leaves(turn.session, turn.person_id, LISTED)
    lines = [Markup("{} – {}").format(t.day(each.first_day), t.day(each.last_day)) for each in leaves]
    name = t.plain(N_("Leave"))
    buttons = [
        Button(f"✏️ {name} {each.first_day.month}/{each.first_day.day}", button_data(leave.EDIT, each.id))
        for each in leaves
    ]
    return N_("Leave"), lines, buttons
