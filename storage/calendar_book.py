"""Working days as admins set them: single days for all or one company, and a year's notice (handbook §4).

Every change is audited. Working out deadlines anew is for the caller (`schedules.obligations.recompute_future`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from storage.calendar_days import CalendarDay, CalendarYear
from storage.groups import record_audit
from storage.people import CompanyId, PersonId

NOTE_LENGTH = 100


@dataclass(frozen=True)
class NoticeDay:
    """One day of a year's notice."""

    day: date
    is_workday: bool
    name: str


@dataclass(frozen=True)
class YearEffect:
    """What loading a year's notice would do to the rows there are."""

    days_off: int
    make_up_days: int
    replaced: int
    """Days set for everybody that the notice says otherwise."""
    dropped: int
    """Days of an earlier version of the same notice that are no longer in it."""
    is_known: bool
    """The year was loaded before."""


def day_row(session: Session, day: date, company_id: CompanyId | None) -> CalendarDay | None:
    """What an admin set for a day, for one company or (None) for all."""
    return session.exec(
        select(CalendarDay).where(CalendarDay.day == day, CalendarDay.company_key == (company_id or 0))
    ).first()


def set_day(
    session: Session,
    day: date,
    *,
    works: bool,
    note: str,
    company_id: CompanyId | None,
    by: PersonId,
    now: datetime,
) -> None:
    """Say that a day is or is not worked, for one company or (None) for all."""
    row = day_row(session, day, company_id) or CalendarDay(
        day=day, company_key=company_id or 0, is_workday=works, recorded_at=now
    )
    row.is_workday, row.note, row.notice_year = works, note, None
    row.recorded_by, row.recorded_at = by, now
    session.add(row)
    details = {"day": day.isoformat(), "company": company_id, "works": works, "note": note}
    record_audit(session, now, by, "calendar.day_set", details)
    session.flush()


def forget_day(session: Session, day: date, company_id: CompanyId | None, by: PersonId, now: datetime) -> bool:
    """Take back what was set for a day; whether there was anything."""
    row = day_row(session, day, company_id)
    if row is None:
        return False
    session.delete(row)
    record_audit(session, now, by, "calendar.day_deleted", {"day": day.isoformat(), "company": company_id})
    session.flush()
    return True


def effect_of_year(session: Session, year: int, days: Sequence[NoticeDay]) -> YearEffect:
    """What `load_year` would do."""
    rows, listed = _rows_for_all(session, [each.day for each in days]), {each.day for each in days}
    return YearEffect(
        days_off=sum(not each.is_workday for each in days),
        make_up_days=sum(each.is_workday for each in days),
        replaced=sum(each.day in rows and rows[each.day].is_workday != each.is_workday for each in days),
        dropped=sum(row.day not in listed for row in _rows_of_year(session, year)),
        is_known=session.get(CalendarYear, year) is not None,
    )


def load_year(session: Session, year: int, days: Sequence[NoticeDay], by: PersonId, now: datetime) -> None:
    """Keep a year's notice: from now on all days of the year are official. A later version replaces an earlier one."""
    listed = {each.day for each in days}
    for row in _rows_of_year(session, year):
        if row.day not in listed:
            session.delete(row)
    session.flush()
    rows = _rows_for_all(session, list(listed))
    for each in days:
        row = rows.get(each.day) or CalendarDay(day=each.day, is_workday=each.is_workday, recorded_at=now)
        row.is_workday, row.note, row.notice_year = each.is_workday, each.name[:NOTE_LENGTH], year
        row.recorded_by, row.recorded_at = by, now
        session.add(row)
    session.merge(CalendarYear(year=year, loaded_by=by, loaded_at=now))
    record_audit(session, now, by, "calendar.year_loaded", {"year": year, "days": len(days)})
    session.flush()


def _rows_for_all(session: Session, days: Sequence[date]) -> Mapping[date, CalendarDay]:
    found = session.exec(select(CalendarDay).where(col(CalendarDay.day).in_(days), CalendarDay.company_key == 0)).all()
    return {row.day: row for row in found}


def _rows_of_year(session: Session, year: int) -> list[CalendarDay]:
    return list(session.exec(select(CalendarDay).where(CalendarDay.notice_year == year)).all())
