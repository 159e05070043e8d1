"""A slice: which part of the calendar somebody wants. The page and the feed ask with the same one.

Repeated values unite, different names intersect, `not.` excludes (RFC 3986 query, names of this project).
A further filter is one entry in `FILTERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, not_, or_, select
from werkzeug.datastructures import MultiDict

from app.accounts.places import Organization, Region
from app.db import db
from app.errors import BadInput
from app.events.models import Event, EventRegion, event_task
from app.events.span import midnight
from app.events.words import EventKind
from app.plans.models import Category, Plan, Sector, Task

MONTHS_BACK, MONTHS_ON = 13, 18
LONGEST_WORD = 60

Condition = ColumnElement[bool]


def _kinds(values: tuple[str, ...]) -> Condition:
    known(values, EventKind, _("类型"))
    return Event.kind.in_(values)


def _sectors(values: tuple[str, ...]) -> Condition:
    known(values, Sector, _("板块"))
    return _under_task(Category.sector.in_(values))


def _categories(values: tuple[str, ...]) -> Condition:
    _exist(values, Category.code, _("类别"))
    return _under_task(Category.code.in_(values))


def _tasks(values: tuple[str, ...]) -> Condition:
    _exist(values, Task.code, _("任务"))
    return _under_task(Task.code.in_(values))


def _plans(values: tuple[str, ...]) -> Condition:
    years = [int(value) for value in values if value.isascii() and value.isdigit() and len(value) == 4]
    if len(years) != len(values):
        raise UnknownValue(_("计划年份"), next(value for value in values if not value.isdigit() or len(value) != 4))
    return _under_task(Plan.year.in_(years))


def _regions(values: tuple[str, ...]) -> Condition:
    """In the region or below it, or for a region above it: a province-wide event shows in every city."""
    conditions = []
    for value in values:
        region = db.session.scalars(Region.named(value).limit(1)).one_or_none()
        if region is None:
            raise UnknownValue(_("地区"), value)
        conditions += [EventRegion.region_code.startswith(region.stem), EventRegion.region_code.in_(region.above)]
    return Event.id.in_(select(EventRegion.event_id).where(or_(*conditions)))


def _organizations(values: tuple[str, ...]) -> Condition:
    found = db.session.scalars(select(Organization).where(Organization.name.in_(values))).all()
    missing = [value for value in values if value not in {one.name for one in found}]
    if missing:
        raise UnknownValue(_("单位"), missing[0])
    paths = [Organization.path.startswith(one.path) for one in found]
    return Event.organization_id.in_(select(Organization.id).where(or_(*paths)))


def _audiences(values: tuple[str, ...]) -> Condition:
    return or_(*(Event.audience.contains(value, autoescape=True) for value in values))


def _words(values: tuple[str, ...]) -> Condition:
    """Every word somewhere in what is said of the event."""
    places = (Event.title, Event.title_en, Event.description, Event.location, Event.speaker, Event.audience)
    words = [word for value in values for word in value.split()]
    return and_(*(or_(*(place.icontains(word, autoescape=True) for place in places)) for word in words))


FILTERS: Mapping[str, Callable[[tuple[str, ...]], Condition]] = {
    "kind": _kinds, "sector": _sectors, "category": _categories, "task": _tasks, "plan": _plans,
    "region": _regions, "organization": _organizations, "audience": _audiences, "q": _words,
}
EXCLUSIONS = {f"not.{name}": name for name in FILTERS if name != "q"}


class UnknownName(BadInput):
    """A filter nobody knows: feeds answer 400, pages pass over it."""


class UnknownValue(BadInput):
    """A value the filter does not know; the sentence names both."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__(_("没有“%(value)s”这个%(name)s。", value=value[:40], name=name))


