"""Moving the clock: what the bot does by itself shows on the page."""

import re

from playwright.sync_api import expect

from tests.browser.desk import SECONDS, Desk
from tests.browser.stage import Stage


def test_reminders_board_and_card_come_as_the_clock_moves(tuesday: Stage, desk: Desk) -> None:
    # The plan for December is due on the 25th; 王芳's company has not sent it.
    desk.clock("下一个提醒")
    assert tuesday.now().strftime("%d %H:%M") == "24 18:00"
    desk.phone("王芳").sees("2026-12")
    desk.clock("下一个提醒")
    assert tuesday.now().strftime("%d %H:%M") == "24 20:00"
    desk.phone("王芳").sees("日报 11/24")
    # Somebody on leave is not asked.
    liu = desk.hands_to("李强", "刘洋")
    assert "日报 11/24" not in liu.log.inner_text()

    desk.clock("明早 07:50").clock("+10 分钟").clock("+10 分钟")
    desk.group.sees(re.compile("日报 11/24.*刘洋", re.DOTALL))
    # The board changes in place when a late one comes in.
    boards = desk.group.log.locator(".bubble", has_text="日报 11/24")
    expect(boards).to_have_count(1)
    wang = desk.phone("王芳")
    wang.says("日报").taps("11/24").taps("上班").taps("陪两名新人").taps("确认").sees("晚交")
    desk.clock("+10 分钟")
    expect(boards.filter(has_text=re.compile("晚交.*王芳", re.DOTALL))).to_have_count(1, timeout=SECONDS)

    desk.clock("下一批次满月")
    assert tuesday.now().strftime("%d %H:%M") == "26 09:00"
    card = desk.group.log.locator(".message", has_text="苏州远帆").filter(has=desk.page.locator("img"))
    expect(card.last).to_be_visible(timeout=SECONDS)
    expect(card.last).to_contain_text("6/10 = 60.0%")
    # It went through all that was planned: the bot missed nothing.
    assert "没有运行" not in desk.phone("周静").log.inner_text()


def test_the_clock_does_not_go_back(desk: Desk) -> None:
    desk.page.get_by_role("button", name="到某时…").click()
    desk.page.locator("input[type=datetime-local]").fill("2026-11-01T08:00")
    desk.page.get_by_role("button", name="前往").click()
    # The browser itself refuses a moment before the earliest.
    expect(desk.page.locator("dialog[open]")).to_be_visible()
    desk.page.keyboard.press("Escape")


def test_the_timeline_says_what_comes(desk: Desk) -> None:
    coming = desk.page.get_by_role("list", name="接下来").get_by_role("listitem")
    expect(coming.filter(has_text=re.compile("日报 .*提醒 · [1-5] 人")).first).to_be_visible(timeout=SECONDS)
    desk.page.get_by_role("button", name="EN · English").click()
    coming = desk.page.get_by_role("list", name="Coming up").get_by_role("listitem")
    said = re.compile(r"Daily report .*(reminder|last call) · \d (person|people)")
    expect(coming.filter(has_text=said).first).to_be_visible(timeout=SECONDS)
