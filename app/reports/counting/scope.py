"""Whose rows, and of which days, are counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, literal, select

from app.accounts.places import Organization, below
from app.events.asking import office_zone
from app.events.models import Event
from app.events.span import midnight
from app.reports.counting.shares import lies_in

YEAR_BEFORE, YEAR_AFTER = 0, 13  # the buckets on either side of the year's twelve months


@dataclass(frozen=True, slots=True)
class Scope:
    """`within` and all below it, from `since` to `until`, both included; None: no bound. `year` is the plan's.

    `seen_on`: as things stood when that day ended, what was to come by then included; None: as they stand.
    """

    year: int
    within: Organization | None = None
    since: date | None = None
    until: date | None = None
    seen_on: date | None = None

    def of_office(self, wanted: Select[Any], organization_id: Any) -> Select[Any]:
        """Only rows that belong to the office or to one below it."""
        if self.within is None:
            return wanted
        return wanted.where(organization_id.in_(
            select(Organization.id).where(below(frozenset({self.within.path})))))

    def of_events(self, wanted: Select[Any]) -> Select[Any]:
        """Only the office's events that begin in the time, by the office's clocks."""
        zone = office_zone().key
        if self.since:
            wanted = wanted.where(Event.starts_at >= midnight(self.since, zone))
        if self.until:
            wanted = wanted.where(Event.starts_at < midnight(self.until + timedelta(days=1), zone))
        return self.of_office(wanted, Event.organization_id)

    def of_year(self, wanted: Select[Any], *, is_cumulative: bool = False) -> Select[Any]:
        """Only events that begin in the plan's year; for a number that grows over years all until its end."""
        zone, months = office_zone().key, self.months()
        wanted = wanted.where(Event.starts_at < midnight(months[-1], zone))
        return wanted if is_cumulative else wanted.where(Event.starts_at >= midnight(months[0], zone))

    def of_days(self, wanted: Select[Any], day: Any) -> Select[Any]:
        """Only rows whose day lies in the time."""
        if self.since:
            wanted = wanted.where(day >= self.since)
        if self.until:
            wanted = wanted.where(day <= self.until)
        return wanted

    def seen_until(self) -> datetime:
        """The moment at which `seen_on` ends."""
        assert self.seen_on is not None
        return midnight(self.seen_on + timedelta(days=1), office_zone().key)

    def has_seen(self, day: date | None) -> bool:
        """Whether what is of that day had come by then."""
        return day is None or self.seen_on is None or day <= self.seen_on

    def holds(self, day: date) -> bool:
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)

    def holds_month(self, month: date) -> bool:
        """For what is known by the month only: any day of it that lies in the time brings the whole of it."""
        return ((self.since is None or month >= self.since.replace(day=1))
                and (self.until is None or month <= self.until))

    def covers(self, code: str) -> bool:
        """Whether what is told of a region is the office's: a department has its office's region and no land."""
        if self.within is None or self.within.parent_id is None:
            return True
        return self.within.kind == "office" and lies_in(code, self.within.region_code)

    def bucket(self, moment: Any) -> ColumnElement[int]:
        """1 to 12 for a month of the plan's year by the office's clocks, 0 and 13 for what lies before and after."""
        zone = office_zone().key
        return case(*((moment < midnight(day, zone), literal(number)) for number, day in enumerate(self.months())),
                    else_=literal(YEAR_AFTER))

    def bucket_of_days(self, day: Any) -> ColumnElement[int]:
        """The same for a column of days."""
        return case(*((day < first, literal(number)) for number, first in enumerate(self.months())),
                    else_=literal(YEAR_AFTER))

    def months(self) -> list[date]:
        """The first of each month, and of the January after."""
        return [date(self.year, month, 1) for month in range(1, 13)] + [date(self.year + 1, 1, 1)]

    def bucket_of(self, day: date) -> int:
        return day.month if day.year == self.year else YEAR_BEFORE if day.year < self.year else YEAR_AFTER

    def month_of(self, day: date | None) -> date:
        """As `month`; what has no day yet stands after the year."""
        return self.month(self.bucket_of(day) if day else YEAR_AFTER)

    def month(self, bucket: int) -> date:
        """The first day of the bucket's month; what lies outside the year stands in the month next to it."""
        if bucket == YEAR_BEFORE:
            return date(self.year - 1, 12, 1)
        return date(self.year + 1, 1, 1) if bucket == YEAR_AFTER else date(self.year, bucket, 1)
