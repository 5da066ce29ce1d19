"""Ride-alongs 陪访 as recorded: adding, changing with versions kept, listing (handbook §6)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from storage.follow_up import RideAlong
from storage.people import CompanyId, PersonId
from storage.roster import HireId

WRITTEN_FEEDBACK = 10
"""Characters from which `to_improve` is the written feedback that coverage counts."""


@dataclass(frozen=True, kw_only=True)
class RideAlongNote:
    """What one ride-along says. `day` is a local date; `scores` leaves skipped criteria out."""

    hire_id: HireId
    day: date
    part_of_day: str
    mode: str
    visits: int
    customer_kinds: tuple[str, ...]
    did_well: str
    to_improve: str
    scores: Mapping[str, int] = field(default_factory=dict)
    next_step: str = ""
    next_step_on: date | None = None


def record_ride_along(
    session: Session, note: RideAlongNote, company_id: CompanyId, person_id: PersonId, now: datetime
) -> RideAlong:
    """Add a ride-along of the person with a hire of the company."""
    ride = RideAlong(
        company_id=company_id,
        hire_id=note.hire_id,
        person_id=person_id,
        day=note.day,
        part_of_day=note.part_of_day,
        mode=note.mode,
        visits=note.visits,
        did_well=note.did_well,
        to_improve=note.to_improve,
        recorded_at=now,
    )
    _write(ride, note)
    session.add(ride)
    session.flush()
    return ride


def change_ride_along(ride: RideAlong, note: RideAlongNote, company_id: CompanyId, now: datetime) -> None:
    """Replace what a ride-along says; what it said before stays in `versions`. A new next step is open again."""
    old = ride.model_dump(mode="json", exclude={"id", "versions"})
    ride.versions = [*ride.versions, old | {"changed_at": now.isoformat()}]
    if (note.next_step, note.next_step_on) != (ride.next_step, ride.next_step_on):
        ride.next_step_closed_at = None
    ride.company_id = company_id
    _write(ride, note)


def note_of(ride: RideAlong) -> RideAlongNote:
    """What a stored ride-along says."""
    return RideAlongNote(
        hire_id=ride.hire_id,
        day=ride.day,
        part_of_day=ride.part_of_day,
        mode=ride.mode,
        visits=ride.visits,
        customer_kinds=tuple(kind for kind in ride.customer_kinds.split(",") if kind),
        did_well=ride.did_well,
        to_improve=ride.to_improve,
        scores=ride.scores,
        next_step=ride.next_step,
        next_step_on=ride.next_step_on,
    )


def ride_alongs_by(
    session: Session, person_id: PersonId, company_ids: Collection[CompanyId], limit: int, offset: int = 0
) -> list[RideAlong]:
    """The person's own ride-alongs in these companies, newest first."""
    return list(
        session.exec(
            select(RideAlong)
            .where(RideAlong.person_id == person_id, col(RideAlong.company_id).in_(company_ids))
            .order_by(col(RideAlong.day).desc(), col(RideAlong.id).desc())
            .limit(limit)
            .offset(offset)
        ).all()
    )


def count_ride_alongs_by(session: Session, person_id: PersonId, company_ids: Collection[CompanyId]) -> int:
    """How many ride-alongs the person recorded in these companies."""
    return session.exec(
        select(func.count())
        .select_from(RideAlong)
        .where(RideAlong.person_id == person_id, col(RideAlong.company_id).in_(company_ids))
    ).one()


def _write(ride: RideAlong, note: RideAlongNote) -> None:
    ride.hire_id = note.hire_id
    ride.day = note.day
    ride.part_of_day = note.part_of_day
    ride.mode = note.mode
    ride.visits = note.visits
    ride.customer_kinds = ",".join(note.customer_kinds)
    ride.scores = dict(note.scores)
    ride.did_well = note.did_well
    ride.to_improve = note.to_improve
    ride.next_step = note.next_step
    ride.next_step_on = note.next_step_on
