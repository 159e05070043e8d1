"""Which clock a foreign TZID means: an IANA zone by any of its names, or what a VTIMEZONE says (RFC 5545 3.6.5)."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from calendars.components import Component
from calendars.errors import UnknownZone, UnreadableValue
from calendars.foreign import Trouble
from calendars.observances import WEEKDAYS, Yearly, day_of
from calendars.timezones import zone_named
from calendars.unfolding import words
from calendars.windows_zones import iana_of

MOST_OBSERVANCES = 60
_OFFSET = re.compile("([+-])([0-9]{2})([0-9]{2})(?:[0-9]{2})?")
_NAMED_OFFSET = re.compile(r"\(?(?:UTC|GMT)([+-])([0-9]{1,2})[:.]?([0-9]{2})?\)?(?:[\s(].*)?", re.DOTALL)
_BYDAY = re.compile("([+-]?[1-5])(MO|TU|WE|TH|FR|SA|SU)")
_ONSET = re.compile("([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z?")


@dataclass(frozen=True, slots=True)
class Observance:
    """From these onsets on the clocks stand at `after` (RFC 5545 3.6.5); `rule` repeats yearly `until`."""

    before: timedelta
    after: timedelta
    onsets: tuple[datetime, ...]  # naive, in order
    rule: Yearly | None
    until: datetime

    def latest(self, local: datetime) -> datetime | None:
        """The last onset at or before `local`."""
        at = bisect_right(self.onsets, local)
        known = [self.onsets[at - 1]] if at else []
        if self.rule and known:
            for year in (local.year, local.year - 1):
                onset = datetime.combine(day_of(self.rule, max(year, 1)), self.onsets[0].time())
                if self.onsets[0] <= onset <= min(local, self.until):
                    known.append(onset)
        return max(known, default=None)


class Zones:
    """The clocks of one calendar. A TZID is looked up once, so that thousands of entries cost one reading."""

    def __init__(self, blocks: Iterable[Component]) -> None:
        self._blocks = {block.value("TZID").strip().strip('"'): block for block in reversed(list(blocks))}
        self._known: dict[str, tuple[str, tzinfo | tuple[Observance, ...] | None]] = {}

    def place(self, local: datetime, tzid: str) -> tuple[datetime, str]:
        """The naive `local` made aware by the clocks of `tzid`, and their IANA name or "" (RFC 5545 3.3.5).

        :raises UnreadableValue: for a TZID that neither the world nor the calendar knows.
        """
        name, clocks = self._clocks(tzid.strip().strip('"'))
        if clocks is None:
            raise UnreadableValue(Trouble.UNKNOWN_ZONE, tzid)
        if isinstance(clocks, tuple):
            return local.replace(tzinfo=timezone(_offset_at(clocks, local))), ""
        return local.replace(tzinfo=clocks), name

    def iana(self, tzid: str) -> str:
        """The IANA name that `tzid` means, or "" (RFC 5545 3.2.19)."""
        return self._clocks(tzid.strip().strip('"'))[0]

    def _clocks(self, tzid: str) -> tuple[str, tzinfo | tuple[Observance, ...] | None]:
        if tzid not in self._known:
            self._known[tzid] = self._found(tzid)
        return self._known[tzid]

    def _found(self, tzid: str) -> tuple[str, tzinfo | tuple[Observance, ...] | None]:
        block = self._blocks.get(tzid)
        for name in _names(tzid, block):
            try:
                return ("UTC", UTC) if name in ("UTC", "Etc/UTC") else (name, zone_named(name))
            except UnknownZone:
                continue
        if block is not None and (observances := _observances(block)):
            offsets = {offset for one in observances for offset in (one.before, one.after)}
            return _steady(offsets.pop()) if len(offsets) == 1 else ("", observances)
        if (found := _NAMED_OFFSET.fullmatch(tzid.upper())) and int(found[2]) < 15:
            offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
            return _steady(-offset if found[1] == "-" else offset)
        return "", None


def _steady(offset: timedelta) -> tuple[str, tzinfo]:
    """Clocks that never change; the IANA database names them by whole hours, with the sign turned round."""
    hours, rest = divmod(offset, timedelta(hours=1))
    if rest or not -12 <= hours <= 14:
        return "", timezone(offset)
    name = f"Etc/GMT{-hours:+d}"
    return ("UTC", UTC) if not hours else (name, zone_named(name))


def _names(tzid: str, block: Component | None) -> list[str]:
    """What may be its IANA name: itself, its end (`/mozilla.org/20070129_1/Asia/Tokyo`), Windows's, libical's."""
    parts = tzid[:120].strip("/").split("/")
    names = ["/".join(parts[-count:]) for count in range(min(len(parts), 3), 0, -1)]
    names = [name for name in names if "/" in name or name == tzid]
    also = [iana_of(tzid), block.value("X-LIC-LOCATION").strip()[:120] if block else ""]
    return [name for name in (*names, *also) if name and name[0].isalpha() and "." not in name]


def _observances(block: Component) -> tuple[Observance, ...]:
    """Nothing at all where any of them cannot be followed: half a zone would be wrong by an hour."""
    if len(block.parts) > MOST_OBSERVANCES:
        return ()
    try:
        return tuple(_observance(part) for part in block.parts)
    except (ValueError, OverflowError):
        return ()


def _observance(part: Component) -> Observance:
    first = _onset(part.value("DTSTART"))
    dates = [_onset(text) for line in part.all("RDATE") for text in words(line.value)]
    rule, until = _rule(part.value("RRULE"), first)
    return Observance(_offset(part.value("TZOFFSETFROM")), _offset(part.value("TZOFFSETTO")),
                      tuple(sorted([first, *dates])), rule, until)


def _rule(text: str, first: datetime) -> tuple[Yearly | None, datetime]:
    """The one kind of rule that zones are told in: a weekday of a month, or a day of it, each year."""
    if not text:
        return None, datetime.max
    parts = dict(part.split("=", 1) for part in text.strip().upper().split(";") if part)
    until = _onset(parts["UNTIL"]) + timedelta(days=1) if "UNTIL" in parts else datetime.max
    weekday = _BYDAY.fullmatch(parts.get("BYDAY", ""))
    month = int(parts.get("BYMONTH", first.month))
    if parts.get("FREQ") != "YEARLY" or parts.get("INTERVAL", "1") != "1" or weekday is None or not 1 <= month <= 12:
        raise ValueError(text)
    # Lotus Notes says the hour a second time; it is DTSTART's.
    if parts.keys() - {"FREQ", "INTERVAL", "UNTIL", "BYDAY", "BYMONTH", "WKST", "BYHOUR", "BYMINUTE", "BYSECOND"}:
        raise ValueError(text)
    week = int(weekday[1])
    if week in (5, -2, -3, -4, -5):
        raise ValueError(text)
    return Yearly(month, week, WEEKDAYS.index(weekday[2])), until


def _offset_at(observances: tuple[Observance, ...], local: datetime) -> timedelta:
    onsets = [(onset, one.after) for one in observances if (onset := one.latest(local))]
    if onsets:
        return max(onsets)[1]
    return min(observances, key=lambda one: one.onsets[0]).before


def _onset(text: str) -> datetime:
    found = _ONSET.fullmatch(text.strip().upper())
    if found is None:
        day = date(int(text[:4]), int(text[4:6]), int(text[6:8])) if re.fullmatch("[0-9]{8}", text) else None
        if day is None:
            raise ValueError(text)
        return datetime(day.year, day.month, day.day)
    return datetime(*(int(part) for part in found.groups()))  # type: ignore[arg-type]


def _offset(text: str) -> timedelta:
    found = _OFFSET.fullmatch(text.strip())
    if found is None or int(found[2]) > 15 or int(found[3]) > 59:
        raise ValueError(text)
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return -offset if found[1] == "-" else offset
