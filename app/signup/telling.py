"""Tells those enrolled of a change, in its transaction."""

from __future__ import annotations

from collections.abc import Sequence

from app.db import Change


def follow(changes: Sequence[Change]) -> None:
    """Posts letters of change and cancellation."""
