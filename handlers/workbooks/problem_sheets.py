"""The sheets of problems with their solutions, and of incidents (handbook §6, §7)."""

from handlers.follow_up.incident import KINDS
from handlers.follow_up.problem_card import category_words
from handlers.translations import N_
from handlers.workbooks.material import Material
from handlers.workbooks.sheets import MIDDLE, NARROW, WIDE, WIDEST, Cell, Sheet
from storage.check_ins import WITHDRAWN
from storage.exports import incidents_between, problems_between

PROBLEMS = (
    (N_("Number"), NARROW),
    (N_("Date"), MIDDLE),
    (N_("Company"), WIDE),
    (N_("Manager"), MIDDLE),
    (N_("Category"), MIDDLE),
    (N_("Problem"), WIDEST),
    (N_("Suggestion"), WIDE),
    (N_("Answered"), WIDE),
    (N_("Closed"), WIDE),
    (N_("Closing note"), WIDE),
    (N_("Solution"), WIDEST),
    (N_("Owner"), MIDDLE),
    (N_("Progress in percent"), NARROW),
    (N_("Last check"), MIDDLE),
    (N_("Note on it"), WIDE),
)
INCIDENTS = (
    (N_("Date"), MIDDLE),
    (N_("Company"), WIDE),
    (N_("Manager"), MIDDLE),
    (N_("Kind"), MIDDLE),
    (N_("What happened"), WIDEST),
    (N_("Handling"), WIDEST),
    (N_("Recorded"), WIDE),
)


def problems(m: Material) -> Sheet:
    """Problems of the period and those still open from before; one row for each of their solutions."""
    rows: list[tuple[Cell, ...]] = []
    for each in problems_between(m.session, m.extent):
        withdrawn = each.closing_note == WITHDRAWN
        rows.append(
            (
                each.id,
                each.reported_on,
                m.company(each.company_id),
                m.person(each.person_id),
                category_words(m.t, each.category),
                each.text,
                each.suggestion,
                m.moment(each.answered_at),
                m.moment(each.closed_at),
                m.t.plain(N_("taken out of the check-in")) if withdrawn else each.closing_note,
                each.solution,
                m.person(each.owner_id),
                each.progress,
                each.checked_on,
                each.check_note,
            )
        )
    return m.sheet(N_("Problems and solutions"), PROBLEMS, rows)


def incidents(m: Material) -> Sheet:
    """Complaints and breaches of the rules."""
    words = {option.value: option.text(m.t) for option in KINDS}
    rows: list[tuple[Cell, ...]] = [
        (
            each.day,
            m.company(each.company_id),
            m.person(each.person_id),
            words.get(each.kind, each.kind),
            each.text,
            each.handling,
            m.moment(each.recorded_at),
        )
        for each in incidents_between(m.session, m.extent)
    ]
    return m.sheet(N_("Incidents"), INCIDENTS, rows)
