"""On-time figures of any number of people: what stands alike is judged once and counted (handbook §5.4).

The judgement is `schedules.standing`'s. Who is an exception, because they were deactivated or because leave may excuse
them from a longer period, is taken out of the counts and judged alone.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime

from sqlmodel import Session

from schedules.deadlines import DeadlineRules
from schedules.obligations import absences_between, due_day, is_company_kind
from schedules.periods import Period, first_days
from schedules.standing import Judged, OnTime, count, excuses, judge, rank_in_company
from schedules.working_days import ONE_DAY, Certainty
from storage.alike import Alike, alike_of, count_alike, count_settled_dailies
from storage.kinds import ReportKind, ReportState
from storage.obligations import Owed, Terms, deactivated, owed_between, unowed_reports
from storage.people import CompanyId, PersonId
from storage.tallies import count_by_tally

Counted = list[tuple[Judged, int]]
"""How reports stand, and how many stand so."""

_FAR = 40 * ONE_DAY
"""No report falls due further than this from the first day of its period."""


def on_time_due(
    session: Session,
    kind: ReportKind,
    period: Period,
    now: datetime,
    rules: DeadlineRules,
    person_ids: Collection[PersonId] | None = None,
    company_ids: Collection[CompanyId] | None = None,
) -> OnTime:
    """The figures of the reports of a kind that fall due in the days of a period; a daily belongs to its own day.

    A company's report counts once. `person_ids` are those who owe it; `company_ids` narrows reports of companies.
    """
    if kind is ReportKind.daily:
        return count(judged_between(session, kind, period.first, period.last, now, rules, person_ids))
    first, last = period.first - _FAR, period.last + _FAR
    found = judged_between(session, kind, first, last, now, rules, person_ids, due_in=period)
    if company_ids is not None and is_company_kind(kind):
        found = [(judged, number) for judged, number in found if judged.company_id in company_ids]
    return count(once_each(found))


def judged_between(
    session: Session,
    kind: ReportKind,
    first: date,
    last: date,
    now: datetime,
    rules: DeadlineRules,
    person_ids: Collection[PersonId] | None = None,
    due_in: Period | None = None,
) -> Counted:
    """How the reports of the periods that begin from first to last stand at `now`.

    A company's counts for each of its managers; `due_in` leaves out what falls due on other days. A few statements,
    whatever the number of people.
    """
    days, for_companies = first_days(kind, first, last), is_company_kind(kind)
    if person_ids is None:
        alike = count_by_tally(session, kind, days, for_companies)
    else:
        alike = count_alike(session, kind, days, for_companies, person_ids)
    if due_in is not None:
        alike = Counter({each: number for each, number in alike.items() if _day_of(kind, each, rules) in due_in})
    found: Counted = []
    for each, terms, excused in _exceptions(session, kind, alike, now, rules, person_ids):
        if each in alike:
            alike[each] -= 1
            found.append((_judged(kind, each, judge(kind, terms, *excused, now, rules)), 1))
    for each, number in alike.items():
        if number:
            terms_of_all = each.terms
            verdict = (ReportState.extra, False)
            if terms_of_all is not None:
                verdict = judge(kind, terms_of_all, each.on_leave, False, now, rules)
            found.append((_judged(kind, each, verdict), number))
    return found


def dailies_by_person(
    session: Session,
    first: date,
    last: date,
    now: datetime,
    rules: DeadlineRules,
    person_ids: Collection[PersonId] | None = None,
) -> dict[PersonId, OnTime]:
    """The figures of everybody's dailies of the days from first to last; without those who have none.

    A few statements. What came in is counted by the database; what is lacking is looked at one by one.
    """
    kind = ReportKind.daily
    found: dict[PersonId, Counted] = {}

    def note(person_id: PersonId, certainty: str, is_in: bool, verdict: tuple[ReportState, bool], number: int) -> None:
        state, overdue = verdict
        judged = Judged(
            kind=kind,
            company_id=None,
            first_day=first,
            last_day=last,
            state=state,
            is_in=is_in,
            overdue=overdue,
            certainty=Certainty(certainty),
        )
        found.setdefault(person_id, []).append((judged, number))

    for each, number in count_settled_dailies(session, first, last, person_ids).items():
        terms = Terms(now, now, each.certainty, each.waived, each.report_state)
        verdict = judge(kind, terms, each.on_leave, False, now, rules)
        note(each.person_id, each.certainty, each.report_state is not None, verdict, number)
    lacking = owed_between(session, kind, first, last, False, person_ids, lacking=True)
    if lacking:
        absences = absences_between(session, first, last, now, rules, person_ids)
        excused = excuses(session, kind, absences, now, rules)
        for row in lacking:
            note(row.person_id, row.certainty, False, judge(kind, row.terms, *excused(row), now, rules), 1)
    for report in unowed_reports(session, kind, first, last, person_ids):
        note(report.person_id, Certainty.official, True, (ReportState.extra, False), 1)
    return {person_id: count(own) for person_id, own in found.items()}


def once_each(found: Iterable[tuple[Judged, int]]) -> Counted:
    """Of a company's report owed by several managers one; whatever else there is as it was."""
    chosen: dict[tuple[ReportKind, date, CompanyId | None], Judged] = {}
    others: Counted = []
    for judged, number in found:
        if not is_company_kind(judged.kind):
            others.append((judged, number))
            continue
        key = (judged.kind, judged.first_day, judged.company_id)
        known = chosen.get(key)
        if known is None or rank_in_company(judged) < rank_in_company(known):
            chosen[key] = judged
    return [*others, *((judged, 1) for judged in chosen.values())]


