"""A task sheet becomes the plan, in one transaction; what the plan was is kept, so that it can be undone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.accounts.models import Person
from app.db import Change, db, note
from app.errors import Refused
from app.plans.guessing import delivered_by, event_kind
from app.plans.hanging import Hanging, hanging_on
from app.plans.indicators import Basis, Indicator
from app.plans.milestones import Milestone, Step
from app.plans.models import Category, Plan, Task
from app.plans.plain import plain_of
from app.plans.revisions import PlanRevision
from app.plans.sheet.codes import LONGEST_CATEGORY_CODE, Place, freed
from app.plans.sheet.differences import Difference, TaskDifference
from app.plans.sheet.proposals import Proposal
from app.plans.sheet.targets import Reconciled
from app.plans.sheet.words import LONGEST_CODE

ALL = "*"
Told = Callable[[int, int], None]


class NothingToApply(Refused):
    def __init__(self) -> None:
        super().__init__(_("这张表和现在的计划没有差别，不用导入。"))


@dataclass(slots=True)
class Applying:
    """`confirmed`: keys (`key_of`) of proposals that a person ticked, or `ALL`. `source`: the file's name.
    `is_official`: it is this year's own table, so that no task carries another year's words any more."""

    difference: Difference
    as_of: datetime
    by: Person | None = None
    source: str = ""
    confirmed: Collection[str] = ()
    is_official: bool = False
    made: list[Milestone] = field(default_factory=list)
    _hung: Hanging = field(default_factory=dict)
    _codes: dict[Task | Category, str] = field(default_factory=dict)  # of those that gave theirs up

    def apply(self, told: Told = lambda done, total: None) -> PlanRevision:
        """:raises NothingToApply: when the plan says all of it already."""
        difference, standing = self.difference, self.difference.standing
        if not difference.tasks or (difference.is_empty and standing.plan and not self._restates):
            raise NothingToApply
        self._hung = hanging_on("indicator", [one.id for each in difference.tasks
                                              for found in each.targets.values() for one in found.dropped])
        before = standing.plain()
        plan = standing.plan or self._new_plan()
        self._free_codes()
        places = self._settle_categories(plan)
        for done, one in enumerate(difference.tasks, 1):
            self._settle(one, plan, places[id(one.place)], done)
            told(done, len(difference.tasks))
        for task in difference.gone:
            task.withdraw(self.as_of)
        db.session.flush()
        _drop_empty_categories(plan)
        if standing.plan is None:
            plan.adopt(self.as_of)
        return self._kept(plan, before)

    @property
    def _restates(self) -> bool:
        return self.is_official and any(one.task and one.task.is_carried_over for one in self.difference.tasks)

    def _new_plan(self) -> Plan:
        standing = self.difference.standing
        plan = Plan(organization=standing.office, year=standing.year,
                    title=Plan.usual_title(standing.year))
        db.session.add(plan)
        db.session.flush()
        return plan

    def _free_codes(self) -> None:
        """No two rows may bear one code, not even for a moment: what changes its code gives it up first."""
        standing = self.difference.standing
        tasks = {one.code: one.task for one in self.difference.tasks}
        self._free(tasks, standing.tasks.values(), LONGEST_CODE)
        places = {place.code: place.category for place in self._places()}
        self._free(places, standing.categories, LONGEST_CATEGORY_CODE)
        db.session.flush()

    def _free(self, wanted: Mapping[str, Task | Category | None], rows: Iterable[Task | Category],
              longest: int) -> None:
        """`wanted`: by code who bears it afterwards. Who is not among them has gone and bears another from now."""
        rows, staying = list(rows), {row for row in wanted.values() if row is not None}
        taken = set(wanted) | {row.code for row in rows}
        for row in rows:
            if row.code in wanted and wanted[row.code] is not row:
                self._codes[row] = row.code
                row.code = f"~{row.id}" if row in staying else freed(row.code, taken, longest)
                taken.add(row.code)

    def _places(self) -> list[Place]:
        return list({id(one.place): one.place for one in self.difference.tasks}.values())

    def _settle_categories(self, plan: Plan) -> dict[int, Category]:
        """By the identity of each place its row. Those that the sheet does not name stand behind."""
        rows: dict[int, Category] = {}
        for place in self._places():
            rows[id(place)] = self._category(place, plan)
        behind = [one for one in self.difference.standing.categories if one not in rows.values()]
        for position, category in enumerate(behind, len(rows)):
            category.position = position
        db.session.flush()
        return rows

    def _category(self, place: Place, plan: Plan) -> Category:
        row = place.category
        if row is None:
            row = Category(plan_id=plan.id, sector=place.sector.value, code=place.code, name=place.name,
                           name_en="", position=place.position)
            db.session.add(row)
            return row
        before = {"code": self._codes.get(row, row.code), "title": row.name}
        if row.name != place.name:
            row.name, row.name_en = place.name, ""
        row.code, row.position = place.code, place.position
        after = {"code": row.code, "title": row.name}
        if before != after:
            note(Change(row, "renamed", self.as_of, before=before, after=after))
        return row

    def _settle(self, one: TaskDifference, plan: Plan, category: Category, position: int) -> None:
        task = one.task
        if task is None:
            task = self._new_task(one, plan, category)
        else:
            if "title" in one.said:
                one.said["title_en"] = ""  # it named what the task was
            task.code = self._codes.get(task, task.code)
            task.bring_back(self.as_of)
            task.revise(self.as_of, **one.said)
            task.category_id = category.id
            task.wording_year = plan.year if self.is_official else task.wording_year
        task.position = position
        for basis, reconciled in one.targets.items():
            self._settle_targets(task, basis, reconciled, one)
        for node in one.nodes:
            milestone = Milestone(
                task=task, organization_id=task.lead_organization_id or plan.organization_id, title=node.title,
                note=node.note, due_on=node.due_on(plan.year), step=Step.OTHER.value, version=1,
                created_at=self.as_of, revised_at=self.as_of)
            db.session.add(milestone)
            self.made.append(milestone)

    def _new_task(self, one: TaskDifference, plan: Plan, category: Category) -> Task:
        words = f"{one.sheet.title}|{one.sheet.wording}"
        said: dict[str, Any] = {"programmes": [], **one.said}
        task = Task(plan=plan, category_id=category.id, wording_year=plan.year, title_en="", version=1,
                    delivered_by=delivered_by(words).value, event_kind=event_kind(words), **said)
        db.session.add(task)
        note(Change(task, "entered_in_plan", self.as_of, after={"code": task.code, "title": task.title}))
        return task

    def _settle_targets(self, task: Task, basis: Basis, found: Reconciled, one: TaskDifference) -> None:
        for indicator, proposal in found.changed:
            indicator.revise(self.as_of, wording=proposal.understood.wording, basis=basis.value, **proposal.numbers)
            indicator.is_confirmed = self._is_confirmed(one, basis, proposal)
        if found.quarters is not None:
            indicator, numbers = found.quarters
            indicator.revise(self.as_of, quarters=numbers)
        for indicator in found.dropped:
            self._drop(indicator)
        position = max((each.position for each in task.indicators), default=-1)
        for number, proposal in enumerate(found.fresh, position + 1):
            task.indicators.append(proposal.as_indicator(
                basis, number, is_confirmed=self._is_confirmed(one, basis, proposal)))

    def _drop(self, indicator: Indicator) -> None:
        """What hangs on it stays with it: the office goes on counting what the sheet no longer states."""
        if indicator.allocations or indicator.id in self._hung:
            indicator.revise(self.as_of, basis=Basis.WORKING.value)
        else:
            indicator.remove(self.as_of)

    def _is_confirmed(self, one: TaskDifference, basis: Basis, proposal: Proposal) -> bool:
        return self.confirmed == ALL or key_of(one, basis, proposal) in self.confirmed

    def _kept(self, plan: Plan, before: dict[str, Any] | None) -> PlanRevision:
        revision = PlanRevision(
            plan_id=plan.id, made_at=self.as_of, made_by_id=self.by.id if self.by else None, source=self.source[:200],
            summary=self.difference.summary, before=before, after=plain_now(plan))
        revision.after["milestones"] = [one.id for one in self.made]
        db.session.add(revision)
        db.session.flush()
        note(Change(revision, "sheet_imported", self.as_of, after={
            "year": plan.year, "source": revision.source,
            "summary": "、".join(f"{name} {count}" for name, count in self.difference.summary.items() if count)}))
        return revision


def key_of(one: TaskDifference, basis: Basis, proposal: Proposal) -> str:
    """By which a tick on the preview finds its proposal again: the row, the kind, its place in the cell."""
    return f"{one.sheet.number}-{basis.value}-{one.targets[basis].proposed.index(proposal)}"


def plain_now(plan: Plan) -> dict[str, Any]:
    """The plan as the database has it after all that was done; three queries."""
    db.session.flush()
    tasks = db.session.scalars(Task.ever_of_plan(plan).options(
        selectinload(Task.indicators).selectinload(Indicator.allocations)).execution_options(
        populate_existing=True)).all()
    return plain_of(plan, _categories(plan), tasks)


def _categories(plan: Plan) -> Iterable[Category]:
    return db.session.scalars(select(Category).where(Category.plan_id == plan.id).order_by(Category.position)).all()


def _drop_empty_categories(plan: Plan) -> None:
    used = set(db.session.scalars(select(Task.category_id).where(Task.plan_id == plan.id)))
    for category in _categories(plan):
        if category.id not in used:
            db.session.delete(category)
    db.session.flush()
