"""A task sheet held against the plan of its year: what is new, changed, renamed, back, gone."""

from __future__ import annotations

import enum
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import pgettext

from app.plans.indicators import Basis
from app.plans.milestones import Milestone
from app.plans.models import Task
from app.plans.sheet.codes import Place, codes_of, places_of
from app.plans.sheet.columns import QUARTERS
from app.plans.sheet.columns import Column as C
from app.plans.sheet.matching import Matches, Name, matched
from app.plans.sheet.quarters import Node
from app.plans.sheet.standing import Standing, lead_words
from app.plans.sheet.targets import Reconciled, reconciled, target_words
from app.plans.sheet.tasks import KEPT, SheetTask, TaskSheet
from app.plans.sheet.words import LONGEST_TITLE, is_same, plain


class Kind(enum.StrEnum):
    """What becomes of a task."""

    NEW = "new"
    RENAMED = "renamed"
    BACK = "back"
    CHANGED = "changed"
    SAME = "same"

    @property
    def label(self) -> str:
        return {"new": _("新增"), "renamed": pgettext("change", "改名"), "back": pgettext("change", "恢复"),
                "changed": _("变动"), "same": _("照旧")}[self.value]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that reads differently, in words."""

    label: str
    old: str
    new: str


@dataclass(slots=True)
class TaskDifference:
    """One task of the sheet and what of the plan it is. `said`: the task's columns as they will be."""

    sheet: SheetTask
    task: Task | None
    place: Place
    code: str
    said: dict[str, Any] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    targets: dict[Basis, Reconciled] = field(default_factory=dict)
    nodes: tuple[Node, ...] = ()  # milestones that are not there yet
    kind: Kind = Kind.SAME
    only_by_code: Task | None = None  # bore the number until now, and is something else

    @property
    def is_code_made(self) -> bool:
        return not self.sheet.code and self.task is None

    def judge(self) -> None:
        """Once, before anything of it is done."""
        if self.task is None:
            self.kind = Kind.NEW
        elif self.task.withdrawn_at is not None:
            self.kind = Kind.BACK
        elif {"title", "code"} & self.said.keys():
            self.kind = Kind.RENAMED
        else:
            self.kind = Kind.CHANGED if self.changes else Kind.SAME


