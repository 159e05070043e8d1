"""Days that are no events but stand in a calendar of the staff: deadlines and milestones.

A day's UID is derived, for it has no row that could keep one: a UUIDv5 (RFC 9562 5.5) of `UID_HOST/kind/id` in the
namespace of URLs, `@` and `UID_HOST`. It is the same in everybody's feed, and stays when the day moves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.db import db
from app.events.models import Event
from app.events.words import EventState
from app.plans.milestones import Milestone
from app.plans.models import Plan, Task
from calendars.entry import Entry

if TYPE_CHECKING:
    from app.accounts.models import Actor


@dataclass(frozen=True, slots=True)
class Day:
    """A whole day. `kind` and `id` say which, for good; `path` is the page on which more stands."""

    kind: str
    id: str
    on: date
    title: str
    path: str
    sequence: int
    revised_at: datetime
    note: str = ""

    @property
    def uid(self) -> str:
        host = current_app.config["UID_HOST"]
        return f"{uuid5(NAMESPACE_URL, f'{host}/{self.kind}/{self.id}')}@{host}"

    def entry(self, base_url: str, zone: str) -> Entry:
        """Nobody is busy because something is due."""
        return Entry(
            uid=self.uid, sequence=self.sequence, stamp=self.revised_at, created=self.revised_at, starts=self.on,
            ends=self.on, summary=self.title, description=self.note, url=base_url + self.path, is_transparent=True,
            zone=zone)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose days, of which offices, from `first` until before `last`."""

    actor: Actor
    offices: Collection[int]
    first: date
    last: date


Teller = Callable[[Asked], Iterable[Day]]


def also(app: Any, teller: Teller) -> None:
    """Called by `create_app`, one line a room: deadlines that rooms to the right know of."""
    app.extensions.setdefault("wujin.deadlines", []).append(teller)


def told_elsewhere(asked: Asked) -> list[Day]:
    return [day for teller in current_app.extensions.get("wujin.deadlines", ()) for day in teller(asked)]


def sign_up_ends(events: Iterable[Event], language: str) -> list[Day]:
    return [Day("sign-up", str(event.id), event.signup_closes_at.astimezone(ZoneInfo(event.zone)).date(),
                _("报名截止：%(title)s", title=event.titled(language)), f"/console/events/{event.id}", event.sequence,
                event.revised_at)
            for event in events
            if event.signup_closes_at and event.takes_enrolments and event.state == EventState.PUBLISHED]


def tasks_due(asked: Asked, language: str) -> list[Day]:
    """Of plans in force: those that the offices lead, and of a root office those that nobody else leads."""
    found = db.session.scalars(select(Task).join(Task.plan).where(
        Plan.adopted_at.is_not(None), Task.withdrawn_at.is_(None), Task.due_on >= asked.first,
        Task.due_on < asked.last, Task.lead_organization_id.in_(asked.offices) | (
            Task.lead_organization_id.is_(None) & Plan.organization_id.in_(asked.offices)))
        .options(joinedload(Task.plan)))
    return [Day("task", str(task.id), task.due_on, _("任务时限：%(code)s %(title)s", code=task.code,
                                                     title=task.called(language)),
                f"/console/plan/tasks/{task.code}?year={task.plan.year}", task.version, task.plan.adopted_at)
            for task in found if task.due_on and task.plan.adopted_at]


def milestones(asked: Asked, language: str) -> Sequence[Day]:
    found = db.session.scalars(Milestone.scoped(asked.actor).where(
        Milestone.organization_id.in_(asked.offices), Milestone.due_on >= asked.first,
        Milestone.due_on < asked.last).options(joinedload(Milestone.task).joinedload(Task.plan))).unique()
    return [Day("milestone", str(one.id), one.due_on, _said(one), f"/console/plan/milestones/{one.id}", one.version,
                one.revised_at, f"{one.task.code} {one.task.called(language)}")
            for one in found if one.due_on]


def _said(one: Milestone) -> str:
    return _("已完成的节点：%(title)s", title=one.title) if one.reached_on else _("节点：%(title)s", title=one.title)
