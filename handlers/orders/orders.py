"""Orders 出单: one hire in a few taps, a typed or pasted list at once, several hires line by line (handbook §6)."""

from collections.abc import Sequence
from secrets import token_hex

from markupsafe import Markup, escape

from handlers.forms import driver
from handlers.forms.choices import key_of
from handlers.forms.dates import read_day
from handlers.forms.fields import Values, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.paste import parse_block
from handlers.keyboards import Button, Keyboard, button_data
from handlers.orders.order_entry import OrderLine, name_key
from handlers.orders.order_fields import (
    FIELDS,
    LEFT_OUT,
    MOST_LINES,
    entries_of,
    is_list,
    known_hires,
    read_list,
    rows_of_lines,
    who_is_meant,
)
from handlers.orders.order_list import LIST_WORDS, list_button, own_order, pressed_number, recording_of, show_recent
from handlers.orders.order_words import asked, order_line, refusal, repeated, wrong_of
from handlers.roster.hire_choices import own_company_ids, own_hire
from handlers.translations import N_
from handlers.turn import Turn
from storage.order_book import RecordedOrder, correct, orders_of_batch, record_orders, undo_batch
from storage.order_rules import MOST_AT_ONCE, OrderEntry, OrderReason, OrderRefusal, check_orders
from storage.people import Role
from storage.roster import Hire

START, UNDO = "orders", "orders_undo"


def start(turn: Turn) -> None:
    """`/orders`, 出单: the form; `/orders 张伟 2` and lists of names and numbers are recorded at once."""
    written = turn.arguments.strip() if turn.press is None else ""
    hires = known_hires(turn)
    is_block = parse_block(ORDERS, written, FormTurn(turn, {})).labelled > 1
    lines = [] if is_block else read_list(turn, written)
    if key_of(written) in LIST_WORDS:
        show_recent(turn)
    elif not any(hire.on_post is not None for hire in hires):
        turn.say(turn.t("Nobody is on post in your companies yet. /roster puts hires on post."))
    elif (day := read_day(written, turn.today)) is not None:
        driver.start(turn, ORDERS, values={"day": day.isoformat()})
    elif any(line.quantity is not None for line in lines):
        take_lines(turn, lines)
    elif len(lines) == 1 and len(meant := who_is_meant(hires, lines[0].name, turn.today)) == 1:
        driver.start(turn, ORDERS, values={"hire": str(meant[0].id)})
    else:
        driver.start(turn, ORDERS, pasted=written)


def take_if_list(turn: Turn) -> bool:
    """Take a message that is a list of hires with their numbers, though no command stands before it.

    False, with nothing said, when it is anything else: every line must name somebody on the roster and a number.
    """
    lines = read_list(turn, turn.text)
    hires = known_hires(turn) if lines else []
    if not lines or any(line.quantity is None or not who_is_meant(hires, line.name, line.day) for line in lines):
        return False
    take_lines(turn, lines)
    return True


def take_lines(turn: Turn, lines: Sequence[OrderLine]) -> None:
    """Record lines that leave no question; else say what is open and keep all of them in a card to confirm."""
    t = turn.t
    rows = rows_of_lines(turn, lines)
    values: Values = {"hire": {"typed": ""}, "lines": rows, "day": lines[0].day.isoformat()}
    entries = entries_of(FormTurn(turn, values))
    unclear = _unclear(turn, lines, rows)
    told = (OrderReason.after_window,)
    doubts = [f for f in check_orders(turn.session, entries, turn.today) if f.reason not in told]
    if all(row.get("hire") == LEFT_OUT for row in rows):
        turn.say(Markup("\n").join([*unclear, t("Nothing was recorded.")]))
    elif unclear or doubts or repeated(turn, entries):
        if unclear:
            kept = [t("The other lines are kept; nothing is recorded until you confirm.")] if len(lines) > 1 else []
            turn.say(Markup("\n").join([*unclear, *kept]))
        driver.start(turn, ORDERS, values=_single(values) or values)
    else:
        turn.say(*_confirmation(turn, *_record(turn, entries), rows))


