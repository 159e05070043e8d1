"""A recurrence rule as days within one year, month, week or day at a time (RFC 5545 3.3.10)."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from calendars.errors import RuleNotFollowed, UnreadableValue
from calendars.foreign_times import moment
from calendars.observances import WEEKDAYS

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"}
_BYDAY = re.compile("([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile("[+-]?[0-9]{1,12}")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An RRULE of whole days (RFC 5545 3.3.10) that begins on `first`; `week_day` is (ordinal or 0, weekday)."""

    first: date
    frequency: str
    interval: int = 1
    count: int = 0
    until: datetime | date | None = None
    week_days: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0

    @classmethod
    def of(cls, text: str, first: date) -> "Rule":
        """The rule read (RFC 5545 3.3.10).

        :raises RuleNotFollowed: naming the part that is unknown, unreadable or not expanded here.
        """
        parts: dict[str, str] = {}
        for part in filter(None, text.strip().upper().split(";")):
            name, _, value = part.partition("=")
            if name not in _PARTS or name in parts:
                raise RuleNotFollowed(part)
            parts[name] = value
        frequency = parts.get("FREQ", "")
        if frequency not in FREQUENCIES:
            raise RuleNotFollowed(f"FREQ={frequency}")
        rule = cls(
            first=first, frequency=frequency, interval=_whole(parts, "INTERVAL", 1), count=_whole(parts, "COUNT", 0),
            until=_until(parts), week_days=_week_days(parts, frequency),
            month_days=_numbers(parts, "BYMONTHDAY", 31), months=_numbers(parts, "BYMONTH", 12),
            positions=_numbers(parts, "BYSETPOS", 366), week_start=_week_start(parts))
        if frequency == "WEEKLY" and rule.month_days:
            raise RuleNotFollowed("BYMONTHDAY")
        if any(month < 0 for month in rule.months):
            raise RuleNotFollowed("BYMONTH")
        return rule


def periods(rule: Rule, start: date | None = None) -> Iterator[date]:
    """The first day of each period in which the rule may fall due, from `start` or the first one on, without end."""
    period = start or _beginning(rule)
    while True:
        yield period
        try:
            period = _later(rule, period, rule.interval)
        except (ValueError, OverflowError):
            return


