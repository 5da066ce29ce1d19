"""What an order has to satisfy before it is recorded, and what is asked about it (handbook §5.2, §6)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlmodel import Session, col, select

from storage.hire_state import day_no, replay
from storage.orders import Order
from storage.roster import EventKind, Hire, HireEvent, HireId

MOST_AT_ONCE = 9
ASK_ABOVE = 5
TAG_LENGTH = 10
PHONE_DIGITS = 7
"""A customer tag with this many digits is taken for a phone number, which is not stored (handbook §10)."""


def has_phone(tag: str) -> bool:
    """Whether a customer tag holds what is taken for a phone number."""
    return sum(character.isdigit() for character in tag) >= PHONE_DIGITS


class OrderReason(StrEnum):
    """What is to be said about an order. The value is stable: texts are looked up by it."""

    unknown_hire = "unknown_hire"
    quantity = "quantity"
    """Not 1 to 9; for a refund: more than is left."""
    in_future = "in_future"
    not_on_post = "not_on_post"
    """`stage` of the hire says where they are."""
    before_on_post = "before_on_post"
    """Ask whether the on-post date is wrong."""
    after_left = "after_left"
    tag_too_long = "tag_too_long"
    phone_in_tag = "phone_in_tag"
    before_order = "before_order"
    """A refund dated before the order."""
    reason_needed = "reason_needed"
    reason_too_long = "reason_too_long"
    same_hire = "same_hire"
    """Moving an order to the hire who has it."""
    taken_back = "taken_back"
    """The order was undone."""
    unknown_batch = "unknown_batch"
    too_late = "too_late"
    """Undoing after ten minutes: refund instead."""

    duplicate = "duplicate"
    """To ask: the same hire, date and customer tag."""
    many = "many"
    """To ask: more than five at once."""
    after_window = "after_window"
    """To tell: kept, but does not count; `day_no` says which day it was."""


ASKED = frozenset({OrderReason.duplicate, OrderReason.many, OrderReason.after_window})


@dataclass(frozen=True)
class OrderEntry:
    """Orders to record: one hire, one day, one customer."""

    hire_id: HireId
    quantity: int
    day: date
    tag: str = ""


@dataclass(frozen=True)
class OrderFinding:
    """Something about one entry. `refuses`: it cannot be recorded; else the person is asked or told."""

    entry: OrderEntry
    reason: OrderReason
    hire: Hire | None
    day_no: int | None = None
    """Of the order in the hire's window; 0 or less before going on post."""

    @property
    def refuses(self) -> bool:
        return self.reason not in ASKED


class OrderRefusal(Exception):
    """A rule about orders does not allow it. Carries what a text needs, never a text."""

    def __init__(self, reason: OrderReason, findings: Sequence[OrderFinding] = ()) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.findings = tuple(findings)


def check_orders(session: Session, entries: Sequence[OrderEntry], today: date) -> list[OrderFinding]:
    """What is to be refused, asked or told about these entries, in their order; empty: record them."""
    hire_ids = {entry.hire_id for entry in entries}
    hires = {hire.id: hire for hire in session.exec(select(Hire).where(col(Hire.id).in_(hire_ids))).all()}
    returned = _came_back(session, hire_ids)
    known = _known_tags(session, entries)
    at_once: Counter[tuple[HireId, date]] = Counter()
    for entry in entries:
        at_once[entry.hire_id, entry.day] += entry.quantity
    findings: list[OrderFinding] = []
    asked: set[tuple[HireId, date]] = set()
    for entry in entries:
        hire = hires.get(entry.hire_id)
        refused = _refused(session, entry, hire, today, returned)
        number = day_no(hire.on_post, entry.day) if hire is not None and hire.on_post is not None else None
        reasons = [refused] if refused is not None else []
        if refused is None:
            assert hire is not None
            assert hire.closes_on is not None
            key = (entry.hire_id, entry.day)
            if entry.tag.strip():
                tagged = (*key, _tag(entry.tag))
                if tagged in known:
                    reasons.append(OrderReason.duplicate)
                known.add(tagged)
            if at_once[key] > ASK_ABOVE and key not in asked:
                asked.add(key)
                reasons.append(OrderReason.many)
            if entry.day > hire.closes_on:
                reasons.append(OrderReason.after_window)
        findings += [OrderFinding(entry, reason, hire, number) for reason in reasons]
    return findings


def refuse_unfit(session: Session, entries: Sequence[OrderEntry], today: date) -> None:
    """Raise `OrderRefusal` with every finding that refuses."""
    refusals = [finding for finding in check_orders(session, entries, today) if finding.refuses]
    if refusals:
        raise OrderRefusal(refusals[0].reason, refusals)


def _refused(
    session: Session, entry: OrderEntry, hire: Hire | None, today: date, returned: Collection[HireId]
) -> OrderReason | None:
    if hire is None:
        return OrderReason.unknown_hire
    if not 1 <= entry.quantity <= MOST_AT_ONCE:
        return OrderReason.quantity
    if len(entry.tag.strip()) > TAG_LENGTH:
        return OrderReason.tag_too_long
    if has_phone(entry.tag):
        return OrderReason.phone_in_tag
    if entry.day > today:
        return OrderReason.in_future
    if hire.on_post is None:
        return OrderReason.not_on_post
    if entry.day < hire.on_post:
        return OrderReason.before_on_post
    away = entry.hire_id in returned and _was_away(session, entry)
    if away or (hire.last_day is not None and entry.day > hire.last_day):
        return OrderReason.after_left
    return None


def _came_back(session: Session, hire_ids: Collection[HireId]) -> set[HireId]:
    """Hires with a gap in their employment, of whom the row alone does not say when they were away."""
    statement = select(HireEvent.hire_id).where(
        col(HireEvent.hire_id).in_(hire_ids), HireEvent.kind == EventKind.rejoined
    )
    return {HireId(hire_id) for hire_id in session.exec(statement).all()}


def _was_away(session: Session, entry: OrderEntry) -> bool:
    statement = select(HireEvent).where(HireEvent.hire_id == entry.hire_id).order_by(col(HireEvent.id))
    return any(absence.covers(entry.day) for absence in replay(session.exec(statement).all()).absences)


def _known_tags(session: Session, entries: Sequence[OrderEntry]) -> set[tuple[HireId, date, str]]:
    days: dict[date, set[HireId]] = defaultdict(set)
    for entry in entries:
        if entry.tag.strip():
            days[entry.day].add(entry.hire_id)
    known: set[tuple[HireId, date, str]] = set()
    for day, hire_ids in days.items():
        statement = select(Order.hire_id, Order.tag).where(
            col(Order.hire_id).in_(hire_ids),
            Order.day == day,
            Order.tag != "",
            col(Order.quantity) > col(Order.refunded),
        )
        known |= {(HireId(hire_id), day, _tag(tag)) for hire_id, tag in session.exec(statement).all()}
    return known


def _tag(tag: str) -> str:
    return tag.strip().casefold()
