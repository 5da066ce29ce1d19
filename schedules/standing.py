"""How each report stands, and the on-time figures: the one place for both (handbook §3, §5.4)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sqlmodel import Session

from schedules.calendars import deadline_rules
from schedules.deadlines import DeadlineRules
from schedules.obligations import Absences, absences_between, due_day, is_company_kind, missing_from
from schedules.working_days import Certainty
from storage.kinds import ReportKind, ReportState
from storage.obligations import Owed, deactivated, owed_between, unowed_reports
from storage.people import CompanyId, PersonId


@dataclass(frozen=True)
class Standing:
    """How one report of one person stands at a moment; a company's stands alike for each of its managers."""

    person_id: PersonId
    company_id: CompanyId | None
    kind: ReportKind
    first_day: date
    last_day: date
    state: ReportState
    """pending covers everything that can still come in, `overdue` or not."""
    due_at: datetime | None = None
    """None for a report nobody owed."""
    sent_at: datetime | None = None
    on_leave: bool = False
    """Why it is exempt or extra."""
    overdue: bool = False
    """The deadline has passed and nothing came. Never so where the calendar is unsure."""
    certainty: Certainty = Certainty.official

    @property
    def is_in(self) -> bool:
        """Whether a report was handed in, owed or not."""
        return self.sent_at is not None

    @property
    def counts(self) -> bool:
        """Whether it is in the denominator of the rates: owed for sure, and in or overdue (handbook §5.4)."""
        if self.certainty is not Certainty.official:
            return False
        return self.state in (ReportState.on_time, ReportState.late) or self.overdue


@dataclass(frozen=True)
class OnTime:
    """On-time figures of any set of reports: counts, and the rates as exact fractions."""

    required: int
    """Owed and either in or past the deadline. What can still come in on time is not counted yet."""
    on_time: int
    late: int
    missing: int
    """Past the deadline and not in; 缺交 once back-filling is over."""
    exempt: int
    extra: int
    pending: int = 0
    """Not in, and still in time."""
    unannounced: int = 0
    """On days whose calendar is not known for sure: never late, never missing, not required."""

    @property
    def rate(self) -> Fraction | None:
        """On-time rate = on time / required; None when nothing was required."""
        return Fraction(self.on_time, self.required) if self.required else None

    @property
    def submission_rate(self) -> Fraction | None:
        """Submission rate = (on time + late) / required; None when nothing was required."""
        return Fraction(self.on_time + self.late, self.required) if self.required else None


def on_time_of(standings: Iterable[Standing]) -> OnTime:
    """Count standings, each once; for company reports ask `once_per_company` first."""
    counted = dict.fromkeys(ReportState, 0)
    required = missing = pending = unannounced = 0
    for standing in standings:
        unsure = standing.certainty is not Certainty.official
        if standing.state in (ReportState.exempt, ReportState.extra):
            counted[standing.state] += 1
        elif unsure and (standing.is_in or standing.state is ReportState.unannounced):
            unannounced += 1
        elif standing.overdue:
            missing += 1
        elif not standing.is_in:
            pending += 1
        else:
            counted[standing.state] += 1
        required += standing.counts
    return OnTime(
        required=required,
        on_time=counted[ReportState.on_time],
        late=counted[ReportState.late],
        missing=missing,
        exempt=counted[ReportState.exempt],
        extra=counted[ReportState.extra],
        pending=pending,
        unannounced=unannounced,
    )


def once_per_company(standings: Iterable[Standing]) -> list[Standing]:
    """Of a company's report owed by several managers one standing: an owed one before an exempt one."""
    chosen: dict[tuple[ReportKind, date, int | None], Standing] = {}
    for standing in standings:
        owner = ("company", standing.company_id) if is_company_kind(standing.kind) else ("person", standing.person_id)
        key = (standing.kind, standing.first_day, *owner)
        known = chosen.get(key)
        if known is None or (known.state is ReportState.exempt and standing.state is not ReportState.exempt):
            chosen[key] = standing
    return list(chosen.values())


def states_between(
    session: Session,
    kind: ReportKind,
    first: date,
    last: date,
    now: datetime,
    person_ids: Collection[PersonId] | None = None,
    rules: DeadlineRules | None = None,
) -> list[Standing]:
    """How every report of the periods that begin from first to last stands at `now`, by period and person.

    Includes what nobody owed but somebody sent (extra). A few statements, whatever the number of people.
    """
    rules = rules or deadline_rules(session)
    owed = owed_between(session, kind, first, last, is_company_kind(kind), person_ids)
    gone = deactivated(session)
    days = [day for row in owed for day in (row.last_day, due_day(kind, row.due_at, rules.zone))]
    span = (min([first, *days]), max([last, *days]))
    absences = absences_between(session, *span, now, rules, person_ids)
    found = [_standing(kind, row, now, absences, gone, rules) for row in owed]
    for report in unowed_reports(session, kind, first, last, person_ids):
        found.append(
            Standing(
                person_id=report.person_id,
                company_id=report.company_id,
                kind=kind,
                first_day=report.first_day,
                last_day=report.last_day,
                state=ReportState.extra,
                sent_at=report.sent_at,
                on_leave=absences.away(report.person_id, report.first_day),
            )
        )
    return sorted(found, key=lambda s: (s.first_day, s.person_id, s.company_id or 0))


def _standing(
    kind: ReportKind,
    row: Owed,
    now: datetime,
    absences: Absences,
    gone: dict[PersonId, date | None],
    rules: DeadlineRules,
) -> Standing:
    certainty = Certainty(row.certainty)
    last_owed = due_day(kind, row.due_at, rules.zone)
    on_leave = absences.excuse(row.person_id, kind, row.first_day, row.last_day, last_owed)
    left_before = row.person_id in gone and _left_before(gone[row.person_id], last_owed, row.late_from, now)
    overdue = False
    if row.report_state is not None:
        state = ReportState(row.report_state)
        # Leave noted afterwards takes a daily, and anything that was late, out of the figures.
        if row.waived or (on_leave and (kind is ReportKind.daily or state is not ReportState.on_time)):
            state = ReportState.extra
    elif row.waived or on_leave or left_before:
        state = ReportState.exempt
    else:
        overdue = now >= row.late_from and certainty is Certainty.official
        state = ReportState.pending
        if now >= row.late_from and not overdue:
            state = ReportState.unannounced
        elif now >= missing_from(kind, row.due_at, rules):
            state = ReportState.missing
    return Standing(
        person_id=row.person_id,
        company_id=row.company_id,
        kind=kind,
        first_day=row.first_day,
        last_day=row.last_day,
        state=state,
        due_at=row.due_at,
        sent_at=row.sent_at,
        on_leave=on_leave,
        overdue=overdue,
        certainty=certainty,
    )


def _left_before(until: date | None, last_owed: date, late_from: datetime, now: datetime) -> bool:
    """Whether somebody stopped taking part before it fell due; without a date: only what is ahead."""
    return until <= last_owed if until is not None else now < late_from
