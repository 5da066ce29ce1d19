"""Orders: taps counted, pasted lists, unknown names, refusals by name, undo, refund, move (handbook §5.2, §6)."""

from datetime import date

import pytest

from bot.demo.people import buttons
from handlers.orders.orders import take_if_list
from handlers.translations import translator
from handlers.turn import Chat, ChatKind, Speaker, Turn
from storage.orders import Order
from storage.people import PersonState
from storage.roster import Hire
from storage.roster_events import add_hires, create_cohort, leave
from storage.roster_rules import Recording
from tests.chat import Phone, World
from tests.seed import put_on_post

TODAY = date(2026, 11, 23)


def do(phone: Phone, *steps: str) -> int:
    """Say a text, or tap a button written with an arrow in front; how many messages and taps it took."""
    for step in steps:
        phone.taps(step[1:]) if step.startswith("→") else phone.says(step)
    return len(steps)


@pytest.fixture
def wang(world: World) -> Phone:
    """A manager with three hires on day 12, one on day 43."""
    phone = world.manager("王芳", "杭州甲")
    put_on_post(world, "杭州甲", "11月批", ["张伟", "李娜", "王强"], date(2026, 11, 12))
    put_on_post(world, "杭州甲", "10月批", ["老刘"], date(2026, 10, 12))
    return phone


def valid(world: World) -> dict[str, int]:
    """Valid orders by hire."""
    names = {hire.id: hire.name for hire in world.all_of(Hire)}
    sums: dict[str, int] = {}
    for order in world.all_of(Order):
        if order.quantity > order.refunded:
            sums[names[order.hire_id]] = sums.get(names[order.hire_id], 0) + order.quantity - order.refunded
    return sums


def test_one_hires_orders_take_four_messages_or_taps(world: World, wang: Phone) -> None:
    assert do(wang, "/orders", "→张伟", "→2", "→确认") == 4
    assert valid(world) == {"张伟": 2}
    assert "张伟 2 单 · 11/23 周一 · 第12/30天" in wang.last.text


@pytest.mark.parametrize("typed", ["/orders 张伟 2", "出单 张伟2单", "订单：张伟: ２", "orders 张伟 两单"])
def test_a_name_with_a_number_needs_no_question(world: World, wang: Phone, typed: str) -> None:
    assert do(wang, typed) == 1
    assert valid(world) == {"张伟": 2}
    assert "张伟 2 单 · 11/23 周一 · 第12/30天" in wang.last.text
    assert any("撤销" in label for label in wang.last.buttons)


@pytest.mark.parametrize(
    "block",
    ["/orders 张伟 2 / 李娜 1 / 王强 0", "出单\n张伟 2\n李娜 1\n王强 0", "出单 张伟2、李娜1单，王强: 0"],
)
def test_p1_a_pasted_list_is_recorded_with_one_confirmation_naming_all(world: World, wang: Phone, block: str) -> None:
    heard = len(wang.heard)

    wang.says(block)

    assert len(wang.heard) == heard + 1
    assert valid(world) == {"张伟": 2, "李娜": 1}
    assert len(world.all_of(Order)) == 2
    for name in ("张伟", "李娜", "王强"):
        assert name in wang.last.text


def test_p1_pasted_as_the_answer_to_whose_orders(world: World, wang: Phone) -> None:
    do(wang, "/orders", "张伟 2 / 李娜 1 / 王强 0")
    for name in ("张伟", "李娜", "王强"):
        assert name in wang.last.text
    wang.taps("确认")
    assert valid(world) == {"张伟": 2, "李娜": 1}
    assert "王强" in wang.last.text


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("张伟 2 / 李娜 1 / 王强 0", True),
        ("张伟 2", True),
        ("张伟今天表现不错", False),
        ("张伟", False),
        ("12", False),
        ("钱七 2", False),
        ("", False),
    ],
)
def test_a_list_without_a_command_is_told_from_other_texts(world: World, wang: Phone, text: str, taken: bool) -> None:
    person = world.stored(wang)
    with world.database.transaction() as session:
        turn = Turn(
            session=session,
            surroundings=world.surroundings,
            now=world.clock.now(),
            speaker=Speaker(wang.telegram_id),
            chat=Chat(wang.telegram_id, ChatKind.private),
            person=person,
            t=translator("zh"),
            text=text,
        )
        assert take_if_list(turn) is taken
    assert (sum(valid(world).values()) > 0) is taken


