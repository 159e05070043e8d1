"""What others' calendars say, as frozen values in the words of RFC 5545, and what could not be read of them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class Trouble(StrEnum):
    """What is wrong with a line or an entry; whoever shows it finds the sentence."""

    BAD_LINE = "bad line"  # no `NAME:value` (RFC 5545 3.1)
    LONG_LINE = "long line"
    ODD_OCTETS = "odd octets"  # neither UTF-8 nor GB 18030
    STRAY_END = "stray end"
    NOT_CLOSED = "not closed"
    CUT_OFF = "cut off"  # the bytes end within it
    NOT_AN_EVENT = "not an event"  # VTODO, VJOURNAL, VFREEBUSY
    REPEATED = "repeated"  # once at most, and there twice; the first holds
    OUTNUMBERED = "outnumbered"  # the same UID and RECURRENCE-ID as one with a higher SEQUENCE, which holds
    OUTDATED = "outdated"  # with equal SEQUENCE one is there of a later LAST-MODIFIED or DTSTAMP, which holds
    DOUBLED = "doubled"  # and where nothing tells which is newer, the last one holds
    NO_UID = "no uid"
    LONG_UID = "long uid"
    NO_START = "no start"
    BAD_TIME = "bad time"
    BAD_YEAR = "bad year"
    BAD_DURATION = "bad duration"
    UNKNOWN_ZONE = "unknown zone"
    MIXED_TIMES = "mixed times"
    END_BEFORE_START = "end before start"
    TOO_LONG = "too long"
    TOO_MANY_DATES = "too many dates"
    THIS_AND_FUTURE = "this and future"  # RANGE of RECURRENCE-ID (RFC 5545 3.2.13); only this one is read
    BAD_SEQUENCE = "bad sequence"
    BAD_STAMP = "bad stamp"
    BAD_STATUS = "bad status"
    BAD_GEO = "bad geo"
    BAD_URL = "bad url"
    ENCODED = "encoded"  # ENCODING=QUOTED-PRINTABLE and BASE64 of vCalendar 1.0


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that could not be read: the physical line, what it is, what stood there, and whose SUMMARY.

    `is_lost` says that a whole entry is missing for it.
    """

    line: int
    trouble: Trouble
    detail: str = ""
    summary: str = ""
    is_lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignEntry:
    """A VEVENT as found (RFC 5545 3.6.1). Texts are unescaped and without control characters; "" is absent.

    `starts` and `ends` are both aware moments or both dates; of whole days `ends` is the last one, as in
    `calendars.entry`. Without DTEND and DURATION moments are equal and `has_end` is false. `zone` is the IANA
    name of DTSTART's zone, or "" where only a VTIMEZONE tells the offset; `is_floating` when it named none.
    `shares_uid` when others of its UID start at other times and none is newer: UID and start name it then.
    """

    line: int
    uid: str
    recurrence_id: datetime | date | None = None
    sequence: int = 0
    stamp: datetime | None = None  # DTSTAMP
    created: datetime | None = None
    last_modified: datetime | None = None
    starts: datetime | date
    ends: datetime | date
    has_end: bool = True
    zone: str = ""
    is_floating: bool = False
    summary: str = ""
    description: str = ""
    location: str = ""
    geo: tuple[float, float] | None = None
    url: str = ""
    categories: tuple[str, ...] = ()
    status: str = ""  # CONFIRMED, TENTATIVE, CANCELLED or ""
    organizer: str = ""  # CN, or else the address
    rrule: str = ""  # as it stands (RFC 5545 3.3.10); nothing is expanded here
    rdates: tuple[datetime | date, ...] = ()
    exdates: tuple[datetime | date, ...] = ()
    shares_uid: bool = False

    @property
    def is_whole_day(self) -> bool:
        """Whether it is told in days rather than hours (RFC 5545 3.3.4)."""
        return not isinstance(self.starts, datetime)

    @property
    def is_recurring(self) -> bool:
        """Whether it stands for several (RFC 5545 3.8.5); one with a RECURRENCE-ID is one of them."""
        return self.recurrence_id is None and bool(self.rrule or self.rdates)

    @property
    def duration(self) -> timedelta:
        """From DTSTART to DTEND, of which the latter is not part (RFC 5545 3.6.1)."""
        if isinstance(self.starts, datetime) and isinstance(self.ends, datetime):
            return self.ends - self.starts
        return timedelta(days=self.ends.toordinal() - self.starts.toordinal() + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignCalendar:
    """A whole stream of iCalendar (RFC 5545 3.4): `name` is NAME (RFC 7986 5.1) or X-WR-CALNAME.

    `problems` are the first ones by line, `more_problems` how many went untold; `lost` counts the entries that
    could not be read. `is_complete` is false when the bytes end before the calendar does: what is missing then
    says nothing about what was taken away.
    """

    name: str = ""
    method: str = ""
    encoding: str = "utf-8"
    entries: tuple[ForeignEntry, ...] = ()
    problems: tuple[Problem, ...] = ()
    more_problems: int = 0
    lost: int = 0
    is_complete: bool = True
