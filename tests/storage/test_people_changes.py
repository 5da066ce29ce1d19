"""Joining, invitations and what admins change about people, on both databases."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, create_engine, select

from storage.company_changes import company_named, create_company
from storage.groups import AuditEntry
from storage.invitations import invite, open_invitation, revoke, use_invitation
from storage.people import Membership, Person, PersonId, PersonState, Role, companies_of, find_company, memberships_of
from storage.people_changes import (
    Application,
    Decision,
    add_company,
    admit,
    application_of,
    ask_to_join,
    count_people_listed,
    deactivate,
    lock_person,
    namesake,
    people_listed,
    remove_company,
    unreachable_people,
)
from storage.schema import metadata

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
DECISION = Decision(by=None, now=NOW, today=TODAY)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """An empty database of both kinds."""
    engine = create_engine(database_url)
    metadata.create_all(engine)
    with Session(engine) as made:
        yield made
    engine.dispose()


def someone(session: Session, number: int, name: str = "", state: PersonState = PersonState.pending) -> Person:
    person = Person(telegram_id=number, real_name=name, state=state, created_at=NOW)
    session.add(person)
    session.flush()
    return person


def test_an_invitation_is_used_up_and_runs_out(session: Session) -> None:
    company = create_company(session, "杭州甲", DECISION)
    made = invite(session, company, 2, timedelta(days=7), PersonId(1), NOW)
    assert len(made.code) >= 22
    assert open_invitation(session, made.code, NOW) == (made, company)
    assert use_invitation(session, made.code, NOW)
    assert use_invitation(session, made.code, NOW)
    assert not use_invitation(session, made.code, NOW)
    assert open_invitation(session, made.code, NOW) is None

    other = invite(session, company, 1, timedelta(days=7), PersonId(1), NOW)
    expired = NOW + timedelta(days=7)
    assert use_invitation(session, other.code, expired) is False
    assert open_invitation(session, other.code, expired) is None
    assert revoke(session, other.code, PersonId(1), NOW)
    assert not revoke(session, other.code, PersonId(1), NOW)
    assert not use_invitation(session, other.code, NOW)


def test_no_invitation_leads_to_a_company_that_is_switched_off(session: Session) -> None:
    company = create_company(session, "杭州甲", DECISION)
    made = invite(session, company, 2, timedelta(days=7), PersonId(1), NOW)
    company.active = False
    session.flush()
    assert open_invitation(session, made.code, NOW) is None
    assert find_company(session, "杭州甲") is None
    assert company_named(session, "杭州 甲") == company


def test_whoever_is_admitted_is_asked_from_tomorrow(session: Session) -> None:
    company = create_company(session, "杭州甲", DECISION)
    person = someone(session, 1)
    ask_to_join(session, person, Application("王芳", "杭州"), NOW)
    ask_to_join(session, person, Application("王芳", "杭州甲"), NOW)
    session.flush()
    assert application_of(session, person) == Application("王芳", "杭州甲")
    admit(session, person, Role.manager, company, DECISION)
    session.flush()
    assert (person.active_from, person.state) == (date(2026, 11, 24), PersonState.active)
    assert companies_of(session, person) == [company]
    deactivate(session, person, DECISION)
    assert person.active_until == TODAY


def test_a_company_given_back_and_taken_again_on_one_day_is_one_membership(session: Session) -> None:
    company = create_company(session, "杭州甲", DECISION)
    person = someone(session, 1, "王芳", PersonState.active)
    assert person.id is not None
    for _ in range(2):
        add_company(session, person, company, DECISION)
        session.flush()
        assert memberships_of(session, [person.id]) == {person.id: [company]}
        remove_company(session, person, company, DECISION)
        session.flush()
        assert memberships_of(session, [person.id]) == {}
    assert len(session.exec(select(Membership)).all()) == 1
    removed = [e for e in session.exec(select(AuditEntry)).all() if e.action == "person.company_removed"]
    assert len(removed) == 2


def test_a_namesake_is_found_whatever_the_spacing(session: Session) -> None:
    company = create_company(session, "杭州甲", DECISION)
    assert company.id is not None
    jane = someone(session, 1, "Jane Wang", PersonState.active)
    add_company(session, jane, company, DECISION)
    session.flush()
    assert namesake(session, "jane  wang", company.id, None) == jane
    assert namesake(session, "Jane Wang", company.id, jane.id) is None
    assert namesake(session, "Jane Wang2", company.id, None) is None


def test_the_list_has_those_who_wait_first_and_leaves_out_the_nameless(session: Session) -> None:
    gone = someone(session, 1, "a", PersonState.deactivated)
    active = someone(session, 2, "b", PersonState.active)
    waiting = someone(session, 3, "c")
    someone(session, 4)
    assert people_listed(session, 10) == [waiting, active, gone]
    assert count_people_listed(session) == 3
    assert people_listed(session, 1, 1) == [active]
    assert unreachable_people(session) == [active]


def test_locking_somebody_keeps_what_this_turn_has_changed(session: Session) -> None:
    person = someone(session, 1, "王芳")
    assert person.id is not None
    person.reachable = True
    assert lock_person(session, person.id) is person
    assert person.reachable
    assert lock_person(session, 99) is None
