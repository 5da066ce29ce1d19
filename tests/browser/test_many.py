"""A chat that goes on for long: the page keeps what it shows, and no more."""

from playwright.sync_api import expect

from bot.demo.cast import GROUP_ID, WANG_FANG
from tests.browser.desk import SECONDS, Desk
from tests.browser.session import Session
from tests.browser.stage import Stage

SHOWN = 200
"""How many messages a phone shows at most."""


def test_a_long_chat_keeps_only_what_is_shown(stage: Stage, desk: Desk) -> None:
    session = Session(desk, pause=0)
    for number in range(SHOWN + 60):
        stage.post(f"/demo/people/{WANG_FANG.id}/say", {"chat_id": GROUP_ID, "text": f"第 {number} 条"})
    desk.group.sees(f"第 {SHOWN + 59} 条")
    expect(desk.group.log.locator("[data-id]")).to_have_count(SHOWN, timeout=SECONDS)
    nodes = session.size().nodes
    for number in range(60):
        stage.post(f"/demo/people/{WANG_FANG.id}/say", {"chat_id": GROUP_ID, "text": f"又 {number} 条"})
    desk.group.sees("又 59 条")
    assert session.size().nodes < nodes * 1.1
