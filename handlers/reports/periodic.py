"""The weekly and the monthly report as forms: the draft is composed, the manager adds and corrects, and sends."""

from collections.abc import Sequence

from markupsafe import Markup

from handlers.forms import kinds
from handlers.forms.fields import Field
from handlers.forms.form import Form, FormTurn
from handlers.reports import filed, month_sections, sections
from handlers.reports.draft import Composer, Section, as_card_lines, as_text, compose
from handlers.translations import N_
from storage.kinds import ReportKind

WEEKLY_SECTIONS: tuple[Composer, ...] = (
    sections.new_hire_orders,
    sections.training,
    sections.trial_post,
    sections.follow_up,
    sections.problems,
    sections.roster_changes,
    sections.dailies,
)


MONTHLY_SECTIONS: tuple[Composer, ...] = (
    *WEEKLY_SECTIONS,
    month_sections.punctuality,
    month_sections.retention,
    month_sections.rhythms,
    month_sections.sales_skills,
    month_sections.incidents,
    month_sections.plan_against_actual,
    month_sections.kpi,
    month_sections.next_plan,
    month_sections.corrections,
)


def _sections(turn: FormTurn, composers: Sequence[Composer]) -> list[Section]:
    return compose(filed.scope_of(turn), composers)


def _notes(composers: Sequence[Composer]) -> "filed.Notes":
    def notes(turn: FormTurn) -> list[str | Markup]:
        head = filed.heading(turn)
        return [*head, "", *as_card_lines(_sections(turn, composers))]

    return notes


def _save(composers: Sequence[Composer]) -> "filed.Save":
    def save(turn: FormTurn) -> None:
        t = turn.turn.t
        written = _sections(turn, composers)
        for key, title in (("remarks", t.plain("Remarks")), ("plan", t.plain("What comes next"))):
            if turn.values.get(key):
                written.append(Section(title, tuple(str(turn.values[key]).splitlines())))
        filed.file(turn, as_text(written))

    return save


def _fields(plan_question: str) -> tuple[Field, ...]:
    return (
        Field(
            "plan",
            N_("What comes next"),
            plan_question,
            kinds.Text(2, 1000, "many"),
            words=("计划", "plan", "下周计划", "下月计划"),
        ),
        Field(
            "remarks",
            N_("Remarks"),
            N_("What else should be in the report, or be put right in it?"),
            kinds.Text(2, 1500, "many"),
            required=False,
            asked=False,
            add_label=N_("+ Remarks"),
            words=("备注", "说明", "remarks"),
        ),
    )


WEEKLY = Form(
    name=ReportKind.weekly,
    title=N_("Weekly report"),
    words=("周报", "weekly"),
    fields=_fields(N_("What is planned for next week?")),
    save=_save(WEEKLY_SECTIONS),
    about=lambda turn: filed.period_in(turn).label,
    notes=_notes(WEEKLY_SECTIONS),
    confirm_label=N_("Send"),
    load=filed.load,
    composes=True,
)

MONTHLY = Form(
    name=ReportKind.monthly,
    title=N_("Monthly report"),
    words=("月报", "monthly"),
    fields=_fields(N_("What is planned for next month?")),
    save=_save(MONTHLY_SECTIONS),
    about=lambda turn: filed.period_in(turn).label,
    notes=_notes(MONTHLY_SECTIONS),
    confirm_label=N_("Send"),
    load=filed.load,
    composes=True,
)
