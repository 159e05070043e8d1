"""When the clocks of a zone change, as STANDARD and DAYLIGHT (RFC 5545 3.6.5)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from calendars.contentline import fold, text_line

# Fixed years, not "around today": the same entries must give the same bytes on any day.
FIRST_YEAR, LAST_YEAR = 2015, 2037
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Change(NamedTuple):
    """What the clocks do at one kind of onset (RFC 5545 3.8.3.2 to 3.8.3.4)."""

    before: timedelta
    after: timedelta
    name: str
    is_daylight: bool


class Yearly(NamedTuple):
    """One weekday of one month, the first, second ... or (-1) last of it, each year."""

    month: int
    week: int
    weekday: int


def observances(zone: ZoneInfo) -> bytes:
    """Every observance of the zone (RFC 5545 3.6.5), in as few and as plain lines as its rules allow."""
    onsets: dict[Change, list[datetime]] = defaultdict(list)
    for before, after in _transitions(zone):
        change = _change(before, after)
        # Onsets are told in the local time that was in force before them.
        onsets[change].append((after.astimezone(UTC) + change.before).replace(tzinfo=None))
    rules = {change: _yearly(moments) for change, moments in onsets.items()}
    if onsets and all(rules.values()):
        return b"".join(_yearly_observance(c, rule, onsets[c][0]) for c, rule in rules.items() if rule)
    first = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).astimezone(zone)
    steady = _observance(_change(first, first), datetime(1970, 1, 1), b"")
    return steady + b"".join(_observance(c, moments[0], _dates(moments[1:])) for c, moments in onsets.items())


def _transitions(zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Each pair of neighbouring seconds between which the offset, or its name, changes."""
    week = timedelta(days=7)
    start = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    while start.year <= LAST_YEAR:
        low, high = start, start + week
        if _state(low, zone) != _state(high, zone):
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                low, high = (middle, high) if _state(middle, zone) == _state(low, zone) else (low, middle)
            yield low.astimezone(zone), high.astimezone(zone)
        start += week


def _state(moment: datetime, zone: ZoneInfo) -> tuple[timedelta | None, str | None]:
    local = moment.astimezone(zone)
    return local.utcoffset(), local.tzname()


def _change(before: datetime, after: datetime) -> Change:
    earlier, later = before.utcoffset() or timedelta(0), after.utcoffset() or timedelta(0)
    return Change(
        before=earlier,
        after=later,
        name=after.tzname() or "",
        # Not dst(): for Ireland and Morocco the builds of the database disagree on which half is summer.
        is_daylight=later > earlier,
    )


def _yearly(onsets: list[datetime]) -> Yearly | None:
    """The rule that tells every onset, if a plain one does; Outlook reads no other."""
    if [moment.year for moment in onsets] != list(range(FIRST_YEAR, LAST_YEAR + 1)):
        return None
    if len({(moment.month, moment.weekday(), moment.time()) for moment in onsets}) > 1:
        return None
    month, weekday = onsets[0].month, onsets[0].weekday()
    if all((moment + timedelta(days=7)).month != month for moment in onsets):
        return Yearly(month, -1, weekday)
    weeks = {(moment.day - 1) // 7 + 1 for moment in onsets}
    return Yearly(month, weeks.pop(), weekday) if len(weeks) == 1 else None


def _yearly_observance(change: Change, rule: Yearly, onset: datetime) -> bytes:
    day = WEEKDAYS[rule.weekday]
    recurrence = f"RRULE:FREQ=YEARLY;BYMONTH={rule.month};BYDAY={rule.week}{day}\r\n".encode()
    # Told from 1970, so that no entry is older than the rule.
    since = datetime.combine(day_of(rule, 1970), onset.time())
    return _observance(change, since, recurrence)


def day_of(rule: Yearly, year: int) -> date:
    """The day on which that yearly rule falls (RFC 5545 3.3.10)."""
    if rule.week > 0:
        first = date(year, rule.month, 1)
        return first + timedelta(days=(rule.weekday - first.weekday()) % 7 + 7 * (rule.week - 1))
    last = date(year + rule.month // 12, rule.month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - rule.weekday) % 7)


def _dates(onsets: list[datetime]) -> bytes:
    return fold("RDATE:" + ",".join(f"{moment:%Y%m%dT%H%M%S}" for moment in onsets)) if onsets else b""


def _observance(change: Change, since: datetime, recurrence: bytes) -> bytes:
    kind = "DAYLIGHT" if change.is_daylight else "STANDARD"
    return b"".join(
        (
            f"BEGIN:{kind}\r\nDTSTART:{since:%Y%m%dT%H%M%S}\r\n".encode(),
            recurrence,
            f"TZOFFSETFROM:{_offset(change.before)}\r\nTZOFFSETTO:{_offset(change.after)}\r\n".encode(),
            text_line("TZNAME", change.name),
            f"END:{kind}\r\n".encode(),
        )
    )


def _offset(offset: timedelta) -> str:
    minutes = abs(offset) // timedelta(minutes=1)
    sign = "-" if offset < timedelta(0) else "+"
    return f"{sign}{minutes // 60:02}{minutes % 60:02}"
