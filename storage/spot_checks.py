"""Spot checks 抽查 as recorded: adding, changing with versions kept, listing the own ones (handbook §6)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from storage.follow_up import SpotCheck
from storage.people import CompanyId, PersonId
from storage.roster import HireId


@dataclass(frozen=True, kw_only=True)
class SpotCheckNote:
    """What one spot check says. `day` is a local date; `feedback` counts for coverage from ten characters."""

    hire_id: HireId
    day: date
    topic: str
    result: str
    feedback: str


def record_spot_check(
    session: Session, note: SpotCheckNote, company_id: CompanyId, person_id: PersonId, now: datetime
) -> SpotCheck:
    """Add a spot check of a hire of the company by the person."""
    check = SpotCheck(
        company_id=company_id,
        hire_id=note.hire_id,
        person_id=person_id,
        day=note.day,
        topic=note.topic,
        result=note.result,
        feedback=note.feedback,
        recorded_at=now,
    )
    session.add(check)
    session.flush()
    return check


def change_spot_check(check: SpotCheck, note: SpotCheckNote, company_id: CompanyId, now: datetime) -> None:
    """Replace what a spot check says; what it said before stays in `versions`."""
    old = check.model_dump(mode="json", exclude={"id", "versions"})
    check.versions = [*check.versions, old | {"changed_at": now.isoformat()}]
    check.company_id = company_id
    check.hire_id, check.day = note.hire_id, note.day
    check.topic, check.result, check.feedback = note.topic, note.result, note.feedback


def spot_checks_by(
    session: Session, person_id: PersonId, company_ids: Collection[CompanyId], limit: int, offset: int = 0
) -> list[SpotCheck]:
    """The person's own spot checks in these companies, newest first."""
    return list(
        session.exec(
            select(SpotCheck)
            .where(SpotCheck.person_id == person_id, col(SpotCheck.company_id).in_(company_ids))
            .order_by(col(SpotCheck.day).desc(), col(SpotCheck.id).desc())
            .limit(limit)
            .offset(offset)
        ).all()
    )


def count_spot_checks_by(session: Session, person_id: PersonId, company_ids: Collection[CompanyId]) -> int:
    """How many spot checks the person recorded in these companies."""
    return session.exec(
        select(func.count())
        .select_from(SpotCheck)
        .where(SpotCheck.person_id == person_id, col(SpotCheck.company_id).in_(company_ids))
    ).one()
