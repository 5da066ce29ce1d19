"""The sheets of what is handed in: dailies, composed reports, on-time figures, leave (handbook §3, §5.4)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from handlers.check_ins.check_in_fields import CATEGORIES, STATUSES
from handlers.forms.fields import Option
from handlers.reminding.owed_lines import KIND_NAMES
from handlers.reports.filed import STATE_WORDS
from handlers.translations import N_
from handlers.workbooks.material import Material
from handlers.workbooks.sheets import (
    MIDDLE,
    NARROW,
    WIDE,
    WIDEST,
    Cell,
    Formula,
    Look,
    Sheet,
    live_rate,
    reference,
    stretch,
)
from schedules.obligations import due_day, is_company_kind
from schedules.periods import Period
from schedules.punctuality import dailies_by_person
from schedules.standing import OnTime, Standing, on_time_of, once_per_company, states_between
from schedules.working_days import ONE_DAY
from storage.export_rows import ReportRow
from storage.exports import leaves_touching, reports_between
from storage.kinds import ReportKind, ReportState
from storage.people import PersonId

_FAR = 62 * ONE_DAY
"""No report begins or falls due further than this from the days it is about."""
STATES = STATE_WORDS | {
    ReportState.missing: N_("not handed in"),
    ReportState.exempt: N_("nothing to hand in"),
    ReportState.pending: N_("still to come"),
}
DAILIES = (
    (N_("Date"), MIDDLE),
    (N_("Manager"), MIDDLE),
    (N_("Company"), WIDE),
    (N_("State"), MIDDLE),
    (N_("Late"), NARROW),
    (N_("On leave"), NARROW),
    (N_("Handed in"), WIDE),
    (N_("Times edited"), NARROW),
    (N_("Filed by an admin"), MIDDLE),
    (N_("At work or away"), MIDDLE),
    (N_("In training"), NARROW),
    (N_("On trial post"), NARROW),
    (N_("Trial passed"), NARROW),
    (N_("Trial failed"), NARROW),
    (N_("Sessions"), NARROW),
    (N_("Problem"), WIDEST),
    (N_("Category"), MIDDLE),
    (N_("Plan for tomorrow"), WIDEST),
)
REPORTS = (
    (N_("Kind"), MIDDLE),
    (N_("Period"), MIDDLE),
    (N_("First day"), MIDDLE),
    (N_("Until"), MIDDLE),
    (N_("Manager"), MIDDLE),
    (N_("Company"), WIDE),
    (N_("State"), MIDDLE),
    (N_("Late"), NARROW),
    (N_("On leave"), NARROW),
    (N_("Due"), WIDE),
    (N_("Handed in"), WIDE),
    (N_("Times edited"), NARROW),
    (N_("Filed by an admin"), MIDDLE),
    (N_("Subject"), WIDE),
    (N_("Text"), WIDEST),
)
PUNCTUALITY = (
    (N_("Kind"), MIDDLE),
    (N_("Manager or company"), WIDE),
    (N_("Required"), NARROW),
    (N_("On time"), NARROW),
    (N_("Late"), NARROW),
    (N_("Not in"), NARROW),
    (N_("Exempt"), NARROW),
    (N_("Extra"), NARROW),
    (N_("On-time rate"), MIDDLE),
    (N_("Submission rate"), MIDDLE),
)
LEAVES = (
    (N_("Manager"), MIDDLE),
    (N_("Company"), WIDE),
    (N_("First day"), MIDDLE),
    (N_("Until"), MIDDLE),
    (N_("Number of days"), NARROW),
    (N_("Reason"), WIDE),
    (N_("Cancelled"), WIDE),
    (N_("Recorded by"), MIDDLE),
    (N_("Recorded"), WIDE),
)


class Counts:
    """On-time figures of every person and company, summed stretch by stretch: a year's standings are not kept."""

    def __init__(self, m: Material) -> None:
        self._m = m
        self._of: dict[ReportKind, dict[str, OnTime]] = {kind: {} for kind in ReportKind}

    def add(self, standings: Iterable[Standing]) -> None:
        """Count standings, none of which was counted before; of companies' reports one each."""
        by_owner: dict[tuple[ReportKind, str], list[Standing]] = {}
        for each in standings:
            by_company = is_company_kind(each.kind)
            owner = self._m.company(each.company_id) if by_company else self._m.person(each.person_id)
            by_owner.setdefault((each.kind, owner), []).append(each)
        for (kind, owner), own in by_owner.items():
            self._add(kind, owner, on_time_of(own))

    def add_dailies(self, counted: Mapping[PersonId, OnTime]) -> None:
        """Count dailies that were counted already, person by person."""
        for person_id, own in counted.items():
            self._add(ReportKind.daily, self._m.person(person_id), own)

    def _add(self, kind: ReportKind, owner: str, counted: OnTime) -> None:
        known = self._of[kind].get(owner)
        self._of[kind][owner] = counted if known is None else together([known, counted])

    def by_kind(self) -> Iterable[tuple[ReportKind, list[tuple[str, OnTime]]]]:
        """The figures of each kind, owner by owner."""
        return ((kind, sorted(owners.items(), key=lambda item: item[0])) for kind, owners in self._of.items())


