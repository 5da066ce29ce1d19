"""/missing in chat: what is not in, in soft words, and the button that reminds just those who still owe it."""

from datetime import date

import pytest

from bot.demo.people import buttons as buttons_of
from schedules.filing import file_report
from schedules.periods import Period
from storage.leaves import record_leave
from storage.outbox import OutboxMessage, OutboxState
from storage.people import PersonState, Role
from tests.chat import Phone, World

MONDAY = date(2026, 11, 23)


@pytest.fixture
def office(world: World) -> World:
    """Sunday night before a working week, so that Monday's obligations are written as they open."""
    world.clock.to("2026-11-22 12:00")
    return world


def hand_in(world: World, phone: Phone, day: date = MONDAY) -> None:
    """File a daily, past the form."""
    stored = world.stored(phone)
    with world.database.transaction() as session:
        person = session.merge(stored)
        file_report(session, person, Period.daily(day), world.clock.now(), {})


def begins(world: World, moment: str) -> None:
    """Let the days open, and the clock go on to a moment without the reminders in between."""
    world.tick()
    world.clock.to("2026-11-23 00:05")
    world.tick()
    world.clock.to(moment)


def asked(phone: Phone) -> list[str]:
    """The reminders of an admin that a person got."""
    return [said.text for said in phone.heard if "管理员请您留意" in said.text]


def test_the_state_of_today_names_managers_softly_and_counts(office: World) -> None:
    wang, li = office.manager("王芳", "杭州甲"), office.manager("李强", "温州乙")
    admin = office.admin()
    begins(office, "2026-11-23 18:00")
    hand_in(office, wang)

    admin.says("/missing")

    assert "还没有收到的报告（11/23 周一 18:00）" in admin.last.text
    assert "日报 11/23 周一：待交 1/2，11/24 周二 08:00 前\n   李强" in admin.last.text
    assert "王芳" not in admin.last.text
    assert admin.last.buttons == ["🔔 提醒这 1 位", "🙏 免交"]
    hand_in(office, li)
    admin.says("未交")
    assert "都交齐了" in admin.last.text
    assert admin.last.buttons == []


def test_after_the_deadline_it_is_still_welcome_and_after_back_filling_it_did_not_come(office: World) -> None:
    office.manager("王芳", "杭州甲")
    admin = office.admin()
    begins(office, "2026-11-24 08:00")
    admin.says("/missing 日报 昨天")
    assert "日报 11/23 周一：还差 1/1，仍可补交" in admin.last.text
    office.clock.to("2026-12-01 00:00")
    admin.says("/missing 11/23")
    assert "日报 11/23 周一：未收到 1/1" in admin.last.text
    assert admin.last.buttons == []
    admin.says("/missing")
    assert "11/23" not in admin.last.text


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("周报", "周报 11/22–11/28：待交 1/1"),
        ("weekly", "周报 11/22–11/28：待交 1/1"),
        ("周报 11/25", "周报 11/22–11/28：待交 1/1"),
        ("本周", "周报 11/22–11/28：待交 1/1"),
        ("计划", "下月培训计划 2026-12：待交 1/1"),
        ("月报 2026-11", "月报 2026-11：待交 1/1"),
        ("日报 11/22", "日报 11/22 周日：没有人需要提交"),
    ],
)
def test_kinds_and_days(office: World, words: str, shown: str) -> None:
    office.manager("王芳", "杭州甲")
    admin = office.admin()
    begins(office, "2026-11-23 18:00")
    admin.says(f"/missing {words}")
    assert shown in admin.last.text


def test_a_companys_report_names_the_company_and_who_may_hand_it_in(office: World) -> None:
    office.manager("王芳", "杭州<甲>")
    office.manager("李强", "杭州<甲>")
    admin = office.admin()
    begins(office, "2026-11-23 18:00")
    admin.says("/missing 计划")
    assert "待交 1/1" in admin.last.text
    assert "杭州<甲> (王芳, 李强)" in admin.last.text.replace("、", ", ").replace("，李", ", 李")


@pytest.mark.parametrize("words", ["火星", "日报 火星", "杭州甲", "<b>"])
def test_words_that_mean_nothing_get_one_sentence_with_examples(office: World, words: str) -> None:
    office.manager("王芳", "杭州甲")
    admin = office.admin()
    admin.says(f"/missing {words}")
    assert "/missing 周报" in admin.last.text


def test_the_button_reminds_exactly_those_who_owe_it_and_says_how_many(office: World) -> None:
    wang, li, zhao = (office.manager(name, "杭州甲") for name in ("王芳", "李强", "赵敏"))
    away, blocked = office.manager("孙丽", "杭州甲"), office.manager("周涛", "杭州甲")
    admin = office.admin()
    begins(office, "2026-11-24 09:00")
    hand_in(office, wang)
    admin.says("/missing 日报 昨天")
    on_leave, out_of_reach = office.stored(away), office.stored(blocked)
    assert on_leave.id is not None
    with office.database.transaction() as session:
        record_leave(session, on_leave.id, date(2026, 11, 24), date(2026, 11, 24), "", None, office.clock.now())
        session.merge(out_of_reach).reachable = False

    admin.taps("提醒这 4 位")

    assert "已提醒 2 位" in admin.last.text
    assert "今天请假，不打扰：1 位" in admin.last.text
    assert "我联系不上" in admin.last.text
    assert [len(asked(phone)) for phone in (wang, li, zhao, away, blocked)] == [0, 1, 1, 0, 0]
    assert "日报 11/23 周一：时间已过，仍可补交" in asked(li)[0]
    assert li.last.buttons, "a button to hand it in stands beneath"


