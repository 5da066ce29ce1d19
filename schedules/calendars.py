"""The working days and deadline settings as the database holds them (handbook §4).

What admins set is read in four statements; companies with the same settings share one `WorkCalendar`, so
whatever is worked out from a calendar is worked out once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from schedules.deadlines import DeadlineRules, SubjectDate
from schedules.periods import ZONE
from schedules.working_days import SATURDAY, Override, WorkCalendar, WorkWeek
from storage.calendar_days import CalendarDay, CalendarYear
from storage.groups import Preference
from storage.once import kept
from storage.people import Company, CompanyId, Person, companies_of

ALTERNATING_ANCHOR = date(2026, 1, 10)
"""**Default**: a Saturday that is worked in an alternating week; setting `alternating_anchor`, and
`alternating_anchor:<company id>` for one company."""

Days = tuple[Override, ...]


@dataclass(frozen=True)
class CalendarSettings:
    """Everything a calendar is made of, comparable: equal settings are the same calendar."""

    overrides: Days = ()
    company_overrides: Days = ()
    work_week: WorkWeek = WorkWeek.mon_fri
    rest_days: frozenset[int] = frozenset()
    alternating_anchor: date | None = None
    announced_years: frozenset[int] = frozenset()

    @property
    def calendar(self) -> WorkCalendar:
        """The calendar of these settings, built once."""
        return _calendar(self)


@lru_cache(maxsize=512)
def _calendar(settings: CalendarSettings) -> WorkCalendar:
    return WorkCalendar(
        overrides={row.day: row for row in settings.overrides},
        company_overrides={row.day: row for row in settings.company_overrides},
        work_week=settings.work_week,
        rest_days=settings.rest_days,
        alternating_anchor=settings.alternating_anchor,
        announced_years=settings.announced_years,
    )


@dataclass(frozen=True)
class Calendars:
    """The calendars of all companies at one moment."""

    general: CalendarSettings
    """For everybody: without any company's settings."""
    by_company: Mapping[CompanyId, CalendarSettings]

    def of(self, company_id: CompanyId | None) -> CalendarSettings:
        """A company's calendar; everybody's for a company that is not there."""
        return self.general if company_id is None else self.by_company.get(company_id, self.general)

    def distinct(self) -> list[CalendarSettings]:
        """Every calendar in use, each once."""
        return list(dict.fromkeys(self.by_company.values())) or [self.general]


def load_calendars(session: Session) -> Calendars:
    """What admins set. A company whose settings make no week works Monday to Friday."""
    of = (CalendarDay, CalendarYear, Preference, Company)
    return kept(session, "calendars", of, lambda: _read_calendars(session))


def _read_calendars(session: Session) -> Calendars:
    everybody: list[Override] = []
    own: dict[int, list[Override]] = {}
    for row in session.exec(select(CalendarDay).order_by(col(CalendarDay.day))).all():
        rows = own.setdefault(row.company_key, []) if row.company_key else everybody
        rows.append(Override(row.day, row.is_workday, row.note))
    years = frozenset(session.exec(select(CalendarYear.year)).all())
    anchors = _anchors(session)
    general = CalendarSettings(overrides=tuple(everybody), announced_years=years)
    by_company: dict[CompanyId, CalendarSettings] = {}
    for company in session.exec(select(Company)).all():
        company_id = company.id
        if company_id is None:
            continue
        week = WorkWeek(company.work_week) if company.work_week in set(WorkWeek) else WorkWeek.mon_fri
        by_company[company_id] = CalendarSettings(
            overrides=general.overrides,
            company_overrides=tuple(own.get(company_id, ())),
            work_week=week,
            rest_days=rest_weekdays(company.rest_days),
            alternating_anchor=_anchor(anchors, company_id) if week is WorkWeek.alternating else None,
            announced_years=years,
        )
    return Calendars(general, by_company)


def company_calendar(session: Session, company_id: CompanyId | None) -> WorkCalendar:
    """The working days of one company; everybody's for None."""
    return load_calendars(session).of(company_id).calendar


def calendar_of(session: Session, person: Person) -> WorkCalendar:
    """The working days of a person: those of the company they have looked after longest."""
    companies = companies_of(session, person)
    own = companies[0].id if companies and person.id is not None else None
    return company_calendar(session, own)


def rest_weekdays(written: str) -> frozenset[int]:
    """A company's own rest weekdays as stored (`6,7`); none when that makes no week."""
    parts = [part.strip() for part in written.split(",") if part.strip()]
    days = frozenset(int(part) for part in parts if part in set("1234567"))
    return days if len(days) == len(parts) < 7 else frozenset()


def deadline_rules(session: Session, zone: ZoneInfo = ZONE) -> DeadlineRules:
    """The deadline settings admins may change, by their handbook names; the defaults where nobody did."""
    return kept(session, ("deadline rules", zone), (Preference,), lambda: _read_rules(session, zone))


def _read_rules(session: Session, zone: ZoneInfo) -> DeadlineRules:
    names = ("before_is_strict", "subject_date", "daily_due", "backfill_days")
    changed = {p.name: p.value for p in session.exec(select(Preference).where(col(Preference.name).in_(names))).all()}
    default = DeadlineRules(zone=zone)
    return DeadlineRules(
        before_is_strict=bool(changed.get("before_is_strict", default.before_is_strict)),
        daily_due=time.fromisoformat(changed["daily_due"]) if "daily_due" in changed else default.daily_due,
        backfill_days=int(changed.get("backfill_days", default.backfill_days)),
        subject_date=SubjectDate(changed.get("subject_date", default.subject_date)),
        zone=zone,
    )


def _anchors(session: Session) -> dict[str, date]:
    rows = session.exec(select(Preference).where(col(Preference.name).startswith("alternating_anchor"))).all()
    written = {row.name: date.fromisoformat(row.value) for row in rows if isinstance(row.value, str)}
    return {name: day for name, day in written.items() if day.isoweekday() == SATURDAY}


def _anchor(anchors: Mapping[str, date], company_id: CompanyId) -> date:
    general = anchors.get("alternating_anchor", ALTERNATING_ANCHOR)
    return anchors.get(f"alternating_anchor:{company_id}", general)
