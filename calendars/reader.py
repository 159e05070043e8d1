"""Foreign iCalendar, however written, as frozen values (RFC 5545); what cannot be read is told by line.

The cost grows with the octets, never with what they claim: nothing is expanded, durations and nesting are limited.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from calendars.components import Assembly, Component
from calendars.contentline import plain
from calendars.errors import TooMuch
from calendars.foreign import ForeignCalendar, ForeignEntry, Problem, Trouble
from calendars.foreign_entry import entry_of
from calendars.foreign_zones import Zones
from calendars.timezones import SHANGHAI, zone_named
from calendars.twins import told_apart
from calendars.unfolding import ContentLine, content_line, decoded, encoding_of, unescaped, unfolded, without_mark


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read at all (RFC 5545 sets no limits). `octets` of the whole, `line` of one unfolded line."""

    octets: int = 5 * 1024 * 1024
    lines: int = 200_000
    entries: int = 5_000
    depth: int = 8
    line: int = 100_000
    problems: int = 200


def read_calendar(octets: bytes, *, zone: str = SHANGHAI, limits: Limits | None = None) -> ForeignCalendar:
    """Everything that can be read of a stream of calendars (RFC 5545 3.4), in the order in which it stands.

    Floating times (RFC 5545 3.3.5) are taken in the calendar's own X-WR-TIMEZONE, or else in `zone` (IANA).

    :raises NotACalendar: when no VCALENDAR begins in the octets.
    :raises TooMuch: when a limit is passed; nothing is read then.
    :raises UnknownZone: when `zone` is none.
    """
    limits = limits or Limits()
    zone_named(zone)
    if len(octets) > limits.octets:
        raise TooMuch("octets", limits.octets)
    raw = unfolded(without_mark(octets), limits.lines)
    encoding = encoding_of(raw)
    problems: list[Problem] = []
    assembly = Assembly(limits.depth, limits.entries)
    assembly.take(_content_lines(raw, encoding, limits.line, problems))
    problems += assembly.problems
    entries = [entry for calendar in assembly.calendars for entry in _entries(calendar, zone, problems)]
    kept = told_apart(entries, problems)
    problems.sort(key=lambda one: one.line)
    return ForeignCalendar(
        name=_first(assembly.calendars, "NAME") or _first(assembly.calendars, "X-WR-CALNAME"),
        method=_first(assembly.calendars, "METHOD").upper(),
        encoding=encoding,
        entries=kept,
        problems=tuple(problems[:limits.problems]),
        more_problems=max(len(problems) - limits.problems, 0),
        lost=sum(one.is_lost for one in problems),
        is_complete=assembly.is_complete,
    )


def _content_lines(
    raw: list[tuple[int, bytes]], encoding: str, longest: int, problems: list[Problem]
) -> Iterator[ContentLine]:
    for number, octets in raw:
        if len(octets) > longest:
            problems.append(Problem(number, Trouble.LONG_LINE, decoded(octets[:40], encoding)[0]))
            continue
        text, is_sound = decoded(octets, encoding)
        line = content_line(number, text.strip() if text[:1].isspace() else text)
        if not is_sound:
            problems.append(Problem(number, Trouble.ODD_OCTETS, plain(text[:80])))
        if line is None:
            problems.append(Problem(number, Trouble.BAD_LINE, plain(text[:80])))
        else:
            yield line


def _entries(calendar: Component, zone: str, problems: list[Problem]) -> Iterator[ForeignEntry]:
    zones = Zones(part for part in calendar.parts if part.name == "VTIMEZONE")
    own = calendar.value("X-WR-TIMEZONE").strip()
    for part in calendar.parts:
        if part.name == "VEVENT":
            entry = entry_of(part, zones, zones.iana(own) or zone, problems)
            if entry is not None:
                yield entry


def _first(calendars: list[Component], name: str) -> str:
    return next((text for one in calendars if (text := plain(unescaped(one.value(name))))), "")[:200]
