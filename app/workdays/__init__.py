"""Working days: the State Council's holidays and make-up days, and what offices have entered. Asked for here, and
nowhere else.

`region` is a code of GB/T 2260; without one only what holds for the whole country is asked for. A year of which
nothing is announced yet has its statutory days and its weekends, and says so (`is_provisional`).
"""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from app.workdays.kept import present


def is_workday(day: date, region: str = "") -> bool:
    return present().is_workday(day, region)


def is_provisional(year: int) -> bool:
    """Whether nobody knows yet which days of `year` are worked instead of others."""
    return present().is_provisional(year)


def workdays(first: date, last: date, region: str = "") -> int:
    """How many working days lie from `first` to `last`, both included; 0 when `last` is earlier."""
    return present().workdays(first, last, region)


def workday_before(day: date, count: int = 1, region: str = "") -> date:
    """The working day that lies `count` working days before `day`."""
    return present().workday_before(day, count, region)


def workday_after(day: date, count: int = 1, region: str = "") -> date:
    """The working day that lies `count` working days after `day`."""
    return present().workday_after(day, count, region)


def previous_workday_at(day: date, at: time, zone: ZoneInfo, region: str = "") -> datetime:
    """“The working day before, at nine”: aware, in `zone`."""
    return datetime.combine(workday_before(day, 1, region), at, zone)