@dataclass(slots=True)
class Difference:
    """All of it. `gone`: tasks in force that the sheet no longer has; those of rows left out are not among them."""

    sheet: TaskSheet
    tasks: list[TaskDifference]
    gone: list[Task]
    standing: Standing

    @property
    def year(self) -> int:
        return self.standing.year

    @property
    def is_empty(self) -> bool:
        return not self.gone and all(one.kind is Kind.SAME for one in self.tasks)

    @property
    def summary(self) -> dict[str, int]:
        kinds = Counter(one.kind.value for one in self.tasks)
        return {kind.value: kinds[kind.value] for kind in Kind} | {"gone": len(self.gone)}

    @property
    def fingerprint(self) -> str:
        """Of the plan as it stood: what was looked at is what is applied."""
        plain_words = json.dumps(self.standing.plain(), ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(plain_words.encode()).hexdigest()[:32]


def difference(sheet: TaskSheet, standing: Standing, chosen: Mapping[int, int]) -> Difference:
    """`chosen`: by the number of a task of the sheet the id of the plan's that somebody says it is; 0: a new one."""
    matches = _matches(sheet, standing, chosen)
    known = {number: standing.tasks[id] for number, id in matches.found.items()}
    places = places_of(sheet.good, known, standing.categories)
    touched = set(matches.found.values())
    untouched = [task.code for id, task in standing.tasks.items() if id not in touched]
    codes = codes_of(sheet.good, known, places, untouched)
    found = [_of_task(task, known.get(task.number), places[task.number], codes[task.number], sheet, standing)
             for task in sheet.good]
    for one in found:
        if one.sheet.number in matches.only_by_code:
            one.only_by_code = standing.tasks[matches.only_by_code[one.sheet.number]]
    left_out = _left_out(sheet, standing, matches)
    gone = [task for id, task in standing.tasks.items()
            if task.withdrawn_at is None and id not in touched and id not in left_out]
    return Difference(sheet, found, gone, standing)


def _matches(sheet: TaskSheet, standing: Standing, chosen: Mapping[int, int]) -> Matches:
    names = {task.number: Name.of(task.code, task.title, task.wording) for task in sheet.good}
    own = {id: (task, Name.of(task.code, task.title, task.official_wording)) for id, task in standing.tasks.items()}
    return matched(names, {id: name for id, (task, name) in own.items() if task.withdrawn_at is None},
                   {id: name for id, (task, name) in own.items() if task.withdrawn_at is not None}, chosen)


def _left_out(sheet: TaskSheet, standing: Standing, matches: Matches) -> set[int]:
    """Tasks of the plan that a row with a grave problem seems to be about: nothing becomes of them."""
    bad = {task.number: Name.of(task.code, task.title, task.wording) for task in sheet.tasks if not task.is_good}
    free = {id: Name.of(task.code, task.title, task.official_wording) for id, task in standing.tasks.items()
            if id not in set(matches.found.values()) and task.withdrawn_at is None}
    found = matched(bad, free, {}, {})
    return set(found.found.values()) | set(found.only_by_code.values()) | {
        id for id, name in free.items() if name.code in {one.code for one in bad.values() if one.code}}


def _of_task(sheet: SheetTask, task: Task | None, place: Place, code: str, whole: TaskSheet,
             standing: Standing) -> TaskDifference:
    found = TaskDifference(sheet, task, place, code)
    wanted = _wanted(sheet, task, code, whole, standing)
    for name, value in wanted.items():
        if task is None or _differs(getattr(task, name), value):
            found.said[name] = value
    found.targets = {basis: reconciled(task, basis, sheet, QUARTERS[0] in whole.layout.columns)
                     for basis in sheet.targets}
    known = standing.milestones.get(task.id, ()) if task else ()
    found.nodes = tuple(node for node in sheet.nodes if not _is_there(node, known))
    if task is not None:
        found.changes = list(_changes(found, task))
    found.judge()
    return found


def _differs(old: Any, new: Any) -> bool:
    return not is_same(old, new) if isinstance(old, str) and isinstance(new, str) else (old or None) != (new or None)


def _wanted(sheet: SheetTask, task: Task | None, code: str, whole: TaskSheet, standing: Standing) -> dict[str, Any]:
    """The columns of the task as the sheet wants them; what the sheet has no column for is not in it."""
    columns = whole.layout.columns
    wanted: dict[str, Any] = {"code": code}
    if task is None or (C.TITLE in columns and sheet.is_title_said):
        wanted["title"] = sheet.title
    if task is None or (sheet.is_wording_said and (C.WORDING in columns or len(sheet.wording) > LONGEST_TITLE)):
        wanted["official_wording"] = sheet.wording
    wanted |= {name: sheet.said[name] for name, _longest in KEPT.values() if name in sheet.said}
    wanted |= {name: sheet.said[name] for name in ("programmes", "due_on") if name in sheet.said}
    if C.TARGET.value in sheet.said and (
            task is None or not is_same(sheet.said[C.TARGET.value], target_words(task, Basis.STATED))):
        wanted["target_wording"] = sheet.said[C.TARGET.value]
    if "lead_wording" in wanted and task is not None and is_same(wanted["lead_wording"], lead_words(task)):
        del wanted["lead_wording"]
    if "lead_wording" in wanted:
        lead = standing.organization_called(wanted["lead_wording"])
        wanted["lead_organization_id"] = lead.id if lead else None
    return wanted


def _is_there(node: Node, milestones: Iterable[Milestone]) -> bool:
    return any(one.due_on is not None and (one.due_on.month + 2) // 3 == node.quarter
               and plain(one.title) == plain(node.title) for one in milestones)


def _changes(found: TaskDifference, task: Task) -> Iterable[Change]:
    labels = labels_of_columns()
    for name, value in found.said.items():
        if name in labels:
            yield Change(labels[name], _shown(name, getattr(task, name)), _shown(name, value))
    if (found.place.category is None or found.place.category.id != task.category_id
            or plain(found.place.name) != plain(task.category.name)):
        yield Change(C.CATEGORY.label, f"{task.category.code} {task.category.name}",
                     f"{found.place.code} {found.place.name}")
    elif found.place.code != task.category.code:
        yield Change(_("类别编号"), task.category.code, found.place.code)
    for basis, one in found.targets.items():
        label = C.TARGET.label if basis is Basis.STATED else C.WORKING.label
        if one.is_worded_anew and not (basis is Basis.STATED and "target_wording" in found.said):
            yield Change(label, one.old_words, one.new_words)
        if one.quarters is not None:
            yield Change(_("季度累计"), _numbers(one.quarters[0].quarters), _numbers(one.quarters[1]))
    for node in found.nodes:
        yield Change(_("第%(number)d季度节点", number=node.quarter), "", node.title)
    if task.withdrawn_at is not None:
        yield Change(_("状态"), _("已撤下"), pgettext("change", "恢复"))


def labels_of_columns() -> dict[str, str]:
    labels = {name: column.label for column, (name, _longest) in KEPT.items()}
    return labels | {"code": C.CODE.label, "title": C.TITLE.label, "official_wording": C.WORDING.label,
                     "due_on": C.DUE.label, "programmes": C.PROGRAMMES.label, "target_wording": C.TARGET.label}


def _shown(name: str, value: Any) -> str:
    if name == "official_wording":
        return "；".join(one for one in str(value).split("|") if one)
    if isinstance(value, list):
        return _("、").join(value)
    return "" if value is None else str(value)


def _numbers(quarters: Sequence[int] | None) -> str:
    return " / ".join(map(str, quarters)) if quarters else ""
