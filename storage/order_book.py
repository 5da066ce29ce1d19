"""Recording orders 出单, and what is done to them later: undo, refund, move, correct (handbook §5.2, §6).

Days are local dates, `now` is an aware UTC instant. Call `storage.order_rules.check_orders` first: it says what
will be refused and what to ask about. Whether the person may touch these hires and orders is checked before.
Nothing is ever deleted: an order taken back has the quantity 0, and every change is in its history.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, func, select

from storage.hire_state import day_no
from storage.order_rules import OrderEntry, OrderReason, OrderRefusal, refuse_unfit
from storage.orders import Order, OrderChange, OrderChangeKind
from storage.people import CompanyId
from storage.roster import Hire, HireId
from storage.roster_rules import NOTE_LENGTH, Recording

UNDO_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True)
class RecordedOrder:
    """An order as recorded, and whether it falls into the hire's window."""

    order: Order
    hire: Hire
    day_no: int
    counts: bool


def record_orders(
    session: Session, entries: Sequence[OrderEntry], recording: Recording, batch: str
) -> list[RecordedOrder]:
    """Record entries that can be undone together; what was to be asked has been asked.

    Raises `OrderRefusal` with every finding that refuses; nothing is recorded then.
    """
    refuse_unfit(session, entries, recording.today)
    recorded = []
    for entry in entries:
        hire = session.get_one(Hire, entry.hire_id)
        assert hire.on_post is not None
        assert hire.closes_on is not None
        order = Order(
            company_id=hire.company_id,
            hire_id=entry.hire_id,
            day=entry.day,
            quantity=entry.quantity,
            tag=entry.tag.strip(),
            recorded_by=recording.by,
            recorded_at=recording.now,
            batch=batch,
        )
        session.add(order)
        counts = entry.day <= hire.closes_on
        recorded.append(RecordedOrder(order, hire, day_no(hire.on_post, entry.day), counts))
    session.flush()
    return recorded


def undo_batch(session: Session, batch: str, recording: Recording) -> list[Order]:
    """Take back what was entered together, as if it had never been recorded; the orders it was are returned.

    Undoing twice changes nothing. Refuses: unknown_batch, too_late (ten minutes after recording, or later).
    """
    orders = orders_of_batch(session, batch)
    if not orders:
        raise OrderRefusal(OrderReason.unknown_batch)
    if any(recording.now >= order.recorded_at + UNDO_WITHIN for order in orders):
        raise OrderRefusal(OrderReason.too_late)
    for order in orders:
        if order.quantity:
            _keep(session, order, OrderChangeKind.undone, order.day, order.quantity, "", recording)
            order.refunded = 0
            order.quantity = 0
    session.flush()
    return orders


def refund(session: Session, order: Order, quantity: int, day: date, reason: str, recording: Recording) -> OrderChange:
    """退单 of some or all that is left of an order, dated `day`; it stops counting at once.

    Refuses: taken_back, quantity, before_order, in_future, reason_needed, reason_too_long.
    """
    reason = _reason(reason)
    _lock(session, order)
    if not 1 <= quantity <= order.quantity - order.refunded:
        raise OrderRefusal(OrderReason.quantity)
    if day < order.day:
        raise OrderRefusal(OrderReason.before_order)
    if day > recording.today:
        raise OrderRefusal(OrderReason.in_future)
    order.refunded += quantity
    change = _keep(session, order, OrderChangeKind.refunded, day, quantity, reason, recording)
    session.flush()
    return change


def move(session: Session, order: Order, to_hire: Hire, reason: str, recording: Recording) -> OrderChange:
    """Give an order to the hire who closed it; the former one and the reason stay in the history.

    Refuses as for a new order of that hire, and: taken_back, same_hire, reason_needed, reason_too_long.
    """
    reason = _reason(reason)
    _lock(session, order)
    assert to_hire.id is not None
    if to_hire.id == order.hire_id:
        raise OrderRefusal(OrderReason.same_hire)
    refuse_unfit(session, [OrderEntry(to_hire.id, order.quantity, order.day, order.tag)], recording.today)
    change = _keep(
        session,
        order,
        OrderChangeKind.moved,
        recording.today,
        order.quantity,
        reason,
        recording,
        order.hire_id,
    )
    order.hire_id = to_hire.id
    order.company_id = to_hire.company_id
    session.flush()
    return change


