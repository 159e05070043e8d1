"""What the forms of an event let people choose: tasks of the plan, and regions, by words that can be typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.places import Region, RegionLevel
from app.db import db
from app.plans.models import Plan, Sector, Task

if TYPE_CHECKING:
    from app.accounts.models import Actor


def running_plan(actor: Actor, year: int) -> Plan | None:
    """The plan in force in `year` for the actor's office: that year's, or the newest before it."""
    plans = db.session.scalars(Plan.scoped(actor)).all()
    return next((plan for plan in plans if plan.year <= year), plans[-1] if plans else None)


def task_key(task: Task) -> str:
    """A task's word in a form: codes return every year, so the year stands with it."""
    return f"{task.plan.year}/{task.code}"


def find_tasks(actor: Actor, words: Iterable[str], year: int) -> tuple[list[Task], list[str]]:
    """The tasks that `words` name (`2026/I2.1`, or `I2.1` of the running plan), and the words nobody knows."""
    running = running_plan(actor, year)
    keys = [word if "/" in word else f"{running.year if running else year}/{word}" for word in words if word]
    codes = {key.partition("/")[2] for key in keys}
    found = {task_key(task): task for task in db.session.scalars(
        Task.scoped(actor).where(Task.code.in_(codes)).options(joinedload(Task.plan)))}
    chosen = {key: found[key] for key in keys if key in found}
    return sorted(chosen.values(), key=lambda task: (task.position, task.id)), [
        key.partition("/")[2] for key in keys if key not in found]


def offered_tasks(actor: Actor, year: int) -> list[tuple[Sector, list[Task]]]:
    """The running plan's tasks by sector."""
    plan = running_plan(actor, year)
    if plan is None:
        return []
    tasks = db.session.scalars(Task.of_plan(plan).options(
        joinedload(Task.plan), joinedload(Task.category))).all()
    return [(sector, [task for task in tasks if task.category.sector == sector]) for sector in Sector]


class Regions:
    """All regions, found by code, by full or short name, and by “city and county” where names repeat."""

    def __init__(self) -> None:
        self.all: Sequence[Region] = db.session.scalars(select(Region).order_by(Region.code)).all()
        self._by_code = {region.code: region for region in self.all}
        self._by_word: dict[str, list[Region]] = {}
        for region in self.all:
            for word in {region.name, region.short_name, region.name_en, self.label(region)}:
                self._by_word.setdefault(word, []).append(region)

    def label(self, region: Region) -> str:
        """成都 · 锦江区: a county with its city, for names such as 市中区 are there twice."""
        if region.level != RegionLevel.COUNTY:
            return region.short_name
        city = self._by_code.get(region.parent_code or "")
        return f"{city.short_name} · {region.name}" if city else region.name

    def find(self, word: str) -> Region | None:
        """None when nobody is called so, or two are."""
        if word in self._by_code:
            return self._by_code[word]
        found = self._by_word.get(word, [])
        wide = [region for region in found if region.level != RegionLevel.COUNTY]
        return wide[0] if wide else found[0] if len(found) == 1 else None

    @property
    def wide(self) -> list[Region]:
        """The province and its cities."""
        return [region for region in self.all if region.level != RegionLevel.COUNTY]

    @property
    def counties(self) -> list[Region]:
        return [region for region in self.all if region.level == RegionLevel.COUNTY]
