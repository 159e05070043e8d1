"""What a feed carries, in parts: first what each part is made of, then, where they are wanted, the bytes.

A part is a month of starts, three days where the month is crowded, or a day where they are (UTC): it is cut by what
is in it, so that one event more changes one part and moves no other. Each begins anew as it is packed: small ones
cost octets, large ones time after an edit. With ten thousand events a year, three days take a quarter less than one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Select, String, and_, cast, func, select

from app.db import db
from app.events.models import Event
from app.feeds.models import FeedEntry

CROWDED = 200  # events, more than which are not one part
SPAN = 3  # days; the last span of a month is what is left
ROWS = 500  # read at a time
KNOWN = 4_000  # parts: after an edit all but one are what they were


@dataclass(frozen=True, slots=True)
class Part:
    """The entries that start from `first` until `until`.

    `made_of` names their events and, behind a colon, the latest of their revisions: revisions only rise, so of equal
    names none was remade in between, and the bytes are equal. `departed`: which are tombstones, by event.
    """

    first: date
    until: date
    count: int
    octets: int
    made_of: str
    zones: frozenset[str]
    departed: frozenset[int]

    @property
    def events(self) -> list[int]:
        return [int(id) for id in self.made_of.partition(":")[0].split(",")]


@dataclass(frozen=True, slots=True)
class Contents:
    """The parts of one feed, by start. `events` selects the events that it lists, `language` is its entries'."""

    events: Select[Event]
    language: str
    parts: Sequence[Part] = field(default_factory=tuple)

    @classmethod
    def of(cls, events: Select[Event], departed: Sequence[Any], language: str) -> Contents:
        """In one query however much there is. `departed`: rows of tombstones that belong to it as well."""
        days = _days(events, language)
        for row in departed:
            days.setdefault(row.day, []).append(
                _Some(row.zone, 1, row.octets, str(row.event_id), row.revision, row.event_id))
        return cls(events, language, tuple(_parts(days)))

    @property
    def zones(self) -> set[str]:
        return {zone for part in self.parts for zone in part.zones}

    @property
    def octets(self) -> int:
        return sum(part.octets for part in self.parts)

    @property
    def count(self) -> int:
        return sum(part.count for part in self.parts)

    @property
    def months(self) -> list[list[Part]]:
        """The parts, those of a crowded month together."""
        return [list(parts) for _month, parts in groupby(self.parts, lambda part: part.first.replace(day=1))]

    def bodies(self, wanted: Sequence[Part]) -> Iterator[tuple[Part, list[bytes]]]:
        """The entries of each wanted part, by start and then UID; one query, two where many parts are wanted and
        tombstones are among them."""
        if not wanted:
            return
        if sum(part.count for part in wanted) <= ROWS:
            rows, stones = self._named(wanted), {}
        else:
            stones = self._departed(wanted)
            # The moment and the UID cost more to read than the body; only what tombstones stand among needs them.
            places = (FeedEntry.starts_at, Event.ical_uid) if stones else ()
            within = entries_of(self.events, self.language).where(
                FeedEntry.day >= wanted[0].first, FeedEntry.day < wanted[-1].until)
            rows = db.session.execute(within.with_only_columns(FeedEntry.day, FeedEntry.body, *places).order_by(
                FeedEntry.day, FeedEntry.starts_at, Event.ical_uid).execution_options(yield_per=ROWS))
        parts = iter(wanted)
        part, found = next(parts), []
        for row in rows:
            while row.day >= part.until:
                yield part, _sorted(found, stones, part)
                part, found = next(parts), []
            if row.day >= part.first:
                found.append(row)
        yield part, _sorted(found, stones, part)
        for part in parts:
            yield part, _sorted([], stones, part)

    def _named(self, wanted: Sequence[Part]) -> Iterable[Any]:
        """Few are asked for by name, whatever else the feed carries."""
        ids = [id for part in wanted for id in part.events]
        return db.session.execute(select(FeedEntry.day, FeedEntry.body).join(
            Event, Event.id == FeedEntry.event_id).where(
            FeedEntry.language == self.language, FeedEntry.event_id.in_(ids)).order_by(
            FeedEntry.starts_at, Event.ical_uid))

    def _departed(self, wanted: Sequence[Part]) -> Mapping[int, Any]:
        ids = sorted(id for part in wanted for id in part.departed)
        if not ids:
            return {}
        rows = db.session.execute(select(
            FeedEntry.event_id, FeedEntry.starts_at, Event.ical_uid, FeedEntry.body).join(
            Event, Event.id == FeedEntry.event_id).where(
            FeedEntry.language == self.language, FeedEntry.event_id.in_(ids)))
        return {row.event_id: row for row in rows}


