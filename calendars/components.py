"""Content lines as components within components (RFC 5545 3.4, 3.6), however badly they are closed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from calendars.errors import NotACalendar, TooMuch
from calendars.foreign import Problem, Trouble
from calendars.unfolding import ContentLine

# Kept with what stands in it; everything else is gone through and left.
_KEPT = {"VEVENT": "VCALENDAR", "VTIMEZONE": "VCALENDAR", "STANDARD": "VTIMEZONE", "DAYLIGHT": "VTIMEZONE"}
_OTHERS = {"VTODO", "VJOURNAL", "VFREEBUSY"}
# Such a one begins only where no other of them is open.
_OUTER = {"VCALENDAR", "VEVENT", "VTIMEZONE"} | _OTHERS


@dataclass(slots=True)
class Component:
    """What stands between BEGIN and END (RFC 5545 3.6)."""

    name: str
    line: int
    lines: list[ContentLine] = field(default_factory=list)
    parts: list["Component"] = field(default_factory=list)

    def all(self, name: str) -> list[ContentLine]:
        """Every property of that name."""
        return [one for one in self.lines if one.name == name]

    def value(self, name: str) -> str:
        """The first value of that name, or nothing."""
        return next((one.value for one in self.lines if one.name == name), "")


@dataclass(slots=True)
class Assembly:
    """Components in the making. `deepest` and `most_entries` are limits (RFC 5545 knows none)."""

    deepest: int
    most_entries: int
    calendars: list[Component] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    is_complete: bool = True
    _open: list[Component] = field(default_factory=list)
    _entries: int = 0

    def take(self, lines: Iterable[ContentLine]) -> None:
        """Goes through all lines (RFC 5545 3.4).

        :raises TooMuch: for nesting or entries beyond the limits.
        :raises NotACalendar: when no VCALENDAR begins.
        """
        for line in lines:
            if line.name == "BEGIN":
                self._begin(line)
            elif line.name == "END":
                self._end(line)
            elif self._open:
                self._open[-1].lines.append(line)
        if not self.calendars:
            raise NotACalendar
        self._finish()

    def _begin(self, line: ContentLine) -> None:
        name = line.value.strip().upper()
        if name in _OUTER:
            self._close_before(name, line)
        if not self._open and name != "VCALENDAR":
            return
        if len(self._open) >= self.deepest:
            raise TooMuch("levels of nesting", self.deepest)
        component = Component(name, line.number)
        if name == "VCALENDAR":
            self.calendars.append(component)
        elif name in _OTHERS:
            self.problems.append(Problem(line.number, Trouble.NOT_AN_EVENT, name, is_lost=True))
        elif name == "VEVENT":
            self._entries += 1
            if self._entries > self.most_entries:
                raise TooMuch("entries", self.most_entries)
        self._open.append(component)

    def _close_before(self, name: str, line: ContentLine) -> None:
        """What must have ended before `name` begins."""
        while self._open and not (self._open[-1].name == "VCALENDAR" and name != "VCALENDAR"):
            self._close_badly(line)

    def _end(self, line: ContentLine) -> None:
        name = line.value.strip().upper()
        if all(one.name != name for one in self._open):
            self.problems.append(Problem(line.number, Trouble.STRAY_END, name[:80]))
            return
        while self._open[-1].name != name:
            self._close_badly(line)
        self._close()

    def _close_badly(self, line: ContentLine) -> None:
        self.problems.append(Problem(line.number, Trouble.NOT_CLOSED, self._open[-1].name[:80]))
        self._close()

    def _close(self) -> None:
        component = self._open.pop()
        if self._open and _KEPT.get(component.name) == self._open[-1].name:
            self._open[-1].parts.append(component)

    def _finish(self) -> None:
        """The bytes end here; an entry that has not ended is not taken, for half of it may be missing."""
        for component in self._open:
            self.is_complete = False
            self.problems.append(Problem(
                component.line, Trouble.CUT_OFF, component.name[:80], is_lost=component.name == "VEVENT"))
