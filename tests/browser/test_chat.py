"""People who chat on the page: forms, names that look like markup, two tabs, a bot that is killed, the keyboard."""

import re

import pytest
from playwright.sync_api import Browser, expect
from python_calamine import CalamineWorkbook
from sqlmodel import select

from bot.demo.cast import WANG_FANG
from bot.demo.sample.people import HANGZHOU
from storage.people import find_company, person_by_telegram_id
from storage.roster import Cohort
from storage.roster_events import add_hires, put_on_post
from storage.roster_rules import Recording
from tests.browser.desk import SECONDS, Desk
from tests.browser.session import Session
from tests.browser.stage import BEGINS, Stage

pytestmark = pytest.mark.usefixtures("tuesday")

MARKUP = "<img src=x onerror=alert(1)>"


def test_a_check_in_by_buttons_in_english(desk: Desk) -> None:
    zhao = desk.hands_to("王芳", "赵敏")
    zhao.says("/checkin").taps("At work").sees("plan for tomorrow").says("A ride-along in Yuhang")
    zhao.sees("A ride-along in Yuhang").taps("Confirm").sees("saved: on time")


def test_a_check_in_pasted_as_one_block(desk: Desk) -> None:
    chen = desk.hands_to("王芳", "陈晨")
    chen.says("日报\n日期：11/24\n状态：上班\n在训：9人\n试岗：2/1/0\n明日计划：陪蒋彤做两家预约拜访")
    chen.sees("在训：9").taps("确认").sees("日报已保存：按时")


def test_orders_in_one_line_and_undone(desk: Desk) -> None:
    wang = desk.phone("王芳")
    wang.says("出单 张伟 2").sees("已录入，共 2 单")
    wang.taps("撤销").sees(re.compile("撤销|收回"))


def test_a_ride_along_by_buttons(desk: Desk) -> None:
    wang = desk.phone("王芳")
    wang.says("陪访").taps("李娜").taps("上午").taps("你干我看").taps("3").taps("预约").taps("跳过")
    wang.sees("做得好").says("开场自然，能先问客户的行业").sees("改进").says("演示以后没有主动要单，下次要练")
    wang.taps("确认").sees("李娜")


def test_a_name_like_markup_is_shown_as_typed(stage: Stage, desk: Desk) -> None:
    add_hire(stage, MARKUP)
    wang = desk.phone("王芳")
    wang.says("/roster 10月一期").sees(MARKUP)
    wang.says(f"出单 {MARKUP} 1").sees(MARKUP).sees("已录入，共 1 单")
    assert desk.page.locator("img[src=x]").count() == 0


def test_what_somebody_types_is_shown_as_typed(desk: Desk) -> None:
    wang = desk.phone("王芳")
    wang.says(f"<b>粗</b> {MARKUP}").sees(f"<b>粗</b> {MARKUP}")
    assert desk.page.locator("img[src=x]").count() == 0
    desk.group.says(MARKUP).sees(MARKUP)


def test_the_export_is_downloaded(desk: Desk) -> None:
    wang = desk.phone("王芳")
    wang.says("/export").sees(".xlsx")
    with desk.page.expect_download() as downloading:
        wang.log.get_by_role("link", name=".xlsx").last.click()
    assert downloading.value.suggested_filename == "导出-2026-11.xlsx"
    workbook = CalamineWorkbook.from_path(str(downloading.value.path()))
    cells = [
        cell for name in workbook.sheet_names for row in workbook.get_sheet_by_name(name).to_python() for cell in row
    ]
    assert "张伟" in cells


def test_two_tabs_show_the_same(browser: Browser, stage: Stage, desk: Desk) -> None:
    context = browser.new_context(viewport={"width": 768, "height": 1024}, locale="en-GB")
    other = Desk(context.new_page(), stage).opens("zh", "dark")
    desk.phone("王芳").says("待交").sees("日报")
    other.phone("王芳").sees("日报 11/24")
    other.phone("李强").says("帮助")
    desk.phone("李强").sees("/checkin")
    seen = [tab.phone("李强").bubbles.count() for tab in (desk, other)]
    assert seen[0] == seen[1]
    # A button pressed in one tab changes the message in both.
    desk.phone("李强").says("/leave")
    other.phone("李强").sees_button("今天").taps("取消").sees("已取消")
    desk.phone("李强").sees("已取消")
    context.close()
    assert other.faults == []


def test_a_form_goes_on_after_the_bot_was_killed(stage: Stage, desk: Desk) -> None:
    li = desk.phone("李强")
    li.says("陪访").taps("陈浩").sees_button("上午")
    stage.post("/demo/bot/kill")
    expect(desk.page.get_by_text("机器人离线")).to_be_visible(timeout=SECONDS)
    # Said and tapped while nobody listens: neither is lost, nothing is asked twice.
    li.taps("下午")
    stage.until_running()
    li.taps("你干我看").sees("几家")
    assert li.log.get_by_text("哪一位").count() <= 1


def test_the_keyboard_alone_is_enough(desk: Desk) -> None:
    wang = desk.phone("王芳")
    wang.line.focus()
    desk.page.keyboard.type("/che")
    expect(wang.node.locator(".commands").get_by_role("option", name="/checkin")).to_be_visible(timeout=SECONDS)
    desk.page.keyboard.press("Escape")
    wang.line.fill("")
    before = wang.newest
    desk.page.keyboard.type("/due")
    desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("Enter")
    desk.until(lambda: wang.heard_since(before))
    key = wang.log.locator(".key").last
    for _ in range(40):
        if key.evaluate("node => node === document.activeElement"):
            break
        desk.page.keyboard.press("Shift+Tab")
    expect(key).to_be_focused()
    before = wang.newest
    desk.page.keyboard.press("Enter")
    desk.until(lambda: wang.heard_since(before))


def test_every_tap_is_answered_on_the_page(desk: Desk) -> None:
    session = Session(desk, pause=0)
    session.goes_on_to(session.messages + 16)
    # Two shared cores, perhaps busy with other tests: the median of a quiet machine is in the hundreds.
    assert all(wait < SECONDS for waits in session.waits.values() for wait in waits)
    assert sum(map(len, session.waits.values())) >= 4


def add_hire(stage: Stage, name: str) -> None:
    """Somebody on post in 王芳's cohort of the twentieth day."""
    database = stage.database()
    with database.transaction() as session:
        wang = person_by_telegram_id(session, WANG_FANG.id)
        company = find_company(session, HANGZHOU)
        assert wang is not None
        assert company is not None
        cohort = session.exec(select(Cohort).where(Cohort.company_id == company.id, Cohort.name == "10月一期")).one()
        recording = Recording(by=wang.id, now=BEGINS, today=BEGINS.date())
        (hire,) = add_hires(session, cohort, [name], BEGINS.date(), recording)
        put_on_post(session, hire, BEGINS.date(), recording, gate=False)
    database.close()
