"""Until when the relay's limits let what is due leave: letters go out in the order in which they are due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Batch:
    """So many letters that are due together."""

    at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Ended:
    """When the last letter of a batch is away."""

    batch: Batch
    at: datetime


def forecast(batches: Iterable[Batch], limits: Mapping[timedelta, int], as_of: datetime,
             gone: int = 0) -> list[Ended]:
    """`limits` letters a minute and a day, as `ceilings()` gives them; `gone`: how many left within the last day,
    taken as having left just now, so that nothing is promised too early."""
    a_minute, a_day = limits.get(MINUTE, 0), limits.get(DAY, 0)
    free_at, left, found = as_of, [Batch(as_of, gone)] if gone else [], []
    for batch in sorted((one for one in batches if one.count), key=lambda one: one.at):
        free_at, waiting = max(free_at, batch.at), batch.count
        while waiting:
            left = [one for one in left if one.at > free_at - DAY]
            room = a_day - sum(one.count for one in left) if a_day else waiting
            if room <= 0:
                free_at = left[0].at + DAY
                continue
            taken = min(room, waiting)
            left.append(Batch(free_at, taken))
            waiting -= taken
            if a_minute:
                free_at += MINUTE * ((taken - 1) // a_minute if not waiting else -(-taken // a_minute))
        found.append(Ended(batch, free_at))
    return found
