"""What the filters of a page offer."""

from __future__ import annotations

from typing import Any

from app.accounts.places import Region
from app.db import db
from app.events.words import EventKind
from app.plans.models import Plan, Sector, Task
from app.plans.programmes import Programme


def choices() -> dict[str, Any]:
    """Kinds, sectors, cities, and the tasks of the newest plan."""
    plan = db.session.scalars(Plan.adopted().limit(1)).one_or_none()
    return {"kinds": list(EventKind), "sectors": list(Sector), "regions": db.session.scalars(Region.cities()).all(),
            "tasks": db.session.scalars(Task.of_plan(plan)).all() if plan else []}


def programmes() -> list[Programme]:
    """The names under which something is held, for the page on which there is room to choose one."""
    return list(db.session.scalars(Programme.in_order()))