def correct(
    session: Session,
    order: Order,
    recording: Recording,
    *,
    quantity: int,
    day: date,
    tag: str,
    reason: str = "",
) -> None:
    """Change what was typed wrong; the former day and quantity stay in the history.

    The former tag does not: it may be corrected because it named a customer (handbook §10).
    Refuses as for a new order, and: taken_back; quantity also when less than was refunded.
    """
    if len(reason) > NOTE_LENGTH:
        raise OrderRefusal(OrderReason.reason_too_long)
    _lock(session, order)
    if quantity < order.refunded:
        raise OrderRefusal(OrderReason.quantity)
    refuse_unfit(session, [OrderEntry(order.hire_id, quantity, day, tag)], recording.today)
    _keep(session, order, OrderChangeKind.edited, order.day, order.quantity, reason, recording)
    order.quantity = quantity
    order.day = day
    order.tag = tag.strip()
    session.flush()


def orders_of_day(session: Session, company_ids: Collection[CompanyId], day: date) -> list[Order]:
    """Orders dated on a local date as they came in, refunded ones included, those taken back not."""
    statement = (
        select(Order)
        .where(col(Order.company_id).in_(company_ids), Order.day == day, Order.quantity > 0)
        .order_by(col(Order.id))
    )
    return list(session.exec(statement).all())


def count_orders(session: Session, company_ids: Collection[CompanyId], first: date, last: date) -> int:
    """Valid orders dated from first to last, local dates."""
    valid = func.sum(col(Order.quantity) - col(Order.refunded))
    query = select(func.coalesce(valid, 0)).where(
        col(Order.company_id).in_(company_ids), col(Order.day).between(first, last)
    )
    return session.exec(query).one()


def orders_of_hire(session: Session, hire_id: HireId) -> list[Order]:
    """A hire's orders by date, refunded ones included, those taken back not."""
    statement = (
        select(Order).where(Order.hire_id == hire_id, Order.quantity > 0).order_by(col(Order.day), col(Order.id))
    )
    return list(session.exec(statement).all())


def orders_of_batch(session: Session, batch: str) -> list[Order]:
    """What was entered together, those taken back included; nothing for an empty batch."""
    if not batch:
        return []
    return list(session.exec(select(Order).where(Order.batch == batch).order_by(col(Order.id))).all())


def changes_of(session: Session, order: Order) -> list[OrderChange]:
    """What was done to an order, oldest first."""
    statement = select(OrderChange).where(OrderChange.order_id == order.id).order_by(col(OrderChange.id))
    return list(session.exec(statement).all())


def _lock(session: Session, order: Order) -> None:
    session.refresh(order, with_for_update=True)
    if order.quantity == 0:
        raise OrderRefusal(OrderReason.taken_back)


def _keep(
    session: Session,
    order: Order,
    kind: OrderChangeKind,
    day: date,
    quantity: int,
    reason: str,
    recording: Recording,
    former_hire_id: HireId | None = None,
) -> OrderChange:
    assert order.id is not None
    change = OrderChange(
        order_id=order.id,
        kind=kind,
        day=day,
        quantity=quantity,
        reason=reason,
        former_hire_id=former_hire_id,
        recorded_by=recording.by,
        recorded_at=recording.now,
    )
    session.add(change)
    return change


def _reason(text: str) -> str:
    text = text.strip()
    if not text:
        raise OrderRefusal(OrderReason.reason_needed)
    if len(text) > NOTE_LENGTH:
        raise OrderRefusal(OrderReason.reason_too_long)
    return text