def test_pressing_twice_does_not_send_twice_within_the_hour(office: World) -> None:
    li, admin, second = office.manager("李强", "杭州甲"), office.admin(), office.admin("副管理员")
    begins(office, "2026-11-24 09:50")
    for phone in (admin, second):
        phone.says("/missing 日报 昨天")
    admin.taps("提醒这 1 位").taps("提醒这 1 位")
    assert "已提醒 0 位" in admin.last.text
    assert "一小时内已经提醒过：1 位" in admin.last.text
    office.clock.to("2026-11-24 10:49")
    second.taps("提醒这 1 位")
    assert len(asked(li)) == 1
    office.clock.to("2026-11-24 10:50")
    second.taps("提醒这 1 位")
    assert len(asked(li)) == 2


def test_whoever_hands_in_before_it_is_sent_is_not_asked(office: World) -> None:
    li, admin = office.manager("李强", "杭州甲"), office.admin()
    begins(office, "2026-11-24 09:00")
    admin.says("/missing 日报 昨天")
    message, data = admin.last.message.message_id, str(buttons_of(admin.last.message)[0]["callback_data"])
    office.act(lambda people: people.forge_press(admin.telegram_id, message, data, admin.chat_id))
    office.receive_only()
    office.loop.run_until_complete(office.worker.step())
    hand_in(office, li)

    office.settle()

    assert asked(li) == []
    (planned,) = [row for row in office.all_of(OutboxMessage) if row.kind == "asked_reminder"]
    assert planned.state is OutboxState.dropped


def test_one_message_reminds_of_everything_that_is_open(office: World) -> None:
    li, admin = office.manager("李强", "杭州甲"), office.admin()
    begins(office, "2026-11-28 23:00")
    office.tick()
    admin.says("/missing")
    li.forgets()
    admin.taps("提醒这 1 位")
    (text,) = asked(li)
    assert "周报 11/22–11/28" in text
    assert "日报 11/27 周五" in text or "日报 11/23 周一" in text


def test_in_the_group_only_an_admin_asks_and_managers_see_their_own_in_private(office: World) -> None:
    wang, li = office.manager("王芳", "杭州甲"), office.manager("李强", "温州乙")
    admin = office.admin()
    group = office.group(wang, li, admin)
    begins(office, "2026-11-24 09:00")

    office.group_phone(wang, group).says("/missing")
    assert "群里只有管理员可以查看" in office.heard_in(group)[-1].text
    office.group_phone(admin, group).says("/missing 昨天")
    assert "王芳" in office.heard_in(group)[-1].text
    forging = office.group_phone(li, group)
    posted = office.heard_in(group)[-1].message.message_id
    forging.presses(posted, "missing_remind:daily:2026-11-23")
    assert "这个按钮" in forging.toast
    forging.presses(posted, "missing:daily:2026-11-23:0")
    assert "已失效" in forging.toast
    assert asked(wang) == []

    wang.says("/missing 昨天")
    assert "王芳" in wang.last.text
    assert "李强" not in wang.last.text
    assert wang.last.buttons == []
    wang.presses(wang.last.message.message_id, "missing_remind:daily:2026-11-23")
    assert "这个按钮" in wang.toast
    viewer = office.person("HR", Role.viewer)
    viewer.says("/missing 昨天")
    assert "李强" in viewer.last.text


def test_who_was_deactivated_meanwhile_is_not_written_to(office: World) -> None:
    li, admin = office.manager("李强", "杭州甲"), office.admin()
    begins(office, "2026-11-24 09:00")
    admin.says("/missing 昨天")
    gone = office.stored(li)
    with office.database.transaction() as session:
        session.merge(gone).state = PersonState.deactivated
    admin.taps("提醒这 1 位")
    assert "已提醒 0 位" in admin.last.text
    assert asked(li) == []


@pytest.mark.parametrize(
    "data", ["missing_remind:", "missing_remind:daily:x", "missing_remind:x:2026-11-23", "missing:now"]
)
def test_tampered_buttons_do_nothing(office: World, data: str) -> None:
    admin = office.admin()
    office.manager("李强", "杭州甲")
    begins(office, "2026-11-24 09:00")
    admin.says("/missing 昨天")
    admin.presses(admin.last.message.message_id, data)
    assert admin.toast or "还没有收到" in admin.last.text
    assert "已提醒" not in admin.texts


def test_two_hundred_managers_are_paged(office: World) -> None:
    for number in range(200):
        office.manager(f"培训经理王小明的名字很长很长{number:03}", f"公司{number // 2:03}")
    admin = office.admin()
    begins(office, "2026-11-24 09:00")
    admin.says("/missing 计划")
    seen = ""
    while True:
        assert len(admin.last.text) <= 4096
        assert len(admin.last.buttons) <= 100
        seen += admin.last.text
        onward = [label for label in admin.last.buttons if label.endswith("›")]
        if not onward:
            break
        admin.taps(onward[0])
    assert seen.count("培训经理王小明") == 200
    assert seen.count("公司") == 100
