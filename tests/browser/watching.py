"""What every page must hold in a browser, whatever it shows."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
         "resultTypes": ["violations"]}  # what holds is not told node by node, a third of the work

# Two things one can press must not lie on each other, and no text may be cut off without saying so.
OVERLAPS = """() => {
  const seen = [...document.querySelectorAll('a[href],button,input:not([type=hidden]),select,textarea,summary')]
    .filter(e => e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true}))
    .filter(e => !e.closest('[aria-hidden=true]'));
  // A link that goes on in the next line is two boxes: the one around both would lie on its neighbours.
  const boxes = seen.flatMap(e => [...e.getClientRects()].map(r => [e, r]))
    .filter(([e, r]) => r.width > 1 && r.height > 1);
  const found = [];
  for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
    const [a, p] = boxes[i], [b, q] = boxes[j];
    const w = Math.min(p.right, q.right) - Math.max(p.left, q.left);
    const h = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    if (w <= 2 || h <= 2 || a.contains(b) || b.contains(a)
        || a.closest('label') && a.closest('label') === b.closest('label')) continue;
    if (getComputedStyle(a).position !== 'fixed' && getComputedStyle(b).position !== 'fixed'
        && !a.closest('.skip') && !b.closest('.skip'))
      found.push(`${a.outerHTML.slice(0, 80)} over ${b.outerHTML.slice(0, 80)}`);
  }
  return found.slice(0, 5);
}"""
CLIPPED = """() => [...document.querySelectorAll('main *, header *')].filter(e => {
  if (!e.checkVisibility() || ![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) return false;
  const s = getComputedStyle(e);
  if (e.closest('.visually-hidden') || s.textOverflow === 'ellipsis') return false;
  if (e.matches('input,textarea,select,option')) return false;
  return (s.overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1 && s.overflowX === 'hidden')
      || (s.overflowY === 'hidden' && e.scrollHeight > e.clientHeight + 2);
}).map(e => e.outerHTML.slice(0, 100)).slice(0, 5)"""


@dataclass
class Watcher:
    """Listens to one page from its first request."""

    page: Page
    address: str
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._request)
        self.page.on("console", self._console)
        self.page.on("pageerror", self._error)

    def leave(self) -> None:
        """The page is for somebody else."""
        self.page.remove_listener("request", self._request)
        self.page.remove_listener("console", self._console)
        self.page.remove_listener("pageerror", self._error)

    def _console(self, said: Any) -> None:
        if said.type in ("error", "warning"):
            self.complaints.append(said.text)

    def _error(self, error: object) -> None:
        self.complaints.append(str(error))

    def _request(self, request: Any) -> None:
        url = request.url
        if urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc != urlsplit(self.address).netloc:
            self.foreign.append(url)

    def faults(self) -> list[str]:
        """Everything wrong with the page as it stands; empty when it holds."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found = [f"asks elsewhere: {one}" for one in self.foreign]
        found += [f"console: {one}" for one in self.complaints]
        found += [f"scrolls sideways by {wide} px"] if wide > 0 else []
        found += [f"overlap: {one}" for one in self.page.evaluate(OVERLAPS)]
        found += [f"clipped: {one}" for one in self.page.evaluate(CLIPPED)]
        return found + self.axe()

    def axe(self) -> list[str]:
        results = Axe().run(self.page, options=RULES).response
        return [f"axe {one['id']}: {node['html'][:100]}"
                for one in results["violations"] for node in one["nodes"][:3]]

    def keep(self, folder: Path, name: str) -> None:
        folder.mkdir(exist_ok=True)
        self.page.screenshot(path=folder / f"{name}.png", full_page=os.environ.get("FOLD") != "1")