def test_a_date_line_dates_the_list(world: World, wang: Phone) -> None:
    wang.says("出单\n昨天\n张伟 2\n李娜 1")
    assert {order.day for order in world.all_of(Order)} == {date(2026, 11, 22)}
    assert "第11/30天" in wang.last.text


def test_the_date_can_be_changed_on_the_card(world: World, wang: Phone) -> None:
    do(wang, "/orders", "→张伟", "→1", "→修改", "→日期", "→昨天", "→确认")
    assert world.all_of(Order)[0].day == date(2026, 11, 22)


def test_an_unknown_name_is_named_and_the_rest_is_kept(world: World, wang: Phone) -> None:
    wang.says("/orders 张韦 2, 李娜 1")
    assert "张韦" in wang.texts
    assert valid(world) == {}
    assert any("张韦 → 张伟" in label for label in wang.last.buttons)

    do(wang, "→张韦 → 张伟", "→确认")

    assert valid(world) == {"张伟": 2, "李娜": 1}


def test_an_unknown_name_can_be_left_out_or_typed_right(world: World, wang: Phone) -> None:
    do(wang, "/orders 钱七 2, 李呐 1", "→略过 钱七", "李娜", "→确认")
    assert valid(world) == {"李娜": 1}
    assert "钱七" in wang.last.text


def test_a_half_answered_list_survives_a_restart(world: World, wang: Phone) -> None:
    wang.says("/orders 张韦 2, 李娜 1")
    world.restart()
    do(wang, "→张韦 → 张伟")
    world.restart()
    wang.taps("确认")
    assert valid(world) == {"张伟": 2, "李娜": 1}


def test_several_hires_in_one_go(world: World, wang: Phone) -> None:
    """A whole cohort in one message, hire by hire with + and −, saved once."""
    do(wang, "/orders", "→多人", "→张伟", "→张伟", "→张伟", "→李娜")
    minus = next(b for b in buttons(wang.last.message) if b["text"] == "−")
    wang.presses(wang.last.message.message_id, str(minus["callback_data"]))
    assert world.all_of(Order) == []
    do(wang, "→完成", "→确认")
    assert sum(valid(world).values()) == 3
    assert len(wang.heard) == 1, "one message, redrawn"
    assert len({order.batch for order in world.all_of(Order)}) == 1


def test_s3_day_31_is_kept_and_told(world: World, wang: Phone) -> None:
    put_on_post(world, "杭州甲", "10月二批", ["孙八"], date(2026, 10, 24))
    wang.says("/orders 孙八 1")
    assert valid(world) == {"孙八": 1}
    assert "第31天" in wang.last.text
    assert "不计入" in wang.last.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/orders 11/1 张伟 1", "11/12"),
        ("/orders 明天 张伟 1", "还没到"),
        ("/orders 赵离 1", "离职"),
        ("/orders 周训 1", "还没有上岗"),
    ],
)
def test_what_cannot_be_is_refused_in_words(world: World, wang: Phone, typed: str, said: str) -> None:
    (zhao,) = put_on_post(world, "杭州甲", "11月二批", ["赵离"], date(2026, 11, 12))
    record = Recording(None, world.clock.now(), TODAY)
    with world.database.transaction() as session:
        hire = session.get_one(Hire, zhao.id)
        leave(session, hire, date(2026, 11, 20), record, reason="另谋高就")
        cohort = create_cohort(session, hire.company_id, "12月批", world.clock.now())
        add_hires(session, cohort, ["周训"], TODAY, record)

    wang.says(typed)

    assert said in wang.last.text
    assert valid(world) == {}


def test_a_refused_line_does_not_hold_up_the_others(world: World, wang: Phone) -> None:
    wang_qiang = next(hire.id for hire in world.all_of(Hire) if hire.name == "王强")
    with world.database.transaction() as session:
        hire = session.get_one(Hire, wang_qiang)
        leave(session, hire, date(2026, 11, 20), Recording(None, world.clock.now(), TODAY), reason="另谋高就")
    wang.says("/orders 张伟 2, 王强 1")
    assert valid(world) == {}
    wang.taps("确认")
    assert valid(world) == {"张伟": 2}
    assert "离职" in wang.last.text


