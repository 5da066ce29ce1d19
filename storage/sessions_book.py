"""Training sessions as one keeps them: recording one by itself, changing it, what lacks its summary (handbook §6).

A session that came with a daily check-in carries its number; both are kept saying the same.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, literal
from sqlmodel import Session, col, func, select

from storage.people import CompanyId, PersonId
from storage.trainings import SUMMARY_LENGTH, TrainingSession


@dataclass(frozen=True, kw_only=True)
class SessionNote:
    """What one training session says. `day` is a local date, the times are local `HH:MM`."""

    company_id: CompanyId
    day: date
    kind: str
    topic: str
    starts: str
    ends: str
    expected: int
    present: int
    summary: str = ""


def record_session(session: Session, note: SessionNote, person_id: PersonId, now: datetime) -> TrainingSession:
    """Add a session that is told apart from any check-in."""
    held = TrainingSession(
        company_id=note.company_id,
        person_id=person_id,
        day=note.day,
        kind=note.kind,
        topic=note.topic,
        starts=note.starts,
        ends=note.ends,
        expected=note.expected,
        present=note.present,
        summary=note.summary,
        recorded_at=now,
    )
    session.add(held)
    session.flush()
    return held


def change_session(held: TrainingSession, note: SessionNote) -> None:
    """Replace what a session says."""
    held.company_id, held.day, held.kind, held.topic = note.company_id, note.day, note.kind, note.topic
    held.starts, held.ends, held.summary = note.starts, note.ends, note.summary
    held.expected, held.present = note.expected, note.present


def lacks_summary(held: TrainingSession) -> bool:
    """Whether the written summary is still to come."""
    return len(held.summary.strip()) < SUMMARY_LENGTH


def without_summary(before: date) -> ColumnElement[bool]:
    """Sessions held before a local date whose written summary is still to come."""
    length = func.length(func.trim(col(TrainingSession.summary)))
    # Written out, for only then is it the condition of the index of the few sessions that lack it.
    return and_(col(TrainingSession.day) < before, length < literal(SUMMARY_LENGTH, literal_execute=True))


def sessions_by(
    session: Session, person_id: PersonId, company_ids: Collection[CompanyId], limit: int, offset: int = 0
) -> list[TrainingSession]:
    """The person's own sessions in these companies, newest first."""
    return list(
        session.exec(
            select(TrainingSession)
            .where(TrainingSession.person_id == person_id, col(TrainingSession.company_id).in_(company_ids))
            .order_by(
                col(TrainingSession.day).desc(), col(TrainingSession.starts).desc(), col(TrainingSession.id).desc()
            )
            .limit(limit)
            .offset(offset)
        ).all()
    )


def count_sessions_by(session: Session, person_id: PersonId, company_ids: Collection[CompanyId]) -> int:
    """How many sessions the person told of in these companies."""
    return session.exec(
        select(func.count())
        .select_from(TrainingSession)
        .where(TrainingSession.person_id == person_id, col(TrainingSession.company_id).in_(company_ids))
    ).one()


def missing_summaries(
    session: Session, person_id: PersonId, company_ids: Collection[CompanyId], before: date
) -> list[TrainingSession]:
    """The person's sessions held before a local date whose summary is still to come, oldest first."""
    return list(
        session.exec(
            select(TrainingSession)
            .where(
                TrainingSession.person_id == person_id,
                col(TrainingSession.company_id).in_(company_ids),
                without_summary(before),
            )
            .order_by(col(TrainingSession.day), col(TrainingSession.id))
        ).all()
    )


def like_it(session: Session, note: SessionNote, other_than: int | None) -> TrainingSession | None:
    """A session of the same company, day and times that is recorded already: perhaps the same one, told twice."""
    return session.exec(
        select(TrainingSession).where(
            TrainingSession.company_id == note.company_id,
            TrainingSession.day == note.day,
            TrainingSession.starts == note.starts,
            TrainingSession.ends == note.ends,
            TrainingSession.id != other_than if other_than is not None else True,
        )
    ).first()


def place_in_check_in(session: Session, held: TrainingSession) -> int:
    """Which of its check-in's sessions it is, from 0: they are stored in the order in which they were told."""
    return session.exec(
        select(func.count())
        .select_from(TrainingSession)
        .where(TrainingSession.report_id == held.report_id, col(TrainingSession.id) < held.id)
    ).one()
