"""Handing a composed report in: whose it is, for which period, and what is said afterwards.

The period and the company stand in the form's values under `period` (its key, `weekly:2026-11-22`) and `company_id`.
"""

from collections.abc import Callable

from markupsafe import Markup

from handlers.forms.fields import Values, Wrong
from handlers.forms.form import FormTurn
from handlers.keyboards import Button, button_data
from handlers.reminding.owed_lines import KIND_NAMES
from handlers.reports.announced import announce
from handlers.reports.draft import Scope
from handlers.translations import N_
from handlers.turn import Turn
from schedules.calendars import calendar_of, deadline_rules
from schedules.deadlines import DEADLINES, due_of, report_subject
from schedules.filing import file_report
from schedules.obligations import is_company_kind
from schedules.periods import Period
from storage.kinds import ReportKind, ReportState
from storage.people import Company, Person, Role, companies_of
from storage.reports import Report

Notes = Callable[[FormTurn], list[str | Markup]]
Save = Callable[[FormTurn], None]

STATE_WORDS = {
    ReportState.on_time: N_("on time"),
    ReportState.late: N_("handed in late"),
    ReportState.extra: N_("extra: nothing was due"),
    ReportState.unannounced: N_("holiday calendar not announced yet"),
}
GONE = N_("I no longer know which report this is about. Please begin again with /report.")


def period_in(turn: FormTurn) -> Period:
    """The period a form is about; Wrong when its values are not of this bot's making."""
    try:
        return Period.from_key(str(turn.values.get("period", "")))
    except ValueError:
        raise Wrong(GONE) from None


def company_in(turn: FormTurn) -> Company | None:
    """The company of a plan or an order-rate submission, checked to be one of the person's."""
    if not is_company_kind(period_in(turn).kind):
        return None
    wanted = turn.values.get("company_id")
    own = companies_of(turn.turn.session, turn.turn.who)
    found = next((company for company in own if company.id == wanted), None)
    if found is None:
        raise Wrong(GONE)
    return found


def scope_of(turn: FormTurn) -> Scope:
    """What the draft is composed from."""
    company = company_in(turn)
    own = [company] if company is not None else companies_of(turn.turn.session, turn.turn.who)
    return Scope(turn.turn.session, turn.turn.t, turn.turn.who, own, period_in(turn), turn.turn.now, turn.turn.today)


def subject_of(turn: FormTurn) -> str:
    """The subject, `周报-王芳-261128` (handbook §3): its word stays Chinese in every language."""
    period, rules = period_in(turn), deadline_rules(turn.turn.session, turn.turn.zone)
    return report_subject(DEADLINES[period.kind].subject_word, turn.turn.who.real_name, period, turn.today, rules)


def heading(turn: FormTurn) -> list[str | Markup]:
    """Subject, period and deadline, for the top of a card."""
    t, period = turn.turn.t, period_in(turn)
    due = due_of(period, calendar_of(turn.turn.session, turn.turn.who), deadline_rules(turn.turn.session))
    company = company_in(turn)
    lines: list[str | Markup] = [Markup("<b>{}</b>").format(subject_of(turn))]
    if company is not None:
        lines.append(t("Company: {name}", name=company.name))
    lines.append(t("Period {period}, due {moment}", period=period.label, moment=t.moment(due.due_at, turn.turn.zone)))
    return lines


def file(turn: FormTurn, text: str, *, say: bool = True) -> Report:
    """Hand the report in, as said now, and tell its state."""
    period, company = period_in(turn), company_in(turn)
    report = file_report(
        turn.turn.session, turn.turn.who, period, turn.turn.now, dict(turn.values), text, company=company
    )
    announce(turn.turn, report)
    if say:
        tell(turn.turn, report)
    return report


def tell(turn: Turn, report: Report) -> None:
    """Say that a report is in, with its state, and how to change it."""
    t = turn.t
    period = Period.of(ReportKind(report.kind), report.first_day)
    if report.version > 1:
        head = t("“{subject}” is changed: version {version}.", subject=report.subject, version=report.version)
    else:
        head = t("“{subject}” is in: {state}.", subject=report.subject, state=t.plain(STATE_WORDS[report.state]))
    lines = [head, t("{kind} {period}", kind=t.plain(KIND_NAMES[period.kind]), period=period.label)]
    keyboard = [
        [
            Button(t.plain(N_("Read")), button_data("report", "read", report.id)),
            Button(t.plain(N_("Change")), button_data("report", "change", report.id)),
        ]
    ]
    turn.redraw(Markup("\n").join(lines), keyboard)


def load(turn: Turn, record_id: int) -> Values | None:
    """The values of a report that was handed in, for changing it; None when it is not theirs to change."""
    report = turn.session.get(Report, record_id)
    return dict(report.body) if report is not None and is_own(turn, report) else None


def is_own(turn: Turn, report: Report) -> bool:
    """Whether a person may read and change a report: the author, or for a company's report its managers."""
    if report.person_id == turn.person_id:
        return True
    own = [company.id for company in companies_of(turn.session, turn.who)]
    return bool(report.company_key) and report.company_key in own


def may_read(turn: Turn, report: Report) -> bool:
    """Whether a person may read a report: whose it is, an admin, a viewer who sees every company it speaks of."""
    if is_own(turn, report) or turn.who.role is Role.admin:
        return True
    author = turn.session.get(Person, report.person_id)
    if turn.who.role is not Role.viewer or author is None or report.company_key:
        return False
    visible = {company.id for company in companies_of(turn.session, turn.who)}
    return {company.id for company in companies_of(turn.session, author)} <= visible
