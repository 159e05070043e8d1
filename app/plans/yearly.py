"""The same day another year. Days only, no clocks: what has a time of day keeps it.

Three rules, for what comes back every year:

* the same week: the day with the same weekday that lies nearest to the same date, at most three days from it;
* the same date: 29 February becomes the 28th;
* as far from World IP Day (26 April) as it was.

Under each of them nothing leaves its year, and what was on a working day lands on one.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _

from app.workdays import is_workday, workday_after, workday_before

WEEK = timedelta(days=7)


class DateRule(enum.StrEnum):
    WEEK = "week"
    DATE = "date"
    IP_DAY = "ip_day"

    @property
    def label(self) -> str:
        return {"week": _("同一周的同一个星期几"), "date": _("同月同日"), "ip_day": _("离4月26日一样远")}[self.value]

    def of(self, day: date, year: int) -> date:
        """`day` in `year`, working day or not."""
        if self is DateRule.DATE:
            return same_date(day, year)
        if self is DateRule.IP_DAY:
            moved = ip_day(year) + (day - ip_day(day.year))
            return min(max(moved, date(year, 1, 1)), date(year, 12, 31))
        date_then = same_date(day, year)
        ahead = (day.weekday() - date_then.weekday()) % 7
        moved = date_then + timedelta(days=ahead if ahead <= 3 else ahead - 7)
        return moved + WEEK if moved.year < year else moved - WEEK if moved.year > year else moved


def same_date(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 2, 28)


def ip_day(year: int) -> date:
    return date(year, 4, 26)


def landed(day: date, before: date) -> date:
    """`day`, or the next working day when it is none though `before` was; the last one where the year ends."""
    if is_workday(day) or not is_workday(before):
        return day
    following = workday_after(day)
    return following if following.year == day.year else workday_before(day)


def another_year(day: date, year: int, rule: DateRule) -> date:
    return landed(rule.of(day, year), day)


@dataclass(frozen=True, slots=True)
class Days:
    """From `first` to `last`, both included."""

    first: date
    last: date

    @property
    def holds_ip_day(self) -> bool:
        return self.first <= ip_day(self.first.year) <= self.last

    def another_year(self, year: int, rule: DateRule) -> Days:
        """As long as they were. Several days around World IP Day stay around it, weekends or not."""
        moved = self.beginning(rule.of(self.first, year))
        if rule is DateRule.IP_DAY and self.first != self.last:
            return moved
        return moved.landed(self)

    def beginning(self, first: date) -> Days:
        """The same number of days from `first` on. What lay in one year lies in one again: by as many weeks earlier
        as it takes, and cut where the year has a day less."""
        last = first + (self.last - self.first)
        if self.first.year == self.last.year:
            year_ends = date(first.year, 12, 31)
            while last > year_ends and first - WEEK >= date(first.year, 1, 1):
                first, last = first - WEEK, last - WEEK
            if last > year_ends:
                first = max(first - (last - year_ends), date(first.year, 1, 1))
                last = year_ends
        return Days(first, last)

    def with_parent(self, before: Days, after: Days) -> Days:
        """A part as many days into its parent as it was, on a working day if it was on one."""
        first = after.first + (self.first - before.first)
        year = after.first.year + self.first.year - before.first.year
        while first.year > year:
            first -= WEEK
        while first.year < year:
            first += WEEK
        return self.beginning(first).landed(self)

    def landed(self, before: Days) -> Days:
        """Begins on a working day if `before` did, and ends no later than in the same year."""
        first, length = landed(self.first, before.first), self.last - self.first
        if self.last.year == self.first.year < (first + length).year:
            first = workday_before(self.first)
        return Days(first, first + length) if first.year == self.first.year else self
