"""What a report tells by name beside its numbers: the largest events, the schools and firms, what was approved, what
platforms elsewhere say. A query each for the whole plan, whatever the number of tasks and of events.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, func, select

from app.accounts.places import Organization, Region
from app.db import db
from app.events.asking import office_zone
from app.events.figures import Figures
from app.events.models import Event, event_host, event_task
from app.plans.indicators import Measure
from app.plans.milestones import Milestone, MilestoneFile
from app.plans.models import Category, Task
from app.plans.registers import Register, RegisterEntry
from app.reports.counting.lines import DONE, STAGE, countable
from app.reports.counting.records import standing_of
from app.reports.counting.tally import Tally
from app.reports.statements.period import Period

TOP = 3  # events of a task that are told by name
NAMED = 60  # entries of a register that are; the evidence pack has them all

Told = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Particulars:
    """By task's id, but `sectors` by the word of the sector and `hosts` over all tasks, each entry once."""

    events: Mapping[int, Told]
    held_at: Mapping[int, Told]
    entries: Mapping[int, Told]
    outside: Mapping[int, Told]
    proofs: Mapping[int, tuple[str, int]]  # by milestone's id: its note, and how many files show it
    sectors: Mapping[str, dict[str, int]]
    hosts: Told = field(default_factory=list)


def particulars(tasks: Sequence[Task], own: Tally, to_date: Tally, period: Period) -> Particulars:
    """Of the period alone, but outside figures and milestones as they stand at its end."""
    held = list(_held_at(own))
    return Particulars(
        events=_largest(own), held_at=_grouped(held), entries=_approved(tasks, own),
        outside=_outside(tasks, to_date, period), proofs=_proofs(own), sectors=_sectors(own),
        hosts=_by_register({entry: told for _task, entry, told in held}.values()))


def _done(tally: Tally, *columns: Any) -> Select[Any]:
    """Events of the plan's tasks that count in the time of the tally: a row an event and task."""
    return tally.scope.of_year(tally.scope.of_events(
        countable(event_task.c.task_id, *columns).join(event_task, event_task.c.event_id == Event.id)
        .join(Task, Task.id == event_task.c.task_id)
        .where(Task.plan_id == tally.plan.id, STAGE == DONE)))


def _largest(tally: Tally) -> Mapping[int, Told]:
    rank = func.row_number().over(
        partition_by=event_task.c.task_id,
        order_by=(func.coalesce(Figures.attendances, 0).desc(), Event.starts_at, Event.id)).label("rank")
    each = _done(tally, Event.title, Event.starts_at, Event.location, Organization.name.label("office"),
                 Figures.attendances, rank).join(
        Organization, Organization.id == Event.organization_id).subquery()
    found = defaultdict(list)
    for task, title, starts_at, place, office, heads, _rank in db.session.execute(
            select(each).where(each.c.rank <= TOP).order_by(each.c.task_id, each.c.rank)):
        found[task].append({"title": title, "day": starts_at.astimezone(office_zone()).date().isoformat(),
                            "place": place, "office": office, "attendances": heads or 0})
    return found


def _sectors(tally: Tally) -> Mapping[str, dict[str, int]]:
    """An event of several tasks of a sector once in it."""
    each = _done(tally, Category.sector, Event.id.label("event"), Figures.attendances, Figures.materials).join(
        Category, Category.id == Task.category_id).subquery()
    once = select(each.c.sector, each.c.event, each.c.attendances, each.c.materials).distinct().subquery()
    return {sector: {"events": events, "attendances": heads or 0, "materials": materials or 0}
            for sector, events, heads, materials in db.session.execute(
                select(once.c.sector, func.count(), func.sum(once.c.attendances), func.sum(once.c.materials))
                .group_by(once.c.sector))}


