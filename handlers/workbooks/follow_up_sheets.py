"""The sheets of training and follow-up: sessions, ride-alongs, drills, spot checks (handbook §6)."""

from collections.abc import Iterable

from handlers.follow_up.drill_fields import RESULTS as DRILL_RESULTS
from handlers.follow_up.drill_fields import content_words
from handlers.follow_up.ride_along_fields import CRITERIA, CUSTOMER_KINDS, MODES, PARTS_OF_DAY
from handlers.follow_up.spot_check import RESULTS as CHECK_RESULTS
from handlers.follow_up.spot_check import TOPICS
from handlers.forms.fields import Option
from handlers.reports.sections import SESSION_KINDS
from handlers.translations import N_
from handlers.workbooks.material import Material
from handlers.workbooks.sheets import MIDDLE, NARROW, WIDE, WIDEST, Cell, Sheet, live_rate, reference
from storage.drills import note_of
from storage.exports import drills_between, ride_alongs_between, sessions_between, spot_checks_between
from storage.roster import HireId
from storage.trainings import SUMMARY_LENGTH

SESSIONS = (
    (N_("Date"), MIDDLE),
    (N_("Company"), WIDE),
    (N_("Manager"), MIDDLE),
    (N_("Kind"), MIDDLE),
    (N_("Topic"), WIDE),
    (N_("From"), NARROW),
    (N_("To"), NARROW),
    (N_("Expected"), NARROW),
    (N_("Present"), NARROW),
    (N_("Attendance"), MIDDLE),
    (N_("Summary missing"), NARROW),
    (N_("Summary"), WIDEST),
    (N_("Recorded"), WIDE),
)
RIDE_ALONGS = (
    (N_("Date"), MIDDLE),
    (N_("Company"), WIDE),
    (N_("Cohort"), MIDDLE),
    (N_("Hire"), MIDDLE),
    (N_("Manager"), MIDDLE),
    (N_("Part of the day"), MIDDLE),
    (N_("Mode"), MIDDLE),
    (N_("Visits"), NARROW),
    (N_("Customers"), WIDE),
    (N_("Times edited"), NARROW),
    (N_("Recorded"), WIDE),
)
RIDE_ALONG_NOTES = (
    *((criterion.label, NARROW) for criterion in CRITERIA),
    (N_("Did well"), WIDEST),
    (N_("To improve"), WIDEST),
    (N_("Next step"), WIDE),
    (N_("Next step on"), MIDDLE),
    (N_("Next step closed"), WIDE),
)
DRILLS = (
    (N_("Date"), MIDDLE),
    (N_("Time"), NARROW),
    (N_("Company"), WIDE),
    (N_("Manager"), MIDDLE),
    (N_("Who took part"), WIDE),
    (N_("Number of people"), NARROW),
    (N_("Content"), WIDE),
    (N_("Two acted it out"), NARROW),
    (N_("Others commented"), NARROW),
    (N_("Corrected, demonstrated"), NARROW),
    (N_("Times edited"), NARROW),
    (N_("Recorded"), WIDE),
)
DRILL_NOTES = ((N_("Common problems"), WIDEST), (N_("Result"), WIDE))
SPOT_CHECKS = (
    (N_("Date"), MIDDLE),
    (N_("Company"), WIDE),
    (N_("Cohort"), MIDDLE),
    (N_("Hire"), MIDDLE),
    (N_("Manager"), MIDDLE),
    (N_("Topic"), MIDDLE),
    (N_("Times edited"), NARROW),
    (N_("Recorded"), WIDE),
)
SPOT_CHECK_NOTES = ((N_("Result"), MIDDLE), (N_("Feedback"), WIDEST))


def sessions(m: Material) -> Sheet:
    """The training sessions, with the attendance as a live fraction."""
    rows: list[tuple[Cell, ...]] = [
        (
            each.day,
            m.company(each.company_id),
            m.person(each.person_id),
            m.t.plain(SESSION_KINDS.get(each.kind, SESSION_KINDS["other"])),
            each.topic,
            each.starts,
            each.ends,
            each.expected,
            each.present,
            live_rate(reference(8, row), reference(7, row), each.present, each.expected),
            m.yes(len(each.summary.strip()) < SUMMARY_LENGTH),
            each.summary,
            m.moment(each.recorded_at),
        )
        for row, each in enumerate(sessions_between(m.session, m.extent), 2)
    ]
    return m.sheet(N_("Training sessions"), SESSIONS, rows)


def ride_alongs(m: Material) -> Sheet:
    """The ride-alongs; scores and notes for those who may have them."""
    rows: list[tuple[Cell, ...]] = []
    for each in ride_alongs_between(m.session, m.extent):
        notes: tuple[Cell, ...] = (
            *(each.scores.get(criterion.value) for criterion in CRITERIA),
            each.did_well,
            each.to_improve,
            each.next_step,
            each.next_step_on,
            m.moment(each.next_step_closed_at),
        )
        rows.append(
            (
                each.day,
                m.company(each.company_id),
                m.cohort(each.hire_id),
                m.hire(each.hire_id),
                m.person(each.person_id),
                _word(m, PARTS_OF_DAY, each.part_of_day),
                _word(m, MODES, each.mode),
                each.visits,
                _words(m, CUSTOMER_KINDS, each.customer_kinds.split(",")),
                len(each.versions) or None,
                m.moment(each.recorded_at),
                *(notes if m.reach.with_notes else ()),
            )
        )
    return m.sheet(N_("Ride-alongs"), (*RIDE_ALONGS, *(RIDE_ALONG_NOTES if m.reach.with_notes else ())), rows)


def drills(m: Material) -> Sheet:
    """The drills; what went wrong for those who may have notes."""
    rows: list[tuple[Cell, ...]] = []
    for each in drills_between(m.session, m.extent):
        people = m.t.plain(N_(", ")).join(m.hire(HireId(number)) for number in each.hires)
        notes = (each.common_problems, _word(m, DRILL_RESULTS, each.result))
        rows.append(
            (
                each.day,
                each.starts,
                m.company(each.company_id),
                m.person(each.person_id),
                people,
                len(each.hires),
                content_words(m.t, note_of(each)),
                m.yes(each.acted_out),
                m.yes(each.commented),
                m.yes(each.corrected),
                len(each.versions) or None,
                m.moment(each.recorded_at),
                *(notes if m.reach.with_notes else ()),
            )
        )
    return m.sheet(N_("Practice drills"), (*DRILLS, *(DRILL_NOTES if m.reach.with_notes else ())), rows)


def spot_checks(m: Material) -> Sheet:
    """The spot checks; results and feedback for those who may have them."""
    rows: list[tuple[Cell, ...]] = []
    for each in spot_checks_between(m.session, m.extent):
        notes = (_word(m, CHECK_RESULTS, each.result), each.feedback)
        rows.append(
            (
                each.day,
                m.company(each.company_id),
                m.cohort(each.hire_id),
                m.hire(each.hire_id),
                m.person(each.person_id),
                _word(m, TOPICS, each.topic),
                len(each.versions) or None,
                m.moment(each.recorded_at),
                *(notes if m.reach.with_notes else ()),
            )
        )
    return m.sheet(N_("Spot checks"), (*SPOT_CHECKS, *(SPOT_CHECK_NOTES if m.reach.with_notes else ())), rows)


def _word(m: Material, options: Iterable[Option], value: str) -> str:
    return next((option.text(m.t) for option in options if option.value == value), value)


def _words(m: Material, options: Iterable[Option], values: Iterable[str]) -> str:
    return m.t.plain(N_(", ")).join(_word(m, options, value) for value in values)
