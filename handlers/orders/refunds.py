"""Refund 退单 and moving an order to the hire who closed it, each with its reason (handbook §5.2, §6)."""

from typing import Any

from markupsafe import Markup

from handlers.forms import driver
from handlers.forms.fields import Field, Option, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import Day, HirePick, Number, Text
from handlers.orders.order_list import list_button, own_order, pressed_number, recording_of
from handlers.orders.order_words import order_line, wrong_of
from handlers.roster.hire_choices import hire_name, needed_hire, on_post_options, own_company_ids
from handlers.translations import N_
from handlers.turn import Turn
from storage.order_book import move, refund
from storage.order_rules import MOST_AT_ONCE, OrderRefusal
from storage.orders import Order
from storage.recent_orders import recent_orders
from storage.roster import Hire

OFFERED = 40
REFUND_BACK_DAYS = 365
GONE = N_("This order is no longer there, or is not your company's. Please choose another one.")


def start(turn: Turn) -> None:
    """`/refund`, 退单: chooses the order, then asks how many, when and why."""
    if not recent_orders(turn.session, own_company_ids(turn), 1):
        turn.say(turn.t("No orders are recorded yet. /orders records some."))
        return
    driver.start(turn, REFUND_FORM, pasted=turn.arguments if turn.press is None else "")


def pressed_refund(turn: Turn) -> None:
    """The Refund button of one order."""
    _start_with(turn, REFUND_FORM)


def pressed_move(turn: Turn) -> None:
    """The Move button of one order."""
    _start_with(turn, MOVE_FORM)


def _start_with(turn: Turn, form: Form) -> None:
    order = own_order(turn, pressed_number(turn))
    if order is None:
        turn.toast(turn.t.plain(GONE))
    else:
        driver.start(turn, form, values={"order": str(order.id)})


def _order_options(turn: FormTurn) -> list[Option]:
    orders = recent_orders(turn.turn.session, own_company_ids(turn.turn), OFFERED)
    hires = {order.hire_id: turn.turn.session.get_one(Hire, order.hire_id) for order in orders}
    return [
        Option(str(o.id), f"{hires[o.hire_id].name} {o.quantity - o.refunded} · {turn.turn.t.day(o.day)}", literal=True)
        for o in orders
    ]


def _order_name(turn: FormTurn, value: str) -> str:
    order = own_order(turn.turn, value)
    if order is None:
        return "—"
    return str(order_line(turn.turn, order, turn.turn.session.get_one(Hire, order.hire_id)).striptags())


def _chosen(turn: FormTurn) -> Order:
    order = own_order(turn.turn, turn.values.get("order"))
    if order is None:
        raise Wrong(GONE)
    return order


def _preset_quantity(turn: FormTurn) -> int | None:
    order = own_order(turn.turn, turn.values.get("order"))
    return 1 if order is not None and order.quantity - order.refunded == 1 else None


def _check_quantity(turn: FormTurn, value: Any) -> None:
    order = _chosen(turn)
    if value > order.quantity - order.refunded:
        raise Wrong(
            N_("Only {left} of this order are left. Please send a number up to that."),
            left=order.quantity - order.refunded,
        )


def _check_day(turn: FormTurn, value: Any) -> None:
    order = _chosen(turn)
    if value < order.day.isoformat():
        raise Wrong(N_("The order is of {day}: the refund cannot be before it."), day=turn.turn.t.day(order.day))


def save_refund(turn: FormTurn) -> None:
    """Record the refund: the orders stop counting at once."""
    t, order, values = turn.turn.t, _chosen(turn), turn.values
    try:
        refund(turn.turn.session, order, values["quantity"], turn.day(), values["reason"], recording_of(turn.turn))
    except OrderRefusal as refused:
        raise wrong_of(turn.turn, refused) from refused
    _say_done(
        turn, order, t("✅ Refunded {quantity}, dated {day}.", quantity=values["quantity"], day=t.day(turn.day()))
    )


def save_move(turn: FormTurn) -> None:
    """Give the order to the other hire; the figures of both follow."""
    t, order = turn.turn.t, _chosen(turn)
    former = turn.turn.session.get_one(Hire, order.hire_id)
    hire = needed_hire(turn.turn, turn.values["hire"])
    try:
        move(turn.turn.session, order, hire, turn.values["reason"], recording_of(turn.turn))
    except OrderRefusal as refused:
        raise wrong_of(turn.turn, refused) from refused
    _say_done(turn, order, t("✅ Moved from {former} to {name}.", former=former.name, name=hire.name))


def _say_done(turn: FormTurn, order: Order, said: Markup) -> None:
    hire = turn.turn.session.get_one(Hire, order.hire_id)
    turn.turn.redraw(Markup("\n").join([said, order_line(turn.turn, order, hire)]), [[list_button(turn.turn)]])


def _check_other_hire(turn: FormTurn, value: Any) -> None:
    if str(_chosen(turn).hire_id) == str(value):
        raise Wrong(N_("The order is this hire's already. Please choose another one."))


ORDER_FIELD = Field(
    key="order",
    label=N_("Order"),
    ask=N_("Which order?"),
    kind=HirePick(_order_options, name=_order_name),
    help=N_("Tap the order, or type the hire's name."),
)
REASON_FIELD = Field(
    key="reason", label=N_("Reason"), ask=N_("What is the reason?"), kind=Text(2, 200), words=("原因",)
)

REFUND_FORM = Form(
    name="refund",
    title=N_("Refund"),
    words=("退单", "refund"),
    fields=(
        ORDER_FIELD,
        Field(
            key="quantity",
            label=N_("Quantity"),
            ask=N_("How many are refunded?"),
            kind=Number(1, MOST_AT_ONCE, offer=(1, 2, 3, 4, 5)),
            words=("数量",),
            preset=_preset_quantity,
            check=_check_quantity,
        ),
        Field(
            key="day",
            label=N_("Date"),
            ask=N_("On which day was it refunded?"),
            kind=Day(past_days=REFUND_BACK_DAYS),
            words=("日期",),
            preset=lambda turn: turn.today.isoformat(),
            check=_check_day,
        ),
        REASON_FIELD,
    ),
    save=save_refund,
    confirm_label=N_("✅ Confirm"),
)
MOVE_FORM = Form(
    name="order_move",
    title=N_("Move an order"),
    words=(),
    fields=(
        ORDER_FIELD,
        Field(
            key="hire",
            label=N_("To hire"),
            ask=N_("Who closed it?"),
            kind=HirePick(on_post_options, name=hire_name),
            check=_check_other_hire,
        ),
        REASON_FIELD,
    ),
    save=save_move,
    confirm_label=N_("✅ Confirm"),
)