def _held_at(tally: Tally) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Each task with each entry of a register at which something of it was held."""
    wanted = _done(tally, RegisterEntry.id, RegisterEntry.name, Register.name, Register.unit,
                   Register.is_personal).join(
        event_host, event_host.c.event_id == Event.id).join(
        RegisterEntry, RegisterEntry.id == event_host.c.entry_id).join(
        Register, Register.id == RegisterEntry.register_id).distinct().order_by(
        Register.position, Register.name, RegisterEntry.name, RegisterEntry.id)
    wanted = wanted.add_columns(Register.position)  # what is ordered by must stand among distinct columns
    for task, entry, name, register, unit, is_personal, _position in db.session.execute(wanted):
        yield task, entry, {"register": register, "unit": unit, "is_personal": is_personal, "name": name}


def _grouped(held: Iterable[tuple[int, int, dict[str, Any]]]) -> Mapping[int, Told]:
    by_task = defaultdict(list)
    for task, _entry, told in held:
        by_task[task].append(told)
    return {task: _by_register(rows) for task, rows in by_task.items()}


def _by_register(rows: Iterable[dict[str, Any]]) -> Told:
    """How many of each register, the first of them by name; of people the number alone."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        one = found.setdefault(row["register"], {
            "register": row["register"], "unit": row["unit"], "count": 0, "named": []})
        one["count"] += 1
        if not row["is_personal"] and len(one["named"]) < NAMED:
            one["named"].append({name: value for name, value in row.items() if name not in {
                "register", "unit", "is_personal"}})
    return list(found.values())


def _approved(tasks: Sequence[Task], tally: Tally) -> Mapping[int, Told]:
    """What was approved in the period in the registers that a task's numbers are counted by."""
    by_register: dict[int, Told] = defaultdict(list)
    wanted = RegisterEntry.counted().join(RegisterEntry.register).join(RegisterEntry.region).where(
        Register.organization_id == tally.plan.organization_id).with_only_columns(
        RegisterEntry.register_id, Register.name, Register.unit, Register.is_personal, RegisterEntry.name,
        Region.name, RegisterEntry.level, RegisterEntry.approval_number, RegisterEntry.approved_on,
        RegisterEntry.plaque_on, maintain_column_froms=True).order_by(
        RegisterEntry.approved_on, RegisterEntry.region_code, RegisterEntry.name)
    wanted = tally.scope.of_office(tally.scope.of_days(wanted, RegisterEntry.approved_on),
                                   RegisterEntry.organization_id)
    for id, register, unit, is_personal, name, region, level, number, approved, plaque in db.session.execute(wanted):
        by_register[id].append({
            "register": register, "unit": unit, "is_personal": is_personal, "name": name, "region": region,
            "level": level, "approval_number": number, "approved_on": approved.isoformat(),
            "plaque_on": plaque.isoformat() if plaque else ""})
    return {task.id: [one for id in registers for one in _by_register(by_register[id])]
            for task in tasks if (registers := registers_of(task))}


def registers_of(task: Task) -> list[int]:
    """Those by whose entries a number of the task is counted."""
    return list(dict.fromkeys(one.register_id for one in task.indicators
                              if one.measure == Measure.REGISTER and one.register_id))


def _outside(tasks: Sequence[Task], to_date: Tally, period: Period) -> Mapping[int, Told]:
    """The readings that make each number at the period's end."""
    found: dict[int, Told] = defaultdict(list)
    for task in tasks:
        for indicator in task.indicators:
            for readings in to_date.readings_of(indicator).values():
                for one in standing_of([each for each in readings if each.month <= period.ends_on]):
                    found[task.id].append({
                        "indicator": indicator.name or indicator.wording, "source": one.source,
                        "region": one.region, "month": f"{one.month:%Y-%m}", "true_on": one.true_on.isoformat(),
                        "amount": one.amount, "unit": indicator.unit, "is_running_total": one.is_running_total})
    names = dict(db.session.execute(select(Region.code, Region.name).where(
        Region.code.in_({one["region"] for rows in found.values() for one in rows}))).all())
    for rows in found.values():
        for row in rows:
            row["region"] = names.get(row["region"], row["region"])
    return found


def _proofs(tally: Tally) -> Mapping[int, tuple[str, int]]:
    files = (select(MilestoneFile.milestone_id, func.count().label("files"))
             .group_by(MilestoneFile.milestone_id).subquery())
    wanted = (select(Milestone.id, Milestone.note, func.coalesce(files.c.files, 0)).join(Milestone.task)
              .outerjoin(files, files.c.milestone_id == Milestone.id)
              .where(Task.plan_id == tally.plan.id, Milestone.deleted_at.is_(None)))
    return {id: (note, count) for id, note, count in db.session.execute(
        tally.scope.of_office(wanted, Milestone.organization_id))}
