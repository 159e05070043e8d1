"""What counts without an event: register entries, milestones, figures from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, null, select, union_all

from app.accounts.places import Organization
from app.db import db
from app.plans.indicators import Indicator
from app.plans.milestones import Milestone
from app.plans.models import Plan, Task
from app.plans.outside import OutsideFigure
from app.plans.registers import Register, RegisterEntry
from app.plans.standing import COUNTED, UNDER_WAY
from app.reports.counting.scope import Scope


class RegisterLine(NamedTuple):
    """Entries of one register that are alike; those not yet approved have no month and lie in the bucket after."""

    register: int
    is_counted: bool
    bucket: int
    region: str
    unit: int
    entries: int


class Step(NamedTuple):
    """One milestone of a task."""

    id: int
    task: int
    indicator: int | None
    title: str
    region: str
    unit: int
    due_on: date | None
    reached_on: date | None
    office: str
    path: str


class Reading(NamedTuple):
    """One figure from elsewhere."""

    id: int
    indicator: int
    month: date
    region: str
    source: str
    true_on: date
    amount: int
    is_running_total: bool


def register_lines(plan: Plan, scope: Scope) -> list[RegisterLine]:
    """Approved in the time, and under way: what is not yet approved is on its way whatever the time asked for."""
    is_counted, is_under_way = _approved(scope), _under_way(scope)
    wanted = (select(
        RegisterEntry.register_id, case((is_counted, 1), else_=0).label("is_counted"),
        scope.bucket_of_days(case((is_counted, RegisterEntry.approved_on), else_=null())).label("bucket"),
        RegisterEntry.region_code, RegisterEntry.organization_id)
        .join(Register, Register.id == RegisterEntry.register_id)
        .where(Register.organization_id == plan.organization_id, is_counted | is_under_way))
    each = scope.of_office(wanted, RegisterEntry.organization_id).subquery()
    return [RegisterLine(row[0], bool(row[1]), *row[2:]) for row in db.session.execute(
        select(*each.c, func.count()).group_by(*each.c))]


def _approved(scope: Scope) -> ColumnElement[bool]:
    until = [RegisterEntry.approved_on <= scope.seen_on] if scope.seen_on else []
    return and_(scope.of_days(RegisterEntry.counted(), RegisterEntry.approved_on).whereclause, *until)


def _under_way(scope: Scope) -> ColumnElement[bool]:
    """As of a day: applied for by then, and approved, if at all, afterwards."""
    if scope.seen_on is None:
        return RegisterEntry.standing.in_(UNDER_WAY)
    first = func.coalesce(RegisterEntry.applied_on, RegisterEntry.reviewed_on, RegisterEntry.announced_on)
    return and_(RegisterEntry.standing.in_((*UNDER_WAY, *COUNTED)), first <= scope.seen_on,
                RegisterEntry.approved_on.is_(None) | (RegisterEntry.approved_on > scope.seen_on))


class Records(NamedTuple):
    """All milestones of a plan's tasks, reached or not (as of a day: by then), in the order in which they are due;
    and the figures from elsewhere for its indicators, the oldest first, of the office's own land only."""

    steps: list[Step]
    readings: list[Reading]


def records(plan: Plan, scope: Scope) -> Records:
    """One query for both: their columns are of the same kinds, in the same places."""
    both = union_all(scope.of_office(_steps(plan), Milestone.organization_id), _readings(plan))
    steps, readings = [], []
    for is_step, *row, is_running_total in db.session.execute(both):
        if is_step:
            step = Step(*row)
            steps.append(step if scope.has_seen(step.reached_on) else step._replace(reached_on=None))
            continue
        id, _task, indicator, source, region, amount, true_on, month, *_office = row
        if scope.covers(region):
            readings.append(Reading(id, indicator, month, region, source, true_on, amount, is_running_total))
    return Records(sorted(steps, key=lambda one: (one.due_on is None, one.due_on or date.max, one.id)),
                   sorted(readings, key=lambda one: (one.true_on, one.month, one.id)))


def _steps(plan: Plan) -> Select[Any]:
    return (select(literal(1), Milestone.id, Milestone.task_id, Milestone.indicator_id, Milestone.title,
                   Organization.region_code, Milestone.organization_id, Milestone.due_on, Milestone.reached_on,
                   Organization.name, Organization.path, false())
            .join(Task, Task.id == Milestone.task_id)
            .join(Organization, Organization.id == Milestone.organization_id)
            .where(Task.plan_id == plan.id, Milestone.deleted_at.is_(None)))


def _readings(plan: Plan) -> Select[Any]:
    return (select(literal(0), OutsideFigure.id, Indicator.task_id, OutsideFigure.indicator_id, OutsideFigure.source,
                   OutsideFigure.region_code, OutsideFigure.amount, OutsideFigure.true_on, OutsideFigure.month,
                   literal(""), literal(""), OutsideFigure.is_running_total)
            .join(Indicator, Indicator.id == OutsideFigure.indicator_id)
            .join(Task, Task.id == Indicator.task_id).where(Task.plan_id == plan.id))


def standing_of(readings: Sequence[Reading]) -> list[Reading]:
    """Which of one source's readings of one region make its number: its last running total, and the single months
    that it does not know of yet. A running total replaces whatever came before it.

    `readings` come the oldest first; the amounts of those returned are summed.
    """
    last = max((number for number, one in enumerate(readings) if one.is_running_total), default=None)
    if last is None:
        return list(readings)
    total = readings[last]
    return [total, *(one for one in readings[last + 1:] if one.true_on > total.true_on)]


def gains(readings: Sequence[Reading]) -> dict[date, int]:
    """What each month brought to one source's number of one region; a corrected total may bring less than nothing."""
    found, reached = {}, 0
    for month in sorted({one.month for one in readings}):
        by_then = sum(one.amount for one in standing_of([one for one in readings if one.month <= month]))
        found[month], reached = by_then - reached, by_then
    return found
