"""SEQUENCE of RFC 5545 3.8.7.4: one more for each change, and what one transaction does at a moment is one.

Drafts count as well: they stand in the calendars of the staff, where RFC 5546 2.1.4 wants a rise for STATUS too.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from app.db import db

if TYPE_CHECKING:
    from app.events.models import Event


def raise_once(event: Event, as_of: datetime) -> None:
    """However often a class hears from its lessons that they moved.

    The number is kept beside the moment: one that a savepoint took back is raised anew.
    """
    raised = _raised()
    if raised.get(event.ical_uid) != (event.sequence, as_of):
        event.sequence += 1
        raised[event.ical_uid] = event.sequence, as_of


def begin(event: Event, as_of: datetime) -> None:
    """It is new: what becomes of it before anybody can have seen it is no change."""
    event.sequence = 0
    _raised()[event.ical_uid] = 0, as_of


def _raised() -> dict[str, tuple[int, datetime]]:
    """By UID, in this transaction."""
    session = db.session()
    transaction, raised = session.info.get("raised") or (None, {})
    if transaction is None or transaction is not session.get_transaction():
        transaction, raised = session.get_transaction() or session.begin(), {}
        session.info["raised"] = transaction, raised
    return raised
