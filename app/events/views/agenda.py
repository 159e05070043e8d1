"""What comes, day by day: events, and the milestones that are due, which show as deadlines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from app.accounts.models import Actor
from app.db import db
from app.events.models import Event
from app.plans.milestones import Milestone
from app.plans.models import Task

MOST = 60


class Item(NamedTuple):
    """One thing of a day."""

    on: date
    event: Event | None = None
    milestone: Milestone | None = None


def agenda(events: Iterable[Event], milestones: Iterable[Milestone]) -> list[Item]:
    """By day, deadlines before the day's events; the events in the order in which they come."""
    items = [Item(one.due_on, milestone=one) for one in milestones if one.due_on]
    items += [Item(one.span.starts_on, event=one) for one in events]
    return sorted(items, key=lambda item: (item.on, item.event is not None))


def deadlines(actor: Actor, first: date, days: int) -> Sequence[Milestone]:
    """Those due on the `days` days from `first`, of the actor's branches and of the offices above."""
    return db.session.scalars(with_tasks(Milestone.due_between(
        actor, first, first + timedelta(days=days - 1))).limit(MOST)).all()


def with_tasks(wanted: Select[Milestone]) -> Select[Milestone]:
    return wanted.options(joinedload(Milestone.task).joinedload(Task.plan), joinedload(Milestone.organization))
