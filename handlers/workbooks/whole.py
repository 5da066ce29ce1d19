"""A whole workbook: which sheets it has, in which order, and the first one, which says what it is."""

from dataclasses import dataclass

from handlers.figures.stats import period_words
from handlers.translations import N_
from handlers.workbooks import figure_sheets, follow_up_sheets, problem_sheets, report_sheets, roster_sheets
from handlers.workbooks.material import Material
from handlers.workbooks.sheets import WIDEST, Cell, Column, Sheet

_LABEL_WIDTH = 26
_NAMED = 12
"""Companies named one by one on the first sheet."""


@dataclass(frozen=True)
class Whole:
    """What a workbook holds, ready to be written off the session."""

    sheets: tuple[Sheet, ...]
    records: int
    """Rows on the sheets of records, without figures."""
    cut: tuple[str, ...]
    """Sentences on what had to be left out for its size."""


def gather(m: Material) -> Whole:
    """Every sheet of the workbook. Needs the session; nothing is written yet."""
    counts = report_sheets.Counts(m)
    records = (
        report_sheets.dailies(m, counts),
        follow_up_sheets.sessions(m),
        follow_up_sheets.ride_alongs(m),
        follow_up_sheets.drills(m),
        follow_up_sheets.spot_checks(m),
        roster_sheets.orders(m),
        roster_sheets.order_changes(m),
        roster_sheets.roster(m),
        roster_sheets.events(m),
        problem_sheets.problems(m),
        problem_sheets.incidents(m),
        report_sheets.leaves(m),
        report_sheets.reports(m, counts),
    )
    found = figure_sheets.figures_of(m)
    figures = (figure_sheets.figures(m, found), report_sheets.punctuality(m, counts))
    cohorts = figure_sheets.cohort_sheets(m, found)
    cut = _cut(m, (*records, *figures), len(found.every) - len(cohorts))
    sheets = (*figures, *records, *cohorts)
    return Whole((_about(m, sheets, cut), *sheets), sum(len(sheet.rows) for sheet in records), tuple(cut))


def _cut(m: Material, sheets: tuple[Sheet, ...], cohorts_left_out: int) -> list[str]:
    t = m.t
    said = [
        t.plain(
            "Cut: “{sheet}” holds the first {count} rows only. A shorter period shows all of them.",
            sheet=sheet.title,
            count=len(sheet.rows),
        )
        for sheet in sheets
        if sheet.is_cut
    ]
    if cohorts_left_out > 0:
        said.append(
            t.plain(
                "Cut: {count} cohorts have no sheet of their own; all are on “{sheet}”.",
                count=cohorts_left_out,
                sheet=t.plain("Figures by cohort"),
            )
        )
    return said


def _about(m: Material, sheets: tuple[Sheet, ...], cut: list[str]) -> Sheet:
    t = m.t
    names = list(m.companies.values())
    shown = t.plain(N_(", ")).join(names[:_NAMED])
    if len(names) > _NAMED:
        shown = t.plain(N_("{names} and {count} more"), names=shown, count=len(names) - _NAMED)
    facts: list[tuple[Cell, ...]] = [
        (t.plain("Period"), period_words(t, m.period)),
        (t.plain("First day"), m.period.first),
        (t.plain("Until"), m.period.last),
        (t.plain("Companies"), shown),
        (t.plain("Made"), m.moment(m.now)),
        *((t.plain("Please note"), sentence) for sentence in cut),
        (None, t.plain("Rates are formulas over the counts beside them, cut to one decimal and never rounded up.")),
        (None, t.plain("A cohort in progress is interim: its figures change until its last window has closed.")),
    ]
    if not m.reach.with_notes:
        facts.append((None, t.plain("Notes on people, scores and reasons are private and left out.")))
    if m.reach.visible is not None:
        facts.append((None, t.plain("What a report says is left out where it also speaks of other companies.")))
    facts += [(sheet.title, t.plain("{count} rows", count=len(sheet.rows))) for sheet in sheets]
    return Sheet(t.plain("About"), (Column(t.plain("Workbook"), _LABEL_WIDTH), Column("", WIDEST)), tuple(facts))
