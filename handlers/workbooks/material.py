"""What the sheets of one workbook are made from: whose records, of which days, for which reader (handbook §1, §10)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlmodel import Session

from handlers.translations import N_, Translator
from handlers.workbooks.sheets import Cell, Column, Sheet, local
from schedules.calendars import deadline_rules
from schedules.deadlines import DeadlineRules
from schedules.periods import Period, Year, local_day, start_of
from storage.exports import Extent, looked_after, names_of_companies, names_of_hires, names_of_people
from storage.people import CompanyId, PersonId
from storage.roster import HireId

MOST_ROWS = 10_000
"""On one sheet; a year of a large company has fewer. More would take the database from everybody for seconds."""


@dataclass(frozen=True)
class Reach:
    """What one reader may have."""

    company_ids: tuple[CompanyId, ...]
    """The companies the workbook is about."""
    visible: frozenset[CompanyId] | None
    """All the companies the reader may see; None: every one there is."""
    with_notes: bool
    """Whether notes on people come with it: ride-along notes, scores and results, reasons (handbook §10)."""
    everybody: bool = False
    """The workbook is about all companies and all people, also those who look after none."""
    reader: PersonId | None = None


@dataclass(frozen=True)
class Material:
    """Everything the sheets are gathered from. Lives as long as its session."""

    session: Session
    t: Translator
    reach: Reach
    period: Period | Year
    now: datetime
    zone: ZoneInfo
    most: int = MOST_ROWS

    @cached_property
    def rules(self) -> DeadlineRules:
        """The deadline rules."""
        return deadline_rules(self.session, self.zone)

    @property
    def today(self) -> date:
        """The local date."""
        return local_day(self.now, self.zone)

    @cached_property
    def extent(self) -> Extent:
        """Which records: one more than a sheet holds, so that it is known when there are more."""
        begins_at = start_of(self.period.first, self.zone)
        return Extent(self.reach.company_ids, self.period.first, self.period.last, begins_at, self.most + 1)

    @cached_property
    def _looked_after(self) -> dict[PersonId, set[CompanyId]]:
        return looked_after(self.session, self.period.first, self.period.last)

    @cached_property
    def person_ids(self) -> frozenset[PersonId] | None:
        """Whose reports and leave: those who looked after the companies in the period; None: everybody's."""
        if self.reach.everybody:
            return None
        wanted = set(self.reach.company_ids)
        return frozenset(person for person, own in self._looked_after.items() if own & wanted)

    def may_read(self, person_id: PersonId) -> bool:
        """Whether what a person's own report says may be shown: not when it also speaks of a company out of sight."""
        if self.reach.visible is None or person_id == self.reach.reader:
            return True
        return self._looked_after.get(person_id, set()) <= self.reach.visible

    @cached_property
    def people(self) -> dict[PersonId, str]:
        """Everybody's name."""
        return names_of_people(self.session)

    @cached_property
    def companies(self) -> dict[CompanyId, str]:
        """The names of the companies, in their order."""
        return names_of_companies(self.session, self.reach.company_ids)

    @cached_property
    def hires(self) -> dict[HireId, tuple[str, str]]:
        """Names and cohorts of everybody on the companies' rosters."""
        return names_of_hires(self.session, self.extent)

    def person(self, person_id: PersonId | None) -> str:
        """A person's name; nothing for the clock."""
        return "" if person_id is None else self.people.get(person_id, f"#{person_id}")

    def company(self, company_id: CompanyId | None) -> str:
        """A company's name."""
        return "" if company_id is None else self.companies.get(company_id, f"#{company_id}")

    def companies_of(self, person_id: PersonId) -> str:
        """The companies a person looked after in the period, those in the workbook."""
        own = self._looked_after.get(person_id, set())
        return self.t.plain(N_(", ")).join(name for number, name in self.companies.items() if number in own)

    def hire(self, hire_id: HireId) -> str:
        """A hire's name; of another company's hire only the number."""
        return self.hires[hire_id][0] if hire_id in self.hires else f"#{hire_id}"

    def cohort(self, hire_id: HireId) -> str:
        """The name of a hire's cohort."""
        return self.hires[hire_id][1] if hire_id in self.hires else ""

    def moment(self, instant: datetime | None) -> Cell:
        """An instant as a cell, in local time."""
        return local(instant, self.zone)

    def yes(self, is_so: object) -> Cell:
        """A tick for what is so; an empty cell for what is not."""
        return self.t.plain(N_("yes")) if is_so else None

    def column(self, heading: str, width: int) -> Column:
        """A column with its heading in the reader's language."""
        return Column(self.t.plain(heading), width)

    def sheet(
        self,
        title: str,
        headings: Collection[tuple[str, int]],
        rows: list[tuple[Cell, ...]],
        beneath: list[tuple[Cell, ...]] | None = None,
    ) -> Sheet:
        """A sheet with its title and headings in the reader's language, cut where it is too long."""
        columns = [self.column(heading, width) for heading, width in headings]
        return Sheet.of(self.t.plain(title), columns, rows, self.most, beneath or ())
