"""The plan as it stands, loaded once with all that a sheet is held against, whatever its size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.places import Organization
from app.db import db
from app.plans.indicators import Indicator
from app.plans.milestones import Milestone
from app.plans.models import Category, Plan, Task
from app.plans.plain import plain_of
from app.plans.sheet.words import plain


@dataclass(frozen=True, slots=True)
class Standing:
    """`plan` is None where there is none yet. `tasks` by id, withdrawn ones too, each with its indicators."""

    office: Organization
    year: int
    plan: Plan | None
    categories: Sequence[Category]
    tasks: dict[int, Task]
    milestones: dict[int, list[Milestone]]
    known_as: dict[str, list[Organization]]

    @classmethod
    def of(cls, office: Organization, year: int, *, lock: bool = False) -> Standing:
        wanted = select(Plan).where(Plan.organization_id == office.id, Plan.year == year)
        plan = db.session.scalars(wanted.with_for_update() if lock else wanted).one_or_none()
        categories: Sequence[Category] = ()
        tasks: dict[int, Task] = {}
        milestones: dict[int, list[Milestone]] = defaultdict(list)
        if plan is not None:
            categories = db.session.scalars(
                select(Category).where(Category.plan_id == plan.id).order_by(Category.position)).all()
            tasks = {task.id: task for task in db.session.scalars(Task.ever_of_plan(plan).options(
                joinedload(Task.category), joinedload(Task.lead_organization),
                selectinload(Task.indicators).selectinload(Indicator.allocations)))}
            of_plan = select(Milestone).join(Milestone.task).where(
                Task.plan_id == plan.id, Milestone.deleted_at.is_(None))
            for one in db.session.scalars(of_plan.order_by(Milestone.due_on, Milestone.id)):
                milestones[one.task_id].append(one)
        return cls(office, year, plan, categories, tasks, milestones, _known_as(office))

    def organization_called(self, words: str) -> Organization | None:
        """The one that goes by these words; None for none, for two, and for words that name several."""
        found = self.known_as.get(plain(words), [])
        return found[0] if len(found) == 1 else None

    def plain(self) -> dict[str, Any] | None:
        return None if self.plan is None else plain_of(self.plan, self.categories, self.tasks.values())


def lead_words(task: Task) -> str:
    """As the sheet would say who leads: in its own words, or by the name of the office chosen."""
    return task.lead_wording or (task.lead_organization.name if task.lead_organization else "")


def _known_as(office: Organization) -> dict[str, list[Organization]]:
    known: dict[str, list[Organization]] = defaultdict(list)
    for one in db.session.scalars(Organization.open_under(frozenset({office.path})).options(
            selectinload(Organization.past))):
        for word in {plain(word) for word in one.known_as}:
            known[word].append(one)
    return known
