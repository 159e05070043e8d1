"""Many entries as the one calendar that a reader subscribes to (RFC 5545 3.4, RFC 7986)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from calendars.colors import hex_of
from calendars.contentline import fold, parameter, plain, text_line
from calendars.entry import Entry, render_entry
from calendars.errors import MissingText, UnusableDuration
from calendars.moments import duration
from calendars.timezones import SHANGHAI, zone_blocks, zone_named
from calendars.uris import absolute

CLOSING = b"END:VCALENDAR\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHeader:
    """What a calendar says of itself (RFC 7986 5). Never give a token's address as its source."""

    title: str
    description: str = ""
    source: str = ""
    product_id: str
    refresh: timedelta = timedelta(hours=1)
    zone: str = SHANGHAI
    color: str = ""
    language: str = ""

    def __post_init__(self) -> None:
        if not plain(self.title):
            raise MissingText("title")
        if self.refresh <= timedelta(0):
            raise UnusableDuration("REFRESH-INTERVAL", self.refresh)
        zone_named(self.zone)
        if self.color:
            hex_of(self.color)


def render_feed(
    header: FeedHeader, blocks: Iterable[bytes], zones: Iterable[str] = (SHANGHAI,)
) -> Iterator[bytes]:
    """The calendar piece by piece (RFC 5545 3.4): its header, the blocks as they come, the closing line.

    Blocks are bytes of `render_entry`, one or many joined; their order (start, UID) is their giver's care,
    and so is naming every zone that they use.
    """
    yield opening(header.product_id) + _properties(header) + zone_blocks((header.zone, *zones))
    yield from blocks
    yield CLOSING


def render_single(header_or_product_id: FeedHeader | str, entry: Entry) -> bytes:
    """One event for downloading (RFC 5545 3.4): no METHOD, or programs would take it for an invitation.

    Nor a calendar's name, or programs would offer to make a calendar of it.
    """
    header = header_or_product_id
    product_id = header.product_id if isinstance(header, FeedHeader) else header
    return opening(product_id) + zone_blocks((entry.zone,)) + render_entry(entry) + CLOSING


def opening(product_id: str) -> bytes:
    """The first lines of any calendar (RFC 5545 3.6, 3.7)."""
    if not plain(product_id):
        raise MissingText("product_id")
    return b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + text_line("PRODID", product_id) + b"CALSCALE:GREGORIAN\r\n"


def _properties(header: FeedHeader) -> bytes:
    language = parameter("LANGUAGE", header.language)
    refresh = duration("REFRESH-INTERVAL", header.refresh)
    return b"".join(
        (
            text_line(f"NAME{language}", header.title),
            text_line("X-WR-CALNAME", header.title),
            text_line(f"DESCRIPTION{language}", header.description),
            text_line("X-WR-CALDESC", header.description),
            text_line("X-WR-TIMEZONE", header.zone),
            fold(f"SOURCE;VALUE=URI:{absolute(header.source)}") if header.source else b"",
            _color(header.color),
            # RFC 7986 5.7 demands the VALUE; Outlook reads only the second line.
            f"REFRESH-INTERVAL;VALUE=DURATION:{refresh}\r\nX-PUBLISHED-TTL:{refresh}\r\n".encode(),
        )
    )


def _color(name: str) -> bytes:
    # Apple reads only its own property, and only hex.
    return f"COLOR:{name.lower()}\r\nX-APPLE-CALENDAR-COLOR:{hex_of(name)}\r\n".encode() if name else b""