def period_before(rule: Rule, day: date) -> date:
    """The last period that begins no later than `day`, reached by arithmetic (RFC 5545 3.3.10, INTERVAL)."""
    start = _beginning(rule)
    if day <= start:
        return start
    if rule.frequency in ("DAILY", "WEEKLY"):
        past = (day - start).days // (7 if rule.frequency == "WEEKLY" else 1)
    else:
        past = (day.year - start.year) * 12 + day.month - start.month
        past = past // 12 if rule.frequency == "YEARLY" else past
    return _later(rule, start, past // rule.interval * rule.interval)


def days_of(rule: Rule, period: date) -> list[date]:
    """The days of that period on which the rule falls due, in order, BYSETPOS applied (RFC 5545 3.3.10)."""
    if rule.frequency == "YEARLY":
        days = _of_year(rule, period.year)
    elif rule.frequency == "MONTHLY":
        days = _of_month(rule, period.year, period.month) if _in_months(rule, period) else []
    elif rule.frequency == "WEEKLY":
        weekdays = {weekday for _, weekday in rule.week_days} or {rule.first.weekday()}
        week = _run(period, 7)
        days = [day for day in week if day.weekday() in weekdays and _in_months(rule, day)]
    else:
        days = [period] if _in_months(rule, period) and _fits(rule, period) else []
    if not rule.positions:
        return days
    chosen = {position - 1 if position > 0 else len(days) + position for position in rule.positions}
    return [day for at, day in enumerate(days) if at in chosen]


def _beginning(rule: Rule) -> date:
    if rule.frequency == "YEARLY":
        return rule.first.replace(month=1, day=1)
    if rule.frequency == "MONTHLY":
        return rule.first.replace(day=1)
    if rule.frequency == "WEEKLY":
        return rule.first - timedelta(days=(rule.first.weekday() - rule.week_start) % 7)
    return rule.first


def _later(rule: Rule, period: date, count: int) -> date:
    if rule.frequency == "YEARLY":
        return period.replace(year=period.year + count)
    if rule.frequency == "MONTHLY":
        years, month = divmod(period.month - 1 + count, 12)
        return period.replace(year=period.year + years, month=month + 1)
    return period + timedelta(days=count * (7 if rule.frequency == "WEEKLY" else 1))


def _of_year(rule: Rule, year: int) -> list[date]:
    if rule.week_days and not rule.months:
        # Ordinals count within the year where no month is named.
        days = _weekdays_among(rule, _run(date(year, 1, 1), 366 if monthrange(year, 2)[1] == 29 else 365))
        return [day for day in days if _on_month_day(rule, day)]
    months = rule.months
    if not months:
        months = tuple(range(1, 13)) if rule.month_days else (rule.first.month,)
    return [day for month in sorted(set(months)) for day in _of_month(rule, year, month)]


def _of_month(rule: Rule, year: int, month: int) -> list[date]:
    days = _run(date(year, month, 1), monthrange(year, month)[1])
    if rule.week_days:
        return [day for day in _weekdays_among(rule, days) if _on_month_day(rule, day)]
    if rule.month_days:
        return [day for day in days if _on_month_day(rule, day)]
    return [day for day in days if day.day == rule.first.day]


def _weekdays_among(rule: Rule, days: list[date]) -> list[date]:
    chosen = set()
    for ordinal, weekday in rule.week_days:
        same = [day for day in days if day.weekday() == weekday]
        if ordinal == 0:
            chosen |= set(same)
        elif abs(ordinal) <= len(same):
            chosen.add(same[ordinal - 1] if ordinal > 0 else same[ordinal])
    return sorted(chosen)


def _fits(rule: Rule, day: date) -> bool:
    return _on_month_day(rule, day) and (not rule.week_days or (0, day.weekday()) in rule.week_days)


def _on_month_day(rule: Rule, day: date) -> bool:
    if not rule.month_days:
        return True
    return day.day in rule.month_days or day.day - monthrange(day.year, day.month)[1] - 1 in rule.month_days


def _in_months(rule: Rule, day: date) -> bool:
    return not rule.months or day.month in rule.months


def _run(first: date, count: int) -> list[date]:
    return [first + at * _DAY for at in range(count) if first.toordinal() + at <= date.max.toordinal()]


# ---------------------------------------------------------------- reading


def _whole(parts: dict[str, str], name: str, otherwise: int) -> int:
    text = parts.get(name)
    if text is None:
        return otherwise
    if not _NUMBER.fullmatch(text) or int(text) < 1:
        raise RuleNotFollowed(f"{name}={text}")
    return int(text)


def _numbers(parts: dict[str, str], name: str, most: int) -> tuple[int, ...]:
    texts = parts[name].split(",") if name in parts else []
    if not all(_NUMBER.fullmatch(text) and 1 <= abs(int(text)) <= most for text in texts):
        raise RuleNotFollowed(f"{name}={parts[name]}")
    return tuple(dict.fromkeys(int(text) for text in texts))


def _week_days(parts: dict[str, str], frequency: str) -> tuple[tuple[int, int], ...]:
    texts = parts["BYDAY"].split(",") if "BYDAY" in parts else []
    found = [_BYDAY.fullmatch(text) for text in texts]
    days = tuple(dict.fromkeys((int(one[1] or 0), WEEKDAYS.index(one[2])) for one in found if one))
    has_ordinals = any(ordinal for ordinal, _ in days)
    if not all(found) or (has_ordinals and frequency in ("DAILY", "WEEKLY")):
        raise RuleNotFollowed(f"BYDAY={parts['BYDAY']}")
    return days


def _until(parts: dict[str, str]) -> datetime | date | None:
    if "UNTIL" not in parts:
        return None
    try:
        return moment(parts["UNTIL"])
    except UnreadableValue as error:
        raise RuleNotFollowed(f"UNTIL={parts['UNTIL']}") from error


def _week_start(parts: dict[str, str]) -> int:
    if parts.get("WKST", "MO") not in WEEKDAYS:
        raise RuleNotFollowed(f"WKST={parts['WKST']}")
    return WEEKDAYS.index(parts.get("WKST", "MO"))
