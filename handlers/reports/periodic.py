"""The weekly and the monthly report as forms: the draft is composed, the manager adds and corrects, and sends."""

from collections.abc import Sequence

from markupsafe import Markup

from handlers.figures.figures_text import on_time_text, retention_text
from handlers.figures.stats import reports_due
from handlers.forms import kinds
from handlers.forms.fields import Field
from handlers.forms.form import Form, FormTurn
from handlers.reports import filed, sections
from handlers.reports.draft import Composer, Scope, Section, as_card_lines, as_text, compose
from handlers.translations import N_
from schedules.calendars import deadline_rules
from schedules.standing import on_time_of
from storage.kinds import ReportKind
from storage.ratios import UNDEFINED

WEEKLY_SECTIONS: tuple[Composer, ...] = (
    sections.new_hire_orders,
    sections.training,
    sections.trial_post,
    sections.follow_up,
    sections.problems,
    sections.roster_changes,
    sections.dailies,
)


def retention(scope: Scope) -> Section:
    """Who of each closed cohort stayed."""
    t = scope.t
    lines = [f"{c.name}: {retention_text(t, c)}" for c in sections.closed_cohorts(scope)]
    return Section(t.plain("Retention"), tuple(lines) or (UNDEFINED,))


def punctuality(scope: Scope) -> Section:
    """On-time rate of the weeklies that fell due in the month."""
    t = scope.t
    rules = deadline_rules(scope.session)
    counted = on_time_of(
        reports_due(scope.session, ReportKind.weekly, scope.period, scope.now, rules, [scope.person_id])
    )
    return Section(t.plain("Weekly reports"), (t.plain("On-time rate {rate}", rate=on_time_text(counted)),))


def rhythms(scope: Scope) -> Section:
    """Sessions by kind beside the advisory rhythms (handbook §9): shown, never enforced."""
    t, held = scope.t, scope.records().sessions
    counts = {kind: sum(1 for s in held if s.kind == kind) for kind in sections.SESSION_KINDS}
    return Section(
        t.plain("Training rhythm"),
        (
            t.plain("Induction {count} (about one a month)", count=counts["induction"]),
            t.plain("Refresher {count} (about two a month)", count=counts["refresher"]),
            t.plain("Supervisors {count} (at least one a quarter)", count=counts["supervisors"]),
        ),
    )


def incidents(scope: Scope) -> Section:
    """Complaints and breaches of the rules."""
    t = scope.t
    words = {"complaint": t.plain("complaint"), "breach": t.plain("breach of the rules")}
    lines = [f"{t.day(i.day)} {words.get(i.kind, i.kind)}: {i.text[:80]}" for i in scope.records().incidents]
    return Section(t.plain("Incidents"), tuple(lines) or (t.plain("None"),))


MONTHLY_SECTIONS: tuple[Composer, ...] = (
    *WEEKLY_SECTIONS,
    punctuality,
    retention,
    rhythms,
    incidents,
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
)
