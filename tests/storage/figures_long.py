"""The long run of the figures: generated histories, each counted by the database and by the slow reference.

    python -m tests.storage.figures_long --histories 10000 --seed 1

A history is a roster on which people go on post, sell, leave, come back, move, are corrected and eliminated, orders
are refunded, undone and moved, and months are submitted and locked in between. Every figure is asked for as of several
days; what was submitted must stay as it was, and what is listed as corrected must be what has changed since.
"""

import argparse
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from sqlmodel import Session

from schedules.order_rate import Line, correction_since, corrections_of, lock_snapshot, submitted_lines
from tests.databases import open_database
from tests.storage.channel_company import cohort_id, on
from tests.storage.test_figures_against_reference import COHORTS, DAY_0, BothBooks, Step, compare, courses

MONTHS = {0: range(0, 31), 1: range(31, 61), 2: range(61, 92), 3: range(92, 122)}
"""March to June, in days since 1 March."""
NAMES = {0: "03-01", 1: "04-01", 2: "05-01", 3: "06-01"}

Numbers = tuple[int, int, int]
NOTHING: Numbers = (0, 0, 0)
Submitted = dict[int, Numbers]
"""Of each cohort: ordered and stayed, on post, orders."""

locks = st.tuples(st.just("lock"), st.integers(0, 3), st.integers(0, 6))
someone = st.integers(0, 30)
changes = st.one_of(
    st.tuples(st.just("refund"), someone, st.integers(1, 2)),
    st.tuples(st.just("undo"), someone),
    st.tuples(st.just("move"), someone, someone),
    st.tuples(st.just("sell_after"), someone, st.integers(0, 31), st.integers(1, 3)),
    st.tuples(st.just("leave_after"), someone, st.integers(10, 32)),
    st.tuples(st.just("correct"), someone, st.integers(0, 40)),
)


@st.composite
def courses_with_locks(draw: st.DrawFn) -> list[Step]:
    """A course after which months are submitted, most of them in their order, with changes between."""
    course = draw(courses())
    for lock in sorted(draw(st.lists(locks, max_size=4)), key=lambda step: step[1]):
        course += [lock, *draw(st.lists(changes, max_size=3))]
    return course + draw(st.lists(locks, max_size=1))


class SubmittedBooks(BothBooks):
    """Both books, and what was submitted out of each."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.lines: dict[int, Submitted] = {}
        self.corrected: dict[int, Submitted] = {}

    def take(self, name: str, *values: int | None) -> None:
        if name != "lock":
            super().take(name, *values)
            return
        month, passed = (value or 0 for value in values)
        self.lock(month, MONTHS[month][-1] + 1 + passed)

    def lock(self, month: int, today: int) -> None:
        """Submit a month on a day after its end: once, whatever comes later."""
        day = DAY_0 + timedelta(today)
        now = datetime(day.year, day.month, day.day, tzinfo=UTC)
        kept = lock_snapshot(self.session, self.company.id, on(NAMES[month]), now, day, None)
        if month not in self.lines:
            told = self.told_before(month, today)
            self.lines[month] = {
                number: self.numbers(number, today)
                for number in range(COHORTS)
                if told.get(number, NOTHING) == NOTHING and self.closes_in(number, month, today)
            }
            self.corrected[month] = self.changed(told, today)
        assert self.by_number(submitted_lines(kept)) == self.lines[month]
        assert self.by_number([Line(**each["now"]) for each in kept.corrections]) == self.corrected[month]

    def numbers(self, number: int, today: int) -> Numbers:
        figure = self.reference.figure(number, today)
        return figure.ordered_and_stayed, figure.on_post, figure.orders

    def closes_in(self, number: int, month: int, today: int) -> bool:
        closes_on = self.reference.figure(number, today).closes_on
        return closes_on is not None and closes_on in MONTHS[month] and today > closes_on

    def told_before(self, month: int, today: int) -> Submitted:
        """What was said last of each cohort in the months before; nothing of one that was recorded after its month."""
        told: Submitted = {}
        for earlier in sorted(self.lines):
            if earlier < month:
                for late in range(COHORTS):
                    if self.closes_in(late, earlier, today):
                        told.setdefault(late, NOTHING)
                told.update(self.lines[earlier])
                told.update(self.corrected[earlier])
        return told

    def changed(self, told: Submitted, today: int) -> Submitted:
        return {number: now for number in told if (now := self.numbers(number, today)) != told[number]}

    def by_number(self, lines: list[Line]) -> Submitted:
        numbers = {cohort_id(cohort): number for number, cohort in enumerate(self.cohorts)}
        return {numbers[line.cohort_id]: (line.ordered_and_stayed, line.on_post, line.orders) for line in lines}

    def compare_submitted(self, as_of: int) -> None:
        """What was submitted has stayed; what differs from it by now is what is told as corrected."""
        day = DAY_0 + timedelta(as_of)
        for month in sorted(self.lines):
            now = datetime(day.year, day.month, day.day, tzinfo=UTC)
            kept = lock_snapshot(self.session, self.company.id, on(NAMES[month]), now, day, None)
            assert self.by_number(submitted_lines(kept)) == self.lines[month]
            since = [each.now for each in correction_since(self.session, kept, day)]
            assert self.by_number(since) == self.changed(self.lines[month], as_of)
        following = corrections_of(self.session, self.company.id, on("07-01"), day)
        assert self.by_number([each.now for each in following]) == self.changed(self.told_before(4, as_of), as_of)


def run(histories: int, first_seed: int, folder: Path) -> Counter[str]:
    """Take every history in both books; raises an AssertionError with the shortest one at a difference."""
    database = open_database(f"sqlite:///{folder / 'bot.db'}")
    tally: Counter[str] = Counter()

    @seed(first_seed)
    @settings(
        max_examples=histories,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(taken=courses_with_locks(), asked_on=st.lists(st.integers(0, 125), min_size=2, max_size=4))
    def history(taken: list[Step], asked_on: list[int]) -> None:
        with Session(database.engine, expire_on_commit=False) as session:
            books = SubmittedBooks(session)
            for name, *values in taken:
                books.take(name, *values)
            for as_of in asked_on:
                compare(books, as_of)
                books.compare_submitted(as_of)
            session.rollback()
        tally["histories"] += 1
        tally["steps"] += len(taken)
        tally["comparisons"] += len(asked_on) * COHORTS
        tally["locked months"] += len(books.lines)
        tally["locked months with a cohort"] += sum(bool(lines) for lines in books.lines.values())
        tally["corrections in a submission"] += sum(len(lines) for lines in books.corrected.values())

    try:
        history()
    finally:
        database.close()
    return tally


def main() -> None:
    """Run, and say how many; a difference ends it with the shortest history that shows it."""
    parser = argparse.ArgumentParser(prog="python -m tests.storage.figures_long", description=__doc__)
    parser.add_argument("--histories", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        tally = run(arguments.histories, arguments.seed, Path(folder))
    print(f"seed {arguments.seed}, {time.monotonic() - started:.0f} s, no difference")
    for name, count in tally.items():
        print(f"  {count:8} {name}")


if __name__ == "__main__":
    main()
