"""`python -m bench`: queries, bytes and CPU of the public pages and the feed at 10, 100 and 1,000 events."""

from __future__ import annotations

import gzip
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from icalendar import Calendar

from app import create_app
from app.accounts import regions
from app.accounts.places import Organization, Region
from app.clock import now
from app.db import db
from app.events.models import Event
from app.events.span import Span
from app.events.words import EventKind
from app.plans import importing
from bench import recount
from bench.measuring import counted, timed

SIZES = (10, 100, 1000)


def main() -> None:
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
    recount.print_all()


def pages() -> dict[str, str]:
    year = now().year
    return {"/": "/", "/?view=list": "/?view=list", f"/plans/{year}": f"/plans/{year}",
            "/calendar.ics": "/calendar.ics", "/calendar.ics?kind=lecture": "/calendar.ics?kind=lecture"}


def fill(app: Flask, size: int) -> None:
    """A plan and `size` published events spread over the coming year."""
    upgrade()
    regions.load()
    start = now().replace(hour=2, minute=0, second=0)
    office = Organization(name="办公室", region=db.session.scalars(Region.named("四川").limit(1)).one(),
                          kind="office", aliases=[])
    db.session.add(office)
    db.session.flush()
    office.settle()
    plan = importing.read(Path(importing.__file__).parent / "data" / "plan_2023.csv", office, start.year, "计划")
    db.session.add(plan)
    plan.adopt(start)
    db.session.flush()
    tasks, cities = list(plan.tasks), db.session.scalars(Region.cities()).all()
    for number in range(size):
        begins = start + timedelta(days=number * 365 // size, hours=number % 7)
        one = Event.draft(kind=list(EventKind)[number % 8], title=f"活动第{number}场", organization=office,
                          span=Span(begins, begins + timedelta(hours=2)), as_of=datetime(2026, 1, 1, tzinfo=UTC),
                          regions=[cities[number % 21]], tasks=[tasks[number % 37]], location=f"会议室{number}",
                          description="介绍" * 40)
        db.session.add(one)
        one.publish(start)
    db.session.commit()


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
    main()
