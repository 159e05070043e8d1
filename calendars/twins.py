"""Entries of one UID and RECURRENCE-ID: versions of one event, of which one holds, or events that share a number."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime

from calendars.foreign import ForeignEntry, Problem, Trouble

When = datetime | date
_NEVER = datetime.min.replace(tzinfo=UTC)


def told_apart(entries: Iterable[ForeignEntry], problems: list[Problem]) -> tuple[ForeignEntry, ...]:
    """Each event once, by line. What another entry replaces goes to `problems` with the reason.

    The highest SEQUENCE holds alone (RFC 5546 2.1.5). Of equal ones those that start at the same moment, or have a
    RECURRENCE-ID, are versions of one, and the later LAST-MODIFIED or DTSTAMP holds; others are events of their
    own, whatever RFC 5545 3.8.4.7 says of numbers, for programs write such files.
    """
    alike: dict[tuple[str, When | None], list[ForeignEntry]] = {}
    for entry in entries:
        alike.setdefault((entry.uid, _instant(entry.recurrence_id)), []).append(entry)
    kept = [entry for twins in alike.values() for entry in _holding(twins, problems)]
    return tuple(sorted(kept, key=lambda one: one.line))


def _holding(twins: list[ForeignEntry], problems: list[Problem]) -> list[ForeignEntry]:
    newest = max(one.sequence for one in twins)
    held: dict[When | None, ForeignEntry] = {}
    for entry in twins:
        if entry.sequence < newest:
            problems.append(_replaced(entry, Trouble.OUTNUMBERED))
            continue
        key = _instant(entry.starts) if entry.recurrence_id is None else None
        other = held.setdefault(key, entry)
        if other is not entry:
            held[key], older = (entry, other) if _age(entry) >= _age(other) else (other, entry)
            problems.append(_replaced(older, Trouble.DOUBLED if _age(entry) == _age(other) else Trouble.OUTDATED))
    if len(held) == 1:
        return list(held.values())
    return [replace(one, shares_uid=True) for one in held.values()]


def _replaced(entry: ForeignEntry, trouble: Trouble) -> Problem:
    return Problem(entry.line, trouble, entry.uid[:80], entry.summary[:80], is_lost=True)


def _instant(moment: When | None) -> When | None:
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment


def _age(entry: ForeignEntry) -> datetime:
    return entry.last_modified or entry.stamp or _NEVER
