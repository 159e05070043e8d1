"""How each number and each task of a plan stands. Internal, unless the plan opens its lights; working targets stay
inside even then."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import selectinload

from app.db import db
from app.plans.indicators import Indicator
from app.plans.models import Plan, Task
from app.reports.counting.tally import Tally, tally
from app.reports.outlook.pace import Outlook, of_milestones, outlook_of, uncounted, worst
from app.workdays import workdays


class Lights:
    """The outlooks of one tally, each worked out once."""

    def __init__(self, counted: Tally, *, for_public: bool = False) -> None:
        self._tally, self._for_public = counted, for_public
        self._settings = counted.plan.settings
        self._known: dict[int, Outlook] = {}

    def of(self, indicator: Indicator) -> Outlook:
        if indicator.id not in self._known:
            self._known[indicator.id] = outlook_of(
                indicator, self._tally.of(indicator), self._tally.as_of, self._settings, workdays)
        return self._known[indicator.id]

    def task(self, task: Task) -> Outlook:
        """The worst of its numbers and its milestones; grey where it has neither."""
        figures = self._tally.task(task.id)
        if task.withdrawn_at:
            return uncounted(figures.done, figures.coming, is_withdrawn=True)
        outlooks = [self.of(one) for one in task.indicators if one.is_public or not self._for_public]
        if milestones := of_milestones(self._tally.steps_of(task.id), self._tally.as_of):
            outlooks.append(milestones)
        return worst(outlooks) or uncounted(figures.done, figures.coming)


def lights(plan: Plan, as_of: datetime, *, counted: Tally | None = None, tasks: Iterable[Task] | None = None,
           for_public: bool = False) -> dict[int, Outlook]:
    """By task id, for all tasks of the plan; `counted` and `tasks` where they are already there."""
    judged = Lights(counted or tally(plan, as_of), for_public=for_public)
    if tasks is None:
        tasks = db.session.scalars(Task.ever_of_plan(plan).options(selectinload(Task.indicators)))
    return {task.id: judged.task(task) for task in tasks}
