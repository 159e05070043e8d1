"""What lies in `data/`: one script an event, in words and dates told from the day of loading."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from app.events.span import Span

DATA = Path(__file__).parent / "data"
ZONE = "Asia/Shanghai"
WHEN = re.compile(r"(?:(?P<month>\d\d)-(?P<on>\d\d)|(?P<offset>[+-]\d+)|d(?P<within>\d+))(?: (?P<at>\d\d:\d\d))?")
CLOSED = {(1, 1), (1, 2), (1, 3), *((5, day) for day in range(1, 6)), *((10, day) for day in range(1, 8))}


@dataclass(frozen=True, slots=True)
class Script:
    """One event to play: what is said of it, when it is, and what becomes of it."""

    title: str
    when: str
    title_en: str = ""
    kind: str = "lecture"
    slug: str | None = None
    description: str = ""
    hours: float = 0
    days: int = 0
    any_day: bool = False  # weekends and holidays too
    from_monday: bool = False
    by: str = "省"
    regions: tuple[str, ...] = ()
    shares: tuple[int, ...] = ()
    tasks: tuple[str, ...] = ()
    location: str = ""
    hosts: tuple[str, ...] = ()  # entries of the registers of schools and firms
    online_url: str = ""
    speaker: str = ""
    audience: str = ""
    contact: str = "演示联系人 demo-contact@example.org"
    capacity: int | None = None
    signup: bool = False
    for_children: bool = False  # under fourteen
    signup_days: int = 1  # sign-up ends at 18:00 that many days before
    enrolled: int = 0
    credit_hours: float = 0
    advance: int | None = None
    moved_from: str = ""
    reason: str = ""
    cancelled: str = ""
    postponed: str = ""
    draft: bool = False
    reported: bool = True
    confirmed: bool = True
    attendances: int = 0
    people: int | None = None
    materials: int | None = None
    summary: str = ""
    sent_days: int = 0  # so many days ago it was sent in, and it is not public yet
    returned: str = ""  # why, the day after
    remarks: tuple[str, ...] = ()  # to and fro, the reviewer's begin with “审核：”
    wanted: Mapping[str, object] = field(default_factory=dict)  # a change to a public one that waits
    part: tuple[Script, ...] = ()

    @property
    def takes_enrolments(self) -> bool:
        return self.signup or self.enrolled > 0

    def span(self, today: date, first: date | None = None, when: str = "") -> Span:
        """When it is, for somebody who loads it `today`; `first` is the parent's first day."""
        day, at = self._moment(when or self.when, today, first)
        if self.days:
            return Span.of_days(day, day + timedelta(days=self.days - 1), ZONE)
        starts_at = datetime.combine(day, at, ZoneInfo(ZONE))
        return Span(starts_at, starts_at + timedelta(hours=self.hours), False, ZONE)

    def _moment(self, when: str, today: date, first: date | None) -> tuple[date, time]:
        found = WHEN.fullmatch(when)
        if found is None:
            raise ValueError(f"{self.title}: “{when}” is no date of a script")
        at = time.fromisoformat(found["at"] or "00:00")
        if found["within"]:
            return (first or today) + timedelta(days=int(found["within"])), at
        if found["offset"]:
            day, step = today + timedelta(days=int(found["offset"])), -1 if found["offset"][0] == "-" else 1
        else:
            day, step = date(today.year, int(found["month"]), int(found["on"])), 1
        while self._is_off(day):
            day += timedelta(days=step)
        return day, at

    def _is_off(self, day: date) -> bool:
        if self.from_monday:
            return day.weekday() != 0
        return not self.any_day and (day.weekday() >= 5 or (day.month, day.day) in CLOSED)


def scripts(year: int) -> Iterator[Script]:
    """All of them; `{year}` in their words becomes `year`."""
    for path in sorted(DATA.glob("*.toml")):
        text = path.read_text(encoding="utf-8").replace("{year}", str(year))
        yield from (_script(row) for row in tomllib.loads(text)["event"])


def _script(row: dict[str, object]) -> Script:
    known = {one.name for one in fields(Script)}
    if unknown := row.keys() - known:
        raise ValueError(f"{row.get('title')}: a script has no {', '.join(sorted(unknown))}")
    parts = tuple(_script(one) for one in row.pop("part", []))  # type: ignore[attr-defined]
    words = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    words["description"] = str(row.get("description", "")).strip()
    return Script(part=parts, **words)  # type: ignore[arg-type]
