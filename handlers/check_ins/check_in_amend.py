"""Keeping a daily check-in in step with what came with it: a later summary or wording becomes a version of it."""

from dataclasses import replace

from handlers.check_ins.check_in import CHECK_IN
from handlers.check_ins.check_in_notes import as_text
from handlers.forms.fields import Values
from handlers.forms.form import FormTurn
from handlers.people.roles import translator_for
from handlers.turn import Turn
from schedules.filing import file_report
from schedules.periods import Period
from storage.kinds import ReportKind
from storage.people import Person
from storage.reports import Report


def amend_check_in(turn: Turn, report: Report, changes: Values) -> None:
    """Add a version in which these of the check-in's values are different; its state stays as it was."""
    author = turn.session.get(Person, report.person_id)
    if author is None or report.kind is not ReportKind.daily:
        return
    body = {**report.body, **changes}
    if body == report.body:
        return
    # As its author would have written it: their companies, their language.
    as_author = replace(turn, person=author, t=translator_for(author, turn.surroundings))
    known = {each.key for each in CHECK_IN.fields}
    values = {key: value for key, value in body.items() if key in known} | {"day": report.first_day.isoformat()}
    text = as_text(CHECK_IN, FormTurn(as_author, values, report.id))
    filed_by = turn.person_id if author.id != turn.person_id else None
    file_report(turn.session, author, Period.daily(report.first_day), turn.now, body, text, filed_by=filed_by)
