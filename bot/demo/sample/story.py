"""What the parts of the sample data share: the moment, the people, the companies, and how days become instants."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from bot.demo.cast import CastMember
from schedules.periods import ZONE, instant, local_day
from schedules.working_days import ONE_DAY, WorkCalendar
from storage.people import Company, CompanyId, Person, PersonId
from storage.roster import Hire, HireId
from storage.roster_rules import Recording


@dataclass
class Story:
    """The sample data in the making. `now` is aware UTC; days are local dates."""

    session: Session
    now: datetime
    people: dict[int, Person] = field(default_factory=dict)
    """By Telegram id."""
    companies: dict[str, Company] = field(default_factory=dict)
    hires: dict[tuple[str, str], Hire] = field(default_factory=dict)
    """By company and name."""
    calendar: WorkCalendar = field(default_factory=WorkCalendar)

    @property
    def today(self) -> date:
        """The local date."""
        return local_day(self.now, ZONE)

    @property
    def begins(self) -> date:
        """The first day the reports are about: the 1st of last month."""
        return (self.today.replace(day=1) - ONE_DAY).replace(day=1)

    def ago(self, days: int) -> date:
        """So many days before today."""
        return self.today - days * ONE_DAY

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """A local time of a day as an instant; never after `now`."""
        return min(instant(day, time(hour, minute), ZONE), self.now - timedelta(minutes=1))

    def workday_ago(self, number: int) -> date:
        """The working day so many before today: 1 is the last one."""
        day = self.today
        for _ in range(number):
            day = self.calendar.previous_workday(day)
        return day

    def recording(self, member: CastMember, day: date, hour: int = 18, minute: int = 30) -> Recording:
        """What somebody records on a day."""
        return Recording(by=self.person_id(member), now=self.at(day, hour, minute), today=day)

    def person(self, member: CastMember) -> Person:
        """The stored person."""
        return self.people[member.id]

    def person_id(self, member: CastMember) -> PersonId:
        """The stored person's number."""
        number = self.person(member).id
        assert number is not None
        return number

    def company_id(self, name: str) -> CompanyId:
        """A company's number."""
        number = self.companies[name].id
        assert number is not None
        return number

    def hire_id(self, company: str, name: str) -> HireId:
        """A hire's number."""
        number = self.hires[company, name].id
        assert number is not None
        return number
