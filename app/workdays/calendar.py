"""Arithmetic of working days over a calendar of days off and days worked."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from app.workdays.statutory import FIRST, LAST, of_year

COUNTRY = "CN"
_WEEK, _FRIDAY = 5, 4
ONE_DAY = timedelta(days=1)


class Entered(NamedTuple):
    """What somebody entered for a day: whether it is worked, what it is called, and whether a notice says so."""

    is_work: bool
    name: str = ""
    is_of_notice: bool = False


class Mark(NamedTuple):
    """What makes a day other than its weekday: 休 or 班, and its name."""

    is_work: bool
    name: str


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The known days of the country, and what was entered over them by region: the nearest region's word holds."""

    entered: Mapping[str, Mapping[date, Entered]] = field(default_factory=dict)
    _years: dict[tuple[int, tuple[str, ...]], _Year] = field(default_factory=dict, repr=False, compare=False)

    def with_(self, region: str, days: Mapping[date, Entered | None]) -> WorkingCalendar:
        """As it would be with these days too; None takes what was entered away."""
        own = {day: one for day, one in self.entered.get(region, {}).items() if day not in days}
        own |= {day: one for day, one in days.items() if one is not None}
        return WorkingCalendar({**self.entered, region: own})

    def is_workday(self, day: date, region: str = "") -> bool:
        if not FIRST <= day.year <= LAST:
            return day.weekday() <= _FRIDAY
        mark = self._year(day.year, region).marks.get(day)
        return day.weekday() <= _FRIDAY if mark is None else mark.is_work

    def mark(self, day: date, region: str = "") -> Mark | None:
        """What it is, if it is named or other than its weekday."""
        return self._year(day.year, region).marks.get(day)

    def is_provisional(self, year: int) -> bool:
        known = any(day.year == year and one.is_of_notice for day, one in self.entered.get(COUNTRY, {}).items())
        return not known and not of_year(year).is_announced

    def workdays(self, first: date, last: date, region: str = "") -> int:
        if last < first:
            return 0
        weeks, rest = divmod((last - first).days + 1, 7)
        count = weeks * _WEEK + sum((first.weekday() + number) % 7 <= _FRIDAY for number in range(rest))
        for year in range(max(first.year, FIRST), min(last.year, LAST) + 1):
            count += self._year(year, region).difference(first, last)
        return count

    def workday_before(self, day: date, count: int = 1, region: str = "") -> date:
        while count > 0:
            day -= ONE_DAY
            count -= self.is_workday(day, region)
        return day

    def workday_after(self, day: date, count: int = 1, region: str = "") -> date:
        while count > 0:
            day += ONE_DAY
            count -= self.is_workday(day, region)
        return day

    def _year(self, year: int, region: str) -> _Year:
        # Only regions of which something was entered make a calendar of their own.
        along = tuple(one for one in regions_along(region) if one in self.entered)
        key = (year, along)
        if key not in self._years:
            self._years[key] = _Year.of(self._marks(year, along))
        return self._years[key]

    def _marks(self, year: int, along: tuple[str, ...]) -> dict[date, Mark]:
        known = of_year(year)
        is_told_here = not known.is_announced and not self.is_provisional(year)
        # Once a notice is entered, only the regulation's own days stand beside it; what was guessed is dropped.
        marks = {day: Mark(False, name) for day, name in (known.feasts if is_told_here else known.off).items()}
        marks |= {day: Mark(True, "") for day in known.work}
        for region in along:
            marks |= {day: Mark(one.is_work, one.name) for day, one in self.entered[region].items()
                      if day.year == year}
        return marks


class _Year(NamedTuple):
    marks: Mapping[date, Mark]
    gained: tuple[date, ...]  # weekend days that are worked
    lost: tuple[date, ...]  # weekdays that are not

    @classmethod
    def of(cls, marks: Mapping[date, Mark]) -> _Year:
        days = sorted(marks.items())
        return cls(marks, tuple(day for day, mark in days if mark.is_work and day.weekday() > _FRIDAY),
                   tuple(day for day, mark in days if not mark.is_work and day.weekday() <= _FRIDAY))

    def difference(self, first: date, last: date) -> int:
        return _within(self.gained, first, last) - _within(self.lost, first, last)


def _within(days: tuple[date, ...], first: date, last: date) -> int:
    return bisect_right(days, last) - bisect_left(days, first)


def regions_along(region: str) -> tuple[str, ...]:
    """The country, the province, the city, the county: codes, widest first, none twice."""
    if not region:
        return (COUNTRY,)
    return tuple(dict.fromkeys((COUNTRY, region[:2] + "0000", region[:4] + "00", region)))
