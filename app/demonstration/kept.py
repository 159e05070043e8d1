"""Plays what lies in `data/plan/`: registers, working targets, milestones and the figures of platforms elsewhere."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from itertools import groupby
from typing import Any

from sqlalchemy import select

from app.accounts.models import Person, Role
from app.accounts.places import Organization
from app.clock import local_day
from app.db import acting_as, db
from app.demonstration.papers import kept_paper
from app.demonstration.people import Staff
from app.demonstration.places import Places
from app.demonstration.scripts import DATA
from app.plans.indicators import Basis, Indicator
from app.plans.milestones import Milestone, Step
from app.plans.models import Plan, Task
from app.plans.outside import OutsideFigure
from app.plans.registers import Register, RegisterEntry
from app.plans.standing import STEPS, Course, Standing, field_of


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was entered on a day, and by whom."""

    on: date
    by: Person
    do: Callable[[datetime], object]


class Kept:
    """All of it for one plan; `as_of` is the present, which nothing may pass."""

    def __init__(self, places: Places, staff: Staff, plan: Plan, as_of: datetime) -> None:
        self.places, self.staff, self.plan, self.as_of = places, staff, plan, as_of
        self.today, self.root = local_day(as_of), places.offices["省"]
        self.planner = staff.at(self.root, Role.PLANNER)
        self.tasks = {task.code: task for task in plan.tasks}

    def play(self) -> None:
        """By day, and each day's of one person together."""
        words = self._words()
        deeds = [*self._targets(words), *self._entries(words), *self._milestones(words), *self._figures(words)]
        deeds.sort(key=lambda deed: deed.on)
        for (on, by), some in groupby(deeds, lambda deed: (deed.on, deed.by)):
            at = min(datetime(on.year, on.month, on.day, 2, 30, tzinfo=self.as_of.tzinfo), self.as_of)
            with acting_as(f"person:{by.id}"), db.session.begin_nested():
                for deed in some:
                    deed.do(at)

    def _words(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for path in sorted((DATA / "plan").glob("*.toml")):
            found |= tomllib.loads(path.read_text(encoding="utf-8").replace("{year}", str(self.plan.year)))
        return found

    @cached_property
    def _registers(self) -> dict[str, Register]:
        return {one.name: one for one in db.session.scalars(
            select(Register).where(Register.organization_id == self.root.id))}

    # ------------------------------------------------------------ registers

    def _entries(self, words: Mapping[str, Any]) -> Iterator[Deed]:
        for row in words["entry"]:
            days = [self._day(word) for word in row.get("steps", ())]
            course = Course(**{field_of(step): day for step, day in zip(STEPS, days, strict=False)
                               if day and day <= self.today})
            if row.get("steps") and course.standing is Standing.LISTED:
                continue  # not applied for yet
            for name, office in self._each(row):
                yield from self._entry(row, name, office, course)

    def _entry(self, row: Mapping[str, Any], name: str, office: Organization, course: Course) -> Iterator[Deed]:
        """Step by step; where there are many, all at the last one, as from a sheet."""
        by, register = self.staff.at(office, Role.ORGANIZER), self._registers[row["register"]]
        taken = [(step, day) for step in STEPS if (day := course.day_of(step))]
        made: list[RegisterEntry] = []

        def enter(first: Course, as_of: datetime) -> None:
            made.append(RegisterEntry.entered(
                register, office, office.region, name, as_of, course=first, level=row.get("level", ""),
                approval_number=row.get("number", "") if first.approved_on else ""))

        if "many" in row or not taken:
            yield Deed(taken[-1][1] if taken else date(self.plan.year, 1, 8), by, partial(enter, course))
            return
        (_applied, first), *rest = taken
        yield Deed(first, by, partial(enter, Course(applied_on=first)))
        for step, day in rest:
            number = row.get("number", "") if step is Standing.APPROVED else ""
            paper = row.get("paper", "") if step is Standing.APPROVED else ""
            yield Deed(day, by, partial(_advance, made, step, day, number, paper))

    def _each(self, row: Mapping[str, Any]) -> Iterator[tuple[str, Organization]]:
        many = row.get("many", "")
        if many.isdigit():
            yield from ((row["name"].format(number=number + 1), self.places.offices[row["office"]])
                        for number in range(int(many)))
        elif many:
            level = {"cities": "city", "counties": "county"}[many]
            yield from ((row["name"].format(place=word), office) for word, office in self.places.offices.items()
                        if office.region.level == level)
        else:
            yield row["name"], self.places.offices[row["office"]]

    # ------------------------------------------------------------ targets, milestones, figures

    def _targets(self, words: Mapping[str, Any]) -> Iterator[Deed]:
        """Laid down when the plan is new; what was carried over from the year before is confirmed, but for people:
        of those somebody still has to say how many."""
        on = min(date(self.plan.year, 1, 12), self.today)
        for task in self.tasks.values():
            for one in task.indicators:
                if not one.is_confirmed and one.unit != "人":
                    yield Deed(on, self.planner, one.confirm)
        for row in words["target"]:
            yield Deed(on, self.planner, partial(self._ask, self.tasks[row["task"]], row))

    def _ask(self, task: Task, row: Mapping[str, Any], as_of: datetime) -> None:
        indicator = Indicator(
            wording=row["wording"], comparison="at_least", minimum=row["minimum"], maximum=None, unit=row["unit"],
            basis=Basis.WORKING.value, measure=row["measure"], quarters=row.get("quarters"),
            register=self._registers.get(row.get("register", "")), position=len(task.indicators))
        task.indicators.append(indicator)
        db.session.flush()
        indicator.split({self.places.regions[word].code: amount for word, amount in row.get("split", {}).items()},
                        as_of)

    def _milestones(self, words: Mapping[str, Any]) -> Iterator[Deed]:
        for row in words["milestone"]:
            due, reached = self._day(row["due"]), self._day(row.get("reached", ""))
            made: list[Milestone] = []
            office = self.places.offices[row.get("office", "省")]
            yield Deed(min(date(self.plan.year, 1, 15), self.today), self.planner,
                       partial(_plan, made, row, self.tasks[row["task"]], office, due))
            if reached and reached <= self.today:
                by = self.staff.at(office, Role.ORGANIZER)
                yield Deed(reached, by, partial(_reach, made, reached, row["note"], row.get("paper", "")))

    def _figures(self, words: Mapping[str, Any]) -> Iterator[Deed]:
        """The running total at the end of each month that is over, entered on the second day of the next."""
        for row in words["outside"]:
            [indicator] = self.tasks[row["task"]].indicators
            for number, amount in enumerate(row["totals"], start=1):
                month = date(self.plan.year, number, 1)
                following = (month + timedelta(days=31)).replace(day=1)
                if following.replace(day=2) > self.today:
                    return
                yield Deed(following.replace(day=2), self.planner, partial(
                    OutsideFigure.record, indicator, by=self.planner, month=month, region=self.root.region,
                    source=row["source"], true_on=following - timedelta(days=1), amount=amount))

    def _day(self, word: str) -> date | None:
        """Of the running year, or so many days from today; None for none."""
        if not word:
            return None
        if word[0] in "+-":
            return self.today + timedelta(days=int(word))
        return date.fromisoformat(f"{self.plan.year}-{word}")


def _advance(made: list[RegisterEntry], step: Standing, day: date, number: str, paper: str, as_of: datetime) -> None:
    made[0].advance(step, day, as_of, number=number)
    if paper:
        made[0].add_files(kept_paper(paper, [made[0].name, number], as_of), as_of)


def _plan(made: list[Milestone], row: Mapping[str, Any], task: Task, office: Organization, due: date | None,
          as_of: datetime) -> None:
    made.append(Milestone.planned(task, office, as_of, step=Step(row["step"]), title=row["title"], due_on=due))


def _reach(made: list[Milestone], on: date, note: str, paper: str, as_of: datetime) -> None:
    made[0].reach(on, as_of, note=note)
    if paper:
        made[0].add_files(kept_paper(paper, [note], as_of), as_of)
