"""Dates, moments and durations as foreign calendars write them (RFC 5545 3.3.4 to 3.3.6)."""

import re
from datetime import UTC, date, datetime, timedelta

from calendars.errors import UnreadableValue
from calendars.foreign import Trouble

FIRST_YEAR, LAST_YEAR = 1900, 2199
LONGEST = timedelta(days=3660)

_MOMENT = re.compile("([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})?(Z?))?")
_DURATION = re.compile(
    r"([+-]?)P(?:([0-9]{1,7})W|(?:([0-9]{1,7})D)?(?:T(?:([0-9]{1,7})H)?(?:([0-9]{1,7})M)?(?:([0-9]{1,7})S)?)?)")


def moment(text: str) -> datetime | date:
    """A date, or a moment that is aware only with a Z (RFC 5545 3.3.5).

    :raises UnreadableValue: for what is neither, and for years outside 1900 to 2199.
    """
    found = _MOMENT.fullmatch(text.strip().upper())
    if found is None:
        raise UnreadableValue(Trouble.BAD_TIME, text)
    year, month, day = (int(part) for part in found.group(1, 2, 3))
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UnreadableValue(Trouble.BAD_YEAR, text)
    try:
        if found[4] is None:
            return date(year, month, day)
        # A leap second is told as the one before it, as RFC 5545 3.3.12 lets readers do.
        second = min(int(found[6] or 0), 59) if found[6] != "60" else 59
        if found[6] and int(found[6]) > 60:
            raise ValueError(text)
        return datetime(year, month, day, int(found[4]), int(found[5]), second, tzinfo=UTC if found[7] else None)
    except ValueError as error:
        raise UnreadableValue(Trouble.BAD_TIME, text) from error


def length(text: str) -> timedelta:
    """A DURATION that is not negative (RFC 5545 3.3.6).

    :raises UnreadableValue: for what is none, and for more than ten years.
    """
    found = _DURATION.fullmatch(text.strip().upper())
    if found is None or not any(found.groups()[1:]) or found[1] == "-":
        raise UnreadableValue(Trouble.BAD_DURATION, text)
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    # Seven digits of weeks still fit a timedelta.
    whole = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    if whole > LONGEST:
        raise UnreadableValue(Trouble.TOO_LONG, text)
    return whole
