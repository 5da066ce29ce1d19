"""What axe and the widths have to say about the page: nothing serious, nothing that sticks out."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.desk import SECONDS, Desk

WIDTHS = ((360, 780), (768, 1024), (1440, 900))
DRAWER = 1180
"""Below this width the panel is a drawer over the phones."""
GRAVE = ("serious", "critical")


def grave(page: Page) -> list[str]:
    """What axe finds that keeps somebody out."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in GRAVE
    ]


def test_axe_finds_nothing_grave_at_any_width_light_or_dark(desk: Desk) -> None:
    page = desk.page
    # Messages of every sort: typed, answered, with buttons; in the group a picture.
    desk.phone("王芳").says("出单").sees_button("张伟")
    for language, theme, menu, tour in (("zh", "light", "命令菜单", "导览"), ("en", "dark", "Command menu", "Tour")):
        for width, height in WIDTHS:
            page.set_viewport_size({"width": width, "height": height})
            desk.opens(language, theme)
            place = f"{language}, {theme}, {width} px"
            shown = page.locator(".phone").first
            shown.get_by_role("button", name=menu).click()
            expect(shown.locator(".commands").get_by_role("option").first).to_be_visible(timeout=SECONDS)
            assert grave(page) == [], place
            assert page.evaluate("document.documentElement.scrollWidth") <= width, place
            page.keyboard.press("Escape")
            if width < DRAWER:
                page.get_by_role("button", name=tour, exact=True).click()
                expect(page.locator(".tour li").first).to_be_visible(timeout=SECONDS)
                assert grave(page) == [], place
                page.keyboard.press("Escape")


def test_the_questions_of_the_page_are_accessible(desk: Desk) -> None:
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
