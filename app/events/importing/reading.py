"""A foreign calendar as rows to look at, worked on in a limited child: it knows no database and tells text alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from app import net
from app.forms import visible
from app.limits import Progress, Unfit
from calendars.errors import NotACalendar, RuleNotFollowed, TooMuch
from calendars.foreign import ForeignCalendar, ForeignEntry
from calendars.reader import read_calendar
from calendars.recurrence import Budget, occurrences

MOST_ROWS = 300
MOST_OF_CUT = 60  # of a series that has more than that by itself
_MOST_COMING = 2_000  # one a day of the window, and the dates that an entry may list besides
LONGEST = {"title": 120, "location": 200, "description": 5000}
WITHOUT_END = timedelta(hours=1)
RULE, TOO_OFTEN = "rule", "too often"
SHARED = "shared uid"

When = datetime | date


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One event that may come of it. Times as ISO text; of whole days `ends` is the last. `notes` are words of
    `telling.note_word`; `series` is the line of the series it is one of, or 0, and `is_cut` says that the series has
    more in the window than is told."""

    uid: str
    recurrence: str
    line: int
    sequence: int
    title: str
    description: str
    location: str
    starts: str
    ends: str
    is_all_day: bool
    is_off: bool
    notes: tuple[str, ...]
    series: int
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Days:
    """The window, both days included, and the day from which on a series is told that is too long for it."""

    since: date
    until: date
    today: date


@dataclass(frozen=True, slots=True)
class Starts:
    """Of one entry, within the window."""

    told: Sequence[When] = ()
    is_cut: bool = False


def read(attachment: bytes, told: Progress, *, zone: str, since: str, until: str, today: str = "",
         address: str = "", allow: Sequence[str] = (), source: str = "") -> dict[str, Any]:
    """The rows of the calendar in `attachment`, or at `address`, that touch the days from `since` to `until`. A
    series of more than `MOST_ROWS` of them is told from `today` on.

    :raises Unfit: with a sentence, when nothing of it can be had.
    """
    try:
        octets = net.fetch(address, allow=allow).body if address else attachment
        calendar = read_calendar(octets, zone=zone)
    except net.NotFetched as error:
        raise Unfit(error.sentence) from error
    except NotACalendar as error:
        raise Unfit(_("这不是日历文件，里面没有 VCALENDAR。请确认是 .ics 文件或日历的订阅地址。")) from error
    except TooMuch as error:
        if error.what == "entries":
            raise Unfit(_("这个日历有 %(most)d 项以上，读不了。请让对方只导出需要的部分。",
                          most=error.limit)) from error
        raise Unfit(_("这个日历太大，读不了。请让对方只导出需要的部分。")) from error
    told(1, 2)
    lost: list[dict[str, Any]] = []
    days = Days(*map(date.fromisoformat, (since, until, today or since)))
    found = list(_rows(calendar, days, lost))
    rows = [row for row in found if row is not None]
    if len(rows) > MOST_ROWS:
        raise Unfit(_("这个日历在订阅范围的几个月里有 300 场以上，一次导入不了。请让对方只导出需要的部分。"))
    problems = [{"line": one.line, "trouble": str(one.trouble), "detail": one.detail, "summary": one.summary,
                 "is_lost": one.is_lost} for one in calendar.problems]
    return {"name": calendar.name, "rows": [asdict(row) for row in rows], "outside": len(found) - len(rows),
            "is_empty": not calendar.entries and not calendar.lost,
            "problems": lost + problems, "more": calendar.more_problems, "is_complete": calendar.is_complete}


def _rows(calendar: ForeignCalendar, days: Days, lost: list[dict[str, Any]]) -> Iterator[Row | None]:
    """None for one that lies outside."""
    taken = {(one.uid, recurrence_of(one.recurrence_id)) for one in calendar.entries if one.recurrence_id}
    series, budget = _series(calendar), Budget()
    for entry in calendar.entries:
        by_start = entry.is_recurring or entry.shares_uid
        starts = _starts(entry, days, budget, lost)
        for start in starts.told:
            recurrence = recurrence_of(start if by_start else entry.recurrence_id)
            if by_start and (entry.uid, recurrence) in taken:
                continue
            taken.add((entry.uid, recurrence))
            ends = _later(entry, start)
            yield _row(entry, recurrence, start, ends, series.get(entry.line, 0), starts.is_cut) if _touches(
                start, ends, days) else None


