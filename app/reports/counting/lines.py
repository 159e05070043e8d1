"""The events behind a plan's figures, fetched for the whole plan at once, whatever the number of indicators."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, Subquery, and_, case, cast, func, literal, or_, select
from sqlalchemy.orm import aliased

from app.db import db
from app.events.figures import Figures
from app.events.models import Event, EventRegion, event_host, event_task
from app.events.words import EventState, Part
from app.plans.models import Plan, Task
from app.plans.registers import RegisterEntry
from app.reports.counting.scope import YEAR_BEFORE, Scope
from app.reports.counting.shares import parts

DONE, UNCONFIRMED, PUBLISHED, POSTPONED = "done", "unconfirmed", "published", "postponed"
_HELD = (EventState.HELD.value, EventState.CLOSED.value)


class Line(NamedTuple):
    """Events of one task that are alike: same stage, month, office and region. One of several regions stands alone,
    and `parts` says what of it each is credited with.

    `is_first`: the task is the first of the event's in this plan, so that over all tasks each event is told once.
    """

    task: int
    is_first: bool
    stage: str
    bucket: int
    unit: int
    region: str | None
    parts: Mapping[str, Fraction] | None
    events: int
    attendances: int
    people: int
    hours: int  # tenths
    materials: int
    capacity: int


class HostLine(NamedTuple):
    """One register entry at which something of the task is done, or is to come."""

    task: int
    stage: str
    bucket: int  # of the first such event, among those before the year or among its own
    entry: int
    register: int
    region: str
    unit: int


def event_lines(plan: Plan, scope: Scope) -> list[Line]:
    each = _each(plan, scope)
    alike = [each.c[name] for name in ("task_id", "is_first", "stage", "bucket", "unit", "region", "share", "joint")]
    sums = [func.coalesce(func.sum(each.c[name]), 0)
            for name in ("attendances", "people", "hours", "materials", "capacity")]
    lines: list[Line] = []
    joint = defaultdict(list)  # by event and task: a row for each of its regions
    for task, is_first, stage, bucket, unit, region, share, event, *numbers in db.session.execute(
            select(*alike, func.count(), *sums).group_by(*alike)):
        row = Line(task, is_first == 1, stage, bucket, unit, region, None, *numbers)
        if event is None:
            lines.append(row)
        else:
            joint[event, task].append((row, share))
    return lines + [rows[0][0]._replace(region=None, parts=parts((row.region, share) for row, share in rows))
                    for rows in joint.values()]


def _each(plan: Plan, scope: Scope) -> Subquery:
    """A row an event, task and region."""
    first = (select(event_task.c.event_id, func.min(event_task.c.task_id).label("task_id"))
             .join(Task, Task.id == event_task.c.task_id).where(Task.plan_id == plan.id)
             .group_by(event_task.c.event_id).subquery())
    joint = (select(EventRegion.event_id).group_by(EventRegion.event_id).having(func.count() > 1).subquery())
    wanted = (seen(
        scope, event_task.c.task_id, case((event_task.c.task_id == first.c.task_id, 1), else_=0).label("is_first"),
        stage(scope).label("stage"), scope.bucket(Event.starts_at).label("bucket"),
        Event.organization_id.label("unit"),
        EventRegion.region_code.label("region"), EventRegion.share.label("share"), joint.c.event_id.label("joint"),
        Figures.attendances.label("attendances"), PEOPLE.label("people"), HOURS.label("hours"),
        Figures.materials.label("materials"), Event.capacity.label("capacity"))
        .join(event_task, event_task.c.event_id == Event.id).join(Task, Task.id == event_task.c.task_id)
        .join(first, first.c.event_id == Event.id).outerjoin(EventRegion, EventRegion.event_id == Event.id)
        .outerjoin(joint, joint.c.event_id == Event.id).where(Task.plan_id == plan.id))
    return scope.of_events(wanted).subquery()


def countable(*columns: Any) -> Select[Any]:
    """`columns` of the events that count or may come to; their figures and the hours of their sessions joined."""
    return _with_figures(Event.countable(), *columns)


def seen(scope: Scope, *columns: Any) -> Select[Any]:
    """The same as it stood on the scope's day: what began later was public by then, and may be cancelled since."""
    if scope.seen_on is None:
        return countable(*columns)
    end = scope.seen_until()
    was_to_come = and_(
        Event.starts_at >= end, Event.published_at < end, or_(
            Event.state.in_((*_HELD, EventState.PUBLISHED.value, EventState.POSTPONED.value)),
            and_(Event.state == EventState.CANCELLED.value, Event.cancelled_at >= end)))
    began = and_(Event.starts_at < end, Event.countable().whereclause)
    return _with_figures(select(Event).where(
        Event.deleted_at.is_(None), Event.on_its_own(), or_(began, was_to_come)), *columns)


