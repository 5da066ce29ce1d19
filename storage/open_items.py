"""What somebody has begun and not finished: next steps, problems that rest, sessions without a summary (handbook §6).

The list and the question who has one are made of the same conditions. Days are local dates, instants aware and in UTC.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, and_, cast, exists, literal, or_
from sqlmodel import Session, col, select

from storage.follow_up import RideAlong
from storage.outbox import OutboxMessage
from storage.people import Company, CompanyId, Membership, Person, PersonId, PersonState, Role
from storage.problem_book import nothing_moved_since
from storage.problems import Problem
from storage.sessions_book import missing_summaries, without_summary
from storage.trainings import TrainingSession


@dataclass(frozen=True)
class OpenItems:
    """What is open for one person, oldest first in each kind."""

    next_steps: Sequence[RideAlong] = ()
    """Ride-alongs whose next step has come to its date."""
    problems: Sequence[Problem] = ()
    """Problems of the companies on which nothing has moved."""
    summaries: Sequence[TrainingSession] = ()
    """Sessions whose written summary is still to come."""

    def __len__(self) -> int:
        return len(self.next_steps) + len(self.problems) + len(self.summaries)


class Addressee(NamedTuple):
    """Somebody with open items who has not been written to about them."""

    person_id: PersonId
    telegram_id: int
    key: str


def open_items_of(
    session: Session,
    person_id: PersonId,
    company_ids: Collection[CompanyId],
    today: date,
    *,
    quiet_since: datetime,
    sessions_before: date,
) -> OpenItems:
    """What is open for a person: own next steps due by `today`, problems of these companies on which nothing moved
    after `quiet_since`, own sessions held before `sessions_before` without a summary.
    """
    session.flush()
    steps = session.exec(
        select(RideAlong)
        .where(RideAlong.person_id == person_id, col(RideAlong.company_id).in_(company_ids), step_is_due(today))
        .order_by(col(RideAlong.next_step_on), col(RideAlong.id))
    ).all()
    problems = session.exec(
        select(Problem)
        .where(col(Problem.company_id).in_(company_ids), nothing_moved_since(quiet_since))
        .order_by(col(Problem.id))
    ).all()
    return OpenItems(steps, problems, missing_summaries(session, person_id, company_ids, sessions_before))


def coming_steps(
    session: Session, person_id: PersonId, company_ids: Collection[CompanyId], today: date
) -> list[RideAlong]:
    """The person's open next steps of later days, the next one first."""
    return list(
        session.exec(
            select(RideAlong)
            .where(
                RideAlong.person_id == person_id,
                col(RideAlong.company_id).in_(company_ids),
                col(RideAlong.next_step_closed_at).is_(None),
                col(RideAlong.next_step_on) > today,
            )
            .order_by(col(RideAlong.next_step_on), col(RideAlong.id))
        ).all()
    )


def step_is_due(today: date) -> ColumnElement[bool]:
    """Ride-alongs whose next step has come to its date and is not closed."""
    return and_(col(RideAlong.next_step_on) <= today, col(RideAlong.next_step_closed_at).is_(None))


def managers_with_open_items(
    session: Session, today: date, as_of: datetime, quiet_since: datetime, key_prefix: str
) -> list[Addressee]:
    """The reachable active managers for whom something was open at `as_of` and still is, and who have no message under
    `key_prefix`…`person N` yet.
    """
    key = literal(key_prefix) + literal("person ") + cast(col(Person.id), String)

    def has(
        table: type[RideAlong] | type[Problem] | type[TrainingSession], *wanted: ColumnElement[bool]
    ) -> ColumnElement[bool]:
        looked_after = and_(
            col(Membership.person_id) == col(Person.id),
            col(Membership.company_id) == col(table.company_id),
            col(Membership.until).is_(None),
            col(Company.id) == col(Membership.company_id),
            col(Company.active),
        )
        return exists().where(looked_after, col(table.recorded_at) < as_of, *wanted).correlate(Person)

    rows = session.exec(
        select(Person.id, Person.telegram_id, key)
        .where(
            Person.role == Role.manager,
            Person.state == PersonState.active,
            col(Person.reachable),
            ~exists().where(col(OutboxMessage.key) == key),
            or_(
                has(RideAlong, col(RideAlong.person_id) == col(Person.id), step_is_due(today)),
                has(Problem, nothing_moved_since(quiet_since)),
                has(TrainingSession, col(TrainingSession.person_id) == col(Person.id), without_summary(today)),
            ),
        )
        .order_by(col(Person.id))
    ).all()
    return [Addressee(PersonId(number), telegram_id, key) for number, telegram_id, key in rows if number is not None]
