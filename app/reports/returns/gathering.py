"""Fetches what an office held in a month, in a bounded number of queries whatever the number of events."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.places import Organization, RegionLevel
from app.db import db
from app.events.models import Event, EventRegion
from app.events.queries import OWN_DAYS
from app.events.words import EventState
from app.plans.milestones import Milestone
from app.plans.registers import RegisterEntry
from app.plans.standing import STEPS, field_of
from app.reports.returns.figures import Held, MonthFigures, Noted, TaskName
from app.reports.returns.month import Month
from app.reports.returns.scope import Branch

WHOLE = (joinedload(Event.figures), joinedload(Event.organization), selectinload(Event.in_regions),
         selectinload(Event.tasks))


def gather(branch: Branch, office: Organization, month: Month, as_of: datetime) -> MonthFigures:
    """What `office` of this branch held, and what is still to be said of the month."""
    ours = branch.told_with(office)
    events = _told(Event.done().where(_in(month), Event.organization_id.in_(ours) | _is_joint(office)))
    open_ones = db.session.scalars(_open(ours, month, as_of)).all()
    return MonthFigures(
        held=tuple(held(one) for one in events if one.organization_id in ours),
        joint=tuple(held(one) for one in events if one.organization_id not in ours),
        missing=tuple(_noted(one) for one in open_ones if one.state == EventState.PUBLISHED),
        unconfirmed=tuple(_noted(one) for one in open_ones if one.state != EventState.PUBLISHED),
        register=tuple(_register_changes(ours, month)), milestones=tuple(_reached(ours, month)))


def as_they_are(ids: Collection[int], organizations: Collection[int], month: Month) -> list[Held]:
    """What counts today: the events of these ids, and whatever these organizations held in the month."""
    return [held(one) for one in _told(Event.done().where(
        or_(Event.id.in_(ids), Event.organization_id.in_(organizations)), _in(month)))]


def held(event: Event) -> Held:
    figures = event.figures
    return Held(
        id=event.id, title=event.title, on=event.span.starts_on.isoformat(), kind=event.kind,
        office=event.organization.name, tasks=tuple(TaskName(one.id, one.code, one.title) for one in event.tasks),
        regions=tuple(one.region_code for one in event.in_regions), attendances=figures.attendances if figures else 0,
        people=figures.people if figures else None, materials=figures.materials if figures else None)


def _told(wanted: Select[Event]) -> Sequence[Event]:
    return db.session.scalars(wanted.options(*WHOLE).order_by(Event.starts_at, Event.id)).all()


def _in(month: Month) -> ColumnElement[bool]:
    """An event belongs to the month in which it begins, as everywhere else that counts by months."""
    return (Event.starts_at >= month.begins_at) & (Event.starts_at < month.ends_at)


def _is_joint(office: Organization) -> ColumnElement[bool]:
    """Names the office's region beside others. Of a department, or of the whole province, nobody is a partner."""
    several = select(EventRegion.event_id).group_by(EventRegion.event_id).having(func.count() > 1)
    ours = select(EventRegion.event_id).where(EventRegion.region_code == office.region_code)
    if office.kind != "office" or office.region.level == RegionLevel.PROVINCE:
        return Event.id.is_(None)
    return Event.id.in_(ours) & Event.id.in_(several)


def _open(ours: Iterable[int], month: Month, as_of: datetime) -> Select[Event]:
    """Announced and over, or held with figures that nobody has confirmed."""
    waits = Event.state.in_((EventState.HELD.value, EventState.CLOSED.value)) & Event.figures_confirmed_at.is_(None)
    return select(Event).where(
        Event.organization_id.in_(ours), Event.deleted_at.is_(None), _in(month),
        Event.part.is_(None) | Event.part.not_in(OWN_DAYS),
        (Event.state == EventState.PUBLISHED.value) & (Event.ends_at <= as_of) | waits
    ).order_by(Event.starts_at, Event.id)


def _noted(event: Event) -> Noted:
    return Noted(event.id, event.title, event.span.starts_on.isoformat())


def _register_changes(ours: Collection[int], month: Month) -> Iterable[Noted]:
    """One line for each day of an entry that falls into the month."""
    rows = db.session.scalars(select(RegisterEntry).where(
        RegisterEntry.organization_id.in_(ours), RegisterEntry.deleted_at.is_(None),
        or_(*(getattr(RegisterEntry, day).between(month.first, month.last) for day in map(field_of, STEPS))))
        .options(joinedload(RegisterEntry.register)).order_by(RegisterEntry.register_id, RegisterEntry.id))
    for entry in rows:
        for step in STEPS:
            on = entry.course.day_of(step)
            if on and month.first <= on <= month.last:
                yield Noted(entry.id, f"{entry.register.name}：{entry.shown_name}", on.isoformat(), step.value)


def _reached(ours: Collection[int], month: Month) -> Iterable[Noted]:
    rows = db.session.scalars(select(Milestone).where(
        Milestone.organization_id.in_(ours), Milestone.deleted_at.is_(None),
        Milestone.reached_on.between(month.first, month.last))
        .options(joinedload(Milestone.task)).order_by(Milestone.reached_on, Milestone.id))
    for one in rows:
        yield Noted(one.id, one.title, one.reached_on.isoformat() if one.reached_on else "", one.task.code)
