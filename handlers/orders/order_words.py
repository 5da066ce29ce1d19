"""What is said about orders: why one is refused, what is asked again, how a recorded one reads (handbook §5.2, §6)."""

from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup, escape

from handlers.forms.fields import Wrong
from handlers.roster.hire_choices import GONE, day_words
from handlers.translations import N_
from handlers.turn import Turn
from storage.order_rules import MOST_AT_ONCE, OrderEntry, OrderFinding, OrderReason, OrderRefusal
from storage.orders import Order
from storage.recent_orders import untagged_on
from storage.roster import Hire, HireId

SENTENCES = {
    OrderReason.unknown_hire: GONE,
    OrderReason.quantity: N_("{name}: {quantity} is not possible. Please send a number from 1 to {most}."),
    OrderReason.in_future: N_("{day} is in the future. Please send today or an earlier day."),
    OrderReason.not_on_post: N_("{name} is not on post yet: no orders can be recorded. /roster puts hires on post."),
    OrderReason.before_on_post: N_(
        "{name} is on post from {on_post}; {day} is before that. Is the on-post date wrong? /roster corrects it."
    ),
    OrderReason.after_left: N_("{name} left on {last_day}: orders after that day cannot be recorded."),
    OrderReason.tag_too_long: N_("The customer tag may have at most 10 characters."),
    OrderReason.phone_in_tag: N_("Please leave the phone number out of the customer tag."),
    OrderReason.before_order: N_("The refund cannot be dated before the order."),
    OrderReason.reason_needed: N_("Please send the reason."),
    OrderReason.reason_too_long: N_("Please keep the reason within 200 characters."),
    OrderReason.same_hire: N_("The order is this hire's already. Please choose another one."),
    OrderReason.taken_back: N_("This order was taken back already."),
    OrderReason.unknown_batch: N_("There is nothing left to take back here."),
    OrderReason.too_late: N_("The ten minutes are over. /refund takes an order back with a date and a reason."),
    OrderReason.duplicate: N_("{name} has an order with the tag “{tag}” on {day} already. Record it once more?"),
    OrderReason.many: N_("{name}: {quantity} orders at once on {day}. Is that right?"),
    OrderReason.after_window: N_("{name}: {day} was day {number}, after the 30 days. It is kept but does not count."),
}


def refusal(turn: Turn, finding: OrderFinding) -> Wrong:
    """A finding as the sentence to say."""
    entry, hire, t = finding.entry, finding.hire, turn.t
    values: dict[str, object] = {
        "name": hire.name if hire is not None else "",
        "quantity": entry.quantity,
        "most": MOST_AT_ONCE,
        "day": t.day(entry.day),
        "number": finding.day_no,
        "tag": entry.tag,
        "on_post": t.day(hire.on_post) if hire is not None and hire.on_post is not None else "",
        "last_day": t.day(hire.last_day) if hire is not None and hire.last_day is not None else "",
    }
    return Wrong(SENTENCES[finding.reason], **values)


def wrong_of(turn: Turn, refused: OrderRefusal) -> Wrong:
    """A refusal of the order book as the sentence to say."""
    if refused.findings:
        return refusal(turn, refused.findings[0])
    if refused.reason is OrderReason.quantity:
        return Wrong(N_("That is more than is left of this order."))
    return Wrong(SENTENCES[refused.reason])


def asked(turn: Turn, findings: Sequence[OrderFinding], entries: Sequence[OrderEntry]) -> list[Markup]:
    """What is asked or told before confirming."""
    lines = []
    for finding in findings:
        if finding.refuses:
            continue
        if finding.reason is OrderReason.many:
            same = [e for e in entries if (e.hire_id, e.day) == (finding.entry.hire_id, finding.entry.day)]
            finding = replace(finding, entry=replace(finding.entry, quantity=sum(e.quantity for e in same)))
        wrong = refusal(turn, finding)
        lines.append(turn.t(wrong.message, **wrong.values))
    return lines


def repeated(turn: Turn, entries: Sequence[OrderEntry]) -> list[Markup]:
    """Entries without a tag for a hire who has such an order that day already, or twice in one list."""
    lines = []
    seen: dict[tuple[HireId, object], int] = {}
    for entry in entries:
        key = (entry.hire_id, entry.day)
        if entry.tag.strip():
            continue
        stored = untagged_on(turn.session, [entry.hire_id], entry.day).get(entry.hire_id, 0)
        before = stored + seen.get(key, 0)
        seen[key] = seen.get(key, 0) + entry.quantity
        hire = turn.session.get(Hire, entry.hire_id)
        if before and hire is not None:
            lines.append(
                turn.t(
                    "{name} has {before} on {day} already: with these {quantity} it is {sum}. Is that right?",
                    name=hire.name,
                    before=before,
                    day=turn.t.day(entry.day),
                    quantity=entry.quantity,
                    sum=before + entry.quantity,
                )
            )
    return lines


def order_line(turn: Turn, order: Order, hire: Hire) -> Markup:
    """A recorded order: 张伟 2 · 11/23 周一 · 第12/30天."""
    t = turn.t
    words = [t("<b>{name}</b> {quantity}", name=hire.name, quantity=order.quantity), escape(t.day(order.day))]
    if order.tag:
        words.append(escape(order.tag))
    number = day_words(turn, hire, order.day)
    if hire.closes_on is not None and order.day > hire.closes_on:
        words.append(t("kept, does not count: {number}", number=number))
    else:
        words.append(escape(number))
    if order.refunded:
        words.append(t("refunded {count}", count=order.refunded))
    return Markup(" · ").join(words)
