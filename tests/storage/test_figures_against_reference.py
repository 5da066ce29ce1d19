"""Random rosters, orders and corrections: the database's figures equal those counted day by day."""

from collections.abc import Callable, Set
from dataclasses import replace
from datetime import timedelta
from typing import ParamSpec, TypeVar

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from storage.cohort_figures import figures_of_companies
from storage.cohort_tallies import keep_cohort_tallies
from storage.coverage import coverage
from storage.daily_orders import daily_orders
from storage.order_book import move, record_orders, refund, undo_batch
from storage.order_rules import OrderEntry, OrderRefusal
from storage.orders import Order
from storage.people import PersonId
from storage.roster import Cohort, Hire
from storage.roster_events import correct_on_post, eliminate, leave, move_to_cohort, put_on_post, rejoin
from storage.roster_rules import RosterRefusal
from storage.tallies import CohortTally
from tests.storage.channel_company import NOW, ChannelCompany, cohort_id, hire_id, on
from tests.storage.slow_reference import Person, Reference, Sale

Step = tuple[str, *tuple[int | None, ...]]

DAY_0 = on("03-01")
COHORTS = 3
AFTER_ALL = DAY_0 + timedelta(200)
ALWAYS = frozenset(range(100))

days = st.one_of(st.integers(0, 40), st.sampled_from([0, 1, 28, 29, 30, 31, 59, 60]), st.integers(0, 100))
someone = st.integers(0, 30)
cohorts = st.integers(0, COHORTS - 1)
steps = st.one_of(
    st.tuples(st.just("join"), cohorts, st.one_of(st.none(), st.integers(0, 20))),
    st.tuples(st.just("post"), someone, days),
    st.tuples(st.just("eliminate"), someone, days),
    st.tuples(st.just("leave"), someone, days),
    st.tuples(st.just("rejoin"), someone, days, cohorts),
    st.tuples(st.just("correct"), someone, days),
    st.tuples(st.just("change_cohort"), someone, cohorts),
    st.tuples(st.just("sell"), someone, days, st.integers(0, 10)),
    st.tuples(st.just("sell_after"), someone, st.integers(0, 31), st.integers(1, 3)),
    st.tuples(st.just("visit"), someone, days),
    st.tuples(st.just("refund"), someone, st.integers(1, 4)),
    st.tuples(st.just("undo"), someone),
    st.tuples(st.just("move"), someone, someone),
)


