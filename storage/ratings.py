"""Ratings 0–100 that people who follow a manager's work give for a month, each with a comment (handbook §8).

Private: the manager rated and the admins see them, the group never does.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Integer, Text, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from storage.people import PersonId


class Rating(SQLModel, table=True):
    """One rating of one manager for one month by one person; rating again replaces it, earlier ones are kept."""

    __tablename__ = "rating"
    __table_args__ = (
        UniqueConstraint("person_id", "month", "line", "rated_by", "position"),
        Index("ix_rating_person_month", "person_id", "month"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: PersonId = Field(foreign_key="person.id", sa_type=Integer)
    month: date
    """The first day of the month."""
    line: str = Field(max_length=16)
    """`schedules.kpi.KpiLine` by value: induction, problems, solutions or satisfaction."""
    position: str = Field(default="", max_length=16)
    """For satisfaction, as whom: supervisor, project_lead, gm or field_rep."""
    value: int
    comment: str = Field(sa_type=Text)
    rated_by: PersonId = Field(foreign_key="person.id", sa_type=Integer)
    recorded_at: datetime
    versions: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Earlier values, oldest first."""


def rate(
    session: Session,
    person_id: PersonId,
    month: date,
    line: str,
    value: int,
    comment: str,
    rated_by: PersonId,
    now: datetime,
    position: str = "",
) -> Rating:
    """Keep a rating, or replace the one the same person gave before."""
    first = month.replace(day=1)
    known = find_rating(session, person_id, first, line, rated_by, position)
    if known is None:
        known = Rating(
            person_id=person_id,
            month=first,
            line=line,
            position=position,
            value=value,
            comment=comment,
            rated_by=rated_by,
            recorded_at=now,
        )
    else:
        old = {"value": known.value, "comment": known.comment, "recorded_at": known.recorded_at.isoformat()}
        known.versions = [*known.versions, old]
        known.value, known.comment, known.recorded_at = value, comment, now
    session.add(known)
    session.flush()
    return known


def find_rating(
    session: Session, person_id: PersonId, month: date, line: str, rated_by: PersonId, position: str = ""
) -> Rating | None:
    """What somebody gave already."""
    return session.exec(
        select(Rating).where(
            Rating.person_id == person_id,
            Rating.month == month.replace(day=1),
            Rating.line == line,
            Rating.rated_by == rated_by,
            Rating.position == position,
        )
    ).first()


def ratings_of(session: Session, person_id: PersonId, month: date) -> list[Rating]:
    """All ratings of a manager for the month of a date, by line and age."""
    return list(
        session.exec(
            select(Rating)
            .where(Rating.person_id == person_id, Rating.month == month.replace(day=1))
            .order_by(col(Rating.line), col(Rating.id))
        ).all()
    )
