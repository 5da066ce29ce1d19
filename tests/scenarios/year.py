"""A year of 30 managers in 10 companies, lived through chat, watched for what must never happen, and counted again.

    python -m tests.scenarios.year --seed 1
    python -m tests.scenarios.year --seed 1 --first 2026-02-01 --days 36 --companies 3

Who joins, leaves, reports late, corrects and goes on leave is decided by chance. After each month /stats is asked of
every company and compared with a slow count of its own, and /export is opened with LibreOffice.
"""

import argparse
import re
import tempfile
import time as stopwatch
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path

from sqlmodel import col, select

from bot.demo.journal import Journal
from storage.outbox import OutboxMessage, OutboxState
from tests.chat import World
from tests.handlers.recalculation import SOFFICE, formulas, recalculate
from tests.scenarios.ledger import DAY, KINDS, OF_COMPANIES, Task, month_end, tasks_between, works
from tests.scenarios.readers import RATE, cohorts_in_workbook, newest_document
from tests.scenarios.town import Office
from tests.storage.slow_reference import Figure

BEATS = tuple(
    time(*at)
    for at in (
        *((0, 0), (7, 0), (8, 0), (8, 5), (9, 0), (9, 5), (9, 30), (12, 30)),
        *((18, 0), (18, 30), (20, 0), (21, 30), (22, 0), (23, 0)),
    )
)
"""When the clock ticks: the moments the handbook names, and some between them."""


@dataclass
class Findings:
    """What was watched and compared, and what was wrong."""

    reminders: int = 0
    posts: Counter[str] = field(default_factory=Counter)
    figures: int = 0
    cells: int = 0
    faults: list[str] = field(default_factory=list)

    def same(self, what: str, shown: object, counted: object) -> None:
        """Compare one figure."""
        self.figures += 1
        if shown != counted:
            self.faults.append(f"{what}: shown {shown}, counted {counted}")


