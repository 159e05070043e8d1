"""When something happens: moments, or whole days. Whole days are kept as the moments they fill."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from app.errors import Refused

EARLIEST, LATEST = 1970, 2200


class BadSpan(Refused):
    """An end before its start, or a year no calendar carries."""

    status = 422


@dataclass(frozen=True, slots=True)
class Span:
    """`starts_at` to `ends_at`, aware, end not included; `zone` is an IANA name."""

    starts_at: datetime
    ends_at: datetime
    is_all_day: bool = False
    zone: str = "Asia/Shanghai"

    def __post_init__(self) -> None:
        if self.ends_at <= self.starts_at:
            raise BadSpan(_("结束时间要晚于开始时间。"))
        if not (self.starts_at.year >= EARLIEST and self.ends_at.year <= LATEST):
            raise BadSpan(_("年份要在 %(first)d 到 %(last)d 之间。", first=EARLIEST, last=LATEST))

    @classmethod
    def of_days(cls, first: date, last: date, zone: str = "Asia/Shanghai") -> Span:
        """Whole days from `first` to `last`, both included."""
        if not (EARLIEST < first.year < LATEST and EARLIEST < last.year < LATEST):
            raise BadSpan(_("年份要在 %(first)d 到 %(last)d 之间。", first=EARLIEST, last=LATEST))
        return cls(midnight(first, zone), midnight(last + timedelta(days=1), zone), True, zone)

    @property
    def starts_on(self) -> date:
        return self.starts_at.astimezone(ZoneInfo(self.zone)).date()

    @property
    def ends_on(self) -> date:
        """The last day it touches."""
        return (self.ends_at - timedelta(microseconds=1)).astimezone(ZoneInfo(self.zone)).date()

    def moved_by(self, delta: timedelta) -> Span:
        return Span(self.starts_at + delta, self.ends_at + delta, self.is_all_day, self.zone)

    def later_by(self, delta: timedelta) -> Span:
        """By `delta` on the clocks of its zone: two o'clock stays two o'clock where an hour is skipped meanwhile."""
        return Span(later(self.starts_at, delta, self.zone), later(self.ends_at, delta, self.zone),
                    self.is_all_day, self.zone)

    def beginning(self, starts_at: datetime) -> Span:
        """As long, from then on; whole days stay whole days."""
        return self.later_by(self.distance_to(starts_at))

    def distance_to(self, moment: datetime) -> timedelta:
        """How much later than its start, on the clocks of its zone; of whole days, in days."""
        here, there = (one.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None) for one in (self.starts_at, moment))
        return there.date() - here.date() if self.is_all_day else there - here

    def days(self) -> Iterator[date]:
        day = self.starts_on
        while day <= self.ends_on:
            yield day
            day += timedelta(days=1)

    def joined(self, others: list[Span]) -> Span:
        """Whole days over this and `others`."""
        first = min([self.starts_on, *(one.starts_on for one in others)])
        last = max([self.ends_on, *(one.ends_on for one in others)])
        return Span.of_days(first, last, self.zone)


def later(moment: datetime, delta: timedelta, zone: str) -> datetime:
    """By `delta` on the clocks of `zone`."""
    return (moment.astimezone(ZoneInfo(zone)) + delta).astimezone(UTC)


def midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
