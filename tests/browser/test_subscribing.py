"""What the subscribe page does while one chooses, and the page that shows a key once."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SCREENSHOTS, Demonstration
from tests.browser.watching import Watcher

WAYS = [(390, "light", "zh"), (1280, "dark", "en")]


@pytest.fixture
def page(browser: Browser, demonstration: Demonstration) -> Page:
    context = browser.new_context(viewport={"width": 390, "height": 900}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{demonstration.address}/subscribe", wait_until="networkidle")
    yield page
    context.close()


def test_a_choice_not_yet_applied_greys_what_is_offered_and_says_why_until_it_is_taken_back(page, demonstration):
    watcher = Watcher(page, demonstration.address)
    page.focus("#filter-region")
    page.keyboard.press("ArrowDown")
    greyed = page.evaluate("document.getElementById('offered').inert")
    watcher.keep(SCREENSHOTS, "subscribe-outdated-390-light-zh")
    faults = watcher.faults()

    expect(page.locator("#offered-note")).to_be_visible()
    expect(page.locator("#said")).to_have_text("选择改了，下面还是改之前的地址和二维码。请先更新地址。")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#offered-note")).to_be_hidden()
    assert (greyed, page.evaluate("document.getElementById('offered').inert"), faults) == (True, False, [])


@pytest.mark.parametrize(("button", "path"), [
    ("#offered-note button", "/subscribe"), ("button[formaction]", "/subscribe/email")])
def test_choices_above_and_in_detail_go_along_whichever_button_is_pressed(page, button, path):
    page.focus("#filter-region")
    page.keyboard.press("ArrowDown")
    page.click("summary:has-text('选得更细')")
    page.click(".choice-group summary:has-text('板块')")
    page.check("input[name='not.sector'] >> nth=0")
    page.click(button)

    page.wait_for_url(f"**{path}?region=*&not.sector=*")


@pytest.mark.parametrize(("width", "theme", "language"), WAYS)
def test_the_page_that_shows_a_key_once_holds(browser: Browser, demonstration: Demonstration, organizer_state,
                                              width: int, theme: str, language: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme,
                                  storage_state=organizer_state)
    page = context.new_page()
    watcher = Watcher(page, demonstration.address)
    page.goto(f"{demonstration.address}/console/me/feeds?lang={language}")
    page.fill("[name=name]", f"phone {width}")
    page.click("form[action$='/console/me/feeds'] .button-main")
    page.wait_for_load_state("networkidle")
    watcher.keep(SCREENSHOTS, f"key-once-{width}-{theme}-{language}")
    faults = watcher.faults()
    context.close()

    assert faults == []
