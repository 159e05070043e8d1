"""An installation with as many events as are wanted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from app.accounts import regions
from app.accounts.places import Organization, Region
from app.clock import now
from app.db import db
from app.events.models import Event
from app.events.span import Span
from app.events.words import EventKind
from app.plans import importing


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
