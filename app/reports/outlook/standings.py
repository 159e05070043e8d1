"""How each number asked of an office stands.

Of the plan's own office that is the plan's numbers; of one below it, what was given to it (分解) and what is asked of
every city, county or office alike. What nobody gave it is not held against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from flask_babel import gettext as _
from sqlalchemy import and_, select

from app.accounts.places import Organization
from app.db import db
from app.plans.indicators import Allocation, Basis, Indicator
from app.plans.models import Plan, Task
from app.plans.target import Comparison, Target
from app.reports.counting.cells import Count, shown
from app.reports.counting.tally import Tally
from app.reports.outlook.pace import ORDER, Outlook, of_milestones, outlook_of, uncounted, worst
from app.workdays import workdays


@dataclass(frozen=True, slots=True)
class Standing:
    """One line: a number of a task, its milestones taken together, or a task with nothing to count.

    `wording` is what is asked, in its own words; `target` None: there is nothing to count against.
    """

    task: Task
    key: str  # unique on a page
    title: str
    wording: str
    target: Target | None
    outlook: Outlook
    indicator: Indicator | None = None

    @property
    def light(self) -> str:
        return self.outlook.light

    @property
    def is_of_milestones(self) -> bool:
        return self.indicator is None and self.target is not None

    @property
    def is_unconfirmed(self) -> bool:
        """Something is asked, and nobody said yet that its words mean this number."""
        return self.target is not None and self.outlook.is_unconfirmed

    @property
    def mark(self) -> str:
        """Says that the number is ours, or that nobody confirmed it; empty for what the document states and where
        nothing is asked."""
        if self.indicator is None or self.target is None:
            return ""
        words = {Basis.STATED: "", Basis.COUNTED: _("据文字列举统计"), Basis.WORKING: _("内部目标")}
        unconfirmed = {Basis.STATED: _("未确认的目标"), Basis.COUNTED: _("据文字列举统计（未确认）"),
                       Basis.WORKING: _("内部目标（未确认）")}
        return (unconfirmed if self.is_unconfirmed else words)[Basis(self.indicator.basis)]


def standings(plan: Plan, office: Organization, counted: Tally) -> list[Standing]:
    """Worst light first, within a light in the order of the plan; tasks gone from the plan are left out."""
    asked: dict[int, list[tuple[Indicator, int | None]]] = {}
    tasks: dict[int, Task] = {}
    for task, indicator, given in _rows(plan, office):
        tasks[task.id] = task
        asked.setdefault(task.id, []).extend([(indicator, given)] if indicator else [])
    found = [one for task in tasks.values() for one in _of_task(task, asked[task.id], office, counted)]
    return sorted(found, key=lambda one: ORDER.index(one.light))


def by_task(found: Iterable[Standing]) -> dict[int, Outlook]:
    """By task id: the outlook its task is judged by."""
    grouped: dict[int, list[Outlook]] = {}
    for one in found:
        grouped.setdefault(one.task.id, []).append(one.outlook)
    return {task: outlook for task, outlooks in grouped.items() if (outlook := worst(_counting(outlooks)))}


def _counting(outlooks: Sequence[Outlook]) -> Sequence[Outlook]:
    """A task is grey only where nothing of it counts."""
    return [one for one in outlooks if one.light != "grey"] or outlooks


def _rows(plan: Plan, office: Organization) -> Iterable[tuple[Task, Indicator | None, int | None]]:
    """Each task with each of its indicators, and what of it the office's region was given; one query."""
    given = and_(Allocation.indicator_id == Indicator.id, Allocation.region_code == office.region_code)
    return db.session.execute(  # type: ignore[return-value]
        select(Task, Indicator, Allocation.amount).outerjoin(Indicator, Indicator.task_id == Task.id)
        .outerjoin(Allocation, given).where(Task.plan_id == plan.id, Task.withdrawn_at.is_(None))
        .order_by(Task.position, Task.id, Indicator.position, Indicator.id)).all()


def _of_task(task: Task, asked: Sequence[tuple[Indicator, int | None]], office: Organization,
             counted: Tally) -> list[Standing]:
    found = [_of_indicator(one, given, len(asked) > 1, office, counted) for one, given in asked]
    steps = counted.steps_of(task.id)
    if outlook := of_milestones(steps, counted.as_of):
        whole = Target(Comparison.EXACT, len(steps), None, _("个节点"))
        found.append(Standing(task, f"steps-{task.id}", task.title, whole.describe(), whole, outlook))
    if not found:
        figures = counted.task(task.id)
        found.append(Standing(task, f"task-{task.id}", task.title, "", None,
                              uncounted(figures.done, figures.coming)))
    return found


def _of_indicator(indicator: Indicator, given: int | None, is_one_of_several: bool, office: Organization,
                  counted: Tally) -> Standing:
    task, count, settings = indicator.task, counted.of(indicator), counted.plan.settings
    is_past = counted.scope.seen_on is not None
    wording = indicator.wording or indicator.target.describe()
    title = f"{task.title}：{indicator.name}" if is_one_of_several and indicator.name else task.title
    line = Standing(task, f"indicator-{indicator.id}", title, wording,
                    count.target, outlook_of(indicator, count, counted.as_of, settings, workdays, is_past=is_past),
                    indicator)
    if office.id == task.plan.organization_id or (indicator.per != "total" and office.kind == "office"):
        return line
    if not given or office.kind != "office":
        return replace(line, wording="", target=None, outlook=_not_asked(count))
    own = Target(Comparison.AT_LEAST, given, None, count.target.unit)
    outlook = outlook_of(indicator, replace(count, target=own), counted.as_of, settings, workdays,
                         part=Fraction(given, count.target.band[0] or 1), is_past=is_past)
    return replace(line, target=own, outlook=outlook,
                   wording=_("分解 %(count)s%(unit)s", count=shown(given), unit=own.unit))


def _not_asked(count: Count) -> Outlook:
    reason = _("没有分解到本单位，不计数；已办 %(done)s%(unit)s。", done=shown(count.done), unit=count.target.unit)
    return Outlook(count.done, count.scheduled, 0, 0, None, "grey", reason)