def together(counted: Iterable[OnTime]) -> OnTime:
    """The sums of some figures."""
    every = list(counted)
    return OnTime(**{figure.name: sum(getattr(each, figure.name) for each in every) for figure in fields(OnTime)})


def dailies(m: Material, counts: Counts) -> Sheet:
    """Every daily that was owed or sent, one a row: also those on leave and those that are missing."""
    rows: list[tuple[Cell, ...]] = []
    for first, last in _months(m.period.first, m.period.last):
        if len(rows) > m.most:
            counts.add_dailies(dailies_by_person(m.session, first, last, m.now, m.rules, m.person_ids))
            continue
        standings = states_between(m.session, ReportKind.daily, first, last, m.now, m.person_ids, m.rules)
        counts.add(standings)
        shown = standings[: m.most + 1 - len(rows)]
        if shown:
            said = reports_between(m.session, {ReportKind.daily}, shown[0].first_day, shown[-1].first_day)
            rows += [_daily(m, each, said.get((each.kind, each.first_day, each.person_id))) for each in shown]
    return m.sheet(N_("Dailies"), DAILIES, rows)


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The days from first to last month by month, so that no more than a month is in memory."""
    while first <= last:
        end = min(Period.monthly_of(first).last, last)
        yield first, end
        first = end + ONE_DAY


def _daily(m: Material, standing: Standing, report: ReportRow | None) -> tuple[Cell, ...]:
    body: dict[str, Any] = report.words if report is not None and m.may_read(standing.person_id) else {}
    trial = body.get("trial") or {}
    return (
        standing.first_day,
        m.person(standing.person_id),
        m.companies_of(standing.person_id),
        *_state(m, standing),
        *_handed_in(m, report),
        _option(m, STATUSES, body.get("status")),
        _number(body.get("in_training")),
        _number(trial.get("on_trial")),
        _number(trial.get("passed")),
        _number(trial.get("failed")),
        len(body["sessions"]) if body.get("sessions") else None,
        _text(body.get("problem")),
        _option(m, CATEGORIES, body.get("category")) if body.get("problem") else None,
        _text(body.get("plan")),
    )


def _composed(m: Material, kind: ReportKind) -> Iterator[list[Standing]]:
    """How every report of a kind stands that is about days of the period, or due in it; a month's at a time."""
    only = None if is_company_kind(kind) else m.person_ids
    for first, last in _months(m.period.first - _FAR, m.period.last + _FAR):
        found = states_between(m.session, kind, first, last, m.now, only, m.rules)
        if is_company_kind(kind):
            found = [each for each in found if each.company_id in m.reach.company_ids]
        yield [each for each in once_per_company(found) if _concerns(m, each)]


def _concerns(m: Material, standing: Standing) -> bool:
    if standing.first_day <= m.period.last and standing.last_day >= m.period.first:
        return True
    return standing.due_at is not None and due_day(standing.kind, standing.due_at, m.zone) in m.period


def reports(m: Material, counts: Counts) -> Sheet:
    """Every composed report that was owed or sent, with its text."""
    rows: list[tuple[Cell, ...]] = []
    for kind in ReportKind:
        if kind is ReportKind.daily:
            continue
        for standings in _composed(m, kind):
            counts.add(standings)
            shown = standings[: m.most + 1 - len(rows)]
            if shown:
                said = reports_between(m.session, {kind}, shown[0].first_day, shown[-1].first_day)
                rows += [_report(m, each, said.get((kind, each.first_day, _owner(each)))) for each in shown]
    return m.sheet(N_("Reports"), REPORTS, rows)


