"""The forum 论坛: admins enter it and are reminded 75 and 90 days after it, once each (handbook §3)."""

from datetime import date

from storage.problems import Forum
from tests.chat import World


def test_admins_are_reminded_after_75_and_90_days(world: World) -> None:
    admin, manager = world.admin(), world.manager("王芳")
    admin.says("论坛").says("11/20").says("新人留存").taps("确认")
    (forum,) = world.all_of(Forum)
    assert (forum.day, forum.topic) == (date(2026, 11, 20), "新人留存")

    admin.forgets()
    world.clock.to("2027-02-02 09:30")
    world.tick()
    assert "论坛" not in admin.texts
    world.clock.to("2027-02-03 08:59")
    world.tick()
    assert "论坛" not in admin.texts
    for moment in ("2027-02-03 09:00", "2027-02-03 09:01", "2027-02-10 09:00", "2027-02-17 09:00"):
        world.clock.to(moment)
        world.tick()
    assert admin.texts.count("上次论坛是") == 1
    assert "可以定日期了" in admin.texts
    for moment in ("2027-02-18 09:00", "2027-02-18 09:01", "2027-03-01 09:00"):
        world.clock.to(moment)
        world.tick()
    assert admin.texts.count("上次论坛是") == 2
    assert "已满三个月" in admin.texts
    assert "论坛" not in manager.texts

    admin.taps("已举办").says("昨天").taps("跳过").taps("确认")
    admin.forgets()
    world.clock.to("2027-03-02 09:00")
    world.tick()
    assert "上次论坛是" not in admin.texts


def test_after_an_outage_only_the_newer_reminder_comes(world: World) -> None:
    admin = world.admin()
    admin.says("论坛 11/20").taps("跳过").taps("确认")
    admin.forgets()
    world.clock.to("2027-02-20 09:00")
    world.tick()
    assert admin.texts.count("上次论坛是") == 1
    assert "已满三个月" in admin.texts


def test_a_date_is_corrected_and_none_is_entered_twice(world: World) -> None:
    admin = world.admin()
    admin.says("论坛\n日期: 11/20\n主题: 新人留存").taps("确认")
    admin.says("论坛").says("11/20")
    assert "已登记" in admin.last.text
    admin.says("明年的事")
    assert "没有看懂日期" in admin.last.text
    assert len(world.all_of(Forum)) == 1
    admin.says("取消")
    admin.says("论坛").taps("✏️").says("日期: 11/18").taps("确认")
    assert world.all_of(Forum)[0].day == date(2026, 11, 18)


def test_managers_have_no_forum(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("/forum")
    assert "/forum" in wang.last.text
    wang.presses(wang.last.message.message_id, "forum:")
    wang.presses(wang.last.message.message_id, "forum_edit:1")
    assert world.all_of(Forum) == []
