"""How each report stands, and the on-time figures: the one place for both (handbook §3, §5.4)."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sqlmodel import Session

from schedules.calendars import deadline_rules
from schedules.deadlines import DeadlineRules
from schedules.obligations import Absences, absences_between, due_day, is_company_kind, missing_from
from schedules.working_days import Certainty
from storage.kinds import ReportKind, ReportState
from storage.obligations import Owed, Terms, Unowed, deactivated, owed_between, unowed_reports
from storage.people import CompanyId, PersonId


@dataclass(frozen=True, kw_only=True)
class Judged:
    """How a report stands at a moment, whoever it is of."""

    kind: ReportKind
    company_id: CompanyId | None
    first_day: date
    last_day: date
    state: ReportState
    """pending covers everything that can still come in, `overdue` or not."""
    due_at: datetime | None = None
    """None for a report nobody owed."""
    is_in: bool = False
    """Whether a report was handed in, owed or not."""
    overdue: bool = False
    """The deadline has passed and nothing came. Never so where the calendar is unsure."""
    certainty: Certainty = Certainty.official

    @property
    def counts(self) -> bool:
        """Whether it is in the denominator of the rates: owed for sure, and in or overdue (handbook §5.4)."""
        if self.certainty is not Certainty.official:
            return False
        return self.state in (ReportState.on_time, ReportState.late) or self.overdue

    @property
    def is_owed(self) -> bool:
        """Whether it was, or is, to be handed in: neither exempt nor extra."""
        return self.state not in (ReportState.exempt, ReportState.extra)


@dataclass(frozen=True, kw_only=True)
class Standing(Judged):
    """How one report of one person stands at a moment; a company's stands alike for each of its managers."""

    person_id: PersonId
    sent_at: datetime | None = None
    on_leave: bool = False
    """Why it is exempt or extra."""


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
    return count((standing, 1) for standing in standings)


def count(found: Iterable[tuple[Judged, int]]) -> OnTime:
    """The figures of reports of which so many stand like each of these."""
    counted = dict.fromkeys(ReportState, 0)
    required = missing = pending = unannounced = 0
    for judged, number in found:
        unsure = judged.certainty is not Certainty.official
        if not judged.is_owed:
            counted[judged.state] += number
        elif unsure and (judged.is_in or judged.state is ReportState.unannounced):
            unannounced += number
        elif judged.overdue:
            missing += number
        elif not judged.is_in:
            pending += number
        else:
            counted[judged.state] += number
        required += number if judged.counts else 0
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
    """Of a company's report owed by several managers one standing."""
    chosen: dict[tuple[ReportKind, date, str, int | None], Standing] = {}
    for standing in standings:
        owner = ("company", standing.company_id) if is_company_kind(standing.kind) else ("person", standing.person_id)
        key = (standing.kind, standing.first_day, *owner)
        known = chosen.get(key)
        if known is None or rank_in_company(standing) < rank_in_company(known):
            chosen[key] = standing
    return list(chosen.values())


