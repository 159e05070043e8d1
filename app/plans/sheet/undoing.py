"""An import undone: the plan is put back as it was, unless something has come to hang on what the import made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select

from app.accounts.models import Person
from app.db import Change, db, note
from app.errors import Refused
from app.plans.hanging import OWN, hanging_on, told
from app.plans.indicators import Indicator
from app.plans.milestones import Milestone, MilestoneFile
from app.plans.models import Category, Plan, Task
from app.plans.plain import CATEGORY, INDICATOR, TASK, Plain, restored
from app.plans.revisions import PlanRevision
from app.plans.sheet.applying import plain_now

# What others may have set since without changing what the import said.
_ASIDE = ("id", "register_id", "category_id")


class CannotUndo(Refused):
    """Something later rests on the import."""


@dataclass(slots=True)
class Undoing:
    """One import, to be undone by whoever may import."""

    revision: PlanRevision
    as_of: datetime
    by: Person | None = None
    plan: Plan = field(init=False)

    def undo(self) -> None:
        """:raises CannotUndo: with what stands in the way."""
        self.plan = self.revision.plan
        self._refuse_later()
        self._refuse_changed()
        milestones = self._milestones()
        before = self.revision.before
        new = [one for one in self._tasks() if before is None or one.id not in {old["id"] for old in before["tasks"]}]
        self._refuse_hanging(new, milestones)
        for one in milestones:
            db.session.delete(one)
        db.session.flush()
        if before is None:
            self._remove_plan(new)
            return
        self._put_back(before, new)
        self.revision.undone_at, self.revision.undone_by_id = self.as_of, self.by.id if self.by else None
        note(Change(self.revision, "import_undone", self.as_of, before={"source": self.revision.source}))
        db.session.flush()

    # ------------------------------------------------------------ what stands in the way

    def _refuse_later(self) -> None:
        newest = db.session.scalars(PlanRevision.of_plan(self.plan).where(
            PlanRevision.undone_at.is_(None)).limit(1)).first()
        if self.revision.undone_at:
            raise CannotUndo(_("这次导入已经撤销过了。"))
        if newest is not self.revision:
            raise CannotUndo(_("这以后又导入过一次，只能先撤销后面的那次。"))

    def _refuse_changed(self) -> None:
        now, then = _comparable(plain_now(self.plan)), _comparable(self.revision.after)
        if now != then:
            code = next(code for code in {**now, **then} if now.get(code) != then.get(code))
            raise CannotUndo(_("导入以后，%(code)s 又改过，不能整体撤销。请直接改这项任务。", code=code))

    def _refuse_hanging(self, new: Iterable[Task], milestones: Iterable[Milestone]) -> None:
        tasks = {one.id: one for one in new}
        hanging = dict(hanging_on("task", tasks, OWN | {"milestone"}))
        made = {one.id for one in milestones}
        for one in db.session.scalars(select(Milestone).where(Milestone.task_id.in_(sorted(tasks)))):
            if one.id not in made:
                hanging[one.task_id] = {**hanging.get(one.task_id, {}), "milestone": 1}
        indicators = {each.id for one in tasks.values() for each in one.indicators}
        hanging |= dict(hanging_on("indicator", indicators, OWN | {"milestone"}))
        if self.revision.before is None:
            hanging |= dict(hanging_on("plan", [self.plan.id], ("category", "task", "plan_revision")))
        if hanging:
            raise CannotUndo(_("导入新增的任务上已经有%(what)s，不能撤销。", what=told(hanging)))

    def _milestones(self) -> list[Milestone]:
        """Those that the import made. One that somebody worked on since stands in the way."""
        ids = self.revision.after.get("milestones", [])
        found = list(db.session.scalars(select(Milestone).where(Milestone.id.in_(ids))))
        with_files = set(db.session.scalars(select(MilestoneFile.milestone_id).where(
            MilestoneFile.milestone_id.in_(ids))))
        for one in found:
            if one.version != 1 or one.reached_on or one.deleted_at or one.id in with_files:
                raise CannotUndo(_("导入的节点“%(title)s”已经有人改过，不能整体撤销。", title=one.title[:30]))
        return found

    # ------------------------------------------------------------ putting back

    def _tasks(self) -> list[Task]:
        return list(db.session.scalars(Task.ever_of_plan(self.plan)))

    def _remove_plan(self, tasks: Iterable[Task]) -> None:
        """There was none: the plan goes, and what is told of its imports with it. The audit keeps that it was."""
        note(Change(self.plan, "import_undone", self.as_of, before={
            "year": self.plan.year, "title": self.plan.title, "source": self.revision.source}))
        for task in tasks:
            db.session.delete(task)
        db.session.flush()
        db.session.execute(delete(Category).where(Category.plan_id == self.plan.id))
        db.session.execute(delete(PlanRevision).where(PlanRevision.plan_id == self.plan.id))
        db.session.execute(delete(Plan).where(Plan.id == self.plan.id))

    def _put_back(self, before: Plain, new: Iterable[Task]) -> None:
        for task in new:
            db.session.delete(task)
        db.session.flush()
        tasks = {one.id: one for one in self._tasks()}
        earlier = {id: (one.code, one.title) for id, one in tasks.items()}
        self._free_codes(before, tasks.values())
        categories = self._categories_back(before)
        for values in before["tasks"]:
            task = tasks[values["id"]]
            for name, value in restored(values, TASK).items():
                if name not in ("id", "category_id"):
                    setattr(task, name, value)
            task.category_id = categories[values["category_id"]]
            task.version += 1
            self._indicators_back(task, values["indicators"])
            if earlier[task.id] != (task.code, task.title):
                note(Change(task, "renamed", self.as_of, before=dict(zip(("code", "title"), earlier[task.id],
                            strict=True)), after={"code": task.code, "title": task.title}))
        db.session.flush()
        used = set(db.session.scalars(select(Task.category_id).where(Task.plan_id == self.plan.id)))
        for category in db.session.scalars(select(Category).where(
                Category.plan_id == self.plan.id, Category.id.not_in(used))).all():
            db.session.delete(category)

    def _free_codes(self, before: Plain, tasks: Iterable[Task]) -> None:
        codes = {values["id"]: values["code"] for values in before["tasks"]}
        for task in tasks:
            if task.code != codes[task.id]:
                task.code = f"~{task.id}"
        known = {values["code"]: values["id"] for values in before["categories"]}
        for category in self._categories():
            if known.get(category.code) != category.id:
                category.code = f"~{category.id}"
        db.session.flush()

    def _categories(self) -> list[Category]:
        return list(db.session.scalars(select(Category).where(Category.plan_id == self.plan.id)))

    def _categories_back(self, before: Plain) -> dict[int, int]:
        """By the id that each had the id that it has: one that went comes back under another."""
        rows = {one.id: one for one in self._categories()}
        back: dict[int, Category] = {}
        for values in before["categories"]:
            row = rows.get(values["id"])
            if row is None:
                row = Category(plan_id=self.plan.id)
                db.session.add(row)
            for name, value in restored(values, CATEGORY).items():
                if name != "id":
                    setattr(row, name, value)
            back[values["id"]] = row
        db.session.flush()
        return {id: row.id for id, row in back.items()}

    def _indicators_back(self, task: Task, values: Iterable[Plain]) -> None:
        rows = {one.id: one for one in task.indicators}
        wanted = {one["id"] for one in values}
        for id, row in rows.items():
            if id not in wanted:
                task.indicators.remove(row)
        for one in values:
            row = rows.get(one["id"])
            said = {name: value for name, value in restored(one, INDICATOR).items() if name != "id"}
            if row is None:
                task.indicators.append(Indicator(**said))
            else:
                for name, value in said.items():
                    setattr(row, name, value)
                row.version += 1


def _comparable(plan: Plain) -> dict[str, Any]:
    """By code each task with its category's name and all that was said of it, without what may differ."""
    categories = {one["id"]: (one["code"], one["name"]) for one in plan["categories"]}
    return {one["code"]: _without({**one, "category": list(categories[one["category_id"]]),
                                   "indicators": [_without(each) for each in one["indicators"]]})
            for one in plan["tasks"]}


def _without(values: Plain) -> Plain:
    return {name: value for name, value in values.items() if name not in _ASIDE}
