"""The page as somebody uses it in a browser: phones that say, tap and see, the time bar, the panel."""

import re
from collections.abc import Callable
from typing import Self

from playwright.sync_api import ConsoleMessage, Dialog, Locator, Page, TimeoutError, expect

from tests.browser.stage import Stage

SECONDS = 45_000
"""How long something may take to appear, in milliseconds."""
NEWEST = "log => Math.max(0, ...[...log.querySelectorAll('[data-id]')].map(node => Number(node.dataset.id)))"
HEARD_SINCE = """(log, since) =>
  [...log.querySelectorAll('.message:not(.out)')].some(node => Number(node.dataset.id) > since)"""


class PhoneView:
    """One phone on the page, by its owner; a group's by `group`."""

    def __init__(self, page: Page, node: Locator) -> None:
        self.page = page
        self.node = node
        self.log = node.get_by_role("log")
        self.line = node.locator("textarea")

    def says(self, text: str) -> Self:
        """Type a message and send it."""
        self.line.fill(text)
        self.line.press("Enter")
        expect(self.line).to_have_value("")
        return self

    def taps(self, label: str) -> Self:
        """Tap the newest button with this label, or the newest that contains it."""
        self.button(label).click()
        return self

    def button(self, label: str) -> Locator:
        """The newest button with this label, or the newest that contains it; waits until there is one."""
        self.sees_button(label)
        exact = self.log.locator(".key").get_by_text(label, exact=True)
        return (exact if exact.count() else self.log.locator(".key", has_text=label)).last

    def sees(self, text: str | re.Pattern[str]) -> Self:
        """Wait until a message says so."""
        return self._sees(self.log.locator(".bubble", has_text=text), f"the message {text!r}")

    def sees_button(self, label: str) -> Self:
        """Wait until a button is offered."""
        return self._sees(self.log.locator(".key", has_text=label), f"the button {label!r}")

    def _sees(self, wanted: Locator, named: str) -> Self:
        try:
            wanted.last.wait_for(timeout=SECONDS)
        except TimeoutError:
            raise AssertionError(f"{named} did not come; the phone shows:\n{self.log.inner_text()[-400:]}") from None
        return self

    @property
    def bubbles(self) -> Locator:
        """Every message, oldest first."""
        return self.log.locator(".bubble")

    def heard_since(self, message: int) -> bool:
        """Whether the bot has said something after a message."""
        return bool(self.log.evaluate(HEARD_SINCE, message))

    @property
    def newest(self) -> int:
        """The number of the newest message, 0 when there is none."""
        return int(self.log.evaluate(NEWEST))


class Desk:
    """One tab with the demo open. Whatever goes wrong in it is kept in `faults`."""

    def __init__(self, page: Page, stage: Stage) -> None:
        self.page = page
        self.stage = stage
        self.faults: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", self._fail)
        page.on("dialog", self._dialog)

    def closes(self) -> list[str]:
        """Turn away from the page; what went wrong in it."""
        self.page.remove_listener("console", self._hear)
        self.page.remove_listener("pageerror", self._fail)
        self.page.remove_listener("dialog", self._dialog)
        return self.faults

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._fail(message.text)

    def _fail(self, error: object) -> None:
        self.faults.append(str(error))

    def _dialog(self, dialog: Dialog) -> None:
        # The page has dialogs of its own: the browser's mean that a text was run as a script.
        self.faults.append(f"a dialog of the browser: {dialog.message}")
        dialog.dismiss()

    def opens(self, language: str = "zh", theme: str = "light") -> Self:
        """Load the page."""
        self.stage.used = True
        self.page.goto(f"{self.stage.address}/?lang={language}&theme={theme}")
        expect(self.page.locator(".phone").first).to_be_visible(timeout=SECONDS)
        return self

    def phone(self, owner: str) -> PhoneView:
        """The phone that shows somebody's chat with the bot."""
        node = self.page.get_by_role("article", name=owner).filter(has=self.page.locator(".face.bot"))
        return PhoneView(self.page, node.first)

    @property
    def group(self) -> PhoneView:
        """The phone that shows the group."""
        return PhoneView(self.page, self.page.locator(".phone").filter(has=self.page.locator(".head > .tone-1")).first)

    def hands_to(self, owner: str, new_owner: str) -> PhoneView:
        """Let a phone be another person's."""
        self.phone(owner).node.get_by_role("combobox").select_option(label=new_owner)
        return self.phone(new_owner)

    def clock(self, button: str) -> Self:
        """Press a button of the time bar and wait until the time has moved."""
        self.page.get_by_role("group", name=re.compile("时间|Time")).get_by_role("button", name=button).click()
        expect(self.page.locator(".steps button[disabled]")).to_have_count(0, timeout=SECONDS)
        return self

    def step(self, name: str) -> Locator:
        """A step of the tour."""
        return self.page.locator(f".tour li[data-step={name}]")

    def leads(self, name: str) -> Self:
        """Press “show me” at a step of the tour."""
        self.step(name).get_by_role("button").click()
        return self

    def done(self, name: str) -> Self:
        """Wait until a step is checked off."""
        expect(self.step(name)).to_have_class("done", timeout=SECONDS)
        return self

    def until(self, true: Callable[[], bool]) -> Self:
        """Wait until something holds."""
        for _ in range(SECONDS // 50):
            if true():
                return self
            self.page.wait_for_timeout(50)
        raise AssertionError("it did not come true")
