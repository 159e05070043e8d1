"""Working days. Weekdays for now: once the State Council's holidays and make-up days are kept, they are asked for
here, and nowhere else."""

from __future__ import annotations

from datetime import date, timedelta

_WEEK, _FRIDAY = 5, 4


def is_workday(day: date) -> bool:
    return day.weekday() <= _FRIDAY


def workdays(first: date, last: date) -> int:
    """How many working days lie from `first` to `last`, both included; 0 when `last` is earlier."""
    if last < first:
        return 0
    weeks, rest = divmod((last - first).days + 1, 7)
    return weeks * _WEEK + sum(is_workday(first + timedelta(days=number)) for number in range(rest))


def workday_before(day: date, count: int = 1) -> date:
    """The working day that lies `count` working days before `day`."""
    while count > 0:
        day -= timedelta(days=1)
        count -= is_workday(day)
    return day


def workday_after(day: date, count: int = 1) -> date:
    """The working day that lies `count` working days after `day`."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day
