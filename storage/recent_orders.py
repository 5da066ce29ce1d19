"""Orders as one looks back at them: the newest ones, and those a new entry may repeat (handbook §6)."""

from collections.abc import Collection
from datetime import date

from sqlmodel import Session, col, func, select

from storage.orders import Order
from storage.people import CompanyId
from storage.roster import HireId


def recent_orders(session: Session, company_ids: Collection[CompanyId], limit: int, offset: int = 0) -> list[Order]:
    """The companies' orders that are valid at least in part, the newest entry first."""
    return list(
        session.exec(
            select(Order)
            .where(col(Order.company_id).in_(company_ids), col(Order.quantity) > col(Order.refunded))
            .order_by(col(Order.id).desc())
            .limit(limit)
            .offset(offset)
        ).all()
    )


def count_orders(session: Session, company_ids: Collection[CompanyId]) -> int:
    """How many `recent_orders` has in all."""
    return session.exec(
        select(func.count())
        .select_from(Order)
        .where(col(Order.company_id).in_(company_ids), col(Order.quantity) > col(Order.refunded))
    ).one()


def untagged_on(session: Session, hire_ids: Collection[HireId], day: date) -> dict[HireId, int]:
    """Valid orders without a customer tag that these hires already have on a local date; others are absent."""
    valid = col(Order.quantity) - col(Order.refunded)
    rows = session.exec(
        select(Order.hire_id, func.sum(valid))
        .where(col(Order.hire_id).in_(hire_ids), Order.day == day, Order.tag == "", valid > 0)
        .group_by(col(Order.hire_id))
    ).all()
    return {HireId(hire_id): int(count) for hire_id, count in rows}