def stage(scope: Scope) -> ColumnElement[str]:
    """Of what began after the scope's day: it was to come."""
    if scope.seen_on is None:
        return STAGE
    return case((Event.starts_at >= scope.seen_until(), literal(PUBLISHED)), else_=STAGE)


def _with_figures(wanted: Select[Any], *columns: Any) -> Select[Any]:
    return (wanted.with_only_columns(*columns, maintain_column_froms=True)
            .outerjoin(Figures, Figures.event_id == Event.id)
            .outerjoin(_SESSIONS, _SESSIONS.c.event_id == Event.id))


def _hours_of_sessions() -> Subquery:
    """By parent: the hours of the sessions held, and of those held or to come."""
    session = aliased(Event)
    return (select(session.parent_id.label("event_id"),
                   func.sum(case((session.state.in_(_HELD), session.credit_hours), else_=0)).label("held"),
                   func.sum(session.credit_hours).label("planned"))
            .where(session.part == Part.SESSION.value, session.deleted_at.is_(None),
                   session.state.in_((*_HELD, EventState.PUBLISHED.value, EventState.POSTPONED.value)))
            .group_by(session.parent_id).subquery())


_SESSIONS = _hours_of_sessions()
_IS_HELD = Event.state.in_(_HELD)
STAGE = case((Event.done().whereclause, literal(DONE)), (_IS_HELD, literal(UNCONFIRMED)),
             (Event.state == EventState.PUBLISHED.value, literal(PUBLISHED)), else_=literal(POSTPONED))
# At an event of one day people and attendances are one number, and the form lets people be left empty.
PEOPLE = func.coalesce(Figures.people, Figures.attendances)
# Its own credit hours; where it has none, the sum of its sessions'. Tenths of an hour.
HOURS = cast(func.coalesce(Event.credit_hours, case((_IS_HELD, _SESSIONS.c.held), else_=_SESSIONS.c.planned)),
             Integer)  # PostgreSQL's sums of sums are decimals


def host_lines(plan: Plan, scope: Scope) -> list[HostLine]:
    each = scope.of_events(seen(
        scope, event_task.c.task_id, stage(scope).label("stage"), Event.starts_at, RegisterEntry.id,
        RegisterEntry.register_id, RegisterEntry.region_code, RegisterEntry.organization_id)
        .join(event_task, event_task.c.event_id == Event.id).join(Task, Task.id == event_task.c.task_id)
        .join(event_host, event_host.c.event_id == Event.id)
        .join(RegisterEntry, RegisterEntry.id == event_host.c.entry_id)
        .where(Task.plan_id == plan.id)).subquery()
    is_before = case((scope.bucket(each.c.starts_at) == YEAR_BEFORE, 1), else_=0)
    alike = [each.c[name] for name in ("id", "register_id", "region_code", "organization_id")]
    return [HostLine(*row) for row in db.session.execute(
        select(each.c.task_id, each.c.stage, scope.bucket(func.min(each.c.starts_at)), *alike)
        .group_by(each.c.task_id, each.c.stage, is_before, *alike))]
