"""What needs attention (需要关注), each with the reason in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from app.plans.models import Task
from app.reports.counting.occasions import Occasions
from app.reports.counting.records import Step
from app.reports.counting.tally import Tally
from app.reports.outlook.days import short_day
from app.reports.outlook.pace import RED_AFTER
from app.reports.outlook.standings import Standing

SHOWN = 5  # events without figures that are named one by one


@dataclass(frozen=True, slots=True)
class Concern:
    """`what` says where it leads: a “task” or “milestone” by its task's code, an “event” by its id, the lists of
    events “without figures” and of those “unconfirmed”; `level` is a light's."""

    what: str
    about: str
    level: str
    title: str
    reason: str


def concerns(lines: Sequence[Standing], counted: Tally, occasions: Occasions, today: date) -> list[Concern]:
    """The red first, then the yellow, then what only waits for somebody's entry."""
    tasks = {one.task.id: one.task for one in lines}
    late = [*_slow(lines), *_overdue(tasks, counted, today)]
    return [one for level in ("red", "yellow") for one in late if one.level == level] + _unsaid(
        counted, occasions, today)


def _slow(lines: Sequence[Standing]) -> list[Concern]:
    asked = Counter(one.task.id for one in lines)
    return [Concern("task", one.task.code, one.light, _titled(one, asked[one.task.id]), one.outlook.reason)
            for one in lines if one.light in ("red", "yellow") and not one.is_of_milestones]


def _titled(one: Standing, lines: int) -> str:
    """Numbers of one task without names of their own are told apart by what is asked."""
    told_apart = f"：{one.wording}" if lines > 1 and one.title == one.task.title else ""
    return f"{one.task.code} {one.title}{told_apart}"


def _overdue(tasks: Mapping[int, Task], counted: Tally, today: date) -> list[Concern]:
    late = [(step, task) for task in tasks.values() for step in counted.steps_of(task.id)
            if step.reached_on is None and step.due_on and step.due_on < today]
    return [_of_step(step, task, (today - step.due_on).days)  # type: ignore[operator]
            for step, task in sorted(late, key=lambda pair: pair[0].due_on or today)]


def _of_step(step: Step, task: Task, days: int) -> Concern:
    reason = ngettext(
        "节点该在 %(day)s 完成，已过 %(num)d 天。",
        "节点该在 %(day)s 完成，已过 %(num)d 天。",
        days, day=short_day(step.due_on or date.min))
    return Concern("milestone", task.code, "red" if days > RED_AFTER else "yellow", f"{task.code} {step.title}",
                   reason)


def _unsaid(counted: Tally, occasions: Occasions, today: date) -> list[Concern]:
    found = []
    missing = occasions.missing
    for one in missing[:SHOWN]:
        day = next(one.days)
        reason = ngettext(
            "%(day)s办完，%(num)d 天了还没登记人数，不算在数字里。",
            "%(day)s办完，%(num)d 天了还没登记人数，不算在数字里。",
            (today - day).days, day=short_day(day))
        found.append(Concern("event", str(one.missing), "yellow", one.title or "", reason))
    if (more := len(missing) - SHOWN) > 0:
        found.append(Concern("without figures", "", "yellow", _("还有 %(count)d 场没登记人数", count=more),
                             _("办完了，没有人数，不算在数字里。")))
    if waiting := counted.whole.unconfirmed:
        found.append(Concern("unconfirmed", "", "yellow", ngettext(
            "%(num)d 场的人数等审核确认",
            "%(num)d 场的人数等审核确认",
            waiting),
                             _("确认以后才算。")))
    return found
