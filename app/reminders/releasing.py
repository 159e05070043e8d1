"""Letting letters go again after a hold: what another place may have sent already is taken back first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.db import db
from app.outbox import holding
from app.outbox.models import Delivery
from app.reminders import due

MAY_BE_SENT = "恢复备份之前可能已经寄出，不再寄"  # kept in the ledger, like the other reasons there


@dataclass(frozen=True, slots=True)
class Released:
    """How many letters were taken back, and how many wait and go."""

    stopped: int
    waiting: int


def release(as_of: datetime, stop_before: datetime | None = None) -> Released:
    """Ends the hold. Commits: each slice of reminders that is written on the way, then the rest at once."""
    stopped = _stop(stop_before, as_of) if stop_before else 0
    holding.release(as_of, stopped=stopped, stop_before=stop_before)
    db.session.commit()
    return Released(stopped, count_waiting())


def count_waiting() -> int:
    return db.session.scalar(select(func.count()).select_from(Delivery.waiting().subquery())) or 0


def _stop(moment: datetime, as_of: datetime) -> int:
    """Reminders that are not yet written, but were due by then, are written first, and taken back too."""
    while not due.tick(as_of).is_finished:
        db.session.commit()
    stopped = db.session.scalars(Delivery.waiting().where(Delivery.next_at < moment)).all()
    for letter in stopped:
        letter.stop(MAY_BE_SENT)
    return len(stopped)
