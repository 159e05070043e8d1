"""The light of each task of a plan. Internal, unless the plan opens them; working targets stay inside even then."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import selectinload

from app.accounts.settings import Settings, settings_of
from app.db import db
from app.plans.models import Plan, Task
from app.reports.counting import Tally, tally
from app.reports.pace import Outlook, of_milestones, outlook_of, uncounted, worst
from app.workdays import workdays


def lights(plan: Plan, as_of: datetime, *, counted: Tally | None = None, for_public: bool = False
           ) -> dict[int, Outlook]:
    """By task id, for all tasks of the plan. `counted`: the tally where it is already there."""
    counted = counted or tally(plan, as_of)
    settings = settings_of(plan.organization)
    tasks = db.session.scalars(Task.of_plan(plan).options(selectinload(Task.indicators))).all()
    return {task.id: light_of(task, counted, as_of, settings, for_public=for_public) for task in tasks}


def light_of(task: Task, counted: Tally, as_of: datetime, settings: Settings, *, for_public: bool = False) -> Outlook:
    """The worst of its numbers and milestones."""
    figures = counted.task(task.id)
    if task.withdrawn_at:
        return uncounted(figures.done, figures.coming, is_withdrawn=True)
    numbers = [outlook_of(one, counted.of(one), as_of, settings, workdays) for one in task.indicators
               if one.is_public or not for_public]
    milestones = of_milestones(counted.steps_of(task.id), as_of)
    return worst([*numbers, *([milestones] if milestones else [])]) or uncounted(figures.done, figures.coming)
