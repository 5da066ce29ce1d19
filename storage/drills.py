"""Practice drills 陪练 as recorded: adding, changing with versions kept, the own ones, the last one (handbook §6)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from storage.follow_up import Drill
from storage.people import CompanyId, PersonId
from storage.roster import HireId

OTHER = "other"
"""A content of its own, in words behind the fixed ones: `crm,other:…`."""
OTHER_LENGTH = 60


@dataclass(frozen=True, kw_only=True)
class DrillNote:
    """What one drill says. `day` is a local date, `starts` a local `HH:MM`."""

    day: date
    starts: str
    hires: tuple[HireId, ...]
    content: tuple[str, ...]
    other_content: str = ""
    acted_out: bool = False
    commented: bool = False
    corrected: bool = False
    common_problems: str = ""
    result: str = ""


def record_drill(session: Session, note: DrillNote, company_id: CompanyId, person_id: PersonId, now: datetime) -> Drill:
    """Add a drill of the person with hires of one company."""
    drill = Drill(company_id=company_id, person_id=person_id, day=note.day, content=_content(note), recorded_at=now)
    _write(drill, note)
    session.add(drill)
    session.flush()
    return drill


def change_drill(drill: Drill, note: DrillNote, company_id: CompanyId, now: datetime) -> None:
    """Replace what a drill says; what it said before stays in `versions`."""
    old = drill.model_dump(mode="json", exclude={"id", "versions"})
    drill.versions = [*drill.versions, old | {"changed_at": now.isoformat()}]
    drill.company_id = company_id
    _write(drill, note)


def note_of(drill: Drill) -> DrillNote:
    """What a stored drill says."""
    fixed, _, other = drill.content.partition(f"{OTHER}:")
    content = tuple(part for part in fixed.split(",") if part)
    return DrillNote(
        day=drill.day,
        starts=drill.starts,
        hires=tuple(HireId(number) for number in drill.hires),
        content=(*content, OTHER) if other else content,
        other_content=other,
        acted_out=drill.acted_out,
        commented=drill.commented,
        corrected=drill.corrected,
        common_problems=drill.common_problems,
        result=drill.result,
    )


def drills_by(
    session: Session, person_id: PersonId, company_ids: Collection[CompanyId], limit: int, offset: int = 0
) -> list[Drill]:
    """The person's own drills in these companies, newest first."""
    return list(
        session.exec(
            select(Drill)
            .where(Drill.person_id == person_id, col(Drill.company_id).in_(company_ids))
            .order_by(col(Drill.day).desc(), col(Drill.id).desc())
            .limit(limit)
            .offset(offset)
        ).all()
    )


def count_drills_by(session: Session, person_id: PersonId, company_ids: Collection[CompanyId]) -> int:
    """How many drills the person recorded in these companies."""
    return session.exec(
        select(func.count())
        .select_from(Drill)
        .where(Drill.person_id == person_id, col(Drill.company_id).in_(company_ids))
    ).one()


def last_drill(session: Session, company_id: CompanyId, other_than: int | None = None) -> Drill | None:
    """The company's newest drill, whoever held it."""
    return session.exec(
        select(Drill)
        .where(Drill.company_id == company_id, Drill.id != other_than if other_than is not None else True)
        .order_by(col(Drill.day).desc(), col(Drill.starts).desc(), col(Drill.id).desc())
        .limit(1)
    ).first()


def _content(note: DrillNote) -> str:
    fixed = [part for part in note.content if part != OTHER]
    return ",".join([*fixed, *([f"{OTHER}:{note.other_content}"] if OTHER in note.content else [])])


def _write(drill: Drill, note: DrillNote) -> None:
    drill.day = note.day
    drill.starts = note.starts
    drill.hires = list(note.hires)
    drill.content = _content(note)
    drill.acted_out = note.acted_out
    drill.commented = note.commented
    drill.corrected = note.corrected
    drill.common_problems = note.common_problems
    drill.result = note.result
