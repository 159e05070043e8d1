"""SEQUENCE of RFC 5545 3.8.7.4: one more for each change that was made known, and a transaction makes one known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db import db

if TYPE_CHECKING:
    from app.events.models import Event


def raise_once(event: Event) -> None:
    """However often a class hears in this transaction from its lessons that they moved.

    The number is kept beside the name: one that a savepoint took back is raised anew.
    """
    session = db.session()
    transaction, raised = session.info.get("raised") or (None, {})
    if transaction is None or transaction is not session.get_transaction():
        transaction, raised = session.get_transaction(), {}
        session.info["raised"] = transaction, raised
    if raised.get(event.ical_uid) != event.sequence:
        event.sequence += 1
        raised[event.ical_uid] = event.sequence
