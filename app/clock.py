"""The only place that asks what time it is. Views and commands call it; everything else is told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import current_app


def now() -> datetime:
    """The present moment, aware, in UTC, to the second (what feeds and letters can carry)."""
    return datetime.now(UTC).replace(microsecond=0)


def local_day(as_of: datetime) -> date:
    """The day on the office's calendar at that moment."""
    return as_of.astimezone(ZoneInfo(current_app.config["TIMEZONE"])).date()
