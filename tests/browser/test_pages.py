"""Each page at a phone's width in the light and at a desk's in the dark; `make look` takes every combination."""

from __future__ import annotations

import os
import re
from datetime import date, timedelta
from itertools import product
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import SCREENSHOTS, Demonstration
from tests.browser.watching import Watcher

ALL = os.environ.get("LOOK") == "all"
WAYS = (list(product((320, 390, 768, 1280, 1920), ("light", "dark"), ("zh", "en"))) if ALL
        else [(390, "light", "zh"), (1280, "dark", "zh"), (390, "dark", "en")])

EVENT = r'href="(/events/\d+)"'
PUBLIC = {
    "month": "/",
    "list": "/?view=list",
    "list-filtered": "/?view=list&kind=lecture&region=成都",
    "list-empty": "/?view=list&q=绝对没有这个词",
    "event": (EVENT, "/?view=list&kind=lecture"),
    "competition": (EVENT, "/?view=list&kind=competition&on=2025-01-01"),
    "training": (EVENT, "/?view=list&kind=training&on=2025-01-01"),
    "campaign": (r'href="(/campaigns/[^"]+)"', None),
    "cancelled": (r'is-cancelled.{0,400}?href="(/events/\d+)"', "/?view=list"),
    "signup": (r'href="(/events/\d+/signup)"', None),
    "subscribe": "/subscribe",
    "subscribe-slice": "/subscribe?kind=lecture&region=成都",
    "subscribe-fine": "/subscribe?region=成都&region=绵阳&not.kind=meeting",
    "plan": "/plans/",
    "task": (r'href="(/plans/\d+/tasks/I2\.1)"', "/plans/"),
    "missing": "/events/999999",
    "sign-in": "/sign-in",
    "recovery": "/sign-in/recovery",
    "privacy": "/privacy",
}
LAST_MONTH = f"{date.today().replace(day=1) - timedelta(days=1):%Y-%m}"
CONSOLE = {
    "today": "/console/", "console-plan": "/console/plan", "console-task": "/console/plan/tasks/I2.1",
    "console-events": "/console/events", "console-new": "/console/events/new?task=I2.1",
    "console-held": "/console/events/held", "console-letters": "/console/letters",
    "console-admin": "/console/admin/", "console-tree": "/console/admin/organizations",
    "console-me": "/console/me", "console-feeds": "/console/me/feeds", "console-reach": "/console/me/reach",
    "console-board": "/console/board", "console-reports": "/console/reports",
    "console-returns": "/console/returns", "console-slips": "/console/slips",
    "console-return": f"/console/returns/{LAST_MONTH}", "console-total": f"/console/returns/{LAST_MONTH}/total",
    "console-outstanding": f"/console/returns/{LAST_MONTH}/outstanding",
    "console-report": f"/console/reports/{date.today().year}",
}

# Pages whose life only some of the staff see; a pattern finds the page on another.
OF_OTHERS = {
    "today-county": ("county", "/console/", None),
    "returned": ("county", "/console/", r'href="(/console/events/\d+)"'),
    "reach-why": ("county", "/console/me/reach?event=1", None),
    "review": ("reviewer", "/console/review", None),
    "review-one": ("reviewer", "/console/review", r'href="(/console/review/\d+)"'),
    "admin": ("administrator", "/console/admin/", None),
    "staff": ("administrator", "/console/admin/staff", None),
    "publishing": ("administrator", "/console/admin/publishing", None),
    "audit": ("administrator", "/console/audit", None),
}


def path_of(demonstration: Demonstration, name: str) -> str:
    wanted = PUBLIC[name]
    if isinstance(wanted, str):
        return wanted
    pattern, page = wanted
    if name == "campaign":
        event = demonstration.first(EVENT, "/?view=list&kind=campaign&on=2025-01-01")
        return demonstration.first(pattern, event)
    if name == "signup":
        for address in set(re.findall(EVENT, demonstration.read("/?view=list"))):
            if f'{address}/signup"' in demonstration.read(address):
                return f"{address}/signup"
        raise AssertionError("nothing is open for sign-up")
    return demonstration.first(pattern, page)


@pytest.mark.parametrize(("width", "theme", "language"), WAYS)
@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_page_holds(page_of, demonstration: Demonstration, name: str, width: int, theme: str,
                             language: str) -> None:
    path = path_of(demonstration, name)
    path += ("&" if "?" in path else "?") + f"lang={language}"

    faults = faults_of(page_of(""), demonstration.address + path, f"{name}-{width}-{theme}-{language}", width, theme)

    assert [one for one in faults if not (name == "missing" and "404" in one)] == []


WIDTHS = (list(product((320, 390, 1280, 1920), ("light", "dark"))) if ALL else [(390, "light"), (1280, "dark")])


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
@pytest.mark.parametrize("name", CONSOLE)
def test_a_console_page_holds(page_of, demonstration: Demonstration, name: str, width: int, theme: str) -> None:
    assert faults_of(page_of("organizer"), demonstration.address + CONSOLE[name], f"{name}-{width}-{theme}", width,
                     theme) == []


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
@pytest.mark.parametrize("name", OF_OTHERS)
def test_a_page_of_the_administrator_the_reviewer_or_a_county_holds(
        page_of, demonstration: Demonstration, name: str, width: int, theme: str) -> None:
    who, path, pattern = OF_OTHERS[name]
    page = page_of(who)
    if pattern:
        found = re.search(pattern, page.context.request.get(demonstration.address + path).text())
        assert found, f"nothing like {pattern} on {path}"
        path = found[1]

    assert faults_of(page, demonstration.address + path, f"{name}-{width}-{theme}", width, theme) == []


def faults_of(page: Page, address: str, picture: str, width: int, theme: Literal["light", "dark"]) -> list[str]:
    page.goto("about:blank")
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)
    watcher = Watcher(page, address)
    page.goto(address, wait_until="networkidle")
    watcher.keep(SCREENSHOTS, picture)
    faults = watcher.faults()
    watcher.leave()
    return faults


def test_a_first_visit_weighs_less_than_80_kb(browser: Browser, demonstration: Demonstration) -> None:
    weights = {}
    for name in ("month", "list", "event", "campaign", "signup", "subscribe", "plan", "task"):
        context = browser.new_context(viewport={"width": 390, "height": 900})
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        received: list[float] = []
        session.on("Network.loadingFinished",
                   lambda one, received=received: received.append(one["encodedDataLength"]))
        page.goto(demonstration.address + path_of(demonstration, name), wait_until="networkidle")
        weights[name] = sum(received)
        context.close()

    assert {name: weight for name, weight in weights.items() if weight >= 80_000 or weight < 1000} == {}
