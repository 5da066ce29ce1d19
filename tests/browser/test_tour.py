"""The guided tour from start to end, as a newcomer walks it."""

from playwright.sync_api import expect

from tests.browser.desk import SECONDS, Desk
from tests.browser.stage import Stage


def test_the_tour_from_start_to_end(fresh_stage: Stage, desk: Desk) -> None:
    wang, li, zhou = desk.phone("王芳"), desk.phone("李强"), desk.phone("周静")

    desk.leads("buttons")
    wang.line.press("Enter")
    wang.taps("上班").taps("陪两名新人").taps("确认").sees("日报已保存：按时")
    desk.done("buttons")

    desk.leads("paste")
    li.line.press("Enter")
    li.sees("在训：12").taps("确认").sees("日报已保存")
    desk.done("paste")

    desk.leads("orders")
    wang.line.press("Enter")
    wang.sees("已录入，共 2 单").sees("张伟 2 单")
    desk.done("orders")

    desk.leads("reminder").done("reminder")
    desk.hands_to("李强", "陈晨").sees("日报 11/24").sees_button("日报 11/24")

    desk.leads("board")
    desk.group.sees("日报 11/24").sees("李强")
    desk.done("board")

    desk.leads("cohort")
    zhou.line.press("Enter")
    zhou.taps("杭州晨曦 10月一期").sees("出单率")
    zhou.log.get_by_role("button", name="放大图片").last.click()
    picture = desk.page.locator("dialog.lightbox img")
    expect(picture).to_be_visible(timeout=SECONDS)
    desk.until(lambda: bool(picture.evaluate("image => image.complete && image.naturalWidth > 400")))
    desk.page.keyboard.press("Escape")
    expect(picture).to_have_count(0)
    desk.done("cohort")

    desk.leads("stats")
    zhou.line.press("Enter")
    zhou.sees("/")
    desk.done("stats")

    desk.leads("crash")
    expect(desk.page.get_by_role("status").filter(has_text="机器人离线")).to_be_visible(timeout=SECONDS)
    expect(desk.page.get_by_role("status").filter(has_text="机器人在线")).to_be_visible(timeout=SECONDS)
    wang.taps("上班").taps("和主管核对")
    desk.done("crash")
    expect(desk.page.get_by_text("八步都完成了")).to_be_visible(timeout=SECONDS)
