"""Problems 问题 and their solutions 方案, open until closed; incidents, forum dates (handbook §6)."""

from datetime import date, datetime

from sqlalchemy import Index, Integer, Text, text
from sqlmodel import Field, SQLModel

from storage.people import CompanyId, PersonId


class Problem(SQLModel, table=True):
    """A numbered problem or suggestion with its category; its number is its id."""

    __tablename__ = "problem"
    __table_args__ = (
        Index(
            "ix_problem_open",
            "company_id",
            "recorded_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_problem_unanswered",
            "recorded_at",
            sqlite_where=text("closed_at IS NULL AND answered_at IS NULL"),
            postgresql_where=text("closed_at IS NULL AND answered_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: CompanyId = Field(foreign_key="company.id", sa_type=Integer, index=True)
    person_id: PersonId = Field(foreign_key="person.id", sa_type=Integer)
    category: str = Field(max_length=16)
    """product (产品知识), rules (制度规范), skills (销售技能) or other."""
    text: str = Field(sa_type=Text)
    suggestion: str = Field(default="", sa_type=Text)
    reported_on: date
    recorded_at: datetime
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    closing_note: str = Field(default="", max_length=300)


class Solution(SQLModel, table=True):
    """What is done about a problem: an owner, progress, checks."""

    __tablename__ = "solution"

    id: int | None = Field(default=None, primary_key=True)
    problem_id: int = Field(foreign_key="problem.id", index=True)
    text: str = Field(sa_type=Text)
    owner_id: PersonId | None = Field(default=None, foreign_key="person.id", sa_type=Integer)
    progress: int = 0
    """Percent, 0–100."""
    recorded_at: datetime
    closed_at: datetime | None = None


class SolutionCheck(SQLModel, table=True):
    """One note on a solution's progress."""

    __tablename__ = "solution_check"

    id: int | None = Field(default=None, primary_key=True)
    solution_id: int = Field(foreign_key="solution.id", index=True)
    person_id: PersonId = Field(foreign_key="person.id", sa_type=Integer)
    day: date
    progress: int
    note: str = Field(default="", max_length=200)
    recorded_at: datetime


class Incident(SQLModel, table=True):
    """投诉 or 违规: a complaint or a breach of the rules."""

    __tablename__ = "incident"

    id: int | None = Field(default=None, primary_key=True)
    company_id: CompanyId = Field(foreign_key="company.id", sa_type=Integer, index=True)
    person_id: PersonId = Field(foreign_key="person.id", sa_type=Integer)
    kind: str = Field(max_length=16)
    """complaint or breach."""
    day: date
    text: str = Field(sa_type=Text)
    handling: str = Field(default="", sa_type=Text)
    recorded_at: datetime


class Forum(SQLModel, table=True):
    """论坛: held every three months; admins are reminded 75 and 90 days after the last one."""

    __tablename__ = "forum"

    id: int | None = Field(default=None, primary_key=True)
    day: date
    topic: str = Field(default="", max_length=100)
    recorded_by: PersonId | None = Field(default=None, foreign_key="person.id", sa_type=Integer)
    recorded_at: datetime
