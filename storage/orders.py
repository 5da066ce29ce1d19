"""Orders 出单: closed sales by date, counted in whole orders (handbook §5, §6)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, Integer
from sqlmodel import Field, SQLModel

from storage.dialect import enum_column
from storage.people import CompanyId, PersonId
from storage.roster import HireId


class OrderChangeKind(StrEnum):
    """What was done to an order after it was recorded."""

    undone = "undone"
    """Taken back within ten minutes: as if never recorded."""
    refunded = "refunded"
    """退单: at any time, with date and reason."""
    moved = "moved"
    """To another hire, with the reason."""
    edited = "edited"


class Order(SQLModel, table=True):
    """Orders one hire closed on one day for one customer. `quantity - refunded` of them are valid."""

    __tablename__ = "orders"
    __table_args__ = (
        # With what is summed, so that figures of many are read from the index alone.
        Index("ix_orders_hire_day", "hire_id", "day", "quantity", "refunded"),
        Index("ix_orders_company_day", "company_id", "day", "quantity", "refunded"),
        Index("ix_orders_recorded_by", "recorded_by", "id"),
        CheckConstraint("quantity between 0 and 99", name="quantity"),
        CheckConstraint("refunded between 0 and quantity", name="refunded"),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: CompanyId = Field(foreign_key="company.id", sa_type=Integer)
    hire_id: HireId = Field(foreign_key="hire.id", sa_type=Integer)
    day: date
    quantity: int
    refunded: int = 0
    tag: str = Field(default="", max_length=10)
    """A customer tag; no names, no phone numbers (handbook §10)."""
    recorded_by: PersonId | None = Field(default=None, foreign_key="person.id", sa_type=Integer)
    recorded_at: datetime
    batch: str = Field(default="", max_length=40, index=True)
    """What was entered and is undone together."""


class OrderChange(SQLModel, table=True):
    """The history of an order: refunds, moves, edits. Append-only."""

    __tablename__ = "order_change"

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="orders.id", index=True)
    kind: OrderChangeKind = Field(sa_column=enum_column(OrderChangeKind))
    day: date
    quantity: int = 0
    reason: str = Field(default="", max_length=200)
    former_hire_id: HireId | None = Field(default=None, sa_type=Integer)
    recorded_by: PersonId | None = Field(default=None, foreign_key="person.id", sa_type=Integer)
    recorded_at: datetime
