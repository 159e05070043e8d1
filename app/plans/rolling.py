"""Next year's plan out of this one: what comes along, with which numbers, and the milestones on their days."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.db import Change, db, note
from app.errors import Refused
from app.plans.indicators import Allocation, Indicator
from app.plans.milestones import Milestone
from app.plans.models import Plan, Task
from app.plans.revisions import PlanRevision
from app.plans.target import Comparison
from app.plans.yearly import DateRule, another_year

# As the office's own words go into the table, whatever language the planner reads.
_PLACES = {"city": "每个市（州）", "county": "每个县（市、区）", "unit": "每个单位"}
_TIMES = {"month": "每月", "quarter": "每季度", "half": "每半年", "cumulative": "累计"}


class YearTaken(Refused):
    def __init__(self, year: int, *, is_adopted: bool) -> None:
        super().__init__(_("%(year)d 年的计划已经有了，不能再生成一份。", year=year) if is_adopted else _(
            "%(year)d 年的计划已经生成，还没有启用。要重来请先删除它。", year=year))


class AlreadyAdopted(Refused):
    def __init__(self) -> None:
        super().__init__(_("这份计划已经启用，不能删除。"))


class Splits(enum.StrEnum):
    """What becomes of what each region was to bring."""

    SCALE = "scale"
    KEEP = "keep"
    DROP = "drop"

    @property
    def label(self) -> str:
        return {"scale": _("按新目标同比例增减"), "keep": _("照去年的数"), "drop": _("不带，重新分解")}[self.value]


@dataclass(frozen=True, slots=True)
class Asked:
    """The numbers of a working target."""

    minimum: int
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What the planner ticked and typed; ids are those of last year's rows. What `asked` does not name keeps its
    numbers."""

    year: int
    tasks: Collection[int]
    asked: Mapping[int, Asked] = field(default_factory=dict)
    splits: Splits = Splits.SCALE
    milestones: Collection[int] = ()
    rule: DateRule = DateRule.DATE


def must_be_free(plan: Plan, year: int) -> None:
    """:raises YearTaken: when the office has a plan of that year, adopted or not."""
    found = db.session.scalars(Plan.of_office(plan.organization, year)).one_or_none()
    if found is not None:
        raise YearTaken(year, is_adopted=found.adopted_at is not None)


def roll_over(plan: Plan, choice: Choice, milestones: Sequence[Milestone], as_of: datetime) -> Plan:
    """The new plan, not adopted. Figures, results and evidence stay where they are.

    :raises YearTaken: when the office has a plan of that year.
    """
    must_be_free(plan, choice.year)
    rolled = plan.roll_over(choice.year, as_of, tasks=choice.tasks)
    db.session.add(rolled)
    try:
        db.session.flush()
    except IntegrityError as error:  # somebody else did it this very moment
        raise YearTaken(choice.year, is_adopted=False) from error
    was = {one.id: one for task in plan.tasks for one in task.indicators}
    heirs = {one.source_id: one for task in rolled.tasks for one in task.indicators}
    for id, heir in heirs.items():
        _settle(heir, was[id or 0], choice)
    tasks = {task.code: task for task in rolled.tasks}
    for one in milestones:
        if one.id in choice.milestones and one.task.code in tasks:
            db.session.add(Milestone(
                task=tasks[one.task.code], indicator=heirs.get(one.indicator_id), organization=one.organization,
                step=one.step, title=one.title, created_at=as_of, revised_at=as_of,
                due_on=one.due_on and another_year(one.due_on, choice.year, choice.rule)))
    return rolled


def _settle(heir: Indicator, was: Indicator, choice: Choice) -> None:
    """Its numbers and words, and what each region is to bring."""
    asked = choice.asked.get(was.id, Asked(was.minimum, was.maximum))
    if asked != Asked(was.minimum, was.maximum):
        heir.minimum, heir.maximum = asked.minimum, asked.maximum
        heir.basis, heir.is_confirmed = "working", False
        heir.wording = worded(heir)
        if was.quarters:
            heir.quarters = [round(one * asked.minimum / max(was.minimum, 1)) for one in was.quarters]
    if choice.splits is Splits.DROP:
        return
    amounts = {one.region_code: one.amount for one in was.allocations}
    if choice.splits is Splits.SCALE:
        amounts = scaled(amounts, was.minimum, heir.minimum)
    heir.allocations = [Allocation(region_code=code, amount=amount) for code, amount in amounts.items()]


def worded(indicator: Indicator) -> str:
    """Its numbers in the words of a task sheet, which `wording.read` understands alike."""
    low, unit = indicator.minimum, indicator.unit
    amount = {Comparison.EXACT: f"{low}{unit}", Comparison.ABOUT: f"{low}{unit}左右",
              Comparison.RANGE: f"{low}-{indicator.maximum}{unit}", Comparison.AT_LEAST: f"至少{low}{unit}",
              Comparison.MORE_THAN: f"超过{low}{unit}"}[Comparison(indicator.comparison)]
    return f"{_PLACES.get(indicator.per, '')}{_TIMES.get(indicator.period, '')}{amount}"


def scaled(amounts: Mapping[str, int], before: int, after: int) -> dict[str, int]:
    """In the same proportions: they sum to their old sum times `after`/`before`, rounded; the largest rests are
    rounded up first, so that no region is a whole unit off."""
    if before <= 0 or before == after:
        return dict(amounts)
    total = (2 * sum(amounts.values()) * after + before) // (2 * before)
    found = {code: amount * after // before for code, amount in amounts.items()}
    rest = total - sum(found.values())
    for code in sorted(amounts, key=lambda one: (-((amounts[one] * after) % before), one))[:rest]:
        found[code] += 1
    return found


def discard(plan: Plan, as_of: datetime) -> None:
    """Takes a plan that was not adopted away, with its tree and its milestones.

    :raises AlreadyAdopted: when it was.
    """
    if plan.adopted_at is not None:
        raise AlreadyAdopted
    milestones = select(Milestone).join(Milestone.task).where(Task.plan_id == plan.id)
    for rows in (milestones, PlanRevision.of_plan(plan), Task.ever_of_plan(plan)):
        for one in db.session.scalars(rows):
            db.session.delete(one)
    note(Change(plan, "discarded", as_of, before={"year": plan.year, "title": plan.title}))
    db.session.flush()
    db.session.delete(plan)
