"""Letters of one kind that are due together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.outbox.views.kinds import Kind


@dataclass(frozen=True, slots=True)
class Due:
    """Of what is not yet written, `count` is about so many."""

    at: datetime
    kind: Kind
    count: int
