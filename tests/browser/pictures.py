"""Takes the pictures of the demo that stand in docs/: `python -m tests.browser.pictures` (needs Chromium).

The same morning each time; what differs is the width and the theme.
"""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import QUIET, chromium
from tests.browser.desk import Desk
from tests.browser.stage import Stage

DOCS = Path(__file__).parents[2] / "docs"
COLOURS = 256
VIEWS = (
    (360, 780, "light", "demo-360-light.png"),
    (360, 780, "dark", "demo-360-dark.png"),
    (768, 1024, "light", "demo-768-light.png"),
    (768, 1024, "dark", "demo-768-dark.png"),
    (1440, 900, "light", "demo.png"),
    (1440, 900, "dark", "demo-1440-dark.png"),
)


def live_through_a_morning(desk: Desk) -> None:
    """A check-in that waits for its confirmation, orders, a cohort's card, a board in the group."""
    desk.group.sees("日报 11/23")
    wang, li, zhou = desk.phone("王芳"), desk.phone("李强"), desk.phone("周静")
    wang.says("出单 张伟 2").sees("已录入")
    wang.says("日报").taps("上班").taps("陪两名新人").sees_button("确认")
    li.says("待交").sees("周报")
    li.says("陪访").taps("徐明").taps("上午").sees_button("你干我看")
    zhou.says("/cohort").taps("苏州远帆 10月一期").sees("出单率")
    zhou.log.locator("img").last.wait_for()
    # Every picture is loaded before it is taken.
    desk.until(lambda: bool(desk.page.evaluate("[...document.images].every(image => image.complete)")))


def take(browser: Browser, stage: Stage, width: int, height: int, theme: str, file: Path) -> None:
    """One picture: phones as many as fit, one of them with a card."""
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    desk = Desk(context.new_page(), stage).opens("zh", theme)
    if width < 1000:
        # A form in the light, a card in the dark.
        shown = ("周静", "王芳") if width > 400 else ("王芳",) if theme == "light" else ("周静",)
        for owner in shown:
            desk.page.locator(".seat", has_text=owner).click()
    desk.page.mouse.move(0, 0)
    desk.page.wait_for_timeout(800)
    shot = Image.open(io.BytesIO(desk.page.screenshot())).convert("RGB")
    shot.quantize(COLOURS, kmeans=2, dither=Image.Dither.NONE).save(file, optimize=True)
    context.close()
    print(f"{file.name}: {file.stat().st_size // 1024} kB")


def main() -> None:
    """Live through the morning once, then take every picture."""
    DOCS.mkdir(exist_ok=True)
    with Stage() as stage, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*QUIET])
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        live_through_a_morning(Desk(context.new_page(), stage).opens())
        context.close()
        for width, height, theme, name in VIEWS:
            take(browser, stage, width, height, theme, DOCS / name)
        browser.close()


if __name__ == "__main__":
    main()
