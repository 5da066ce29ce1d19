"""Following the new hires after they went on post: ride-alongs 陪访, drills 陪练, spot checks 抽查 (handbook §6)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Integer, Text, text
from sqlmodel import Field, SQLModel

from storage.people import CompanyId, PersonId
from storage.roster import HireId

_STEP_IS_OPEN = text("next_step_on IS NOT NULL AND next_step_closed_at IS NULL")


class RideAlong(SQLModel, table=True):
    """陪访: one accompanied visit day with its written feedback."""

    __tablename__ = "ride_along"
    __table_args__ = (
        Index("ix_ride_along_hire_day", "hire_id", "day"),
        Index("ix_ride_along_person_day", "person_id", "day"),
        Index(
            "ix_ride_along_open_step",
            "person_id",
            "next_step_on",
            sqlite_where=_STEP_IS_OPEN,
            postgresql_where=_STEP_IS_OPEN,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: CompanyId = Field(foreign_key="company.id", sa_type=Integer, index=True)
    hire_id: HireId = Field(foreign_key="hire.id", sa_type=Integer)
    person_id: PersonId = Field(foreign_key="person.id", sa_type=Integer)
    day: date
    part_of_day: str = Field(max_length=12)
    """morning, afternoon or full_day."""
    mode: str = Field(max_length=16)
    """you_do (你干我看), i_do (我干你看) or half (各半)."""
    visits: int
    customer_kinds: str = Field(default="", max_length=60)
    """cold, appointment, return, separated by commas."""
    scores: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """1–5 by criterion; a skipped one is absent."""
    did_well: str = Field(sa_type=Text)
    to_improve: str = Field(sa_type=Text)
    """The written feedback: counts for coverage from 10 characters."""
    next_step: str = Field(default="", max_length=300)
    next_step_on: date | None = Field(default=None, index=True)
    next_step_closed_at: datetime | None = None
    recorded_at: datetime
    versions: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Earlier values, oldest first."""


class Drill(SQLModel, table=True):
    """陪练: time, people and content are all needed; then what was done and what went wrong."""

    __tablename__ = "drill"

    id: int | None = Field(default=None, primary_key=True)
    company_id: CompanyId = Field(foreign_key="company.id", sa_type=Integer, index=True)
    person_id: PersonId = Field(foreign_key="person.id", sa_type=Integer, index=True)
    day: date
    starts: str = Field(default="", max_length=5)
    hires: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    content: str = Field(max_length=200)
    acted_out: bool = False
    commented: bool = False
    corrected: bool = False
    common_problems: str = Field(default="", sa_type=Text)
    """Carried into the next drill."""
    result: str = Field(default="", sa_type=Text)
    recorded_at: datetime
    versions: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class SpotCheck(SQLModel, table=True):
    """抽查: basic skills or rules, with written feedback."""

    __tablename__ = "spot_check"
    __table_args__ = (Index("ix_spot_check_hire_day", "hire_id", "day"),)

    id: int | None = Field(default=None, primary_key=True)
    company_id: CompanyId = Field(foreign_key="company.id", sa_type=Integer, index=True)
    hire_id: HireId = Field(foreign_key="hire.id", sa_type=Integer)
    person_id: PersonId = Field(foreign_key="person.id", sa_type=Integer, index=True)
    day: date
    topic: str = Field(max_length=16)
    """basics (基本功), rules (制度规范) or promotion (促销政策)."""
    result: str = Field(max_length=16)
    """good, fair or poor."""
    feedback: str = Field(sa_type=Text)
    recorded_at: datetime
    versions: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