def test_more_than_five_at_once_and_repetitions_ask_again(world: World, wang: Phone) -> None:
    wang.says("/orders 张伟 6")
    assert valid(world) == {}
    assert "6" in wang.last.text
    wang.taps("确认")
    assert valid(world) == {"张伟": 6}

    wang.says("/orders 张伟 1")
    assert valid(world) == {"张伟": 6}
    assert "已录 6 单" in wang.last.text
    do(wang, "取消")
    assert valid(world) == {"张伟": 6}


def test_the_same_tag_on_the_same_day_asks(world: World, wang: Phone) -> None:
    for _ in range(2):
        do(wang, "/orders", "→张伟", "→1", "→客户标签", "城东A")
        repeated = "城东A" in wang.last.text and "已有标签" in wang.last.text
        wang.taps("确认")
    assert repeated
    assert valid(world) == {"张伟": 2}


@pytest.mark.parametrize(("typed", "said"), [("13812345678", "电话"), ("一二三四五六七八九十甲", "10")])
def test_a_tag_holds_no_phone_number_and_is_short(world: World, wang: Phone, typed: str, said: str) -> None:
    do(wang, "/orders", "→张伟", "→1", "→客户标签", typed)
    assert said in wang.last.text
    assert "138" not in "".join(order.tag for order in world.all_of(Order))


@pytest.mark.parametrize("typed", ["0", "10", "一百", "-1", "好几单"])
def test_a_wrong_number_is_explained(world: World, wang: Phone, typed: str) -> None:
    do(wang, "/orders", "→张伟", typed)
    assert "9" in wang.last.text
    do(wang, "3单", "→确认")
    assert valid(world) == {"张伟": 3}


def test_undo_within_ten_minutes(world: World, wang: Phone) -> None:
    wang.says("/orders 张伟 2 / 李娜 1")
    world.clock.forward(minutes=9)
    wang.taps("撤销")
    assert valid(world) == {}
    assert "张伟 2" in wang.last.text


def test_no_undo_after_ten_minutes(world: World, wang: Phone) -> None:
    wang.says("/orders 张伟 2")
    world.clock.forward(minutes=10)
    wang.taps("撤销")
    assert valid(world) == {"张伟": 2}
    assert "/refund" in wang.toast


def test_refund_with_date_and_reason(world: World, wang: Phone) -> None:
    wang.says("/orders 张伟 2")
    do(wang, "退单", "→张伟", "→1", "客户反悔", "→确认")
    assert valid(world) == {"张伟": 1}
    do(wang, "→最近出单", "→张伟")
    assert "客户反悔" in wang.last.text


def test_a_refund_cannot_be_larger_or_earlier_than_the_order(world: World, wang: Phone) -> None:
    wang.says("/orders 张伟 2")
    do(wang, "/refund", "→张伟", "3")
    assert "只剩 2" in wang.last.text
    do(wang, "2", "客户反悔", "→修改", "→日期", "→昨天")
    assert "不能早于" in wang.last.text
    assert valid(world) == {"张伟": 2}


def test_an_order_moves_to_the_hire_who_closed_it(world: World, wang: Phone) -> None:
    wang.says("/orders 张伟 2")
    do(wang, "→最近出单", "→张伟", "→转移", "→李娜", "记错人了", "→确认")
    assert valid(world) == {"李娜": 2}


def test_an_order_can_be_corrected(world: World, wang: Phone) -> None:
    wang.says("/orders 张伟 2")
    do(wang, "→最近出单", "→张伟", "→✏️", "→修改", "→出单：2", "1", "→确认")
    assert valid(world) == {"张伟": 1}


