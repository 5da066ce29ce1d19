"""The rows of records as they leave the database for a workbook: one type a kind, nothing computed."""

from datetime import date, datetime
from typing import Any, NamedTuple

from storage.kinds import ReportKind, ReportState
from storage.orders import OrderChangeKind
from storage.people import CompanyId, PersonId
from storage.roster import CohortId, EventKind, HireId, Stage


class ReportRow(NamedTuple):
    """A report that was handed in, its newest version."""

    kind: ReportKind
    first_day: date
    person_id: PersonId
    company_key: int
    sent_at: datetime
    state: ReportState
    subject: str
    version: int
    filed_by: PersonId | None
    words: Any
    """A daily's fields, or the text of a composed report."""


class SessionRow(NamedTuple):
    """A training session."""

    day: date
    company_id: CompanyId
    person_id: PersonId
    kind: str
    topic: str
    starts: str
    ends: str
    expected: int
    present: int
    summary: str
    recorded_at: datetime


class RideAlongRow(NamedTuple):
    """A ride-along with its notes."""

    day: date
    company_id: CompanyId
    hire_id: HireId
    person_id: PersonId
    part_of_day: str
    mode: str
    visits: int
    customer_kinds: str
    scores: dict[str, int]
    did_well: str
    to_improve: str
    next_step: str
    next_step_on: date | None
    next_step_closed_at: datetime | None
    versions: list[Any]
    recorded_at: datetime


class SpotCheckRow(NamedTuple):
    """A spot check."""

    day: date
    company_id: CompanyId
    hire_id: HireId
    person_id: PersonId
    topic: str
    result: str
    feedback: str
    versions: list[Any]
    recorded_at: datetime


class OrderRow(NamedTuple):
    """Orders of one hire on one day, and how often they were changed."""

    id: int
    day: date
    company_id: CompanyId
    hire_id: HireId
    quantity: int
    refunded: int
    tag: str
    recorded_by: PersonId | None
    recorded_at: datetime
    on_post: date | None
    closes_on: date | None
    edits: int
    moves: int


class OrderChangeRow(NamedTuple):
    """One thing that was done to an order."""

    day: date
    kind: OrderChangeKind
    order_id: int
    order_day: date
    company_id: CompanyId
    hire_id: HireId
    former_hire_id: HireId | None
    quantity: int
    reason: str
    recorded_by: PersonId | None
    recorded_at: datetime


class HireRow(NamedTuple):
    """Somebody on the roster, as the events add up today."""

    id: HireId
    company_id: CompanyId
    cohort: str
    name: str
    stage: Stage
    on_post: date | None
    closes_on: date | None
    last_day: date | None
    left_reason: str
    trained: bool
    exam_passed: bool
    drill_passed: bool
    trial_passed: bool | None


class HireEventRow(NamedTuple):
    """One thing that happened to a hire."""

    day: date
    hire_id: HireId
    kind: EventKind
    note: str
    recorded_by: PersonId | None
    recorded_at: datetime


class ProblemRow(NamedTuple):
    """A problem with one of its solutions, if it has any, and the newest note on its progress."""

    id: int
    company_id: CompanyId
    person_id: PersonId
    category: str
    text: str
    suggestion: str
    reported_on: date
    answered_at: datetime | None
    closed_at: datetime | None
    closing_note: str
    solution: str | None
    owner_id: PersonId | None
    progress: int | None
    checked_on: date | None
    check_note: str | None


class IncidentRow(NamedTuple):
    """A complaint or a breach of the rules."""

    day: date
    company_id: CompanyId
    person_id: PersonId
    kind: str
    text: str
    handling: str
    recorded_at: datetime


class LeaveRow(NamedTuple):
    """A leave of one person, both days included."""

    person_id: PersonId
    first_day: date
    last_day: date
    reason: str
    recorded_by: PersonId | None
    recorded_at: datetime
    cancelled_at: datetime | None


class MemberRow(NamedTuple):
    """One of those who went on post with a cohort, and the valid orders in the window."""

    cohort_id: CohortId
    name: str
    on_post: date
    closes_on: date
    last_day: date | None
    stayed: bool
    orders: int
