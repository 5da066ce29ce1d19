"""The orders recorded lately, and what can be done to each: change, refund, move (handbook §6, Orders)."""

from markupsafe import Markup, escape

from handlers.keyboards import Button, button_data
from handlers.orders.order_words import order_line
from handlers.roster.hire_choices import own_company_ids
from handlers.translations import N_
from handlers.turn import Turn
from storage.order_book import changes_of
from storage.orders import Order, OrderChange, OrderChangeKind
from storage.recent_orders import count_orders, recent_orders
from storage.roster import Hire
from storage.roster_rules import Recording

LIST, MENU, EDIT, REFUND, MOVE = "orders_list", "order", "orders_edit", "refund", "order_move"
LISTED = 8
LIST_WORDS = frozenset({"列表", "记录", "最近", "list", "recent"})
CHANGES = {
    OrderChangeKind.undone: N_("taken back"),
    OrderChangeKind.refunded: N_("refunded {quantity} on {day}"),
    OrderChangeKind.moved: N_("moved from {former}"),
    OrderChangeKind.edited: N_("changed, it was {quantity} on {day}"),
}


def recording_of(turn: Turn) -> Recording:
    """Who records, when, and which local date that is."""
    return Recording(turn.who.id, turn.now, turn.today)


def own_order(turn: Turn, value: object) -> Order | None:
    """An order of one of the person's companies that was not taken back."""
    text = str(value)
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        return None
    order = turn.session.get(Order, int(text))
    if order is None or order.quantity == 0 or order.company_id not in own_company_ids(turn):
        return None
    return order


def pressed_number(turn: Turn) -> str:
    """The number a button carries; empty without one."""
    return turn.press.arguments[0] if turn.press and turn.press.arguments else ""


def list_button(turn: Turn) -> Button:
    """The button that shows the orders recorded lately."""
    return Button(turn.t.plain(N_("Recent orders")), button_data(LIST))


def show_recent(turn: Turn) -> None:
    """The orders of the person's companies, the newest entry first, each with a button to open it; in pages."""
    written = pressed_number(turn)
    offset = int(written) if written.isascii() and written.isdecimal() and len(written) < 6 else 0
    ids = own_company_ids(turn)
    orders = recent_orders(turn.session, ids, LISTED, offset)
    if not orders:
        turn.say(turn.t("No orders are recorded yet. /orders records some."))
        return
    lines = [turn.t("<b>Recent orders</b>")]
    keyboard: list[list[Button]] = []
    for order in orders:
        hire = turn.session.get_one(Hire, order.hire_id)
        lines.append(order_line(turn, order, hire))
        label = f"{hire.name} {order.quantity} · {turn.t.day(order.day)}"
        keyboard.append([Button(label, button_data(MENU, order.id))])
    pages = []
    if offset:
        pages.append(Button(turn.t.plain(N_("‹ Newer")), button_data(LIST, max(offset - LISTED, 0))))
    if offset + LISTED < count_orders(turn.session, ids):
        pages.append(Button(turn.t.plain(N_("Older ›")), button_data(LIST, offset + LISTED)))
    turn.redraw(Markup("\n").join(lines), [*keyboard, pages])


def open_order(turn: Turn) -> None:
    """One order with its history, and the buttons for what can be done to it."""
    order = own_order(turn, pressed_number(turn))
    if order is None:
        turn.toast(turn.t.plain(N_("This order is no longer there, or is not your company's.")))
        return
    hire = turn.session.get_one(Hire, order.hire_id)
    lines = [order_line(turn, order, hire)]
    lines += [_change(turn, change) for change in changes_of(turn.session, order)]
    first = [Button(turn.t.plain(N_("✏️ Edit")), button_data(EDIT, order.id))]
    if order.quantity > order.refunded:
        first.append(Button(turn.t.plain(N_("Refund")), button_data(REFUND, order.id)))
        first.append(Button(turn.t.plain(N_("Move")), button_data(MOVE, order.id)))
    turn.redraw(Markup("\n").join(lines), [first, [list_button(turn)]])


def _change(turn: Turn, change: OrderChange) -> Markup:
    t = turn.t
    former = turn.session.get(Hire, change.former_hire_id) if change.former_hire_id is not None else None
    words = t(
        CHANGES[change.kind],
        quantity=change.quantity,
        day=t.day(change.day),
        former=former.name if former is not None else "—",
    )
    return Markup("↳ ") + words + (Markup(" · ") + escape(change.reason) if change.reason else "")
