"""The roster 名册: cohorts, hires, and the append-only events from which every count is derived (handbook §6).

A hire's row repeats what the events add up to (`replay`), so that a figure is one indexed statement; it is never
changed by itself.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from sqlalchemy import Index, Integer
from sqlmodel import Field, SQLModel

from storage.dialect import enum_column
from storage.people import CompanyId, PersonId

CohortId = NewType("CohortId", int)
HireId = NewType("HireId", int)


class Stage(StrEnum):
    """Where a hire stands on the way `hired → … → on post → month complete`, and the ends."""

    hired = "hired"
    in_training = "in_training"
    on_trial = "on_trial"
    on_post = "on_post"
    """Selling; month complete 满月 follows from the date, never from an event."""
    failed = "failed"
    """Trial not passed."""
    eliminated = "eliminated"
    """淘汰 in training; somebody who resigned in training has `left` without being eliminated."""
    left = "left"


class EventKind(StrEnum):
    """What happened to a hire."""

    hired = "hired"
    training_started = "training_started"
    exam_passed = "exam_passed"
    exam_failed = "exam_failed"
    exam_absent = "exam_absent"
    """Absent with cause: a make-up exam follows; absent from the make-up counts as 0."""
    drill_passed = "drill_passed"
    drill_failed = "drill_failed"
    trial_started = "trial_started"
    trial_passed = "trial_passed"
    trial_failed = "trial_failed"
    on_post = "on_post"
    on_post_corrected = "on_post_corrected"
    eliminated = "eliminated"
    left = "left"
    rejoined = "rejoined"
    moved = "moved"
    """To another cohort, before on post only."""
    renamed = "renamed"
    earning = "earning"
    """Six months after going on post: the manager says that he earns (handbook §9)."""
    not_earning = "not_earning"


class Cohort(SQLModel, table=True):
    """批次: the people who finish one induction training together."""

    __tablename__ = "cohort"

    id: CohortId | None = Field(default=None, primary_key=True, sa_type=Integer)
    company_id: CompanyId = Field(foreign_key="company.id", sa_type=Integer, index=True)
    name: str = Field(max_length=60)
    region: str = Field(default="", max_length=40)
    class_teacher: str = Field(default="", max_length=40)
    planned_size: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    created_at: datetime


class Hire(SQLModel, table=True):
    """新人: one episode of a salesperson in training or on post. Rejoining after the window is a new episode."""

    __tablename__ = "hire"
    __table_args__ = (
        Index("ix_hire_cohort_on_post", "cohort_id", "on_post"),
        Index("ix_hire_company_closes", "company_id", "closes_on"),
    )

    id: HireId | None = Field(default=None, primary_key=True, sa_type=Integer)
    company_id: CompanyId = Field(foreign_key="company.id", sa_type=Integer)
    cohort_id: CohortId = Field(foreign_key="cohort.id", sa_type=Integer)
    name: str = Field(max_length=40)
    created_at: datetime
    stage: Stage = Field(default=Stage.hired, sa_column=enum_column(Stage))
    on_post: date | None = Field(default=None, index=True)
    """Day 1 of the window."""
    closes_on: date | None = Field(default=None, index=True)
    """Last day of the window, evaluated at its 24:00."""
    last_day: date | None = None
    """Last day of work; None while employed, and None again after rejoining inside the window."""
    left_reason: str = Field(default="", max_length=200)
    trained: bool = False
    """Started the induction training."""
    exam_passed: bool = False
    drill_passed: bool = False
    trial_passed: bool | None = None


class HireEvent(SQLModel, table=True):
    """One thing that happened to a hire. Never changed, never deleted; a mistake is corrected by a later event."""

    __tablename__ = "hire_event"

    id: int | None = Field(default=None, primary_key=True)
    hire_id: HireId = Field(foreign_key="hire.id", sa_type=Integer, index=True)
    kind: EventKind = Field(sa_column=enum_column(EventKind))
    day: date
    note: str = Field(default="", max_length=200)
    """Reason, score, override, the former name."""
    cohort_id: CohortId | None = Field(default=None, sa_type=Integer)
    recorded_by: PersonId | None = Field(default=None, foreign_key="person.id", sa_type=Integer)
    recorded_at: datetime
