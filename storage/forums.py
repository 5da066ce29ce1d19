"""The dates of the forum 论坛, which is held every three months (handbook §3)."""

from datetime import date, datetime

from sqlmodel import Session, col, select

from storage.once import kept
from storage.people import PersonId
from storage.problems import Forum


def last_forum(session: Session) -> Forum | None:
    """The forum held last, whenever it was entered."""

    def read() -> Forum | None:
        return session.exec(select(Forum).order_by(col(Forum.day).desc(), col(Forum.id).desc()).limit(1)).first()

    return kept(session, "last forum", (Forum,), read)


def recent_forums(session: Session, limit: int) -> list[Forum]:
    """The forums held last, newest first."""
    return list(session.exec(select(Forum).order_by(col(Forum.day).desc(), col(Forum.id).desc()).limit(limit)).all())


def forum_on(session: Session, day: date) -> Forum | None:
    """The forum of a local date, if one was entered."""
    return session.exec(select(Forum).where(Forum.day == day)).first()


def record_forum(session: Session, day: date, topic: str, by: PersonId, now: datetime) -> Forum:
    """Add the date of a forum that was held."""
    forum = Forum(day=day, topic=topic, recorded_by=by, recorded_at=now)
    session.add(forum)
    session.flush()
    return forum
