"""`python -m bench`: queries, bytes and CPU of the public pages and the feed at 10, 100 and 1,000 events; then feeds
served, the recount of a plan, and letters. `python -m bench posted` (or serving, or recount) runs that one alone."""

from __future__ import annotations

import gzip
import sys
import tempfile

from flask import Flask
from icalendar import Calendar

from app import create_app
from app.clock import now
from bench import posted, recount, serving
from bench.filling import fill
from bench.measuring import counted, timed

SIZES = (10, 100, 1000)


PARTS = {"serving": serving.print_all, "recount": recount.print_all, "posted": posted.print_all}


def main(*wanted: str) -> None:
    for part in wanted or ("pages", *PARTS):
        PARTS.get(part, print_pages)()


def print_pages() -> None:
    print(f"{'page':<28}{'events':>8}{'queries':>9}{'bytes':>10}{'gzip':>9}{'CPU ms':>9}")
    rows: dict[str, list[str]] = {}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            app = create_app(INSTANCE_PATH=folder, DATABASE_URL="", SECRET_KEY="b" * 48, RATE_LIMITS="off")
            with app.app_context():
                fill(app, size)
            for name, path in pages().items():
                rows.setdefault(name, []).append(measured(app, name, path, size))
            rows.setdefault("304", []).append(not_modified(app, size))
            rows.setdefault("oracle", []).append(by_icalendar(app, size))
    for lines in rows.values():
        print("\n".join(lines))


def pages() -> dict[str, str]:
    year = now().year
    return {"/": "/", "/?view=list": "/?view=list", f"/plans/{year}": f"/plans/{year}",
            "/calendar.ics": "/calendar.ics", "/calendar.ics?kind=lecture": "/calendar.ics?kind=lecture"}


def measured(app: Flask, name: str, path: str, size: int) -> str:
    client = app.test_client()
    client.get(path)  # warm: templates and caches
    queries = counted(app, lambda: client.get(path))
    cpu, body = timed(lambda: client.get(path).data)
    return line(name, size, queries, body, cpu)


def not_modified(app: Flask, size: int) -> str:
    client = app.test_client()
    tag = client.get("/calendar.ics").headers["ETag"]
    ask = {"If-None-Match": tag}
    queries = counted(app, lambda: client.get("/calendar.ics", headers=ask))
    cpu, body = timed(lambda: client.get("/calendar.ics", headers=ask).data)
    return line("/calendar.ics -> 304", size, queries, body, cpu)


def by_icalendar(app: Flask, size: int) -> str:
    """The same feed parsed and written by the icalendar package: what serialising everything costs."""
    calendar = Calendar.from_ical(app.test_client().get("/calendar.ics").data)
    cpu, body = timed(calendar.to_ical)
    return line("icalendar writes the same", size, 0, body, cpu)


def line(name: str, size: int, queries: int, body: bytes, cpu: float) -> str:
    packed = len(gzip.compress(body, 6))
    return f"{name:<28}{size:>8}{queries:>9}{len(body):>10}{packed:>9}{cpu * 1000:>9.2f}"


if __name__ == "__main__":
    main(*sys.argv[1:])