def _exceptions(
    session: Session,
    kind: ReportKind,
    alike: Iterable[Alike],
    now: datetime,
    rules: DeadlineRules,
    person_ids: Collection[PersonId] | None,
) -> Iterator[tuple[Alike, Terms, tuple[bool, bool]]]:
    """The obligations that have to be judged alone: how they were counted, and what excuses them."""
    days = _days_of(kind, alike, rules)
    if not days:
        return
    gone = set(deactivated(session))
    gone = gone if person_ids is None else gone & set(person_ids)
    only = person_ids
    if kind is ReportKind.daily:
        # Leave on its day is counted apart, so that only who is gone remains.
        if not gone:
            return
        only = gone
    span = min(first for first, _ in days.values()), max(last for _, last in days.values())
    absences = absences_between(session, *span, now, rules, only)
    rows: list[Owed] = []
    if kind is ReportKind.daily:
        rows = owed_between(session, kind, min(days), max(days), False, gone, lacking=True)
    else:
        for first_day, around in days.items():
            people = gone | absences.people(*around)
            if people:
                rows += owed_between(session, kind, first_day, first_day, is_company_kind(kind), people)
    excused = excuses(session, kind, absences, now, rules)
    for row in rows:
        on_leave, left_before = excused(row)
        is_counted_apart = on_leave and kind is ReportKind.daily
        yield alike_of(row, is_company_kind(kind), is_counted_apart), row.terms, (on_leave, left_before)


def _days_of(kind: ReportKind, alike: Iterable[Alike], rules: DeadlineRules) -> dict[date, tuple[date, date]]:
    """For each period with obligations the days on which leave may excuse from it."""
    days: dict[date, tuple[date, date]] = {}
    for each in alike:
        if each.due_at is None:
            continue
        due = due_day(kind, each.due_at, rules.zone)
        first, last = days.get(each.first_day, (each.first_day, each.last_day))
        days[each.first_day] = min(first, due), max(last, due)
    return days


def _day_of(kind: ReportKind, each: Alike, rules: DeadlineRules) -> date:
    """The day it falls due; what nobody owed belongs to the last day of its period."""
    return each.last_day if each.due_at is None else due_day(kind, each.due_at, rules.zone)


def _judged(kind: ReportKind, each: Alike, verdict: tuple[ReportState, bool]) -> Judged:
    state, overdue = verdict
    return Judged(
        kind=kind,
        company_id=each.company_id,
        first_day=each.first_day,
        last_day=each.last_day,
        state=state,
        due_at=each.due_at,
        is_in=each.report_state is not None,
        overdue=overdue,
        certainty=Certainty(each.certainty),
    )
