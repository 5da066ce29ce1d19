"""The draft a reminder brings along: what the report would say, composed from the records (handbook §3, §7)."""

from datetime import datetime

from markupsafe import Markup
from sqlmodel import Session

from handlers.reminding.owed_lines import title
from handlers.reports import order_rate
from handlers.reports.draft import Scope, Section, as_card_lines, compose
from handlers.reports.periodic import WEEKLY_SECTIONS
from handlers.translations import Translator
from schedules.deadlines import DeadlineRules
from schedules.owed import OwedReport
from schedules.periods import local_day
from storage.kinds import ReportKind
from storage.people import Person, companies_of


def draft_text(
    session: Session, owed: OwedReport, person: Person, now: datetime, rules: DeadlineRules, t: Translator
) -> Markup:
    """The draft as its author sees it, under its title; empty for a report that has none."""
    own = [company for company in companies_of(session, person) if owed.company_id in (None, company.id)]
    scope = Scope(session, t, person, own, owed.period, now, local_day(now, rules.zone))
    sections = [section for section in _sections(scope) if section.lines]
    if not sections:
        return Markup("")
    heading = Markup("<b>{}</b>").format(title(owed, t))
    return Markup("\n").join([heading, *as_card_lines(sections)])


def _sections(scope: Scope) -> list[Section]:
    match scope.period.kind:
        case ReportKind.weekly:
            return compose(scope, WEEKLY_SECTIONS)
        case ReportKind.order_rate if scope.companies:
            return order_rate.sections(scope)
        case _:
            return []
