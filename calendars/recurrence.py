"""The days on which a foreign entry recurs within a window (RFC 5545 3.3.10, 3.8.5), and no day outside it.

Nothing runs to the end of a rule: the days between the window's ends are gone through, and each costs a step.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from calendars.errors import RuleNotFollowed, TooMuch
from calendars.foreign import ForeignEntry
from calendars.periods import Rule, days_of, period_before, periods

When = datetime | date
# Looked at in one period, at most.
_DAYS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}


@dataclass(slots=True)
class Budget:
    """How many days may be looked at in all (RFC 5545 3.3.10); one budget for a whole calendar bounds the whole."""

    steps: int = 1_000_000

    def spend(self, steps: int) -> None:
        """Takes steps away: rules may have no end, and may never fall due (RFC 5545 3.3.10).

        :raises TooMuch: when none are left.
        """
        self.steps -= steps
        if self.steps < 0:
            raise TooMuch("steps", 0)


def occurrences(
    entry: ForeignEntry, since: date, until: date, budget: Budget, *, most: int = 1_000
) -> tuple[When, ...]:
    """The starts of `entry` from `since` to `until`, both included, by the clocks of its own zone (RFC 5545 3.8.5).

    In the form of DTSTART, in order, EXDATE taken out, RDATE put in; DTSTART is always the first.

    :raises RuleNotFollowed: for FREQ below DAILY, for BYWEEKNO, BYYEARDAY, BYHOUR and the like, for no rule at
        all, and in a zone whose clocks only a VTIMEZONE tells.
    :raises TooMuch: for more than `most` starts, or when the budget is used up.
    """
    first = entry.starts
    if isinstance(first, datetime) and not entry.zone:
        raise RuleNotFollowed("TZID")
    away = {_instant(one) for one in entry.exdates}
    days_away = {one for one in entry.exdates if not isinstance(one, datetime)}
    found: dict[When, When] = {}
    added = (_alike(one, first) for one in entry.rdates)
    for start in (first, *added, *_by_rule(entry, since, until, budget)):
        day = _local(start, first)
        if since <= day <= until and _instant(start) not in away and day not in days_away:
            found[_instant(start)] = start
        if len(found) > most:
            raise TooMuch("occurrences", most)
    return tuple(found[key] for key in sorted(found))


def _by_rule(entry: ForeignEntry, since: date, until: date, budget: Budget) -> Iterator[When]:
    if not entry.rrule:
        return
    first = entry.starts
    rule = Rule.of(entry.rrule, _local(first, first))
    told = 0
    for period in periods(rule, None if rule.count else period_before(rule, since)):
        budget.spend(_DAYS[rule.frequency])
        if period > until:
            return
        days = days_of(rule, period)
        for day in days:
            if day < rule.first:
                continue
            start = _at(day, first)
            if day > until or _is_past(start, rule):
                return
            told += 1
            if rule.count and told > rule.count:
                return
            if day >= since:
                yield start


def _at(day: date, first: When) -> When:
    """That day at DTSTART's hour, by its clocks."""
    return datetime.combine(day, first.time(), first.tzinfo) if isinstance(first, datetime) else day


def _alike(start: When, first: When) -> When:
    """In the form of DTSTART, whichever RDATE has (RFC 5545 3.8.5.2 lets them differ)."""
    if isinstance(start, datetime) == isinstance(first, datetime):
        return start
    return start.date() if isinstance(start, datetime) else _at(start, first)


def _is_past(start: When, rule: Rule) -> bool:
    if rule.until is None:
        return False
    if not isinstance(start, datetime):
        return start > (rule.until.date() if isinstance(rule.until, datetime) else rule.until)
    if not isinstance(rule.until, datetime):
        return start.date() > rule.until
    if rule.until.tzinfo is None:
        return start.replace(tzinfo=None) > rule.until
    return start.astimezone(UTC) > rule.until


def _local(start: When, first: When) -> date:
    """The day on the calendar of DTSTART's zone."""
    if not isinstance(start, datetime):
        return start
    zone = first.tzinfo if isinstance(first, datetime) else None
    return start.astimezone(zone).date() if zone else start.date()


def _instant(start: When) -> When:
    return start.astimezone(UTC) if isinstance(start, datetime) else start
