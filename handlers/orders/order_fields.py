"""What an order entry asks: one hire, or several at once line by line, as declared fields (handbook §6, 出单)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers.forms.fields import Field, Option, Rows, Values, Wrong
from handlers.forms.form import FormTurn
from handlers.forms.kinds import Counts, Day, HirePick, Number, Text
from handlers.orders.order_entry import OrderLine, name_key, near_matches, read_orders
from handlers.orders.order_words import SENTENCES, refusal
from handlers.roster.hire_choices import hire_name, hire_options, on_post_options, own_company_ids, own_hire
from handlers.translations import N_
from handlers.turn import Turn
from storage.order_rules import MOST_AT_ONCE, TAG_LENGTH, OrderEntry, OrderReason, check_orders, has_phone
from storage.orders import Order
from storage.roster import HireId
from storage.roster_lists import NamedHire, names_of

SEVERAL, LEFT_OUT = "several", "none"
MOST_LINES = 60


def known_hires(turn: Turn) -> list[NamedHire]:
    """Everybody on the roster of the person's companies, as looked for today."""
    return names_of(turn.session, own_company_ids(turn), turn.today)


def who_is_meant(hires: Sequence[NamedHire], name: str, day: date) -> list[NamedHire]:
    """The hires a typed name stands for on a day: of several of one name the one at work, if only one is."""
    wanted = name_key(name)
    named = [hire for hire in hires if name_key(hire.name) == wanted]
    at_work = [
        hire
        for hire in named
        if hire.on_post is not None and hire.on_post <= day and (hire.last_day is None or hire.last_day >= day)
    ]
    return at_work if len(at_work) == 1 else named


def rows_of_lines(turn: Turn, lines: Sequence[OrderLine]) -> list[Values]:
    """Read lines as rows of the form: what is clear is filled in, what cannot be recorded is left out."""
    hires = known_hires(turn)
    first_day = lines[0].day if lines else turn.today
    rows: list[Values] = []
    for line in lines[:MOST_LINES]:
        row: Values = {"typed": line.name}
        if line.day != first_day:
            row["day"] = line.day.isoformat()
        meant = who_is_meant(hires, line.name, line.day)
        if line.quantity is not None and 0 <= line.quantity <= MOST_AT_ONCE:
            row["quantity"] = line.quantity
        if len(meant) == 1:
            row["hire"] = str(meant[0].id)
            why = _why_not(turn, meant[0], line)
            if why:
                row |= {"hire": LEFT_OUT, "why": why}
        rows.append(row)
    return rows


def _why_not(turn: Turn, hire: NamedHire, line: OrderLine) -> str:
    if line.quantity is None or not 0 < line.quantity <= MOST_AT_ONCE:
        return ""
    findings = check_orders(turn.session, [OrderEntry(hire.id, line.quantity, line.day)], turn.today)
    refused = next((finding for finding in findings if finding.refuses), None)
    if refused is None:
        return ""
    wrong = refusal(turn, refused)
    return turn.t.plain(wrong.message, **wrong.values)


def typed_lines(turn: FormTurn) -> list[OrderLine]:
    """The lines of a list that was pasted as the answer to "which hire"."""
    value = turn.values.get("hire")
    return read_list(turn.turn, str(value["typed"])) if isinstance(value, dict) else []


def read_list(turn: Turn, text: str) -> list[OrderLine]:
    """Names and numbers of a text, the roster's names known."""
    return read_orders(text, turn.today, [hire.name for hire in known_hires(turn)])


def is_list(turn: FormTurn) -> bool:
    """Whether a list of names and numbers was typed."""
    return isinstance(turn.values.get("hire"), dict)


def is_grid(turn: FormTurn) -> bool:
    """Whether several hires are entered on one screen."""
    return turn.values.get("hire") == SEVERAL


def is_single(turn: FormTurn) -> bool:
    """Whether one hire is entered."""
    return not is_list(turn) and not is_grid(turn)