def edit(turn: Turn, order_id: int) -> None:
    """Open the card of one order of the person's companies, to correct it."""
    driver.start(turn, ORDERS, record_id=order_id)


def pressed_edit(turn: Turn) -> None:
    """The Edit button of one order."""
    order = own_order(turn, pressed_number(turn))
    edit(turn, order.id if order is not None and order.id is not None else 0)


def load(turn: Turn, record_id: int) -> Values | None:
    """The values of an order of one of the person's companies."""
    order = own_order(turn, record_id)
    if order is None:
        return None
    tag = order.tag or None
    return {"hire": str(order.hire_id), "quantity": order.quantity, "day": order.day.isoformat(), "tag": tag}


def check(turn: FormTurn) -> None:
    """Raises Wrong for the first entry that cannot be recorded."""
    for finding in check_orders(turn.turn.session, entries_of(turn), turn.today):
        if finding.refuses:
            raise refusal(turn.turn, finding)


def warnings(turn: FormTurn) -> Sequence[str | Markup]:
    """What to think over: many at once, a possible repetition, a day after the window, lines left out."""
    t, entries = turn.turn.t, entries_of(turn)
    left_out = [
        t("{typed}: {why}", typed=row.get("typed", ""), why=row["why"])
        for row in (turn.values.get("lines") or [] if is_list(turn) else [])
        if row.get("hire") == LEFT_OUT and row.get("why")
    ]
    findings = check_orders(turn.turn.session, entries, turn.today)
    if turn.record_id is not None:
        # The order under edit is not its own repetition.
        findings = [finding for finding in findings if finding.reason is not OrderReason.duplicate]
        return [*left_out, *asked(turn.turn, findings, entries)]
    return [*left_out, *asked(turn.turn, findings, entries), *repeated(turn.turn, entries)]


def save(turn: FormTurn) -> None:
    """Record what was entered, as one batch; or correct the order under edit."""
    if turn.record_id is not None:
        _correct(turn)
        return
    rows = turn.values.get("lines") or [] if is_list(turn) else []
    recorded, batch = _record(turn.turn, entries_of(turn))
    turn.turn.redraw(*_confirmation(turn.turn, recorded, batch, rows))


def pressed_undo(turn: Turn) -> None:
    """Take a batch back within ten minutes: the person's own, of their companies; an admin any."""
    t, batch = turn.t, pressed_number(turn)
    orders, ids = orders_of_batch(turn.session, batch), own_company_ids(turn)
    may = turn.who.role is Role.admin or all(order.recorded_by == turn.who.id for order in orders)
    if not orders or not may or any(order.company_id not in ids for order in orders):
        turn.toast(t.plain(N_("There is nothing left to take back here.")))
        return
    if not any(order.quantity for order in orders):
        turn.toast(t.plain(N_("This was taken back already.")))
        return
    taken = [(turn.session.get_one(Hire, order.hire_id).name, order.quantity) for order in orders]
    try:
        undo_batch(turn.session, batch, recording_of(turn))
    except OrderRefusal as refused:
        wrong = wrong_of(turn, refused)
        turn.toast(t.plain(wrong.message, **wrong.values), alert=True)
        return
    names = Markup(", ").join(escape(f"{name} {quantity}") for name, quantity in taken)
    turn.redraw(t("↩️ Taken back: {names}. It is as if it had never been recorded.", names=names))


ORDERS = Form(
    name="orders",
    title=N_("Orders"),
    words=("出单", "订单", "orders"),
    fields=FIELDS,
    save=save,
    check=check,
    warnings=warnings,
    confirm_label=N_("✅ Confirm"),
    example=N_("Orders\nZhang Wei 2\nLi Na 1\nWang Qiang 0"),
    load=load,
)


