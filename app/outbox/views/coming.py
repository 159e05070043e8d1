"""The reminders that come next: what of, when, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import joinedload

from app.db import db
from app.events.models import Event
from app.languages import language
from app.plans.milestones import Milestone
from app.plans.models import Task
from app.reminders.models import Occurrence
from app.reminders.registry import registry
from app.reminders.rules import START


@dataclass(frozen=True, slots=True)
class Coming:
    at: datetime
    title: str
    address: str
    label: str


def coming(events: ColumnElement[bool], until: datetime, limit: int, *, with_plans: bool) -> Sequence[Coming]:
    """Of these events, and of every plan; five queries whatever the number."""
    of_plans = Occurrence.event_id.is_(None) if with_plans else false()
    found = db.session.scalars(
        Occurrence.waiting().where(or_(Occurrence.event_id.in_(events), of_plans), Occurrence.due_at <= until)
        .order_by(Occurrence.due_at, Occurrence.id).limit(limit)
        .options(joinedload(Occurrence.event).joinedload(Event.parent), joinedload(Occurrence.rule))).unique().all()
    things = _things(found)
    return [_told(one, things) for one in found]


def _things(found: Sequence[Occurrence]) -> Mapping[str, Any]:
    """What they are about, by key."""
    things: dict[str, Any] = {one.anchor_key: one.event for one in found if one.event is not None}
    for noun, kind, wanted in ((Milestone, "milestone", joinedload(Milestone.task).joinedload(Task.plan)),
                               (Task, "task", joinedload(Task.plan))):
        ids = [int(one.anchor_key.partition(":")[2]) for one in found if one.anchor_key.startswith(f"{kind}:")]
        if ids:
            rows = db.session.scalars(select(noun).where(noun.id.in_(ids)).options(wanted)).unique()
            things |= {f"{kind}:{row.id}": row for row in rows}
    return things


def _told(one: Occurrence, things: Mapping[str, Any]) -> Coming:
    kind, thing = one.anchor_key.partition(":")[0], things[one.anchor_key]
    address = {
        "event": lambda: url_for("console.show", id=thing.id),
        "milestone": lambda: f"/console/plan/milestones/{thing.id}",
        "task": lambda: f"/console/plan/tasks/{thing.code}?year={thing.plan.year}"}[kind]()
    anchor = "" if one.rule.anchor == START else f"{registry().anchors[one.rule.anchor].label} "
    return Coming(one.due_at, registry().kinds[kind].title(thing, language()), address, anchor + one.rule.label)