@dataclass(frozen=True)
class OrderHire(HirePick):
    """One hire, or several at once; a pasted list of names and numbers is understood too."""

    def parse(self, text: str, turn: FormTurn) -> Any:
        """The hire's number as text, or the list as typed; raises Wrong."""
        try:
            return super().parse(text, turn)
        except Wrong:
            if turn.record_id is None and any(line.quantity is not None for line in read_list(turn.turn, text)):
                return {"typed": text}
            raise

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """The hires on post; first the way to enter several, where there are several."""
        hires = on_post_options(turn)
        several = Option(SEVERAL, N_("＋ Several at once"), ("多人", "批量", "several"))
        return [several, *hires] if len(hires) > 1 and turn.record_id is None else hires

    def show(self, value: Any, turn: FormTurn) -> str:
        """The hire's label."""
        if value == SEVERAL or isinstance(value, dict):
            return turn.turn.t.plain(N_("several"))
        return super().show(value, turn)


@dataclass(frozen=True)
class LineHire(HirePick):
    """The hire of one line: for a name nobody has, the likely ones first, and leaving the line out."""

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """Near matches and leaving out for an unknown name, then everybody on post."""
        others = on_post_options(turn)
        typed = turn.values.get("typed")
        if not typed:
            return others
        t, hires = turn.turn.t, known_hires(turn.turn)
        near = near_matches(str(typed), [hire.name for hire in hires])
        meant = who_is_meant(hires, str(typed), turn.day())
        likely = meant or [hire for name in near for hire in hires if hire.name == name]
        first = [hire for each in likely[:6] if (hire := own_hire(turn.turn, each.id)) is not None]
        found = [
            Option(
                o.value, t.plain(N_("{typed} → {name}"), typed=typed, name=o.label), (o.label.split(" · ")[0],), True
            )
            for o in hire_options(turn.turn, first, turn.day())
        ]
        leave_out = Option(
            LEFT_OUT, t.plain(N_("Leave out {typed}"), typed=typed), ("不录", "略过", "跳过", "skip"), literal=True
        )
        known = {option.value for option in found}
        return [*found, leave_out, *(option for option in others if option.value not in known)]

    def show(self, value: Any, turn: FormTurn) -> str:
        """The hire's label, or that the line is left out."""
        return turn.turn.t.plain(N_("left out")) if value == LEFT_OUT else hire_name(turn, str(value))


@dataclass(frozen=True)
class LineQuantity(Number):
    """The number of one line; its buttons carry the name, so that several open lines can be told apart."""

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """As many as stand on one page; higher ones are typed."""
        hire = own_hire(turn.turn, turn.values.get("hire"))
        name = hire.name if hire is not None else str(turn.values.get("typed") or "")
        return [Option(str(n), f"{name}: {n}", (str(n),), literal=True) for n in self.offer]


def _preset_lines(turn: FormTurn) -> list[Values] | None:
    lines = typed_lines(turn)
    return rows_of_lines(turn.turn, lines) if lines else None


def _preset_day(turn: FormTurn) -> str:
    lines = typed_lines(turn)
    return (lines[0].day if lines else turn.today).isoformat()


def _suggested_lines(turn: FormTurn) -> list[Values]:
    day = turn.day()
    hires = [own_hire(turn.turn, option.value) for option in on_post_options(turn)]
    return [
        {"hire": str(hire.id)}
        for hire in hires
        if hire is not None and hire.closes_on is not None and hire.closes_on >= day
    ]


def _check_hire(turn: FormTurn, value: Any) -> None:
    order = turn.turn.session.get(Order, turn.record_id) if turn.record_id is not None else None
    if order is not None and str(order.hire_id) != str(value):
        raise Wrong(N_("To give an order to another hire, please use “Move” in /refund: it asks for the reason."))


def _check_counts(turn: FormTurn, value: Any) -> None:
    if not value:
        raise Wrong(N_("Nobody has an order yet. Tap ＋ beside a name, or Cancel."))


def _check_tag(turn: FormTurn, value: Any) -> None:
    if has_phone(str(value)):
        raise Wrong(SENTENCES[OrderReason.phone_in_tag])


