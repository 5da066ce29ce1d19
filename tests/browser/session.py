"""A long session on the page, measured: `python -m tests.browser.session --messages 200 --minutes 10`.

Says how long a tap waits for its answer, how much the page grows, and what the console complained about.
"""

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from playwright.sync_api import CDPSession, sync_playwright

from tests.browser.conftest import QUIET, chromium
from tests.browser.desk import Desk, PhoneView
from tests.browser.stage import Stage

MEASURED_TAP = """(button) => new Promise((resolve) => {
  const began = performance.now();
  const changed = new MutationObserver(() => {
    changed.disconnect();
    resolve(performance.now() - began);
  });
  changed.observe(button.closest(".log"), { childList: true, subtree: true });
  button.click();
})"""
"""Milliseconds from a click to the first message that changes or comes."""


@dataclass
class Size:
    """How big the page is, after its rubbish was collected."""

    nodes: int
    listeners: int
    heap_kilobytes: int

    def __str__(self) -> str:
        return f"{self.nodes} nodes, {self.listeners} listeners, {self.heap_kilobytes} kB of JavaScript heap"


@dataclass
class Session:
    """People who write and tap on one page, at an even pace of `pause` seconds between two acts."""

    desk: Desk
    pause: float
    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Milliseconds each tap waited, by what was tapped."""

    def __post_init__(self) -> None:
        self._devtools: CDPSession = self.desk.page.context.new_cdp_session(self.desk.page)
        self._devtools.send("Performance.enable")

    @property
    def messages(self) -> int:
        """How many messages were written, by people and by the bot."""
        return self.desk.stage.messages

    def goes_on_to(self, messages: int) -> None:
        """Let them go on until so many messages were written."""
        for act in self._acts():
            act()
            self.desk.page.wait_for_timeout(self.pause * 1000)
            if self.messages >= messages:
                return

    def size(self) -> Size:
        """Measure the page."""
        self._devtools.send("HeapProfiler.collectGarbage")
        found = {one["name"]: one["value"] for one in self._devtools.send("Performance.getMetrics")["metrics"]}
        return Size(int(found["Nodes"]), int(found["JSEventListeners"]), int(found["JSHeapUsedSize"]) // 1024)

    def _acts(self) -> "Iterator[_Act]":
        wang, li, zhou = self.desk.phone("王芳"), self.desk.phone("李强"), self.desk.phone("周静")
        while True:
            yield from self._form(wang)
            yield from self._orders(li)
            yield _Act(self, zhou, says="/missing")
            yield _Act(self, wang, says="待交")
            yield _Act(self, zhou, says="/cohort")
            yield _Act(self, zhou, taps="杭州晨曦 10月一期")

    def _form(self, phone: PhoneView) -> "Iterator[_Act]":
        yield _Act(self, phone, says="日报")
        yield _Act(self, phone, taps="上班")
        yield _Act(self, phone, taps="陪两名新人")
        yield _Act(self, phone, taps="修改")
        yield _Act(self, phone, taps="在训")
        yield _Act(self, phone, says="9")
        yield _Act(self, phone, taps="取消")
        yield _Act(self, phone, taps="放弃")

    def _orders(self, phone: PhoneView) -> "Iterator[_Act]":
        yield _Act(self, phone, says="出单 徐明 1")
        yield _Act(self, phone, taps="撤销")
        yield _Act(self, phone, says="待交")


@dataclass
class _Act:
    session: Session
    phone: PhoneView
    says: str = ""
    taps: str = ""

    def __call__(self) -> None:
        if self.taps:
            button = self.phone.button(self.taps)
            self.session.waits[self.taps].append(float(button.evaluate(MEASURED_TAP)))
            return
        before = self.phone.newest
        self.phone.says(self.says)
        self.session.desk.until(lambda: self.phone.heard_since(before))


def main() -> None:
    """Measure, and print what was found."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--messages", type=int, default=200)
    asked.add_argument("--minutes", type=float, default=10)
    wanted = asked.parse_args()
    with Stage(hurried=False) as stage, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*QUIET])
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        desk = Desk(context.new_page(), stage).opens()
        # Some two messages an act.
        session = Session(desk, pause=wanted.minutes * 60 / (wanted.messages / 1.5))
        before, began = session.size(), time.monotonic()
        session.goes_on_to(wanted.messages)
        print(f"{session.messages} messages in {(time.monotonic() - began) / 60:.1f} minutes")
        every = [wait for waits in session.waits.values() for wait in waits]
        slowest = statistics.quantiles(every, n=20)[-1]
        print(f"{len(every)} taps: median {statistics.median(every):.0f} ms, 19 of 20 within {slowest:.0f} ms")
        for label, waits in session.waits.items():
            print(f"  {label}: {len(waits)}, median {statistics.median(waits):.0f} ms")
        print(f"before: {before}\nafter:  {session.size()}")
        print(f"errors in the console: {len(desk.faults)} {desk.faults[:3] or ''}")
        browser.close()


if __name__ == "__main__":
    main()
