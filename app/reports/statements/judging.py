"""By which moment the lights of a report are judged: those of a period that still runs are the board's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.accounts.places import Organization
from app.clock import local_day
from app.plans.indicators import Indicator
from app.plans.models import Plan, Task
from app.reports.counting.tally import Tally, tally, tally_seen_on
from app.reports.outlook.pace import Outlook, uncounted
from app.reports.outlook.standings import Standing, by_task, standings
from app.reports.statements.period import Period


@dataclass(frozen=True, slots=True)
class Judged:
    """`counted` is the plan now, or as it stood when a period ended that is over: later events do not improve its
    light, and later days do not make it worse."""

    counted: Tally
    lines: Mapping[int, Standing]  # by the indicator's id; none of tasks that are gone from the plan
    tasks: Mapping[int, Outlook]

    @classmethod
    def of(cls, plan: Plan, office: Organization, period: Period, as_of: datetime) -> Judged:
        within = office if office.parent_id else None
        counted = (tally_seen_on(plan, period.ends_on, within=within) if period.ends_on < local_day(as_of)
                   else tally(plan, as_of, within=within))
        found = standings(plan, office, counted)
        return cls(counted, {one.indicator.id: one for one in found if one.indicator}, by_task(found))

    def task(self, task: Task) -> Outlook:
        """The worst of its numbers and its milestones."""
        figures = self.counted.task(task.id)
        return self.tasks.get(task.id) or uncounted(figures.done, figures.coming, is_withdrawn=True)

    def outlook(self, indicator: Indicator) -> Outlook:
        if line := self.lines.get(indicator.id):
            return line.outlook
        count = self.counted.of(indicator)
        return replace(self.task(indicator.task), done=count.done, scheduled=count.scheduled)

    def is_met(self, indicator: Indicator) -> bool:
        """What was given to the office, or asked of everybody; what nobody gave it is not met."""
        line = self.lines.get(indicator.id)
        return bool(line and line.target and line.target.is_met_by(line.outlook.done))
