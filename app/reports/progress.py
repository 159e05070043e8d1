"""How far each task is. One query for all tasks of a plan, whatever the number of events."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from app.db import db
from app.events.figures import Figures
from app.events.models import Event, event_task
from app.plans.indicators import Indicator, Measure
from app.plans.models import Plan, Task
from app.plans.target import Progress


@dataclass(frozen=True, slots=True)
class TaskFigures:
    """Events done (confirmed) and to come under a task, and attendances (人次) at those done."""

    done: int = 0
    coming: int = 0
    attendances: int = 0


def figures_by_task(plan: Plan) -> dict[int, TaskFigures]:
    """`TaskFigures` by task id, for the tasks of `plan` that have any event."""
    of_plan = select(Task.id).where(Task.plan_id == plan.id)
    done = db.session.execute(
        select(event_task.c.task_id, func.count(), func.coalesce(func.sum(Figures.attendances), 0))
        .select_from(event_task).join(Event, Event.id == event_task.c.event_id)
        .outerjoin(Figures, Figures.event_id == Event.id)
        .where(event_task.c.task_id.in_(of_plan), Event.id.in_(Event.done().with_only_columns(Event.id)))
        .group_by(event_task.c.task_id)).all()
    coming = dict(db.session.execute(
        select(event_task.c.task_id, func.count())
        .select_from(event_task).join(Event, Event.id == event_task.c.event_id)
        .where(event_task.c.task_id.in_(of_plan), Event.id.in_(Event.announced().with_only_columns(Event.id)))
        .group_by(event_task.c.task_id)).all())
    figures = {task: TaskFigures(count, coming.pop(task, 0), heads) for task, count, heads in done}
    return figures | {task: TaskFigures(coming=count) for task, count in coming.items()}


def progress_of(indicator: Indicator, figures: TaskFigures) -> Progress | None:
    """None where events are not what the indicator counts (a register or an outside figure)."""
    if indicator.measure != Measure.EVENTS:
        return None
    return Progress(figures.done, indicator.target)
