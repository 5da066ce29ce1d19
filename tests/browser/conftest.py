"""A browser for the demo's page. Without Chromium these tests are skipped, and say so."""

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.browser.desk import Desk
from tests.browser.stage import BEGINS, Stage

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDE: ViewportSize = {"width": 1440, "height": 900}
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str | None:
    """Where the browser is: CHROMIUM in the environment, else the usual names."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = chromium()
    if path is None:
        pytest.skip("No Chromium on this machine, so the demo's page was not tried in a browser.")
    return path


@pytest.fixture(scope="session")
def starting(chromium_path: str) -> Iterator[Stage]:
    """The demo of `stage`, which begins while the browser starts."""
    stage = Stage().start()
    yield stage
    stage.stop()


@pytest.fixture(scope="session")
def browser(chromium_path: str, starting: Stage) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium_path, args=[*QUIET])
        yield running
        running.close()


@pytest.fixture(scope="session")
def stage(starting: Stage, browser: Browser) -> Stage:
    """One demo for all of these tests: it takes seconds to begin."""
    starting.until_begun()
    return starting


@pytest.fixture
def tuesday(stage: Stage) -> Stage:
    """The demo on its first morning, whatever was said there already."""
    if stage.now() - BEGINS > timedelta(hours=1):
        stage.reset()
    return stage


@pytest.fixture
def fresh_stage(stage: Stage) -> Stage:
    """The demo at its beginning. A reset takes seconds: only for what must find nothing said."""
    if stage.used:
        stage.reset()
    return stage


@pytest.fixture(scope="session")
def tab(browser: Browser) -> Iterator[Page]:
    """One tab for all: opening another takes longer than loading the page anew."""
    context = browser.new_context(viewport=WIDE, locale="zh-CN", reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(tab: Page, stage: Stage) -> Iterator[Desk]:
    """A tab with the demo open; whatever the browser complained about fails the test."""
    tab.set_viewport_size(WIDE)
    opened = Desk(tab, stage).opens()
    yield opened
    assert opened.closes() == []
