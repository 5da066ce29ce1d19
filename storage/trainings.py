"""Training sessions held, with their written summaries (handbook §6)."""

from datetime import date, datetime

from sqlalchemy import Index, Integer, Text, text
from sqlmodel import Field, SQLModel

from storage.people import CompanyId, PersonId

SUMMARY_LENGTH = 10
"""A session needs a written summary of at least so many characters (handbook §6)."""
_LACKS_SUMMARY = text(f"length(trim(summary)) < {SUMMARY_LENGTH}")


class TrainingSession(SQLModel, table=True):
    """One session: what kind, when, how many were expected and came. Needs a summary of at least 10 characters."""

    __tablename__ = "training_session"
    __table_args__ = (
        Index(
            "ix_training_session_open",
            "person_id",
            "day",
            sqlite_where=_LACKS_SUMMARY,
            postgresql_where=_LACKS_SUMMARY,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: CompanyId = Field(foreign_key="company.id", sa_type=Integer, index=True)
    person_id: PersonId = Field(foreign_key="person.id", sa_type=Integer, index=True)
    report_id: int | None = Field(default=None, index=True)
    """The daily check-in it came with."""
    day: date = Field(index=True)
    kind: str = Field(max_length=20)
    """induction, refresher, supervisors, special_posts, promotion, customer_event or other."""
    topic: str = Field(max_length=40)
    starts: str = Field(max_length=5)
    ends: str = Field(max_length=5)
    expected: int
    present: int
    summary: str = Field(default="", sa_type=Text)
    recorded_at: datetime
