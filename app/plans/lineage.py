"""Which task of one year goes on as which of another: by its indicators' descent; else by its code, where the title
is of the same matter, or by its title.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.db import db
from app.plans.indicators import Indicator
from app.plans.models import Plan, Task

ALIKE = 0.5  # of two titles: "专利开放许可宣讲" and "专利开放许可宣讲会" are, 党校班次 and 蜀光讲坛 are not


@dataclass(frozen=True, slots=True)
class Pair:
    """The same task, or indicator, in two years; None where it is new or gone."""

    now: Task | None
    before: Task | None
    indicators: Sequence[tuple[Indicator | None, Indicator | None]]

    @property
    def either(self) -> Task:
        return self.now or self.before  # type: ignore[return-value]


def pairs(plan: Plan, other: Plan, now: Sequence[Task], before: Sequence[Task]) -> list[Pair]:
    """In the order of `plan`, what is only in `other` at the end. One query besides what is given."""
    ancestors = Ancestors(plan)
    by_id = {one.id: one for task in before for one in task.indicators}
    forebears = {one.id: found for task in now for one in task.indicators
                 if (found := ancestors.among(one.id, by_id)) is not None}
    left = {task.code: task for task in before}
    found = []
    for task in now:
        own = [forebears[one.id].task for one in task.indicators if one.id in forebears]
        was = next((one for one in own if one.code in left), None) or _namesake(task, left)
        if was is not None:
            del left[was.code]
        found.append(Pair(task, was, _indicators(task, was, forebears)))
    return found + [Pair(None, task, [(None, one) for one in task.indicators]) for task in left.values()]


def _namesake(task: Task, left: Mapping[str, Task]) -> Task | None:
    """Two plans that were written apart number as they like: a code alone says nothing."""
    same = left.get(task.code)
    if same is not None and SequenceMatcher(None, same.title, task.title).ratio() >= ALIKE:
        return same
    return next((one for one in left.values() if one.title == task.title), None)


def _indicators(task: Task, was: Task | None, forebears: Mapping[int, Indicator]
                ) -> list[tuple[Indicator | None, Indicator | None]]:
    """By descent; where two years were entered apart, by what is counted and in which unit."""
    left = list(was.indicators) if was else []
    found: list[tuple[Indicator | None, Indicator | None]] = []
    for one in task.indicators:
        alike = forebears.get(one.id)
        if alike not in left:
            alike = next((old for old in left if (old.measure, old.unit) == (one.measure, one.unit)), None)
        if alike is not None:
            left.remove(alike)
        found.append((one, alike))
    return found + [(None, one) for one in left]


class Ancestors:
    """From which indicator each of an office's came, over all its years; one query."""

    def __init__(self, plan: Plan) -> None:
        self._of = dict(db.session.execute(
            select(Indicator.id, Indicator.source_id).join(Indicator.task).join(Task.plan).where(
                Plan.organization_id == plan.organization_id, Plan.year <= plan.year,
                Indicator.source_id.is_not(None))).all())

    def among(self, id: int, wanted: Mapping[int, Indicator]) -> Indicator | None:
        """The nearest ancestor of an indicator that is one of `wanted`."""
        seen, now = set[int](), self._of.get(id)
        while now is not None and now not in wanted and now not in seen:
            seen.add(now)
            now = self._of.get(now)
        return wanted.get(now) if now is not None else None


def heirs(plan: Plan, tasks: Iterable[Task]) -> dict[int, Task]:
    """By the id of each of `tasks`, of whatever earlier year: what it goes on as in `plan`, if it does."""
    ancestors, found = Ancestors(plan), {}
    earlier = list(tasks)
    by_id = {one.id: one for task in earlier for one in task.indicators}
    own = db.session.scalars(Task.of_plan(plan).options(selectinload(Task.indicators))).all()
    for task in own:
        for one in task.indicators:
            if (was := ancestors.among(one.id, by_id)) is not None:
                found.setdefault(was.task_id, task)
    by_code = {task.code: task for task in own}
    return {task.id: heir for task in earlier if (heir := found.get(task.id) or by_code.get(task.code)) is not None}