def _record(turn: Turn, entries: Sequence[OrderEntry]) -> tuple[list[RecordedOrder], str]:
    batch = token_hex(8)
    for entry in entries:
        if own_hire(turn, entry.hire_id) is None:
            raise Wrong(N_("This hire is not on the roster of your companies. Please choose again."))
    try:
        return record_orders(turn.session, entries, recording_of(turn), batch), batch
    except OrderRefusal as refused:
        raise wrong_of(turn, refused) from refused


def _correct(turn: FormTurn) -> None:
    order = own_order(turn.turn, turn.record_id)
    if order is None:
        raise Wrong(driver.RECORD_GONE)
    values = turn.values
    try:
        correct(
            turn.turn.session,
            order,
            recording_of(turn.turn),
            quantity=values["quantity"],
            day=turn.day(),
            tag=values.get("tag") or "",
        )
    except OrderRefusal as refused:
        raise wrong_of(turn.turn, refused) from refused
    hire = turn.turn.session.get_one(Hire, order.hire_id)
    lines = [turn.turn.t("✅ Order corrected:"), order_line(turn.turn, order, hire)]
    turn.turn.redraw(Markup("\n").join(lines), [[list_button(turn.turn)]])


def _confirmation(
    turn: Turn, recorded: Sequence[RecordedOrder], batch: str, rows: Sequence[Values]
) -> tuple[Markup, Keyboard]:
    """One message that names everybody, those with nothing to record too."""
    t = turn.t
    total = sum(entry.order.quantity for entry in recorded)
    lines = [t("✅ Recorded: {total} in all.", total=total) if recorded else t("Nothing was recorded:")]
    lines += [order_line(turn, entry.order, entry.hire) for entry in recorded]
    for row in rows:
        hire = own_hire(turn, row.get("hire"))
        name = hire.name if hire is not None else row.get("typed") or "—"
        if row.get("hire") == LEFT_OUT:
            lines.append(t("<b>{name}</b>: left out. {why}", name=name, why=row.get("why") or ""))
        elif not row.get("quantity"):
            lines.append(t("<b>{name}</b> 0: nothing to record.", name=name))
    if not recorded:
        return Markup("\n").join(lines), []
    undo = Button(t.plain(N_("↩️ Undo (10 min)")), button_data(UNDO, batch))
    return Markup("\n").join(lines), [[undo, list_button(turn)]]


def _single(values: Values) -> Values | None:
    """The values for one line whose hire is clear, which needs no list; None for anything else."""
    row = values["lines"][0]
    if len(values["lines"]) != 1 or row.get("hire") in (None, LEFT_OUT):
        return None
    quantity = {"quantity": row["quantity"]} if row.get("quantity") else {}
    return {"hire": row["hire"], "day": values["day"], **quantity}


def _unclear(turn: Turn, lines: Sequence[OrderLine], rows: Sequence[Values]) -> list[Markup]:
    """What keeps a list from being recorded at once, one sentence a line that is not clear."""
    t = turn.t
    said = []
    known = {name_key(hire.name) for hire in known_hires(turn)}
    for line, row in zip(lines, rows, strict=False):
        if row.get("why"):
            said.append(t("{name} {quantity}: {why}", name=line.name, quantity=line.quantity, why=row["why"]))
        elif "hire" not in row and name_key(line.name) in known:
            said.append(t("There is more than one {name}: please say who is meant.", name=line.name))
        elif "hire" not in row:
            said.append(t("I do not find {name} on your roster. Is it one of these?", name=line.name))
        elif line.quantity is None:
            said.append(t("How many is it for {name}?", name=line.name))
        elif "quantity" not in row:
            sentence = "{name}: {quantity} is not possible. Please send a number from 1 to {most}."
            said.append(t(sentence, name=line.name, quantity=line.quantity, most=MOST_AT_ONCE))
    if len(lines) > MOST_LINES:
        said.append(t("At most {most} lines can be taken at once; please send the others after this.", most=MOST_LINES))
    return said
