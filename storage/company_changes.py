"""What admins change about companies. Every change is audited (handbook §10)."""

from sqlmodel import Session, col, func, select

from storage.groups import record_audit
from storage.people import Company, name_key
from storage.people_changes import Decision


def company_named(session: Session, name: str) -> Company | None:
    """A company by its name, deactivated ones included; width, case and spaces do not matter."""
    wanted = name_key(name)
    return next((c for c in session.exec(select(Company)).all() if name_key(c.name) == wanted), None)


def create_company(session: Session, name: str, decision: Decision) -> Company:
    """A new company; the name must not be taken."""
    company = Company(name=name, created_at=decision.now)
    session.add(company)
    session.flush()
    record_audit(session, decision.now, decision.by, "company.created", {"company": company.id, "name": name})
    return company


def change_company(
    session: Session, company: Company, *, name: str, region: str, work_week: str, decision: Decision
) -> None:
    """Rename a company, or give it another region or work week. Periods under way keep their deadlines."""
    before = {"name": company.name, "region": company.region, "work_week": company.work_week}
    company.name, company.region, company.work_week = name, region, work_week
    after = {"name": name, "region": region, "work_week": work_week}
    changed = {key: [before[key], value] for key, value in after.items() if before[key] != value}
    if changed:
        record_audit(session, decision.now, decision.by, "company.changed", {"company": company.id, **changed})


def set_company_active(session: Session, company: Company, active: bool, decision: Decision) -> None:
    """Switch a company off or on again; its records stay."""
    if company.active is not active:
        company.active = active
        action = "company.reactivated" if active else "company.deactivated"
        record_audit(session, decision.now, decision.by, action, {"company": company.id})


def companies_listed(session: Session, limit: int, offset: int = 0) -> list[Company]:
    """Every company by name, deactivated ones last."""
    query = select(Company).order_by(col(Company.active).desc(), col(Company.name)).limit(limit).offset(offset)
    return list(session.exec(query).all())


def count_companies(session: Session) -> int:
    """How many companies there are, deactivated ones included."""
    return session.exec(select(func.count()).select_from(Company)).one()
