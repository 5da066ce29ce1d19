"""What is decided about people: joining, role, name, companies, leaving. Every change is audited (handbook §10).

Somebody who begins today is asked for reports from tomorrow on: periods already under way are not theirs (handbook §3),
so that the first daily asked for is the next day's, the first weekly the next week's.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, or_, select

from storage.groups import AuditEntry, record_audit
from storage.people import (
    Company,
    CompanyId,
    Membership,
    Person,
    PersonId,
    PersonState,
    Role,
    assign_company,
    name_key,
)

ASKED = "person.asked_to_join"


@dataclass(frozen=True)
class Decision:
    """Who decides, when (aware UTC), and the local date of that. `by` None: nobody but the person or an invitation."""

    by: PersonId | None
    now: datetime
    today: date


@dataclass(frozen=True)
class Application:
    """What somebody who waits for approval said at /start."""

    real_name: str
    company: str


def ask_to_join(session: Session, person: Person, application: Application, now: datetime) -> None:
    """Keep what a newcomer said, for an admin to decide on."""
    person.real_name = application.real_name
    record_audit(session, now, person.id, ASKED, {"real_name": application.real_name, "company": application.company})


def application_of(session: Session, person: Person) -> Application | None:
    """What somebody said last when they asked to join; None when they never did."""
    entry = session.exec(
        select(AuditEntry)
        .where(AuditEntry.person_id == person.id, AuditEntry.action == ASKED)
        .order_by(col(AuditEntry.id).desc())
    ).first()
    return Application(str(entry.details["real_name"]), str(entry.details["company"])) if entry is not None else None


def lock_person(session: Session, person_id: int) -> Person | None:
    """A person as stored this moment, kept from others until the transaction ends: the first decision counts."""
    session.flush()
    return session.get(Person, person_id, with_for_update=True, populate_existing=True)


def admit(session: Session, person: Person, role: Role, company: Company | None, decision: Decision) -> None:
    """Let somebody in; the name must be known by now."""
    person.state = PersonState.active
    person.role = role
    person.active_from = decision.today + timedelta(days=1)
    person.active_until = None
    if company is not None:
        assign_company(session, _id(person), _company_id(company), decision.today)
    _audit(session, decision, "person.admitted", person, role=role.value, company=company.name if company else "")


def reject(session: Session, person: Person, decision: Decision) -> None:
    """Do not let somebody in. An admin can still do so later."""
    person.state = PersonState.deactivated
    _audit(session, decision, "person.rejected", person)


def change_role(session: Session, person: Person, role: Role, decision: Decision) -> None:
    """Give somebody another role."""
    _audit(session, decision, "person.role_changed", person, before=person.role.value, after=role.value)
    if role is Role.manager and person.role is not Role.manager:
        person.active_from = decision.today + timedelta(days=1)
    person.role = role


def rename(session: Session, person: Person, real_name: str, decision: Decision) -> None:
    """Correct somebody's real name."""
    _audit(session, decision, "person.renamed", person, before=person.real_name, after=real_name)
    person.real_name = real_name


def add_company(session: Session, person: Person, company: Company, decision: Decision) -> None:
    """Let somebody look after one more company, from today on."""
    assign_company(session, _id(person), _company_id(company), decision.today)
    _audit(session, decision, "person.company_added", person, company=company.name)


def remove_company(session: Session, person: Person, company: Company, decision: Decision) -> None:
    """Somebody no longer looks after a company, from today on."""
    held = session.exec(
        select(Membership).where(
            Membership.person_id == person.id,
            Membership.company_id == company.id,
            col(Membership.until).is_(None),
        )
    ).all()
    for membership in held:
        membership.until = decision.today
    if held:
        _audit(session, decision, "person.company_removed", person, company=company.name)


def deactivate(session: Session, person: Person, decision: Decision) -> None:
    """Switch somebody's access off; what they recorded stays."""
    person.state = PersonState.deactivated
    person.active_until = decision.today
    _audit(session, decision, "person.deactivated", person)


def reactivate(session: Session, person: Person, decision: Decision) -> None:
    """Let somebody in again, with the role and companies they had."""
    person.state = PersonState.active
    person.active_from = decision.today + timedelta(days=1)
    person.active_until = None
    _audit(session, decision, "person.reactivated", person)


def namesake(session: Session, real_name: str, company_id: CompanyId, other_than: PersonId | None) -> Person | None:
    """Somebody else of the same real name who looks after the company now."""
    found = session.exec(
        select(Person)
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(
            Membership.company_id == company_id,
            col(Membership.until).is_(None),
            Person.state == PersonState.active,
            Person.id != other_than,
        )
    ).all()
    return next((person for person in found if name_key(person.real_name) == name_key(real_name)), None)


def people_listed(session: Session, limit: int, offset: int = 0) -> list[Person]:
    """Everyone an admin deals with, those who wait for approval first, then by state and name.

    Somebody who pressed Start and never said who they are is not listed.
    """
    query = select(Person).where(_is_listed())
    return list(
        session.exec(
            query.order_by(
                (col(Person.state) == PersonState.pending).desc(),
                (col(Person.state) == PersonState.active).desc(),
                col(Person.real_name),
                col(Person.id),
            )
            .limit(limit)
            .offset(offset)
        ).all()
    )


def count_people_listed(session: Session) -> int:
    """How many `people_listed` would list."""
    return session.exec(select(func.count()).select_from(Person).where(_is_listed())).one()


def count_waiting(session: Session) -> int:
    """How many people wait for approval."""
    return session.exec(
        select(func.count()).select_from(Person).where(Person.state == PersonState.pending, col(Person.real_name) != "")
    ).one()


def unreachable_people(session: Session) -> list[Person]:
    """Active people the bot cannot write to: they blocked it, or never pressed Start. By name."""
    return list(
        session.exec(
            select(Person)
            .where(Person.state == PersonState.active, ~col(Person.reachable))
            .order_by(col(Person.real_name), col(Person.id))
        ).all()
    )


def _is_listed() -> Any:
    return or_(col(Person.state) != PersonState.pending, col(Person.real_name) != "")


def _audit(session: Session, decision: Decision, action: str, person: Person, **details: str) -> None:
    record_audit(session, decision.now, decision.by, action, {"person": person.id, **details})


def _id(person: Person) -> PersonId:
    assert person.id is not None
    return person.id


def _company_id(company: Company) -> CompanyId:
    assert company.id is not None
    return company.id