def test_other_companies_hires_and_orders_are_out_of_reach(world: World, wang: Phone) -> None:
    other = world.manager("李静", "宁波乙")
    put_on_post(world, "宁波乙", "11月批", ["孙八"], date(2026, 11, 12))
    wang.says("/orders 张伟 2")
    (order,) = world.all_of(Order)
    message = other.says("/me").last.message

    for forged in (f"orders_undo:{order.batch}", f"order:{order.id}", f"orders_edit:{order.id}", f"refund:{order.id}"):
        other.presses(message.message_id, forged)
        assert "张伟" not in other.texts
    other.says("/orders 张伟 1")
    assert valid(world) == {"张伟": 2}
    assert "孙八" not in wang.says("/orders").last.buttons


def test_a_hire_of_another_company_cannot_be_chosen_by_forged_data(world: World, wang: Phone) -> None:
    world.manager("李静", "宁波乙")
    (foreign,) = put_on_post(world, "宁波乙", "11月批", ["孙八"], date(2026, 11, 12))
    question = wang.says("/orders").last.message
    data = str(next(b["callback_data"] for b in buttons(question) if "张伟" in str(b["text"])))
    forged = ":".join([*data.split(":")[:-1], str(foreign.id)])

    wang.presses(question.message_id, forged)

    assert "孙八" not in wang.texts
    assert valid(world) == {}


def test_a_deactivated_manager_gets_nothing_out_of_an_old_card(world: World, wang: Phone) -> None:
    do(wang, "/orders", "→张伟", "→2")
    person = world.stored(wang)
    with world.database.transaction() as session:
        session.merge(person).state = PersonState.deactivated
    wang.taps("确认")
    assert valid(world) == {}


def test_p6_a_name_with_markup_is_shown_as_typed(world: World, wang: Phone) -> None:
    put_on_post(world, "杭州甲", "11月三批", ["<b>=1+1&"], date(2026, 11, 20))
    wang.says("/orders <b>=1+1& 2")
    assert valid(world) == {"<b>=1+1&": 2}
    assert "<b>=1+1& 2 单" in wang.last.text


def test_two_of_one_name_are_told_apart(world: World, wang: Phone) -> None:
    put_on_post(world, "杭州甲", "11月三批", ["张伟"], date(2026, 11, 20))
    wang.says("/orders 张伟 2")
    assert "不止一位张伟" in wang.texts
    do(wang, "→11月三批", "→确认")
    (order,) = world.all_of(Order)
    assert next(h for h in world.all_of(Hire) if h.id == order.hire_id).on_post == date(2026, 11, 20)


def test_without_anybody_on_post_it_says_so(world: World) -> None:
    lone = world.manager("赵敏", "温州丙")
    assert "/roster" in lone.says("/orders").last.text
    assert "/roster" in lone.says("/orders 张伟 2").last.text


@pytest.mark.parametrize("typed", ["/orders 张伟 -1", "/orders 张伟 10"])
def test_an_impossible_number_is_named_and_asked_again(world: World, wang: Phone, typed: str) -> None:
    wang.says(typed)
    assert "请填 1–9" in wang.texts
    assert "其他各行" not in wang.texts, "there are no other lines"
    do(wang, "→9", "→确认")
    assert valid(world) == {"张伟": 9}


@pytest.mark.parametrize("tag", ["13800138000", "88886666", "0571 88886"])
def test_a_tag_holds_no_phone_number(world: World, wang: Phone, tag: str) -> None:
    do(wang, "/orders", "→张伟", "→2", "→客户标签", tag)
    assert "电话" in wang.last.text
    do(wang, "五金店", "→确认")
    assert world.all_of(Order)[0].tag == "五金店"


def test_the_likeliest_name_stands_first(world: World, wang: Phone) -> None:
    put_on_post(world, "杭州甲", "12月批", ["Wang Qiang", "Zhang Wei"], date(2026, 11, 20))
    wang.says("/orders Zhang Wi 2")
    assert wang.last.buttons[0].startswith("Zhang Wi → Zhang Wei")


@pytest.mark.parametrize("heading", ["出单\n", "", "orders\n"])
def test_orders_as_a_labelled_block(world: World, wang: Phone, heading: str) -> None:
    """新人 is the roster's word too: here it is a label."""
    do(wang, f"{heading}新人: 张伟\n出单: 2\n日期: 昨天\n客户标签: 五金店", "确认")
    (order,) = world.all_of(Order)
    assert (order.quantity, order.day, order.tag) == (2, date(2026, 11, 22), "五金店")