@st.composite
def courses(draw: st.DrawFn) -> list[Step]:
    """A roster on which something happens: people who sell and now and then leave, then whatever may come."""
    course: list[Step] = []
    for number in range(draw(st.integers(2, 8))):
        course.append(("join", draw(cohorts), draw(st.integers(0, 20))))
        for passed in draw(st.lists(st.integers(0, 31), max_size=3)):
            course.append(("sell_after", number, passed, draw(st.integers(1, 3))))
        if draw(st.integers(0, 3)) == 0:
            course.append(("leave_after", number, draw(st.integers(10, 32))))
    return course + draw(st.lists(steps, max_size=30))


Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class BothBooks:
    """Does every step in the database and in the reference, which must agree on whether it is allowed."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.company = ChannelCompany(session)
        self.cohorts: list[Cohort] = [self.company.cohort(f"{number}期") for number in range(COHORTS)]
        self.manager: PersonId = self.company.manager()
        self.reference = Reference()
        self.hires: list[Hire] = []
        self.orders: list[tuple[Order, Sale]] = []

    def take(self, name: str, *values: int | None) -> None:
        if name == "join":
            self.join(*values)
        elif name in ("refund", "undo", "move"):
            if self.orders:
                self.change(name, *values)
        elif self.hires:
            self.happen(name, *values)

    def join(self, cohort: int | None, posted: int | None) -> None:
        assert cohort is not None
        (hire,) = self.company.trainees(self.cohorts[cohort])
        self.hires.append(hire)
        self.reference.people.append(Person(cohort))
        if posted is not None:
            self.happen("post", len(self.hires) - 1, posted)

    def happen(self, name: str, who: int | None, *values: int | None) -> None:
        assert who is not None
        hire, person = self.hires[who % len(self.hires)], self.reference.people[who % len(self.hires)]
        first, second = ([value for value in values if value is not None] + [0])[:2]
        session, recording, reference = self.session, self.company.recording, self.reference
        day = DAY_0 + timedelta(first)
        match name:
            case "post":
                self.agree(reference.post(person, first), put_on_post, session, hire, day, recording, gate=False)
            case "eliminate":
                self.agree(reference.eliminate(person, first), eliminate, session, hire, day, recording)
            case "leave" | "leave_after":
                if name == "leave_after":
                    first += person.on_post or 0
                    day = DAY_0 + timedelta(first)
                self.agree(reference.leave(person, first), leave, session, hire, day, recording, reason="家里有事")
            case "correct":
                self.agree(reference.correct(person, first), correct_on_post, session, hire, day, recording)
            case "change_cohort":
                cohort, today = self.cohorts[first], recording.today
                allowed = reference.change_cohort(person, first)
                self.agree(allowed, move_to_cohort, session, hire, cohort, today, recording)
            case "rejoin":
                allowed = reference.rejoin(person, first, second)
                new_cohort = self.cohorts[second]
                back = self.agree(allowed, rejoin, session, hire, day, recording, new_cohort=new_cohort)
                if back is not None and back is not hire:
                    self.hires.append(back)
            case "sell" | "sell_after":
                if name == "sell_after":
                    first += person.on_post or 0
                self.sell(hire, person, first, second)
            case "visit":
                person.visits.append(first)
                self.company.accompanied(hire, day.isoformat(), self.manager)

    def sell(self, hire: Hire, person: Person, day: int, quantity: int) -> None:
        batch = f"{len(self.orders)}"
        entry = OrderEntry(hire_id(hire), quantity, DAY_0 + timedelta(day))
        recorded = self.agree(
            self.reference.sell(person, day, quantity),
            record_orders,
            self.session,
            [entry],
            self.company.recording,
            batch,
        )
        if recorded is not None:
            assert recorded[0].counts == (entry.day - (hire.on_post or DAY_0) < timedelta(30))
            self.orders.append((recorded[0].order, person.sales[-1]))

    def change(self, name: str, which: int | None, value: int | None = None) -> None:
        assert which is not None
        order, sale = self.orders[which % len(self.orders)]
        session, recording = self.session, self.company.recording
        if name == "refund":
            assert value is not None
            allowed = self.reference.refund(sale, value)
            self.agree(allowed, refund, session, order, value, recording.today, "客户取消", recording)
        elif name == "undo":
            self.agree(self.reference.undo(sale), undo_batch, session, order.batch, replace(recording, now=NOW))
        else:
            assert value is not None
            position = value % len(self.hires)
            allowed = self.reference.move(sale, self.reference.people[position])
            self.agree(allowed, move, session, order, self.hires[position], "记错人了", recording)

    def agree(
        self,
        allowed: bool,
        command: Callable[Parameters, Result],
        *values: Parameters.args,
        **named: Parameters.kwargs,
    ) -> Result | None:
        result, refusal = None, ""
        try:
            result = command(*values, **named)
        except (RosterRefusal, OrderRefusal) as reason:
            refusal = f"refused, {reason}"
        assert (refusal == "") == allowed, f"{command.__name__}: {refusal or 'should have been refused'}"
        return result


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    taken=courses(),
    asked_on=st.lists(st.one_of(st.integers(0, 80), st.just(80)), min_size=2, max_size=4),
    tallied=st.one_of(st.sets(st.integers(0, 40)), st.just(ALWAYS)),
)
def test_figures_equal_those_counted_day_by_day(
    session: Session, taken: list[Step], asked_on: list[int], tallied: Set[int]
) -> None:
    transaction = session.begin_nested()
    try:
        books = BothBooks(session)
        for place, (name, *values) in enumerate(taken):
            books.take(name, *values)
            if place in tallied:
                # As of a day after every close, so that whatever changes later is a correction.
                keep_cohort_tallies(session, DAY_0, AFTER_ALL, AFTER_ALL, COHORTS)
        for as_of in asked_on:
            kept = session.exec(select(CohortTally).where(CohortTally.closes_on < DAY_0 + timedelta(as_of))).all()
            event(f"read from a tally: {kept != []}")
            compare(books, as_of)
    finally:
        transaction.rollback()
        session.expunge_all()


def compare(books: BothBooks, as_of: int) -> None:
    """Every figure of every cohort as of a day."""
    session, day = books.session, DAY_0 + timedelta(as_of)
    found = figures_of_companies(session, [books.company.id], day)
    covered = coverage(session, [cohort_id(cohort) for cohort in books.cohorts], day)
    assert len(found) == COHORTS
    for number, figure in enumerate(found):
        expected = books.reference.figure(number, as_of)
        closes_on = None if expected.closes_on is None else DAY_0 + timedelta(expected.closes_on)
        event(f"somebody ordered and stayed: {expected.ordered_and_stayed > 0}")
        event(f"somebody left: {expected.stayed < expected.on_post}")
        event(f"closed: {closes_on is not None and day > closes_on}")
        assert (figure.on_post, figure.ordered_and_stayed, figure.orders, figure.stayed) == (
            expected.on_post,
            expected.ordered_and_stayed,
            expected.orders,
            expected.stayed,
        )
        assert (figure.started, figure.eliminated) == (expected.started, expected.eliminated)
        assert (figure.closes_on, figure.interim) == (closes_on, closes_on is None or day <= closes_on)
        assert (covered[figure.cohort_id].stayed, covered[figure.cohort_id].accompanied) == (
            expected.stayed,
            expected.visited,
        )
        by_day = daily_orders(session, figure.cohort_id, day).orders
        assert by_day == tuple(expected.by_day[: len(by_day)])
        assert sum(by_day) == expected.orders
