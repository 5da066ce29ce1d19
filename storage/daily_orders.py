"""A cohort's orders over the days of its windows, for its picture (handbook §5.1)."""

from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from sqlalchemy import Integer, and_, case, cast, func, select
from sqlmodel import Session, col

from storage.cohort_figures import in_window_by, on_post_by
from storage.hire_state import day_no
from storage.orders import Order
from storage.roster import CohortId, Hire


@dataclass(frozen=True)
class DailyOrders:
    """By day number of each hire's own window, day 1 first, up to the day the cohort's first hires have reached."""

    orders: tuple[int, ...]
    """Valid orders of that day, leavers' included: their sum is the figure's T."""
    hires_with_order: tuple[int, ...]
    """Hires, leavers included, who had a valid order by that day; never falls."""
    on_post: int
    """N."""
    window_days: int
    """How many days the longest window has."""


def daily_orders(session: Session, cohort_id: CohortId, as_of: date) -> DailyOrders:
    """The orders in the windows, up to `as_of` included; empty while nobody is on post."""
    members = and_(col(Hire.cohort_id) == cohort_id, on_post_by(as_of))
    session.flush()
    connection = session.connection()
    starts = connection.execute(
        select(col(Hire.on_post), func.max(col(Hire.closes_on)), func.count())
        .where(members)
        .group_by(col(Hire.on_post))
    ).all()
    if not starts:
        return DailyOrders((), (), 0, 0)
    window_days = max(day_no(on_post, closes_on) for on_post, closes_on, _ in starts)
    reached = min(window_days, max(day_no(on_post, as_of) for on_post, _, _ in starts))
    orders, first_orders = [0] * reached, [0] * reached
    valid = col(Order.quantity) - col(Order.refunded)
    of_hire = (
        select(
            col(Hire.on_post).label("on_post"),
            col(Order.day).label("day"),
            func.sum(valid).label("orders"),
            func.row_number().over(partition_by=col(Order.hire_id), order_by=col(Order.day)).label("nth"),
        )
        .join_from(Hire, Order, and_(col(Order.hire_id) == col(Hire.id), in_window_by(col(Order.day), as_of)))
        .where(members, valid > 0)
        .group_by(col(Order.hire_id), col(Hire.on_post), col(Order.day))
        .subquery("of_hire")
    )
    rows = connection.execute(
        select(
            of_hire.c.on_post,
            of_hire.c.day,
            # PostgreSQL makes a sum of sums a decimal.
            cast(func.sum(of_hire.c.orders), Integer),
            func.sum(case((of_hire.c.nth == 1, 1), else_=0)),
        ).group_by(of_hire.c.on_post, of_hire.c.day)
    )
    for on_post, day, sold, first in rows:
        orders[day_no(on_post, day) - 1] += sold
        first_orders[day_no(on_post, day) - 1] += first
    return DailyOrders(
        tuple(orders), tuple(accumulate(first_orders)), sum(count for _, _, count in starts), window_days
    )
