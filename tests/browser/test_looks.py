"""What axe and the widths have to say about the page: nothing serious, nothing that sticks out."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import SECONDS, Desk
from tests.browser.stage import Stage

WIDTHS = ((360, 780), (768, 1024), (1440, 900))
GRAVE = ("serious", "critical")


def grave(page: Page) -> list[str]:
    """What axe finds that keeps somebody out."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in GRAVE
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_axe_finds_nothing_grave(browser: Browser, stage: Stage, width: int, height: int, theme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    desk = Desk(context.new_page(), stage).opens("zh" if theme == "light" else "en", theme)
    page = desk.page
    wang = desk.phone("王芳")
    # Messages of every sort: typed, answered, with buttons.
    wang.says("出单").sees_button("张伟")
    assert grave(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # The command menu, and where it is a drawer the panel.
    wang.node.get_by_role("button", name="命令菜单" if theme == "light" else "Command menu").click()
    expect(wang.node.locator(".commands").get_by_role("option").first).to_be_visible(timeout=SECONDS)
    assert grave(page) == []
    page.keyboard.press("Escape")
    if width < 1180:
        page.get_by_role("button", name="导览" if theme == "light" else "Tour", exact=True).click()
        expect(page.locator(".tour li").first).to_be_visible(timeout=SECONDS)
        assert grave(page) == []
    wang = desk.phone("王芳")
    context.close()
    assert desk.faults == []


def test_the_questions_of_the_page_are_accessible(stage: Stage, desk: Desk) -> None:
    desk.page.get_by_role("button", name="到某时…").click()
    assert grave(desk.page) == []
    desk.page.keyboard.press("Escape")
    desk.page.get_by_role("button", name="重新开始").click()
    assert grave(desk.page) == []
    desk.page.get_by_role("button", name="取消").last.click()
    picture = desk.group.log.get_by_role("button", name="放大图片").last
    expect(picture).to_be_visible(timeout=SECONDS)
    picture.click()
    expect(desk.page.locator("dialog.lightbox img")).to_be_visible()
    assert grave(desk.page) == []
