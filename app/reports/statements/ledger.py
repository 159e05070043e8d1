"""The ledger of events (活动台账): a row for each event held, read in slices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Person
from app.accounts.places import below
from app.db import db
from app.events.asking import office_zone
from app.events.models import Event
from app.events.span import midnight
from app.events.words import EventKind, EventState, Part
from app.plans.models import Task
from app.reports.statements.period import Period

SLICE = 500

COLUMNS = ("序号", "任务编号", "活动名称", "类型", "开始", "结束", "地点", "主办单位", "地区", "主讲", "对象",
           "走进的单位", "品牌活动", "计划人数", "实到人次", "实到人数", "学时", "发放资料（份）", "报道链接",
           "照片（张）", "小结", "填报人", "填报时间", "状态", "人数已确认", "计入计划")
_SUMMED = [COLUMNS.index(name) for name in ("实到人次", "实到人数", "发放资料（份）")]


def held(path: str, period: Period) -> Select[Event]:
    """What the office at `path` and those below it held in the period: with figures, confirmed or not yet."""
    zone = office_zone().key
    return select(Event).join(Event.organization).where(
        below(frozenset({path})), Event.deleted_at.is_(None),
        Event.state.in_((EventState.HELD.value, EventState.CLOSED.value)),
        Event.starts_at >= midnight(period.starts_on, zone),
        Event.starts_at < midnight(period.ends_on + timedelta(days=1), zone))


def count(path: str, period: Period) -> int:
    wanted = held(path, period).with_only_columns(func.count())
    return db.session.scalar(wanted) or 0


def slices(wanted: Select[Event], *loaded: Any) -> Iterator[Sequence[Event]]:
    """In the order of time, so many at once that memory stays small; never a page twice or none."""
    wanted = wanted.order_by(Event.starts_at, Event.id).limit(SLICE).options(*loaded)
    found: Sequence[Event] = db.session.scalars(wanted).all()
    while found:
        moment, id = found[-1].starts_at, found[-1].id
        yield found
        after = or_(Event.starts_at > moment, and_(Event.starts_at == moment, Event.id > id))
        found = db.session.scalars(wanted.where(after)).all()


# What a row reads of its event.
LOADED = (joinedload(Event.organization), joinedload(Event.figures), selectinload(Event.in_regions),
          selectinload(Event.tasks).load_only(Task.code), selectinload(Event.photos), selectinload(Event.hosts),
          selectinload(Event.programmes))


def rows(path: str, period: Period) -> Iterator[list[Any]]:
    """Cells in the order of `COLUMNS`; numbers are numbers, moments the office's. Last what counts comes to: what
    the report of the same period says."""
    names, number, counted, sums = people(), 0, 0, [0] * len(_SUMMED)
    for found in slices(held(path, period), *LOADED):
        for event in found:
            number += 1
            cells = [number, *row(event, names)]
            yield cells
            if not uncounted(event):
                counted += 1
                sums = [total + (cells[at] or 0) for total, at in zip(sums, _SUMMED, strict=True)]
    yield _total(counted, sums)


def uncounted(event: Event) -> str:
    """Why it counts towards no task; nothing for what does."""
    if event.part and Part(event.part).follows_parent:
        return _("算在所属活动里")
    if not event.tasks:
        return _("没有关联任务")
    return "" if event.figures_confirmed_at else _("人数没有确认")


def _total(counted: int, sums: Sequence[int]) -> list[Any]:
    cells: list[Any] = [None] * len(COLUMNS)
    cells[COLUMNS.index("活动名称")] = ngettext("合计：计入计划的 %(num)d 场", "合计：计入计划的 %(num)d 场", counted)
    for at, total in zip(_SUMMED, sums, strict=True):
        cells[at] = total
    return cells


def people() -> dict[int, str]:
    """Who may have reported, by id."""
    return dict(db.session.execute(select(Person.id, Person.name)).all())


def row(event: Event, names: dict[int, str]) -> list[Any]:
    """Without its number; the event with what is `LOADED`."""
    figures, zone = event.figures, office_zone()
    place = event.location or (event.online_url and _("线上"))
    return [
        "、".join(task.code for task in event.tasks), event.title, EventKind(event.kind).label,
        event.starts_at.astimezone(zone).strftime("%Y-%m-%d" if event.is_all_day else "%Y-%m-%d %H:%M"),
        event.span.ends_on.isoformat() if event.is_all_day else event.ends_at.astimezone(zone).strftime(
            "%Y-%m-%d %H:%M"),
        place, event.organization.name, "、".join(one.short_name for one in event.regions), event.speaker,
        event.audience, "、".join(one.name for one in event.hosts), "、".join(one.name for one in event.programmes),
        event.capacity, figures and figures.attendances, figures and figures.people,
        None if event.credit_hours is None else event.credit_hours / 10, figures and figures.materials,
        figures and figures.media_url, len(event.photos),
        figures.summary if figures else "", names.get(figures.entered_by_id, "") if figures else "",
        figures.entered_at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if figures else "",
        EventState(event.state).label, _("是") if event.figures_confirmed_at else _("否"),
        _("不计入：%(why)s", why=why) if (why := uncounted(event)) else _("计入"),
    ]
