"""The days of a series that moved at its source: they have other RECURRENCE-IDs now, and are the same days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.events.importing.models import ForeignEntry
from app.events.importing.reading import SHARED

FURTHEST = timedelta(days=7)  # a weekly series that moves further cannot be told from its next days
Key = tuple[str, str]


def moved(rows: Iterable[Mapping[str, Any]], known: Mapping[Key, ForeignEntry], zone: str) -> dict[Key, ForeignEntry]:
    """For days of `rows` that are not known by their RECURRENCE-ID, the entries that they were.

    Of one UID the entries that are not in the calendar any more, and the days that are new in it, are laid side by
    side at the distance that fits most of them. Where events of their own share a UID, or one is left of several,
    only the same start will do: another one would write its words over a draft that is none of its.
    """
    there, new = set(), dict[str, list[tuple[Key, datetime]]]()
    apart = set[str]()
    for row in rows:
        key = row["uid"], row["recurrence"]
        there.add(key)
        if SHARED in row["notes"] or not row["recurrence"]:
            apart.add(row["uid"])
        if key not in known:
            new.setdefault(key[0], []).append((key, _moment(row["starts"], zone)))
    gone = dict[str, list[tuple[ForeignEntry, datetime]]]()
    for key, entry in known.items():
        if key not in there and key[0] in new:
            gone.setdefault(key[0], []).append((entry, _moment(entry.facts["starts"], zone)))
    found: dict[Key, ForeignEntry] = {}
    for uid, entries in gone.items():
        distance = timedelta(0) if uid in apart else _distance(
            [at for _key, at in new[uid]], [at for _entry, at in entries])
        by_moment = {at: entry for entry, at in entries}
        if distance is not None:
            found |= {key: by_moment.pop(at - distance) for key, at in new[uid] if at - distance in by_moment}
    return found


def _distance(new: list[datetime], gone: list[datetime]) -> timedelta | None:
    """The commonest, and of several the shortest."""
    counts = Counter(one - other for one in new for other in gone if abs(one - other) <= FURTHEST)
    return min(counts, key=lambda one: (-counts[one], abs(one), one), default=None)


def _moment(text: str, zone: str) -> datetime:
    """By the clocks of the office, so that an hour stays an hour when clocks change."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if moment.tzinfo else moment
