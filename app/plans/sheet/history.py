"""What one import changed, told from what was kept of the plan before and after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from app.plans.plain import Plain
from app.plans.revisions import PlanRevision
from app.plans.sheet.columns import Column
from app.plans.sheet.differences import Change, Kind, labels_of_columns
from app.plans.sheet.words import is_same

GONE = "gone"


class Told:
    """One task and what became of it."""

    def __init__(self, kind: str, task: Plain, changes: list[Change]) -> None:
        self.kind, self.code, self.title, self.changes = kind, task["code"], task["title"], changes

    @property
    def label(self) -> str:
        return _("不在表里了") if self.kind == GONE else Kind(self.kind).label


def told(revision: PlanRevision) -> list[Told]:
    """Tasks that changed, in the order of the plan as it was made."""
    before = {task["id"]: task for task in (revision.before or {}).get("tasks", [])}
    names = [_category_names(of) for of in (revision.before or {}, revision.after)]
    found = []
    for task in revision.after["tasks"]:
        old = before.get(task["id"])
        changes = list(_changes(old, task, *names)) if old else []
        kind = _kind(old, task, changes)
        if kind:
            found.append(Told(kind, task, changes))
    return found


def _kind(old: Plain | None, new: Plain, changes: list[Change]) -> str:
    if old is None:
        return Kind.NEW.value
    if bool(old["withdrawn_at"]) != bool(new["withdrawn_at"]):
        return GONE if new["withdrawn_at"] else Kind.BACK.value
    if (old["code"], old["title"]) != (new["code"], new["title"]):
        return Kind.RENAMED.value
    return Kind.CHANGED.value if changes else ""


def _changes(old: Plain, new: Plain, before: dict[int, str], after: dict[int, str]) -> Iterator[Change]:
    for name, label in labels_of_columns().items():
        if _words(old[name]) != _words(new[name]):
            yield Change(label, _words(old[name]), _words(new[name]))
    if not is_same(before[old["category_id"]], after[new["category_id"]]):
        yield Change(Column.CATEGORY.label, before[old["category_id"]], after[new["category_id"]])
    then, now = (_targets(one) for one in (old, new))
    if then != now:
        yield Change(_("理解的目标"), then, now)


def _targets(task: Plain) -> str:
    return "；".join(
        f"{one['wording'] or one['name']} = {one['minimum']}" + (f"–{one['maximum']}" if one["maximum"] and
        one["maximum"] != one["minimum"] else "") + one["unit"] + ("" if one["is_confirmed"] else _("（未确认）"))
        for one in task["indicators"])


def _category_names(plan: Plain) -> dict[int, str]:
    return {one["id"]: f"{one['code']} {one['name']}" for one in plan.get("categories", [])}


def _words(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(value)
    return "" if value is None else str(value).replace("|", "；")
