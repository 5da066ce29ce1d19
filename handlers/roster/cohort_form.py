"""A new cohort 批次, and changing what is known about one (handbook §6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup
from sqlmodel import select

from handlers.forms.fields import Field, Option, Values, Wrong, iso
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import Day, Number, OneOf, Text
from handlers.roster.roster_scope import as_wrong, companies, own_cohort, own_company
from handlers.roster.roster_screens import draw_cohort
from handlers.translations import N_, Translator
from handlers.turn import Turn
from storage.people import CompanyId
from storage.roster import Cohort, CohortId
from storage.roster_events import create_cohort
from storage.roster_lists import cohorts_of
from storage.roster_rules import COHORT_NAME_LENGTH, SMALL_CLASS, RosterReason, RosterRefusal

LONGEST_NAME = 30
"""Shorter than the table allows: a cohort's name stands on buttons and in headings."""
MOST_PLANNED = 500
NEW = "new"
"""Among the choices of a cohort: one that is made for it."""
NOT_YOURS = N_("This cohort is no longer yours to change.")


def preset_name(t: Translator, start: date, taken: Sequence[str]) -> str:
    """`2026年11月批次`, numbered when the month has one already."""
    name = t.plain(N_("{year}-{month:02d} cohort"), year=start.year, month=start.month)
    number = 2
    while name in taken:
        name = t.plain(N_("{year}-{month:02d} cohort {number}"), year=start.year, month=start.month, number=number)
        number += 1
    return name


def cohort_choices(turn: FormTurn, company: CompanyId, but: CohortId | None = None) -> list[Option]:
    """The company's cohorts, without the one somebody is in, and a new one."""
    own = cohorts_of(turn.turn.session, [company])
    named = [Option(str(cohort.id), cohort.name, literal=True) for cohort in own if cohort.id != but]
    return [*named, Option(NEW, N_("A new cohort"))]


def cohort_chosen(turn: FormTurn, value: object, company: CompanyId, start: date) -> Cohort:
    """The cohort of a choice, made now if it is a new one. Raises Wrong when it is gone."""
    session = turn.turn.session
    if value == NEW:
        name = preset_name(turn.turn.t, start, [cohort.name for cohort in cohorts_of(session, [company])])
        return create_cohort(session, company, name, turn.turn.now)
    cohort = own_cohort(turn.turn, value)
    if cohort is None or cohort.company_id != company:
        raise Wrong(NOT_YOURS)
    return cohort


def company_options(turn: FormTurn) -> list[Option]:
    """The companies a cohort may belong to."""
    return [Option(str(c.id), c.name, literal=True) for c in companies(turn.turn)]


def company_id(turn: FormTurn) -> CompanyId | None:
    """The company chosen, or that of the cohort under edit, if it is the speaker's."""
    if turn.record_id is not None:
        cohort = own_cohort(turn.turn, turn.record_id)
        return cohort.company_id if cohort is not None else None
    company = own_company(turn.turn, turn.values.get("company", ""))
    return company.id if company is not None else None


def preset_company(turn: FormTurn) -> str | None:
    """The only company, for those who have one."""
    own = companies(turn.turn)
    return str(own[0].id) if len(own) == 1 else None


@dataclass(frozen=True)
class _CohortName(Text):
    """A cohort's name: typed, or the one of its month."""

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """The name after the month in which the training begins."""
        chosen = company_id(turn)
        if chosen is None or turn.record_id is not None:
            return ()
        taken = [cohort.name for cohort in cohorts_of(turn.turn.session, [chosen])]
        name = preset_name(turn.turn.t, turn.day("starts_on"), taken)
        return (Option(name, name, literal=True),)


def _check_name(turn: FormTurn, value: Any) -> None:
    chosen = company_id(turn)
    same = select(Cohort.id).where(Cohort.company_id == chosen, Cohort.name == " ".join(str(value).split()))
    if any(found != turn.record_id for found in turn.turn.session.exec(same).all()):
        raise as_wrong(turn.turn, RosterRefusal(RosterReason.same_cohort_name))


def _check_end(turn: FormTurn, value: Any) -> None:
    if turn.values.get("starts_on") and str(value) < str(turn.values["starts_on"]):
        raise Wrong(N_("The end cannot be before the start. Please send a later day."))


