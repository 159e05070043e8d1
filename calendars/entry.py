"""One entry of a calendar in the words of RFC 5545 3.6.1, and its bytes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import isfinite

from calendars.contentline import escape, fold, plain, text_line
from calendars.errors import (
    EndBeforeStart,
    MissingText,
    MixedTimes,
    NotAnEntry,
    UnusablePosition,
    UnusableSequence,
    UnusableUid,
)
from calendars.moments import date_line, duration, local_line, require_aware, utc_line
from calendars.timezones import SHANGHAI, zone_named
from calendars.uris import MEETING, absolute

END = b"END:VEVENT\r\n"
MORNING = timedelta(hours=9)


class Status(StrEnum):
    """RFC 5545 3.8.1.11, the three words an event may have."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A ring in the reader's own program (RFC 5545 3.6.6); a negative `before` rings after the start.

    Whole days count from nine in the morning: an hour before midnight would wake people up.
    """

    before: timedelta
    description: str

    def __post_init__(self) -> None:
        duration("TRIGGER", self.before)
        if not plain(self.description):
            raise MissingText("alarm description")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A VEVENT to be (RFC 5545 3.6.1). Its words arrive ready to show, a cancelled one's prefix included."""

    uid: str
    sequence: int
    stamp: datetime  # DTSTAMP and LAST-MODIFIED: when the row last changed, never "now"
    created: datetime
    starts: datetime | date
    ends: datetime | date  # of whole days the last one; only this package turns it into the day after
    summary: str
    description: str = ""
    location: str = ""
    url: str = ""
    contact: str = ""
    categories: tuple[str, ...] = ()
    status: Status = Status.CONFIRMED
    is_transparent: bool = False
    related_to: tuple[str, ...] = ()
    conference: str = ""
    geo: tuple[float, float] | None = None
    alarms: tuple[Alarm, ...] = ()
    zone: str = SHANGHAI

    def __post_init__(self) -> None:
        for uid in (self.uid, *self.related_to):
            _require_uid(uid)
        if not 0 <= self.sequence < 2**31:
            raise UnusableSequence(self.sequence)
        require_aware("stamp", self.stamp)
        require_aware("created", self.created)
        zone_named(self.zone)
        self._require_order()
        if not plain(self.summary):
            raise MissingText("summary")
        if self.geo is not None:
            _require_position(*self.geo)

    @property
    def is_whole_day(self) -> bool:
        """Whether it is told in days rather than hours (RFC 5545 3.3.4)."""
        return not isinstance(self.starts, datetime)

    @property
    def is_free(self) -> bool:
        """Whether it leaves its readers' time free; what is cancelled always does (RFC 5545 3.8.2.7)."""
        return self.is_transparent or self.status is Status.CANCELLED

    def _require_order(self) -> None:
        if isinstance(self.starts, datetime) and isinstance(self.ends, datetime):
            require_aware("starts", self.starts)
            require_aware("ends", self.ends)
            # Compared as written: a part of a second is lost on the way.
            if self.ends.replace(microsecond=0) <= self.starts.replace(microsecond=0):
                raise EndBeforeStart(self.starts, self.ends)
        elif isinstance(self.starts, datetime) or isinstance(self.ends, datetime):
            raise MixedTimes
        elif not self.starts <= self.ends < date.max:
            raise EndBeforeStart(self.starts, self.ends)


def render_entry(entry: Entry) -> bytes:
    """The entry as one VEVENT block, each property at most once and always in this order (RFC 5545 3.6.1)."""
    return b"".join((b"BEGIN:VEVENT\r\n", render_properties(entry, entry.stamp), render_alarms(entry), END))


def with_alarm(block: bytes, alarm: Alarm) -> bytes:
    """A rendered block that also rings (RFC 5545 3.6.6); unless it is confirmed it stays as it is."""
    if not (block.startswith(b"BEGIN:VEVENT\r\n") and block.endswith(END) and block.count(END) == 1):
        raise NotAnEntry
    # Text can hold no bare CRLF, so this line can only be the property.
    if b"\r\nSTATUS:CONFIRMED\r\n" not in block:
        return block
    return block.removesuffix(END) + _alarm_block(alarm, b"\r\nDTSTART;VALUE=DATE:" in block) + END


def render_properties(entry: Entry, stamp: datetime) -> bytes:
    """The lines inside a VEVENT (RFC 5545 3.6.1), with the DTSTAMP that its bearer wants."""
    return b"".join(
        (
            text_line("UID", entry.uid),
            utc_line("DTSTAMP", stamp),
            utc_line("CREATED", entry.created),
            utc_line("LAST-MODIFIED", entry.stamp),
            f"SEQUENCE:{entry.sequence}\r\n".encode(),
            _span(entry),
            text_line("SUMMARY", entry.summary),
            text_line("DESCRIPTION", entry.description),
            text_line("LOCATION", entry.location),
            _position(entry),
            fold(f"URL:{absolute(entry.url)}") if entry.url else b"",
            text_line("CONTACT", entry.contact),
            _categories(entry),
            f"STATUS:{entry.status}\r\n".encode(),
            _busy(entry),
            fold(f"CONFERENCE;VALUE=URI:{absolute(entry.conference, MEETING)}") if entry.conference else b"",
            *(text_line("RELATED-TO;RELTYPE=PARENT", uid) for uid in entry.related_to),
        )
    )


def render_alarms(entry: Entry) -> bytes:
    """The VALARMs of an entry that is on (RFC 5545 3.6.6)."""
    if entry.status is not Status.CONFIRMED:
        return b""
    return b"".join(_alarm_block(alarm, entry.is_whole_day) for alarm in entry.alarms)


def _span(entry: Entry) -> bytes:
    if isinstance(entry.starts, datetime) and isinstance(entry.ends, datetime):
        return local_line("DTSTART", entry.starts, entry.zone) + local_line("DTEND", entry.ends, entry.zone)
    # RFC 5545 3.6.1: DTEND is not part of the event, so the last day is the one before it.
    return date_line("DTSTART", entry.starts) + date_line("DTEND", entry.ends + timedelta(days=1))


def _position(entry: Entry) -> bytes:
    if entry.geo is None:
        return b""
    latitude, longitude = entry.geo
    return f"GEO:{latitude:.6f};{longitude:.6f}\r\n".encode()


def _categories(entry: Entry) -> bytes:
    words = dict.fromkeys(filter(None, map(escape, entry.categories)))
    return fold("CATEGORIES:" + ",".join(words)) if words else b""


def _busy(entry: Entry) -> bytes:
    if not entry.is_free:
        return b"TRANSP:OPAQUE\r\n"
    # Outlook looks at its own property first.
    return b"TRANSP:TRANSPARENT\r\nX-MICROSOFT-CDO-BUSYSTATUS:FREE\r\n"


def _alarm_block(alarm: Alarm, is_whole_day: bool) -> bytes:
    trigger = (MORNING if is_whole_day else timedelta(0)) - alarm.before
    return b"".join(
        (
            b"BEGIN:VALARM\r\nACTION:DISPLAY\r\n",
            text_line("DESCRIPTION", alarm.description),
            f"TRIGGER:{duration('TRIGGER', trigger)}\r\n".encode(),
            b"END:VALARM\r\n",
        )
    )


def _require_uid(uid: str) -> None:
    if not (uid.isascii() and uid.isprintable() and uid == uid.strip() and 1 <= len(uid) <= 255):
        raise UnusableUid(uid)


def _require_position(latitude: float, longitude: float) -> None:
    if not (isfinite(latitude) and isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
        raise UnusablePosition(latitude, longitude)