class Year:
    """The simulation, day by day."""

    def __init__(self, folder: Path, first: date, days: int, seed: int, companies: int, managers: int) -> None:
        self.folder, self.first, self.last = folder, first, first + (days - 1) * DAY
        self.world = World(folder, now=f"{first} 00:00")
        self.world.stand_in.journal = Journal(keep=1000)
        self.admin = self.world.admin()
        self.office = Office(self.world, first, seed, companies, managers)
        self.group = self.world.group(self.admin, *(manager.phone for manager in self.office.managers))
        self.findings = Findings()
        self._seen = 0
        self._told: set[tuple[object, ...]] = set()

    def close(self) -> None:
        """Let go of the database."""
        self.world.close()

    def run(self) -> Findings:
        """Every day in its order, and each month's figures when its last daily can no longer be handed in."""
        tasks = list(tasks_between(self.first, self.last + 40 * DAY))
        day, asked = self.first, self.first.replace(day=1)
        while day <= self.last:
            self._set(datetime.combine(day, time(0)))
            if (day - self.first).days == 20:
                self.office.joins("新来", "公司00")
            self._live(day, [task for task in tasks if task.due_day == day])
            if day.day == 9 and month_end(asked) < day:
                self._compare(asked)
                asked = day.replace(day=1)
            day += DAY
        while asked <= self.last:
            self._compare(asked)
            asked = month_end(asked) + DAY
        self._look_at_group()
        self._look_at_calls()
        return self.findings

    def _live(self, day: date, due: list[Task]) -> None:
        """One day: the ticks of the clock, and between them what people do."""
        plans = self.office.plans.setdefault(day, [])
        for beat in BEATS:
            moment = datetime.combine(day, beat)
            plans.append((moment, partial(self._tick, moment)))
        self.office.morning(day, due)
        while plans:
            coming = min(plans, key=lambda plan: plan[0])
            plans.remove(coming)
            moment, deed = coming
            self._set(moment)
            deed()

    def _set(self, local: datetime) -> None:
        self.world.clock.moment = local.replace(tzinfo=self.world.surroundings.zone).astimezone(UTC)

    def _tick(self, local: datetime) -> None:
        self._set(local)
        self.world.tick()
        with self.world.session() as session:
            query = select(OutboxMessage).where(col(OutboxMessage.id) > self._seen, OutboxMessage.kind != "call")
            for row in session.exec(query.order_by(col(OutboxMessage.id))).all():
                self._seen = row.id or self._seen
                if row.state is OutboxState.sent and row.kind in ("reminder", "open_items"):
                    self._look_at_reminder(row, local)

    def _look_at_reminder(self, row: OutboxMessage, local: datetime) -> None:
        """Nobody is asked for what is in, on leave, on a rest day for a daily, or twice for the same."""
        self.findings.reminders += 1
        manager = next(m for m in self.office.managers if m.phone.telegram_id == row.chat_id)
        book, wrong = manager.book, self.findings.faults.append
        if book.is_away(local.date()):
            wrong(f"{local} {book.name} is on leave and was sent {row.content}")
        if row.kind == "open_items" and not works(local.date()):
            wrong(f"{local} a rest day, and {book.name} was sent what is open")
        for each in row.content.get("reminders", ()):
            kind, _, first = each["period"].partition(":")
            sent = self.office.ledger.companies[book.company].sent if kind in OF_COMPANIES else book.sent
            if each["period"] in sent:
                wrong(f"{local} {book.name} was asked for {each['period']}, in since {sent[each['period']]}")
            if kind == "daily" and not (works(local.date()) and works(date.fromisoformat(first))):
                wrong(f"{local} a rest day, and {book.name} was asked for {each['period']}")
            told = (book.name, each["period"], each["company"], each["stage"])
            if told in self._told:
                wrong(f"{local} twice: {told}")
            self._told.add(told)

    def _look_at_group(self) -> None:
        """At most one new post for each period and kind, and each kind of post there."""
        with self.world.session() as session:
            query = select(OutboxMessage).where(OutboxMessage.chat_id == self.group)
            posted = [row for row in session.exec(query).all() if row.state is OutboxState.sent]
        new = [row for row in posted if row.key and ":edit:" not in row.key]
        for slot, count in Counter(row.slot for row in new).items():
            if count > 1 and slot is not None:
                self.findings.faults.append(f"{slot} was posted {count} times")
        self.findings.posts = Counter(row.kind for row in new)
        self.findings.posts["edits"] = len(posted) - len(new)
        heard = self.world.heard_in(self.group)
        if len(heard) != len(new):
            self.findings.faults.append(f"{len(new)} posts planned, {len(heard)} messages in the group")
        workdays = sum(works(self.first + n * DAY) for n in range((self.last - self.first).days))
        boards = sum(1 for row in new if row.key and row.key.startswith("board:daily:"))
        self.findings.same("boards of dailies", boards, workdays)

    def _look_at_calls(self) -> None:
        """Telegram, which is strict here about lengths, markup and buttons, refused nothing."""
        for (method, outcome), count in self.world.stand_in.journal.counts.items():
            if outcome != "200":
                self.findings.faults.append(f"{count} calls of {method} ended with {outcome}")

    def _compare(self, month: date) -> None:
        """What /stats says of a month, of all and of each company, beside the ledger's count; then the workbook."""
        ledger, today, now = self.office.ledger, self.world.clock.today, self.office.local_time
        asked, whole_month = self.admin, f"{month:%Y-%m}"
        for name in (None, *ledger.companies):
            text = asked.says(f"/stats {whole_month} {name or ''}".strip()).last.text
            books = [book for book in ledger.companies.values() if name in (None, book.name)]
            closed = [each for book in books for each in book.closed_in(month, today).values()]
            what = f"{whole_month} {name or 'all'}"
            shown = re.search(rf"^合计出单率 {RATE}$\n^平均出单水平 (\d+)/", text, re.MULTILINE)
            said = (int(shown[1]), int(shown[2]), int(shown[5])) if shown else (0, 0, 0)
            self.findings.same(f"{what} order rate and level", said, pooled(closed))
            for kind, word in KINDS.items():
                counted = ledger.punctuality(kind, month, now, name)
                line = re.search(rf"^{word}：按时 (\d+)/(\d+) = [\d.]+% · 提交 (\d+)/", text, re.MULTILINE)
                found = (int(line[1]), int(line[3]) - int(line[1]), int(line[2])) if line else (0, 0, 0)
                self.findings.same(f"{what} {kind}", found, counted)
            if name is not None:
                (book,) = books
                every = {**book.closed_in(month, today), **book.running_at(month, today)}
                lines = re.findall(rf"^• (.*): {RATE}$", text, re.MULTILINE)
                listed = {cohort: (int(a), int(n)) for cohort, a, n, _, _ in lines}
                wanted = {cohort: (each.ordered_and_stayed, each.on_post) for cohort, each in every.items()}
                self.findings.same(f"{what} cohorts", listed, wanted)
        self._open_export(month, today)

    def _open_export(self, month: date, today: date) -> None:
        """The workbook of a month: LibreOffice computes its formulas to the figures we show, which are the ledger's."""
        content = newest_document(self.admin.says(f"/export {month:%Y-%m}"))
        folder = self.folder / f"export-{month:%Y-%m}"
        folder.mkdir()
        computed, ours = recalculate(content, folder), formulas(content)
        self.findings.cells += len(ours)
        for cell, (_, value) in ours.items():
            again = computed[cell]
            if isinstance(value, str) or isinstance(again, str) or abs(value - again) > 1e-9:
                self.findings.same(f"{month:%Y-%m} {cell} in LibreOffice", again, value)
        shown = {place: (each.ordered_and_stayed, each.on_post) for place, each in cohorts_in_workbook(content).items()}
        counted = {
            (book.name, cohort): (each.ordered_and_stayed, each.on_post)
            for book in self.office.ledger.companies.values()
            for cohort, each in {**book.closed_in(month, today), **book.running_at(month, today)}.items()
        }
        self.findings.same(f"{month:%Y-%m} the workbook's cohorts", shown, counted)


