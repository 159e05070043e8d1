"""When the events of a plan are: what the map of the year draws, what has no figures, and last year's sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import case, func, select

from app.db import db
from app.events.asking import office_zone
from app.events.figures import Figures
from app.events.models import Event, event_task
from app.events.words import EventState
from app.plans.models import Plan, Task
from app.reports.counting.lines import DONE, STAGE
from app.reports.counting.scope import Scope

LONGEST = 31  # days: what lasts longer (a competition from spring to autumn) stands on its first day only
AN_INSTANT = timedelta(microseconds=1)


class Occasion(NamedTuple):
    """Events of one plan at the same time and stage; one that is over and has no figures stands alone."""

    plan: int
    starts_at: datetime
    ends_at: datetime
    stage: str
    missing: int | None
    title: str | None
    events: int
    attendances: int

    @property
    def days(self) -> Iterator[date]:
        """Each it is on, by the office's clocks."""
        zone = office_zone()
        first = self.starts_at.astimezone(zone).date()
        last = max((self.ends_at - AN_INSTANT).astimezone(zone).date(), first)
        length = (last - first).days + 1
        return (first + timedelta(days=at) for at in range(length if length <= LONGEST else 1))


@dataclass(frozen=True, slots=True)
class Occasions:
    """All of a plan's, and of the plan before it (None: there is none): each event once, in one query."""

    plan: Plan
    before: Plan | None
    all: Sequence[Occasion]

    @classmethod
    def of(cls, plan: Plan, before: Plan | None, scope: Scope, as_of: datetime) -> Occasions:
        is_missing = (Event.state == EventState.PUBLISHED.value) & (Event.ends_at <= as_of)
        each = scope.of_events(
            Event.countable().with_only_columns(
                Event.id, Task.plan_id, Event.starts_at, Event.ends_at, STAGE.label("stage"),
                case((is_missing, Event.id)).label("missing"), case((is_missing, Event.title)).label("title"),
                Figures.attendances, maintain_column_froms=True)
            .outerjoin(Figures, Figures.event_id == Event.id)
            .join(event_task, event_task.c.event_id == Event.id).join(Task, Task.id == event_task.c.task_id)
            .where(Task.plan_id.in_([one.id for one in (plan, before) if one])).distinct()).subquery()
        alike = [each.c[name] for name in ("plan_id", "starts_at", "ends_at", "stage", "missing", "title")]
        rows = db.session.execute(select(*alike, func.count(), func.coalesce(func.sum(each.c.attendances), 0))
                                  .group_by(*alike).order_by(each.c.starts_at, each.c.missing))
        return cls(plan, before, [Occasion(*row) for row in rows])

    @property
    def by_day(self) -> Mapping[date, int]:
        """Held, and still to come, on each day of the plan's year."""
        found: dict[date, int] = defaultdict(int)
        for one in self._of(self.plan):
            for day in one.days:
                if day.year == self.plan.year:
                    found[day] += one.events
        return dict(found)

    @property
    def by_month(self) -> Mapping[int, int]:
        """How many begin in each month of the plan's year that has any."""
        found: dict[int, int] = defaultdict(int)
        for one in self._of(self.plan):
            if (first := next(one.days)).year == self.plan.year:
                found[first.month] += one.events
        return dict(found)

    @property
    def missing(self) -> list[Occasion]:
        """Over, and nobody has said how many came; the oldest first."""
        return [one for one in self._of(self.plan) if one.missing]

    def done_before(self, until: date) -> tuple[int, int] | None:
        """Events done under the plan before, and attendances, until that day; None where nothing of it is kept."""
        last = self._of(self.before) if self.before else []
        done = [one for one in last if one.stage == DONE and next(one.days) <= until]
        return (sum(one.events for one in done), sum(one.attendances for one in done)) if last else None

    def _of(self, plan: Plan) -> list[Occasion]:
        return [one for one in self.all if one.plan == plan.id]
