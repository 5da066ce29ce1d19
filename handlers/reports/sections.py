"""The sections that weekly and monthly reports share (handbook §7). Every number stands with its fraction."""

from collections.abc import Iterable

from handlers.figures.figures_text import on_time_text, ride_along_text, spot_check_text
from handlers.reports.draft import Scope, Section, cohort_line
from handlers.translations import N_
from schedules.standing import on_time_of, states_between
from storage.cohort_figures import CohortFigures, cohorts_closing_between, cohorts_in_progress, pool
from storage.coverage import current_coverage, not_yet_accompanied
from storage.kinds import ReportKind
from storage.ratios import format_rate
from storage.roster import EventKind

SESSION_KINDS = {
    "induction": N_("Induction"),
    "refresher": N_("Refresher"),
    "supervisors": N_("Supervisors"),
    "special_posts": N_("Special posts"),
    "promotion": N_("Promotion/policy"),
    "customer_event": N_("Customer event"),
    "other": N_("Other"),
}
CHANGES = {
    EventKind.hired: N_("hired"),
    EventKind.training_started: N_("training started"),
    EventKind.trial_started: N_("trial started"),
    EventKind.trial_passed: N_("trial passed"),
    EventKind.trial_failed: N_("trial failed"),
    EventKind.on_post: N_("on post"),
    EventKind.eliminated: N_("eliminated"),
    EventKind.left: N_("left"),
    EventKind.rejoined: N_("rejoined"),
}
NAMES_SHOWN = 30


def new_hire_orders(scope: Scope) -> Section:
    """Each cohort in progress or closed in the period; several closed ones also pooled."""
    t = scope.t
    closed = closed_cohorts(scope)
    # One that closed on the last day is both: as of that day in progress, as of today final.
    known = {cohort.cohort_id for cohort in closed}
    in_progress = cohorts_in_progress(scope.session, scope.company_ids, scope.as_of)
    running = [cohort for cohort in in_progress if cohort.cohort_id not in known]
    lines = [cohort_line(t, cohort, cohort.name) for cohort in [*closed, *running]]
    if len(closed) > 1:
        lines.append(cohort_line(t, pool(closed), t.plain("All closed, pooled")))
    return Section(t.plain("New-hire orders"), tuple(lines) or (t.plain("No cohort in progress or closed."),))


def closed_cohorts(scope: Scope) -> list[CohortFigures]:
    """The cohorts whose last window closed in the period, by now final."""
    first, last = scope.period.first, scope.period.last
    found = cohorts_closing_between(scope.session, scope.company_ids, first, last, scope.today)
    return [cohort for cohort in found if not cohort.interim]


def training(scope: Scope) -> Section:
    """Sessions held: expected and present, and those without a written summary."""
    t, records = scope.t, scope.records()
    lines = [
        t.plain(
            "{day} {kind} “{topic}”: {present}/{expected} present",
            day=t.day(s.day),
            kind=t.plain(SESSION_KINDS.get(s.kind, SESSION_KINDS["other"])),
            topic=s.topic,
            present=s.present,
            expected=s.expected,
        )
        for s in records.sessions
    ]
    if records.sessions:
        present, expected = sum(s.present for s in records.sessions), sum(s.expected for s in records.sessions)
        lines.append(
            t.plain(
                "Sessions: {count}; present {rate}",
                count=len(records.sessions),
                rate=format_rate(present, expected),
            )
        )
        missing = [f"{t.day(s.day)} {s.topic}" for s in records.missing_summaries]
        if missing:
            lines.append(t.plain("Summary still missing: {sessions}", sessions=", ".join(missing)))
    return Section(t.plain("Training"), tuple(lines) or (t.plain("No session held."),))


def trial_post(scope: Scope) -> Section:
    """Trials decided in the period, and the pass rate; undecided ones are not counted."""
    t, changes = scope.t, scope.records().roster_changes
    passed, failed = changes.get(EventKind.trial_passed, 0), changes.get(EventKind.trial_failed, 0)
    decided = t.plain("Passed {passed}, failed {failed}", passed=passed, failed=failed)
    if passed + failed:
        decided += "; " + t.plain("trial pass rate {rate}", rate=format_rate(passed, passed + failed))
    return Section(t.plain("Trial post"), (decided,))


def follow_up(scope: Scope) -> Section:
    """Ride-alongs with their coverage, spot checks, drills; who was not visited yet goes to the author alone."""
    t, records = scope.t, scope.records()
    now = current_coverage(scope.session, scope.company_ids, scope.as_of)
    lines = [
        t.plain(
            "Ride-alongs: {count}; coverage {rate}",
            count=records.ride_alongs,
            rate=ride_along_text(t, now),
        ),
        t.plain(
            "Spot checks: {count}; coverage {rate}",
            count=records.spot_checks,
            rate=spot_check_text(t, now),
        ),
        t.plain("Practice drills: {count}", count=records.drills),
    ]
    waiting = [hire.name for hire in not_yet_accompanied(scope.session, scope.company_ids, scope.as_of)]
    private = (t.plain("Not yet visited: {names}", names=_listed(waiting)),) if waiting else ()
    return Section(t.plain("Follow-up"), tuple(lines), private)


def problems(scope: Scope) -> Section:
    """New and open problems, and how the solutions moved."""
    t, records = scope.t, scope.records()
    lines = [
        t.plain("New: {count}, open: {open}", count=len(records.new_problems), open=len(records.open_problems)),
        *(f"#{problem.id} {problem.text[:80]}" for problem in records.new_problems),
        *(
            t.plain("Solution to #{number}: {progress}% {note}", number=s.problem_id, progress=c.progress, note=c.note)
            for s, c in records.progress
        ),
    ]
    return Section(t.plain("Problems and solutions"), tuple(line.rstrip() for line in lines))


def roster_changes(scope: Scope) -> Section:
    """What happened to hires, counted."""
    t, changes = scope.t, scope.records().roster_changes
    counted = [f"{t.plain(word)} {changes[kind]}" for kind, word in CHANGES.items() if changes.get(kind)]
    return Section(t.plain("Roster changes"), (", ".join(counted) or t.plain("None"),))


def dailies(scope: Scope) -> Section:
    """Required, on time, late; and which day is still missing."""
    t = scope.t
    standings = states_between(
        scope.session, ReportKind.daily, scope.period.first, scope.as_of, scope.now, [scope.person_id]
    )
    counted = on_time_of(standings)
    lines = [
        t.plain(
            "Required {required}, on time {on_time}, late {late}",
            required=counted.required,
            on_time=counted.on_time,
            late=counted.late,
        ),
        t.plain("On-time rate {rate}", rate=on_time_text(counted)),
    ]
    missing = [s.first_day for s in standings if not s.is_in and (s.overdue or s.state == "pending")]
    if missing:
        lines.append(t.plain("Not in yet: {days}", days=", ".join(t.day(day) for day in missing)))
    if not scope.is_over:
        lines.append(t.plain("Data up to {day}.", day=t.day(scope.as_of)))
    return Section(t.plain("Daily check-ins"), tuple(lines))


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    shown = ", ".join(every[:NAMES_SHOWN])
    return shown if len(every) <= NAMES_SHOWN else f"{shown} … ({len(every)})"