@dataclass(frozen=True, slots=True)
class Slice:
    """Filter names and values in canonical order: equal slices are equal values and give equal bytes."""

    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ignored: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def of(cls, query: MultiDict[str, str], *, also: Iterable[str] = ()) -> Slice:
        """From a query; names in `also` are the page's own. Unknown ones are kept in `ignored`."""
        chosen = []
        for name in sorted(query):
            if name in FILTERS or name in EXCLUSIONS:
                values = tuple(sorted({one.strip() for one in query.getlist(name) if one.strip()}))
                if any(len(one) > LONGEST_WORD for one in values) or len(values) > 50:
                    raise BadInput(_("“%(name)s”的内容太长。", name=name))
                if values:
                    chosen.append((name, values))
        ignored = sorted(set(query) - FILTERS.keys() - EXCLUSIONS.keys() - set(also))
        return cls(tuple(chosen), tuple(ignored))

    def strict(self) -> Slice:
        """:raises UnknownName: where a name was passed over."""
        if self.ignored:
            raise UnknownName(_("没有“%(name)s”这个筛选项。", name=self.ignored[0][:40]))
        return self

    def condition(self) -> Condition | None:
        """What an event must meet, as SQL. :raises UnknownValue: for a value nobody knows."""
        conditions = [not_(FILTERS[EXCLUSIONS[name]](values)) if name in EXCLUSIONS else FILTERS[name](values)
                      for name, values in self.chosen]
        return and_(*conditions) if conditions else None

    def narrow(self, events: Select[Any]) -> Select[Any]:
        condition = self.condition()
        return events if condition is None else events.where(condition)

    def values(self, name: str) -> tuple[str, ...]:
        return dict(self.chosen).get(name, ())

    @property
    def is_everything(self) -> bool:
        return not self.chosen

    def query(self, **more: str | None) -> str:
        """As a query string, canonical; `more` adds or (None) drops the page's own names."""
        pairs = [(name, value) for name, values in self.chosen for value in values]
        pairs += [(name, value) for name, value in more.items() if value is not None]
        return urlencode(pairs)

    def describe(self) -> str:
        """Its title in the reader's language: 讲座 · 成都."""
        parts: list[str] = []
        for name, values in self.chosen:
            words = [_value_word(name.removeprefix("not."), value) for value in values]
            parts.append((_("除 ") if name.startswith("not.") else "") + "、".join(words))
        return " · ".join(parts) or _("全部活动")


@dataclass(frozen=True, slots=True)
class Window:
    """The months a list or feed covers, both ends whole months: `first` included, `last` not."""

    first: date
    last: date

    @classmethod
    def around(cls, today: date, since: date | None = None) -> Window:
        first = since.replace(day=1) if since else _months(today, -MONTHS_BACK)
        return cls(first, _months(today, MONTHS_ON + 1))

    def condition(self, zone: str) -> Condition:
        """Whatever touches the window."""
        return and_(Event.ends_at > midnight(self.first, zone), Event.starts_at < midnight(self.last, zone))


def public_in(chosen: Slice, window: Window, zone: str) -> Select[Event]:
    """The public events of a slice, by start and then UID: what a list shows and a feed carries."""
    return chosen.narrow(Event.public().where(window.condition(zone))).order_by(Event.starts_at, Event.ical_uid)


def known(values: tuple[str, ...], words: Iterable[Any], name: str) -> None:
    good = {str(word) for word in words}
    for value in values:
        if value not in good:
            raise UnknownValue(name, value)


def _exist(values: tuple[str, ...], column: Any, name: str) -> None:
    found = set(db.session.scalars(select(column).where(column.in_(values)).distinct()))
    for value in values:
        if value not in found:
            raise UnknownValue(name, value)


def _under_task(condition: Condition) -> Condition:
    """Its own task, or its parent's: a stage of a competition belongs where the competition does."""
    linked = (select(event_task.c.event_id).join(Task, Task.id == event_task.c.task_id)
              .join(Category, Category.id == Task.category_id).join(Plan, Plan.id == Task.plan_id)
              .where(Plan.adopted_at.is_not(None), condition))
    return or_(Event.id.in_(linked), and_(Event.part.in_(("stage", "session")), Event.parent_id.in_(linked)))


def _value_word(name: str, value: str) -> str:
    if name == "kind":
        return EventKind(value).label if value in set(EventKind) else value
    if name == "sector":
        return Sector(value).label if value in set(Sector) else value
    return value


def _months(day: date, count: int) -> date:
    month = day.year * 12 + day.month - 1 + count
    return date(month // 12, month % 12 + 1, 1)

