"""The VTIMEZONE of each zone in use (RFC 5545 3.6.5); Outlook.com empties feeds with long ones."""

from collections.abc import Iterable
from functools import cache
from zoneinfo import ZoneInfo

from calendars.contentline import text_line
from calendars.errors import UnknownZone
from calendars.observances import observances

SHANGHAI = "Asia/Shanghai"

# No summer time since 1991, and nothing we publish is older.
SHANGHAI_BLOCK = (
    b"BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
    b"TZOFFSETFROM:+0800\r\nTZOFFSETTO:+0800\r\nTZNAME:CST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)


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
    clocks = observances(zone_named(name))
    return b"BEGIN:VTIMEZONE\r\n" + text_line("TZID", name) + clocks + b"END:VTIMEZONE\r\n"
