"""A foreign VEVENT as a value, or the reason why it is none (RFC 5545 3.6.1)."""

import re
from datetime import UTC, date, datetime, timedelta
from math import isfinite

from calendars.components import Component
from calendars.contentline import plain
from calendars.entry import Status
from calendars.errors import CalendarError, UnreadableValue
from calendars.foreign import ForeignEntry, Problem, Trouble
from calendars.foreign_times import LONGEST, length, moment
from calendars.foreign_zones import Zones
from calendars.unfolding import ContentLine, unescaped, words
from calendars.uris import absolute

LONGEST_UID = 255
MOST_DATES = 1_000
_ONCE = (
    "UID", "RECURRENCE-ID", "SEQUENCE", "DTSTAMP", "CREATED", "LAST-MODIFIED", "DTSTART", "DTEND", "DURATION",
    "SUMMARY", "DESCRIPTION", "LOCATION", "GEO", "URL", "STATUS", "ORGANIZER", "RRULE",
)
_NUMBER = re.compile("[0-9]{1,10}")

When = datetime | date


def entry_of(part: Component, zones: Zones, zone: str, problems: list[Problem]) -> ForeignEntry | None:
    """The VEVENT read (RFC 5545 3.6.1). What is wrong goes to `problems`; nothing when the whole is lost."""
    reading = _Reading(part, zones, zone)
    try:
        entry = reading.entry()
    except UnreadableValue as error:
        reading.tell(reading.at, Trouble(error.trouble), error.detail, is_lost=True)
        entry = None
    problems += reading.problems
    return entry


