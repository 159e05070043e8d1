"""What cannot be written as iCalendar, or read, each refusal by its own name."""


class CalendarError(ValueError):
    """Anything this package refuses to write or to read."""


class NaiveTime(CalendarError):
    """A moment without a zone; RFC 5545 3.3.5 would read it as floating, another hour for every reader."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} has no time zone")
        self.field = field


class MixedTimes(CalendarError):
    """One end is a day, the other a moment (RFC 5545 3.6.1 wants the same kind)."""

    def __init__(self) -> None:
        super().__init__("starts and ends must both be dates or both be datetimes")


class EndBeforeStart(CalendarError):
    """RFC 5545 3.8.2.2: the end must be later than the start."""

    def __init__(self, starts: object, ends: object) -> None:
        super().__init__(f"{ends} is not after {starts}")
        self.starts, self.ends = starts, ends


class UnknownZone(CalendarError):
    """Not a name of the IANA time zone database."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is no IANA time zone")
        self.name = name


class UnusableUid(CalendarError):
    """A UID must be printable ASCII of 1 to 255 octets, or some reader truncates it (RFC 7986 5.3)."""

    def __init__(self, uid: str) -> None:
        super().__init__(f"{uid[:60]!r} cannot be a UID")
        self.uid = uid


class UnusableSequence(CalendarError):
    """SEQUENCE is a 32-bit integer that starts at 0 (RFC 5545 3.8.7.4)."""

    def __init__(self, sequence: int) -> None:
        super().__init__(f"{sequence} cannot be a SEQUENCE")
        self.sequence = sequence


class MissingText(CalendarError):
    """A property that must say something says nothing."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} is empty")
        self.field = field


class UnusableUri(CalendarError):
    """Not an absolute address of a kind that readers may follow."""

    def __init__(self, uri: str) -> None:
        super().__init__(f"{uri[:120]!r} cannot be a link")
        self.uri = uri


class UnusableMailbox(CalendarError):
    """Not an address that a mailto: can name."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address[:120]!r} cannot be a mailbox")
        self.address = address


class UnusablePosition(CalendarError):
    """Latitude or longitude out of range (RFC 5545 3.8.1.6)."""

    def __init__(self, latitude: float, longitude: float) -> None:
        super().__init__(f"({latitude}, {longitude}) is no place on Earth")
        self.latitude, self.longitude = latitude, longitude


class UnusableDuration(CalendarError):
    """A duration that the property cannot carry."""

    def __init__(self, field: str, duration: object) -> None:
        super().__init__(f"{duration} cannot be {field}")
        self.field, self.duration = field, duration


class UnknownColor(CalendarError):
    """RFC 7986 5.9 takes CSS colour names only."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is no CSS colour name")
        self.name = name


class UnknownPartstat(CalendarError):
    """Not a participation status of an event (RFC 5545 3.2.12)."""

    def __init__(self, partstat: str) -> None:
        super().__init__(f"{partstat!r} is no participation status")
        self.partstat = partstat


class NotAnEntry(CalendarError):
    """Bytes handed back to us that are not one rendered VEVENT."""

    def __init__(self) -> None:
        super().__init__("these bytes are not one VEVENT")


class NotACalendar(CalendarError):
    """Bytes in which no VCALENDAR begins (RFC 5545 3.4): a web page, a picture, nothing."""

    def __init__(self) -> None:
        super().__init__("no VCALENDAR begins in these bytes")


class TooMuch(CalendarError):
    """More of `what` (octets, lines, entries, depth) than the reader takes; `limit` is how much that is."""

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(f"more than {limit} {what}")
        self.what, self.limit = what, limit


class UnreadableValue(CalendarError):
    """A value of a foreign calendar that means nothing; `trouble` is the word for it in `calendars.foreign`."""

    def __init__(self, trouble: str, detail: str = "") -> None:
        super().__init__(f"{trouble}: {detail[:80]}" if detail else trouble)
        self.trouble, self.detail = trouble, detail[:80]


class RuleNotFollowed(CalendarError):
    """A recurrence rule with a part that is not expanded here, or that is none (RFC 5545 3.3.10)."""

    def __init__(self, part: str) -> None:
        super().__init__(f"{part[:80]!r} is not followed")
        self.part = part[:80]
