"""Dates, moments and durations in the words of RFC 5545 3.3.4 to 3.3.6."""

from datetime import UTC, date, datetime, timedelta

from calendars.contentline import fold
from calendars.errors import NaiveTime, UnusableDuration
from calendars.timezones import zone_named


def require_aware(field: str, moment: datetime) -> None:
    """Refuse a moment that RFC 5545 3.3.5 would call floating."""
    if moment.utcoffset() is None:
        raise NaiveTime(field)


def utc_line(name: str, moment: datetime) -> bytes:
    """A property in UTC, as DTSTAMP, CREATED and LAST-MODIFIED must be (RFC 5545 3.8.7)."""
    return f"{name}:{_digits(moment.astimezone(UTC))}Z\r\n".encode()


def date_line(name: str, day: date) -> bytes:
    """A whole day (RFC 5545 3.3.4)."""
    return f"{name};VALUE=DATE:{_day(day)}\r\n".encode()


def local_line(name: str, moment: datetime, zone: str) -> bytes:
    """A moment with local time and zone reference, form 3 of RFC 5545 3.3.5."""
    local = moment.astimezone(zone_named(zone))
    # An hour that the clocks repeat means its first run when written locally; only UTC can name the second.
    if zone == "UTC" or local.fold:
        return utc_line(name, moment)
    return fold(f"{name};TZID={zone}:{_digits(local)}")


def duration(field: str, length: timedelta) -> str:
    """A DURATION (RFC 5545 3.3.6); whole days stay days, which a change of clocks may make longer."""
    if length % timedelta(seconds=1):
        raise UnusableDuration(field, length)
    sign = "-" if length < timedelta(0) else ""
    length = abs(length)
    hours, rest = divmod(length.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    days = f"{length.days}D" if length.days else ""
    time = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
    if not days and not time:
        return "PT0S"
    return f"{sign}P{days}" + (f"T{time}" if time else "")


def _digits(moment: datetime) -> str:
    # Not strftime: it drops the zeros of an early year.
    return _day(moment) + f"T{moment.hour:02}{moment.minute:02}{moment.second:02}"


def _day(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"
