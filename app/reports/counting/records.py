"""What counts without an event: register entries, milestones, figures from elsewhere; one query each for a plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import case, func, null, select

from app.accounts.places import Organization
from app.db import db
from app.plans.indicators import Indicator
from app.plans.milestones import Milestone
from app.plans.models import Plan, Task
from app.plans.outside import OutsideFigure
from app.plans.registers import Register, RegisterEntry
from app.plans.standing import UNDER_WAY
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
    is_counted = RegisterEntry.counted().whereclause
    wanted = (select(
        RegisterEntry.register_id, case((is_counted, 1), else_=0).label("is_counted"),
        scope.bucket_of_days(case((is_counted, RegisterEntry.approved_on), else_=null())).label("bucket"),
        RegisterEntry.region_code, RegisterEntry.organization_id)
        .join(Register, Register.id == RegisterEntry.register_id)
        .where(Register.organization_id == plan.organization_id,
               is_counted | RegisterEntry.standing.in_(UNDER_WAY)))
    each = scope.of_office(scope.of_days(wanted, RegisterEntry.approved_on),
                           RegisterEntry.organization_id).subquery()
    return [RegisterLine(row[0], bool(row[1]), *row[2:]) for row in db.session.execute(
        select(*each.c, func.count()).group_by(*each.c))]


def steps(plan: Plan, scope: Scope) -> list[Step]:
    """All milestones of the plan's tasks, reached or not, in the order in which they are due."""
    wanted = (select(Milestone.id, Milestone.task_id, Milestone.indicator_id, Milestone.title,
                     Organization.region_code, Milestone.organization_id, Milestone.due_on, Milestone.reached_on,
                     Organization.name, Organization.path)
              .join(Task, Task.id == Milestone.task_id)
              .join(Organization, Organization.id == Milestone.organization_id)
              .where(Task.plan_id == plan.id, Milestone.deleted_at.is_(None))
              .order_by(Milestone.due_on, Milestone.id))
    return [Step(*row) for row in db.session.execute(scope.of_office(wanted, Milestone.organization_id))]


def readings(plan: Plan, scope: Scope) -> list[Reading]:
    """Figures from elsewhere for the plan's indicators, the oldest first; of the office's own land only."""
    wanted = (select(OutsideFigure.id, OutsideFigure.indicator_id, OutsideFigure.month, OutsideFigure.region_code,
                     OutsideFigure.source, OutsideFigure.true_on, OutsideFigure.amount,
                     OutsideFigure.is_running_total)
              .join(Indicator, Indicator.id == OutsideFigure.indicator_id)
              .join(Task, Task.id == Indicator.task_id).where(Task.plan_id == plan.id)
              .order_by(OutsideFigure.true_on, OutsideFigure.month, OutsideFigure.id))
    return [one for one in (Reading(*row) for row in db.session.execute(wanted)) if scope.covers(one.region)]


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