class _Reading:
    """One VEVENT being read: its lines by name, and what was wrong so far."""

    def __init__(self, part: Component, zones: Zones, zone: str) -> None:
        self.part, self.zones, self.zone = part, zones, zone
        self.at = part.line  # where the reading is, should it fail
        self.problems: list[Problem] = []
        self.is_floating, self.named_zone = False, ""
        self.lines: dict[str, ContentLine] = {}
        self.summary = plain(unescaped(part.value("SUMMARY")))[:80]
        for line in part.lines:
            if line.name not in self.lines:
                self.lines[line.name] = line
            elif line.name in _ONCE:
                self.tell(line.number, Trouble.REPEATED, line.name)

    def tell(self, line: int, trouble: Trouble, detail: str = "", *, is_lost: bool = False) -> None:
        self.problems.append(Problem(line, trouble, plain(detail[:80]), self.summary, is_lost))

    def entry(self) -> ForeignEntry:
        uid = self._uid()
        starts = self._starts()
        ends, has_end = self._ends(starts)
        rules = self.lines.get("RRULE")
        return ForeignEntry(
            line=self.part.line, uid=uid, recurrence_id=self._recurrence_id(), sequence=self._sequence(),
            stamp=self._stamp("DTSTAMP"), created=self._stamp("CREATED"),
            last_modified=self._stamp("LAST-MODIFIED"), starts=starts, ends=ends, has_end=has_end,
            zone=self.named_zone, is_floating=self.is_floating, summary=self._text("SUMMARY"),
            description=self._text("DESCRIPTION"), location=self._text("LOCATION"), geo=self._geo(),
            url=self._url(), categories=self._categories(), status=self._status(), organizer=self._organizer(),
            rrule=plain(rules.value)[:1000] if rules else "", rdates=self._dates("RDATE"),
            exdates=self._dates("EXDATE"),
        )

    def _uid(self) -> str:
        line = self.lines.get("UID")
        uid = plain(unescaped(line.value)) if line else ""
        if not uid:
            raise UnreadableValue(Trouble.NO_UID)
        if len(uid.encode()) > LONGEST_UID:
            self.at = line.number if line else self.at
            raise UnreadableValue(Trouble.LONG_UID, uid)
        return uid

    # ------------------------------------------------------------ times

    def _starts(self) -> When:
        line = self.lines.get("DTSTART")
        if line is None:
            raise UnreadableValue(Trouble.NO_START)
        starts, self.named_zone, self.is_floating = self._placed(line, line.value)
        return starts

    def _placed(self, line: ContentLine, text: str) -> tuple[When, str, bool]:
        """The value by its clock, the clock's IANA name, and whether it named none (RFC 5545 3.3.5)."""
        self.at = line.number
        value = moment(text)
        if not isinstance(value, datetime):
            return value, "", False
        if line.parameters.get("VALUE", "").upper() == "DATE":
            return value.date(), "", False
        tzid = line.parameters.get("TZID", "")
        if value.tzinfo is not None:
            return value, "UTC", False
        placed, name = self.zones.place(value, tzid or self.zone)
        try:
            placed.astimezone(UTC)
        except OverflowError as error:
            raise UnreadableValue(Trouble.BAD_YEAR, text) from error
        return placed, name, not tzid

    def _ends(self, starts: When) -> tuple[When, bool]:
        """The moment, or the last day, and whether one was told (RFC 5545 3.6.1)."""
        if line := self.lines.get("DTEND"):
            ends = self._placed(line, line.value)[0]
            return self._ordered(starts, ends, line), True
        if line := self.lines.get("DURATION"):
            self.at = line.number
            return self._after(starts, length(line.value)), True
        return starts, False

    def _ordered(self, starts: When, ends: When, line: ContentLine) -> When:
        if isinstance(starts, datetime) != isinstance(ends, datetime):
            raise UnreadableValue(Trouble.MIXED_TIMES, line.value)
        if ends < starts:
            raise UnreadableValue(Trouble.END_BEFORE_START, line.value)
        if ends.toordinal() - starts.toordinal() > LONGEST.days:
            raise UnreadableValue(Trouble.TOO_LONG, line.value)
        if isinstance(starts, datetime) or ends == starts:
            # A day that ends where it begins is the usual slip of those who take DTEND for the last day.
            return ends
        return ends - timedelta(days=1)

    def _after(self, starts: When, whole: timedelta) -> When:
        if not isinstance(starts, datetime):
            if whole % timedelta(days=1):
                raise UnreadableValue(Trouble.MIXED_TIMES, str(whole))
            return starts + max(whole - timedelta(days=1), timedelta(0))
        # Days go by the calendar, hours by the clock (RFC 5545 3.3.6).
        days, hours = timedelta(days=whole.days), whole - timedelta(days=whole.days)
        ends = starts + days
        return (ends.astimezone(UTC) + hours).astimezone(starts.tzinfo) if hours else ends

    def _recurrence_id(self) -> When | None:
        line = self.lines.get("RECURRENCE-ID")
        if line is None:
            return None
        if line.parameters.get("RANGE", "").upper() == "THISANDFUTURE":
            self.tell(line.number, Trouble.THIS_AND_FUTURE)
        return self._placed(line, line.value)[0]

    def _dates(self, name: str) -> tuple[When, ...]:
        lines = self.part.all(name)
        texts = [(line, text) for line in lines for text in line.value.split(",")[:MOST_DATES + 1] if text.strip()]
        if len(texts) > MOST_DATES:
            self.at = lines[0].number
            raise UnreadableValue(Trouble.TOO_MANY_DATES, name)
        # Of a PERIOD (RFC 5545 3.3.9) the start: how long it takes is DTSTART's and DTEND's to say here.
        return tuple(self._placed(line, text.partition("/")[0])[0] for line, text in texts)

    def _stamp(self, name: str) -> datetime | None:
        line = self.lines.get(name)
        if line is None:
            return None
        try:
            value = self._placed(line, line.value)[0]
        except UnreadableValue:
            self.tell(line.number, Trouble.BAD_STAMP, line.value)
            return None
        return value.astimezone(UTC) if isinstance(value, datetime) else None

    # ------------------------------------------------------------ words

    def _text(self, name: str) -> str:
        line = self.lines.get(name)
        if line is None:
            return ""
        if "ENCODING" in line.parameters:
            self.tell(line.number, Trouble.ENCODED, name)
            return ""
        return plain(unescaped(line.value))

    def _sequence(self) -> int:
        line = self.lines.get("SEQUENCE")
        if line is None:
            return 0
        if not _NUMBER.fullmatch(line.value.strip()) or int(line.value) >= 2**31:
            self.tell(line.number, Trouble.BAD_SEQUENCE, line.value)
            return 0
        return int(line.value)

    def _status(self) -> str:
        line = self.lines.get("STATUS")
        word = line.value.strip().upper() if line else ""
        if line and word not in set(Status):
            self.tell(line.number, Trouble.BAD_STATUS, line.value)
            return ""
        return word

    def _geo(self) -> tuple[float, float] | None:
        line = self.lines.get("GEO")
        if line is None:
            return None
        try:
            latitude, longitude = (float(part) for part in line.value.split(";")[:3])
        except ValueError:
            latitude = longitude = float("nan")
        if not (isfinite(latitude) and isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
            self.tell(line.number, Trouble.BAD_GEO, line.value)
            return None
        return latitude, longitude

    def _url(self) -> str:
        line = self.lines.get("URL")
        if line is None or not line.value.strip():
            return ""
        try:
            return absolute(line.value)
        except CalendarError:
            self.tell(line.number, Trouble.BAD_URL, line.value)
            return ""

    def _categories(self) -> tuple[str, ...]:
        texts = [plain(unescaped(word)) for line in self.part.all("CATEGORIES") for word in words(line.value)]
        return tuple(dict.fromkeys(filter(None, texts)))

    def _organizer(self) -> str:
        line = self.lines.get("ORGANIZER")
        if line is None:
            return ""
        address = line.value.strip()
        name = plain(line.parameters.get("CN", ""))
        return name or plain(address[7:] if address[:7].lower() == "mailto:" else address)
