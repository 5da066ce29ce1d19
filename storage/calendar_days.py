"""Working days an admin set: single days, or a whole year's official notice (handbook §4)."""

from datetime import date, datetime

from sqlalchemy import Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.people import PersonId


class CalendarDay(SQLModel, table=True):
    """One day that differs from, or confirms, what the calendar library knows."""

    __tablename__ = "calendar_day"
    __table_args__ = (UniqueConstraint("day", "company_key"),)

    id: int | None = Field(default=None, primary_key=True)
    day: date = Field(index=True)
    company_key: int = 0
    """The company it holds for; 0: for all."""
    is_workday: bool
    note: str = Field(default="", max_length=100)
    notice_year: int | None = Field(default=None, index=True)
    """The year whose notice brought it; None: an admin set this day."""
    recorded_by: PersonId | None = Field(default=None, sa_type=Integer)
    recorded_at: datetime


class CalendarYear(SQLModel, table=True):
    """A year whose official notice was loaded: all of its days are official from then on."""

    __tablename__ = "calendar_year"

    year: int = Field(primary_key=True, sa_type=Integer)
    loaded_by: PersonId | None = Field(default=None, sa_type=Integer)
    loaded_at: datetime
