"""How a report that is owed is written and reached: its name, its line, its button (handbook §3)."""

from collections.abc import Sequence

from markupsafe import Markup

from handlers.keyboards import Button, Keyboard, button_data
from handlers.translations import N_, Translator
from schedules.deadlines import DeadlineRules
from schedules.owed import OwedReport
from storage.kinds import ReportKind

GO = "go"
"""The button that starts the form of one owed report: `go:daily:2026-11-23`, `go:plan:2026-12:3` (company 3)."""
MOST_BUTTONS = 8
LONGEST_LABEL = 36

KIND_NAMES = {
    ReportKind.daily: N_("Daily report"),
    ReportKind.weekly: N_("Weekly report"),
    ReportKind.monthly: N_("Monthly report"),
    ReportKind.plan: N_("Training plan"),
    ReportKind.order_rate: N_("Order-rate submission"),
    ReportKind.skills_mail: N_("Sales-skills summary"),
}


def title(owed: OwedReport, t: Translator) -> Markup:
    """What is owed: 日报 11/23 周一, 下月培训计划 2026-12 · 杭州甲."""
    name = t(KIND_NAMES[owed.period.kind])
    day = t.day(owed.period.first) if owed.period.kind is ReportKind.daily else owed.period.label
    place = f" · {owed.company_name}" if owed.company_name else ""
    what = Markup("{} {}{}").format(name, day, place)
    return t("{report} (with the sales-skills summary)", report=what) if owed.with_skills_mail else what


def line(owed: OwedReport, t: Translator, rules: DeadlineRules) -> Markup:
    """What is owed and until when."""
    what = title(owed, t)
    if owed.is_overdue:
        if owed.is_estimate:
            return t("• {what}: still welcome (the holiday calendar is not announced, nobody is late)", what=what)
        return t("• {what}: the time is past, it can still be handed in", what=what)
    until = t.moment(owed.due_at, rules.zone)
    if owed.is_estimate:
        return t(
            "• {what}: probably by {until} (an estimate, the holidays are not announced yet)", what=what, until=until
        )
    return t("• {what}: by {until}", what=what, until=until)


def short_line(reports: Sequence[OwedReport], t: Translator, rules: DeadlineRules) -> Markup:
    """Further open reports with their times, in one line."""
    parts = [t("{what} (by {until})", what=title(owed, t), until=t.moment(owed.due_at, rules.zone)) for owed in reports]
    return t("Also open: {reports}", reports=Markup("; " if t.language == "en" else "；").join(parts))


def buttons(reports: Sequence[OwedReport], t: Translator) -> Keyboard:
    """One button a row for each report, at most a handful."""
    several = len({owed.company_id for owed in reports if owed.company_id}) > 1
    return [[_button(owed, t, several)] for owed in reports[:MOST_BUTTONS]]


def _button(owed: OwedReport, t: Translator, with_company: bool) -> Button:
    label = f"{t.plain(KIND_NAMES[owed.period.kind])} {owed.period.label}"
    if with_company and owed.company_name:
        label = f"{label} {owed.company_name}"
    arguments = owed.period.key.split(":") + ([str(owed.company_id)] if owed.company_id else [])
    shown = label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
    return Button(shown, button_data(GO, *arguments))