def pooled(closed: list[Figure]) -> tuple[int, int, int]:
    """Sums over cohorts."""
    return (
        sum(each.ordered_and_stayed for each in closed),
        sum(each.on_post for each in closed),
        sum(each.orders for each in closed),
    )


def main() -> None:
    """The whole year; exit code 1 when anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.scenarios.year", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=date.fromisoformat, default=date(2026, 1, 1))
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--companies", type=int, default=10)
    parser.add_argument("--managers", type=int, default=3, help="of each company")
    given = parser.parse_args()
    started = stopwatch.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Year(Path(folder), given.first, given.days, given.seed, given.companies, given.managers)) as year,
    ):
        findings = year.run()
        hires = sum(len(book.hires) for book in year.office.ledger.companies.values())
        calls = sum(year.world.stand_in.journal.counts.values())
    seconds = stopwatch.monotonic() - started
    print(f"{given.days} days from {given.first}, seed {given.seed}: {seconds:.0f} s, {calls} calls, {hires} hires")
    print(f"  {findings.reminders} reminders watched, posts in the group: {dict(findings.posts)}")
    print(f"  {findings.figures} figures compared, {findings.cells} formulas computed again")
    if SOFFICE is None:
        print("  LibreOffice (soffice) is not installed here: the formulas were computed by the test alone")
    print(f"  wrong: {len(findings.faults)}")
    for fault in findings.faults[:60]:
        print(f"  - {fault}")
    raise SystemExit(1 if findings.faults else 0)


if __name__ == "__main__":
    main()
