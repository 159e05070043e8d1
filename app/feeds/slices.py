"""A slice: which part of the calendar somebody wants. The page and the feed ask with the same one.

Repeated values unite, different names intersect, `not.` excludes (RFC 3986 query, names of this project).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _
from sqlalchemy import Select, and_, not_, or_, select
from werkzeug.datastructures import MultiDict

from app.db import db
from app.errors import BadInput
from app.events.models import Event
from app.events.span import midnight
from app.events.words import EventKind, EventState
from app.feeds.filters import (
    EXCLUSIONS,
    FILTERS,
    Condition,
    Keys,
    Sieve,
    UnknownValue,
    one_spelling,
    region_named,
)
from app.languages import language
from app.plans.models import Category, Plan, Sector, Task

__all__ = ["Slice", "UnknownName", "UnknownValue", "Window", "public_in"]

MONTHS_BACK, MONTHS_ON = 13, 18
LONGEST_VALUE, MOST_VALUES = 200, 50
AFTER_END, AFTER_CHANGE = timedelta(days=30), timedelta(days=90)  # how long a cancelled event stays


class UnknownName(BadInput):
    """A filter nobody knows: feeds answer 400, pages pass over it."""


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
                if any(len(one) > LONGEST_VALUE for one in values) or len(values) > MOST_VALUES:
                    raise BadInput(_("“%(name)s”的内容太长。", name=name))
                if any(not one.isprintable() for one in values):
                    raise BadInput(_("“%(name)s”里有不能用的字符。", name=name))
                if values:
                    chosen.append((name, values))
        ignored = sorted(set(query) - FILTERS.keys() - EXCLUSIONS.keys() - set(also))
        return cls(tuple(chosen), tuple(ignored))

    def strict(self) -> Slice:
        """:raises UnknownName: where a name was passed over."""
        if self.ignored:
            raise UnknownName(_("没有“%(name)s”这个筛选项。", name=self.ignored[0][:40]))
        return self

    def canonical(self) -> Slice:
        """The same, each value in the one spelling that all others mean: 成都 and 510100 are one feed.

        :raises UnknownValue: for a value nobody knows.
        """
        return replace(self, chosen=tuple((name, one_spelling(name, values)) for name, values in self.chosen))

    def condition(self) -> Condition | None:
        """What an event must meet, as SQL. :raises UnknownValue: for a value nobody knows."""
        conditions = [not_(sieve.condition) if excludes else sieve.condition
                      for excludes, sieve in self._sieves()]
        return and_(*conditions) if conditions else None

    def narrow(self, events: Select[Any]) -> Select[Any]:
        condition = self.condition()
        return events if condition is None else events.where(condition)

    def keep(self, tombstones: Iterable[Any]) -> list[Any]:
        """Of rows with `keys`, those that were in this slice when they were last public."""
        sieves = self._sieves()

        def kept(keys: Keys) -> bool:
            return all(sieve.keeps(keys) != excludes for excludes, sieve in sieves)

        return [row for row in tombstones if kept(row.keys)]

    def _sieves(self) -> list[tuple[bool, Sieve]]:
        return [(name in EXCLUSIONS, FILTERS[EXCLUSIONS.get(name, name)](values)) for name, values in self.chosen]

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
            words = "、".join(value_word(name.removeprefix("not."), value) for value in values)
            parts.append(_("除 %(words)s", words=words) if name in EXCLUSIONS else words)
        return " · ".join(parts) or _("全部活动")


@dataclass(frozen=True, slots=True)
class Window:
    """The months a list or feed covers, both ends whole months: `first` included, `last` not.

    Given `today`, what was cancelled leaves when its time is up; a page of one month shows it for good.
    """

    first: date
    last: date
    today: date | None = None

    @classmethod
    def around(cls, today: date, since: date | None = None) -> Window:
        first = since.replace(day=1) if since else _months(today, -MONTHS_BACK)
        return cls(first, _months(today, MONTHS_ON + 1), today)

    @property
    def last_day(self) -> date:
        return self.last - timedelta(days=1)

    def condition(self, zone: str) -> Condition:
        """Whatever touches the window."""
        touches = and_(Event.ends_at > midnight(self.first, zone), Event.starts_at < midnight(self.last, zone))
        if self.today is None:
            return touches
        begun = midnight(self.today, zone)
        return and_(touches, or_(Event.state != EventState.CANCELLED.value, Event.ends_at > begun - AFTER_END,
                                 Event.revised_at > begun - AFTER_CHANGE))


def public_in(chosen: Slice, window: Window, zone: str) -> Select[Event]:
    """The public events of a slice, by start and then UID: what a list shows and a feed carries."""
    return chosen.narrow(Event.public().where(window.condition(zone))).order_by(Event.starts_at, Event.ical_uid)


def value_word(name: str, value: str) -> str:
    """The value as a reader says it; one that nobody knows as it stands."""
    if name == "kind" and value in set(EventKind):
        return EventKind(value).label
    if name == "sector" and value in set(Sector):
        return Sector(value).label
    if name == "region":
        try:
            return region_named(value).called(language())
        except UnknownValue:
            return value
    if name in ("event", "parent"):
        number = int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0
        event = db.session.scalars(Event.public().where(Event.id == number)).one_or_none()
        return event.titled(language()) if event else value
    if name in ("category", "task"):
        noun = Category if name == "category" else Task
        found = db.session.scalars(select(noun).join(noun.plan).where(
            noun.code == value, Plan.adopted_at.is_not(None)).order_by(Plan.year.desc()).limit(1)).one_or_none()
        return f"{value} {found.called(language())}" if found else value
    return value


def _months(day: date, count: int) -> date:
    month = day.year * 12 + day.month - 1 + count
    return date(month // 12, month % 12 + 1, 1)