def rank_in_company(judged: Judged) -> int:
    """The lowest of its managers' standings is the company's: what one of them is excused from another still owes."""
    if judged.is_owed:
        return 0
    return 1 if judged.is_in else 2


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

    Includes what nobody owed but somebody sent (extra). A few statements, whatever the number of people; who only
    counts asks `schedules.punctuality`, which does not look at every single one.
    """
    rules = rules or deadline_rules(session)
    owed = owed_between(session, kind, first, last, is_company_kind(kind), person_ids)
    unowed = unowed_reports(session, kind, first, last, person_ids)
    return _standings(session, kind, owed, unowed, now, rules, person_ids)


def lacking_between(
    session: Session,
    kind: ReportKind,
    first: date,
    last: date,
    now: datetime,
    rules: DeadlineRules,
    person_ids: Collection[PersonId] | None = None,
    due: tuple[datetime, datetime] | None = None,
) -> list[Standing]:
    """Of the same, what is owed and has not come in; with `due` only what is due between these instants, both included.

    What is in is not even read.
    """
    owed = owed_between(session, kind, first, last, is_company_kind(kind), person_ids, lacking=True, due=due)
    standings = _standings(session, kind, owed, (), now, rules, person_ids)
    return [standing for standing in standings if standing.is_owed]


def _standings(
    session: Session,
    kind: ReportKind,
    owed: Collection[Owed],
    unowed: Collection[Unowed],
    now: datetime,
    rules: DeadlineRules,
    person_ids: Collection[PersonId] | None,
) -> list[Standing]:
    if not owed and not unowed:
        return []
    days = {day for row in owed for day in (row.first_day, row.last_day, due_day(kind, row.due_at, rules.zone))}
    days |= {report.first_day for report in unowed}
    absences = absences_between(session, min(days), max(days), now, rules, person_ids)
    excused = excuses(session, kind, absences, now, rules)
    found = [_standing(kind, row, *excused(row), now, rules) for row in owed]
    for report in unowed:
        found.append(
            Standing(
                person_id=report.person_id,
                company_id=report.company_id,
                kind=kind,
                first_day=report.first_day,
                last_day=report.last_day,
                state=ReportState.extra,
                sent_at=report.sent_at,
                is_in=True,
                on_leave=absences.away(report.person_id, report.first_day),
            )
        )
    return sorted(found, key=lambda s: (s.first_day, s.person_id, s.company_id or 0))


def _standing(
    kind: ReportKind, row: Owed, on_leave: bool, left_before: bool, now: datetime, rules: DeadlineRules
) -> Standing:
    state, overdue = judge(kind, row.terms, on_leave, left_before, now, rules)
    return Standing(
        person_id=row.person_id,
        company_id=row.company_id,
        kind=kind,
        first_day=row.first_day,
        last_day=row.last_day,
        state=state,
        due_at=row.due_at,
        sent_at=row.sent_at,
        is_in=row.sent_at is not None,
        on_leave=on_leave,
        overdue=overdue,
        certainty=Certainty(row.certainty),
    )


def judge(
    kind: ReportKind, terms: Terms, on_leave: bool, left_before: bool, now: datetime, rules: DeadlineRules
) -> tuple[ReportState, bool]:
    """The state of what is owed on these terms, and whether it is overdue, by somebody who is excused by leave, or no
    longer took part as it fell due.
    """
    if terms.report_state is not None:
        state = ReportState(terms.report_state)
        # Leave noted afterwards takes a daily, and anything that was late, out of the figures.
        if terms.waived or (on_leave and (kind is ReportKind.daily or state is not ReportState.on_time)):
            state = ReportState.extra
        return state, False
    if terms.waived or on_leave or left_before:
        return ReportState.exempt, False
    is_late = now >= terms.late_from
    if is_late and terms.certainty != Certainty.official:
        return ReportState.unannounced, False
    is_missing = now >= missing_from(kind, terms.due_at, rules)
    return ReportState.missing if is_missing else ReportState.pending, is_late


def excuses(
    session: Session, kind: ReportKind, absences: Absences, now: datetime, rules: DeadlineRules
) -> Callable[[Owed], tuple[bool, bool]]:
    """Tells of an obligation whether leave excuses it, and whether its person no longer took part as it fell due."""
    gone = deactivated(session)

    def excused(row: Owed) -> tuple[bool, bool]:
        day = due_day(kind, row.due_at, rules.zone)
        on_leave = absences.excuse(row.person_id, kind, row.first_day, row.last_day, day)
        return on_leave, row.person_id in gone and _left_before(gone[row.person_id], day, row.late_from, now)

    return excused


def _left_before(until: date | None, last_owed: date, late_from: datetime, now: datetime) -> bool:
    """Whether somebody stopped taking part before it fell due; without a date: only what is ahead."""
    return until <= last_owed if until is not None else now < late_from
