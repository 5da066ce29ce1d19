"""A database with companies and managers, and a clock that is moved by hand: the planner without Telegram."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from schedules.filing import file_report
from schedules.periods import Period
from schedules.planner import TickResult, tick
from storage.calendar_days import CalendarDay
from storage.groups import Group
from storage.outbox import OutboxMessage, OutboxState, mark_sent
from storage.people import Company, CompanyId, Person, PersonId, PersonState, Role, assign_company
from storage.reports import Leave, Report
from tests.databases import open_database

ZONE = ZoneInfo("Asia/Shanghai")
START = date(2026, 1, 1)
GROUP = -100


def at(local: str) -> datetime:
    """An instant from local time: at("2026-11-24 07:00")."""
    return datetime.fromisoformat(local).replace(tzinfo=ZONE).astimezone(UTC)


def local(moment: datetime) -> str:
    """An instant in local time, to the minute."""
    return moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


class Office:
    """Companies, their managers, and what the planner does for them."""

    def __init__(self, url: str) -> None:
        self.database = open_database(url)

    @contextmanager
    def work(self) -> Iterator[Session]:
        """One transaction."""
        with self.database.transaction() as session:
            yield session

    def company(self, name: str, work_week: str = "mon_fri") -> CompanyId:
        """A company."""
        with self.work() as session:
            company = Company(name=name, work_week=work_week, created_at=at("2026-01-01"))
            session.add(company)
            session.flush()
            assert company.id is not None
            return company.id

    def manager(
        self,
        name: str,
        *companies: CompanyId,
        since: date = START,
        role: Role = Role.manager,
        reachable: bool = True,
    ) -> PersonId:
        """Somebody active, with the companies in this order."""
        with self.work() as session:
            person = Person(
                telegram_id=10_000 + len(session.exec(select(Person)).all()),
                real_name=name,
                role=role,
                state=PersonState.active,
                reachable=reachable,
                language="zh",
                created_at=at("2026-01-01"),
                active_from=since,
            )
            session.add(person)
            session.flush()
            assert person.id is not None
            for company in companies:
                assign_company(session, person.id, company, since)
                session.flush()
            return person.id

    def group(self, since: str = "2026-01-01") -> int:
        """The shared group."""
        with self.work() as session:
            session.add(Group(chat_id=GROUP, title="培训经理群", language="zh", linked_at=at(since)))
        return GROUP

    def tick(self, when: str | datetime) -> TickResult:
        """Let the planner do what is due."""
        with self.work() as session:
            return tick(session, when if isinstance(when, datetime) else at(when), ZONE)

    def files(self, person: PersonId, period: Period, when: str | datetime, company: CompanyId | None = None) -> Report:
        """Somebody hands a report in."""
        with self.work() as session:
            manager = session.get_one(Person, person)
            held = session.get(Company, company) if company is not None else None
            sent_at = when if isinstance(when, datetime) else at(when)
            return file_report(session, manager, period, sent_at, {"note": "x"}, company=held)

    def leave(self, person: PersonId, first: date, last: date, when: str = "2026-01-02") -> int:
        """Somebody is away."""
        with self.work() as session:
            leave = Leave(person_id=person, first_day=first, last_day=last, recorded_at=at(when))
            session.add(leave)
            session.flush()
            assert leave.id is not None
            return leave.id

    def sets_day(self, day: date, *, works: bool, when: str, company: CompanyId | None = None) -> None:
        """An admin sets a day."""
        with self.work() as session:
            session.add(CalendarDay(day=day, is_workday=works, company_key=company or 0, recorded_at=at(when)))

    def messages(self, kind: str = "reminder", person: PersonId | None = None) -> list[OutboxMessage]:
        """What was planned to be sent, in the order of planning: not what is only part of another message."""
        with self.work() as session:
            query = select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(col(OutboxMessage.id))
            rows = [row for row in session.exec(query).all() if not row.error.startswith("part of")]
            return [row for row in rows if person is None or row.content.get("person_id") == person]

    def asked(self, message: OutboxMessage) -> set[str]:
        """What a reminder is about: `daily:2026-11-23:evening`."""
        return {f"{r['period']}:{r['stage']}" for r in message.content["reminders"]}

    def sends_everything(self, when: str | datetime) -> int:
        """Stand in for the sender: mark all that is open as sent."""
        with self.work() as session:
            rows = session.exec(select(OutboxMessage).where(OutboxMessage.state == OutboxState.open)).all()
            for row in rows:
                mark_sent(session, [(row, row.id)], when if isinstance(when, datetime) else at(when))
            return len(rows)
