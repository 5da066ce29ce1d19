"""Reports handed in, and who owed them: dailies, weeklies, monthlies, plans, order-rate submissions (handbook §3)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Integer, Text, UniqueConstraint, insert
from sqlmodel import Field, Session, SQLModel

from storage.dialect import enum_column
from storage.kinds import ReportKind, ReportState
from storage.people import CompanyId, PersonId


class Obligation(SQLModel, table=True):
    """One person owes one report. Written when the period opens and kept as it was then: a later change of the roster
    or of a deadline takes effect from the next period (handbook §3).

    Daily, weekly, monthly reports and the skills mail are owed by a manager (`company_id` is None); the plan and the
    order-rate submission are owed for a company, by each of its managers, until one of them sent it.
    """

    __tablename__ = "obligation"
    __table_args__ = (
        UniqueConstraint("kind", "first_day", "person_id", "company_key"),
        Index("ix_obligation_due", "due_at"),
        Index("ix_obligation_person_day", "person_id", "kind", "first_day"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: ReportKind = Field(sa_column=enum_column(ReportKind))
    first_day: date
    """The period's first day."""
    last_day: date
    person_id: PersonId = Field(foreign_key="person.id", sa_type=Integer)
    company_id: CompanyId | None = Field(default=None, foreign_key="company.id", sa_type=Integer)
    company_key: int = 0
    """`company_id` or 0, so that the unique key holds (NULLs never collide)."""
    opens_at: datetime
    due_at: datetime
    """The target that reminders speak of."""
    late_from: datetime
    """On time ⇔ sent_at < late_from."""
    certainty: str = Field(default="official", max_length=12)
    """`schedules.working_days.Certainty` by value; other than official: nobody is ever late or missing."""
    waived: bool = False
    """No working day in the week, or an admin's exemption."""
    waived_reason: str = Field(default="", max_length=200)


class Report(SQLModel, table=True):
    """A report handed in. The first complete submission decides its state; later edits are versions."""

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("kind", "first_day", "person_id", "company_key"),
        Index("ix_report_kind_day_company", "kind", "first_day", "company_key"),
        Index("ix_report_person_day", "person_id", "kind", "first_day"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: ReportKind = Field(sa_column=enum_column(ReportKind))
    first_day: date
    last_day: date
    person_id: PersonId = Field(foreign_key="person.id", sa_type=Integer, index=True)
    company_id: CompanyId | None = Field(default=None, foreign_key="company.id", sa_type=Integer, index=True)
    company_key: int = 0
    sent_at: datetime
    """When the first complete submission was said (the Telegram message's date), UTC."""
    state: ReportState = Field(sa_column=enum_column(ReportState))
    """on_time, late, extra (on a rest day) or unannounced; never re-labelled."""
    subject: str = Field(default="", max_length=80)
    version: int = 1
    body: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """The newest version's fields."""
    text: str = Field(default="", sa_type=Text)
    """The newest version as it was sent, for the composed reports."""
    filed_by: PersonId | None = Field(default=None, sa_type=Integer)
    """An admin who filed or re-dated it on behalf of the person."""


class ReportVersion(SQLModel, table=True):
    """Every version of a report, the first included. Append-only."""

    __tablename__ = "report_version"
    __table_args__ = (UniqueConstraint("report_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="report.id")
    version: int
    sent_at: datetime
    body: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    text: str = Field(default="", sa_type=Text)


_KEEP_VERSION = insert(SQLModel.metadata.tables["report_version"])


def keep_version(session: Session, report: Report, sent_at: datetime) -> None:
    """Keep what a report says now as a version of its own. What the session holds of it is written first."""
    session.flush()
    session.connection().execute(
        _KEEP_VERSION,
        {
            "report_id": report.id,
            "version": report.version,
            "sent_at": sent_at,
            "body": report.body,
            "text": report.text,
        },
    )


class OrderRateSnapshot(SQLModel, table=True):
    """What a company submitted for a month, by cohort; locked when sent, or at 24:00 on the 5th (handbook §5.3)."""

    __tablename__ = "order_rate_snapshot"
    __table_args__ = (UniqueConstraint("company_id", "month"),)

    id: int | None = Field(default=None, primary_key=True)
    company_id: CompanyId = Field(foreign_key="company.id", sa_type=Integer)
    month: date
    """First day of the month the submission covers."""
    locked_at: datetime
    confirmed_by: PersonId | None = Field(default=None, foreign_key="person.id", sa_type=Integer)
    """None when the clock locked it."""
    lines: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Per cohort: cohort_id, name, ordered_and_stayed (A), on_post (N), orders (T)."""
    corrections: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class Leave(SQLModel, table=True):
    """请假: a range of days away, both included. Not asked, not counted."""

    __tablename__ = "leave"
    __table_args__ = (Index("ix_leave_person", "person_id", "first_day"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: PersonId = Field(foreign_key="person.id", sa_type=Integer)
    first_day: date
    last_day: date
    reason: str = Field(default="", max_length=100)
    recorded_by: PersonId | None = Field(default=None, sa_type=Integer)
    recorded_at: datetime
    cancelled_at: datetime | None = None