def entries_of(turn: FormTurn) -> list[OrderEntry]:
    """What is to be recorded: lines left out and lines of 0 are not."""
    values = turn.values
    if is_grid(turn):
        rows = [{"hire": hire, "quantity": number} for hire, number in (values.get("counts") or {}).items()]
    else:
        rows = values.get("lines") or [] if is_list(turn) else [values]
    entries = []
    for row in rows:
        if row.get("hire") == LEFT_OUT or not row.get("quantity"):
            continue
        day = date.fromisoformat(row.get("day") or values.get("day") or turn.today.isoformat())
        hire = own_hire(turn.turn, row.get("hire"))
        hire_id = hire.id if hire is not None and hire.id is not None else HireId(0)
        entries.append(OrderEntry(hire_id, row["quantity"], day, row.get("tag") or ""))
    return entries


def _is_unclear(turn: FormTurn) -> bool:
    """Whether a line does not say yet whom it is about (the form's own `hire` shines through), or is left out."""
    return is_list(turn) or turn.values.get("hire") == LEFT_OUT


ORDER_DAY = Day(past_days=365)
LINE_FIELDS = (
    Field(
        "hire",
        N_("Hire"),
        N_("Which hire is meant?"),
        LineHire(()),
        words=("新人", "姓名"),
        help=N_("I did not find this name on your roster. Tap who is meant, type the right name, or leave it out."),
    ),
    Field(
        "quantity",
        N_("Orders"),
        N_("How many orders, 0 to 9?"),
        LineQuantity(0, MOST_AT_ONCE, offer=tuple(range(9))),
        words=("出单", "单数"),
        applies=lambda turn: turn.values.get("hire") != LEFT_OUT,
    ),
    Field("tag", N_("Customer tag"), N_("A tag for the customer?"), Text(1, TAG_LENGTH), required=False, asked=False),
    Field("day", N_("Date"), N_("On which day?"), ORDER_DAY, required=False, asked=False),
    Field("typed", N_("As typed"), N_("The name as typed?"), Text(1, 60), False, applies=_is_unclear, asked=False),
)
FIELDS = (
    Field(
        key="hire",
        label=N_("Hire"),
        ask=N_("Whose orders?"),
        kind=OrderHire((), name=hire_name),
        words=("新人", "姓名", "hire"),
        help=N_("Tap a name. Names with numbers work too: Zhang Wei 2 / Li Na 1"),
        check=_check_hire,
    ),
    Field(
        key="lines",
        label=N_("Lines"),
        ask=N_("Who had how many? Tap a name, then the number; or type lines such as Zhang Wei 2."),
        kind=Rows(LINE_FIELDS, MOST_LINES, 1, N_("Line {number}"), _suggested_lines),
        words=("明细",),
        applies=is_list,
        preset=_preset_lines,
    ),
    Field(
        key="quantity",
        label=N_("Orders"),
        ask=N_("How many orders?"),
        kind=Number(1, MOST_AT_ONCE, offer=tuple(range(1, 10))),
        words=("出单", "单数", "数量"),
        help=N_("1 to 9: tap a number, or type it."),
        applies=is_single,
    ),
    Field(
        key="counts",
        label=N_("Orders"),
        ask=N_("Who had how many? Tap ＋ and −; it is saved once, when you confirm."),
        kind=Counts(on_post_options, MOST_AT_ONCE),
        applies=is_grid,
        check=_check_counts,
    ),
    Field(
        key="day",
        label=N_("Date"),
        ask=N_("On which day was it?"),
        kind=ORDER_DAY,
        words=("日期",),
        preset=_preset_day,
    ),
    Field(
        key="tag",
        label=N_("Customer tag"),
        ask=N_("A tag for the customer, at most 10 characters?"),
        kind=Text(1, TAG_LENGTH),
        required=False,
        check=_check_tag,
        words=("客户标签", "标签", "tag"),
        help=N_("No names, no phone numbers."),
        applies=is_single,
        asked=False,
        add_label=N_("+ Customer tag"),
    ),
)
