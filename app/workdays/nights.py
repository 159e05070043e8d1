"""Nights are quiet: what would be sent then waits for the morning, where it still helps there."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

QUIET_FROM, QUIET_TO = time(22), time(8)


def morning_after(moment: datetime, zone: str) -> datetime:
    """The moment itself by day, in UTC; at night the next 08:00."""
    local = moment.astimezone(ZoneInfo(zone))
    if QUIET_TO <= local.time() < QUIET_FROM:
        return moment
    day = local.date() + timedelta(days=1) if local.time() >= QUIET_FROM else local.date()
    return datetime.combine(day, QUIET_TO, ZoneInfo(zone)).astimezone(UTC)
