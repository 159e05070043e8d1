"""What the staff is reminded of about the plan: a milestone, or a task, is due."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import force_locale, format_date, get_locale
from flask_babel import gettext as _

from app.accounts.notes import Fact, letter, plain, spoken
from app.outbox.letter import Letter, giving_way
from app.plans.milestones import Milestone
from app.plans.models import Task

MILESTONE_DUE, TASK_DUE = "plans.milestone_due", "plans.task_due"


def milestone_due(one: Milestone, rule: Any, language: str) -> Letter:
    with force_locale(spoken(language)):
        title, day = plain(one.title), _day(one.due_on)
        return letter(
            MILESTONE_DUE, language, _("节点到期：%(title)s，%(day)s", title=giving_way(title), day=day),
            [_("这个节点应在%(day)s以前完成，现在还没有记完成。", day=day)],
            [Fact(title, plain(f"{one.task.code} {one.task.called(spoken(language))}"))],
            (_("打开节点"), f"/console/plan/milestones/{one.id}"), _("这个节点由您的单位完成，所以收到这封信。"))


def task_due(task: Task, rule: Any, language: str) -> Letter:
    with force_locale(spoken(language)):
        title, day = plain(task.called(spoken(language))), _day(task.due_on)
        return letter(
            TASK_DUE, language, _("任务到期：%(code)s，%(day)s", code=task.code, day=day),
            [_("这项任务应在%(day)s以前完成，请看看还差什么。", day=day)], [Fact(f"{task.code} {title}")],
            (_("打开任务"), f"/console/plan/tasks/{task.code}?year={task.plan.year}"),
            _("您的单位牵头这项任务，所以收到这封信。"))


def _day(day: date | None) -> str:
    return format_date(day, "d MMMM" if str(get_locale())[:2] == "en" else "M月d日") if day else ""
