"""What may be counted twice or is of another year, and how the totals treat it: a person decides whether it should
be so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Select, func, select

from app.accounts.places import Organization, Region
from app.db import db
from app.events.asking import office_zone
from app.events.figures import Figures
from app.events.models import Event, event_task
from app.plans.indicators import Indicator
from app.plans.models import Plan, Task
from app.plans.outside import OutsideFigure
from app.plans.registers import Register, RegisterEntry, masked_name
from app.reports.counting.scope import Scope


@dataclass(frozen=True, slots=True)
class Thing:
    """One of those that may be the same; `kind`: event, entry, indicator; `path` is that of its office."""

    kind: str
    id: int
    title: str
    note: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one sort. Each finding are the things that belong together; `treatment`: what the totals do."""

    key: str
    title: str
    treatment: str
    findings: Sequence[Sequence[Thing]]


def doubles(plan: Plan) -> list[Group]:
    """All sorts in a fixed order, those without findings too; one query each."""
    return [Group(key, title, treatment, list(find(plan))) for key, title, treatment, find in (
        ("tasks", _("一个活动挂了几项任务"), _("在每项任务里各算一场，全部任务合计时只算一场。"), _of_several_tasks),
        ("parts", _("整个活动和它的子活动都计入"),
         _("各算一场。如果整个活动的人次已经包含子活动的，人次就重复了：请只在一处登记。"), _with_parent),
        ("same", _("同名、同一天、同一地点的活动"),
         _("各算一场。如果是同一场录了两次，请取消一场。"), _of_one_name),
        ("year", _("活动不在计划的年度"),
         _("不计入本年度的数字，只有跨年累计的指标算上以前年度的。请核对日期，或者改挂当年计划的任务。"),
         _of_another_year),
        ("entries", _("同名的登记在几处"),
         _("每种登记各算各的；同一种登记里名称相同、地区不同的，算两个。同一个指标只数一种登记。"),
         _entries_of_one_name),
        ("sources", _("一个指标有几个外部来源"),
         _("不同来源的数字相加。如果是同一批人，请只留一个来源。"), _of_several_sources),
        ("outside", _("外部数字和同一任务的活动人次"),
         _("分开计，不相加：外部数字不进活动人次，活动人次也不进外部数字。"), _beside_events))]


def _of_several_tasks(plan: Plan) -> Iterator[list[Thing]]:
    several = (_linked(plan).group_by(event_task.c.event_id).having(func.count() > 1))
    codes, things = defaultdict(list), {}
    for thing, code in _told(_events(Task.code).join(event_task, event_task.c.event_id == Event.id)
                             .join(Task, Task.id == event_task.c.task_id)
                             .where(Task.plan_id == plan.id, Event.id.in_(several)).order_by(Task.position)):
        things[thing.id] = thing
        codes[thing.id].append(code)
    for id, thing in things.items():
        yield [replace(thing, note=_("%(facts)s · 任务 %(codes)s", facts=thing.note, codes=_("、").join(codes[id])))]


def _with_parent(plan: Plan) -> Iterator[list[Thing]]:
    """A campaign or series of the plan together with those of its items or issues that are of the plan as well."""
    family = defaultdict(list)
    for thing, parent in _told(_events(Event.parent_id).where(Event.id.in_(_linked(plan)))
                               .order_by(Event.parent_id.is_not(None), Event.starts_at, Event.id)):
        family[parent or thing.id].append((thing, parent))
    for members in family.values():
        if len(members) > 1 and members[0][1] is None:
            yield [thing for thing, _parent in members]


def _of_one_name(plan: Plan) -> Iterator[list[Thing]]:
    repeated = (Event.countable().with_only_columns(Event.title).where(Event.id.in_(_linked(plan)))
                .group_by(Event.title).having(func.count() > 1))
    alike = defaultdict(list)
    for thing, title, location, starts_at in _told(
            _events(Event.title, Event.location, Event.starts_at).where(
                Event.id.in_(_linked(plan)), Event.title.in_(repeated)).order_by(Event.starts_at, Event.id)):
        alike[title, "".join(location.split()), starts_at.astimezone(office_zone()).date()].append(thing)
    yield from (things for things in alike.values() if len(things) > 1)