def _owner(standing: Standing) -> int:
    """Whose report it is, as `reports_between` has it."""
    return -standing.company_id if is_company_kind(standing.kind) and standing.company_id else standing.person_id


def _report(m: Material, standing: Standing, report: ReportRow | None) -> tuple[Cell, ...]:
    is_company = is_company_kind(standing.kind)
    author = report.person_id if report is not None else None if is_company else standing.person_id
    may_read = report is not None and (is_company or m.may_read(report.person_id))
    return (
        m.t.plain(KIND_NAMES[standing.kind]),
        Period.of(standing.kind, standing.first_day).label,
        standing.first_day,
        standing.last_day,
        m.person(author),
        m.company(standing.company_id) if is_company else m.companies_of(standing.person_id),
        *_state(m, standing),
        m.moment(standing.due_at),
        *_handed_in(m, report),
        report.subject if report is not None else None,
        report.words if report is not None and may_read else None,
    )


def punctuality(m: Material, counts: Counts) -> Sheet:
    """On-time and submission rates of each person and each company, kind by kind; beneath, those of each kind."""
    rows: list[tuple[Cell, ...]] = []
    for kind, owners in counts.by_kind():
        for owner, counted in owners:
            row = len(rows) + 2
            if any(_counts(counted)):
                rows.append((m.t.plain(KIND_NAMES[kind]), owner, *_counts(counted), *_rates(counted, row)))
    last = len(rows) + 1
    totals: list[tuple[Cell, ...]] = []
    for kind, owners in counts.by_kind():
        counted = together(counted for _, counted in owners) if owners else on_time_of(())
        if any(_counts(counted)):
            row = last + 2 + len(totals)
            kinds, of_kind = stretch(0, 2, last), reference(0, row)
            sums = [
                Formula(f"=SUMIFS({stretch(column, 2, last)},{kinds},{of_kind})", count, Look.whole)
                for column, count in enumerate(_counts(counted), 2)
            ]
            everybody = m.t.plain(N_("all together"))
            totals.append((m.t.plain(KIND_NAMES[kind]), everybody, *sums, *_rates(counted, row)))
    return m.sheet(N_("Punctuality"), PUNCTUALITY, rows, totals)


def _counts(counted: OnTime) -> tuple[int, ...]:
    return counted.required, counted.on_time, counted.late, counted.missing, counted.exempt, counted.extra


def _rates(counted: OnTime, row: int) -> tuple[Formula, Formula]:
    required, on_time, late = (reference(column, row) for column in (2, 3, 4))
    handed_in = counted.on_time + counted.late
    return (
        live_rate(on_time, required, counted.on_time, counted.required),
        live_rate(f"({on_time}+{late})", required, handed_in, counted.required),
    )


def leaves(m: Material) -> Sheet:
    """Leave that touches the period. The reason is between the person and the admins."""
    may_read_all = m.reach.visible is None and m.reach.with_notes
    rows: list[tuple[Cell, ...]] = [
        (
            m.person(each.person_id),
            m.companies_of(each.person_id),
            each.first_day,
            each.last_day,
            (each.last_day - each.first_day).days + 1,
            each.reason if may_read_all or each.person_id == m.reach.reader else None,
            m.moment(each.cancelled_at),
            m.person(each.recorded_by),
            m.moment(each.recorded_at),
        )
        for each in leaves_touching(m.session, m.extent, m.person_ids)
    ]
    return m.sheet(N_("Leave"), LEAVES, rows)


def _state(m: Material, standing: Standing) -> tuple[Cell, ...]:
    """State, late, on leave."""
    can_still_come = standing.overdue and standing.state is ReportState.pending
    state = m.t.plain(N_("not in, can still come")) if can_still_come else m.t.plain(STATES[standing.state])
    return state, m.yes(standing.state is ReportState.late), m.yes(standing.on_leave)


def _handed_in(m: Material, report: ReportRow | None) -> tuple[Cell, ...]:
    """When, how often it was edited, which admin filed it."""
    if report is None:
        return None, None, None
    return m.moment(report.sent_at), report.version - 1 or None, m.person(report.filed_by)


def _option(m: Material, options: Iterable[Option], value: object) -> Cell:
    return next((option.text(m.t) for option in options if option.value == value), None)


def _number(value: object) -> Cell:
    return value if isinstance(value, int) else None


def _text(value: object) -> Cell:
    return value if isinstance(value, str) else None
