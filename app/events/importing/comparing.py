"""A foreign calendar against what an office has of it: what is new, what has changed there, what stays as it is."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.accounts.places import Organization
from app.db import db
from app.events.importing.models import ForeignEntry
from app.events.importing.moving import moved
from app.events.models import Event
from app.events.span import Span
from app.events.words import EventState

FACTS = ("title", "description", "location", "starts", "ends", "is_all_day", "is_off")
TIMES = ("starts", "ends", "is_all_day")


class What(enum.StrEnum):
    """What a row would do, or why it does nothing."""

    NEW = "new"
    AGAIN = "again"  # its draft was thrown away here
    CHANGED = "changed"
    OFF = "off"  # cancelled there, a draft here
    SAME = "same"
    ANNOUNCED = "announced"  # changed there, but the event here is no draft any more
    OLDER = "older"
    OURS = "ours"
    NOT_ON = "not on"  # cancelled there, and never came
    UNNAMED = "unnamed"


MAKES = (What.NEW, What.AGAIN)
ACTS = (*MAKES, What.CHANGED, What.OFF)
# In this order, so that what wants a look is seen however long the calendar.
ORDER = (What.CHANGED, What.OFF, What.ANNOUNCED, What.NEW, What.AGAIN, What.UNNAMED, What.OLDER, What.NOT_ON,
         What.OURS, What.SAME)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the calendar, what it would do, and what is here already."""

    number: int
    what: What
    facts: Mapping[str, Any]
    span: Span
    notes: tuple[str, ...]
    uid: str
    recurrence: str
    sequence: int
    known: ForeignEntry | None = None
    changed: tuple[str, ...] = ()
    series: int = 0
    is_cut: bool = False

    @property
    def can_act(self) -> bool:
        return self.what in ACTS

    @property
    def is_chosen_at_first(self) -> bool:
        return self.what in (What.NEW, What.CHANGED, What.OFF)

    @property
    def is_all_day(self) -> bool:
        return self.span.is_all_day

    @property
    def starts_at(self) -> datetime:
        return self.span.starts_at

    @property
    def ends_at(self) -> datetime:
        return self.span.ends_at

    @property
    def rank(self) -> tuple[int, datetime, int]:
        return ORDER.index(self.what), self.span.starts_at, self.number

    def before(self, name: str) -> Any:
        return self.known.facts.get(name) if self.known else None


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that stand together: those of one series, or one by itself, whose `number` is 0."""

    number: int
    lines: tuple[Line, ...]

    @property
    def title(self) -> str:
        """What most of them are called."""
        return str(Counter(line.facts["title"] for line in self.lines).most_common(1)[0][0])

    @property
    def is_cut(self) -> bool:
        return any(line.is_cut for line in self.lines)

    @property
    def has_head(self) -> bool:
        return bool(self.number) and (len(self.lines) > 1 or self.is_cut)

    @property
    def can_act(self) -> bool:
        return any(line.can_act for line in self.lines)


@dataclass(frozen=True, slots=True)
class Comparison:
    groups: tuple[Group, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for group in self.groups for line in group.lines)

    @property
    def can_act(self) -> bool:
        return any(group.can_act for group in self.groups)

    @classmethod
    def of(cls, rows: list[dict[str, Any]], organization: Organization, zone: str) -> Comparison:
        """Two queries, however many rows."""
        uids = {row["uid"] for row in rows}
        known = {(one.uid, one.recurrence): one for one in db.session.scalars(ForeignEntry.of(organization, uids))}
        known |= moved(rows, known, zone)
        ours = set(db.session.scalars(select(Event.ical_uid).where(Event.ical_uid.in_(sorted(uids)))))
        lines = [_line(number, row, known.get((row["uid"], row["recurrence"])), row["uid"] in ours, zone)
                 for number, row in enumerate(rows)]
        return cls(_grouped(lines))

    def count(self, *what: What) -> int:
        counts = Counter(line.what for line in self.lines)
        return sum(counts[one] for one in what)


def _grouped(lines: list[Line]) -> tuple[Group, ...]:
    """A series where the first of its lines would stand."""
    found: dict[tuple[int, int], list[Line]] = {}
    for line in sorted(lines, key=lambda one: one.rank):
        found.setdefault((line.series, 0 if line.series else line.number), []).append(line)
    return tuple(Group(series, tuple(group)) for (series, _number), group in found.items())


def _line(number: int, row: dict[str, Any], known: ForeignEntry | None, is_ours: bool, zone: str) -> Line:
    facts = {name: row[name] for name in FACTS}
    changed = tuple(name for name in FACTS if known and known.facts.get(name) != facts[name])
    return Line(number, _what(row, facts, known, bool(changed), is_ours), facts, span_of(facts, zone),
                tuple(row["notes"]), row["uid"], row["recurrence"], row["sequence"], known, changed,
                row.get("series", 0), row.get("is_cut", False))


def _what(row: dict[str, Any], facts: dict[str, Any], known: ForeignEntry | None, has_changed: bool,
          is_ours: bool) -> What:
    if is_ours:
        return What.OURS
    if not facts["title"]:
        return What.UNNAMED
    event = known.event if known else None
    if known is None or event is None or event.deleted_at:
        if facts["is_off"]:
            return What.NOT_ON
        return What.AGAIN if known else What.NEW
    if not has_changed:
        return What.SAME
    if row["sequence"] < known.sequence:
        return What.OLDER
    if event.state != EventState.DRAFT or event.published_at:
        return What.ANNOUNCED
    return What.OFF if facts["is_off"] else What.CHANGED


def span_of(facts: Mapping[str, Any], zone: str) -> Span:
    """When it is, by the office's clocks."""
    if facts["is_all_day"]:
        return Span.of_days(date.fromisoformat(facts["starts"]), date.fromisoformat(facts["ends"]), zone)
    return Span(datetime.fromisoformat(facts["starts"]), datetime.fromisoformat(facts["ends"]), zone=zone)
