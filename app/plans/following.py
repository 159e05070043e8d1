"""What a plan names comes to be there with it: its programmes, the usual registers, and which of them its numbers
are about. In the transaction in which the plan is adopted, imported or rolled over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import inspect, select
from sqlalchemy.orm import selectinload

from app.db import Change, db
from app.plans import programmes
from app.plans.indicators import Indicator
from app.plans.models import Plan, Task
from app.plans.registers import Register
from app.plans.revisions import PlanRevision
from app.plans.usual_registers import ensure_usual, link


def follow(changes: Sequence[Change]) -> None:
    for plan, as_of in {_plan(change): change.as_of for change in changes}.items():
        if plan is not None and inspect(plan).persistent:
            _furnish(plan, as_of)


def _plan(change: Change) -> Plan | None:
    """The plan that a change was made to, be it by a task or by a sheet; our own notes lead nowhere."""
    subject = change.subject.plan if isinstance(change.subject, Task | PlanRevision) else change.subject
    return subject if isinstance(subject, Plan) and change.what != "register_linked" else None


def _furnish(plan: Plan, as_of: datetime) -> None:
    tasks = db.session.scalars(Task.of_plan(plan).options(
        selectinload(Task.indicators).joinedload(Indicator.task))).all()
    programmes.ensure(plan.organization, (name for task in tasks for name in task.programmes), as_of)
    if db.session.scalars(select(Register.id).where(
            Register.organization_id == plan.organization_id).limit(1)).first() is None:
        ensure_usual(plan.organization, as_of)
    registers = db.session.scalars(select(Register).where(Register.organization_id == plan.organization_id)).all()
    link((one for task in tasks for one in task.indicators), registers, as_of)
