"""People who walk through the pages, each in a browser of their own."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import NAVIGATION, SCREENSHOTS, Place

SHANGHAI = ZoneInfo("Asia/Shanghai")
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


class Walk:
    """One person's browser; `album` begins the names of the pictures kept."""

    def __init__(self, browser: Browser, at: Place, viewport: dict[str, int], state: dict[str, Any] | None = None,
                 album: str = "journey") -> None:
        self.context: BrowserContext = browser.new_context(viewport=viewport, locale="zh-CN", storage_state=state)
        self.context.set_default_navigation_timeout(NAVIGATION)
        self.page: Page = self.context.new_page()
        self.at, self.album = at, album

    def go(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else self.at.address + path)
        return self.page

    def press(self, word: str) -> None:
        self._click("button", word)

    def follow(self, word: str) -> None:
        self._click("link", word)

    def _click(self, role: Any, word: str) -> None:
        """And see the whole of the page that comes: a click alone waits for its first line only."""
        self.page.locator("main").get_by_role(role, name=word, exact=True).first.click()
        self.page.wait_for_load_state()

    def keep(self, name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{self.album}-{name}.png", full_page=True)


def local(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
