"""The only place that asks what time it is. Views and commands call it; everything else is told."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC, to the second (what feeds and letters can carry)."""
    return datetime.now(UTC).replace(microsecond=0)
