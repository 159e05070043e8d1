"""Reminders follow an event: dated, re-dated, stopped in the transaction of its change."""

from __future__ import annotations

from collections.abc import Sequence

from app.db import Change


def follow(changes: Sequence[Change]) -> None:
    """Dates, re-dates and stops occurrences."""
