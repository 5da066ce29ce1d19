"""The sheets of the roster and of orders, each with its history (handbook §5.2, §6)."""

from handlers.roster.hire_words import EVENT_WORDS
from handlers.roster.roster_workbook import EXPORTED_STAGES
from handlers.translations import N_
from handlers.workbooks.material import Material
from handlers.workbooks.sheets import MIDDLE, NARROW, WIDE, WIDEST, Cell, Formula, Look, Sheet, reference
from storage.export_rows import HireRow, OrderRow
from storage.exports import hire_events_between, hires_between, order_changes_between, orders_between
from storage.hire_state import day_no
from storage.orders import OrderChangeKind
from storage.roster import Stage

ORDERS = (
    (N_("Date"), MIDDLE),
    (N_("Company"), WIDE),
    (N_("Cohort"), MIDDLE),
    (N_("Hire"), MIDDLE),
    (N_("Orders"), NARROW),
    (N_("Refunded"), NARROW),
    (N_("Valid"), NARROW),
    (N_("Day of the window"), NARROW),
    (N_("Counts"), NARROW),
    (N_("Customer tag"), MIDDLE),
    (N_("Times edited"), NARROW),
    (N_("Times moved"), NARROW),
    (N_("Order number"), NARROW),
    (N_("Recorded by"), MIDDLE),
    (N_("Recorded"), WIDE),
)
ORDER_CHANGES = (
    (N_("Date"), MIDDLE),
    (N_("What was done"), MIDDLE),
    (N_("Orders"), NARROW),
    (N_("Order number"), NARROW),
    (N_("Order of"), MIDDLE),
    (N_("Company"), WIDE),
    (N_("Hire"), MIDDLE),
    (N_("Former hire"), MIDDLE),
    (N_("Reason"), WIDEST),
    (N_("Recorded by"), MIDDLE),
    (N_("Recorded"), WIDE),
)
CHANGES = {
    OrderChangeKind.undone: N_("taken back at once"),
    OrderChangeKind.refunded: N_("refund"),
    OrderChangeKind.moved: N_("moved to another hire"),
    OrderChangeKind.edited: N_("corrected"),
}
ROSTER = (
    (N_("Company"), WIDE),
    (N_("Cohort"), MIDDLE),
    (N_("Hire"), MIDDLE),
    (N_("Now"), MIDDLE),
    (N_("Trained"), NARROW),
    (N_("Exam passed"), NARROW),
    (N_("Drill passed"), NARROW),
    (N_("Trial post"), NARROW),
    (N_("On post"), MIDDLE),
    (N_("Window until"), MIDDLE),
    (N_("Last day"), MIDDLE),
)
ROSTER_NOTES = ((N_("Reason"), WIDE),)
EVENTS = (
    (N_("Date"), MIDDLE),
    (N_("Cohort"), MIDDLE),
    (N_("Hire"), MIDDLE),
    (N_("What happened"), WIDE),
    (N_("Recorded by"), MIDDLE),
    (N_("Recorded"), WIDE),
)
EVENT_NOTES = ((N_("Note"), WIDEST),)


def orders(m: Material) -> Sheet:
    """The orders; what is valid of them is computed in the sheet."""
    rows = [_order(m, each, row) for row, each in enumerate(orders_between(m.session, m.extent), 2)]
    return m.sheet(N_("Orders"), ORDERS, rows)


def _order(m: Material, each: OrderRow, row: int) -> tuple[Cell, ...]:
    valid = each.quantity - each.refunded
    in_window = each.closes_on is not None and each.day <= each.closes_on
    return (
        each.day,
        m.company(each.company_id),
        m.cohort(each.hire_id),
        m.hire(each.hire_id),
        each.quantity,
        each.refunded or None,
        Formula(f"={reference(4, row)}-{reference(5, row)}", valid, Look.whole),
        day_no(each.on_post, each.day) if each.on_post is not None else None,
        m.yes(in_window and valid),
        each.tag,
        each.edits or None,
        each.moves or None,
        each.id,
        m.person(each.recorded_by),
        m.moment(each.recorded_at),
    )


def order_changes(m: Material) -> Sheet:
    """Refunds, moves and corrections: dated in the period, or of an order that is."""
    rows: list[tuple[Cell, ...]] = [
        (
            each.day,
            m.t.plain(CHANGES[each.kind]),
            each.quantity,
            each.order_id,
            each.order_day,
            m.company(each.company_id),
            m.hire(each.hire_id),
            m.hire(each.former_hire_id) if each.former_hire_id is not None else None,
            each.reason,
            m.person(each.recorded_by),
            m.moment(each.recorded_at),
        )
        for each in order_changes_between(m.session, m.extent)
    ]
    return m.sheet(N_("Refunds and moves"), ORDER_CHANGES, rows)


def roster(m: Material) -> Sheet:
    """Everybody who was on the roster at some time of the period, as they stand now."""
    rows: list[tuple[Cell, ...]] = []
    for each in hires_between(m.session, m.extent):
        words = {True: m.t.plain("passed"), False: m.t.plain("not passed")}
        decided = None if each.trial_passed is None else words[each.trial_passed]
        rows.append(
            (
                m.company(each.company_id),
                each.cohort,
                each.name,
                _now(m, each),
                m.yes(each.trained),
                m.yes(each.exam_passed),
                m.yes(each.drill_passed),
                decided,
                each.on_post,
                each.closes_on,
                each.last_day,
                *((each.left_reason,) if m.reach.with_notes else ()),
            )
        )
    return m.sheet(N_("Roster"), (*ROSTER, *(ROSTER_NOTES if m.reach.with_notes else ())), rows)


def _now(m: Material, each: HireRow) -> str:
    if each.stage is Stage.on_post and each.closes_on is not None and each.closes_on < m.today:
        return m.t.plain(N_("month complete"))
    return m.t.plain(EXPORTED_STAGES[each.stage])


def events(m: Material) -> Sheet:
    """What happened to hires in the period."""
    rows: list[tuple[Cell, ...]] = [
        (
            each.day,
            m.cohort(each.hire_id),
            m.hire(each.hire_id),
            m.t.plain(EVENT_WORDS[each.kind]),
            m.person(each.recorded_by),
            m.moment(each.recorded_at),
            *((each.note,) if m.reach.with_notes else ()),
        )
        for each in hire_events_between(m.session, m.extent)
    ]
    return m.sheet(N_("Roster events"), (*EVENTS, *(EVENT_NOTES if m.reach.with_notes else ())), rows)
