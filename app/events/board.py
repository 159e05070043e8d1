"""What the public board shows: events as dated entries, the choices of its filters, the month's summary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.events.models import Event
from app.events.month import DatedEntry
from app.events.words import AttendanceMode, EventKind, EventState

FEW = 10  # seats left from which a card says so in another tone


@dataclass(frozen=True, slots=True)
class Seats:
    """Places of an event: `taken` of `capacity` (None: no limit)."""

    taken: int
    capacity: int | None

    @property
    def left(self) -> int | None:
        return None if self.capacity is None else max(self.capacity - self.taken, 0)

    @property
    def is_full(self) -> bool:
        return self.left == 0

    @property
    def percent(self) -> int:
        return min(100, 100 * self.taken // self.capacity) if self.capacity else 0


def entries(events: Iterable[Event], seats: Mapping[int, int], as_of: datetime,
            language: str) -> list[DatedEntry]:
    """Events as the month and the list show them."""
    return [_entry(event, Seats(seats.get(event.id, 0), event.capacity), as_of, language) for event in events]


def deadlines(events: Iterable[Event], language: str) -> list[DatedEntry]:
    """Sign-up deadlines of competitions and classes, which are no events but belong in a calendar."""
    found = []
    for event in events:
        if event.signup_closes_at and event.kind in (EventKind.COMPETITION, EventKind.TRAINING) and (
                event.state == EventState.PUBLISHED):
            local = event.signup_closes_at.astimezone(ZoneInfo(event.zone))
            found.append(DatedEntry(
                starts_on=local.date(), ends_on=local.date(), kind="deadline",
                title=_("报名截止：%(title)s", title=event.called(language)), time_label=f"{local:%H:%M}",
                url=url_for("board.show", id=event.id)))
    return found


def open_for_signup(events: Sequence[Event], seats: Mapping[int, int], as_of: datetime) -> list[Event]:
    return [event for event in events if event.takes_enrolments_at(as_of)
            and not Seats(seats.get(event.id, 0), event.capacity).is_full]


def place_of(event: Event, language: str) -> str:
    """Where, in a few words: the place, the cities, or online."""
    if event.location:
        return event.location
    if event.attendance_mode is AttendanceMode.ONLINE:
        return _("线上")
    return "、".join(region.called(language) for region in event.regions)


def local_day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def _entry(event: Event, seats: Seats, as_of: datetime, language: str) -> DatedEntry:
    span, note, tone = event.span, "", "quiet"
    if event.takes_enrolments_at(as_of):
        if seats.is_full:
            note = _("已满")
        elif seats.left is None:
            note, tone = _("可报名"), "good"
        else:
            note, tone = ngettext(
                "余 %(num)d 席",
                "余 %(num)d 席",
                seats.left), "wait" if seats.left < FEW else "good"
    elif event.state in (EventState.HELD, EventState.CLOSED):
        note = _("已办")
    return DatedEntry(
        starts_on=span.starts_on, ends_on=span.ends_on, title=event.titled(language), kind=event.kind,
        url=url_for("board.show", id=event.id), state=event.state, place=place_of(event, language),
        time_label="" if span.is_all_day else f"{span.starts_at.astimezone(ZoneInfo(span.zone)):%H:%M}",
        note=note, note_tone=tone)
