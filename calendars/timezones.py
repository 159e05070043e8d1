"""The VTIMEZONE of each zone in use (RFC 5545 3.6.5); Outlook.com empties feeds with long ones."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from calendars.contentline import fold, text_line
from calendars.errors import UnknownZone

SHANGHAI = "Asia/Shanghai"

# No summer time since 1991, and nothing we publish is older.
SHANGHAI_BLOCK = (
    b"BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
    b"TZOFFSETFROM:+0800\r\nTZOFFSETTO:+0800\r\nTZNAME:CST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)

# Fixed years, not "around today": the same entries must give the same bytes on any day.
FIRST_YEAR, LAST_YEAR = 2010, 2037


@cache
def zone_named(name: str) -> ZoneInfo:
    """The zone of that IANA name, which is what a TZID must be here (RFC 5545 3.2.19, RFC 7808)."""
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise UnknownZone(name) from error


def zone_blocks(zones: Iterable[str]) -> bytes:
    """Each zone once, Shanghai always: RFC 5545 3.4 wants a component even in an empty feed."""
    others = sorted(set(zones) - {SHANGHAI, "UTC"})
    return SHANGHAI_BLOCK + b"".join(zone_block(name) for name in others)


@cache
def zone_block(name: str) -> bytes:
    """One VTIMEZONE, bounded to the years this package writes about (RFC 5545 3.6.5)."""
    if name == SHANGHAI:
        return SHANGHAI_BLOCK
    zone = zone_named(name)
    observances = b"".join(_observances(zone))
    return b"BEGIN:VTIMEZONE\r\n" + text_line("TZID", name) + observances + b"END:VTIMEZONE\r\n"


class _Change(NamedTuple):
    """What the clocks do at one kind of onset; the same each year where the rule is a plain one."""

    before: timedelta
    after: timedelta
    name: str
    is_daylight: bool


def _observances(zone: ZoneInfo) -> Iterator[bytes]:
    first = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).astimezone(zone)
    steady = _change(first, first)
    yield _observance(steady, [datetime(1970, 1, 1)])
    onsets: dict[_Change, list[datetime]] = defaultdict(list)
    for before, after in _transitions(zone):
        change = _change(before, after)
        # RFC 5545 3.6.5: onsets are told in the local time that was in force before them.
        onsets[change].append((after.astimezone(UTC) + change.before).replace(tzinfo=None))
    for change, moments in onsets.items():
        yield _observance(change, moments)


def _transitions(zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Each pair of neighbouring seconds between which the offset, or its name, changes."""
    day = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    while day.year <= LAST_YEAR:
        low, high = day, day + timedelta(days=7)
        if _state(low, zone) != _state(high, zone):
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                low, high = (middle, high) if _state(middle, zone) == _state(low, zone) else (low, middle)
            yield low.astimezone(zone), high.astimezone(zone)
        day += timedelta(days=7)


def _state(moment: datetime, zone: ZoneInfo) -> tuple[timedelta | None, str | None]:
    local = moment.astimezone(zone)
    return local.utcoffset(), local.tzname()


def _change(before: datetime, after: datetime) -> _Change:
    nothing = timedelta(0)
    return _Change(
        before=before.utcoffset() or nothing,
        after=after.utcoffset() or nothing,
        name=after.tzname() or "",
        is_daylight=bool(after.dst()),
    )


def _observance(change: _Change, onsets: list[datetime]) -> bytes:
    kind = "DAYLIGHT" if change.is_daylight else "STANDARD"
    return b"".join(
        (
            f"BEGIN:{kind}\r\nDTSTART:{onsets[0]:%Y%m%dT%H%M%S}\r\n".encode(),
            _recurrence(onsets),
            f"TZOFFSETFROM:{_offset(change.before)}\r\nTZOFFSETTO:{_offset(change.after)}\r\n".encode(),
            text_line("TZNAME", change.name),
            f"END:{kind}\r\n".encode(),
        )
    )


def _recurrence(onsets: list[datetime]) -> bytes:
    """RRULE where one yearly rule tells every onset (Outlook reads nothing else), RDATE where none does."""
    if len(onsets) == 1:
        return b""
    weeks = {(moment.day - 1) // 7 + 1 for moment in onsets}
    is_last = all((moment + timedelta(days=7)).month != moment.month for moment in onsets)
    is_yearly = [moment.year for moment in onsets] == list(range(FIRST_YEAR, LAST_YEAR + 1))
    same_time = len({(moment.month, moment.weekday(), moment.time()) for moment in onsets}) == 1
    if is_yearly and same_time and (is_last or len(weeks) == 1):
        week = -1 if is_last else weeks.pop()
        day = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[onsets[0].weekday()]
        return f"RRULE:FREQ=YEARLY;BYMONTH={onsets[0].month};BYDAY={week}{day}\r\n".encode()
    return fold("RDATE:" + ",".join(f"{moment:%Y%m%dT%H%M%S}" for moment in onsets[1:]))


def _offset(offset: timedelta) -> str:
    minutes = abs(offset) // timedelta(minutes=1)
    sign = "-" if offset < timedelta(0) else "+"
    return f"{sign}{minutes // 60:02}{minutes % 60:02}"
