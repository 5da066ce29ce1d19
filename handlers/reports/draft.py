"""A draft: the sections of a report, composed from what was recorded, in the reader's language."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import Markup
from sqlmodel import Session

from handlers.figures.figures_text import order_level_text, order_rate_text
from handlers.translations import Translator
from schedules.periods import Period
from storage.cohort_figures import CohortFigures, Pooled
from storage.people import Company, CompanyId, Person, PersonId
from storage.period_records import PeriodRecords, records_between


@dataclass(frozen=True)
class Scope:
    """Whose report it is, about which days, and as of when."""

    session: Session
    t: Translator
    person: Person
    companies: Sequence[Company]
    period: Period
    now: datetime
    today: date

    @property
    def company_ids(self) -> list[CompanyId]:
        """Ids of the companies the report is about."""
        return [company.id for company in self.companies if company.id is not None]

    @property
    def person_id(self) -> PersonId:
        """The author's id."""
        assert self.person.id is not None
        return self.person.id

    @property
    def as_of(self) -> date:
        """The last day whose records can be in it."""
        return min(self.period.last, self.today)

    @property
    def is_over(self) -> bool:
        """Whether every day of the period has passed."""
        return self.today > self.period.last

    def records(self) -> PeriodRecords:
        """What was recorded in the period."""
        return records_between(self.session, self.company_ids, self.period.first, self.as_of)


@dataclass(frozen=True)
class Section:
    """A heading and its lines, without markup: the same lines go into the message, the mail and the stored text."""

    title: str
    lines: tuple[str, ...]
    private: tuple[str, ...] = ()
    """Shown to the author only: names of hires who still need something (handbook §10)."""


Composer = Callable[[Scope], Section | None]


def compose(scope: Scope, composers: Sequence[Composer]) -> list[Section]:
    """The sections that have something to say, in their order."""
    return [section for composer in composers if (section := composer(scope)) is not None]


def as_text(sections: Sequence[Section]) -> str:
    """The report as it is sent and stored: no private line, no markup."""
    return "\n\n".join("\n".join([f"【{s.title}】", *s.lines]) for s in sections if s.lines)


def as_card_lines(sections: Sequence[Section]) -> list[str | Markup]:
    """The report on the author's card, private lines included."""
    shown: list[str | Markup] = []
    for section in sections:
        shown.append(Markup("<b>{}</b>").format(section.title))
        shown += [Markup.escape(line) for line in section.lines]
        shown += [Markup("<i>🔒 {}</i>").format(line) for line in section.private]
    return shown


def cohort_line(t: Translator, cohort: CohortFigures | Pooled, name: str) -> str:
    """A cohort's two figures on one line, labelled when they are interim."""
    rate, level = order_rate_text(t, cohort), order_level_text(t, cohort)
    return t.plain("{name}: order rate {rate}, order level {level}", name=name, rate=rate, level=level)
