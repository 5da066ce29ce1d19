"""What exemptions waive, compared with looking at every obligation."""

from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from storage.exemptions import EXEMPTED, Exemption, waive_exempted
from storage.kinds import ReportKind
from storage.people import Person, PersonId
from storage.reports import Obligation
from tests.storage.channel_company import NOW, on

DAY_0 = on("03-01")
KINDS = (ReportKind.daily, ReportKind.weekly)
days = st.integers(0, 9)
someone = st.integers(0, 2)
exemptions = st.lists(st.tuples(someone, st.sampled_from(KINDS), days, days, st.booleans()), max_size=5)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=exemptions, since=days, by_calendar=st.sets(days, max_size=3))
def test_what_is_waived_is_what_an_exemption_in_force_covers(
    session: Session, taken: list[tuple[int, ReportKind, int, int, bool]], since: int, by_calendar: set[int]
) -> None:
    transaction = session.begin_nested()
    try:
        people = [person(session, number) for number in range(3)]
        for number in people:
            for kind in KINDS:
                session.add_all(obligation(number, kind, day, day in by_calendar) for day in range(10))
        for who, kind, first, length, cancelled in taken:
            session.add(exemption(people[who], kind, first, min(first + length, 9), NOW if cancelled else None))
        session.flush()
        every = session.exec(select(Obligation).where(col(Obligation.person_id).in_(people))).all()
        expected = {each.id for each in every if covered(session, each, DAY_0 + timedelta(since))}
        event(f"some: {len(expected) > 0}")

        count = waive_exempted(session, DAY_0 + timedelta(since))
        assert waive_exempted(session, DAY_0 + timedelta(since)) == 0

        session.expire_all()
        assert count == len(expected)
        assert {each.id for each in every if each.waived_reason == EXEMPTED and each.waived} == expected
        for each in every:
            if each.id not in expected:
                assert each.waived == ((each.first_day - DAY_0).days in by_calendar)
    finally:
        transaction.rollback()
        session.expunge_all()


def covered(session: Session, each: Obligation, since: date) -> bool:
    in_force = session.exec(select(Exemption).where(col(Exemption.cancelled_at).is_(None))).all()
    return each.first_day >= since and any(
        (one.person_id, one.kind) == (each.person_id, each.kind) and one.first_day <= each.first_day <= one.last_day
        for one in in_force
    )


def person(session: Session, number: int) -> PersonId:
    somebody = Person(telegram_id=700 + number, real_name=f"经理{number}", created_at=NOW)
    session.add(somebody)
    session.flush()
    assert somebody.id is not None
    return somebody.id


def exemption(who: PersonId, kind: ReportKind, first: int, last: int, cancelled_at: datetime | None) -> Exemption:
    return Exemption(
        person_id=who,
        kind=kind,
        first_day=DAY_0 + timedelta(first),
        last_day=DAY_0 + timedelta(last),
        reason="x",
        recorded_at=NOW,
        cancelled_at=cancelled_at,
    )


def obligation(who: PersonId, kind: ReportKind, day: int, waived: bool) -> Obligation:
    return Obligation(
        kind=kind,
        first_day=DAY_0 + timedelta(day),
        last_day=DAY_0 + timedelta(day),
        person_id=who,
        opens_at=NOW,
        due_at=NOW,
        late_from=NOW,
        certainty="official",
        waived=waived,
        waived_reason="no_workday" if waived else "",
    )
