"""Campaigns, competitions and series come back: shells of them in another year, as drafts on days by rule.

A shell is its source's frame: no figures, no sign-ups, no letters, no speaker and no address online, for these are
asked for anew. Its parts come with it. It is linked to tasks when the year's plan is adopted, and not before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import aliased, selectinload

from app.accounts.places import Organization, below
from app.db import Change, db, note
from app.events.asking import office_zone
from app.events.models import Event, EventRegion
from app.events.span import Span, later, midnight
from app.events.words import EventKind, EventState
from app.plans.lineage import heirs
from app.plans.models import Plan, Task
from app.plans.yearly import DateRule, Days

_OFFERED = (EventState.PUBLISHED.value, EventState.POSTPONED.value, EventState.HELD.value, EventState.CLOSED.value)
_KINDS = (EventKind.CAMPAIGN.value, EventKind.COMPETITION.value)


@dataclass(frozen=True, slots=True)
class Shell:
    """What `source` becomes under `rule`: its new days, and those of its parts."""

    source: Event
    year: int
    rule: DateRule
    days: Days
    parts: tuple[tuple[Event, Days], ...]

    @classmethod
    def of(cls, source: Event, year: int, rule: DateRule) -> Shell:
        before = days_of(source.span)
        after = before.another_year(year, rule)
        parts = [one for one in source.parts if one.deleted_at is None and one.state in _OFFERED]
        return cls(source, year, rule, after,
                   tuple((part, days_of(part.span).with_parent(before, after)) for part in parts))

    @property
    def moves(self) -> list[tuple[Event, Days, Days]]:
        """(event, days before, days after): itself first, its parts after it."""
        return [(one, days_of(one.span), after) for one, after in ((self.source, self.days), *self.parts)]

    def make(self, as_of: datetime) -> Event:
        """Drafts: nobody hears of them."""
        made = self._drafted(self.source, self.days, as_of)
        db.session.add(made)
        made.add_parts([self._drafted(part, days, as_of) for part, days in self.parts], as_of)
        note(Change(made, "rolled_over", as_of, before={"starts_on": self.source.span.starts_on},
                    after={"starts_on": self.days.first, "parts": len(self.parts)}, quiet=True))
        return made

    def _drafted(self, source: Event, days: Days, as_of: datetime) -> Event:
        before = source.span.starts_on.year
        return source.copied(_on(source.span, days), as_of, source_id=source.id,
                             title=in_year(source.title, before, self.year),
                             title_en=in_year(source.title_en, before, self.year))


def days_of(span: Span) -> Days:
    return Days(span.starts_on, span.ends_on)


def _on(span: Span, days: Days) -> Span:
    """The same hours on other days; whole days fill `days`."""
    if span.is_all_day:
        return Span.of_days(days.first, days.last, span.zone)
    return Span(later(span.starts_at, days.first - span.starts_on, span.zone),
                later(span.ends_at, days.last - span.ends_on, span.zone), False, span.zone)


def in_year(words: str, before: int, year: int) -> str:
    """“2026年知识产权宣传周” becomes “2027年…”; a number that only contains the year stays."""
    return re.sub(rf"(?<!\d){before}(?!\d)", str(year), words)


def returning(plan: Plan, year: int) -> Select[Event]:
    """What of the plan's year may come back in `year` and has not yet: campaigns and competitions on their own, and
    series of lectures. All that a shell is made of comes with it in a bounded number of queries."""
    part, shell = aliased(Event), aliased(Event)
    series = Event.id.in_(select(part.parent_id).where(part.parent_id.is_not(None), part.deleted_at.is_(None)))
    is_there = select(shell.source_id).where(
        shell.source_id.is_not(None), shell.deleted_at.is_(None), *_begins_in(shell, year))
    return (_of_office(plan.organization).where(
        *_begins_in(Event, plan.year), Event.parent_id.is_(None), Event.state.in_(_OFFERED),
        Event.kind.in_(_KINDS) | ((Event.kind == EventKind.LECTURE.value) & series), Event.id.not_in(is_there))
        .options(*_WHOLE, selectinload(Event.parts).options(*_WHOLE)).order_by(Event.starts_at, Event.id))


_WHOLE = (selectinload(Event.organization).options(
    selectinload(Organization.region), selectinload(Organization.merged_into)), selectinload(Event.programmes),
    selectinload(Event.hosts), selectinload(Event.in_regions).selectinload(EventRegion.region))


def shells_in(plan: Plan) -> Select[Event]:
    """The shells of the plan's year that are still there."""
    return _of_office(plan.organization).where(
        *_begins_in(Event, plan.year), Event.source_id.is_not(None)).order_by(Event.id)


def _of_office(organization: Organization) -> Select[Event]:
    return select(Event).join(Event.organization).where(
        below(frozenset({organization.path})), Event.deleted_at.is_(None))


def _begins_in(event: Any, year: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    zone = office_zone().key
    return (event.starts_at >= midnight(date(year, 1, 1), zone),
            event.starts_at < midnight(date(year + 1, 1, 1), zone))


def link(plan: Plan, as_of: datetime) -> None:
    """When the plan is adopted: its shells count towards what their sources' tasks go on as."""
    shells = db.session.scalars(shells_in(plan).options(selectinload(Event.tasks))).all()
    sources = {one.id: one for one in db.session.scalars(
        select(Event).where(Event.id.in_([shell.source_id for shell in shells])).options(
            selectinload(Event.tasks).selectinload(Task.indicators)))}
    tasks = {task.id: task for one in sources.values() for task in one.tasks}
    following = heirs(plan, tasks.values())
    for shell in shells:
        was = sources.get(shell.source_id or 0)
        wanted = [following[task.id] for task in was.tasks if task.id in following] if was else []
        if wanted and not shell.tasks and shell.state != EventState.CANCELLED:
            shell.revise(as_of, quiet=True, tasks=sorted(wanted, key=lambda task: (task.position, task.id)))


def take_back(shells: Iterable[Event], as_of: datetime) -> None:
    """Discards shells nobody has touched. A family in which somebody worked stays, as drafts like any other."""
    for family in _families(list(shells)):
        if all(is_untouched(one) for one in family):
            for one in family:
                one.discard(as_of)


def is_untouched(shell: Event) -> bool:
    return shell.state == EventState.DRAFT and shell.revised_at == shell.created_at


def _families(shells: Sequence[Event]) -> list[list[Event]]:
    found: dict[int, list[Event]] = {}
    for one in shells:
        found.setdefault(one.parent_id or one.id, []).append(one)
    return list(found.values())
