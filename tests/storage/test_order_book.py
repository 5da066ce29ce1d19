"""Recording orders, and undoing, refunding, moving and correcting them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.order_book import (
    changes_of,
    correct,
    move,
    orders_of_batch,
    orders_of_day,
    orders_of_hire,
    record_orders,
    refund,
    undo_batch,
)
from storage.order_rules import OrderEntry, OrderReason, OrderRefusal, check_orders
from storage.orders import OrderChangeKind
from storage.roster import Hire, HireId
from storage.roster_events import eliminate, rejoin
from tests.storage.channel_company import NOW, ChannelCompany, hire_id, on

R = OrderReason


@pytest.fixture
def hire(company: ChannelCompany) -> Hire:
    """Somebody on post on 1 March whose window closes on the 30th; today is 15 April."""
    company.today = on("04-15")
    return company.on_post(company.cohort(), "03-01")[0]


def reasons(company: ChannelCompany, *entries: OrderEntry) -> list[OrderReason]:
    return [finding.reason for finding in check_orders(company.session, entries, company.today)]


def refusal_of(caught: pytest.ExceptionInfo[OrderRefusal]) -> OrderReason:
    return caught.value.reason


def test_orders_of_several_hires_are_recorded_in_one_go(company: ChannelCompany, hire: Hire) -> None:
    (other,) = company.on_post(company.cohort("二期"), "03-20")
    entries = [
        OrderEntry(hire_id(hire), 2, on("03-05"), " 城西店 "),
        OrderEntry(hire_id(other), 1, on("03-20")),
    ]

    recorded = record_orders(company.session, entries, company.recording, batch="b1")

    assert [(each.hire.id, each.day_no, each.counts) for each in recorded] == [(hire.id, 5, True), (other.id, 1, True)]
    assert recorded[0].order.tag == "城西店"
    assert [order.quantity for order in orders_of_batch(company.session, "b1")] == [2, 1]
    assert [order.hire_id for order in orders_of_day(company.session, [company.id], on("03-05"))] == [hire.id]
    assert orders_of_day(company.session, [], on("03-05")) == []
    assert [order.quantity for order in orders_of_hire(company.session, hire_id(other))] == [1]


def test_day_30_counts_and_day_31_is_kept_and_told(company: ChannelCompany, hire: Hire) -> None:
    last, after = (OrderEntry(hire_id(hire), 1, on(day)) for day in ("03-30", "03-31"))
    findings = check_orders(company.session, [last, after], company.today)
    assert [(each.entry, each.reason, each.day_no, each.refuses) for each in findings] == [
        (after, R.after_window, 31, False)
    ]
    recorded = record_orders(company.session, [last, after], company.recording, batch="")
    assert [(each.day_no, each.counts) for each in recorded] == [(30, True), (31, False)]


@pytest.mark.parametrize(
    ("quantity", "day", "tag", "reason"),
    [
        (0, "03-05", "", R.quantity),
        (10, "03-05", "", R.quantity),
        (1, "02-28", "", R.before_on_post),
        (1, "04-16", "", R.in_future),
        (1, "03-05", "一二三四五六七八九十一", R.tag_too_long),
        (1, "03-05", "138 0013 8", R.phone_in_tag),
    ],
)
def test_refused_before_anything_is_recorded(
    company: ChannelCompany, hire: Hire, quantity: int, day: str, tag: str, reason: OrderReason
) -> None:
    good = OrderEntry(hire_id(hire), 1, on("03-05"))
    bad = OrderEntry(hire_id(hire), quantity, on(day), tag)
    with pytest.raises(OrderRefusal) as caught:
        record_orders(company.session, [good, bad], company.recording, batch="b")
    assert [(each.entry, each.reason) for each in caught.value.findings] == [(bad, reason)]
    assert orders_of_batch(company.session, "b") == []


def test_an_order_on_the_last_day_is_kept_and_one_after_it_refused(company: ChannelCompany, hire: Hire) -> None:
    company.leaves(hire, "03-12")
    assert reasons(company, OrderEntry(hire_id(hire), 1, on("03-12"))) == []
    assert reasons(company, OrderEntry(hire_id(hire), 1, on("03-13"))) == [R.after_left]


def test_an_order_from_the_days_between_leaving_and_coming_back_is_refused(company: ChannelCompany, hire: Hire) -> None:
    company.leaves(hire, "03-12")
    rejoin(company.session, hire, on("03-20"), company.recording)
    days = ["03-12", "03-13", "03-19", "03-20"]
    found = [reasons(company, OrderEntry(hire_id(hire), 1, on(day))) for day in days]
    assert found == [[], [R.after_left], [R.after_left], []]


def test_only_hires_on_post_have_orders(company: ChannelCompany, hire: Hire) -> None:
    trainee, gone = company.trainees(company.cohort("二期"), 2)
    eliminate(company.session, gone, on("03-01"), company.recording)
    entries = [OrderEntry(each, 1, on("03-05")) for each in (hire_id(trainee), hire_id(gone), HireId(999_999))]
    findings = check_orders(company.session, entries, company.today)
    assert [(each.reason, each.hire) for each in findings] == [
        (R.not_on_post, trainee),
        (R.not_on_post, gone),
        (R.unknown_hire, None),
    ]
    assert hire.on_post == on("03-01")


def test_the_same_hire_date_and_tag_twice_is_asked_about(company: ChannelCompany, hire: Hire) -> None:
    company.sells(hire, "03-05", tag="A店")
    again = OrderEntry(hire_id(hire), 1, on("03-05"), "a店 ")
    assert reasons(company, again) == [R.duplicate]
    assert reasons(company, replace(again, day=on("03-06"))) == []
    assert reasons(company, replace(again, tag="B店")) == []
    assert reasons(company, replace(again, tag="")) == []
    assert reasons(company, replace(again, tag="C店"), replace(again, tag="C店")) == [R.duplicate]
    assert not check_orders(company.session, [again], company.today)[0].refuses


def test_a_refunded_or_undone_order_is_no_duplicate(company: ChannelCompany, hire: Hire) -> None:
    entry = OrderEntry(hire_id(hire), 1, on("03-05"), "A店")
    refund(company.session, company.sells(hire, "03-05", tag="A店"), 1, on("03-06"), "退", company.recording)
    record_orders(company.session, [entry], company.recording, batch="b")
    undo_batch(company.session, "b", company.recording)
    assert reasons(company, entry) == []


def test_more_than_five_at_once_is_asked_about(company: ChannelCompany, hire: Hire) -> None:
    def entry(quantity: int) -> OrderEntry:
        return OrderEntry(hire_id(hire), quantity, on("03-05"))

    assert reasons(company, entry(5)) == []
    assert reasons(company, entry(6)) == [R.many]
    assert reasons(company, entry(3), entry(3)) == [R.many]
    assert reasons(company, entry(5), replace(entry(5), day=on("03-06"))) == []


def test_undo_takes_everything_back_for_ten_minutes(company: ChannelCompany, hire: Hire) -> None:
    entries = [OrderEntry(hire_id(hire), quantity, on("03-05")) for quantity in (1, 2)]
    record_orders(company.session, entries, company.recording, batch="b")
    refund(company.session, orders_of_batch(company.session, "b")[1], 1, on("03-05"), "退", company.recording)

    late = replace(company.recording, now=NOW + timedelta(minutes=10))
    with pytest.raises(OrderRefusal) as caught:
        undo_batch(company.session, "b", late)
    assert refusal_of(caught) is R.too_late

    in_time = replace(company.recording, now=NOW + timedelta(minutes=9, seconds=59))
    undone = undo_batch(company.session, "b", in_time)
    assert [(order.quantity, order.refunded) for order in undone] == [(0, 0), (0, 0)]
    assert orders_of_hire(company.session, hire_id(hire)) == []
    assert orders_of_day(company.session, [company.id], on("03-05")) == []

    undo_batch(company.session, "b", in_time)
    (change,) = changes_of(company.session, undone[0])
    assert (change.kind, change.quantity, change.recorded_at) == (OrderChangeKind.undone, 1, in_time.now)


@pytest.mark.parametrize("batch", ["", "nothing"])
def test_there_is_nothing_to_undo(company: ChannelCompany, hire: Hire, batch: str) -> None:
    company.sells(hire, "03-05")
    with pytest.raises(OrderRefusal) as caught:
        undo_batch(company.session, batch, company.recording)
    assert refusal_of(caught) is R.unknown_batch


def test_a_refund_keeps_date_and_reason(company: ChannelCompany, hire: Hire) -> None:
    order = company.sells(hire, "03-05", 3)
    refund(company.session, order, 1, on("03-20"), " 客户取消 ", company.recording)
    refund(company.session, order, 2, on("03-21"), "全退", company.recording)
    assert (order.quantity, order.refunded) == (3, 3)
    assert [(each.kind, each.day, each.quantity, each.reason) for each in changes_of(company.session, order)] == [
        (OrderChangeKind.refunded, on("03-20"), 1, "客户取消"),
        (OrderChangeKind.refunded, on("03-21"), 2, "全退"),
    ]
    assert orders_of_hire(company.session, hire_id(hire)) == [order]


@pytest.mark.parametrize(
    ("quantity", "day", "reason", "refused"),
    [
        (0, "03-20", "退", R.quantity),
        (3, "03-20", "退", R.quantity),
        (1, "03-04", "退", R.before_order),
        (1, "04-16", "退", R.in_future),
        (1, "03-20", " ", R.reason_needed),
        (1, "03-20", "退" * 201, R.reason_too_long),
    ],
)
def test_a_refund_that_cannot_be(
    company: ChannelCompany, hire: Hire, quantity: int, day: str, reason: str, refused: OrderReason
) -> None:
    order = company.sells(hire, "03-05", 2)
    with pytest.raises(OrderRefusal) as caught:
        refund(company.session, order, quantity, on(day), reason, company.recording)
    assert refusal_of(caught) is refused
    assert (order.refunded, changes_of(company.session, order)) == (0, [])


def test_moving_an_order_keeps_who_had_it_and_why(company: ChannelCompany, hire: Hire) -> None:
    elsewhere = ChannelCompany(company.session, "宁波乙", today=company.today)
    (other,) = elsewhere.on_post(elsewhere.cohort(), "03-04")
    order = company.sells(hire, "03-05", 2)

    move(company.session, order, other, "记错人了", company.recording)

    assert (order.hire_id, order.company_id) == (other.id, elsewhere.id)
    (change,) = changes_of(company.session, order)
    assert (change.kind, change.former_hire_id, change.reason) == (OrderChangeKind.moved, hire.id, "记错人了")
    for wrong, to_hire, reason in ((R.same_hire, other, "记错了"), (R.reason_needed, hire, "")):
        with pytest.raises(OrderRefusal) as caught:
            move(company.session, order, to_hire, reason, company.recording)
        assert refusal_of(caught) is wrong


def test_an_order_moves_only_to_somebody_who_could_have_closed_it(company: ChannelCompany, hire: Hire) -> None:
    later, gone = company.on_post(company.cohort("二期"), "03-06"), company.on_post(company.cohort("三期"), "03-01")
    company.leaves(gone[0], "03-04")
    order = company.sells(hire, "03-05")
    for to_hire, wrong in ((later[0], R.before_on_post), (gone[0], R.after_left)):
        with pytest.raises(OrderRefusal) as caught:
            move(company.session, order, to_hire, "记错人了", company.recording)
        assert refusal_of(caught) is wrong
    assert order.hire_id == hire.id


def test_a_correction_keeps_the_former_day_and_quantity(company: ChannelCompany, hire: Hire) -> None:
    order = company.sells(hire, "03-05", 2, tag="王老板")
    correct(company.session, order, company.recording, quantity=3, day=on("03-06"), tag="A店", reason="手误")
    assert (order.quantity, order.day, order.tag) == (3, on("03-06"), "A店")
    (change,) = changes_of(company.session, order)
    assert (change.kind, change.quantity, change.day) == (OrderChangeKind.edited, 2, on("03-05"))
    assert "王老板" not in change.model_dump_json()


def test_a_correction_obeys_the_rules_of_a_new_order(company: ChannelCompany, hire: Hire) -> None:
    order = company.sells(hire, "03-05", 3)
    refund(company.session, order, 2, on("03-06"), "退", company.recording)
    for quantity, day, wrong in ((1, "03-05", R.quantity), (3, "02-01", R.before_on_post)):
        with pytest.raises(OrderRefusal) as caught:
            correct(company.session, order, company.recording, quantity=quantity, day=on(day), tag="")
        assert refusal_of(caught) is wrong
    with pytest.raises(OrderRefusal) as caught:
        correct(company.session, order, company.recording, quantity=3, day=on("03-05"), tag="", reason="误" * 201)
    assert refusal_of(caught) is R.reason_too_long
    assert (order.quantity, order.day) == (3, on("03-05"))


def test_what_was_taken_back_is_not_changed_any_more(company: ChannelCompany, hire: Hire) -> None:
    record_orders(company.session, [OrderEntry(hire_id(hire), 1, on("03-05"))], company.recording, batch="b")
    (order,) = undo_batch(company.session, "b", company.recording)
    with pytest.raises(OrderRefusal) as caught:
        refund(company.session, order, 1, on("03-05"), "退", company.recording)
    assert refusal_of(caught) is R.taken_back
