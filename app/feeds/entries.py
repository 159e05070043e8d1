"""Each event's entry, remade in the transaction of its change."""

from __future__ import annotations

from collections.abc import Sequence

from app.db import Change


def follow(changes: Sequence[Change]) -> None:
    """Remakes the entries of the events that changed."""