def _of_another_year(plan: Plan) -> Iterator[list[Thing]]:
    """Events under the plan's tasks that begin before its year or after it."""
    year = Scope(plan.year).of_year(_events()).with_only_columns(Event.id)
    for thing, in _told(_events().where(Event.id.in_(_linked(plan)), Event.id.not_in(year))
                        .order_by(Event.starts_at, Event.id)):
        yield [thing]


def _entries_of_one_name(plan: Plan) -> Iterator[list[Thing]]:
    counted = RegisterEntry.counted().whereclause
    own = Register.organization_id == plan.organization_id
    repeated = (select(RegisterEntry.name).join(RegisterEntry.register).where(counted, own)
                .group_by(RegisterEntry.name).having(func.count() > 1))
    alike = defaultdict(list)
    for id, name, register, is_personal, region, office, path in db.session.execute(
            select(RegisterEntry.id, RegisterEntry.name, Register.name, Register.is_personal, Region.name,
                   Organization.name, Organization.path)
            .join(RegisterEntry.register).join(RegisterEntry.region).join(RegisterEntry.organization)
            .where(counted, own, RegisterEntry.name.in_(repeated)).order_by(RegisterEntry.name, RegisterEntry.id)):
        alike[name].append(Thing("entry", id, masked_name(name) if is_personal else name,
                                 " · ".join((register, region, office)), path))
    yield from alike.values()


def _of_several_sources(plan: Plan) -> Iterator[list[Thing]]:
    sources = defaultdict(set)
    things = {}
    for indicator, code, wording, source, region in db.session.execute(
            select(OutsideFigure.indicator_id, Task.code, Indicator.wording, OutsideFigure.source, Region.name)
            .join(OutsideFigure.indicator).join(Indicator.task).join(OutsideFigure.region)
            .where(Task.plan_id == plan.id).distinct()):
        sources[indicator, region].add(source)
        things[indicator, region] = Thing("indicator", indicator, f"{code} {wording}", region)
    for key, named in sources.items():
        if len(named) > 1:
            yield [replace(things[key], note=f"{things[key].note} · {_('、').join(sorted(named))}")]


def _beside_events(plan: Plan) -> Iterator[list[Thing]]:
    """Indicators with figures from elsewhere whose task had people at its own events."""
    figures = select(OutsideFigure.indicator_id)
    for id, code, wording, count, attendances in db.session.execute(
            Event.done().with_only_columns(Indicator.id, Task.code, Indicator.wording, func.count(Event.id),
                                           func.sum(Figures.attendances), maintain_column_froms=True)
            .join(Figures, Figures.event_id == Event.id).join(event_task, event_task.c.event_id == Event.id)
            .join(Task, Task.id == event_task.c.task_id).join(Indicator, Indicator.task_id == Task.id)
            .where(Task.plan_id == plan.id, Indicator.id.in_(figures))
            .group_by(Indicator.id, Task.code, Indicator.wording, Task.position)
            .order_by(Task.position, Indicator.id)):
        yield [Thing("indicator", id, f"{code} {wording}",
                     ngettext(
                         "同一任务的活动 %(num)d 场，%(attendances)d 人次",
                         "同一任务的活动 %(num)d 场，%(attendances)d 人次",
                         count, attendances=attendances))]


def _linked(plan: Plan) -> Select[Any]:
    """Ids of the events under the plan's tasks."""
    return (select(event_task.c.event_id).join(Task, Task.id == event_task.c.task_id)
            .where(Task.plan_id == plan.id))


def _events(*columns: Any) -> Select[Any]:
    """Those that count or may come to, with what is told of them, and `columns` beside."""
    return (Event.countable().with_only_columns(
        Event.id, Event.title, Event.starts_at, Organization.name, Organization.path, *columns,
        maintain_column_froms=True).join(Organization, Organization.id == Event.organization_id))


def _told(wanted: Select[Any]) -> Iterator[tuple[Any, ...]]:
    for id, title, starts_at, office, path, *beside in db.session.execute(wanted):
        day = starts_at.astimezone(office_zone()).date()
        yield Thing("event", id, title, f"{day.isoformat()} · {office}", path), *beside