def _series(calendar: ForeignCalendar) -> dict[int, int]:
    """For the lines of entries the line of the series they belong to: a day that was changed has its rule's UID."""
    by_uid: dict[str, int] = {}
    for entry in calendar.entries:
        if entry.is_recurring:
            by_uid.setdefault(entry.uid, entry.line)
    return {entry.line: entry.line if entry.is_recurring else by_uid.get(entry.uid, 0)
            for entry in calendar.entries if entry.is_recurring or entry.recurrence_id}


def _starts(entry: ForeignEntry, days: Days, budget: Budget, lost: list[dict[str, Any]]) -> Starts:
    if not entry.is_recurring:
        return Starts((entry.starts,))
    try:
        return _recurring(entry, days, budget)
    except (RuleNotFollowed, TooMuch) as error:
        trouble = RULE if isinstance(error, RuleNotFollowed) else TOO_OFTEN
        lost.append({"line": entry.line, "trouble": trouble, "detail": getattr(error, "part", ""),
                     "summary": entry.summary[:80], "is_lost": True})
        return Starts()


def _recurring(entry: ForeignEntry, days: Days, budget: Budget) -> Starts:
    """All of the window, or where those are too many some that are still to come: the budget pays for both looks.

    :raises TooMuch: when the budget is used up, or nothing is to come.
    """
    try:
        return Starts(occurrences(entry, days.since, days.until, budget, most=MOST_ROWS))
    except TooMuch as error:
        if error.what != "occurrences":
            raise
        coming = occurrences(entry, max(days.today, days.since), days.until, budget, most=_MOST_COMING)
        if not coming:
            raise
        return Starts(coming[:MOST_OF_CUT], is_cut=True)


def _later(entry: ForeignEntry, starts: When) -> When:
    """When that one ends; of whole days the last one."""
    if isinstance(starts, datetime):
        return (starts.astimezone(UTC) + (entry.duration or WITHOUT_END)).astimezone(starts.tzinfo)
    return starts + entry.duration - timedelta(days=1)


def _touches(starts: When, ends: When, days: Days) -> bool:
    first, last = (one.date() if isinstance(one, datetime) else one for one in (starts, ends))
    return first <= days.until and last >= days.since


def _row(entry: ForeignEntry, recurrence: str, starts: When, ends: When, series: int, is_cut: bool) -> Row:
    notes = []
    texts = {"title": " ".join(entry.summary.split()), "location": " ".join(entry.location.split()),
             "description": entry.description + (f"\n\n{entry.url}" if entry.url else "")}
    for name, text in texts.items():
        clean = unicodedata.normalize("NFC", visible(text)).strip()
        if len(clean) > LONGEST[name]:
            notes.append(f"{name} cut")
            clean = clean[:LONGEST[name] - 1] + "…"
        texts[name] = clean
    if entry.is_floating:
        notes.append("floating")
    if not entry.duration:
        notes.append("no end")
    if entry.shares_uid:
        notes.append(SHARED)
    return Row(uid=entry.uid, recurrence=recurrence, line=entry.line, sequence=entry.sequence,
               starts=_iso(starts), ends=_iso(ends), is_all_day=entry.is_whole_day,
               is_off=entry.status == "CANCELLED", notes=tuple(notes), series=series, is_cut=is_cut, **texts)


def recurrence_of(moment: When | None) -> str:
    """A RECURRENCE-ID as a key: alike in whatever zone it was written."""
    if moment is None:
        return ""
    if isinstance(moment, datetime):
        return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return moment.isoformat()


def _iso(moment: When) -> str:
    return moment.astimezone(UTC).isoformat() if isinstance(moment, datetime) else moment.isoformat()
