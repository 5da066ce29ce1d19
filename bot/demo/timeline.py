"""What the bot will do next, for the page: the only place where the demo asks the planner."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlmodel import Session

from bot.demo.refusal import JsonObject
from schedules.boards import BOARD, WEEKLY_STATE
from schedules.periods import Period
from schedules.planner import PART as PLANNER
from schedules.posts import COHORT_CARD, COMPANIES
from schedules.preview import Upcoming, upcoming
from schedules.reminders import REMINDER
from storage.database import Database
from storage.groups import Heartbeat
from storage.people import Company
from storage.roster import Cohort


@dataclass(frozen=True)
class Coming:
    """One thing the bot will do. The page says it in its own language."""

    at: datetime
    """Aware UTC."""
    kind: str
    """reminder, board, cohort_card, weekly_state, companies, or what else `schedules.preview` names."""
    report: str = ""
    """Which report a reminder or a board is about: daily, weekly …"""
    stage: str = ""
    """Which of its reminders: evening, last-call …"""
    about: str = ""
    """The period as people read it, or a cohort with its company."""
    people: int = 0
    """Whom a reminder would reach."""

    def as_json(self) -> JsonObject:
        return asdict(self) | {"at": self.at.isoformat()}


def next_to_come(database_url: str, now: datetime, limit: int = 30) -> list[Coming]:
    """What lies ahead, the soonest first; blocking, so call it in a thread."""
    database = Database(database_url)
    try:
        with database.transaction() as session:
            return [_told(session, ahead) for ahead in upcoming(session, now, limit)]
    finally:
        database.close()


def planned_until(database_url: str) -> datetime | None:
    """Up to which moment (UTC) the bot has done what was planned; None before it began. Blocking."""
    database = Database(database_url)
    try:
        with database.transaction() as session:
            heartbeat = session.get(Heartbeat, PLANNER)
            return heartbeat.at if heartbeat is not None else None
    finally:
        database.close()


def _told(session: Session, ahead: Upcoming) -> Coming:
    if ahead.kind == COHORT_CARD:
        return Coming(ahead.at, ahead.kind, about=_cohort(session, int(ahead.detail)))
    if ahead.kind == WEEKLY_STATE:
        return Coming(ahead.at, ahead.kind, about=Period.from_key(ahead.detail).label)
    if ahead.kind == COMPANIES:
        return Coming(ahead.at, ahead.kind, about=ahead.detail[:7])
    if ahead.kind not in (REMINDER, BOARD):
        return Coming(ahead.at, ahead.kind, about=ahead.detail, people=ahead.people)
    key, _, stage = ahead.detail.rpartition(":") if ahead.kind == REMINDER else (ahead.detail, "", "")
    period = Period.from_key(key)
    return Coming(ahead.at, ahead.kind, period.kind.value, stage, period.label, ahead.people)


def _cohort(session: Session, number: int) -> str:
    cohort = session.get(Cohort, number)
    company = session.get(Company, cohort.company_id) if cohort is not None else None
    return f"{company.name} {cohort.name}" if cohort is not None and company is not None else ""
