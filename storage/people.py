"""Who takes part: companies, persons, and who looks after which company (handbook §1)."""

import unicodedata
from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from sqlalchemy import BigInteger, Integer, UniqueConstraint, bindparam
from sqlmodel import Field, Session, SQLModel, col, select

from storage.dialect import enum_column
from storage.once import kept

PersonId = NewType("PersonId", int)
CompanyId = NewType("CompanyId", int)


class Role(StrEnum):
    """What a person may do. A hire is a record, never a user of the bot (handbook §1)."""

    manager = "manager"
    viewer = "viewer"
    admin = "admin"


class PersonState(StrEnum):
    """Whether a person takes part: waiting for an admin's approval, active, or deactivated."""

    pending = "pending"
    active = "active"
    deactivated = "deactivated"


class Company(SQLModel, table=True):
    """A channel-partner company 渠道商公司 in a region."""

    __tablename__ = "company"

    id: CompanyId | None = Field(default=None, primary_key=True, sa_type=Integer)
    name: str = Field(unique=True, max_length=60)
    region: str = Field(default="", max_length=40)
    active: bool = True
    work_week: str = Field(default="mon_fri", max_length=12)
    """`schedules.working_days.WorkWeek` by value (handbook §4)."""
    rest_days: str = Field(default="", max_length=60)
    """The company's own rest weekdays, ISO numbers separated by commas; empty: as the work week says."""
    trial_when: str = Field(default="after_training", max_length=20)
    """Where the trial post stands: before_training or after_training (handbook §6)."""
    created_at: datetime


class Person(SQLModel, table=True):
    """Somebody who talks with the bot. The real name comes from here, never from the Telegram profile."""

    __tablename__ = "person"

    id: PersonId | None = Field(default=None, primary_key=True, sa_type=Integer)
    telegram_id: int = Field(unique=True, sa_type=BigInteger)
    real_name: str = Field(default="", max_length=40)
    username: str = Field(default="", max_length=40)
    role: Role = Field(default=Role.manager, sa_column=enum_column(Role))
    state: PersonState = Field(default=PersonState.pending, sa_column=enum_column(PersonState))
    language: str = Field(default="", max_length=5)
    """zh or en: as Telegram said at Start, until the person chooses; empty: not known, the bot's default."""
    reachable: bool = False
    """False until the person pressed Start, and again once the bot was blocked."""
    created_at: datetime
    active_from: date | None = None
    """Local date from which reports are asked for; periods already under way are not (handbook §3)."""
    active_until: date | None = None


class Membership(SQLModel, table=True):
    """A manager looks after a company; one manager may look after several (handbook §1)."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("person_id", "company_id", "since"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: PersonId = Field(foreign_key="person.id", sa_type=Integer, index=True)
    company_id: CompanyId = Field(foreign_key="company.id", sa_type=Integer, index=True)
    since: date
    until: date | None = None
    """First local date on which the person no longer looks after the company."""


def person_by_telegram_id(session: Session, telegram_id: int) -> Person | None:
    """The person behind a Telegram account, whatever their state."""

    def read() -> Person | None:
        return session.exec(_SPEAKER, params={"account": telegram_id}).first()

    return kept(session, ("speaker", telegram_id), (Person,), read)


_SPEAKER = select(Person).where(Person.telegram_id == bindparam("account"))


def display_name(person: Person) -> str:
    """What to call somebody: the real name, or while it is not known the account's."""
    return _called(person.real_name, person.username, person.telegram_id)


def names_of(session: Session, person_ids: Collection[PersonId]) -> dict[PersonId, str]:
    """What to call each of these people; there may be many, so nothing else of them is read."""
    query = select(col(Person.id), Person.real_name, Person.username, Person.telegram_id).where(
        col(Person.id).in_(person_ids)
    )
    rows = session.exec(query).all()
    return {number: _called(name, username, account) for number, name, username, account in rows if number is not None}


def _called(real_name: str, username: str, telegram_id: int) -> str:
    return real_name or (f"@{username}" if username else f"#{telegram_id}")


def memberships_of(session: Session, person_ids: Collection[PersonId]) -> dict[PersonId, list[Company]]:
    """The active companies each of these people is entered for now, oldest first; people without any are left out."""
    rows = session.exec(
        select(Membership.person_id, Company)
        .join(Company, col(Company.id) == col(Membership.company_id))
        .where(col(Membership.person_id).in_(person_ids), col(Membership.until).is_(None), col(Company.active))
        .order_by(col(Membership.since), col(Membership.id))
    ).all()
    found: dict[PersonId, list[Company]] = {}
    for person_id, company in rows:
        found.setdefault(PersonId(person_id), []).append(company)
    return found


def companies_of(session: Session, person: Person) -> list[Company]:
    """The active companies a person looks after now, oldest first; for an admin or viewer without any: all."""
    own = kept(session, ("companies of", person.id), (Membership, Company), lambda: _own_companies(session, person.id))
    return list(own) if own or person.role is Role.manager else active_companies(session)


def _own_companies(session: Session, person_id: int | None) -> list[Company]:
    return list(session.exec(_OWN_COMPANIES, params={"person": person_id}).all())


_OWN_COMPANIES = (
    select(Company)
    .join(Membership, col(Membership.company_id) == Company.id)
    .where(Membership.person_id == bindparam("person"), col(Membership.until).is_(None), col(Company.active))
    .order_by(col(Membership.since), col(Membership.id))
)


def active_companies(session: Session) -> list[Company]:
    """Every active company, by name."""
    return list(session.exec(select(Company).where(col(Company.active)).order_by(Company.name)).all())


def managers_of(session: Session, company_id: CompanyId) -> list[Person]:
    """The active managers who look after a company now."""
    return list(
        session.exec(
            select(Person)
            .join(Membership, col(Membership.person_id) == Person.id)
            .where(
                Membership.company_id == company_id,
                col(Membership.until).is_(None),
                Person.state == PersonState.active,
                Person.role == Role.manager,
            )
            .order_by(col(Person.id))
        ).all()
    )


def active_people(session: Session, role: Role) -> list[Person]:
    """Active people of one role, oldest first."""
    return list(
        session.exec(
            select(Person).where(Person.role == role, Person.state == PersonState.active).order_by(col(Person.id))
        ).all()
    )


def assign_company(session: Session, person_id: PersonId, company_id: CompanyId, since: date) -> None:
    """Let a person look after a company from a date on; does nothing when they already do."""
    held = session.exec(
        select(Membership).where(
            Membership.person_id == person_id,
            Membership.company_id == company_id,
            col(Membership.until).is_(None),
        )
    ).first()
    if held is not None:
        return
    given_up_today = session.exec(
        select(Membership).where(
            Membership.person_id == person_id, Membership.company_id == company_id, Membership.since == since
        )
    ).first()
    if given_up_today is not None:
        given_up_today.until = None
    else:
        session.add(Membership(person_id=person_id, company_id=company_id, since=since))


def find_company(session: Session, name: str) -> Company | None:
    """An active company by its name, as a person would type it (width, case and spaces do not matter)."""
    wanted = name_key(name)
    return next((c for c in active_companies(session) if name_key(c.name) == wanted), None)


def name_key(name: str) -> str:
    """What two spellings of a name share: width, case and spaces do not matter."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