def _save(turn: FormTurn) -> None:
    values, whole_turn = turn.values, turn.turn
    extras: dict[str, Any] = {
        "region": values.get("region") or "",
        "class_teacher": values.get("class_teacher") or "",
        "planned_size": values.get("planned_size"),
        "starts_on": _day(values, "starts_on"),
        "ends_on": _day(values, "ends_on"),
    }
    chosen = company_id(turn)
    if chosen is None:
        raise Wrong(N_("This company is no longer yours to change."))
    if turn.record_id is not None:
        cohort = own_cohort(whole_turn, turn.record_id)
        if cohort is None or cohort.company_id != chosen:
            raise Wrong(NOT_YOURS)
        cohort.name = " ".join(str(values["name"]).split())
        for key, value in extras.items():
            setattr(cohort, key, value)
        whole_turn.session.add(cohort)
        said = whole_turn.t(N_("✅ Changed."))
    else:
        try:
            cohort = create_cohort(whole_turn.session, chosen, values["name"], whole_turn.now, **extras)
        except RosterRefusal as refusal:
            raise as_wrong(whole_turn, refusal) from None
        said = whole_turn.t(N_("✅ The cohort is there. Next: tap Add hires and send the names, one a line."))
    whole_turn.redraw(*draw_cohort(whole_turn, cohort, above=said))


def _day(values: Values, key: str) -> date | None:
    return date.fromisoformat(values[key]) if values.get(key) else None


def _load(turn: Turn, record_id: int) -> Values | None:
    cohort = own_cohort(turn, record_id)
    if cohort is None:
        return None
    return {
        "company": str(cohort.company_id),
        "starts_on": iso(cohort.starts_on) if cohort.starts_on else None,
        "name": cohort.name,
        "region": cohort.region or None,
        "class_teacher": cohort.class_teacher or None,
        "planned_size": cohort.planned_size,
        "ends_on": iso(cohort.ends_on) if cohort.ends_on else None,
    }


def _warnings(turn: FormTurn) -> Sequence[str | Markup]:
    planned = turn.values.get("planned_size")
    if planned is None or planned >= SMALL_CLASS:
        return []
    return [
        turn.turn.t(
            N_("A class should have at least {least} people; {count} are planned."), least=SMALL_CLASS, count=planned
        )
    ]


COHORT = Form(
    name="cohort",
    title=N_("New cohort"),
    words=("cohort",),
    fields=(
        Field(
            "company",
            N_("Company"),
            N_("For which company?"),
            OneOf(company_options, per_row=1),
            preset=preset_company,
            applies=lambda turn: turn.record_id is None,
        ),
        Field(
            "starts_on",
            N_("Start of training"),
            N_("When does the training begin?"),
            Day(past_days=1100, future_days=120),
            preset=lambda turn: iso(turn.today),
        ),
        Field(
            "name",
            N_("Cohort"),
            N_("What is the cohort called?"),
            _CohortName(1, min(LONGEST_NAME, COHORT_NAME_LENGTH)),
            check=_check_name,
        ),
        Field(
            "region",
            N_("Region"),
            N_("In which region?"),
            Text(1, 40),
            required=False,
            asked=False,
            add_label=N_("＋ Region"),
        ),
        Field(
            "class_teacher",
            N_("Class teacher"),
            N_("Who is the class teacher?"),
            Text(1, 40),
            required=False,
            asked=False,
            add_label=N_("＋ Class teacher"),
        ),
        Field(
            "planned_size",
            N_("Planned size"),
            N_("How many people are planned?"),
            Number(1, MOST_PLANNED),
            required=False,
            asked=False,
            add_label=N_("＋ Planned size"),
        ),
        Field(
            "ends_on",
            N_("End of training"),
            N_("When does the training end?"),
            Day(past_days=1100, future_days=400),
            required=False,
            check=_check_end,
            asked=False,
            add_label=N_("＋ End of training"),
        ),
    ),
    save=_save,
    warnings=_warnings,
    load=_load,
    example=N_("/roster new\nCohort: November, first\nStart of training: 11/2\nPlanned size: 20\nClass teacher: Li Na"),
)
