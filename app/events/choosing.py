"""What the forms of an event let people choose: tasks of the plan, by words that can be typed; regions beside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy.orm import joinedload

from app.accounts.region_names import Regions
from app.db import db
from app.plans.lineage import heirs
from app.plans.models import Plan, Sector, Task

if TYPE_CHECKING:
    from app.accounts.models import Actor

__all__ = ["Regions", "find_tasks", "offered_tasks", "running_plan", "task_key", "tasks_in"]


def running_plan(actor: Actor, year: int) -> Plan | None:
    """The plan in force in `year` for the actor's office: that year's, or the newest before it."""
    return in_force(db.session.scalars(Plan.scoped(actor)).all(), year)


def in_force(plans: Sequence[Plan], year: int) -> Plan | None:
    """Of plans, the newest first: that year's, or the newest before it."""
    return next((plan for plan in plans if plan.year <= year), plans[-1] if plans else None)


def task_key(task: Task) -> str:
    """A task's word in a form: codes return every year, so the year stands with it."""
    return f"{task.plan.year}/{task.code}"


def find_tasks(actor: Actor, words: Iterable[str], year: int) -> tuple[list[Task], list[str]]:
    """The tasks that `words` name (`2026/I2.1`, or `I2.1` of the running plan), and the words nobody knows."""
    running = running_plan(actor, year)
    keys = [word if "/" in word else f"{running.year if running else year}/{word}" for word in words if word]
    codes = {key.partition("/")[2] for key in keys}
    found = {task_key(task): task for task in db.session.scalars(
        Task.scoped(actor).where(Task.code.in_(codes)).options(joinedload(Task.plan)))}
    chosen = {key: found[key] for key in keys if key in found}
    return sorted(chosen.values(), key=lambda task: (task.position, task.id)), [
        key.partition("/")[2] for key in keys if key not in found]


def offered_tasks(actor: Actor, year: int) -> list[tuple[Sector, list[Task]]]:
    """The running plan's tasks by sector."""
    plan = running_plan(actor, year)
    if plan is None:
        return []
    tasks = db.session.scalars(Task.of_plan(plan).options(
        joinedload(Task.plan), joinedload(Task.category))).all()
    return [(sector, [task for task in tasks if task.category.sector == sector]) for sector in Sector]


def tasks_in(tasks: Sequence[Task], actor: Actor, year: int) -> list[Task]:
    """What `tasks` are in the plans of `year`: themselves, or what they go on as; none that is withdrawn."""
    found = {task.id: task for task in tasks if task.plan.year == year and task.withdrawn_at is None}
    others = [task for task in tasks if task.plan.year != year]
    for plan in db.session.scalars(Plan.scoped(actor).where(Plan.year == year)).all() if others else ():
        own = [task for task in others if task.plan.organization_id == plan.organization_id]
        found |= {heir.id: heir for heir in heirs(plan, own).values()}
    return sorted(found.values(), key=lambda task: (task.position, task.id))