def entries_of(events: Select[Any], language: str) -> Select[Any]:
    """The same events, their entries in that language beside them."""
    return events.order_by(None).join(FeedEntry, and_(FeedEntry.event_id == Event.id, FeedEntry.language == language))


class _Some(NamedTuple):
    """Of one day and zone: how many entries, their octets, their events, the latest revision; a tombstone's event."""

    zone: str
    count: int
    octets: int
    events: str
    revision: int
    departed: int | None = None


def _days(events: Select[Any], language: str) -> dict[date, list[_Some]]:
    rows = db.session.execute(select(
        FeedEntry.day, FeedEntry.zone, func.count(), func.sum(FeedEntry.octets),
        func.aggregate_strings(cast(FeedEntry.event_id, String), ","), func.max(FeedEntry.revision)).where(
        FeedEntry.language == language, FeedEntry.event_id.in_(events.order_by(None).with_only_columns(Event.id)))
        .group_by(FeedEntry.day, FeedEntry.zone))
    days: dict[date, list[_Some]] = {}
    for day, *some in rows:
        days.setdefault(day, []).append(_Some(*some))
    return days


def _parts(days: Mapping[date, list[_Some]]) -> Iterator[Part]:
    """Days joined to their month, or to their span of it."""
    for (year, month), found in groupby(sorted(days), lambda day: (day.year, day.month)):
        of_month = {day: days[day] for day in found}
        first = date(year, month, 1)
        if _count(of_month) <= CROWDED:
            yield _joined(first, _next_month(first), of_month)
            continue
        for number, near in groupby(of_month, lambda day: min((day.day - 1) // SPAN, 30 // SPAN - 1)):
            of_span = {day: of_month[day] for day in near}
            if _count(of_span) > CROWDED:
                for day, some in of_span.items():
                    yield _joined(day, day + timedelta(days=1), {day: some})
                continue
            begin = first.replace(day=SPAN * number + 1)
            is_last = number == 30 // SPAN - 1
            yield _joined(begin, _next_month(first) if is_last else begin + timedelta(days=SPAN), of_span)


def _count(days: Mapping[date, list[_Some]]) -> int:
    return sum(one.count for found in days.values() for one in found)


def _joined(first: date, until: date, days: Mapping[date, list[_Some]]) -> Part:
    return _part(first, until, tuple(one for found in days.values() for one in found))


@lru_cache(KNOWN)
def _part(first: date, until: date, found: tuple[_Some, ...]) -> Part:
    events = sorted(",".join(one.events for one in found).split(","))
    return Part(first, until, len(events), sum(int(one.octets) for one in found),
                f"{','.join(events)}:{max(one.revision for one in found)}", frozenset(one.zone for one in found),
                frozenset(one.departed for one in found if one.departed is not None))


def _sorted(found: Iterable[Any], stones: Mapping[int, Any], part: Part) -> list[bytes]:
    rows = [*found, *(stones[id] for id in part.departed if id in stones)]
    if stones:
        rows.sort(key=lambda row: (row.starts_at, row.ical_uid))
    return [row.body for row in rows]


def _next_month(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
