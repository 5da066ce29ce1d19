"""`/company`: the partner companies, their region and work week (handbook §1, §4)."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from handlers.access import ADMINS
from handlers.forms import driver
from handlers.forms.fields import Field, Option, Values, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import OneOf, Text
from handlers.keyboards import Button, button_data, rows_of
from handlers.people.roles import decision_of, number
from handlers.translations import N_, Translator
from handlers.turn import Turn
from schedules.working_days import WorkWeek
from storage.company_changes import (
    change_company,
    companies_listed,
    company_named,
    count_companies,
    create_company,
    set_company_active,
)
from storage.people import Company, display_name, find_company, managers_of

PER_PAGE = 10
WORK_WEEKS = (
    Option(WorkWeek.mon_fri.value, N_("Monday to Friday"), ("双休", "周一至周五", "mon-fri")),
    Option(WorkWeek.mon_sat.value, N_("Monday to Saturday"), ("单休", "周一至周六", "mon-sat")),
    Option(WorkWeek.alternating.value, N_("Every other Saturday"), ("大小周", "alternating")),
)


def company(turn: Turn) -> None:
    """`/company`: the list; with a name that company's card, or the form with a new name filled in."""
    name = turn.arguments.strip()
    found = find_company(turn.session, name) if name else None
    if found is not None:
        _show_card(turn, found)
    elif name:
        driver.start(turn, COMPANY, pasted=name)
    else:
        _show_list(turn, 0)


def pressed(turn: Turn) -> None:
    """The buttons under the list and the cards: `company:<what>[:<id>]`."""
    what, argument = (*(turn.press.arguments if turn.press is not None else ()), "", "")[:2]
    if what == "page":
        _show_list(turn, number(argument) or 0)
        return
    if what == "new":
        driver.start(turn, COMPANY)
        return
    found = turn.session.get(Company, number(argument) or 0)
    if found is None:
        turn.toast(turn.t.plain(N_("This company is no longer there.")))
    elif what == "card":
        _show_card(turn, found)
    elif what == "edit":
        driver.start(turn, COMPANY, record_id=found.id)
    elif what == "off":
        _ask_to_deactivate(turn, found)
    elif what in ("off-yes", "on"):
        set_company_active(turn.session, found, what == "on", decision_of(turn))
        _show_card(turn, found)


def _show_list(turn: Turn, page: int) -> None:
    t = turn.t
    total = count_companies(turn.session)
    pages = max(1, -(-total // PER_PAGE))
    page = min(page, pages - 1)
    listed = companies_listed(turn.session, PER_PAGE, page * PER_PAGE)
    lines = [t("<b>Companies</b> ({count})", count=total)]
    lines += [_line(turn, each) for each in listed]
    if not listed:
        lines.append(t("There is none yet."))
    rows = rows_of([Button(c.name, button_data("company", "card", c.id)) for c in listed], 2)
    turning = [Button(f"‹ {page}/{pages}", button_data("company", "page", page - 1))] if page else []
    if page < pages - 1:
        turning.append(Button(f"{page + 2}/{pages} ›", button_data("company", "page", page + 1)))
    new = [Button(t.plain(N_("New company")), button_data("company", "new"))]
    turn.redraw(Markup("\n").join(lines), [*rows, turning, new])


def _line(turn: Turn, each: Company) -> Markup:
    t = turn.t
    week = _week_name(t, each.work_week)
    region = f" · {each.region}" if each.region else ""
    off = t.plain(N_(" · switched off")) if not each.active else ""
    return Markup("{}{} · {}{}").format(each.name, region, week, off)


def _show_card(turn: Turn, each: Company) -> None:
    t = turn.t
    assert each.id is not None
    managers = t.plain(N_(", ")).join(display_name(person) for person in managers_of(turn.session, each.id)[:20])
    lines = [
        Markup("<b>{}</b>").format(each.name),
        t("Region: {region}", region=each.region or "—"),
        t("Work week: {week}", week=_week_name(t, each.work_week)),
        t("Managers: {names}", names=managers or "—"),
    ]
    if not each.active:
        lines.append(t("Switched off: nobody is asked for its reports. Its records stay."))
    change = Button(t.plain(N_("Change")), button_data("company", "edit", each.id))
    switch = (
        Button(t.plain(N_("Deactivate")), button_data("company", "off", each.id))
        if each.active
        else Button(t.plain(N_("Reactivate")), button_data("company", "on", each.id))
    )
    back = Button(t.plain(N_("‹ Companies")), button_data("company", "page", 0))
    turn.redraw(Markup("\n").join(lines), [[change, switch], [back]])


def _ask_to_deactivate(turn: Turn, each: Company) -> None:
    t = turn.t
    yes = Button(t.plain(N_("Yes, deactivate")), button_data("company", "off-yes", each.id))
    no = Button(t.plain(N_("No")), button_data("company", "card", each.id))
    turn.redraw(
        t("Deactivate {name}? From the next period on nobody is asked for its reports.", name=each.name), [[yes, no]]
    )


def _week_name(t: Translator, value: str) -> str:
    return next((option.text(t) for option in WORK_WEEKS if option.value == value), value)


def _load(turn: Turn, record_id: int) -> Values | None:
    found = turn.session.get(Company, record_id)
    if found is None:
        return None
    return {"name": found.name, "region": found.region or None, "work_week": found.work_week}


def _check_name(form_turn: FormTurn, name: Any) -> None:
    taken = company_named(form_turn.turn.session, name)
    if taken is not None and taken.id != form_turn.record_id:
        raise Wrong(N_("There is a company named {name} already. Please send another name."), name=taken.name)


def _save(form_turn: FormTurn) -> None:
    turn, values = form_turn.turn, form_turn.values
    found = turn.session.get(Company, form_turn.record_id) if form_turn.record_id is not None else None
    if found is None:
        found = create_company(turn.session, values["name"], decision_of(turn))
    change_company(
        turn.session,
        found,
        name=values["name"],
        region=values.get("region") or "",
        work_week=values["work_week"],
        decision=decision_of(turn),
    )
    _show_card(turn, found)


def _weeks(form_turn: FormTurn) -> Sequence[Option]:
    return WORK_WEEKS


def _preset_week(form_turn: FormTurn) -> str:
    return WorkWeek.mon_fri.value


COMPANY = Form(
    name="company",
    title=N_("Company"),
    words=(),
    fields=(
        Field(
            key="name",
            label=N_("Name"),
            ask=N_("What is the company called?"),
            kind=Text(2, 40),
            check=_check_name,
        ),
        Field(
            key="region",
            label=N_("Region"),
            ask=N_("In which region?"),
            kind=Text(1, 40),
            required=False,
        ),
        Field(
            key="work_week",
            label=N_("Work week"),
            ask=N_("Which days does it work?"),
            kind=OneOf(_weeks, per_row=1),
            preset=_preset_week,
        ),
    ),
    save=_save,
    roles=ADMINS,
    load=_load,
)
