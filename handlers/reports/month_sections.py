"""The sections that only the monthly report has (handbook §7)."""

from collections.abc import Sequence
from typing import Any

from handlers.figures.figures_text import on_time_text, retention_text, survival_text
from handlers.figures.kpi_text import card_lines
from handlers.reports import sections
from handlers.reports.draft import Scope, Section
from handlers.reports.filed import STATE_WORDS
from handlers.reports.order_rate import correction_line
from handlers.reports.plan import NO_TRAINING
from handlers.translations import N_
from schedules.calendars import deadline_rules
from schedules.kpi_figures import card_of
from schedules.order_rate import correction_since, corrections_of, snapshot_of
from schedules.periods import Period
from schedules.punctuality import on_time_due
from storage.cohort_figures import survival_decided_between
from storage.kinds import ReportKind
from storage.own_reports import find_report
from storage.people import Company
from storage.ratios import UNDEFINED
from storage.trainings import TrainingSession

NOT_IN = N_("Not handed in yet.")


def retention(scope: Scope) -> Section:
    """Who of each closed cohort stayed, and who of those on post three months ago is still there (handbook §9)."""
    t = scope.t
    lines = [f"{c.name}: {retention_text(t, c)}" for c in sections.closed_cohorts(scope)]
    return Section(t.plain("Retention"), (*(lines or [UNDEFINED]), *_survival_lines(scope)))


def _survival_lines(scope: Scope) -> list[str]:
    """Survival of the cohorts whose three months are over in this month."""
    t, period = scope.t, scope.period
    due = survival_decided_between(scope.session, scope.company_ids, period.first, period.last, scope.today)
    return [
        t.plain(N_("{cohort}, survival at 3 months: {rate}"), cohort=name, rate=survival_text(t, survival))
        for name, survival in due
    ]


def punctuality(scope: Scope) -> Section:
    """On-time rate of the weeklies that fell due in the month."""
    t = scope.t
    rules = deadline_rules(scope.session)
    counted = on_time_due(scope.session, ReportKind.weekly, scope.period, scope.now, rules, [scope.person_id])
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


def sales_skills(scope: Scope) -> Section:
    """Whether the month's sales-skills summary is in, and how."""
    t = scope.t
    report = find_report(scope.session, ReportKind.skills_mail, scope.period.first, scope.person_id, 0)
    line = t.plain(NOT_IN) if report is None else t.plain(STATE_WORDS[report.state])
    return Section(t.plain("Sales-skills summary"), (line,))


def plan_against_actual(scope: Scope) -> Section:
    """For each kind of training what the month's plan said, and what was held."""
    t, held, lines = scope.t, scope.records().sessions, []
    for company in scope.companies:
        planned = _planned(scope, company, scope.period)
        prefix = f"{company.name}: " if len(scope.companies) > 1 else ""
        own = [session for session in held if session.company_id == company.id]
        compared = [t.plain("no plan was handed in for this month")]
        lines += [prefix + line for line in (_by_kind(scope, planned, own) if planned is not None else compared)]
    return Section(t.plain("Plan against actual"), tuple(lines) or (t.plain("None"),))


def kpi(scope: Scope) -> Section:
    """The author's KPI card as it stands; for the author's eyes (handbook §8, §10)."""
    card = card_of(scope.session, scope.person, scope.period.first, scope.now).card
    return Section(scope.t.plain("KPI card"), (), tuple(card_lines(scope.t, card)))


def next_plan(scope: Scope) -> Section:
    """What is planned for the month after, as far as the plan is in."""
    t, lines = scope.t, []
    following = scope.period.next()
    for company in scope.companies:
        planned = _planned(scope, company, following)
        prefix = f"{company.name}: " if len(scope.companies) > 1 else ""
        if planned is None:
            lines.append(prefix + t.plain(NOT_IN))
        else:
            total = _participants(planned)
            lines.append(prefix + t.plain("Trainings: {count}; participants: {total}", count=len(planned), total=total))
    return Section(t.plain("Training plan {month}", month=following.label), tuple(lines) or (t.plain("None"),))


def corrections(scope: Scope) -> Section:
    """Submitted figures that have changed since: what was said and what holds now."""
    t, found = scope.t, []
    for company_id in scope.company_ids:
        found += corrections_of(scope.session, company_id, scope.period.first, scope.today)
        snapshot = snapshot_of(scope.session, company_id, scope.period.first)
        if snapshot is not None:
            found += correction_since(scope.session, snapshot, scope.today)
    return Section(t.plain("Corrections"), tuple(correction_line(t, each) for each in found) or (t.plain("None"),))


def _planned(scope: Scope, company: Company, month: Period) -> list[dict[str, Any]] | None:
    """The trainings of a company's plan for a month; None when no plan is in."""
    report = find_report(scope.session, ReportKind.plan, month.first, scope.person_id, company.id or 0)
    if report is None:
        return None
    return [row for row in report.body.get("weeks") or [] if row.get("kind") != NO_TRAINING]


def _participants(planned: Sequence[dict[str, Any]]) -> int:
    return sum(int(row.get("participants") or 0) for row in planned)


def _by_kind(scope: Scope, planned: Sequence[dict[str, Any]], held: Sequence[TrainingSession]) -> list[str]:
    t, lines = scope.t, []
    for kind, name in sections.SESSION_KINDS.items():
        rows = [row for row in planned if row.get("kind") == kind]
        own = [session for session in held if session.kind == kind]
        if rows or own:
            lines.append(
                t.plain(
                    "{kind}: planned {planned} with {people} people, held {held} with {present} present",
                    kind=t.plain(name),
                    planned=len(rows),
                    people=_participants(rows),
                    held=len(own),
                    present=sum(session.present for session in own),
                )
            )
    return lines
